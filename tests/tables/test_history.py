from datetime import datetime, timedelta

import polars as pl
import pytest
from factories import at, events, issues, pull_requests
from hypothesis import given, settings
from hypothesis import strategies as st

from opsreview.tables.history import (
    borne_at,
    label_spells,
    labels_at,
    labels_at_each,
    open_spells,
)


def stretches(items: pl.DataFrame, changes: pl.DataFrame | None = None) -> list[tuple]:
    """When the items' spells start and end, and whether the end is known."""
    spells = open_spells(items, events() if changes is None else changes)
    return spells.select("start_at", "end_at", "is_end_known").rows()


def closed(moment: str, **said):
    return {"event": "closed", "created_at": moment, **said}


def reopened(moment: str, **said):
    return {"event": "reopened", "created_at": moment, **said}


def changed(event: str, moment: str, label: str = "bug", **said):
    return {"event": event, "created_at": moment, "label": label, **said}


def test_item_that_was_never_closed_is_open():
    assert stretches(issues({})) == [(at("2026-10-01"), None, True)]


def test_no_items_have_no_spells():
    assert open_spells(issues(), events()).is_empty()


def test_close_with_its_event_ends_the_spell_by_whoever_closed_it():
    items = issues({"closed_at": "2026-10-03"})
    (spell,) = open_spells(items, events(closed("2026-10-03", actor="ben"))).to_dicts()
    assert (spell["spell"], spell["end_at"]) == (0, at("2026-10-03"))
    assert (spell["closer_id"], spell["closer_kind"]) == ("ben", "human")
    assert spell["closer_is_team"] is True


def test_closed_in_the_second_it_was_opened_is_a_spell_without_length():
    items = issues({"closed_at": "2026-10-01"})
    expected = [(at("2026-10-01"), at("2026-10-01"), True)]
    changes = events(closed("2026-10-01", actor="ben"))
    assert stretches(items) == expected
    assert stretches(items, changes) == expected
    assert open_spells(items, changes)["closer_id"].to_list() == ["ben"]


def test_close_without_an_event_is_the_last_close_by_nobody_known():
    (spell,) = open_spells(issues({"closed_at": "2026-10-03"}), events()).to_dicts()
    assert spell["end_at"] == at("2026-10-03")
    assert spell["closer_id"] is None
    assert spell["closer_kind"] is None
    assert spell["is_end_known"]


def test_item_reopened_twice_has_three_spells():
    items = issues({"closed_at": "2026-10-07"})
    changes = events(
        closed("2026-10-02", actor="ada"),
        reopened("2026-10-03"),
        closed("2026-10-04", actor="ben"),
        reopened("2026-10-05"),
        closed("2026-10-07", actor="rae"),
    )
    spells = open_spells(items, changes)
    assert spells["spell"].to_list() == [0, 1, 2]
    assert spells["start_at"].to_list() == [at("2026-10-01"), at("2026-10-03"), at("2026-10-05")]
    assert spells["end_at"].to_list() == [at("2026-10-02"), at("2026-10-04"), at("2026-10-07")]
    assert spells["closer_id"].to_list() == ["ada", "ben", "rae"]


def test_reopened_item_is_open_since_its_reopening():
    changes = events(closed("2026-10-02"), reopened("2026-10-03"))
    assert stretches(issues({}), changes) == [
        (at("2026-10-01"), at("2026-10-02"), True),
        (at("2026-10-03"), None, True),
    ]


def test_events_may_come_in_any_order():
    items = issues({"closed_at": "2026-10-04"})
    changes = [closed("2026-10-04"), reopened("2026-10-03"), closed("2026-10-02")]
    assert stretches(items, events(*changes)) == stretches(items, events(*reversed(changes)))


def test_events_of_one_second_come_in_the_order_of_their_numbers():
    changes = events(
        closed("2026-10-02", event_id="999"),
        reopened("2026-10-02", event_id="1000"),
        closed("2026-10-02", event_id="1001"),
        reopened("2026-10-02", event_id="1002"),
    )
    assert stretches(issues({}), changes)[-1] == (at("2026-10-02"), None, True)
    assert len(stretches(issues({}), changes)) == 3


def test_close_that_is_newer_than_the_last_event_is_put_in():
    items = issues({"closed_at": "2026-10-09"})
    changes = events(closed("2026-10-02", actor="ada"), reopened("2026-10-03"))
    spells = open_spells(items, changes)
    assert spells["end_at"].to_list() == [at("2026-10-02"), at("2026-10-09")]
    assert spells["closer_id"].to_list() == ["ada", None]


def test_close_written_a_few_seconds_apart_is_one_close():
    items = issues({"closed_at": "2026-10-02 12:00:02"})
    changes = events(closed("2026-10-02 12:00:00", actor="ada"))
    assert stretches(items, changes) == [(at("2026-10-01"), at("2026-10-02 12:00:00"), True)]


