"""How long people wait for a first answer, and how often it came in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.endings import (
    NO_TEAM,
    NONE_OPENED,
    followed_in,
    has_team,
    left_out_issues,
    unmeasurable,
    waits,
)
from opsreview.metrics.firsts import answered_issues, closed_issues
from opsreview.metrics.intervals import share
from opsreview.metrics.survival import aalen_johansen, median_with_rivals
from opsreview.metrics.view import ITEM, STRATUM_MINIMUM, Measured, View, duration_curves
from opsreview.metrics.working_waits import as_declared, median_in_working_hours, working_hours
from opsreview.window import Window, literal

PARTS = ("answered", "closed_unanswered", "waiting")
NAIVE_SHARE = "share_of_answered_in_time"
RESPONSE_STATISTICS = (
    ("median", "hours"),
    ("median_working_hours", "working_hours"),
    ("median_by_team", "hours"),
    ("median_working_hours_by_team", "working_hours"),
    ("median_of_answered", "hours"),
)
ATTAINMENT_STATISTICS = (*((f"share_{part}", "share") for part in PARTS), (NAIVE_SHARE, "share"))
_OF_ANSWERED = "of the answered alone: leaves out who was closed without a word and who still waits"
_NONE_DUE = "no issue was due in the window"
ENDINGS = ("answered", "closed_by_team", "withdrawn", "closed_by_bot", "closed_by_other")


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
    closed = closed_issues(issues.filter(window.has("opened_at")), spells)
    answered = answered_issues(closed, comments)
    return responses(answered, window=window, as_of=as_of, by_team=by_team)


def responses(
    answered: pl.DataFrame, *, window: Window, as_of: datetime, by_team: bool
) -> pl.DataFrame:
    """``time_to_first_response`` of ``firsts.answered_issues``."""
    first = "team_answered" if by_team else "answered"
    followed = followed_in(answered, window=window, as_of=as_of)
    return followed.select(waits(first, as_of=as_of, main="answered", by="responder_id"))


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
    """The registry's way in: any person's answer and the team's, with the rival ends drawn."""
    rows = _responses(view)
    excluded = left_out_issues(view, view.window, followed_count=rows.height)
    if rows.is_empty() and excluded.height:
        return unmeasurable(excluded, [(*what, "all") for what in RESPONSE_STATISTICS])
    return Measured(
        rows,
        [
            replace(estimate, n_excluded=estimate.n_excluded + excluded.height)
            for estimate in as_declared(responses_of_rows(rows), view)
        ],
        lambda: [_response_curves(rows)],
        lambda: excluded,
    )


