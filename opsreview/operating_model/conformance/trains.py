"""Release slots declared against releases published, and freezes against what was released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from opsreview.metrics.intervals import share
from opsreview.metrics.releases import release_frequency
from opsreview.operating_model.conformance.held import Held, Line, Verdict, noted
from opsreview.operating_model.conformance.observed import Observed, Part
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.quantities import cadence_of
from opsreview.operating_model.shape import ReleaseEntry
from opsreview.operating_model.shape_rules import FreezeEntry
from opsreview.window import Window
from opsreview.wording import counted

AROUND = timedelta(days=190)  # the slots before and after a cycle are nearer than this
LATE_AFTER_DAYS = 1  # the day after a slot is still in it


@dataclass(frozen=True)
class Trains:
    """What became of each slot, and the days of releases that belong to none."""

    on_time: tuple[date, ...]
    late: tuple[tuple[date, int], ...]
    overdue: tuple[tuple[date, int], ...]
    skipped: tuple[date, ...]
    pending: tuple[date, ...]
    unplanned: tuple[date, ...]

    @property
    def due_count(self) -> int:
        return len(self.on_time) + len(self.late) + len(self.overdue) + len(self.skipped)

    def in_words(self) -> str:
        """``1 of 3 slots kept; 1 late (by 4 days); 1 skipped (2026-10-20)``."""
        parts = [
            f"{len(self.on_time)} of {counted(self.due_count, 'slot')} kept"
            if self.due_count
            else "no slot was due",
            f"{len(self.late)} late (by {_days(self.late)})" if self.late else "",
            f"{len(self.overdue)} not come yet ({_days(self.overdue)} late)"
            if self.overdue
            else "",
            f"{len(self.skipped)} skipped ({_listed(self.skipped)})" if self.skipped else "",
            f"{counted(len(self.pending), 'slot')} still to come" if self.pending else "",
            f"{len(self.unplanned)} unplanned ({_listed(self.unplanned)})"
            if self.unplanned
            else "",
        ]
        return "; ".join(part for part in parts if part)


def trains(
    slots: Sequence[date], released: Sequence[date], *, first: date, last: date, until: date
) -> Trains:
    """What became of the slots from ``first`` to ``last``.

    A release on a slot's day or the day after keeps it; the first one later, before the next slot,
    makes it late; none makes it skipped once the next slot has come, and overdue until then. Any
    other release is unplanned.

    Args:
        slots: Days, in order; the slot before ``first`` too, whose late train is not unplanned,
            and the one after ``last``.
        released: Days of stable releases that are no hotfix, in order, until ``until``.
        first: The first day looked at.
        last: The last day looked at.
        until: The last day that the data speak for.
    """
    of_slot: dict[date, list[date]] = {slot: [] for slot in slots}
    unplanned = []
    for day in released:
        slot = max((slot for slot in slots if slot <= day), default=None)
        is_in_time = slot is not None and (day - slot).days <= LATE_AFTER_DAYS
        if slot is not None and (is_in_time or not of_slot[slot] or day in of_slot[slot]):
            of_slot[slot].append(day)
        elif first <= day <= last:
            unplanned.append(day)
    over = until - timedelta(days=LATE_AFTER_DAYS)  # the last slot that is over
    ours = [slot for slot in slots if first <= slot <= last]
    delays = {slot: (of_slot[slot][0] - slot).days for slot in ours if of_slot[slot]}
    missed = [slot for slot in ours if slot not in delays]
    following = {slot: min((s for s in slots if s > slot), default=date.max) for slot in missed}
    return Trains(
        tuple(slot for slot, days in delays.items() if days <= LATE_AFTER_DAYS),
        tuple((slot, days) for slot, days in delays.items() if days > LATE_AFTER_DAYS),
        tuple((slot, (until - slot).days) for slot in missed if slot <= over < following[slot]),
        tuple(slot for slot in missed if following[slot] <= over),
        tuple(slot for slot in missed if slot > over),
        tuple(unplanned),
    )


def release_rows(model: OperatingModel, seen: Observed) -> list[Held]:
    """The release train, and each freeze that touches the cycle."""
    said = model.entry.rhythm.release
    if said is None:
        return []
    part = seen.part("releases")
    freezes = enumerate(said.freezes)
    rows = [_freeze_row(i, freeze, seen, part) for i, freeze in freezes]
    return [_train_row(model, said, seen, part), *(row for row in rows if row)]


def _train_row(model: OperatingModel, said: ReleaseEntry, seen: Observed, part: Part) -> Held:
    by = seen.by(said.by, model.holder(said.by).people)
    every = f"every {cadence_of(said.every).text} on a {said.on.capitalize()}"
    line = Line("rhythm.release", "rhythm", f"A release {every}, by {by}")
    if part.window is None:
        return line.unknown(part.reason or "no release is known")
    days = list(seen.days(part.window))
    if not days:
        return line.unknown("no whole day of the cycle is known")
    around = Window(part.window.start_at - AROUND, part.window.end_at + AROUND)
    slots = model.release_slots(around, zone=seen.zone)
    found = trains(
        slots,
        [day for day, _ in _stable(seen, Window(around.start_at, part.as_of))],
        first=days[0],
        last=days[-1],
        until=part.as_of.astimezone(seen.zone).date() - timedelta(days=1),
    )
    return _judged_trains(line, found, part)


def _judged_trains(line: Line, found: Trains, part: Part) -> Held:
    if not found.due_count and not found.unplanned:
        nothing = "no slot is over yet" if found.pending else "no slot lies in the cycle"
        return line.unknown(noted(nothing, part.reason))
    estimate = share(len(found.on_time), found.due_count) if found.due_count else None
    is_kept = len(found.on_time) == found.due_count and not found.unplanned
    verdict: Verdict = "holds" if is_kept else "drifts"
    why = "every slot was kept" if is_kept else "the train did not keep to its slots"
    return line.held((verdict, noted(why, part.reason)), found.in_words(), estimate=estimate)


def _freeze_row(place: int, freeze: FreezeEntry, seen: Observed, part: Part) -> Held | None:
    """The row of a freeze that has a day in the cycle."""
    cycle = list(seen.days(seen.window))
    if freeze.last_on < cycle[0] or freeze.first_on > cycle[-1]:
        return None
    because = f" ({freeze.why})" if freeze.why else ""
    line = Line(
        f"rhythm.release.freezes.{place}",
        "rhythm",
        f"No release but a hotfix from {freeze.first_on} to {freeze.last_on}{because}",
    )
    if part.window is None:
        return line.unknown(part.reason or "no release is known")
    broken = [found for found in _stable(seen, part.window) if _is_in(found[0], freeze)]
    if not broken:
        is_over = seen.begins(freeze.last_on + timedelta(days=1)) <= part.window.end_at
        why = "nothing was released in it" + ("" if is_over else " so far")
        return line.held(("holds", noted(why, part.reason)), "no stable release in the freeze")
    named = ", ".join(f"{tag} on {day}" for day, tag in broken)
    happened = f"{counted(len(broken), 'stable release')} in the freeze: {named}"
    return line.held(("drifts", noted("they are no hotfixes", part.reason)), happened)


def _stable(seen: Observed, window: Window) -> list[tuple[date, str]]:
    """The local day and the tag of each stable release in the window, in order."""
    found = release_frequency(seen.tables["releases"], window=window)
    stable = found.filter(pl.col("kind") == "stable").select("published_at", "tag")
    return [(at.astimezone(seen.zone).date(), tag) for at, tag in stable.iter_rows()]


def _is_in(day: date, freeze: FreezeEntry) -> bool:
    return freeze.first_on <= day <= freeze.last_on


def _days(slots: Sequence[tuple[date, int]]) -> str:
    return ", ".join(f"{days} d" for _, days in slots)


def _listed(days: Sequence[date]) -> str:
    return ", ".join(map(str, days))