def test_close_without_event_seconds_after_a_reopening_is_its_own():
    items = issues({"closed_at": "2026-10-02 12:00:40"})
    changes = events(closed("2026-10-02 12:00:00"), reopened("2026-10-02 12:00:20"))
    assert stretches(items, changes)[-1] == (
        at("2026-10-02 12:00:20"),
        at("2026-10-02 12:00:40"),
        True,
    )


def test_of_two_closes_or_reopenings_in_a_row_the_first_counts():
    items = issues({"closed_at": "2026-10-06"})
    changes = events(
        closed("2026-10-02", actor="ada"),
        closed("2026-10-03", actor="ben"),
        reopened("2026-10-04"),
        reopened("2026-10-05"),
        closed("2026-10-06", actor="cleo"),
    )
    spells = open_spells(items, changes)
    assert spells.select("start_at", "end_at", "closer_id").rows() == [
        (at("2026-10-01"), at("2026-10-02"), "ada"),
        (at("2026-10-04"), at("2026-10-06"), "cleo"),
    ]


def test_unseen_reopening_between_two_closes_leaves_the_first_close():
    items = issues({"closed_at": "2026-10-09"})
    assert stretches(items, events(closed("2026-10-02"))) == [
        (at("2026-10-01"), at("2026-10-02"), True)
    ]


def test_event_before_the_opening_did_not_happen():
    items = issues({"opened_at": "2026-10-05"})
    changes = events(closed("2026-10-02"), reopened("2026-10-03"))
    assert stretches(items, changes) == [(at("2026-10-05"), None, True)]


def test_open_item_whose_last_event_is_a_close_is_open_and_closed_by_nobody():
    (spell,) = open_spells(issues({}), events(closed("2026-10-02", actor="ada"))).to_dicts()
    assert spell["end_at"] is None
    assert spell["is_end_known"]
    assert (spell["closer_id"], spell["closer_kind"], spell["closer_is_team"]) == (None, None, None)


def test_item_closed_at_a_moment_nobody_knows_says_so():
    items = issues({"state": "closed", "closed_at": None})
    assert stretches(items) == [(at("2026-10-01"), None, False)]


def test_item_reopened_by_event_and_closed_nobody_knows_when_says_so_of_its_last_spell():
    items = issues({"state": "closed", "closed_at": None})
    changes = events(closed("2026-10-02"), reopened("2026-10-03"))
    assert stretches(items, changes) == [
        (at("2026-10-01"), at("2026-10-02"), True),
        (at("2026-10-03"), None, False),
    ]


def test_merged_pull_request_is_closed_when_it_was_merged():
    merged_at = "2026-10-03"
    expected = [(at("2026-10-01"), at(merged_at), True)]
    with_both = pull_requests({"merged_at": merged_at})
    merge_alone = pull_requests({"merged_at": merged_at, "closed_at": None, "state": "closed"})
    merge_events = events({"event": "merged", "created_at": merged_at}, closed(merged_at))
    assert stretches(with_both) == expected
    assert stretches(with_both, merge_events) == expected
    assert stretches(merge_alone) == expected


def test_spells_of_several_items_and_repositories_stay_apart():
    items = issues(
        {"number": 1, "closed_at": "2026-10-03"},
        {"number": 2},
        {"number": 1, "repo": "team/two"},
    )
    spells = open_spells(items, events(closed("2026-10-03"), closed("2026-10-04", number=9)))
    assert spells.select("repo", "number", "end_at").rows() == [
        ("team/product", 1, at("2026-10-03")),
        ("team/product", 2, None),
        ("team/two", 1, None),
    ]


@pytest.mark.parametrize("event", ["labeled", "assigned", "referenced", "merged"])
def test_other_events_close_nothing(event):
    changes = events({"event": event, "created_at": "2026-10-02"})
    assert stretches(issues({}), changes) == [(at("2026-10-01"), None, True)]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 3), max_size=12), st.integers(0, 30))
def test_state_rebuilt_at_a_past_moment_is_that_of_the_data_cut_there(gaps, cut):
    """Closed and reopened in turn, hours apart, some in the same second."""
    opened_at = at("2026-10-01")
    moments = [opened_at + timedelta(hours=sum(gaps[: i + 1])) for i in range(len(gaps))]
    names = ["closed" if i % 2 == 0 else "reopened" for i in range(len(gaps))]
    moment = opened_at + timedelta(hours=cut)
    now = _as_known(opened_at, moments, names)
    kept = [i for i, happened_at in enumerate(moments) if happened_at <= moment]
    then = _as_known(opened_at, [moments[i] for i in kept], [names[i] for i in kept])
    assert _is_open_at(now, moment) == _is_open_at(then, moment)
    assert _seen_at(now, moment).equals(_seen_at(then, moment))


def _as_known(opened_at: datetime, moments: list[datetime], names: list[str]) -> pl.DataFrame:
    """The spells of one item as a source that has seen these events would tell them."""
    is_closed = bool(names) and names[-1] == "closed"
    item = {"opened_at": opened_at, "closed_at": moments[-1] if is_closed else None}
    pairs = zip(moments, names, strict=True)
    return open_spells(
        issues(item), events(*({"event": name, "created_at": moment} for moment, name in pairs))
    )


