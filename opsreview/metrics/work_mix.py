"""What the merged work was for: fixes, documentation, upkeep, features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.intervals import count, share
from opsreview.metrics.resolution import resolutions
from opsreview.metrics.survival import median_to_end
from opsreview.metrics.view import ITEM, Measured, View, is_label_of
from opsreview.tables.history import labels_at
from opsreview.window import Window, literal

OTHER, BOTS = "other", "bots"
KINDS = ("fix", "docs", "maintenance", "feature")
USUAL_LABELS: dict[str, tuple[str, ...]] = {
    "fix": ("bug", "bugfix", "*/bug", "*: bug", "*/bugfix", "fix", "regression", "defect"),
    "docs": ("documentation", "docs", "*/documentation", "*/docs", "*: docs", "*: documentation"),
    "maintenance": (
        "dependencies",
        "maintenance",
        "chore",
        "refactor*",
        "ci",
        "build*",
        "tests",
        "*/refactor*",
        "*/cleanup",
        "*/maintenance",
        "tech*debt",
    ),
    "feature": ("feature*", "enhancement", "*/feature*", "*/enhancement", "*: feature*"),
}
_TITLES = {  # https://www.conventionalcommits.org
    "fix": "fix|hotfix|bugfix",
    "docs": "docs?",
    "maintenance": "chore|ci|build|refactor|tests?|style|deps",
    "feature": "feat|feature",
}
_WAITS = ("fix", "feature")  # kinds of issues whose waits are set side by side
_SAID = {"fix": "bugs", "feature": "features"}
_NONE_MERGED = "no pull request of a person was merged in the window"


def work_mix(
    pull_requests: pl.DataFrame,
    events: pl.DataFrame,
    *,
    window: Window,
    as_of: datetime,
    labels: Mapping[str, Sequence[str]],
) -> pl.DataFrame:
    """What each merge in the window was for. Ours.

    By the labels borne at ``as_of``, of several the first kind of ``KINDS``; without such a label
    by the title's conventional beginning (``fix:``, ``feat(ui)!:``); else ``other``. What bots
    proposed is of the kind ``bots``: much of it would drown what people spent their time on.

    Args:
        pull_requests: PULL_REQUESTS.
        events: EVENTS; may be empty.
        window: Pull requests merged in it.
        as_of: Merges after it did not happen.
        labels: Patterns by kind; kinds that are not in it keep ``USUAL_LABELS``.

    Returns:
        One row per merge: repo, number, title, url, merged_at, work.
    """
    merged = _merged_in(pull_requests, window, as_of)
    later = events.filter(pl.col("created_at") > literal(as_of))
    borne = labels_at(merged, later.join(merged, on=ITEM, how="semi"), as_of)
    return _mix(merged, borne, labels)


def _merged_in(pull_requests: pl.DataFrame, window: Window, as_of: datetime) -> pl.DataFrame:
    is_merged = window.has("merged_at") & (pl.col("merged_at") <= literal(as_of))
    return pull_requests.filter(is_merged)


def _mix(
    merged: pl.DataFrame, borne: pl.DataFrame, labels: Mapping[str, Sequence[str]]
) -> pl.DataFrame:
    kinds = _kinds_of(merged, borne, labels)
    by_title = [
        pl.when(pl.col("title").str.contains(rf"(?i)^\s*({words})(\([^)]*\))?!?:")).then(
            pl.lit(kind)
        )
        for kind, words in _TITLES.items()
    ]
    is_bots = (pl.col("author_kind") == "bot").fill_null(False)
    return (
        merged.join(kinds, on=ITEM, how="left")
        .with_columns(
            work=pl.when(is_bots)
            .then(pl.lit(BOTS))
            .otherwise(pl.coalesce("work", *by_title, pl.lit(OTHER)))
        )
        .select(*ITEM, "title", "url", "merged_at", "work")
        .sort("merged_at", *ITEM)
    )


def work_mix_measured(view: View) -> Measured:
    """The registry's way in: shares of people's merges, and waits of fixes against features."""
    merged = _merged_in(view["pull_requests"], view.window, view.as_of)
    rows = _mix(merged, view["labels"], view.groups.work)
    by_people = rows.filter(pl.col("work") != BOTS)
    estimates = work_mix_estimates(rows)
    for kind in (*KINDS, OTHER):
        found = by_people.filter(pl.col("work") == kind).height
        part = share(found, by_people.height, reason=_NONE_MERGED)
        estimates += [count(found).of(f"work:{kind}"), part.of(f"work:{kind}")]
    estimates.append(count(rows.height - by_people.height).of(f"work:{BOTS}"))
    return Measured(rows, [*estimates, *_waits(view)])


def work_mix_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """How many merges of people's work the rows hold."""
    return [count(rows.filter(pl.col("work") != BOTS).height)]


def _waits(view: View) -> list[Estimate]:
    """How long issues took to be closed, those labelled as fixes beside those as features."""
    covered = view.covered(("issues",), view.window)
    if covered.window is None:
        why = covered.reason or "unknown"
        return [not_measurable("median", "hours", why, group=f"work:{kind}") for kind in _WAITS]
    is_opened = view.window.has("opened_at") & (pl.col("opened_at") <= literal(view.as_of))
    opened = view["issues"].filter(is_opened)
    kinds = _kinds_of(opened, view["labels"], view.groups.work)
    rows = resolutions(view["resolved"], view["spells"], window=view.window, as_of=view.as_of)
    return [_wait(rows, kinds.filter(pl.col("work") == kind), kind) for kind in _WAITS]


def _wait(rows: pl.DataFrame, of_kind: pl.DataFrame, kind: str) -> Estimate:
    if of_kind.is_empty():
        why = f"no issue opened in the window bears a label of {_SAID[kind]}"
        return not_measurable("median", "hours", why, group=f"work:{kind}")
    found = rows.join(of_kind, on=ITEM, how="semi")
    why = "the issues so labelled were closed at a moment nobody knows"
    median = median_to_end(found["first_hours"], found["is_first_censored"], reason=why)
    return replace(median, n_excluded=of_kind.height - found.height, group=f"work:{kind}")


def _kinds_of(
    items: pl.DataFrame, borne: pl.DataFrame, labels: Mapping[str, Sequence[str]]
) -> pl.DataFrame:
    """The kind of work that the labels each item bore tell of: repo, number, work."""
    if items.is_empty():
        return pl.DataFrame(schema={"repo": pl.String, "number": pl.Int64, "work": pl.String})
    patterns = {kind: labels.get(kind, USUAL_LABELS[kind]) for kind in KINDS}
    nth = pl.coalesce(
        *(
            pl.when(is_label_of(found)).then(pl.lit(nth))
            for nth, found in enumerate(patterns.values())
            if found
        ),
        pl.lit(None, pl.Int32),
    )
    names = dict(enumerate(KINDS))
    return (
        borne.lazy()
        .join(items.lazy(), on=ITEM, how="semi")
        .select(*ITEM, nth=nth)
        .drop_nulls("nth")
        .group_by(ITEM)
        .agg(pl.col("nth").min())
        .select(*ITEM, work=pl.col("nth").replace_strict(names, return_dtype=pl.String))
        .collect()
    )
