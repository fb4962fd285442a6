"""How long people wait for a first answer, and how often it came in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import share
from opsreview.metrics.survival import aalen_johansen, median_with_rivals
from opsreview.metrics.view import (
    ITEM,
    STRATUM_MINIMUM,
    Measured,
    View,
    duration_curves,
    hours_between,
    read_once,
)
from opsreview.window import Window, literal

# A comment this soon after a close came with it: the item was not closed without a word.
CLOSED_WITH_A_WORD = timedelta(minutes=1)
PARTS = ("answered", "closed_unanswered", "waiting")
ENDINGS = ("answered", "closed_by_team", "withdrawn", "closed_by_bot", "closed_by_other")
_NO_TEAM = "nothing says who is in the team: list it in people.yaml"


def time_to_first_response(
    issues: pl.DataFrame,
    comments: pl.DataFrame,
    spells: pl.DataFrame,
    *,
    window: Window,
    as_of: datetime,
    by_team: bool,
) -> pl.DataFrame:
    """Hours from opening an issue to the first comment by a person other than its author.

    Closing an issue without a word is a rival end. Issues with neither at ``as_of`` stay in,
    censored, with the hours waited so far. Comments by bots, deleted accounts and the author
    are no responses; one older than the issue (moved with it) answers it at once. Issues whose
    author the source never gave, and those closed at a moment nobody knows, are left out.

    Args:
        issues: ISSUES.
        comments: COMMENTS.
        spells: ``history.open_spells``.
        window: Issues opened in it are measured.
        as_of: Last moment the data speaks for, UTC.
        by_team: True counts the team's own answers only (what targets are judged by).

    Returns:
        One row per issue: repo, number, title, url, opened_at, waited_hours (>= 0), ending
        (``answered``, ``withdrawn``, ``closed_by_team``, ``closed_by_bot``, ``closed_by_other``,
        ``closed_by_unknown``; null while waiting), ended_at, responder_id, is_censored.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-time-to-first-response/
    """
    opened = (
        issues.lazy()
        .filter(
            window.has("opened_at") & (pl.col("opened_at") <= literal(as_of)) & _author_is_known()
        )
        .join(spells.lazy().filter(_has_no_known_end()), on=ITEM, how="anti")
        .select(*ITEM, "title", "url", "opened_at", "author_id")
        .pipe(read_once)
    )
    responses = _first_responses(opened, comments.lazy(), as_of=as_of, by_team=by_team)
    is_first_close = _is_first_spell() & (pl.col("end_at") <= literal(as_of))
    closes = (
        spells.lazy()
        .filter(is_first_close)
        .select(*ITEM, "closer_id", "closer_kind", "closer_is_team", closed_at="end_at")
    )
    is_answer_first = pl.col("responded_at") <= pl.col("closed_at") + CLOSED_WITH_A_WORD
    is_answered = pl.col("responded_at").is_not_null() & is_answer_first.fill_null(True)
    return (
        opened.join(responses, on=ITEM, how="left")
        .join(closes, on=ITEM, how="left")
        .with_columns(
            ending=pl.when(is_answered).then(pl.lit("answered")).otherwise(_silent_close()),
            ended_at=pl.when(is_answered).then("responded_at").otherwise("closed_at"),
            responder_id=pl.when(is_answered).then("responder_id"),
        )
        .with_columns(
            waited_hours=hours_between(
                "opened_at", pl.max_horizontal("opened_at", _or_now("ended_at", as_of))
            ),
            is_censored=pl.col("ending").is_null(),
        )
        .select(
            *ITEM,
            "title",
            "url",
            "opened_at",
            "waited_hours",
            "ending",
            "ended_at",
            "responder_id",
            "is_censored",
        )
        .sort(ITEM)
        .collect()
    )


def response_attainment(
    responses: pl.DataFrame, *, window: Window, as_of: datetime, target_hours: float
) -> pl.DataFrame:
    """Whether each issue that was due in the window had an answer within the target. Ours.

    Args:
        responses: Rows of ``time_to_first_response`` for issues opened since the window's start
            less the target.
        window: Issues whose deadline (opening plus target) lies in it are judged.
        as_of: Deadlines after it are pending.
        target_hours: Wall-clock hours.

    Returns:
        One row per issue due: repo, number, title, url, due_at, waited_hours,
        part (``answered``, ``closed_unanswered``, ``waiting``; null while pending).
    """
    is_in_time = pl.col("waited_hours") <= target_hours
    return (
        responses.lazy()
        .with_columns(due_at=pl.col("opened_at") + pl.duration(hours=target_hours))
        .filter(window.has("due_at"))
        .with_columns(
            part=pl.when(pl.col("due_at") > literal(as_of))
            .then(None)
            .when((pl.col("ending") == "answered") & is_in_time)
            .then(pl.lit("answered"))
            .when(pl.col("ending").is_not_null() & (pl.col("ending") != "answered") & is_in_time)
            .then(pl.lit("closed_unanswered"))
            .otherwise(pl.lit("waiting"))
        )
        .select(*ITEM, "title", "url", "due_at", "waited_hours", "ending", "part")
        .collect()
    )


def first_response_measured(view: View) -> Measured:
    """The registry's way in: any person's answer, with the rival ends drawn."""
    rows = time_to_first_response(
        view["issues"],
        view["comments"],
        view["spells"],
        window=view.window,
        as_of=view.as_of,
        by_team=False,
    )
    excluded = _excluded(view, view.window)
    if rows.is_empty() and excluded.height:
        return _unmeasurable(excluded, [("median", "hours", "all")])
    reason = "no issue was opened in the window"
    estimate = median_with_rivals(rows["waited_hours"], rows["ending"], "answered", reason=reason)
    return Measured(
        rows,
        [replace(estimate, n_excluded=excluded.height)],
        lambda: [_response_curves(rows)],
        lambda: excluded,
    )


def attainment_measured(view: View) -> Measured:
    """The registry's way in: the team's answers, overall, by priority and by area."""
    target_hours = view.targets.response_hours
    excluded = _excluded(view, view.window.shifted(-timedelta(hours=target_hours)))
    if not view["people"]["is_team"].is_not_null().any():
        return _unmeasurable(excluded, _shares_of(view), _NO_TEAM)
    longest = max([target_hours, *view.targets.group_hours.values()])
    since = Window(view.window.start_at - timedelta(hours=longest), view.window.end_at)
    responses = time_to_first_response(
        view["issues"],
        view["comments"],
        view["spells"],
        window=since,
        as_of=view.as_of,
        by_team=True,
    )
    rows = _judged(view, responses, target_hours)
    if rows.is_empty() and excluded.height:
        return _unmeasurable(excluded, _shares_of(view))
    estimates = [replace(part, n_excluded=excluded.height) for part in _parts(rows, "all")]
    for group, judged in _strata(view, rows, responses):
        estimates += _stratum(judged, group)
    due = rows.filter(pl.col("part").is_not_null())
    return Measured(rows, estimates, lambda: [_response_curves(due)], lambda: excluded)


def _judged(view: View, responses: pl.DataFrame, target_hours: float) -> pl.DataFrame:
    return response_attainment(
        responses, window=view.window, as_of=view.as_of, target_hours=target_hours
    )


def _parts(rows: pl.DataFrame, group: str) -> list[Estimate]:
    due = rows["part"].drop_nulls()
    pending = rows.height - due.len()
    return [
        replace(
            share(
                int((due == part).sum()),
                due.len(),
                statistic=f"share_{part}",
                reason="no issue was due in the window",
            ),
            group=group,
            n_pending=pending,
        )
        for part in PARTS
    ]


def _stratum(rows: pl.DataFrame, group: str) -> list[Estimate]:
    """The parts of one priority or area; of a small one only that it is small."""
    due_count = rows["part"].count()
    if due_count == 0 or due_count >= STRATUM_MINIMUM:
        return _parts(rows, group)
    were = "issue was" if due_count == 1 else "issues were"
    reason = f"{due_count} {were} due: groups under {STRATUM_MINIMUM} are not shown"
    missing = (not_measurable(f"share_{part}", "share", reason, group=group) for part in PARTS)
    return [replace(part, n_pending=rows.height - due_count) for part in missing]


def _strata(
    view: View, rows: pl.DataFrame, responses: pl.DataFrame
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The judged issues of each priority and area, by the labels borne at ``as_of``.

    ``rows`` are judged at the general target; a group with a target of its own is judged anew.
    """
    for group, is_labelled in view.groups.labelled().items():
        hours = view.targets.group_hours.get(group)
        judged = rows if hours is None else _judged(view, responses, hours)
        yield group, judged.join(view["labels"].filter(is_labelled), on=ITEM, how="semi")


