"""A number's cycles as a picture of a line's height, with the range of the earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from opsreview.estimate import in_words
from opsreview.usual import UsualRange
from opsreview.wording import counted, signed, usual_in_words

WIDTH, HEIGHT, EDGE = 300, 64, 6
MOST_CYCLES = 18


@dataclass(frozen=True)
class Sparkline:
    """Places in a box of ``WIDTH`` by ``HEIGHT``: runs of neighbouring cycles, a band, the last."""

    runs: list[str]
    dots: list[tuple[float, float]]
    band: tuple[float, float] | None
    now: tuple[float, float] | None
    label: str
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(history: pl.DataFrame, usual: UsualRange, name: str) -> Sparkline | None:
    """The last eighteen cycles of ``history``; None with fewer than two values."""
    cycles = history.sort("window_start_at").tail(MOST_CYCLES)
    values = cycles["value"].to_list()
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min([*known, usual.low or known[0]]), max([*known, usual.high or known[0]])
    heights = [_height(value, low, high) for value in values]
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    places = [
        None if height is None else (round(EDGE + i * step, 1), height)
        for i, height in enumerate(heights)
    ]
    dots = [place for place in places if place]
    is_now = bool(cycles["is_current"][-1]) and places[-1] is not None
    return Sparkline(
        runs=_runs(places),
        dots=dots,
        band=_band(usual, low, high),
        now=places[-1] if is_now else None,
        label=_label(known, usual, cycles["unit"].drop_nulls()[-1], name),
    )


def _height(value: float | None, low: float, high: float) -> float | None:
    if value is None:
        return None
    part = (value - low) / (high - low) if high > low else 0.5
    return round(HEIGHT - EDGE - part * (HEIGHT - 2 * EDGE), 1)


def _runs(places: Sequence[tuple[float, float] | None]) -> list[str]:
    """Points of each unbroken line: a cycle without a value is a gap, never a zero."""
    runs: list[list[str]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(f"{place[0]},{place[1]}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _band(usual: UsualRange, low: float, high: float) -> tuple[float, float] | None:
    if usual.cycle_count < 2:
        return None
    top, bottom = _height(usual.high, low, high), _height(usual.low, low, high)
    if top is None or bottom is None:
        return None
    return top - 2, round(bottom - top + 4, 1)


def _label(known: Sequence[float], usual: UsualRange, unit: str, name: str) -> str:
    last = signed(in_words(known[-1], unit))
    return f"{name}, {counted(len(known), 'cycle')}: last {last}; {usual_in_words(usual, unit)}"
