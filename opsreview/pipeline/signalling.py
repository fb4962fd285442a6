"""``signals.json``: which headlines are signals, and what else behaves unlike before."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from opsreview.findings import Finding
from opsreview.metrics.behaviour import FEWEST_EARLIER, by_luck, unusual
from opsreview.metrics.comparison import scale_of
from opsreview.metrics.contrast import holm
from opsreview.metrics.registry import METRICS
from opsreview.metrics.signals import (
    ERROR,
    MOST_EARLIER,
    Durations,
    Levels,
    Rates,
    Series,
    Shares,
    Signal,
    Stock,
    Wait,
    Waits,
    signal,
)
from opsreview.metrics.view import hours_between
from opsreview.operating_model.verdicts import CARRIED_OVER, STOCKS
from opsreview.pipeline.headlines import ENDINGS, Headline, headlines_of
from opsreview.pipeline.reading import TeamHistory
from opsreview.pipeline.sight import STEPPED, Sight
from opsreview.window import Window, literal
from opsreview.wording import counted, statistic_name

Row = Mapping[str, Any]

BY_CHANCE = Headline("busiest_share", "mid_p")  # held against chance, not against earlier cycles
CARRIES_OVER = "carries over from cycle to cycle, so that cycles cannot be compared by it"
_TOPICS = ("triage", "oncall", "releases")
_STARTS = ("opened_at", "ready_at")
_SHORTEST_HOURS = 1 / 3600  # an answer in the same second still has a logarithm
# Parts and variants of one number, constants of chance: to look at them too is to look twice.
_NOT_LOOKED_AT = {
    *("chance_median", "chance_upper", "mid_p", "at_start", "at_end", "top_two_share"),
    *("share_closed_unanswered", "share_waiting", "share_of_answered_in_time"),
    *("median_of_answered", "median_of_reviewed", "median_of_merged", "median_by_team"),
    *("median_working_hours", "median_working_hours_by_team"),
    *("clusters", "clusters_needed", "clusters_for_triple", "chance_mean", "weeks"),
}
# Of half a year: each cycle holds most of what the last one held. Promises change when they do.
_NOT_ANEW = {"busiest_share_cumulated", "cover_ledger", "rotation_feasibility"}
_SAID_OTHERWISE = {"load_gini"}


@dataclass(frozen=True)
class Seen:
    """A headline's cycles, oldest first, the last the one under review: rows and things measured.

    Only cycles that the sources speak for wholly are here.
    """

    headline: Headline
    rows: Sequence[Row]
    measured: Sequence[pl.DataFrame]
    target_hours: float
    noun: str  # what a window is called


def signal_rows(history: TeamHistory, month: Sight, longer: Sight | None) -> dict[str, Any]:
    """What is a signal, by headline, and how the rest behaves.

    Args:
        history: The team.
        month: The cycle under review and those before it.
        longer: What is read of triage instead where a month holds too few issues.

    Returns:
        ``headlines``: ``id, topic, metric, statistic, group, is_signal, p, earlier_count, says,
        visible`` (the smallest visible change in words, or None); ``routine``: ``looked_at``,
        ``by_luck`` (how many of those luck alone makes unusual) and ``unusual``, each ``metric``,
        ``statistic`` and ``rule``.
    """
    headlines = headlines_of(history.team, METRICS, has_train=history.has_train)
    sights = {topic: longer if longer and topic in STEPPED else month for topic in _TOPICS}
    whole = {topic: _whole(history, sight, topic) for topic, sight in sights.items()}
    found = []
    for headline in headlines:
        topic = METRICS[headline.metric].topic
        seen = _seen(headline, whole[topic], sights[topic])
        found.append(_signalled(seen, len(headlines)) | {"noun": sights[topic].noun})
    stands = holm([row["p"] for row in found], ERROR)
    rows = [_told(row, is_signal) for row, is_signal in zip(found, stands, strict=True)]
    return {"headlines": rows, "routine": _routine(pl.concat(whole.values()), headlines)}


def marked(found: Sequence[Finding], headlines: Sequence[Row]) -> list[Finding]:
    """The findings, those about a headline that is a signal marked as one."""
    signals = {row["id"] for row in headlines if row["is_signal"]}
    return [replace(each, is_signal=each.id in signals) for each in found]


def over_the_quarter(
    of_month: Sequence[Finding], of_quarter: Sequence[Finding], title: str
) -> list[Finding]:
    """The month's findings, those of triage replaced by the quarter's, which say so."""
    longer = [replace(each, claim=f"{title}: {each.claim}") for each in of_quarter]
    return [*longer, *(each for each in of_month if each.topic not in STEPPED)]


def _whole(history: TeamHistory, sight: Sight, topic: str) -> pl.DataFrame:
    """A topic's rows of the latest cycles: of the earlier ones those the sources wholly tell."""
    coverage, repos, plan = history.tables.coverage, history.team.review.repos, sight.plan
    metrics = [metric for metric in METRICS.values() if metric.topic == topic]
    frames = pl.concat([sight.earlier.metrics, sight.reading.metrics]).filter(
        (pl.col("scope") == "all") & pl.col("metric").is_in([metric.id for metric in metrics])
    )
    cycles = frames.select("window_start_at", "window_end_at").unique().sort("window_start_at")
    cycles = cycles.filter(pl.col("window_start_at") < plan.cycle.window.start_at)
    partly = [
        (metric.id, start_at)
        for start_at, end_at in cycles.tail(MOST_EARLIER).iter_rows()
        for metric in metrics
        if coverage.covered(metric.needs, repos, Window(start_at, end_at), end_at).reason
    ]
    start_at = frames.schema["window_start_at"]
    known = {"metric": pl.String(), "window_start_at": start_at}
    cut = pl.DataFrame(partly, schema=known, orient="row")
    recent = [*cycles["window_start_at"].tail(MOST_EARLIER), plan.cycle.window.start_at]
    return (
        frames.filter(pl.col("window_start_at").is_in(recent))
        .join(cut, on=["metric", "window_start_at"], how="anti")
        .sort("window_start_at")
    )


