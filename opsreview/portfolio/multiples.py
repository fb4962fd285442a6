"""A team's headlines as small multiples: value, n, usual range, a picture, and its mark."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from opsreview.blocks.headlines import CARDS, USUAL
from opsreview.blocks.sparkline import Sparkline, sparkline
from opsreview.estimate import Estimate, in_words, not_measurable
from opsreview.operating_model.promise import Promise
from opsreview.portfolio.numbers import Key
from opsreview.usual import usual_range
from opsreview.wording import (
    capitalised,
    certainty_in_words,
    statistic_name,
    usual_in_words,
    value_in_words,
)

Row = Mapping[str, Any]

STANDS, OWN = "stands", "own"  # a signal among all teams, or to the team alone
OWNER = re.compile(r"(?<![\w./-])[\w.-]+/(?=[\w.-]+)")
ANSWERED = ("response_attainment", "time_to_first_response")


@dataclass(frozen=True)
class Multiple:
    """One headline of one team. ``reason`` says why it has no number; ``mark`` is of a signal.

    ``kind`` is the name without what differs between teams, such as a deadline. ``adjusted_p`` is
    among the team's headlines (Holm); None where no signal can be told.
    """

    kind: str
    name: str
    value: str
    certainty: str
    usual: str
    reason: str | None
    picture: Sparkline | None
    says: str
    adjusted_p: float | None
    mark: str = ""

    def marked(self, level: float) -> Multiple:
        """The same, its signal marked where it stands among all teams, by ``level_among``."""
        stands = self.mark and self.adjusted_p is not None and self.adjusted_p <= level
        return replace(self, mark=STANDS) if stands else self


@dataclass(frozen=True)
class Series:
    """A headline, one row a cycle, with ``is_current``; ``noun`` is what the earlier ones are."""

    rows: pl.DataFrame
    noun: str


def headline_rows(signals: Mapping[str, Any]) -> Sequence[Row]:
    """The headlines of ``signals.json``; the usual six where it holds none."""
    usual = [
        {"metric": card.metric, "statistic": card.statistic, "group": card.group}
        for card in CARDS[:USUAL]
    ]
    return signals.get("headlines") or usual


def key_of(row: Row) -> Key:
    return row["metric"], row["statistic"], row["group"]


def deadline(model: Mapping[str, Any] | None, run: Mapping[str, Any]) -> float | None:
    """Hours within which issues are to be answered: the model's, else the cycle's."""
    promises = [Promise.from_json(said) for said in (model or {}).get("promises", [])]
    hours = [
        promise.at_most_hours
        for promise in promises
        if promise.metric in ANSWERED and promise.group == "all" and promise.at_most_hours
    ]
    stated: float | None = run.get("target_hours", {}).get("response_attainment")
    return hours[0] if hours else stated


def multiple(
    row: Row, series: Series, *, adjusted_p: float | None, deadline_hours: float | None
) -> Multiple:
    """One headline, from its row of ``signals.json`` and its numbers."""
    metric, statistic, group = key_of(row)
    name = kind = statistic_name(metric, statistic, group)
    if metric == "response_attainment" and deadline_hours:
        name = name.replace("in time", f"within {in_words(deadline_hours, 'hours')}")
    estimate = _estimate(row, series.rows.filter("is_current"))
    usual = usual_range(series.rows)
    said = usual_in_words(usual, estimate.unit, noun=series.noun) if usual.cycle_count else ""
    return Multiple(
        kind=capitalised(kind),
        name=capitalised(name),
        value=_value(estimate),
        certainty=_certainty(estimate),
        usual=said,
        reason=None if estimate.is_measured else _reason(estimate),
        picture=sparkline(series.rows, usual, name),
        says=capitalised(row.get("says") or ""),
        adjusted_p=adjusted_p,
        mark=OWN if row.get("is_signal") else "",
    )


def _estimate(row: Row, now: pl.DataFrame) -> Estimate:
    if now.is_empty():
        return not_measurable(row["statistic"], "", "the cycle's data does not hold it")
    return Estimate.from_row(now.row(0, named=True))


def _reason(estimate: Estimate) -> str:
    """Why there is no number; a repository without its owner, who may be a person."""
    return OWNER.sub("", estimate.reason or "not known")


def _value(estimate: Estimate) -> str:
    rises = estimate.statistic == "change" and (estimate.value or 0) > 0
    return f"{'+' if rises else ''}{value_in_words(estimate)}"


def _certainty(estimate: Estimate) -> str:
    """The interval and n; n alone where there is no interval, nothing where n is the value."""
    if not estimate.is_measured or abs(estimate.value or 0) == estimate.n:
        return ""
    return certainty_in_words(estimate) or f"n {estimate.n}"
