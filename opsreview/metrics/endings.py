"""Which issues are followed from their opening, how they were closed, and what is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import not_measurable
from opsreview.metrics.view import ITEM, Measured, View, hours_between, read_once
from opsreview.window import Window, literal

# A comment this soon after a close came with it: the item was not closed without a word.
CLOSED_WITH_A_WORD = timedelta(minutes=1)
WAITED = (*ITEM, "title", "url", "opened_at", "waited_hours", "ending", "ended_at")
NONE_OPENED = "no issue was opened in the window"
NO_TEAM = "nothing says who is in the team: list it in people.yaml"

Statistic = tuple[str, str, str]  # its name, unit and group


def opened_issues(
    issues: pl.DataFrame, spells: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.LazyFrame:
    """Issues opened in the window by ``as_of`` that can be followed to an end.

    Left out are those whose author the source never gave, and those closed at a moment nobody
    knows.

    Returns:
        One row per issue: repo, number, title, url, opened_at, author_id, author_is_team, labels.
    """
    return (
        issues.lazy()
        .filter(
            window.has("opened_at") & (pl.col("opened_at") <= literal(as_of)) & _author_is_known()
        )
        .join(spells.lazy().filter(_has_no_known_end()), on=ITEM, how="anti")
        .select(*ITEM, "title", "url", "opened_at", "author_id", "author_is_team", "labels")
        .pipe(read_once)
    )


def first_closes(opened: pl.LazyFrame, spells: pl.DataFrame, *, as_of: datetime) -> pl.LazyFrame:
    """The opened issues with their first close by ``as_of``: closed_at, closer_id, ..."""
    is_first_close = _is_first_spell() & (pl.col("end_at") <= literal(as_of))
    closes = (
        spells.lazy()
        .filter(is_first_close)
        .select(*ITEM, "closer_id", "closer_kind", "closer_is_team", closed_at="end_at")
    )
    return opened.join(closes, on=ITEM, how="left")


def closed_by() -> pl.Expr:
    """How a close without what was waited for is called, by who closed; null where open."""
    return (
        pl.when(pl.col("closed_at").is_null())
        .then(None)
        .when((pl.col("closer_id") == pl.col("author_id")).fill_null(False))
        .then(pl.lit("withdrawn"))
        .when(pl.col("closer_kind") == "bot")
        .then(pl.lit("closed_by_bot"))
        .when(pl.col("closer_kind").is_null())
        .then(pl.lit("closed_by_unknown"))
        .when(pl.col("closer_is_team").fill_null(False))
        .then(pl.lit("closed_by_team"))
        .otherwise(pl.lit("closed_by_other"))
    )


def waits(
    closes: pl.LazyFrame, reached: pl.LazyFrame, *, as_of: datetime, main: str, by: str
) -> pl.DataFrame:
    """Hours from each issue's opening to what was waited for, or to its close without it.

    Args:
        closes: ``first_closes``.
        reached: repo, number, reached_at, person: when what was waited for came, and from whom.
        as_of: Who has neither is censored then.
        main: What the ending is called where it came.
        by: What the column of the person is called.

    Returns:
        One row per issue: repo, number, title, url, opened_at, waited_hours (>= 0), ending,
        ended_at, the person, is_censored.
    """
    is_in_time = pl.col("reached_at") <= pl.col("closed_at") + CLOSED_WITH_A_WORD
    is_reached = pl.col("reached_at").is_not_null() & is_in_time.fill_null(True)
    return (
        closes.join(reached, on=ITEM, how="left")
        .with_columns(
            ending=pl.when(is_reached).then(pl.lit(main)).otherwise(closed_by()),
            ended_at=pl.when(is_reached).then("reached_at").otherwise("closed_at"),
            person=pl.when(is_reached).then("person"),
        )
        .pipe(waited, as_of=as_of)
        .select(*WAITED, pl.col("person").alias(by), "is_censored")
        .sort(ITEM)
        .collect()
    )


def waited(ended: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """The hours from ``opened_at`` to ``ended_at``, or to ``as_of`` where ``ending`` is null."""
    ended_at = pl.max_horizontal("opened_at", pl.col("ended_at").fill_null(literal(as_of)))
    return ended.with_columns(
        waited_hours=hours_between("opened_at", ended_at), is_censored=pl.col("ending").is_null()
    )


def left_out_issues(view: View, window: Window) -> pl.DataFrame:
    """Issues opened in ``window`` that cannot be followed, as rows of ``excluded.parquet``."""
    is_opened = window.has("opened_at") & (pl.col("opened_at") <= literal(view.as_of))
    endless = view["spells"].lazy().filter(_has_no_known_end())
    reason = (
        pl.when(~_author_is_known())
        .then(pl.lit("the author is unknown"))
        .when("is_endless")
        .then(pl.lit("closed at a moment nobody knows"))
    )
    return (
        view["issues"]
        .lazy()
        .filter(is_opened)
        .join(endless.select(*ITEM, is_endless=True), on=ITEM, how="left")
        .select("repo", key=pl.col("number").cast(pl.String), reason=reason)
        .drop_nulls("reason")
        .collect()
    )


def unmeasurable(
    excluded: pl.DataFrame, statistics: Iterable[Statistic], reason: str | None = None
) -> Measured:
    """Nothing but the reason: by default that every issue was left out, and why the first was."""
    reason = reason or f"none of {excluded.height} issues can be measured: {excluded['reason'][0]}"
    estimates = [
        replace(not_measurable(name, unit, reason, group=group), n_excluded=excluded.height)
        for name, unit, group in statistics
    ]
    return Measured(pl.DataFrame(), estimates, excluded=lambda: excluded)


def has_team(view: View) -> bool:
    """Whether anything says who is in the team."""
    return bool(view["people"]["is_team"].is_not_null().any())


def _is_first_spell() -> pl.Expr:
    return (pl.col("kind") == "issue") & (pl.col("spell") == 0)


def _has_no_known_end() -> pl.Expr:
    return _is_first_spell() & ~pl.col("is_end_known")


def _author_is_known() -> pl.Expr:
    return pl.col("author_kind").is_not_null()
