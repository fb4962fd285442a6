"""Who has held more or less duty than their share, and who should cover next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.disruptions import disrupted_moments, disrupted_nights
from opsreview.metrics.eligibility import eligible_spells
from opsreview.metrics.turns import held_hours
from opsreview.metrics.view import NOT_BEGUN, Measured, View, hours_between
from opsreview.window import MOMENT, Window, literal

# Six cycles: a turn more or less in one month is no debt, and last year's rota is forgiven.
CUMULATED = timedelta(weeks=26)
NEXT_TURN = timedelta(weeks=1)
STATISTICS = (("weeks", "count"), ("hours", "hours"))
BY_PERSON = {
    "hours": "hours",
    "fair_hours": "hours",
    "balance_hours": "hours",
    "disrupted_nights": "count",
    "next": "count",
}
LEDGER = {
    "person": pl.String(),
    "hours": pl.Float64(),
    "secondary_hours": pl.Float64(),
    "fair_hours": pl.Float64(),
    "balance_hours": pl.Float64(),
    "disrupted_nights": pl.Int64(),
    "last_turn_at": MOMENT,
    "is_away": pl.Boolean(),
    "next": pl.Int64(),
}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NO_SHIFT = "no shift is recorded in the half year"


def cover_ledger(
    shifts: pl.DataFrame,
    people: pl.DataFrame,
    leave: pl.DataFrame,
    nights: pl.DataFrame | None,
    *,
    window: Window,
    as_of: datetime,
) -> pl.DataFrame:
    """Hours of duty each person held against their part of them, and who should cover next. Ours.

    A person's part is that of the time for which they were eligible (joined, not left, not on
    leave), times the part of full time they work. Next is who has held least beside their part;
    among equals who had fewer nights disrupted, then whose last turn is longest ago. Who is away in
    the week after ``as_of`` is passed over, and who is no longer in the team is not among them.

    Args:
        shifts: SHIFTS.
        people: PEOPLE.
        leave: LEAVE.
        nights: Rows of ``disruptions.disrupted_nights``; None: nobody knows of incidents.
        window: What is added up.
        as_of: The moment at which somebody is looked for.

    Returns:
        One row per person, who should cover next first: person, hours (primary), secondary_hours,
        fair_hours, balance_hours (hours less fair_hours), disrupted_nights (null: unknown),
        last_turn_at (when it ended; null: none), is_away, next (1 is who should cover next; null:
        not now).
    """
    begun = shifts.filter(pl.col("start_at") < literal(window.end_at))
    held = held_hours(begun, window=window, by=("role", "person"))
    primary = held.filter(role="primary").select("person", hours="held_hours")
    secondary = held.filter(role="secondary").select("person", secondary_hours="held_hours")
    spells = eligible_spells(people, leave, held["person"].to_list(), window=window)
    eligible = spells.group_by("person").agg(
        eligible_hours=(hours_between("start_at", "end_at") * pl.col("share")).sum()
    )
    last = begun.group_by("person").agg(last_turn_at=pl.col("end_at").max())
    counted = pl.DataFrame(schema={"person": pl.String, "disrupted_nights": pl.Int64})
    if nights is not None:
        counted = nights.group_by("person").agg(disrupted_nights=pl.len().cast(pl.Int64))
    everyone = pl.concat([eligible.select("person"), held.select("person")]).unique()
    known = everyone.lazy()
    for part in (primary, secondary, eligible, last, counted):
        known = known.join(part.lazy(), on="person", how="left")
    added = known.with_columns(
        pl.col("hours", "secondary_hours", "eligible_hours").fill_null(0.0),
        pl.col("disrupted_nights") if nights is None else pl.col("disrupted_nights").fill_null(0),
    ).with_columns(
        fair_hours=pl.col("hours").sum() * pl.col("eligible_hours") / pl.col("eligible_hours").sum()
    )
    balanced = added.with_columns(balance_hours=pl.col("hours") - pl.col("fair_hours")).collect()
    return _ranked(balanced, people, leave, as_of)


def ledger_measured(view: View) -> Measured:
    """The registry's way in: the 26 weeks to the window's end, as far as shifts are known."""
    if view.seen is None:
        return Measured(pl.DataFrame(), [not_measurable(*what, NOT_BEGUN) for what in STATISTICS])
    wanted = Window(view.seen.end_at - CUMULATED, view.seen.end_at)
    known = view.covered(("shifts",), wanted).window
    held = view["shifts"].filter(pl.col("end_at") > literal((known or wanted).start_at))
    if known is None or held.filter(pl.col("start_at") < literal(known.end_at)).is_empty():
        return Measured(
            pl.DataFrame(schema=LEDGER), [not_measurable(*what, _NO_SHIFT) for what in STATISTICS]
        )
    nights = None
    if view.covered(("incidents",), known).window == known:
        nights = disrupted_nights(disrupted_moments(replace(view, window=known)))
    tables = (view["shifts"], view["people"], view["leave"])
    rows = cover_ledger(*tables, nights, window=known, as_of=view.as_of)
    weeks = float(round(known.weeks))
    method = f"sum of shift hours, over {weeks:.0f} weeks"
    total = float(rows["hours"].sum())
    estimates = [
        Estimate("weeks", weeks, "count", rows.height, method=method),
        Estimate("hours", total, "hours", rows.height, method=method),
    ]
    for row in rows.sort("person").iter_rows(named=True):
        estimates += [
            Estimate(name, float(row[name]), unit, rows.height, method=method).of(
                f"person:{row['person']}"
            )
            for name, unit in BY_PERSON.items()
            if row[name] is not None
        ]
    return Measured(rows, estimates)


def _ranked(
    balanced: pl.DataFrame, people: pl.DataFrame, leave: pl.DataFrame, as_of: datetime
) -> pl.DataFrame:
    """The persons with ``next``, in its order."""
    soon = Window(as_of, as_of + NEXT_TURN)
    names = balanced["person"].to_list()
    there = eligible_spells(people, leave, names, window=soon)
    of_team = set(eligible_spells(people, leave.clear(), names, window=soon)["person"])
    whole = {
        person
        for person, start_at, end_at, _ in there.iter_rows()
        if start_at <= soon.start_at and end_at >= soon.end_at
    }
    can = pl.col("person").is_in(sorted(whole)) & (pl.col("eligible_hours") > 0)
    order = [
        pl.col("balance_hours") / pl.col("eligible_hours"),
        "disrupted_nights",
        pl.col("last_turn_at").fill_null(literal(_LONG_AGO)),
        "person",
    ]
    able = balanced.filter(can).sort(order).with_row_index("next", offset=1)
    rest = (
        balanced.filter(~can)
        .sort("balance_hours", "person")
        .with_columns(next=pl.lit(None, pl.Int64))
    )
    placed = pl.concat([able.with_columns(pl.col("next").cast(pl.Int64)), rest], how="diagonal")
    is_away = pl.col("person").is_in(sorted(of_team - whole))
    return placed.with_columns(is_away=is_away).select(
        pl.col(name).cast(dtype) for name, dtype in LEDGER.items()
    )
