"""Questions that users ask: where, how long they wait, and on whom the answers rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.acting import per_person, top_share, top_two_share
from opsreview.metrics.first_response import time_to_first_response
from opsreview.metrics.intervals import count, rate_per_week, share
from opsreview.metrics.survival import median_with_rivals
from opsreview.metrics.view import ITEM, Measured, View, hours_between, is_label_of
from opsreview.window import MOMENT, Window, literal

ISSUES_CHANNEL = "issues"
STATISTICS = (
    ("count", "count"),
    ("rate_per_week", "per_week"),
    ("median", "hours"),
    ("top_share", "share"),
    ("top_two_share", "share"),
)
QUESTIONS_SCHEMA: dict[str, pl.DataType] = {
    "channel": pl.String(),
    "thing": pl.String(),
    "repo": pl.String(),
    "number": pl.Int64(),
    "url": pl.String(),
    "opened_at": MOMENT,
    "answered_at": MOMENT,
    "answered_by": pl.String(),
    "is_answered": pl.Boolean(),
    "waited_hours": pl.Float64(),
    "ending": pl.String(),
}
_NO_CHANNEL = (
    "no channel is known: name the labels of questions under labels.support in review.yaml, or "
    "give support_requests (GitHub Discussions, a CSV file)"
)
_NONE_ASKED = "no question was asked in the window"
_NONE_ANSWERED = "no question was answered in the window"


def questions_in_issues(
    issues: pl.DataFrame,
    comments: pl.DataFrame,
    spells: pl.DataFrame,
    labelled: pl.DataFrame,
    *,
    as_of: datetime,
) -> pl.DataFrame:
    """Every question that was asked in the issue tracker from outside the team. Ours.

    It is answered by the first comment of a person other than its author; being closed without a
    word is the rival end, as in ``time_to_first_response``.

    Args:
        issues: ISSUES.
        comments: COMMENTS.
        spells: ``history.open_spells``.
        labelled: repo and number of the issues that are questions.
        as_of: Last moment the data speaks for, UTC.

    Returns:
        One row per question: the columns of QUESTIONS. ``ending`` is ``answered`` or
        ``closed_unanswered``; null while it waits.
    """
    is_outsiders = (pl.col("author_kind") != "bot") & ~pl.col("author_is_team").fill_null(False)
    asked = issues.join(labelled.select(ITEM).unique(), on=ITEM, how="semi").filter(is_outsiders)
    if asked.is_empty():
        return pl.DataFrame(schema=QUESTIONS_SCHEMA)
    ever = Window(asked["opened_at"].min(), as_of)  # type: ignore[arg-type]
    waits = time_to_first_response(asked, comments, spells, window=ever, as_of=as_of, by_team=False)
    is_answered = (pl.col("ending") == "answered").fill_null(False)
    return waits.with_columns(
        channel=pl.lit(ISSUES_CHANNEL),
        thing=pl.col("repo") + "#" + pl.col("number").cast(pl.String),
        answered_at=pl.when(is_answered).then("ended_at"),
        answered_by="responder_id",
        is_answered=is_answered,
        ending=pl.when(is_answered | pl.col("is_censored"))
        .then("ending")
        .otherwise(pl.lit("closed_unanswered")),
    ).select(list(QUESTIONS_SCHEMA))


def questions_elsewhere(support_requests: pl.DataFrame, *, as_of: datetime) -> pl.DataFrame:
    """Every question that was asked outside the issue tracker. Ours.

    Returns:
        One row per question: the columns of QUESTIONS; repo, number and url are null. Whoever
        asked, as the table does not say; none is closed, so none ends but by an answer.
    """
    now = literal(as_of)
    is_answered = (pl.col("answered_at") <= now).fill_null(False)
    answered_at = pl.when(is_answered).then("answered_at")
    waited_hours = hours_between("opened_at", answered_at.fill_null(now))
    return support_requests.filter(pl.col("opened_at") <= now).select(
        channel=pl.col("channel").fill_null("elsewhere"),
        thing=pl.col("source") + ":" + pl.col("request_id"),
        repo=pl.lit(None, pl.String),
        number=pl.lit(None, pl.Int64),
        url=pl.lit(None, pl.String),
        opened_at="opened_at",
        answered_at=answered_at,
        answered_by=pl.when(is_answered).then("answered_by"),
        is_answered=is_answered,
        waited_hours=pl.max_horizontal(waited_hours, 0.0),
        ending=pl.when(is_answered).then(pl.lit("answered")),
    )


def support_questions(questions: pl.DataFrame, *, window: Window) -> pl.DataFrame:
    """The questions that were asked or answered in the window. Ours.

    Args:
        questions: ``questions_in_issues`` and ``questions_elsewhere``, one below the other.
        window: What is asked in it is counted, and of what is answered in it, by whom.

    Returns:
        The rows with is_asked and is_answer_given: whether each lies in the window.
    """
    return (
        questions.with_columns(
            is_asked=window.has("opened_at"),
            is_answer_given=window.has("answered_at").fill_null(False),
        )
        .filter(pl.col("is_asked") | pl.col("is_answer_given"))
        .sort("opened_at", "channel", "thing")
    )


def support_measured(view: View) -> Measured:
    """The registry's way in: overall, by channel, and by who answered."""
    known = _known(view)
    if known.window is None:
        reason = known.reason or _NO_CHANNEL
        return Measured(pl.DataFrame(), [not_measurable(*what, reason) for what in STATISTICS])
    rows = support_questions(pl.concat(_questions(view, known)), window=known.window)
    estimates = _estimates(rows, known.window)
    for channel in sorted(rows["channel"].unique()):
        of_channel = _estimates(rows.filter(pl.col("channel") == channel), known.window)
        estimates += [part.of(f"channel:{channel}") for part in of_channel]
    answerers = _answerers(rows)
    for person, given in per_person(answerers):
        group = f"person:{person}"
        estimates += [count(given).of(group), share(given, answerers.len()).of(group)]
    if known.reason:
        estimates = [_with_reason(part, known.reason) for part in estimates]
    return Measured(rows, estimates)


