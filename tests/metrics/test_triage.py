"""Time to triage, by the labels that the team says mean it."""

from typing import Any

import pytest
from factories import at, events, issues, spells
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.views import AS_OF, OCTOBER, stated, view
from opsreview.metrics.triage import BY_BOTS, time_to_triage, triage_measured
from opsreview.metrics.view import Groups

NOON = "2026-10-03 12:00"
TRIAGED = Groups(triaged=[["kind/*"], ["area/*", "no-area"]])


def label(
    name: str, hour: int = 13, actor: str | None = "ada", event: str = "labeled"
) -> dict[str, Any]:
    return {
        "event": event,
        "label": name,
        "actor": actor,
        "created_at": f"2026-10-{3 + hour // 24:02} {hour % 24:02}:00",
    }


def triaged(
    *happened: dict[str, Any],
    groups: Groups = TRIAGED,
    as_of: str = "2026-11-08",
    **item: Any,
) -> tuple[str | None, float]:
    opened, known = issues({"opened_at": NOON} | item), events(*happened)
    rows = time_to_triage(
        opened,
        known,
        spells(opened, known),
        groups=groups,
        window=OCTOBER,
        as_of=at(as_of),
    )
    assert rows.height == 1
    row = rows.row(0, named=True)
    assert row["is_censored"] == (row["ending"] is None)
    return row["ending"], row["waited_hours"]


BOTH = (label("kind/bug", 13), label("area/x", 16))


def test_triaged_is_when_a_label_of_the_last_group_comes() -> None:
    assert triaged(*BOTH) == ("triaged", 4)
    assert triaged(label("no-area", 13), label("kind/bug", 13)) == ("triaged", 1)


def test_one_group_alone_or_other_labels_are_no_triage() -> None:
    assert triaged(label("kind/bug"), label("kind/x"), label("p1"))[0] is None


def test_label_taken_off_before_the_other_came_does_not_count() -> None:
    off = label("kind/bug", 14, event="unlabeled")

    assert triaged(*BOTH, off)[0] is None
    assert triaged(*BOTH, off, label("kind/y", 20)) == ("triaged", 8)


def test_label_taken_off_after_triage_does_not_undo_it() -> None:
    assert triaged(*BOTH, label("area/x", 20, event="unlabeled")) == ("triaged", 4)


def test_labels_of_today_are_not_those_of_then() -> None:
    # Today it bears both; as of the 3rd at 15:00 the area had not come yet.
    today = {"labels": ["kind/bug", "area/x"]}

    assert triaged(*BOTH, as_of="2026-10-03 15:00", **today) == (None, 3)
    assert triaged(*BOTH, **today) == ("triaged", 4)


def test_label_taken_off_after_as_of_was_there() -> None:
    off = label("kind/bug", 24 * 9, event="unlabeled")

    assert triaged(*BOTH, off, as_of="2026-10-05", labels=["area/x"]) == ("triaged", 4)


def test_label_given_twice_is_there_once() -> None:
    off = label("kind/bug", 15, event="unlabeled")

    assert triaged(label("kind/bug", 13), label("kind/bug", 14), off, BOTH[1])[0] is None


# Whose hand it was


def test_labels_from_bots_alone_are_counted_apart() -> None:
    bots = (label("kind/bug", 12, "label[bot]"), label("area/x", 13, "label[bot]"))

    assert triaged(*bots, label("kind/y", 20)) == ("triaged_by_bots", 1)


def test_human_who_completes_what_a_bot_began_has_triaged_it() -> None:
    assert triaged(label("kind/bug", 12, "label[bot]"), BOTH[1]) == ("triaged", 4)
    assert triaged(BOTH[0], label("area/x", 14, "label[bot]")) == ("triaged", 2)


@pytest.mark.parametrize("actor", [None, "ghost"])
def test_labels_by_nobody_known_are_automatic(actor: str | None) -> None:
    assert triaged(label("kind/bug", 13, actor), label("area/x", 13, actor))[0] == "triaged_by_bots"


def test_labels_an_issue_was_born_with_are_automatic() -> None:
    assert triaged(labels=["kind/bug", "area/x"]) == ("triaged_by_bots", 0)
    assert triaged(label("area/x", 14), labels=["kind/bug", "area/x"]) == ("triaged", 2)


def test_label_first_heard_of_when_taken_off_was_there_from_birth() -> None:
    off = label("kind/bug", 20, event="unlabeled")

    assert triaged(BOTH[1], off, labels=["area/x"]) == ("triaged", 4)


def test_labels_of_an_issue_form_come_in_the_authors_name_and_are_automatic() -> None:
    form = (label("kind/bug", 12, "rae"), label("area/x", 12, "rae"))

    assert triaged(*form, author="rae") == ("triaged_by_bots", 0)
    of_team = (label("kind/bug", 12), label("area/x", 12))
    assert triaged(*of_team, author="ada") == ("triaged", 0)


# Closes and other signs


