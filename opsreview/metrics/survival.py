"""How long things take while some are still waiting.

A wait that has not ended is censored: it counts as "at least this long" and is never dropped.
With one way to end the curve is Kaplan-Meier's; with rival ways (answered, or closed without an
answer) it is Aalen-Johansen's, because a rival end is an end and not a missing observation.

All curves are shares of everything that started, rising from 0, by hours since the start. They
begin with a row at 0 hours and have one row for every distinct wait, so they can be drawn as they
are. The 95 % band is the log-log one; where the share is exactly 0 or 1 that band does not exist
and a Wilson interval stands in, with the effective n: the number at risk over the share waiting
just before, which is all of them when nothing was censored.

The counting is a few numpy lines in ``at_risk`` rather than ``scipy.stats.ecdf``: Aalen-Johansen,
which scipy lacks, needs the same counts, scipy keeps its own private, and it takes several times as
long in a build that asks some 1,500 times. The tests hold the results against scipy, lifelines
and published tables.

Source:
    Kaplan and Meier (1958), JASA 53:457-481; Aalen and Johansen (1978), Scand J Stat 5:141-150;
    variance of the incidence: Collett, Modelling Survival Data in Medical Research, chapter 12;
    median by inverting the band: Brookmeyer and Crowley (1982), Biometrics 38:29-41.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from opsreview.estimate import Estimate, in_words, not_measurable
from opsreview.metrics.at_risk import (
    Curve,
    Floats,
    IsCensored,
    Steps,
    Truths,
    checked_hours,
    checked_truths,
    ended_curve,
    incidence_curve,
    steps_of,
    waiting_curve,
)
from opsreview.metrics.intervals import Values

WAITING = "waiting"
KAPLAN_MEIER = "Kaplan-Meier, log-log 95 %"
AALEN_JOHANSEN = "Aalen-Johansen, log-log 95 %"

# A product of shares such as 5/6 * 4/5 * 3/4 may miss one half by a rounding error.
HALF = 0.5 - 1e-12

Ending = Sequence[str | None] | pl.Series


class Median(NamedTuple):
    """Hours until half of all had ended; None where that, or the bound, is not reached.

    ``lower`` is None only where there is nothing to measure.
    """

    value: float | None
    lower: float | None
    upper: float | None
    last_follow_up: float | None


class ShareBy(NamedTuple):
    """The share ended by a time, with its band; all None where nobody was followed that far."""

    value: float | None
    lower: float | None
    upper: float | None


def kaplan_meier(hours: Values, is_censored: IsCensored) -> pl.DataFrame:
    """The share ended by each time, where there is one way to end.

    Args:
        hours: How long each thing took, or has waited so far; at least 0.
        is_censored: Whether it was still waiting then.

    Returns:
        One row per distinct time, ascending: ``hours``; ``n_at_risk`` not ended or censored
        before it; ``n_ended`` and ``n_censored`` at it; ``value`` share ended by it; ``lower``,
        ``upper``. Empty when nothing started.

    Raises:
        ValueError: lengths differ, an hour is unknown or below 0, or a truth is unknown.
    """
    steps = steps_of(checked_hours(hours), ~checked_truths(is_censored))
    return pl.DataFrame(
        {
            "hours": steps.hours,
            "n_at_risk": steps.n_at_risk.astype(np.int64),
            "n_ended": steps.n_ended.astype(np.int64),
            "n_censored": steps.n_censored.astype(np.int64),
            **_values(ended_curve(steps)),
        }
    )


def aalen_johansen(hours: Values, ending: Ending, *, endings: Sequence[str]) -> pl.DataFrame:
    """The share ended in each of several rival ways by each time, and the share still waiting.

    At every time the curves add up to 1. After a first answer nobody is at risk of being closed
    unanswered, so rivals share one number at risk.

    Args:
        hours: How long each thing took, or has waited so far; at least 0.
        ending: How it ended, one of ``endings``; null where it was still waiting (censored).
        endings: The ways to end, each the name of its curve; none of them ``waiting``.

    Returns:
        One row per curve and distinct time, curves in the order of ``endings`` and then
        ``waiting``: ``curve``, ``hours``, ``n_at_risk``, ``n_censored`` (still waiting when last
        seen at that time), ``value``, ``lower``, ``upper``. Empty when nothing started.

    Raises:
        ValueError: lengths differ, an hour is unknown or below 0, or an ending is not listed.
    """
    ended_as = pl.Series(ending, dtype=pl.String)
    _check_endings(ended_as, endings)
    steps = steps_of(checked_hours(hours), _is_ended(ended_as))
    curves = [incidence_curve(steps, _is_ended(ended_as, name)) for name in endings]
    curves.append(waiting_curve(steps))
    names = [*endings, WAITING]
    return pl.DataFrame(
        {
            "curve": pl.Series([name for name in names for _ in steps.hours], dtype=pl.String),
            "hours": np.tile(steps.hours, len(names)),
            "n_at_risk": np.tile(steps.n_at_risk.astype(np.int64), len(names)),
            "n_censored": np.tile(steps.n_censored.astype(np.int64), len(names)),
            "value": np.concatenate([curve.value for curve in curves]),
            "lower": np.concatenate([curve.lower for curve in curves]),
            "upper": np.concatenate([curve.upper for curve in curves]),
        }
    )


def median_of(curve: pl.DataFrame) -> Median:
    """When half of all had ended, in hours, with the bounds where the band crosses one half.

    ``lower`` is where the upper band reaches one half, else the last follow-up; ``upper`` is where
    the lower band does. The log-log band does not exist where all have ended, so that last step
    never gives an upper bound. Where none has ended yet the Wilson bound holds since the wait
    before, when the number at risk fell: with three or fewer at risk it can rule nothing out.

    Args:
        curve: One rising curve as made here: ``hours``, ``value``, ``lower``, ``upper``.
    """
    columns = (curve[name].to_numpy() for name in ("hours", "value", "lower", "upper"))
    return median_of_curve(Curve(*columns))


def share_by(curve: pl.DataFrame, hours: float) -> ShareBy:
    """The share by a time, with its band: the last step at or before it.

    All None where the time is past the last follow-up and something was still waiting there.

    Args:
        curve: One curve as made here: ``hours``, ``n_censored``, ``value``, ``lower``, ``upper``.
        hours: The time asked for, at least 0.
    """
    row = int(np.searchsorted(curve["hours"].to_numpy(), hours, side="right")) - 1
    if row < 0:
        return ShareBy(None, None, None)
    if hours > curve["hours"][-1] and curve["n_censored"][-1] > 0:
        return ShareBy(None, None, None)
    return ShareBy(*(float(curve[name][row]) for name in ("value", "lower", "upper")))


def median_to_end(
    hours: Values,
    is_censored: IsCensored,
    *,
    statistic: str = "median",
    reason: str = "nothing to measure",
    unit: str = "hours",
) -> Estimate:
    """The Kaplan-Meier median in hours (or working hours), where there is one way to end.

    Args and Raises as ``kaplan_meier``; ``reason`` is told when nothing started.
    """
    steps = steps_of(checked_hours(hours), ~checked_truths(is_censored))
    if steps.hours.size == 0:
        return not_measurable(statistic, unit, reason)
    return _median_estimate(steps, ended_curve(steps), KAPLAN_MEIER, statistic, unit)


def median_with_rivals(
    hours: Values,
    ending: Ending,
    main: str,
    *,
    statistic: str = "median",
    reason: str = "nothing to measure",
    unit: str = "hours",
) -> Estimate:
    """Hours until half of *all* had ended as ``main``, where other endings are rivals.

    Args:
        hours: How long each thing took, or has waited so far; at least 0.
        ending: How it ended: ``main``, or any other word for a rival; null where still waiting.
        main: The ending that is measured.
        statistic: Name of the estimate.
        reason: Told when nothing started.
        unit: ``hours`` or ``working_hours``.

    Raises:
        ValueError: lengths differ, or an hour is unknown or below 0.
    """
    ended_as = pl.Series(ending, dtype=pl.String)
    steps = steps_of(checked_hours(hours), _is_ended(ended_as))
    if steps.hours.size == 0:
        return not_measurable(statistic, unit, reason)
    curve = incidence_curve(steps, _is_ended(ended_as, main))
    return _median_estimate(steps, curve, AALEN_JOHANSEN, statistic, unit)


def median_of_curve(curve: Curve) -> Median:
    """The first time at which a curve reaches one half, bounded by inverting its band."""
    if curve.hours.size == 0:
        return Median(None, None, None, None)
    last_follow_up = float(curve.hours[-1])
    crossing = _first(curve.upper >= HALF)
    if crossing and curve.value[crossing] == 0:
        crossing -= 1
    reached = _first(curve.value >= HALF)
    left = _first((curve.lower >= HALF) & (curve.value < 1))
    return Median(
        None if reached is None else float(curve.hours[reached]),
        last_follow_up if crossing is None else float(curve.hours[crossing]),
        None if left is None else float(curve.hours[left]),
        last_follow_up,
    )


def _first(is_so: Truths) -> int | None:
    row = int(is_so.argmax())
    return row if is_so[row] else None


def _median_estimate(
    steps: Steps, curve: Curve, method: str, statistic: str, unit: str
) -> Estimate:
    median = median_of_curve(curve)
    return Estimate(
        statistic,
        median.value,
        unit,
        steps.row.size,
        median.lower,
        median.upper,
        method=method,
        n_censored=int(steps.n_censored.sum()),
        reason=_why_open(median, 1 - steps.waiting[-1] - curve.value[-1], unit),
    )


def _why_open(median: Median, rival_share: float, unit: str) -> str | None:
    followed = in_words(median.last_follow_up, unit)
    if median.value is None and rival_share > HALF:
        rivals = in_words(rival_share, "share")
        return f"half not reached within {followed} of follow-up: {rivals} ended another way"
    if median.value is None:
        return f"half not reached within {followed} of follow-up"
    if median.upper is None:
        return f"the interval has no upper end: {followed} of follow-up cannot rule out longer"
    return None


def _values(curve: Curve) -> dict[str, Floats]:
    return {"value": curve.value, "lower": curve.lower, "upper": curve.upper}


def _is_ended(ended_as: pl.Series, name: str | None = None) -> Truths:
    is_so = ended_as.is_not_null()
    if name is not None:
        is_so = is_so & (ended_as == name)  # several times as fast as eq_missing
    return np.asarray(is_so.to_numpy(), dtype=np.bool_)


def _check_endings(ended_as: pl.Series, endings: Sequence[str]) -> None:
    if WAITING in endings:
        raise ValueError(
            f"an ending is called {WAITING}, the name of the curve of what is not over"
        )
    said = sorted(str(word) for word in set(ended_as.unique()) - {None, *endings})
    if said:
        raise ValueError(f"endings {said} are not among {list(endings)}; name every rival way")