def _seen(headline: Headline, whole: pl.DataFrame, sight: Sight) -> Seen:
    told = BY_CHANCE if headline.metric == BY_CHANCE.metric else headline
    of = {"metric": told.metric, "statistic": told.statistic, "group": told.group}
    rows = whole.filter(**of).filter(pl.col("value").is_not_null() | (pl.col("n") > 0)).to_dicts()
    now = sight.plan.cycle.window.start_at
    past = sight.earlier.measured.get(headline.metric, {})
    measured = {**past, now: sight.reading.measured.get(headline.metric, pl.DataFrame())}
    starts = [row["window_start_at"] for row in rows]
    is_measured = now in starts
    return Seen(
        headline,
        rows if is_measured else [],
        [measured.get(start, pl.DataFrame()) for start in starts],
        sight.targets.response_hours,
        sight.noun,
    )


def _signalled(seen: Seen, among: int) -> dict[str, Any]:
    """A headline before Holm has spoken: its p and what it would take."""
    headline, earlier_count = seen.headline, max(len(seen.rows) - 1, 0)
    known = {
        "id": headline.id,
        "topic": METRICS[headline.metric].topic,
        "metric": headline.metric,
        "statistic": headline.statistic,
        "group": headline.group,
        "earlier_count": earlier_count,
        "p": None,
        "rises": None,
        "visible": None,
        "says": None,
    }
    if not seen.rows:
        return known | {"says": "not measurable in this cycle"}
    if headline.metric == BY_CHANCE.metric:
        return known | {"p": seen.rows[-1]["value"]}
    series = _series(seen)
    if series is None:
        return known | {"says": CARRIES_OVER}
    found = signal(series, among=among)
    if found.p is None:
        return known | {"says": _why_not(earlier_count)}
    visible = _visible_in_words(seen, found)
    return known | {"p": found.p, "rises": found.rises, "visible": visible}


def _series(seen: Seen) -> Series | None:
    """The headline's cycles as they can be compared; None where they cannot."""
    headline, rows = seen.headline, seen.rows
    if headline.id in ENDINGS:
        return Waits([wait for wait in map(_wait_in(seen), seen.measured, rows) if wait])
    values = [float(row["value"]) for row in rows if row["value"] is not None]
    unit, weeks = rows[-1]["unit"], [_window(row).weeks for row in rows if row["value"] is not None]
    if headline.metric in STOCKS and unit == "count":
        return Stock(values)
    if headline.metric in STOCKS or (headline.metric, headline.statistic) in CARRIED_OVER:
        return None
    if unit == "share":
        totals = [row["n"] for row in rows if row["value"] is not None]
        counts = [round(v * n) for v, n in zip(values, totals, strict=True)]
        return Shares(counts, totals)
    if unit == "hours":
        return Durations([max(value, _SHORTEST_HOURS) for value in values])
    per_week = [value / w for value, w in zip(values, weeks, strict=True)]
    if headline.statistic == "change":
        return Levels(per_week)
    counted_in = values if unit == "count" else [v * w for v, w in zip(values, weeks, strict=True)]
    return Rates(counted_in, weeks)


def _wait_in(seen: Seen) -> Callable[[pl.DataFrame, Row], Wait | None]:
    endings = list(ENDINGS[seen.headline.id])
    cut_at = seen.target_hours if seen.headline.metric == "response_attainment" else None

    def wait(measured: pl.DataFrame, row: Row) -> Wait | None:
        if measured.is_empty():
            return None
        start = next((name for name in _STARTS if name in measured.columns), None)
        follow_up = hours_between(start, literal(row["as_of"])) if start else pl.lit(np.inf)
        is_done = pl.col("ending").is_in(endings).fill_null(False)
        is_rival = pl.col("ending").is_not_null() & ~is_done
        hours = pl.when(is_rival).then(follow_up).otherwise("waited_hours").clip(0)
        read = measured.select(hours=hours.cast(pl.Float64), is_censored=~is_done)
        found = Wait(read["hours"].to_numpy(), read["is_censored"].to_numpy())
        return found if cut_at is None else found.cut(cut_at)

    return wait


