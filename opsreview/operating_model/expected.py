"""What a decision expects of a number, and how its change is told."""

from __future__ import annotations

from typing import Literal

from opsreview.estimate import in_words
from opsreview.metrics.comparison import Change, Scale
from opsreview.operating_model.decisions import Expectation
from opsreview.operating_model.quantities import quantity_of
from opsreview.wording import capitalised, counted, signed, statistic_name


def least_change(expects: Expectation, scale: Scale) -> float:
    """The least effect that is expected, on the scale its number is compared on.

    ``25 %`` is a quarter less (0.75) or more (1.25) of a duration, count or rate, and 25 points of
    a share; a bare number is a difference.
    """
    size = quantity_of(expects.at_least).value * (1 if expects.direction == "up" else -1)
    return 1 + size if scale in ("ratio", "relative") else size


def expectation_in_words(expects: Expectation | Literal["done"]) -> str:
    """``median time to a first review down by at least 25 %``, or ``done``."""
    if not isinstance(expects, Expectation):
        return "done"
    name = statistic_name(expects.metric, expects.statistic, expects.group)
    at_least = str(expects.at_least)
    if name.startswith("share") or "share" in expects.statistic:
        at_least = at_least.replace("%", "points")
    return f"{name} {expects.direction} by at least {at_least}"


def change_in_words(expects: Expectation, change: Change, unit: str) -> str:
    """The values before and after, the change with its range, and how many cycles stand behind."""
    name = capitalised(statistic_name(expects.metric, expects.statistic, expects.group))
    before, after = (signed(in_words(value, unit)) for value in (change.before, change.after))
    cycles = f"{change.before_count} cycles before, {change.after_count} after"
    return f"{name}: {before} before, {after} after ({range_in_words(change)}; {cycles})."


def range_in_words(change: Change) -> str:
    """``× 0.41, 0.22 to 0.76``, ``+12 points, +3 to +21``, ``−4, −9 to 1``."""
    value, lower, upper = (
        _number(each, change.scale) for each in (change.value, change.lower, change.upper)
    )
    unit = {"ratio": "× ", "relative": "× "}.get(change.scale, "")
    noun = " points" if change.scale == "points" else ""
    return f"{unit}{value}{noun}, {lower} to {upper}"


def visible_in_words(least: float, scale: Scale) -> str:
    """The least change that can be seen: ``a doubling``, ``12 points``."""
    if scale == "ratio":
        return f"× {least:.1f} or ÷ {least:.1f}"
    if scale == "relative":
        return f"{100 * (least - 1):.0f} %"
    return f"{100 * least:.0f} points" if scale == "points" else f"{least:.0f}"


def looks_in_words(count: int) -> str:
    return counted(count, "full cycle")


def _number(value: float, scale: Scale) -> str:
    if scale == "points":
        return signed(f"{100 * value:+.0f}")
    return signed(f"{value:+.1f}") if scale == "difference" else signed(f"{value:.2g}")
