"""Hours and nights that incidents broke into, and how many of them a shift held."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.day_parts import DAY_PARTS, in_their_day
from opsreview.metrics.interruptions import INCIDENT, ON_DUTY, interruptions_of, touches
from opsreview.metrics.intervals import count, poisson_rate, share
from opsreview.metrics.turns import turns
from opsreview.metrics.view import NOT_BEGUN, Measured, View, hours_between
from opsreview.window import Window, literal

SHIFT_HOURS = 12  # Google SRE counts incidents by shifts of this length
MOST_A_SHIFT = 2
NIGHTS = ("count", "longest_run")
PER_SHIFT = (("rate", "per_shift"), ("most", "count"), ("share_over", "share"))
NOBODY_KNOWN = "nobody knows whom the incidents reached"
_NO_DUTY = "no primary duty is recorded in the window"


def disrupted_moments(view: View, found: pl.DataFrame | None = None) -> pl.DataFrame:
    """Every moment at which an incident of the window reached a person who was touched by it. Ours.

    Each page, acknowledgement, update or comment that counts (``interruptions.touches``); where
    nobody acted, the opening for who was on duty.

    Args:
        view: What is looked at.
        found: Its ``interruptions_of``, where they are known already.

    Returns:
        One row per moment, in order: source, incident_id, person, at, day_part, night_on, weekday
        (0 is Monday), hour, and hour_at (the beginning of that hour of the person's clock).
    """
    touched = interruptions_of(view) if found is None else found
    rows = touched.filter(pl.col("person").is_not_null())
    acts = touches(view["incidents"], view["incident_events"], as_of=view.as_of)
    of_rows = acts.join(rows.lazy().select(INCIDENT).unique(), on=INCIDENT, how="semi")
    silent = rows.filter(pl.col("evidence") == ON_DUTY).lazy()
    columns = [*INCIDENT, "person", "at"]
    moments = pl.concat([of_rows.select(columns), silent.select(columns)]).collect()
    placed = in_their_day(
        moments.sort("at", *INCIDENT, "person"), view.calendars, view.calendar(None)
    )
    return placed.with_columns(hour_at=_hour_at(view, placed))


def disrupted_hours(moments: pl.DataFrame) -> pl.DataFrame:
    """Clock hours of each person with any interruption; each counts once. Ours.

    Args:
        moments: ``disrupted_moments``.

    Returns:
        One row per person and hour: person, hour_at, day_part (of its first moment).
    """
    first = moments.sort("at").unique(["person", "hour_at"], keep="first", maintain_order=True)
    return first.select("person", "hour_at", "day_part").sort("hour_at", "person")


def disrupted_nights(moments: pl.DataFrame) -> pl.DataFrame:
    """Nights (22:00 to 08:00) of each person with any interruption; each counts once. Ours.

    Args:
        moments: ``disrupted_moments``.

    Returns:
        One row per person and night: person, night_on (the day of its evening), run (how many
        such nights of that person have come one after the other by then; what was before the
        first moment is not counted).
    """
    nights = moments.drop_nulls("night_on").select("person", "night_on").unique()
    ordered = nights.sort("person", "night_on")
    is_next = pl.col("night_on").diff().over("person") == pl.duration(days=1)
    run = (~is_next.fill_null(False)).cum_sum().over("person")
    return (
        ordered.with_columns(run=run)
        .with_columns(run=pl.int_range(1, pl.len() + 1).over("person", "run"))
        .sort("night_on", "person")
    )


def shift_loads(view: View, window: Window) -> pl.DataFrame:
    """Each stretch of twelve hours of primary duty, and the clusters that broke into it. Ours.

    A turn is cut into stretches of twelve hours from its beginning in the window; the last may be
    shorter. Counted are clusters of incidents that touched who held it: one cause is one incident.

    Returns:
        One row per stretch: person, start_at, end_at, cluster_count.

    Source:
        Google SRE, https://sre.google/sre-book/being-on-call/ (at most two incidents per 12 hours).
    """
    held = turns(view["shifts"].filter(pl.col("role") == "primary"), window=window)
    start_at = pl.max_horizontal("start_at", literal(window.start_at))
    end_at = pl.min_horizontal("end_at", literal(window.end_at))
    every = f"{SHIFT_HOURS}h"
    begins = pl.datetime_ranges(start_at, end_at, every, closed="left", time_zone="UTC")
    stretches = (
        held.lazy()
        .select("person", turn_end_at=end_at, start_at=begins)
        .explode("start_at")
        .with_columns(
            end_at=pl.min_horizontal("turn_end_at", pl.col("start_at").dt.offset_by(every))
        )
        .select("person", "start_at", "end_at")
        .unique()
    )
    touched = interruptions_of(view).lazy().select("person", "cluster", "at").drop_nulls("person")
    firsts = touched.group_by("person", "cluster").agg(pl.col("at").min())
    counted = (
        stretches.join_where(
            firsts.rename({"person": "who"}),
            pl.col("person") == pl.col("who"),
            pl.col("at") >= pl.col("start_at"),
            pl.col("at") < pl.col("end_at"),
        )
        .group_by("person", "start_at")
        .agg(cluster_count=pl.len().cast(pl.Int64))
    )
    return (
        stretches.join(counted, on=["person", "start_at"], how="left")
        .with_columns(pl.col("cluster_count").fill_null(0))
        .sort("start_at", "person")
        .collect()
    )


def hours_measured(view: View) -> Measured:
    """The registry's way in: of all, by person, and by part of the day."""
    found = interruptions_of(view)
    if reason := _why_unknown(view, found):
        return Measured(pl.DataFrame(), [not_measurable("count", "count", reason)])
    rows = disrupted_hours(disrupted_moments(view, found))
    return Measured(
        rows,
        [
            replace(count(rows.height), n_excluded=found["person"].null_count()),
            *_by_person(rows),
            *(
                count(rows.filter(day_part=part).height).of(f"day_part:{part}")
                for part in DAY_PARTS
            ),
        ],
    )


def nights_measured(view: View) -> Measured:
    """The registry's way in: of all, and of each person; a run is one person's."""
    found = interruptions_of(view)
    if reason := _why_unknown(view, found):
        return Measured(pl.DataFrame(), [not_measurable(s, "count", reason) for s in NIGHTS])
    rows = disrupted_nights(disrupted_moments(view, found))
    unknown = found["person"].null_count()
    estimates = [replace(each, n_excluded=unknown) for each in (count(rows.height), _run_of(rows))]
    for (person,), nights in rows.sort("person").group_by(["person"], maintain_order=True):
        theirs = (count(nights.height), _run_of(nights))
        estimates += [each.of(f"person:{person}") for each in theirs]
    return Measured(rows, estimates)


def per_shift_measured(view: View) -> Measured:
    """The registry's way in: per twelve hours of primary duty, over all and by person."""
    covered = view.covered(("shifts",), view.seen or view.window)
    if view.seen is None or covered.window is None:
        reason = NOT_BEGUN if view.seen is None else covered.reason or "no shift is known"
        return Measured(pl.DataFrame(), [not_measurable(*what, reason) for what in PER_SHIFT])
    rows = shift_loads(view, covered.window)
    if rows.is_empty():
        return Measured(rows, [not_measurable(*what, _NO_DUTY) for what in PER_SHIFT])
    estimates = _per_shift(rows)
    for (person,), theirs in rows.sort("person").group_by(["person"], maintain_order=True):
        estimates += [each.of(f"person:{person}") for each in _per_shift(theirs)]
    return Measured(rows, estimates)


def _why_unknown(view: View, found: pl.DataFrame) -> str | None:
    if view.seen is None:
        return NOT_BEGUN
    return NOBODY_KNOWN if found.height and found["person"].null_count() == found.height else None


def _per_shift(rows: pl.DataFrame) -> list[Estimate]:
    hours = float(rows.select(hours_between("start_at", "end_at").sum()).item())
    clusters = int(rows["cluster_count"].sum())
    shifts = hours / SHIFT_HOURS
    over = rows.filter(pl.col("cluster_count") > MOST_A_SHIFT).height
    most = int(rows["cluster_count"].max())  # type: ignore[arg-type]
    lower, upper = poisson_rate(clusters, shifts)
    return [
        Estimate(
            "rate", clusters / shifts, "per_shift", clusters, lower, upper, "exact Poisson 95 %"
        ),
        count(most, statistic="most"),
        share(over, rows.height, statistic="share_over"),
    ]


def _run_of(nights: pl.DataFrame) -> Estimate:
    longest = int(nights["run"].max() or 0)  # type: ignore[arg-type]
    return count(longest, statistic="longest_run")


def _by_person(rows: pl.DataFrame) -> list[Estimate]:
    found = rows["person"].value_counts().sort("person")
    return [count(n).of(f"person:{person}") for person, n in found.iter_rows()]


def _hour_at(view: View, placed: pl.DataFrame) -> pl.Series:
    """When each moment's hour began on the person's own clock: zones can be half hours off."""
    zones = {name: calendar.zone.key for name, calendar in view.calendars.items()}
    otherwise = view.calendar(None).zone.key
    numbered = placed.select("person", "at").with_row_index("place")
    parts = [
        part.with_columns(
            hour_at=pl.col("at")
            .dt.convert_time_zone(zones.get(str(person), otherwise))
            .dt.truncate("1h")
            .dt.convert_time_zone("UTC")
        )
        for (person,), part in numbered.group_by(["person"])
    ]
    if not parts:
        return pl.Series("hour_at", [], placed.schema["at"])
    return pl.concat(parts).sort("place")["hour_at"]
