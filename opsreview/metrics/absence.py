"""On how few people each kind of work rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.acting import absence_factor, per_person, top_share, top_two_share
from opsreview.metrics.acts import NEEDS, acts_of, described, has_team
from opsreview.metrics.intervals import count
from opsreview.metrics.view import Measured, View
from opsreview.tables.coverage import Covered
from opsreview.window import Window, literal

STATISTICS = (("count", "count"), ("top_share", "share"), ("top_two_share", "share"))
ANSWERS = "answer"  # the work that the group ``all`` tells of
_KINDS = {
    ANSWERS: "answer was given",
    "review": "review was submitted",
    "merge": "pull request was merged by a person",
    "release": "release was published by a person",
    "incident": "incident was acted on",
}
_EVERYBODY = "nothing says who is in the team: everybody's answers count"


def contributor_absence_factor(
    acts: pl.DataFrame, windows: Mapping[str, Window], *, as_of: datetime
) -> pl.DataFrame:
    """The acts of each kind of work, a person and a thing worked on together once.

    From them follows the smallest number of people who together did half. Answers are the team's
    where anything says who is in the team, else everybody's; of reviews, merges, releases
    and incidents everybody's count.

    Args:
        acts: ACTS (``acts.acts_of``).
        windows: By kind of work, the window in which its acts count.
        as_of: Acts after it did not happen.

    Returns:
        One row per kind, thing and person, the first time: the columns of ACTS.

    Source:
        CHAOSS, https://chaoss.community/kb/metric-contributor-absence-factor/
    """
    is_counted = pl.any_horizontal(
        pl.lit(False),
        *((pl.col("work") == kind) & window.has("at") for kind, window in windows.items()),
    )
    counted = acts.filter(is_counted & (pl.col("at") <= literal(as_of)))
    return counted.unique(
        ["work", "repo", "number", "key", "person"], keep="first", maintain_order=True
    )


def absence_measured(view: View) -> Measured:
    """The registry's way in: of answers, by whom, and of each kind of work that is known."""
    covered = {kind: view.covered(NEEDS[kind], view.window) for kind in _KINDS}
    windows = {kind: found.window for kind, found in covered.items() if found.window}
    done = contributor_absence_factor(acts_of(view.tables, view.window), windows, as_of=view.as_of)
    rows = described(done, (view["issues"], view["pull_requests"]))
    estimates = [
        part.of(f"work:{kind}")
        for kind, found in covered.items()
        for part in _of_kind(rows, kind, found, has_team=has_team(view.tables))
    ]
    of_answers = [part.of("all") for part in estimates if part.group == f"work:{ANSWERS}"]
    return Measured(rows, [*of_answers, *estimates, *_by_person(rows)])


def absence_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """On how few people the answers among the rows rest."""
    return _estimates(rows, ANSWERS)


def _by_person(rows: pl.DataFrame) -> list[Estimate]:
    """How many answers each person gave."""
    people = rows.filter(pl.col("work") == ANSWERS)["person"]
    return [count(found).of(f"person:{person}") for person, found in per_person(people)]


def _of_kind(rows: pl.DataFrame, kind: str, covered: Covered, *, has_team: bool) -> list[Estimate]:
    if covered.window is None:
        return [not_measurable(*what, covered.reason or "unknown") for what in STATISTICS]
    known = covered.reason
    if kind == ANSWERS and not has_team:
        known = "; ".join(filter(None, [known, _EVERYBODY]))
    return [
        replace(part, reason="; ".join(filter(None, [part.reason, known])) or None)
        for part in _estimates(rows, kind)
    ]


def _estimates(rows: pl.DataFrame, kind: str) -> list[Estimate]:
    people = rows.filter(pl.col("work") == kind)["person"]
    reason = f"no {_KINDS[kind]} in the window"
    found = (absence_factor, top_share, top_two_share)
    return [statistic(people, reason=reason) for statistic in found]
