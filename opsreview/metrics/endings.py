"""Which issues are followed from their opening, how they were closed, and what is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import not_measurable
from opsreview.metrics.view import ITEM, Measured, View, hours_between, left_out
from opsreview.window import Window, literal

# A comment this soon after a close came with it: the item was not closed without a word.
CLOSED_WITH_A_WORD = timedelta(minutes=1)
NONE_OPENED = "no issue was opened in the window"
NO_TEAM = "nothing says who is in the team: list it in people.yaml"

_AUTHOR = ("author_id", "author_is_team")
_CLOSER = ("closer_id", "closer_kind", "closer_is_team")

Statistic = tuple[str, str, str]  # its name, unit and group


def opened_issues(
    issues: pl.DataFrame, spells: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Issues opened in the window by ``as_of`` that can be followed to an end, with their close.

    Left out are those whose author the source never gave, and those closed at a moment nobody
    knows.

    Returns:
        One row per issue: repo, number, title, url, opened_at, author_id, author_is_team, labels,
        closed_at, closer_id, closer_kind and closer_is_team of its first close, and closed_by, how
        a close without what was waited for is called (``withdrawn``: by the author,
        ``closed_by_team``, ...); null where it was not closed by ``as_of``.
    """
    is_opened = window.has("opened_at") & (pl.col("opened_at") <= literal(as_of))
    opened = issues.filter(is_opened & author_is_known())
    firsts = spells.filter(_is_first_spell())
    is_closed = pl.col("closed_at") <= literal(as_of)
    return (
        opened.select(*ITEM, "title", "url", "opened_at", *_AUTHOR, "labels")
        .join(
            firsts.select(*ITEM, *_CLOSER, "is_end_known", closed_at="end_at"), on=ITEM, how="left"
        )
        .filter(pl.col("is_end_known").fill_null(True))
        .drop("is_end_known")
        .with_columns(pl.when(is_closed).then(pl.col("closed_at", *_CLOSER)))
        .with_columns(closed_by=closed_by())
    )


def followed_in(closed: pl.DataFrame, *, window: Window, as_of: datetime) -> pl.DataFrame:
    """Of ``firsts.closed_issues`` those opened in the window by ``as_of`` and followed, sorted."""
    is_opened = window.has("opened_at") & (pl.col("opened_at") <= literal(as_of))
    return closed.filter(is_opened & pl.col("is_followed")).sort(ITEM)


def waits(first: str, *, as_of: datetime, main: str, by: str = "person") -> list[pl.Expr]:
    """How long each issue waited for its first answer or the like, or its close without one.

    Args:
        first: ``answered``: what was waited for came at ``answered_at`` from ``answered_by``.
        as_of: Who has neither is censored then.
        main: What the ending is called where it came.
        by: What the column of the person is called.

    Returns:
        Expressions over ``followed_in``: repo, number, title, url, opened_at, waited_hours (>= 0),
        ending (null: still waiting), ended_at, the person, is_censored.
    """
    reached_at, closed_at, now = pl.col(f"{first}_at"), pl.col("closed_at"), literal(as_of)
    is_in_time = (reached_at <= closed_at + CLOSED_WITH_A_WORD).fill_null(True)
    is_reached = (reached_at <= now) & is_in_time
    is_closed = closed_at <= now
    ended_at = pl.when(is_reached).then(reached_at).when(is_closed).then(closed_at)
    ending = pl.when(is_reached).then(pl.lit(main)).when(is_closed).then("closed_by")
    until = pl.max_horizontal("opened_at", ended_at.otherwise(now))
    return [
        pl.col(*ITEM, "title", "url", "opened_at"),
        hours_between("opened_at", until).alias("waited_hours"),
        ending.alias("ending"),
        ended_at.alias("ended_at"),
        pl.when(is_reached).then(f"{first}_by").alias(by),
        (~(is_reached.fill_null(False) | is_closed.fill_null(False))).alias("is_censored"),
    ]


def waited(as_of: datetime) -> list[pl.Expr]:
    """The columns of every wait, from opened_at, ending (null: still waiting) and ended_at."""
    ended_at = pl.max_horizontal("opened_at", pl.col("ended_at").fill_null(literal(as_of)))
    hours = hours_between("opened_at", ended_at).alias("waited_hours")
    return [pl.col(*ITEM, "title", "url", "opened_at"), hours, pl.col("ending", "ended_at")]


def is_censored() -> pl.Expr:
    """Whether it is still waiting."""
    return pl.col("ending").is_null().alias("is_censored")


def left_out_issues(
    view: View, window: Window, *, followed_count: int | None = None
) -> pl.DataFrame:
    """Issues opened in ``window`` that cannot be followed, as rows of ``excluded.parquet``.

    Where it is known how many can, and all can, nothing more is looked up.
    """
    opened = view["issues"].filter(
        window.has("opened_at") & (pl.col("opened_at") <= literal(view.as_of))
    )
    if opened.height == followed_count:
        return left_out(opened.clear(), "")
    endless = view["spells"].lazy().filter(_is_first_spell() & ~pl.col("is_end_known"))
    reason = (
        pl.when(~author_is_known())
        .then(pl.lit("the author is unknown"))
        .when("is_endless")
        .then(pl.lit("closed at a moment nobody knows"))
    )
    return (
        opened.lazy()
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


def closed_by() -> pl.Expr:
    """How a close without what was waited for is called; null where there was none."""
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


def _is_first_spell() -> pl.Expr:
    return (pl.col("kind") == "issue") & (pl.col("spell") == 0)


def author_is_known() -> pl.Expr:
    """Whether the source ever gave the author."""
    return pl.col("author_kind").is_not_null()
