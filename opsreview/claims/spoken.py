"""What the sentences are made from, and the turns of phrase they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.estimate import Estimate, in_words
from opsreview.operating_model.promise import Promise
from opsreview.usual import UsualRange, usual_range
from opsreview.wording import day_in_words, interval_in_words, value_in_words

DAY = timedelta(days=1)
UTC = ZoneInfo("UTC")
Say = Callable[["Spoken"], str]
Sentence = tuple[str, str, Say]  # metric, statistic, and how it is said


@dataclass(frozen=True)
class Spoken:
    """One cycle as it is told: people as they appear on pages.

    ``metrics`` and ``history`` are the cycle's and the earlier cycles' statistics, ``measured`` the
    things measured by metric, ``response_hours`` the target that attainment is judged at.
    """

    metrics: pl.DataFrame
    history: pl.DataFrame
    measured: Mapping[str, pl.DataFrame]
    response_hours: float
    promises: Sequence[Promise]

    def estimate(self, metric: str, statistic: str, group: str = "all") -> Estimate:
        """The cycle's own estimate, over all repositories; not measurable where there is none."""
        rows = _of(self.metrics, metric, statistic, group)
        if rows.is_empty():
            reason = "nothing in the cycle carries it"
            return Estimate(statistic, None, "count", 0, reason=reason, group=group)
        return Estimate.from_row(rows.row(0, named=True))

    def known_until(self, metric: str) -> datetime | None:
        """The moment up to which a metric's data speaks, where others speak a day longer or more.

        None where it speaks as long as they do.
        """
        ends = self.metrics.filter(metric=metric)["as_of"]
        last_at, latest_at = ends.max(), self.metrics["as_of"].max()
        if not isinstance(last_at, datetime) or not isinstance(latest_at, datetime):
            return None
        return last_at if latest_at - last_at >= DAY else None

    def usual(self, metric: str, statistic: str) -> UsualRange:
        """The range of the earlier cycles."""
        earlier = _of(self.history, metric, statistic, "all")
        return usual_range(earlier.with_columns(is_current=pl.lit(False)))

    def promise(self, metric: str, statistic: str) -> Promise | None:
        """The first promise about everything that is judged by the statistic."""
        judged = ((said.metric, said.statistic, said.group) for said in self.promises)
        wanted = (metric, statistic, "all")
        return next((p for p, by in zip(self.promises, judged, strict=True) if by == wanted), None)


def noted(estimate: Estimate, *, n: str = "") -> str:
    """``(5 h to 2 d, n 18)``: the interval and n, in brackets."""
    parts = [interval_in_words(estimate), n or f"n {estimate.n}"]
    return f"({', '.join(part for part in parts if part)})"


def known_only(spoken: Spoken, metric: str, what: str) -> str:
    """``; releases are known until 9 Oct 2026 only``; empty where they are as long as all else."""
    until = spoken.known_until(metric)
    return f"; {what} are known until {day_in_words(until, UTC)} only" if until else ""


def within(hours: float) -> str:
    """A deadline in words."""
    return in_words(hours, "hours")


def half(metric: str, reached: str, not_reached: str) -> Say:
    """A sentence for a median, which may not be reached within the follow-up."""

    def say(spoken: Spoken) -> str:
        estimate = spoken.estimate(metric, "median")
        if estimate.value is None and not estimate.lower:
            return f"{not_reached.format(n=estimate.n)} yet, and it is too early to say more"
        if estimate.value is None:
            return f"{not_reached.format(n=estimate.n)} within {within(estimate.lower or 0)}"
        return f"{reached.format(value=value_in_words(estimate))} {noted(estimate)}"

    return say


def _of(metrics: pl.DataFrame, metric: str, statistic: str, group: str) -> pl.DataFrame:
    return metrics.filter(
        (pl.col("metric") == metric)
        & (pl.col("statistic") == statistic)
        & (pl.col("group") == group)
        & (pl.col("scope") == "all")
    )
