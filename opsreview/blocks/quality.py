"""Data quality in full: what was read, what was set aside, what is unknown, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import polars as pl

from opsreview.blocks.block import Block, rendered
from opsreview.review import Review
from opsreview.wording import capitalised, counted, metric_name, moment_in_words


def data_quality(review: Review) -> Block:
    """Sources, rejected rows, what each metric left out, and what is not measurable."""
    return rendered(
        "quality",
        repos=review.run.get("repos", []),
        sources=[_source(source, review) for source in review.run.get("sources", [])],
        rejected=[_rejected(row) for row in review.rejected.to_dicts()],
        excluded=_excluded(review.excluded),
        missing=_missing(review),
        notes=list(_notes(review)),
    )


def _source(source: Mapping[str, Any], review: Review) -> dict[str, Any]:
    return {
        **source,
        "reason": source.get("reason") or "",
        "name": source.get("source") or source["kind"],
        "covers": [_covered(stretch, review) for stretch in source.get("covers") or []],
    }


def _covered(stretch: Mapping[str, Any], review: Review) -> str:
    days = [
        datetime.fromisoformat(stretch[edge]).astimezone(review.zone).date().isoformat()
        for edge in ("start_at", "end_at")
    ]
    return f"{str(stretch['table']).replace('_', ' ')} {days[0]} to {days[1]}"


def _rejected(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "reason": str(row["reason"]).replace("_", " ")}


def _excluded(excluded: pl.DataFrame) -> list[dict[str, Any]]:
    """By metric and reason, how many things no number could take."""
    if excluded.is_empty():
        return []
    counts = excluded.group_by("metric", "reason").agg(pl.len().cast(pl.Int64).alias("count"))
    ordered = counts.sort("count", "metric", "reason", descending=[True, False, False])
    return [row | {"name": metric_name(row["metric"])} for row in ordered.to_dicts()]


def _missing(review: Review) -> list[tuple[str, str]]:
    """Metrics without any number, by reason: each reason once."""
    by_reason: dict[str, list[str]] = {}
    metrics = review.metrics.filter(pl.col("scope") == "all")
    for (metric,), rows in metrics.group_by(["metric"], maintain_order=True):
        if not review.is_measurable(metric):
            reasons = rows["reason"].drop_nulls()
            reason = reasons[0] if reasons.len() else "not known"
            by_reason.setdefault(reason, []).append(metric_name(str(metric)))
    return [(capitalised(", ".join(names)), reason) for reason, names in by_reason.items()]


def _notes(review: Review) -> Iterator[str]:
    run = review.run
    yield f"Data up to {moment_in_words(review.as_of, review.zone)}; days in {review.zone.key}."
    if not run.get("is_over", True):
        yield "The cycle is not over: its numbers will still change."
    elif not run.get("is_mature", True):
        yield "Read less than seven days after the cycle's end: late answers are missing."
    assumed = sum(source.get("assumed_zone", 0) for source in run.get("sources", []))
    if assumed:
        yield f"{counted(assumed, 'time')} without a zone: the source's or the team's was assumed."
    for table, count in (run.get("disagreements") or {}).items():
        fields = counted(count, "field")
        yield f"Sources disagree on {fields} of {table}: the first listed source was believed."
    yield from _doubtful(run.get("doubtful") or {})
    pending = review.estimate("response_attainment", "share_answered").n_pending
    if pending:
        yield f"{counted(pending, 'issue')} still inside the answer deadline: counted nowhere yet."


def _doubtful(found: Mapping[str, Any]) -> Iterator[str]:
    """What is kept as it was given though it may be a slip: ``tables.doubtful``."""
    for table, count in (found.get("unlisted") or {}).items():
        rows = counted(count, table.removesuffix("s").replace("_", " "))
        named = "names" if count == 1 else "name"
        yield f"{rows} {named} somebody whom people.yaml does not list: kept as written."
    if overlapping := found.get("overlapping"):
        shifts = counted(overlapping, "shift")
        begins = "begins" if overlapping == 1 else "begin"
        yield (
            f"{shifts} {begins} while another of the same person and role runs: "
            "the hours count once."
        )
    for severity, like in (found.get("severities") or {}).items():
        rows, meant = counted(like["count"], "incident"), like["meant"]
        yield f"Severity {severity!r} ({rows}) is not known: is it {meant}? Kept as written."
    if tags := found.get("tags"):
        yield (
            f"review.yaml names {', '.join(tags)} under releases, and no release bears such a tag: "
            "correct it there."
        )
