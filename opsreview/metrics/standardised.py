"""One number for all items as if they came in the mix of before: the answer to Simpson's paradox.

Where more urgent items come in, a team that answers each kind faster than before can look slower
over all of them. So where the mix moved, each stratum's own share or curve of now is weighted by
the share of the items that it had in the twelve cycles before (direct standardisation). The weights
are the standard and taken as exact; the interval is of what is estimated, the strata.

Source:
    Bickel, Hammel and O'Connell (1975), Science 187:398-404; direct standardisation: Breslow and
    Day (1987), Statistical Methods in Cancer Research II, chapter 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from scipy.special import chdtrc

from opsreview.estimate import Estimate, in_words
from opsreview.metrics.at_risk import Curve, Floats, band, incidence, steps_of
from opsreview.metrics.intervals import Z95, wilson
from opsreview.metrics.survival import median_of_curve
from opsreview.metrics.view import ITEM, STRATUM_MINIMUM, Groups, View
from opsreview.tables.history import labels_at_each
from opsreview.window import MATURITY, Window, literal

CYCLES_OF_REFERENCE = 12
MOVED_P = 0.05
OTHERS = "others"
MOST_LABELS = 3
# The ending whose median is stated, by metric.
MAIN_ENDINGS = {"time_to_first_response": "answered", "time_to_first_review": "reviewed"}
STANDARDISED = ("response_attainment", *MAIN_ENDINGS)
_BEGUN_AT = ("due_at", "ready_at", "opened_at")


@dataclass(frozen=True)
class Mix:
    """How many items each stratum has now and had before; ``now`` places each row of now."""

    now: pl.Series
    counts: dict[str, tuple[int, int]]

    @property
    def weights(self) -> dict[str, float]:
        total = sum(before for _, before in self.counts.values())
        return {name: before / total for name, (_, before) in self.counts.items()}

    @property
    def has_moved(self) -> bool:
        return _independence_p(np.array([*self.counts.values()], dtype=float)) < MOVED_P

    def in_words(self) -> str:
        """``mix moved: p1 12 % -> 31 %``, of the stratum whose share moved, or else grew, most."""
        n_now, n_before = (sum(counts) for counts in zip(*self.counts.values(), strict=True))
        shares = {name: (b / n_before, n / n_now) for name, (n, b) in self.counts.items()}
        moved = {name: round(now - before, 9) for name, (before, now) in shares.items()}
        name = max(moved, key=lambda name: (abs(moved[name]), moved[name]))
        before, now = (in_words(share, "share") for share in shares[name])
        return f"mix moved: {name} {before} -> {now}"


def _independence_p(counts: Floats) -> float:
    """Pearson's chi-square of a table of counts; scipy.stats has it, and takes long to import."""
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return float(chdtrc(freedom, float(np.sum((counts - expected) ** 2 / expected))))


def reference_window(window: Window) -> Window:
    """The twelve cycles' length before a window."""
    length = window.end_at - window.start_at
    return Window(window.start_at - CYCLES_OF_REFERENCE * length, window.start_at)


def standardised(
    metric: str, rows: pl.DataFrame, earlier: pl.DataFrame, view: View
) -> Estimate | None:
    """The metric's headline over ``rows`` at the mix of ``earlier``. Ours.

    Items are told apart by priority, or else by area, or else by their three most frequent labels:
    by the first of these that gives two strata of at least ten items now. Those under ten now or
    before are taken together: a weight from so few says nothing.

    Args:
        metric: A name of ``STANDARDISED``.
        rows: Rows of the metric in the cycle.
        earlier: Rows of the metric in the ``reference_window``, as far as it is known.
        view: Its tables, its labels at ``as_of``, and the groups.

    Returns:
        ``share_answered_standardised`` or ``median_standardised``, whose reason says how the mix
        moved. None where it did not (chi-square, p >= 0.05), and where it cannot be told.
    """
    if rows.is_empty() or earlier.is_empty():
        return None
    if "part" in rows.columns:
        rows, earlier = rows.drop_nulls("part"), earlier.drop_nulls("part")
    mix = next(_mixes(rows, earlier, view), None)
    if mix is None or not mix.has_moved:
        return None
    if metric in MAIN_ENDINGS:
        ending = rows["ending"] == MAIN_ENDINGS[metric]
        return median_at_mix(
            [
                (
                    mix.weights[name],
                    rows["waited_hours"].filter(mix.now == name).to_numpy(),
                    ending.fill_null(False).filter(mix.now == name).to_numpy(),
                    rows["ending"].is_not_null().filter(mix.now == name).to_numpy(),
                )
                for name in mix.counts
            ],
            reason=mix.in_words(),
        )
    answered = (rows["part"] == "answered").filter
    parts = [
        (mix.weights[name], int(answered(mix.now == name).sum()), now)
        for name, (now, _) in mix.counts.items()
    ]
    return share_at_mix(parts, reason=mix.in_words())


