"""The pieces of a page with one section a question: heading, sentence, and what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from opsreview.blocks.block import Block, rendered
from opsreview.estimate import Estimate, in_words
from opsreview.findings import Finding
from opsreview.review import Review
from opsreview.wording import (
    capitalised,
    certainty_in_words,
    counted,
    group_name,
    interval_in_words,
    metric_name,
    span_in_words,
    statistic_name,
    value_in_words,
)

MOST_WAITING = 15
_NO_RANGE = {"cover_ledger", "rotation_feasibility"}  # a promise and a balance have no usual range
_NO_PAGER = ("no source gives incidents", "no source gives shifts")
# What a look at the finished alone would have told, by metric: its statistic, and who is counted.
FINISHED_ALONE = {
    "response_attainment": ("share_of_answered_in_time", "the answered"),
    "time_to_first_response": ("median_of_answered", "the answered"),
    "time_to_first_review": ("median_of_reviewed", "the reviewed"),
    "change_request_duration": ("median_of_merged", "the merged"),
    "issue_resolution_duration": ("median_of_closed", "what was closed"),
}
WAITS = {
    "issue_unanswered": "no answer yet",
    "waiting_on_team": "since the last word from outside",
}


def stepped(review: Review) -> Block | None:
    """Why triage is read over three months; None where a month holds enough."""
    if "stepped_from" not in review.run:
        return None
    said = review.run["stepped_from"]
    count = round(said["issues_a_month"])
    opened = f"{counted(count, 'issue')} {'is' if count == 1 else 'are'}"
    return rendered("stepped", opened=opened, month=said["title"], quarter=review.title)


def question(review: Review, text: str, *metrics: str) -> Block | None:
    """A heading; None when none of the metrics that answer it could be measured."""
    return rendered("question", text=text) if review.is_measurable(*metrics) else None


def finding(review: Review, *metrics: str, group: str = "all") -> Block | None:
    """What was found about each of some metrics, and how it stands to what was promised.

    Where no sentence was made of one, its statistics are told one by one. One that could not be
    measured is left to ``not_told``; None when none could be.
    """
    told = [said for metric in metrics if (said := _finding(review, metric, group)) is not None]
    return Block("\n".join(said.html for said in told)) if told else None


def findings_list(review: Review, topic: str) -> Block | None:
    """All findings of a topic with their evidence; None when there are none."""
    return _findings(review.findings(topic), review.noun)


def not_told(review: Review, *metrics: str) -> Block | None:
    """What could not be measured and why, each reason once; None when all could be.

    On-call metrics of what no source gives are left out: most teams have no pager, and the front
    page says what could be filled in.
    """
    by_reason: dict[str, list[str]] = {}
    for metric in metrics:
        if not review.is_measurable(metric):
            reasons = review.metric(metric).get_column("reason").drop_nulls().to_list()
            reason = reasons[0] if reasons else "the cycle's data does not hold it"
            if reason in _NO_PAGER:
                continue
            by_reason.setdefault(reason, []).append(metric_name(metric))
    if not by_reason:
        return None
    reasons_said = [
        (_listed(names), capitalised(reason.rstrip("."))) for reason, names in by_reason.items()
    ]
    return rendered("not_told", reasons=reasons_said)


def metric_table(review: Review, metric: str, kind: str = "") -> Block | None:
    """A metric's statistics with their interval and n; None when none could be measured.

    Args:
        review: The cycle.
        metric: Its id.
        kind: Of which groups, such as ``work`` for ``work:<name>``; every group by default.
    """
    rows = [
        _row(row)
        for row in _measured_rows(review, metric)
        if not kind or row["group"].startswith(f"{kind}:")
    ]
    return rendered("metric_table", rows=rows) if rows else None


def counting_only(review: Review, *metrics: str) -> Block | None:
    """What the finished alone would have said in place of these metrics; None where nobody knows.

    Several metrics of one line count the same ones.
    """
    told = [
        (in_words(value, estimate.unit), FINISHED_ALONE[metric][1])
        for metric in metrics
        if metric in FINISHED_ALONE
        and (value := (estimate := _alone(review, metric)).value) is not None
    ]
    if not told:
        return None
    said = " / ".join(value for value, _ in told)
    return rendered("counting_only", what=told[0][1], said=said)


def waiting_list(review: Review, *kinds: str) -> Block | None:
    """What waits, by link, the longest wait first; None when nothing of these kinds does.

    Args:
        review: The cycle.
        kinds: ``issue_unanswered``, ``waiting_on_team``, ``review``, ``unreleased``.
    """
    is_wanted = pl.col("kind").is_in(kinds)
    waiting = review.waiting.filter(is_wanted) if review.waiting.height else review.waiting
    if waiting.is_empty():
        return None
    longest = waiting.sort("waiting_hours", "number", descending=[True, False]).head(MOST_WAITING)
    rows = [waiting_row(row, review) for row in longest.iter_rows(named=True)]
    return rendered("waiting_list", rows=rows, more=waiting.height - len(rows))


def waiting_row(row: Mapping[str, Any], review: Review) -> dict[str, Any]:
    """A row of ``waiting.parquet`` as a page shows it."""
    has_many = len(review.run.get("repos", [])) > 1
    since = WAITS.get(row["kind"], "")
    return {
        "text": f"{row['repo'] if has_many else ''}#{row['number']}",
        "url": row["url"],
        "title": row["title"] or "",
        "wait": in_words(row["waiting_hours"], "hours") + (f", {since}" if since else ""),
        "area": row["area"],
    }


def _finding(review: Review, metric: str, group: str) -> Block | None:
    if not review.is_measurable(metric, group=group):
        return None
    found = [
        each
        for each in review.findings()
        if each.metric == metric and each.group == group and each.scope == "all"
    ]
    return _findings(found, review.noun) or _statistics(review, metric, group)


def _alone(review: Review, metric: str) -> Estimate:
    return review.estimate(metric, FINISHED_ALONE[metric][0])


def _findings(found: Sequence[Finding], noun: str) -> Block | None:
    rows = [{"said": each, "beside": _beside(each, noun)} for each in found]
    return rendered("findings", rows=rows) if rows else None


def _statistics(review: Review, metric: str, group: str) -> Block | None:
    rows = review.metric(metric).filter(group=group).iter_rows(named=True)
    told, unknown = [], dict[str, list[str]]()
    for row in rows:
        name, estimate = statistic_name(metric, row["statistic"]), Estimate.from_row(row)
        if estimate.value is None and estimate.n == 0:
            unknown.setdefault(estimate.reason or "not known", []).append(name)
        else:
            told.append((capitalised(name), _said(estimate)))
    told += [
        (f"{capitalised(_listed(names))} cannot be told", why) for why, names in unknown.items()
    ]
    return rendered("statistics", told=told) if told else None


def _said(estimate: Estimate) -> str:
    value, certainty = value_in_words(estimate), certainty_in_words(estimate)
    return f"{value} ({certainty})" if certainty else value


def _beside(found: Finding, noun: str) -> str:
    """The range of the earlier cycles, where the sentence is about the metric itself."""
    is_beside = found.origin == "metric" and found.metric not in _NO_RANGE
    if not is_beside or found.usual_low is None:
        return ""
    span = span_in_words(found.usual_low, found.usual_high, found.unit, to=" to ")
    return f"Earlier {noun}s: {span}."


def _measured_rows(review: Review, metric: str) -> list[dict[str, Any]]:
    rows = review.metric(metric).filter(pl.col("value").is_not_null() | (pl.col("n") > 0))
    return rows.to_dicts()


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    estimate = Estimate.from_row(row)
    return {
        "name": capitalised(statistic_name(row["metric"], row["statistic"])),
        "group": "" if row["group"] == "all" else group_name(row["group"]),
        "value": value_in_words(estimate),
        "interval": interval_in_words(estimate),
        "n": row["n"],
        "waiting": row["n_censored"],
    }


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
