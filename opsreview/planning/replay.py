"""Incidents replayed over turns of duty: who would have been interrupted, when, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from opsreview.metrics.chance import BusiestShare, Pool, busiest_share
from opsreview.metrics.day_parts import in_their_day
from opsreview.window import MOMENT, Window
from opsreview.working_time import Stretches, WorkingCalendar

HOUR = 3_600_000_000  # in microseconds
ROLES = ("primary", "secondary")
PLACE = ("at", "day_part", "night_on")

PER_PERSON: dict[str, pl.DataType] = {
    "person": pl.String(),
    "primary_hours": pl.Float64(),
    "secondary_hours": pl.Float64(),
    "interruptions": pl.Int64(),
    "disrupted_nights": pl.Int64(),
    "longest_run": pl.Int64(),
}

Microseconds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Load:
    """What duty asked of each person, and how well it was covered.

    ``per_person``: person, primary_hours, secondary_hours, interruptions, disrupted_nights,
    longest_run (of disrupted nights in a row); most hours first.
    ``interruptions``: the incidents' columns and person, at (when it interrupts), outcome (``at
    once``, ``deferred``, ``unheld``), waited_hours, day_part, night_on.
    ``disrupted_nights`` are those of all persons, ``longest_run`` is the longest of any.
    ``coverage_share`` is the share of the required hours in which somebody was primary,
    ``most_share_of_time`` the busiest person's hours on duty, in either role, as a share of the
    window. What is not known is None, and null in the frames.
    """

    per_person: pl.DataFrame
    interruptions: pl.DataFrame
    coverage_share: float | None = None
    most_share_of_time: float | None = None
    disrupted_nights: int | None = None
    longest_run: int | None = None
    unheld_count: int | None = None
    deferred_count: int | None = None
    longest_deferral_hours: float | None = None
    busiest: BusiestShare | None = None

    @property
    def busiest_share(self) -> float | None:
        """The busiest person's share of all interruptions; None where there were none."""
        return self.busiest.share if self.busiest else None

    @property
    def knows_hours(self) -> bool:
        """Whether anybody knows who held duty."""
        return self.most_share_of_time is not None

    @property
    def knows_incidents(self) -> bool:
        """Whether anybody would know of incidents, were there none."""
        return self.disrupted_nights is not None


def load_of(
    turns: pl.DataFrame,
    incidents: pl.DataFrame | None,
    *,
    window: Window,
    required: pl.DataFrame,
    calendars: Mapping[str, WorkingCalendar],
    otherwise: WorkingCalendar,
) -> Load:
    """What these turns would have asked, had these incidents come. Ours.

    An incident interrupts whoever is primary when it opens, each of them where there are several.
    Outside of the required hours it is deferred: it interrupts when the next required hour begins
    in which somebody is primary. One that opens in a required hour while nobody is primary
    interrupts nobody: it is unheld.

    Args:
        turns: role, person, start_at, end_at; they may overlap and leave gaps.
        incidents: source, incident_id, opened_at and cluster, and any other columns. None: nobody
            knows of any.
        window: Hours within it count, and incidents opened in it.
        required: start_at and end_at of the stretches in which somebody has to answer. They may
            reach past the window: what opens on its last evening is answered then.
        calendars: By person, for the part of the day.
        otherwise: The calendar of who has none.
    """
    has_to = Stretches.of(_pairs(required))
    within = has_to.shared(_only(window))
    primary = turns.filter(pl.col("role") == "primary")
    hours = _hours(turns, within)
    load = _of_hours(hours, primary, within, window)
    if incidents is None:
        return load
    opened = incidents.filter(window.has("opened_at")).sort("opened_at", "source", "incident_id")
    touched = _interrupted(primary, opened, has_to)
    return with_interruptions(load, touched, calendars, otherwise)