def share_at_mix(parts: Iterable[tuple[float, int, int]], *, reason: str) -> Estimate:
    """The weighted sum of the strata's shares, with Wilson's interval at its effective n.

    Args:
        parts: Of each stratum its weight, how many were answered, and of how many.
        reason: Told with the estimate.
    """
    weight, k, n = (np.asarray(column, dtype=np.float64) for column in zip(*parts, strict=True))
    value = float(np.clip(np.sum(weight * k / n), 0, 1))
    variance = float(np.sum(weight**2 * _variance_of_share(k / n, n)))
    worth = value * (1 - value) / variance if 0 < value < 1 else 1 / float(np.sum(weight**2 / n))
    lower, upper = wilson(value * worth, worth)
    return Estimate(
        "share_answered_standardised",
        value,
        "share",
        int(n.sum()),
        lower,
        upper,
        method="directly standardised, Wilson 95 %",
        reason=reason,
    )


def median_at_mix(
    parts: Sequence[tuple[float, Floats, np.ndarray, np.ndarray]], *, reason: str
) -> Estimate:
    """The time at which the weighted sum of the strata's incidence curves reaches one half.

    The curves are followed as far as every stratum is; one in which nobody waits is over, and
    followed for good.

    Args:
        parts: Of each stratum its weight, the hours waited, whether each ended in the main way,
            and whether it ended at all.
        reason: Told with the estimate.
    """
    curve = _curve_at_mix(parts)
    median = median_of_curve(curve)
    followed = in_words(median.last_follow_up, "hours")
    unreached = f"half not reached within {followed} of follow-up"
    return Estimate(
        "median_standardised",
        median.value,
        "hours",
        sum(len(hours) for _, hours, _, _ in parts),
        median.lower,
        median.upper,
        method="directly standardised Aalen-Johansen, log-log 95 %",
        n_censored=int(sum((~is_ended).sum() for *_, is_ended in parts)),
        reason=reason if median.value is not None else f"{reason}; {unreached}",
    )


def _curve_at_mix(parts: Sequence[tuple[float, Floats, np.ndarray, np.ndarray]]) -> Curve:
    weighed = [(weight, steps_of(hours, ended), main) for weight, hours, main, ended in parts]
    followed = [steps.hours[-1] for _, steps, _ in weighed if steps.waiting[-1] > 0]
    times = np.unique(np.concatenate([steps.hours for _, steps, _ in weighed]))
    times = times[times <= min(followed, default=np.inf)]
    value, variance, spread = (np.zeros_like(times) for _ in range(3))
    for weight, steps, main in weighed:
        share, own = incidence(steps, main)
        row = np.searchsorted(steps.hours, times, side="right") - 1
        worth = steps.effective_n[row]
        value += weight * share[row]
        is_certain = (share[row] <= 0) | (share[row] >= 1)
        by_size = own[row] * worth / np.maximum(worth - 1, 1)
        variance += weight**2 * np.where(is_certain, _variance_of_share(share[row], worth), by_size)
        spread += weight**2 / worth
    value = np.clip(value, 0, 1)
    return Curve(times, value, *band(value, variance, 1 / spread))


def _variance_of_share(share: Floats, n: Floats) -> Floats:
    """The binomial variance, n - 1 below so that small strata are not taken for more certain than
    they are; where all or none are counted it would be 0, and Wilson's centre stands in."""
    is_certain = (share <= 0) | (share >= 1)
    centre = np.where(is_certain, (share * n + Z95**2 / 2) / (n + Z95**2), share)
    return np.asarray(centre * (1 - centre) / np.where(is_certain, n + Z95**2, n - 1))