def responses_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The estimates over some of the rows that ``first_response_measured`` found."""
    is_team_unknown = rows.height > 0 and rows["team_waited_hours"].is_null().all()
    estimates = []
    for suffix, prefix in (("", ""), ("_by_team", "team_")):
        if prefix and is_team_unknown:
            teams = (what for what in RESPONSE_STATISTICS if what[0].endswith("_by_team"))
            estimates += [not_measurable(*what, NO_TEAM) for what in teams]
            continue
        ending = rows[f"{prefix}ending"]
        estimates += [
            median_with_rivals(
                rows[f"{prefix}waited_hours"],
                ending,
                "answered",
                statistic=f"median{suffix}",
                reason=NONE_OPENED,
            ),
            median_in_working_hours(
                rows[f"{prefix}working_hours"],
                ending,
                "answered",
                statistic=f"median_working_hours{suffix}",
                reason=NONE_OPENED,
            ),
        ]
    return [*estimates, _median_of_answered(rows)]


def _median_of_answered(rows: pl.DataFrame) -> Estimate:
    """What counting only the answered would have said."""
    answered = rows.filter(pl.col("ending") == "answered")["waited_hours"]
    if not len(answered):
        reason = "no issue was answered" if rows.height else NONE_OPENED
        return not_measurable("median_of_answered", "hours", reason)
    median = float(np.median(answered.to_numpy()))
    return Estimate("median_of_answered", median, "hours", len(answered), method=_OF_ANSWERED)


def _responses(view: View) -> pl.DataFrame:
    """Any person's answers with the team's beside; those null where nobody knows the team."""
    as_of = view.as_of
    followed = followed_in(view["answered"], window=view.window, as_of=as_of)
    teams = waits("team_answered", as_of=as_of, main="answered")[1:4]
    rows = followed.select(
        *waits("answered", as_of=as_of, main="answered", by="responder_id"),
        *(part.name.prefix("team_") for part in teams),
    )
    hours, team_hours = (
        working_hours(rows, "opened_at", end, calendar=view.team_calendar, as_of=as_of)
        for end in ("ended_at", "team_ended_at")
    )
    own = [rows["team_waited_hours"], team_hours.alias("team_working_hours"), rows["team_ending"]]
    if not has_team(view):
        own = [column.clear(rows.height) for column in own]
    anyones = rows.drop("team_waited_hours", "team_ending", "team_ended_at")
    return anyones.hstack([hours.alias("working_hours"), *own])


def attainment_measured(view: View) -> Measured:
    """The registry's way in: the team's answers, overall, by priority and by area."""
    target_hours = view.targets.response_hours
    excluded = left_out_issues(view, view.window.shifted(-timedelta(hours=target_hours)))
    if not has_team(view):
        return unmeasurable(excluded, _shares_of(view), NO_TEAM)
    longest = max([target_hours, *view.targets.group_hours.values()])
    since = Window(view.window.start_at - timedelta(hours=longest), view.window.end_at)
    waited = responses(view["answered"], window=since, as_of=view.as_of, by_team=True)
    rows = _judged(view, waited, target_hours)
    if rows.is_empty() and excluded.height:
        return unmeasurable(excluded, _shares_of(view))
    estimates = [replace(part, n_excluded=excluded.height) for part in _parts(rows, "all")]
    for group, judged in _strata(view, rows, waited):
        estimates += _stratum(judged, group)
    due = rows.filter(pl.col("part").is_not_null())
    return Measured(rows, estimates, lambda: [_response_curves(due)], lambda: excluded)


def _judged(view: View, responses: pl.DataFrame, target_hours: float) -> pl.DataFrame:
    return response_attainment(
        responses, window=view.window, as_of=view.as_of, target_hours=target_hours
    )


def attainment_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The estimates over some of the rows that ``attainment_measured`` found."""
    due = rows["part"].drop_nulls()
    parts = [
        share(int((due == part).sum()), due.len(), statistic=f"share_{part}", reason=_NONE_DUE)
        for part in PARTS
    ]
    return [replace(part, n_pending=rows.height - due.len()) for part in (*parts, _naive(rows))]


def _naive(rows: pl.DataFrame) -> Estimate:
    """What counting only the answered would have said."""
    answered = rows.filter(pl.col("part").is_not_null() & (pl.col("ending") == "answered"))["part"]
    if not len(answered):
        reason = "no issue that was due was answered" if rows["part"].count() else _NONE_DUE
        return not_measurable(NAIVE_SHARE, "share", reason)
    value = float((answered == "answered").sum()) / len(answered)
    return Estimate(NAIVE_SHARE, value, "share", len(answered), method=_OF_ANSWERED)


def _parts(rows: pl.DataFrame, group: str) -> list[Estimate]:
    return [part.of(group) for part in attainment_of_rows(rows)]


def _stratum(rows: pl.DataFrame, group: str) -> list[Estimate]:
    """The parts of one priority or area; of a small one only that it is small."""
    due_count = rows["part"].count()
    if due_count == 0 or due_count >= STRATUM_MINIMUM:
        return _parts(rows, group)
    were = "issue was" if due_count == 1 else "issues were"
    reason = f"{due_count} {were} due: groups under {STRATUM_MINIMUM} are not shown"
    missing = (not_measurable(*what, reason, group=group) for what in ATTAINMENT_STATISTICS)
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


def _response_curves(rows: pl.DataFrame) -> pl.DataFrame:
    """Answered, or closed without a word by whom; a closer nobody knows is one of the others."""
    ending = rows["ending"].replace("closed_by_unknown", "closed_by_other")
    return duration_curves(aalen_johansen(rows["waited_hours"], ending, endings=ENDINGS))


def _shares_of(view: View) -> list[tuple[str, str, str]]:
    """Statistic, unit and group of all that ``response_attainment`` states."""
    groups = ("all", *view.groups.labelled())
    return [(*what, group) for group in groups for what in ATTAINMENT_STATISTICS]