def with_interruptions(
    load: Load,
    touched: pl.DataFrame,
    calendars: Mapping[str, WorkingCalendar],
    otherwise: WorkingCalendar,
) -> Load:
    """The load with who was interrupted.

    Args:
        load: Of the hours alone.
        touched: Incidents with cluster, person (null: nobody), at, outcome and waited_hours.
        calendars: By person.
        otherwise: The calendar of who has none.
    """
    is_told = touched["at"].is_not_null()
    moments = touched.with_columns(at=pl.coalesce("at", "opened_at"))
    placed = (
        in_their_day(moments, calendars, otherwise)
        .with_columns(pl.when(is_told).then(name).alias(name) for name in PLACE)
        .drop("weekday", "hour")
    )
    held = placed.filter(pl.col("person").is_not_null())
    per_person = _with_counts(load.per_person, held)
    deferred = placed.filter(pl.col("outcome") == "deferred")
    return Load(
        per_person,
        placed,
        load.coverage_share,
        load.most_share_of_time,
        disrupted_nights=int(per_person["disrupted_nights"].sum()),
        longest_run=per_person.select(pl.max("longest_run")).item() or 0,
        unheld_count=placed.filter(pl.col("outcome") == "unheld").height,
        deferred_count=deferred.select("source", "incident_id").n_unique(),
        longest_deferral_hours=deferred.select(pl.max("waited_hours")).item(),
        busiest=_busiest(held, per_person),
    )


def _hours(turns: pl.DataFrame, within: Stretches) -> pl.DataFrame:
    """One row per person: primary_hours, secondary_hours and any_hours that lie ``within``."""
    spans = [
        _spans(turns.filter(pl.col("role") == role), within, f"{role}_hours") for role in ROLES
    ]
    spans.append(_spans(turns.filter(pl.col("role").is_in(ROLES)), within, "any_hours"))
    people = turns.select("person").unique()
    for each in spans:
        people = people.join(each, on="person", how="left")
    counted = people.with_columns(pl.exclude("person").fill_null(0.0))
    return counted.filter(pl.col("any_hours") > 0)


def _spans(turns: pl.DataFrame, within: Stretches, name: str) -> pl.DataFrame:
    """Hours by person that lie ``within``; where two turns of one person overlap, once."""
    rows = turns.sort("person", "start_at").select("person", "start_at", "end_at")
    before = pl.col("end_at").cum_max().shift(1).over("person")
    rows = rows.with_columns(start_at=pl.max_horizontal("start_at", before))
    rows = rows.filter(pl.col("start_at") < pl.col("end_at"))
    starts, ends = _pairs(rows).T
    hours = (within.until(ends) - within.until(starts)) / HOUR
    return rows.select("person", pl.Series(name, hours)).group_by("person").agg(pl.sum(name))


def _of_hours(
    hours: pl.DataFrame, primary: pl.DataFrame, within: Stretches, window: Window
) -> Load:
    required = int((within.ends - within.starts).sum())
    held = within.shared(Stretches.of(_pairs(primary)))
    most = hours.select(pl.max("any_hours")).item() or 0.0
    unknown = pl.lit(None, pl.Int64)
    per_person = (
        hours.drop("any_hours")
        .with_columns(interruptions=unknown, disrupted_nights=unknown, longest_run=unknown)
        .sort("primary_hours", "secondary_hours", "person", descending=[True, True, False])
    )
    return Load(
        per_person,
        pl.DataFrame(),
        coverage_share=int((held.ends - held.starts).sum()) / required if required else None,
        most_share_of_time=most / window.hours,
    )


def _interrupted(primary: pl.DataFrame, incidents: pl.DataFrame, has_to: Stretches) -> pl.DataFrame:
    """The incidents with person, at, outcome and waited_hours; two rows where two are primary."""
    opened = _microseconds(incidents["opened_at"])
    is_required = has_to.hold(opened)
    answered = has_to.shared(Stretches.of(_pairs(primary)))
    following = np.searchsorted(answered.starts, opened)
    is_answered = is_required | (following < answered.starts.size)
    starts = np.append(answered.starts, 0)
    at = np.where(is_required, opened, starts[following])
    moments = pl.Series("at", at).cast(MOMENT)
    placed = incidents.with_columns(
        at=pl.when(pl.Series(is_answered)).then(moments),
        is_required=pl.Series(is_required),
    )
    waited = (pl.col("at") - pl.col("opened_at")).dt.total_microseconds() / HOUR
    outcome = (
        pl.when(~pl.col("is_required"))
        .then(pl.lit("deferred"))
        .when(pl.col("person").is_null())
        .then(pl.lit("unheld"))
        .otherwise(pl.lit("at once"))
    )
    return (
        _with_primary(placed, primary)
        .with_columns(outcome=outcome)
        .with_columns(waited_hours=pl.when(pl.col("outcome") != "unheld").then(waited))
        .drop("is_required")
    )


