"""What a rotation can promise: how much of everybody's time it takes, against what SRE advises."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from statistics import median

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.eligibility import eligible_spells
from opsreview.metrics.turns import rests, turns
from opsreview.metrics.view import NOT_BEGUN, Measured, View, hours_between
from opsreview.rotation import Rotation
from opsreview.window import Window, literal

LOOK_BACK = timedelta(weeks=26)  # long enough for everybody to have had a turn
MOST_OF_TIME = 0.25  # of anybody's, on call
WEEK_HOURS = 168.0
STATISTICS = (
    ("share", "share"),
    ("people", "count"),
    ("people_needed", "count"),
    ("hours_a_week", "hours"),
)
_SLACK = 1e-9
_UNDECLARED = "the model declares no duty, and no shift is recorded in the half year"
_NOBODY = "nobody who could hold duty is in the team at the end of the window"


def rotation_feasibility(
    people: int, *, at_once: int, covered_share: float, most_share: float
) -> dict[str, float]:
    """How much of each person's time a rotation takes, and how many people its promise needs. Ours.

    Turns are shared evenly: each of ``people`` is on call for their part of the covered time.

    Args:
        people: Who takes turns.
        at_once: 1 with a primary alone, 2 with a secondary.
        covered_share: Of all time, the part in which somebody has to answer.
        most_share: The most of anybody's time that duty may take.

    Returns:
        ``share`` (of each person's time), ``people``, ``people_needed``, ``hours_a_week``.

    Source:
        Google SRE, https://sre.google/sre-book/being-on-call/: at most 25 % of anybody's time, so
        four people by weekly turns, eight with a secondary.
    """
    share = min(1.0, covered_share * at_once / people)
    needed = max(at_once, ceil(covered_share * at_once / most_share - _SLACK))
    return {
        "share": share,
        "people": float(people),
        "people_needed": float(needed),
        "hours_a_week": share * WEEK_HOURS,
    }


def feasibility_measured(view: View) -> Measured:
    """The registry's way in: of the declared rotation, else of who held duty in half a year.

    Who has left by the end of the window, or is not there yet, takes no turns.
    """
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable(*what, NOT_BEGUN) for what in STATISTICS])
    rotation = view.targets.rotation
    held = view["shifts"].filter(
        (pl.col("start_at") < literal(view.seen.end_at))
        & (pl.col("end_at") > literal(view.seen.end_at - LOOK_BACK))
    )
    named = set(rotation.people) if rotation else set()
    known = view.covered(("shifts",), view.seen)
    if not named and known.window is not None:
        named = set(held["person"])
    if not named:
        reason = known.reason if known.window is None else None
        missing = [not_measurable(*what, reason or _UNDECLARED) for what in STATISTICS]
        return Measured(pl.DataFrame(), missing)
    there = _there_at_the_end(view, named)
    if not there:
        return Measured(pl.DataFrame(), [not_measurable(*what, _NOBODY) for what in STATISTICS])
    promised = rotation_feasibility(
        len(there),
        at_once=_at_once(rotation, held),
        covered_share=_covered_share(rotation, view.seen),
        most_share=(rotation and rotation.most_share) or MOST_OF_TIME,
    )
    units = dict(STATISTICS)
    method = "turns shared evenly"
    estimates = [
        Estimate(name, value, units[name], len(there), method=method)
        for name, value in promised.items()
    ]
    return Measured(pl.DataFrame({"person": sorted(there)}), estimates)


def gaps_between_shifts_measured(view: View) -> Measured:
    """The registry's way in: hours from a turn's end to that person's next, begun in the window."""
    names = (("median", "hours"), ("shortest", "hours"))
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable(*what, NOT_BEGUN) for what in names])
    everything = Window(view["shifts"]["start_at"].min() or view.seen.start_at, view.seen.end_at)  # type: ignore[arg-type]
    pauses = rests(turns(view["shifts"], window=everything)).filter(view.seen.has("at"))
    if pauses.is_empty():
        reason = "nobody began a second turn in the window"
        return Measured(pauses, [not_measurable(*what, reason) for what in names])
    hours = pauses["rest_hours"].to_list()
    values = {"median": median(hours), "shortest": min(hours)}
    estimates = [
        Estimate(name, value, "hours", len(hours), method="exact, of turns begun")
        for name, value in values.items()
    ]
    return Measured(pauses, estimates)


def _there_at_the_end(view: View, named: set[str]) -> set[str]:
    seen = view.seen or view.window
    spells = eligible_spells(view["people"], view["leave"].clear(), named, window=seen)
    return set(spells.filter(pl.col("end_at") >= literal(seen.end_at))["person"]) & named


def _at_once(rotation: Rotation | None, held: pl.DataFrame) -> int:
    if rotation is not None:
        return 2 if rotation.has_secondary else 1
    return 2 if (held["role"] == "secondary").any() else 1


def _covered_share(rotation: Rotation | None, window: Window) -> float:
    """Of the window's time, the part that has to be answered."""
    if rotation is None or rotation.covered is None:
        return 1.0
    hours = rotation.hours(window).select(hours_between("start_at", "end_at").sum()).item()
    return float(hours or 0.0) / window.hours
