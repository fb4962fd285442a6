"""The ledger is read strictly, and undoing it gives the model of a past day."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsreview.errors import ParamsError
from opsreview.operating_model.decisions import (
    Decision,
    Expectation,
    in_force,
    load_decisions,
    value_at,
)

RECORD = """\
- id: d1
  title: Release more often
  owner: ada
  due: 2026-09-08
  decided_on: 2026-09-01
  effective_from: 2026-09-01
  change: {path: rhythm.release.every, from: 1 month, to: 2 weeks}
  because: work waits
  expects: {metric: backlog, statistic: change, direction: down, at_least: 5}
  status: open
"""


def ledger(folder: Path, text: str) -> Path:
    path = folder / "decisions.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ParamsError) as refused:
        load_decisions(ledger(folder, text), {"ada", "ben"}, {"backlog"})
    return str(refused.value).replace(f"{folder}/", "")


def decision(
    path: str, before: Any, to: Any, on: date = date(2026, 9, 1), status: str = "done"
) -> Decision:
    return Decision.model_validate(
        {
            "id": "d1",
            "title": "x",
            "owner": "ada",
            "due": on,
            "decided_on": on,
            "effective_from": on,
            "change": {"path": path, "from": before, "to": to},
            "status": status,
        }
    )


def test_record_is_read_with_its_change_and_its_expectation(tmp_path: Path) -> None:
    (read,) = load_decisions(ledger(tmp_path, RECORD), {"ada"}, {"backlog"})

    assert read.change is not None
    assert (read.change.before, read.change.to) == ("1 month", "2 weeks")
    assert isinstance(read.expects, Expectation)
    assert (read.because, read.looks, read.revert_if) == (("work waits",), (2, 4), None)


def test_most_decisions_expect_just_done(tmp_path: Path) -> None:
    text = RECORD.replace(
        "{metric: backlog, statistic: change, direction: down, at_least: 5}", "done"
    )

    assert load_decisions(ledger(tmp_path, text))[0].expects == "done"


def test_empty_list_is_a_ledger(tmp_path: Path) -> None:
    assert load_decisions(ledger(tmp_path, "[]\n")) == []


def test_owner_and_metric_are_unchecked_where_nobody_says_who_is_known(tmp_path: Path) -> None:
    assert load_decisions(ledger(tmp_path, RECORD.replace("ada", "zed")))[0].owner == "zed"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n", "decisions.yaml:1: the file holds a mapping, not a list"),
        (RECORD * 2, "decisions.yaml:11: [1].id: d1 is the id of a decision above"),
        (
            RECORD.replace("owner: ada", "owner: add"),
            "decisions.yaml:3: [0].owner: add is nobody known; did you mean ada? known: ada, ben",
        ),
        (
            RECORD.replace("metric: backlog", "metric: backlock"),
            "decisions.yaml:9: [0].expects.metric: backlock is no metric; did you mean backlog?",
        ),
        (
            RECORD.replace("status: open", "status: maybe"),
            "decisions.yaml:10: [0].status: it should be 'open', 'done' or 'dropped'; it says 'may",
        ),
        (
            RECORD.replace("effective_from: 2026-09-01", "effective_from: soon"),
            "decisions.yaml:6: [0].effective_from: it should be a valid date",
        ),
        (
            RECORD.replace("to: 2 weeks", "too: 2 weeks"),
            "decisions.yaml:7: [0].change.too: unknown key; did you mean to? known keys: ",
        ),
        (
            RECORD.replace("direction: down", "direction: left"),
            "decisions.yaml:9: [0].expects.direction: it should be 'up' or 'down'; it says 'left'",
        ),
        (
            RECORD.replace("rhythm.release.every", "rhythm..every"),
            "decisions.yaml:7: [0].change.path: 'rhythm..every' is no path: write it like rhythm.",
        ),
        (
            RECORD + "  looks: []\n",
            "decisions.yaml:11: [0].looks: it should have at least 1 item; it says a list",
        ),
    ],
)
def test_ledger_that_cannot_be_read_says_where(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text).startswith(message)


def test_change_that_came_later_is_undone() -> None:
    data = {"rhythm": {"release": {"every": "2 weeks"}}}
    change = decision("rhythm.release.every", "1 month", "2 weeks")

    assert in_force(data, [change], date(2026, 8, 31)) == {
        "rhythm": {"release": {"every": "1 month"}}
    }
    assert in_force(data, [change], date(2026, 9, 1)) == data


def test_todays_document_is_left_as_it_is() -> None:
    data = {"promises": [{"id": "a", "within": "5 days"}]}
    before = deepcopy(data)

    in_force(data, [decision("promises.a.within", "3 days", "5 days")], date(2026, 1, 1))

    assert data == before


def test_changes_are_undone_latest_first() -> None:
    first = decision("promises.a.within", "3 days", "5 days", date(2026, 3, 1))
    second = decision("promises.a.within", "5 days", "7 days", date(2026, 6, 1))
    data = {"promises": [{"id": "a", "within": "7 days"}]}

    seen = [
        value_at(in_force(data, [first, second], day), "promises.a.within")
        for day in (date(2026, 2, 1), date(2026, 4, 1), date(2026, 7, 1))
    ]

    assert seen == ["3 days", "5 days", "7 days"]


def test_two_changes_of_one_day_are_undone_in_the_reverse_of_the_ledger() -> None:
    first, second = decision("a.b", 1, 2), decision("a.b", 2, 3)

    assert in_force({"a": {"b": 3}}, [first, second], date(2026, 1, 1)) == {"a": {"b": 1}}


def test_dropped_decision_changed_nothing() -> None:
    dropped = decision("a.b", 1, 2, status="dropped")

    assert in_force({"a": {"b": 1}}, [dropped], date(2026, 1, 1)) == {"a": {"b": 1}}


def test_decision_without_a_change_undoes_nothing(tmp_path: Path) -> None:
    text = RECORD.replace(
        "  change: {path: rhythm.release.every, from: 1 month, to: 2 weeks}\n", ""
    )
    (read,) = load_decisions(ledger(tmp_path, text))

    assert in_force({"a": 1}, [read], date(2026, 1, 1)) == {"a": 1}


def test_entry_added_later_was_not_there_before() -> None:
    promise = {"id": "new", "says": "x"}
    added = decision("promises.new", None, promise)
    kept = {"id": "old"}

    assert in_force({"promises": [kept, promise]}, [added], date(2026, 1, 1)) == {
        "promises": [kept]
    }


def test_entry_removed_later_was_still_there_before() -> None:
    promise = {"id": "old", "says": "x"}
    removed = decision("promises.old", promise, None)

    assert in_force({"promises": []}, [removed], date(2026, 1, 1)) == {"promises": [promise]}
    assert in_force({}, [removed], date(2026, 1, 1)) == {"promises": [promise]}


def test_key_added_later_was_not_there_before() -> None:
    added = decision("roles.lead.deputy", None, "ben")
    data = {"roles": {"lead": {"owner": "ada", "deputy": "ben"}}}

    assert in_force(data, [added], date(2026, 1, 1)) == {"roles": {"lead": {"owner": "ada"}}}


def test_undoing_inside_a_part_that_is_gone_makes_it_or_leaves_it() -> None:
    was_there = decision("rhythm.release.every", "1 month", "2 weeks")
    was_not = decision("roles.lead.deputy", None, "ben")
    of_a_promise = decision("promises.gone.within", "3 days", "5 days")

    assert in_force({}, [was_there], date(2026, 1, 1)) == {
        "rhythm": {"release": {"every": "1 month"}}
    }
    assert in_force({}, [was_not], date(2026, 1, 1)) == {}
    assert in_force({"promises": []}, [of_a_promise], date(2026, 1, 1)) == {"promises": []}


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=6))
def test_undoing_all_that_was_done_gives_the_first_document(
    changes: list[tuple[str, int]],
) -> None:
    first = {"part": {"a": 0, "b": 0, "c": 0}}
    data, decisions = deepcopy(first), []
    for month, (key, value) in enumerate(changes, start=1):
        change = decision(f"part.{key}", data["part"][key], value, date(2026, month, 1))
        decisions.append(change)
        data["part"][key] = value

    assert in_force(data, decisions, date(2025, 12, 31)) == first


def test_value_at_a_path_and_none_where_nothing_is_said() -> None:
    data = {"promises": [{"id": "a", "within": "3 days"}], "roles": {"lead": {"owner": "ada"}}}

    assert value_at(data, "promises.a.within") == "3 days"
    assert value_at(data, "roles.lead.owner") == "ada"
    assert value_at(data, "promises.b.within") is None
    assert value_at(data, "roles.lead.owner.name") is None