def _with_primary(incidents: pl.DataFrame, primary: pl.DataFrame) -> pl.DataFrame:
    """Each incident with whoever is primary ``at`` its moment; person is null where nobody is."""
    starts, ends = _pairs(primary).T
    cuts = np.unique(np.concatenate([starts, ends]))
    first, after = np.searchsorted(cuts, starts), np.searchsorted(cuts, ends)
    held = (
        primary.select("person", part=pl.int_ranges(pl.Series(first), pl.Series(after)))
        .explode("part")
        .unique()
        .sort("part", "person")
    )
    at = _microseconds(incidents["at"].fill_null(pl.lit(0).cast(MOMENT)))
    part = pl.Series("part", np.searchsorted(cuts, at, side="right") - 1, pl.Int64)
    when = pl.when(incidents["at"].is_not_null()).then(part)
    return (
        incidents.with_columns(part=when)
        .join(held, on="part", how="left", maintain_order="left_right")
        .drop("part")
    )


def _with_counts(per_person: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """The persons with their interruptions, disrupted nights and longest run of them."""
    counted = held.group_by("person").agg(interruptions=pl.len().cast(pl.Int64))
    nights = held.select("person", "night_on").drop_nulls().unique().sort("person", "night_on")
    place = pl.int_range(pl.len()).over("person")
    runs = (
        nights.with_columns(run=pl.col("night_on").to_physical().cast(pl.Int64) - place)
        .group_by("person", "run")
        .agg(nights=pl.len().cast(pl.Int64))
        .group_by("person")
        .agg(disrupted_nights=pl.sum("nights"), longest_run=pl.max("nights"))
    )
    counts = ["interruptions", "disrupted_nights", "longest_run"]
    return (
        per_person.drop(counts)
        .join(counted, on="person", how="full", coalesce=True)
        .join(runs, on="person", how="left")
        .with_columns(pl.col(counts).fill_null(0))
        .sort(
            "primary_hours",
            "secondary_hours",
            "interruptions",
            "person",
            descending=[True, True, True, False],
            nulls_last=True,
        )
    )


def _busiest(held: pl.DataFrame, per_person: pl.DataFrame) -> BusiestShare | None:
    """Against the same clusters dealt by primary hours; equally where no hours are known."""
    if held.is_empty():
        return None
    hours = per_person["primary_hours"].fill_null(0.0).to_list()
    weights = hours if sum(hours) else [1.0] * len(hours)
    counted = held.group_by("cluster", "person").len().group_by("cluster").agg("len")
    profiles = counted["len"].to_list()
    if max(map(len, profiles)) > sum(weight > 0 for weight in weights):
        weights = [1.0] * len(hours)  # some who held no hours were interrupted too
    most = per_person.select(pl.max("interruptions")).item()
    return busiest_share([Pool(profiles, weights)], observed_count=most)


def _only(window: Window) -> Stretches:
    ends = pl.Series([window.start_at, window.end_at], dtype=MOMENT)
    return Stretches.of(_microseconds(ends).reshape(1, 2))


def _pairs(stretches: pl.DataFrame) -> Microseconds:
    """A row of start and end each, in microseconds since 1970."""
    ends = [_microseconds(stretches[name]) for name in ("start_at", "end_at")]
    return np.column_stack(ends)


def _microseconds(moments: pl.Series) -> Microseconds:
    return moments.cast(MOMENT).to_physical().to_numpy()