def support_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """How many questions the rows ask, how long they wait, and on whom the answers rest."""
    asked = rows.filter("is_asked")
    answerers = _answerers(rows)
    return [
        count(asked.height),
        median_with_rivals(asked["waited_hours"], asked["ending"], "answered", reason=_NONE_ASKED),
        top_share(answerers, reason=_NONE_ANSWERED),
        top_two_share(answerers, reason=_NONE_ANSWERED),
    ]


@dataclass(frozen=True)
class _Known:
    """Which channels are known, and when all of them are."""

    window: Window | None
    as_of: datetime
    has_issues: bool = False
    has_others: bool = False
    reason: str | None = None


def _known(view: View) -> _Known:
    if view.seen is None:
        return _Known(None, view.as_of, reason="the window has not begun")
    tables = {"has_issues": ("issues", "comments"), "has_others": ("support_requests",)}
    found = {name: view.covered(needs, view.seen) for name, needs in tables.items()}
    has = {
        "has_issues": bool(view.groups.support) and found["has_issues"].window is not None,
        "has_others": found["has_others"].window is not None and "support_requests" in view.tables,
    }
    parts = [found[name] for name, is_known in has.items() if is_known]
    window: Window | None = view.seen if parts else None
    for part in parts:
        window = window.overlap(part.window) if window and part.window else None
    reasons = [part.reason for part in parts if part.reason]
    if parts and window is None:
        reasons = ["the channels are known at different times only"]
    as_of = min([part.as_of for part in parts], default=view.as_of)
    return _Known(window, as_of, **has, reason="; ".join(dict.fromkeys(reasons)) or None)


def _questions(view: View, known: _Known) -> Iterator[pl.DataFrame]:
    if known.has_issues:
        labelled = view["labels"].filter(is_label_of(view.groups.support))
        yield questions_in_issues(
            view["issues"], view["comments"], view["spells"], labelled, as_of=known.as_of
        )
    if known.has_others:
        yield questions_elsewhere(view["support_requests"], as_of=known.as_of)


def _estimates(rows: pl.DataFrame, window: Window) -> list[Estimate]:
    number, *rest = support_estimates(rows)
    return [number, rate_per_week(number.n, window.weeks), *rest]


def _answerers(rows: pl.DataFrame) -> pl.Series:
    return rows.filter("is_answer_given")["answered_by"].drop_nulls()


def _with_reason(estimate: Estimate, reason: str) -> Estimate:
    return replace(estimate, reason="; ".join(filter(None, [estimate.reason, reason])))
