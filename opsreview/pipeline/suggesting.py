"""The fairest schedule of duty for the next weeks, from a team's store to files and lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import polars as pl

from opsreview.errors import ParamsError, ScheduleError
from opsreview.metrics.ledger import CUMULATED, cover_ledger
from opsreview.metrics.reading import read_cycle
from opsreview.metrics.registry import METRICS
from opsreview.metrics.view import Targets
from opsreview.params import Team
from opsreview.pipeline.artefacts import write_whole
from opsreview.pipeline.cycle import called_in
from opsreview.pipeline.declared_duty import with_declared_duty
from opsreview.pipeline.reading import (
    UNPROMISED_RESPONSE_HOURS,
    Plan,
    TeamHistory,
    model_in_force,
    plan_of,
    read_team,
    target_steps,
)
from opsreview.pipeline.record import incomplete_sources
from opsreview.planning.files import csv_of, ics_of
from opsreview.planning.schedule import Schedule, candidates, schedule, turns_to_fill
from opsreview.privacy import Appearance
from opsreview.rotation import Rotation
from opsreview.window import Window, literal

_MONDAY, _NINE = 0, time(9)


@dataclass(frozen=True)
class _Asked:
    """Who may take which turns, and from what they are told."""

    history: TeamHistory
    plan: Plan
    rotation: Rotation
    is_declared: bool
    turns: Sequence[Window]
    called: Appearance

    @property
    def window(self) -> Window:
        return Window(self.turns[0].start_at, self.turns[-1].end_at)

    @property
    def persons(self) -> list[str]:
        """Who takes turns by the model, else who did in the half year, else all of people.yaml."""
        found = list(dict.fromkeys(self.rotation.people))
        if not found:
            begins = Window(self.window.start_at - CUMULATED, self.window.start_at)
            found = sorted(set(_held(self.history, begins)["person"]))
        return found or sorted(self.history.team.people)


def suggested(
    team: Team,
    store: Path,
    folder: Path,
    *,
    cycle: str | None,
    weeks: int,
    first_on: date | None,
) -> tuple[list[str], tuple[str, ...]]:
    """What to say of the schedule, whose files are written, and what of the data is not whole.

    Turns and their rules are those of the model in force on ``first_on``, by default the day that
    the cycle is read as of. What is held, or planned, until the first turn is in the ledger.

    Raises:
        ScheduleError: There is no schedule, or nobody to take turns.
        ParamsError: People would appear under names that several share.
        OpsReviewError: Params or store are not fit, or the folder cannot be written.
    """
    history = with_declared_duty(read_team(team, store))
    asked = _asked(history, plan_of(history, cycle, None), weeks, first_on)
    _check_names(asked)
    ledger = _ledger(asked)
    frames = history.tables.frames
    people = candidates(asked.persons, frames, ledger, window=asked.window, called=asked.called)
    found = schedule(asked.rotation, asked.turns, people, None)
    files = {
        "rota.ics": ics_of(found.turns, team=team.name, as_of=asked.plan.as_of),
        "rota.csv": csv_of(found.turns).encode(),
        "cover_ledger.csv": csv_of(asked.called.measured(ledger)).encode(),
    }
    for name, content in files.items():
        write_whole(folder / name, content)
    return list(_lines(asked, found, files)), incomplete_sources(history)


def _asked(history: TeamHistory, plan: Plan, weeks: int, first_on: date | None) -> _Asked:
    zone = history.team.zone
    begins_on = first_on or plan.as_of.astimezone(zone).date()
    steps = [targets for day, targets in target_steps(history) if day is None or day <= begins_on]
    declared = steps[-1].rotation
    rotation = declared or _as_held(history)
    turns = turns_to_fill(rotation, begins_on, weeks)
    if not turns:
        raise ScheduleError(f"no turn begins in {weeks} weeks from {begins_on}: ask for more weeks")
    called = called_in(history, model_in_force(history, plan))
    return _Asked(history, plan, rotation, declared is not None, turns, called)


def _as_held(history: TeamHistory) -> Rotation:
    """A week each, handed over as the last shift that is known was; if none is, Mondays at nine."""
    zone = history.team.zone
    known = history.tables.frames["shifts"].filter(role="primary")["start_at"].max()
    if not isinstance(known, datetime):
        return Rotation((), zone, weekday=_MONDAY, handover=_NINE)
    begun = known.astimezone(zone)
    return Rotation((), zone, weekday=begun.weekday(), handover=begun.time())


def _check_names(asked: _Asked) -> None:
    if not asked.persons:
        raise ScheduleError(
            f"{asked.history.team.name}: nobody is known who could be on duty: write people.yaml, "
            "or rhythm.duty.order in operating_model.yaml"
        )
    names = [asked.called.of(person) for person in asked.persons]
    shared = sorted({name for name in names if names.count(name) > 1})
    if shared:
        raise ParamsError(
            f"{asked.history.team.folder / 'review.yaml'}: privacy.names is {asked.called.names}, "
            f"and a rota needs a name for each person ({len(names)} people, {shared[0]!r} is "
            "several of them): write names: shown or names: pseudonyms"
        )


def _held(history: TeamHistory, window: Window) -> pl.DataFrame:
    touches = (pl.col("start_at") < literal(window.end_at)) & (
        pl.col("end_at") > literal(window.start_at)
    )
    return history.tables.frames["shifts"].filter(touches)


def _ledger(asked: _Asked) -> pl.DataFrame:
    """The half year to the first turn, as far as shifts are known."""
    history, first_at = asked.history, asked.window.start_at
    whole = Window(first_at - CUMULATED, first_at)
    coverage = history.tables.coverage
    known = coverage.covered(["shifts"], history.team.review.repos, whole, asked.plan.as_of).window
    frames = history.tables.frames
    return cover_ledger(
        frames["shifts"],
        frames["people"],
        frames["leave"],
        _nights(asked, known or whole),
        window=known or whole,
        as_of=first_at,
    )


def _nights(asked: _Asked, known: Window) -> pl.DataFrame | None:
    """Nights disrupted until the cycle's data ends; None where not all incidents are known."""
    history, as_of = asked.history, asked.plan.as_of
    past = known.overlap(Window(known.start_at, max(as_of, known.start_at)))
    repos = history.team.review.repos
    if (
        past is None
        or past
        != history.tables.coverage.covered(["shifts", "incidents"], repos, past, as_of).window
    ):
        return None
    metric, targets = METRICS["disrupted_nights"], Targets(UNPROMISED_RESPONSE_HOURS)
    reading = read_cycle(
        history.subject, window=past, as_of=as_of, targets=targets, metrics=[metric]
    )
    rows = reading.measured[metric.id]
    return rows if "person" in rows.columns else None