def _first_responses(
    opened: pl.LazyFrame, comments: pl.LazyFrame, *, as_of: datetime, by_team: bool
) -> pl.LazyFrame:
    is_person = (pl.col("author_id") != pl.col("opener_id")).fill_null(True)
    is_response = (
        (pl.col("author_kind") == "human") & is_person & (pl.col("created_at") <= literal(as_of))
    )
    if by_team:
        is_response &= pl.col("author_is_team")
    return (
        comments.join(opened.select(*ITEM, opener_id="author_id"), on=ITEM)
        .filter(is_response)
        .sort("created_at", "comment_id")
        .group_by(ITEM, maintain_order=True)
        .agg(
            responded_at=pl.col("created_at").first(),
            responder_id=pl.col("author_id").first(),
        )
    )


def _silent_close() -> pl.Expr:
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


def _response_curves(rows: pl.DataFrame) -> pl.DataFrame:
    """Answered, or closed without a word by whom; a closer nobody knows is one of the others."""
    ending = rows["ending"].replace("closed_by_unknown", "closed_by_other")
    return duration_curves(aalen_johansen(rows["waited_hours"], ending, endings=ENDINGS))


def _or_now(column: str, as_of: datetime) -> pl.Expr:
    return pl.col(column).fill_null(literal(as_of))


def _is_first_spell() -> pl.Expr:
    return (pl.col("kind") == "issue") & (pl.col("spell") == 0)


def _has_no_known_end() -> pl.Expr:
    return _is_first_spell() & ~pl.col("is_end_known")


def _author_is_known() -> pl.Expr:
    return pl.col("author_kind").is_not_null()


def _excluded(view: View, window: Window) -> pl.DataFrame:
    """Issues opened in ``window`` that cannot be measured, as rows of ``excluded.parquet``."""
    is_opened = window.has("opened_at") & (pl.col("opened_at") <= literal(view.as_of))
    endless = view["spells"].lazy().filter(_has_no_known_end() & (pl.col("kind") == "issue"))
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


def _shares_of(view: View) -> list[tuple[str, str, str]]:
    """Statistic, unit and group of all that ``response_attainment`` states."""
    groups = ("all", *view.groups.labelled())
    return [(f"share_{part}", "share", group) for group in groups for part in PARTS]


def _unmeasurable(
    excluded: pl.DataFrame, statistics: list[tuple[str, str, str]], reason: str | None = None
) -> Measured:
    reason = reason or f"none of {excluded.height} issues can be measured: {excluded['reason'][0]}"
    estimates = [
        replace(not_measurable(name, unit, reason, group=group), n_excluded=excluded.height)
        for name, unit, group in statistics
    ]
    return Measured(pl.DataFrame(), estimates, excluded=lambda: excluded)
