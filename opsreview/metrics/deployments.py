"""DORA's measures of delivery, where a deployment is a published stable release or hotfix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.failures import judged, sources_of_declarations
from opsreview.metrics.intervals import count, rate_per_week, share
from opsreview.metrics.releases import LOOK_BACK, SHIPPED, shipped
from opsreview.metrics.survival import kaplan_meier, median_to_end
from opsreview.metrics.view import NOT_BEGUN, Measured, View, duration_curves, hours_between
from opsreview.window import Window, literal

DECLARED, SUSPECTED = "kind:declared", "kind:suspected"
_FLAGS = {DECLARED: "is_declared", SUSPECTED: "is_suspected"}
NOBODY_DECLARES = (
    "nothing says which releases failed: name labels.regression or releases.failed in review.yaml"
)
NO_RELEASE = "no stable release in the twelve months to the cycle's end"


def deployment_frequency(
    releases: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Deployments in the window: published stable releases and hotfixes.

    Returns:
        One row per deployment: repo, tag, published_at, kind.

    Source:
        DORA, https://dora.dev/guides/dora-metrics-four-keys/ (a release stands for a deployment).
    """
    return (
        shipped(releases, as_of)
        .filter(window.has("published_at"))
        .select("repo", "tag", "published_at", "kind")
        .sort("published_at", "repo", "tag")
        .collect()
    )


def failed_deployment_recovery_time(judged: pl.DataFrame, *, as_of: datetime) -> pl.DataFrame:
    """Hours from a failed release to the next release of its repository.

    Failures without one at ``as_of`` stay in, censored. Suspected ones never are: it is the next
    release that makes them so.

    Args:
        judged: ``failures.judged_releases``.
        as_of: Last moment the data speaks for, UTC.

    Returns:
        One row per failed release: repo, tag, published_at, kind, is_declared, is_suspected,
        is_pending, why, recovered_at, waited_hours, is_censored.

    Source:
        DORA, https://dora.dev/guides/dora-metrics-four-keys/
    """
    end_at = pl.col("recovered_at").fill_null(literal(as_of))
    return judged.filter(pl.col("is_declared") | pl.col("is_suspected")).with_columns(
        waited_hours=hours_between("published_at", end_at),
        is_censored=pl.col("recovered_at").is_null(),
    )


def frequency_measured(view: View) -> Measured:
    """The registry's way in."""
    if view.seen is None:
        missing = [("count", "count"), ("rate_per_week", "per_week")]
        return Measured(pl.DataFrame(), [not_measurable(*what, NOT_BEGUN) for what in missing])
    rows = deployment_frequency(view["releases"], window=view.seen, as_of=view.as_of)
    weeks = view.seen.weeks
    estimates = [count(rows.height), rate_per_week(rows.height, weeks)]
    for kind in SHIPPED:
        found = rows.filter(pl.col("kind") == kind).height
        estimates += [
            part.of(f"kind:{kind}") for part in (count(found), rate_per_week(found, weeks))
        ]
    return Measured(rows, estimates)


def fail_rate_measured(view: View) -> Measured:
    """The registry's way in: the releases of twelve months that had time to show a failure.

    Those too young are pending, whatever they showed: to count failures alone among them would
    raise the rate. Numerator and denominator are releases, each once.
    """
    told = _told(view)
    if told.why_unknown is not None:
        return Measured(told.rows, [not_measurable("share", "share", told.why_unknown)])
    old = told.rows.filter(~pl.col("is_pending"))
    reason = "no release is old enough to tell" if told.rows.height else NO_RELEASE
    shares = {
        group: replace(
            share(old.filter(flag).height, old.height, reason=reason),
            n_pending=told.rows.height - old.height,
        )
        for group, flag in _FLAGS.items()
    }
    return Measured(told.rows, list(_by_group(shares, told)))


def recovery_measured(view: View) -> Measured:
    """The registry's way in: the failed releases of twelve months."""
    told = _told(view)
    if told.why_unknown is not None:
        return Measured(told.rows, [not_measurable("median", "hours", told.why_unknown)])
    rows = failed_deployment_recovery_time(told.rows, as_of=view.as_of)
    waits = {
        group: (part["waited_hours"], part["is_censored"])
        for group, flag in _FLAGS.items()
        for part in [rows.filter(pl.col(flag))]
    }
    medians = {
        group: median_to_end(*each, reason=f"no release of the twelve months is {name_of(group)}")
        for group, each in waits.items()
    }
    return Measured(
        rows,
        list(_by_group(medians, told)),
        lambda: [
            duration_curves(kaplan_meier(*each)).with_columns(group=pl.lit(group))
            for group, each in waits.items()
        ],
    )


def rework_measured(view: View) -> Measured:
    """The registry's way in: hotfixes among the deployments of twelve months."""
    year = view.covered(("releases",), _year(view))
    if year.window is None:
        missing = not_measurable("share", "share", year.reason or "unknown")
        return Measured(pl.DataFrame(), [missing])
    rows = deployment_frequency(view["releases"], window=year.window, as_of=view.as_of)
    hotfixes = rows.filter(pl.col("kind") == "hotfix").height
    return Measured(rows, [share(hotfixes, rows.height, reason=NO_RELEASE)])


def name_of(group: str) -> str:
    """A group of failures in a sentence: ``declared to have failed``."""
    return f"{group.removeprefix('kind:')} to have failed"


class _Told(NamedTuple):
    rows: pl.DataFrame
    is_declared: bool  # whether anybody says which releases failed
    why_unknown: str | None = None


def _told(view: View) -> _Told:
    sources = sources_of_declarations(view)
    known = view.covered(tuple({"releases", *sources}), _year(view))
    if known.window is None:
        return _Told(pl.DataFrame(), bool(sources), known.reason or "unknown")
    return _Told(judged(view, known.window), bool(sources))


def _year(view: View) -> Window:
    end_at = min(view.window.end_at, view.as_of)
    return Window(end_at - LOOK_BACK, end_at)


def _by_group(estimates: Mapping[str, Estimate], told: _Told) -> Iterator[Estimate]:
    """Declared, for everything too, and suspected; unknown is what nobody ever declares."""
    declared = estimates[DECLARED]
    if not told.is_declared:
        declared = not_measurable(declared.statistic, declared.unit, NOBODY_DECLARES)
    yield declared
    yield declared.of(DECLARED)
    yield estimates[SUSPECTED].of(SUSPECTED)