def _mixes(rows: pl.DataFrame, earlier: pl.DataFrame, view: View) -> Iterator[Mix]:
    """The usable mixes, the best first."""
    now = _labels_of(rows, view["labels"])
    before = _labels_of(earlier, _labels_then(earlier, view))
    for strata in _ways_to_tell(view.groups, now, before):
        mix = _mix(_placed(rows, now, strata), _placed(earlier, before, strata))
        if mix is not None:
            yield mix


def _labels_of(rows: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    return labels.join(rows.select(ITEM).unique(), on=ITEM, how="semi")


def _labels_then(earlier: pl.DataFrame, view: View) -> pl.DataFrame:
    """The labels of earlier items, each as old as those of now are at the most: at the end of its
    own cycle with the same maturity, so that no item had longer to be labelled."""
    begun_at = next(name for name in _BEGUN_AT if name in earlier.columns)
    length = view.window.end_at - view.window.start_at
    maturity = min(max(view.as_of - view.window.end_at, timedelta(0)), MATURITY)
    ago = literal(view.window.start_at) - pl.col("begun_at")
    cycles_ago = ago.dt.total_microseconds() // (length.total_seconds() * 1e6)
    seen_at = literal(view.window.start_at + maturity) - cycles_ago.cast(pl.Int64) * pl.lit(length)
    moments = earlier.select(*ITEM, begun_at=begun_at).unique(ITEM).with_columns(seen_at=seen_at)
    return pl.concat(
        labels_at_each(view[table].join(moments, on=ITEM), view["events"])
        for table in ("issues", "pull_requests")
    )


def _ways_to_tell(
    groups: Groups, now: pl.DataFrame, before: pl.DataFrame
) -> Iterator[dict[str, pl.Expr]]:
    """By name, true where ``label`` makes an item one of the stratum; the first name wins."""
    declared = groups.labelled()
    for kind in ("priority:", "area:"):
        yield {
            group.removeprefix(kind): is_labelled
            for group, is_labelled in declared.items()
            if group.startswith(kind)
        }
    counts = pl.concat([now["label"], before["label"]]).value_counts()
    most = counts.sort("count", "label", descending=[True, False]).head(MOST_LABELS)["label"]
    yield {name: pl.col("label") == name for name in most}


def _placed(rows: pl.DataFrame, labels: pl.DataFrame, strata: dict[str, pl.Expr]) -> pl.Series:
    """The stratum of each row, by the order of ``strata``."""
    names = [*strata, OTHERS]
    ranks = [pl.when(is_of_it).then(rank) for rank, is_of_it in enumerate(strata.values())]
    rank = pl.coalesce(*ranks, pl.lit(len(strata))).cast(pl.Int64)
    places = labels.group_by(ITEM).agg(rank=rank.min())
    ranked = rows.select(ITEM).join(places, on=ITEM, how="left", maintain_order="left")
    return (
        ranked["rank"]
        .fill_null(len(strata))
        .replace_strict(dict(enumerate(names)), return_dtype=pl.String)
    )


def _mix(now: pl.Series, before: pl.Series) -> Mix | None:
    """The mix, small strata taken together; None where fewer than two are left, or one is small."""
    kept = sorted((_large(now) & _large(before)) - {OTHERS})
    now, before = (_pooled(places, kept) for places in (now, before))
    counts = {
        name: (int((now == name).sum()), int((before == name).sum())) for name in (*kept, OTHERS)
    }
    counts = {name: found for name, found in counts.items() if any(found)}
    is_usable = len(counts) > 1 and all(n >= STRATUM_MINIMUM for n, _ in counts.values())
    return Mix(now, counts) if is_usable and before.len() >= STRATUM_MINIMUM else None


def _large(places: pl.Series) -> set[str]:
    return {name for name, n in places.value_counts().iter_rows() if n >= STRATUM_MINIMUM}


def _pooled(places: pl.Series, kept: Sequence[str]) -> pl.Series:
    place = pl.col("place")
    pooled = pl.when(place.is_in(kept)).then(place).otherwise(pl.lit(OTHERS))
    return places.to_frame("place").select(pooled.alias("place"))["place"]
