"""A team's duty and incidents of the last cycles, to be replayed under another rotation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Unpack

import polars as pl

from opsreview.errors import FilterError
from opsreview.filtering.asked import check_known
from opsreview.filtering.known import Known
from opsreview.metrics.eligibility import eligible_spells
from opsreview.metrics.interruptions import clustered, interruptions
from opsreview.planning.passing import turns_of
from opsreview.planning.replay import PER_PERSON, Load, load_of, with_interruptions
from opsreview.planning.wanted import Leave, Wanted, changed
from opsreview.planning.what_if import WhatIf, shown
from opsreview.rotation import Rotation
from opsreview.window import Cycle, Window
from opsreview.working_time import WorkingCalendar

CYCLES = 6
BEYOND = timedelta(days=14)  # what opens at the window's end is answered after it
TURN = ["role", "person", "start_at", "end_at"]
HELD = "the shifts that were held"
OBSERVED = "who is known to have acted on each incident: no shift is known"


@dataclass(frozen=True)
class History:
    """What is known of a team's duty over a stretch.

    ``has_shifts`` and ``has_incidents`` tell whether a source gives them for all of it.
    """

    known: Known
    window: Window
    as_of: datetime
    has_shifts: bool
    has_incidents: bool

    @classmethod
    def of_folder(cls, folder: Path, cycles: int = CYCLES) -> History:
        """That of a built cycle and the ``cycles`` - 1 before it.

        Raises:
            FilterError: The folder holds no tables, or they know neither shifts nor incidents.
        """
        known = Known.of_folder(folder)
        run = json.loads((folder / "run.json").read_text("utf-8"))
        as_of = datetime.fromisoformat(run["as_of"])
        return cls.of(known, Cycle(run["cycle"], known.subject.zone), as_of, cycles)

    @classmethod
    def of(cls, known: Known, cycle: Cycle, as_of: datetime, cycles: int = CYCLES) -> History:
        """Up to a cycle's end, as far as both shifts and incidents are known, or else either.

        Raises:
            FilterError: Neither is.
        """
        end_at = min(cycle.window.end_at, as_of)
        for _ in range(cycles - 1):
            cycle = cycle.previous
        whole = Window(cycle.window.start_at, end_at)
        subject, reason = known.subject, "the cycle has not begun"
        for needs in (["shifts", "incidents"], ["shifts"], ["incidents"]):
            found = subject.tables.coverage.covered(needs, subject.repos, whole, as_of)
            if found.window is not None and not _is_empty(known, "shifts" in needs, found.window):
                return cls(known, found.window, as_of, "shifts" in needs, "incidents" in needs)
            reason = found.reason or "no shift is recorded"
        raise FilterError(f"there is no duty to replay: {reason}")

    def what_if(self, rotation: Rotation | None = None, **wanted: Unpack[Wanted]) -> WhatIf:
        """The load as it was beside the load under another rotation.

        Today is the same rule applied to the shifts that were held, with the hours that the model
        wants covered; where no shift is known, who was seen to act. Turns go past who had not
        joined, had left or was on leave. A rotation that begins later, or does not say when, is
        replayed as if its first turn had begun at the last handover before the window.

        Args:
            rotation: By default the model's, or else the people who held duty, a week each.
            wanted: What is otherwise in it.

        Raises:
            FilterError: A person is not known, or a word of ``wanted`` cannot be read.
        """
        other = self._begun(self.rotation(rotation, **wanted))
        present = self._present(other, wanted.get("leave", {}))
        turns, passed_on_count = turns_of(other, self._reach, present)
        then = self._load_of(turns, other)
        called, zone = self.known.called, self.known.subject.zone
        days = (self.window.first_day(zone), self.window.last_day(zone))
        basis = HELD if self.has_shifts else OBSERVED
        return WhatIf(self.shown_today, shown(then, called), *days, basis, passed_on_count)

    def rotation(self, rotation: Rotation | None = None, **wanted: Unpack[Wanted]) -> Rotation:
        """A rotation with what is asked for otherwise, its people by their ids.

        Raises:
            FilterError: A person is not known, or a word cannot be read.
        """
        found = changed(rotation or self.declared or Rotation((), self.known.subject.zone), wanted)
        return replace(found, people=tuple(map(self._person, found.people or self._seen)))

    @property
    def declared(self) -> Rotation | None:
        """The rotation of the model in force at the end."""
        return self.known.targets_at(self.window).rotation

    @cached_property
    def today(self) -> Load:
        """What duty asked, persons by their ids."""
        if not self.has_shifts:
            return self._observed()
        shifts = self._frames["shifts"].select(TURN)
        return self._load_of(shifts, self.declared or Rotation((), self.known.subject.zone))

    @cached_property
    def shown_today(self) -> Load:
        """What duty asked, people as they are called."""
        return shown(self.today, self.known.called)

    @cached_property
    def incidents(self) -> pl.DataFrame | None:
        """The incidents opened in the window, with their clusters; None where nobody knows any."""
        if not self.has_incidents:
            return None
        return clustered(self._frames["incidents"], self.window, self.as_of).collect()

    @property
    def _frames(self) -> Mapping[str, pl.DataFrame]:
        return self.known.subject.tables.frames

    @property
    def _reach(self) -> Window:
        return Window(self.window.start_at, self.window.end_at + BEYOND)

    @property
    def _calendars(self) -> tuple[Mapping[str, WorkingCalendar], WorkingCalendar]:
        return self.known.subject.calendars, WorkingCalendar(self.known.subject.zone)

    @cached_property
    def _seen(self) -> list[str]:
        """Who held primary duty in the window, or else acted on its incidents, who did first."""
        if not self.has_shifts:
            return (
                self.today.interruptions["person"]
                .drop_nulls()
                .unique(maintain_order=True)
                .to_list()
            )
        touches = (pl.col("end_at") > self.window.start_at) & (
            pl.col("start_at") < self.window.end_at
        )
        held = self._frames["shifts"].filter(touches, role="primary").sort("start_at", "person")
        return held["person"].unique(maintain_order=True).to_list()

    def _load_of(self, turns: pl.DataFrame, rotation: Rotation) -> Load:
        calendars, otherwise = self._calendars
        return load_of(
            turns,
            self.incidents,
            window=self.window,
            required=rotation.hours(self._reach),
            calendars=calendars,
            otherwise=otherwise,
        )

    def _observed(self) -> Load:
        calendars, otherwise = self._calendars
        touched = interruptions(
            self._frames["incidents"],
            self._frames["incident_events"],
            self._frames["shifts"],
            window=self.window,
            as_of=self.as_of,
            calendars=calendars,
            otherwise=otherwise,
        ).with_columns(
            at="opened_at",
            outcome=pl.when(pl.col("person").is_null())
            .then(pl.lit("unheld"))
            .otherwise(pl.lit("at once")),
            waited_hours=pl.lit(0.0),
        )
        hours = Load(pl.DataFrame(schema=PER_PERSON), pl.DataFrame())
        seen = touched.drop("day_part", "night_on", "evidence")
        found = with_interruptions(hours, seen, calendars, otherwise)
        return replace(found, unheld_count=None, deferred_count=None)

    def _begun(self, rotation: Rotation) -> Rotation:
        first_on = self.window.first_day(rotation.zone)
        if rotation.starting is not None and rotation.starting < first_on:
            return rotation
        return rotation.begun(first_on - timedelta(days=7))

    def _present(self, rotation: Rotation, leave: Leave) -> pl.DataFrame:
        named = {self._person(name): days for name, days in leave.items()}
        asked = [(person, *map(_day, days)) for person, each in named.items() for days in each]
        known = self._frames["leave"]
        away = pl.concat([known, pl.DataFrame(asked, schema=known.schema, orient="row")])
        people = self._frames["people"]
        spells = eligible_spells(people, away, rotation.people, window=self._reach)
        return spells.filter(pl.col("person").is_in(list(rotation.people)))

    def _person(self, name: str) -> str:
        """The id of who is called ``name``, on pages or in people.yaml."""
        called = self.known.called.called
        if name in self._ids:
            return name
        meant = [person for person, shown_as in called.items() if shown_as == name]
        check_known("person", name, {*called.values()}, without="the cycle's tables name nobody")
        if len(meant) > 1:
            raise FilterError(f"{len(meant)} people are called {name!r}: name one by the id")
        return meant[0]

    @cached_property
    def _ids(self) -> set[str]:
        people, shifts = self._frames["people"], self._frames["shifts"]
        return {*self.known.called.called, *people["person_id"], *shifts["person"]}


def _is_empty(known: Known, needs_shifts: bool, window: Window) -> bool:
    shifts = known.subject.tables.frames["shifts"]
    touches = (pl.col("end_at") > window.start_at) & (pl.col("start_at") < window.end_at)
    return needs_shifts and shifts.filter(touches, role="primary").is_empty()


def _day(written: str | date) -> date:
    try:
        return written if isinstance(written, date) else date.fromisoformat(written)
    except ValueError:
        raise FilterError(f"leave: {written!r} is no day: write it as 2026-10-31") from None
