"""How often the busiest person is called busier than chance: simulated rotas, production metrics.

Four people hold duty by weekly turns. Troubles come at any time (Poisson), each of one incident or
of a burst of several within hours; who is on duty acknowledges them, but for the half that an
unfair team leaves to one person. Incidents, acts and shifts go through the product's own clusters,
evidence and dealing, for the month and for the half year to its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl
from measure import Figure

from opsreview.metrics.chance import UNLIKELY
from opsreview.metrics.fairness import CUMULATED, busiest_measured, cumulated_measured
from opsreview.metrics.view import Groups, Measured, Targets, View
from opsreview.tables.schemas import SCHEMAS
from opsreview.window import MOMENT, Window
from opsreview.working_time import TeamCalendar

HISTORIES = 2_000
FALSE_AT_MOST = 6  # %
FOUND_AT_LEAST = 90  # %
PEOPLE = ("ada", "ben", "cleo", "dev")
END_AT = datetime(2026, 11, 2, tzinfo=UTC)
MONTH = Window(END_AT - timedelta(days=30), END_AT)
FIRST_AT = END_AT - CUMULATED
BURST_SIZES = (1, 1, 2, 3, 4, 6, 8)


@dataclass(frozen=True)
class Rota:
    """One kind of team: troubles in half a year, of how many incidents, and whether it is fair."""

    name: str
    troubles: int
    sizes: tuple[int, ...] = (1,)
    is_fair: bool = True


ROTAS = (
    Rota("fair, single incidents", 60),
    Rota("fair, bursts", 60, BURST_SIZES),
    Rota("half on one of four, 48 troubles", 48, is_fair=False),
    Rota("half on one of four, 48 bursts", 48, BURST_SIZES, is_fair=False),
)


def figures_of_fairness(histories: int = HISTORIES) -> Iterator[Figure]:
    """The share of cycles in which the month, and the half year, calls a team unfair."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        found = list(workers.map(_called, ROTAS, [histories] * len(ROTAS)))
    for rota, called in zip(ROTAS, found, strict=True):
        month, half_year = (100 * float(column.mean()) for column in called.T)
        most = FALSE_AT_MOST if rota.is_fair else None
        least = None if rota.is_fair else FOUND_AT_LEAST
        yield Figure(f"called unfair in the month: {rota.name}", month, "%", most)
        name = f"called unfair over half a year: {rota.name}"
        yield Figure(name, half_year, "%", most, at_least=least if rota.sizes == (1,) else None)


def called(rota: Rota, dice: np.random.Generator) -> tuple[bool, bool]:
    """Whether one history is called unfair, by its month and by its half year."""
    view = View(
        _tables(rota, dice),
        MONTH,
        END_AT + timedelta(days=7),
        ZoneInfo("UTC"),
        Targets(72.0),
        Groups(),
        {},
        TeamCalendar(()),
    )
    return _is_unlikely(busiest_measured(view)), _is_unlikely(cumulated_measured(view))


def _called(rota: Rota, histories: int) -> npt.NDArray[np.bool_]:
    dice = np.random.default_rng(20_261)
    return np.array([called(rota, dice) for _ in range(histories)])


def _is_unlikely(measured: Measured) -> bool:
    mid_p = next(each.value for each in measured.estimates if each.statistic == "mid_p")
    return mid_p is not None and mid_p <= UNLIKELY


def _tables(rota: Rota, dice: np.random.Generator) -> dict[str, pl.DataFrame]:
    count = rota.troubles if not rota.is_fair else max(1, int(dice.poisson(rota.troubles)))
    began = np.sort(dice.uniform(0, CUMULATED / timedelta(hours=1), count))
    holders = (began // 168).astype(int) % len(PEOPLE)
    if not rota.is_fair:  # a third more on one of four makes half: 1/3 + 2/3 · 1/4
        holders = np.where(dice.random(count) < 1 / 3, 0, holders)
    sizes = dice.choice(rota.sizes, count)
    starts = np.concatenate(
        [start + np.arange(size) * 0.5 for start, size in zip(began, sizes, strict=True)]
    )
    ids = [str(number) for number in range(len(starts))]
    moments = [FIRST_AT + timedelta(hours=float(hours)) for hours in starts]
    who = [PEOPLE[n] for n in np.repeat(holders, sizes)]
    # Each trouble is of a service of its own, so that two at once stay two.
    services = [f"service {n}" for n in np.repeat(np.arange(count), sizes)]
    incidents = {"incident_id": ids, "opened_at": moments, "service": services}
    acts = {"incident_id": ids, "at": moments, "person": who}
    return {
        "incidents": _frame("incidents", incidents, source="pager"),
        "incident_events": _frame("incident_events", acts, source="pager", event="acknowledgement"),
        "shifts": _frame("shifts", _weeks(), source="rota", rotation="duty", role="primary"),
        "people": SCHEMAS["people"].create_empty(),
        "leave": SCHEMAS["leave"].create_empty(),
    }


def _weeks() -> dict[str, list[object]]:
    weeks = range(CUMULATED // timedelta(weeks=1))
    return {
        "person": [PEOPLE[week % len(PEOPLE)] for week in weeks],
        "start_at": [FIRST_AT + timedelta(weeks=week) for week in weeks],
        "end_at": [FIRST_AT + timedelta(weeks=week + 1) for week in weeks],
    }


def _frame(table: str, columns: dict[str, list[object]], **same: str) -> pl.DataFrame:
    schema = SCHEMAS[table].create_empty().schema
    moments = {name: MOMENT for name, dtype in schema.items() if isinstance(dtype, pl.Datetime)}
    given = {name: moments.get(name, schema[name]) for name in columns}
    stated = pl.DataFrame(columns, schema=given).with_columns(
        pl.lit(value).alias(name) for name, value in same.items()
    )
    missing = [pl.lit(None, dtype).alias(n) for n, dtype in schema.items() if n not in stated]
    return stated.with_columns(missing).select(list(schema))