def _seen_at(spells: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    """The spells begun by then; what ended later had not ended."""
    has_ended = pl.col("end_at") <= moment
    ending = ["end_at", "closer_id", "closer_kind", "closer_is_team"]
    return spells.filter(pl.col("start_at") <= moment).with_columns(
        pl.when(has_ended).then(pl.col(ending))
    )


def _is_open_at(spells: pl.DataFrame, moment: datetime) -> bool:
    is_open = (pl.col("start_at") <= moment) & (
        pl.col("end_at").is_null() | (pl.col("end_at") > moment)
    )
    return not spells.filter(is_open).is_empty()


def labels(items: pl.DataFrame, changes: pl.DataFrame, moment: str) -> list[str]:
    """What ``labels_at`` says, and spells of labels say too."""
    found = labels_at(items, changes, at(moment))
    assert borne_at(label_spells(items, changes), at(moment)).equals(found)
    return found["label"].to_list()


def test_labels_without_later_changes_are_todays():
    assert labels(issues({"labels": ["bug", "area/x"]}), events(), "2026-10-05") == [
        "area/x",
        "bug",
    ]


def test_label_given_later_was_not_there():
    changes = events(changed("labeled", "2026-10-06"))
    items = issues({"labels": ["bug"]})
    assert labels(items, changes, "2026-10-05") == []
    assert labels(items, changes, "2026-10-06") == ["bug"]


def test_label_taken_later_was_there():
    changes = events(changed("labeled", "2026-10-02"), changed("unlabeled", "2026-10-06"))
    assert labels(issues({"labels": []}), changes, "2026-10-05") == ["bug"]
    assert labels(issues({"labels": []}), changes, "2026-10-06") == []
    assert labels(issues({"labels": []}), changes, "2026-10-01") == []


@pytest.mark.parametrize(
    ("moment", "is_there"),
    [("2026-10-01", False), ("2026-10-02", True), ("2026-10-03", False), ("2026-10-04", True)],
)
def test_label_given_and_taken_several_times_is_as_it_was_then(moment, is_there):
    changes = events(
        changed("labeled", "2026-10-02"),
        changed("unlabeled", "2026-10-03"),
        changed("labeled", "2026-10-04"),
        changed("unlabeled", "2026-10-05"),
        changed("labeled", "2026-10-06"),
    )
    assert labels(issues({"labels": ["bug"]}), changes, moment) == (["bug"] if is_there else [])


def test_label_changes_of_one_second_are_undone_in_the_order_of_their_numbers():
    changes = events(
        changed("labeled", "2026-10-06", event_id="99"),
        changed("unlabeled", "2026-10-06", event_id="100"),
    )
    assert labels(issues({"labels": []}), changes, "2026-10-05") == []


def test_labels_of_other_items_are_left_alone():
    items = issues(
        {"number": 1, "labels": ["bug"]}, {"number": 2, "labels": ["bug"]}, {"number": 3}
    )
    changes = events(changed("labeled", "2026-10-06", number=2))
    found = labels_at(items, changes, at("2026-10-05"))
    assert found.select("number", "label").rows() == [(1, "bug")]


def test_each_item_bears_the_labels_of_its_own_moment():
    items = issues({"number": 1, "labels": ["bug"]}, {"number": 2, "labels": ["bug"]})
    changes = events(
        changed("labeled", "2026-10-06", number=1), changed("labeled", "2026-10-06", number=2)
    )
    seen = items.with_columns(seen_at=pl.Series([at("2026-10-05"), at("2026-10-06")]))
    assert labels_at_each(seen, changes).select("number", "label").rows() == [(2, "bug")]


def test_label_taken_from_an_item_nobody_knows_is_no_ones():
    changes = events(changed("unlabeled", "2026-10-06", number=9))
    assert labels(issues({}), changes, "2026-10-05") == []


def test_unknown_labels_are_none_that_are_told():
    assert labels(issues({"labels": None}), events(), "2026-10-05") == []


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["bug", "docs"]), max_size=10), st.integers(0, 12))
def test_labels_rebuilt_at_a_past_moment_are_those_of_the_data_cut_there(toggled, cut):
    """Labels given and taken in turn, an hour apart."""
    changes, borne, at_cut = [], set(), set()
    for hour, label in enumerate(toggled, 1):
        event = "unlabeled" if label in borne else "labeled"
        borne ^= {label}
        changes.append(changed(event, f"2026-10-01 {hour:02}:00", label))
        if hour <= cut:
            at_cut = set(borne)
    items = issues({"labels": sorted(borne)})
    moment = at("2026-10-01") + timedelta(hours=cut)
    found = labels_at(items, events(*changes), moment)
    assert set(found["label"]) == at_cut
    assert borne_at(label_spells(items, events(*changes)), moment).equals(found)