def _why_not(earlier_count: int) -> str:
    if earlier_count < FEWEST_EARLIER:
        return f"too few cycles to tell: {earlier_count} earlier, {FEWEST_EARLIER} are needed"
    return "cannot be told: the earlier cycles do not differ, or hold too little"


def _visible_in_words(seen: Seen, found: Signal) -> str:
    """The smallest change that would show in one window, and over two."""
    one, two = (_change_in_words(seen, each) for each in (found.visible, found.visible_in_two))
    if one is None and two is None:
        return "none, however large, at this volume"
    if one is None:
        return f"none in one {seen.noun}, over two {two}"
    return f"{one}, over two {seen.noun}s {two}" if two else one


def _change_in_words(seen: Seen, least: float | None) -> str | None:
    if least is None:
        return None
    unit, headline = seen.rows[-1]["unit"], seen.headline
    if unit == "hours":
        return f"× {least:.1f}"
    if headline.id in ENDINGS:
        return f"waits × {least:.1f}"
    if unit == "share":
        return f"{100 * least:.0f} points"
    if headline.statistic == "change":
        return f"by {least * _window(seen.rows[-1]).weeks:.0f}"
    if headline.metric in STOCKS:
        return f"{least:.0f} more"
    return f"× {least:.1f}"


def _told(row: dict[str, Any], is_signal: bool) -> dict[str, Any]:
    """The row as ``signals.json`` has it: what it comes to, in words."""
    rises, noun = row.pop("rises"), row.pop("noun")
    says = row["says"] or _ruling(row, is_signal, rises, noun)
    p = None if row["p"] is None else round(row["p"], 9)
    return row | {"is_signal": is_signal, "says": says, "p": p}


def _ruling(row: Row, is_signal: bool, rises: bool | None, noun: str) -> str:
    if row["metric"] == BY_CHANCE.metric:
        return (
            "a signal: more than chance gives" if is_signal else "no signal: chance gives as much"
        )
    cycles = counted(row["earlier_count"], f"earlier {noun}")
    if not is_signal:
        return f"no signal: as the {cycles} vary by themselves"
    moved = "higher" if rises else "lower"
    if row["id"] in ENDINGS:
        moved = "slower" if rises else "faster"
    return f"a signal: {moved} than the {cycles}, by more than they vary among themselves"


def _routine(whole: pl.DataFrame, headlines: Sequence[Headline]) -> dict[str, Any]:
    """How all other numbers behave, by process behaviour charts."""
    looked_at, luck, odd = 0, 0.0, []
    for (metric, statistic), values in _others(whole, headlines):
        looked_at += 1
        luck += by_luck(values)
        if rule := unusual(values):
            named = statistic_name(metric, statistic)
            odd.append({"metric": metric, "statistic": statistic, "name": named, "rule": rule})
    return {"looked_at": looked_at, "by_luck": round(luck, 9), "unusual": odd}


def _others(
    whole: pl.DataFrame, headlines: Sequence[Headline]
) -> Iterator[tuple[tuple[str, str], list[float]]]:
    """The values of every other statistic that each cycle makes anew, oldest first.

    Counts are looked at as rates: months differ in length.
    """
    led_by = {(headline.metric, headline.statistic) for headline in headlines}
    known = whole.filter((pl.col("group") == "all") & pl.col("value").is_not_null())
    last_end_at = whole["window_end_at"].max()
    rated = set(known.filter(statistic="rate_per_week")["metric"])
    for key, rows in known.group_by(["metric", "statistic"], maintain_order=True):
        metric, statistic = str(key[0]), str(key[1])
        carries = metric in STOCKS | _NOT_ANEW or (metric, statistic) in CARRIED_OVER
        is_twice = (statistic == "count" and metric in rated) or metric in _SAID_OTHERWISE
        if carries or is_twice or statistic in _NOT_LOOKED_AT or (metric, statistic) in led_by:
            continue
        is_now = rows["window_end_at"][-1] == last_end_at
        if is_now and rows.height > FEWEST_EARLIER:
            yield (metric, statistic), _comparable(rows)


def _comparable(rows: pl.DataFrame) -> list[float]:
    values: list[float] = rows["value"].to_list()
    if rows["unit"][0] == "count":
        return [
            value / _window(row).weeks for value, row in zip(values, rows.to_dicts(), strict=True)
        ]
    if scale_of(rows["unit"][0], rows["statistic"][0]) == "ratio":
        return [math.log(max(value, _SHORTEST_HOURS)) for value in values]
    return values


def _window(row: Row) -> Window:
    return Window(row["window_start_at"], row["window_end_at"])