@pytest.mark.parametrize(
    ("closer", "ending"),
    [
        ("ada", "closed_by_human"),
        ("sol", "closed_by_human"),
        ("rae", "withdrawn"),
        ("stale[bot]", "closed_by_bot"),
        ("ghost", "closed_by_other"),
        (None, "closed_by_unknown"),
    ],
)
def test_close_is_told_by_who_closed(closer: str | None, ending: str) -> None:
    close = {"event": "closed", "actor": closer, "created_at": "2026-10-03 18:00"}
    late = (label("kind/bug", 30), label("area/x", 30))

    assert triaged(close, *late, closed_at="2026-10-03 18:00") == (ending, 6)


def test_other_signs_count_by_themselves_where_the_team_says_so() -> None:
    milestone = {"event": "milestoned", "created_at": "2026-10-03 15:00"}
    assigned = {"event": "assigned", "assignee": "ada", "created_at": "2026-10-03 16:00"}
    also = Groups(triaged=TRIAGED.triaged, triaged_also=["assignee"])

    assert triaged(milestone, assigned)[0] is None
    assert triaged(milestone, assigned, groups=also) == ("triaged", 4)
    assert triaged(milestone, groups=Groups(triaged_also=["milestone"])) == ("triaged", 3)
    assert triaged(milestone | {"actor": "x[bot]"}, groups=Groups(triaged_also=["milestone"])) == (
        None,
        (AS_OF - at(NOON)).total_seconds() / 3600,
    )


names = st.sampled_from(["kind/bug", "kind/docs", "area/x", "no-area", "p1"])
hands = st.sampled_from(["ada", "sol", "label[bot]", "rae", None])
changes = st.lists(
    st.tuples(st.integers(12, 30), st.sampled_from(["labeled", "unlabeled"]), names, hands),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(changes, st.integers(12, 30), st.sets(names))
def test_triage_is_that_of_a_slow_walk_through_the_labels(
    happened: list[tuple[int, str, str, str | None]], seen_hour: int, first_labels: set[str]
) -> None:
    happened = sorted(happened, key=lambda change: change[0])
    touched = {name for _, _, name, _ in happened}
    born = dict.fromkeys(first_labels - touched, False)
    for _, event, name, _ in reversed(happened):
        born.pop(name, None)
        if event == "unlabeled":
            born[name] = False
    expected = walked(happened, dict(born), seen_hour)

    today = set(born)
    for _, event, name, _ in happened:
        today = today | {name} if event == "labeled" else today - {name}
    rows = [label(name, hour, hand, event) for hour, event, name, hand in happened]
    seen_at = label("x", seen_hour)["created_at"]
    ending, hours = triaged(*rows, as_of=seen_at, labels=sorted(today), author="rae")
    assert (ending, hours) == expected


def walked(
    happened: list[tuple[int, str, str, str | None]], borne: dict[str, bool], seen_hour: int
) -> tuple[str | None, float]:
    """Hour by hour: what is borne, and whether a human put it there."""
    automatic = [12] if has_both(borne) else []
    by_a_human: list[int] = []
    for hour, event, name, hand in happened:
        if event == "unlabeled":
            borne.pop(name, None)
        else:
            borne[name] = hand in ("ada", "sol")
        if has_both(borne) and hour <= seen_hour:
            has_human = any(is_human for name, is_human in borne.items() if name != "p1")
            (by_a_human if has_human else automatic).append(hour)
    if automatic and automatic[0] < min(by_a_human, default=99):
        return BY_BOTS, automatic[0] - 12
    return ("triaged", by_a_human[0] - 12) if by_a_human else (None, seen_hour - 12)


def has_both(borne: dict[str, bool]) -> bool:
    kinds = {"kind/bug", "kind/docs"}
    return bool(kinds & set(borne)) and bool({"area/x", "no-area"} & set(borne))


# The estimates


def test_labelled_and_closed_by_a_human_are_triaged_and_bots_are_a_rival() -> None:
    # Four: labelled after 4 h, closed by ada after 6 h, labelled by bots, waiting.
    close = {"event": "closed", "number": 2, "created_at": "2026-10-03 18:00"}
    measured = triage_measured(
        view(
            issues=issues(
                {"opened_at": NOON},
                {"opened_at": NOON, "closed_at": "2026-10-03 18:00"},
                {"opened_at": NOON, "labels": ["kind/x", "area/x"]},
                {"opened_at": NOON},
            ),
            events=events(*BOTH, close),
            groups=TRIAGED,
        )
    )

    parts = stated(measured)
    assert (parts["median"].value, parts["median"].n, parts["median"].n_censored) == (6, 4, 1)
    by_bots = parts["share_triaged_by_bots"]
    assert (by_bots.value, by_bots.n, by_bots.method) == (0.25, 4, "Wilson 95 %")
    # Saturday's labels took no working hour; the share waits on the one still open.
    assert parts["median_working_hours"].value == 0
    (curves,) = measured.curves()
    assert set(curves["curve"]) == {"triaged", "triaged_by_bots", "closed_untriaged", "waiting"}


def test_nothing_says_what_triaged_is_and_which_key_to_fill() -> None:
    found = stated(triage_measured(view(issues=issues({}))))

    assert {part.value for part in found.values()} == {None}
    assert all("labels.triaged in review.yaml" in str(part.reason) for part in found.values())
