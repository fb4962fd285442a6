"""Release trains to draw: how often the interval of the share kept and of the gap hold the truth.

Each slot of a fortnightly train is kept, late by up to ten days, or skipped, independently of the
others. Gaps are of releases that nobody planned, independent of each other; on a train one late
release makes one gap longer and the next one shorter, and the interval is wider than it need be.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import log
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from opsreview.cadence import Cadence
from opsreview.estimate import Estimate
from opsreview.metrics.intervals import median_of_values, share
from opsreview.metrics.punctuality import DUE, ON_TIME, release_punctuality
from opsreview.metrics.releases import release_interval
from opsreview.train import Train
from opsreview.window import MOMENT, Window

FIRST_AT = datetime(2025, 1, 7, tzinfo=UTC)
EVERY_DAYS, LATE_DAYS = 14, 10
SKIPPED_SHARE = 0.1
TRAIN = Train(Cadence(2, "week", "2 weeks"), FIRST_AT.date(), ZoneInfo("UTC"))
SCHEMA: dict[str, pl.DataType] = {
    "repo": pl.String(),
    "tag": pl.String(),
    "published_at": MOMENT,
    "kind": pl.String(),
    "is_draft": pl.Boolean(),
}


def kept(slots: int, truth: float, dice: np.random.Generator) -> Estimate:
    """The share on time of so many slots, of which each is kept with the probability ``truth``."""
    until = FIRST_AT + timedelta(days=EVERY_DAYS * slots)
    became = release_punctuality(
        _released(_delays(slots, truth, dice)),
        train=TRAIN,
        window=Window(FIRST_AT, until),
        as_of=until + timedelta(days=EVERY_DAYS),
    )["became"].to_list()
    due = sum(each in DUE for each in became)
    return share(became.count(ON_TIME), due)


def gap(gaps: int, dice: np.random.Generator) -> Estimate:
    """The median of gaps that are independent of each other: lognormal, of two weeks."""
    lengths = np.exp(dice.normal(log(EVERY_DAYS), 0.6, gaps))
    released = _frame(np.concatenate([[0.0], np.cumsum(lengths)]))
    ever = Window(FIRST_AT, FIRST_AT + timedelta(days=10_000))
    found = release_interval(released, window=ever)
    return median_of_values(found["interval_hours"] / 24, unit="days")


def _delays(slots: int, kept_share: float, dice: np.random.Generator) -> list[float | None]:
    """Days after each slot; None where it is skipped. A kept one comes in the slot's two days."""
    delays: list[float | None] = []
    for luck in dice.random(slots):
        if luck < kept_share:
            delays.append(dice.uniform(0, 2))
        elif luck < kept_share + SKIPPED_SHARE * (1 - kept_share):
            delays.append(None)
        else:
            delays.append(dice.uniform(2, LATE_DAYS))
    return delays


def _released(delays: list[float | None]) -> pl.DataFrame:
    days = [EVERY_DAYS * n + delay for n, delay in enumerate(delays) if delay is not None]
    return _frame(np.array(days))


def _frame(days: np.ndarray) -> pl.DataFrame:
    rows = [
        {"repo": "team/product", "tag": f"v1.{n}.0", "kind": "stable", "is_draft": False}
        | {"published_at": FIRST_AT + timedelta(days=float(day))}
        for n, day in enumerate(days)
    ]
    return pl.DataFrame(rows, schema=SCHEMA)