def _lines(asked: _Asked, found: Schedule, files: Iterable[str]) -> Iterator[str]:
    team, zone = asked.history.team, asked.rotation.zone
    yield f"a suggestion, times in {zone.key}; nothing is changed: the team decides"
    if not asked.is_declared:
        yield "the model declares no duty: a week each, handed over as in the last shift known"
    yield ""
    by_role = {role: rows for (role,), rows in found.turns.group_by("role", maintain_order=True)}
    roles = [str(role) for role in by_role]
    rows = [["from", "until", *roles]]
    for number, turn in enumerate(asked.turns):
        held = [by_role[role]["person"][number] for role in roles]
        times = [f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (turn.start_at, turn.end_at)]
        rows.append([*times, *held])
    yield from _aligned(rows)
    yield ""
    yield from _aligned([_HEADINGS, *_totals(found, with_role=len(roles) > 1)])
    yield ""
    yield found.sentence
    if asked.called.names == "pseudonyms":
        yield (
            "people appear by pseudonym: for a rota to hand out write privacy: {names: shown} in "
            f"{team.folder / 'review.yaml'}"
        )
    yield f"written: {', '.join(files)}"


_HEADINGS = ["person", "turns", "hours", "fair part", "balance before", "balance after"]


def _totals(found: Schedule, *, with_role: bool) -> Iterator[list[str]]:
    for row in found.people.iter_rows(named=True):
        name = f"{row['person']} ({row['role']})" if with_role else row["person"]
        hours = [f"{row[name]:.0f}" for name in ("hours", "fair_hours")]
        balances = [f"{row[f'balance_{side}_hours']:+.0f}" for side in ("before", "after")]
        yield [name, str(row["turns"]), *hours, *balances]


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
