"""What came first is found once; each cycle takes what lies after its as_of as not having been."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import polars as pl
import pytest
from factories import at, comments, events, issues, spells

from metrics.views import frames
from opsreview.metrics import firsts
from opsreview.metrics.firsts import WithFirsts
from opsreview.metrics.standing import last_spells, with_standing_close


def answered(*said: dict[str, object]) -> dict[str, object]:
    tables = WithFirsts(frames(issues=issues({"number": 1}), comments=comments(*said)))
    return tables["answered"].row(0, named=True)


def test_of_two_answers_at_one_moment_the_first_by_its_number_counts():
    found = answered(
        {"number": 1, "comment_id": "b", "author": "bea", "created_at": "2026-10-02"},
        {"number": 1, "comment_id": "a", "author": "zoe", "created_at": "2026-10-02"},
        {"number": 1, "comment_id": "0", "author": "amy", "created_at": "2026-10-03"},
    )
    assert (found["answered_by"], found["answered_at"]) == ("zoe", at("2026-10-02"))


def test_issues_keep_their_order_whatever_was_said_on_them():
    opened = issues({"number": 3}, {"number": 1}, {"number": 2})
    said = comments({"number": 2, "author": "bea"}, {"number": 3, "author": "bea"})
    tables = WithFirsts(frames(issues=opened, comments=said))
    assert tables["answered"]["number"].to_list() == [3, 1, 2]
    assert tables["answered"]["answered_by"].to_list() == ["bea", None, "bea"]


@pytest.mark.parametrize(
    ("as_of", "closed_at"),
    [
        ("2026-10-02", None),
        ("2026-10-03", "2026-10-03"),
        ("2026-10-04", "2026-10-03"),
        ("2026-10-05", None),
        ("2026-10-06", None),
        ("2026-10-07", "2026-10-07"),
    ],
)
def test_an_item_reopened_since_was_closed_as_it_was_then(as_of: str, closed_at: str | None):
    item = issues({"opened_at": "2026-10-01", "closed_at": "2026-10-07", "state": "closed"})
    changes = events(
        {"event": "closed", "created_at": "2026-10-03"},
        {"event": "reopened", "created_at": "2026-10-05"},
        {"event": "closed", "created_at": "2026-10-07"},
    )
    held = spells(item, changes)
    last = item.join(last_spells(held, "issue").collect(), on=["repo", "number"])
    found = with_standing_close(last, held, "issue", as_of=at(as_of))
    assert found["standing_closed_at"].to_list() == [closed_at and at(closed_at)]


def test_threads_that_ask_together_get_one_frame(monkeypatch: pytest.MonkeyPatch):
    made: list[pl.DataFrame] = []

    def make(tables: firsts.Tables) -> pl.DataFrame:
        made.append(tables["issues"].clone())
        return made[-1]

    monkeypatch.setitem(firsts.MADE, "closed", make)
    tables, start = WithFirsts(frames(issues=issues({}))), Barrier(4)

    def ask(_: int) -> pl.DataFrame:
        start.wait()
        return tables["closed"]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(ask, range(4)))
    assert len(made) == 1
    assert all(frame is made[0] for frame in found)


def test_names_are_told_without_making_anything(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(firsts.MADE, "closed", lambda _: pytest.fail("it was made"))
    tables = WithFirsts({"issues": issues({})})
    assert {"issues", "closed"} <= set(tables)
    assert len(tables) == len(set(tables))
    with pytest.raises(KeyError):
        tables["unheard_of"]
