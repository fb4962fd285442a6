"""How long nobody has touched what is open."""

from __future__ import annotations

import polars as pl
from factories import at, comments, events, issues, spells

from opsreview.metrics.quiet import quiet_issues

NOW = at("2026-10-11")


def quiet(
    opened: pl.DataFrame, said: pl.DataFrame | None = None, happened: pl.DataFrame | None = None
) -> list[tuple[int, float]]:
    known = events() if happened is None else happened
    found = quiet_issues(
        opened, comments() if said is None else said, known, spells(opened, known), as_of=NOW
    )
    return found.select("number", "quiet_hours").rows()


def test_issue_nobody_touched_is_quiet_since_it_was_opened() -> None:
    assert quiet(issues({"opened_at": "2026-10-09"}, {"opened_at": "2026-10-01"})) == [
        (2, 240),
        (1, 48),
    ]


def test_word_of_anybody_breaks_the_silence_but_a_bots_does_not() -> None:
    said = comments(
        {"author": "rae", "created_at": "2026-10-06"},
        {"author": "stale[bot]", "created_at": "2026-10-10"},
        {"author": "rae", "created_at": "2026-10-12"},
    )

    assert quiet(issues({}), said) == [(1, 120)]


def test_label_breaks_the_silence_but_a_mention_does_not() -> None:
    happened = events(
        {"event": "labeled", "label": "x", "created_at": "2026-10-06"},
        {"event": "mentioned", "created_at": "2026-10-10"},
    )

    assert quiet(issues({}), happened=happened) == [(1, 120)]


def test_issue_closed_by_then_is_not_quiet_and_one_closed_later_is() -> None:
    opened = issues({"closed_at": "2026-10-10"}, {"closed_at": "2026-10-12"})

    assert quiet(opened) == [(2, 240)]
