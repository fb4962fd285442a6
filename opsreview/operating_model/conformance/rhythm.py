"""The rhythm declared against the one kept: triage and the retrospective."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import polars as pl

from opsreview.cadence import Cadence
from opsreview.estimate import Estimate
from opsreview.metrics.intervals import share
from opsreview.metrics.work import first_touches
from opsreview.operating_model.conformance.held import AS_A_RULE, FEWEST, Held, Line, Verdict, noted
from opsreview.operating_model.conformance.observed import NO_TEAM, Observed
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.quantities import cadence_of
from opsreview.window import Window
from opsreview.wording import counted

NOON = time(12)  # what comes later in the day is for the next time
DAYS_OF = {"day": 1, "weekday": 1, "week": 7, "month": 31, "quarter": 92}
LATE_BY_DAYS = 7  # a retrospective may come so much later than its rhythm says


@dataclass(frozen=True)
class Turn:
    """One time at which something should happen, and when what it is for must have come in."""

    when: Window
    comes_in: Window


def triage_row(model: OperatingModel, seen: Observed) -> Held | None:
    """How often triage took place when it should have and something new was there.

    Something new is an issue from outside the team, opened since the turn before (on the day
    itself: before noon), and untouched when the turn began.
    """
    said = model.entry.rhythm.triage
    if said is None:
        return None
    cadence = cadence_of(said.every)
    who = model.holder(said.by).people
    line = Line(
        "rhythm.triage",
        "rhythm",
        f"Triage every {cadence.text}, by {seen.by(said.by, who)}",
    )
    part = seen.part("issues", "comments", "events")
    if part.window is None or not seen.has_team:
        return line.unknown(part.reason or NO_TEAM)
    names = ("issues", "comments", "events")
    touches = first_touches(*(seen.tables[name] for name in names), as_of=part.as_of)
    turns = list(_turns(cadence, part.window, seen))
    due = [kept for turn in turns if (kept := _kept(turn, touches)) is not None]
    if not due:
        return line.unknown(f"nothing new came in for any of {_counted(len(turns), cadence)}")
    kept_count = sum(bool(people) for people in due)
    by_holder = sum(bool(people & set(who)) for people in due)
    found = share(kept_count, len(due))
    happened = f"{kept_count} of {_counted(len(due), cadence)} with something new"
    happened += f"; {by_holder} by who is named for it"
    return line.held(_as_a_rule(found, part.reason), happened, estimate=found)


def retrospective_row(
    model: OperatingModel, seen: Observed, sign_offs: Sequence[Mapping[str, Any]] | None
) -> Held | None:
    """When a cycle was last signed off, against how often it should be.

    Args:
        model: The one in force.
        seen: The cycle.
        sign_offs: ``cycle, by, on`` of each sign-off; None where nothing records them.
    """
    said = model.entry.rhythm.retrospective
    if said is None:
        return None
    by = seen.by(said.by, model.holder(said.by).people)
    cadence = cadence_of(said.every)
    line = Line("rhythm.retrospective", "rhythm", f"A retrospective every {cadence.text}, by {by}")
    if sign_offs is None:
        return line.unknown("no sign-off of a cycle is recorded: write it in sign_offs.yaml")
    today = seen.as_of.astimezone(seen.zone).date()
    signed = [day for one in sign_offs if (day := date.fromisoformat(str(one["on"]))) <= today]
    if not signed:
        return line.held(("drifts", "no cycle has been signed off"), "none is recorded")
    days = (today - max(signed)).days
    allowed = cadence.count * DAYS_OF[cadence.unit] + LATE_BY_DAYS
    why = f"{days} days ago; every {cadence.text} and a week of grace is {allowed}"
    verdict: Verdict = "holds" if days <= allowed else "drifts"
    return line.held((verdict, why), f"a cycle was last signed off on {max(signed)}")


def _turns(cadence: Cadence, known: Window, seen: Observed) -> Iterator[Turn]:
    """The turns that lie wholly in the known part of the cycle; weeks count from its first day."""
    if cadence.unit not in ("day", "weekday"):
        yield from _long_turns(cadence, known, seen)
        return
    days = [day for day in seen.days(known) if _is_due(day, cadence, seen)][:: cadence.count]
    for before, day in zip([None, *days], days, strict=False):
        ends = seen.begins(day + timedelta(days=1))
        since = before or day - timedelta(days=cadence.count if day.weekday() else 3)
        if ends <= known.end_at:
            comes_in = Window(seen.begins(since), seen.begins(day, NOON))
            yield Turn(Window(seen.begins(day), ends), comes_in)


def _long_turns(cadence: Cadence, known: Window, seen: Observed) -> Iterator[Turn]:
    if cadence.unit != "week":
        yield Turn(known, known)
        return
    day = next(seen.days(known), None)
    while day is not None:
        end = day + timedelta(days=7 * cadence.count)
        if seen.begins(end) > known.end_at:
            return
        whole = Window(seen.begins(day), seen.begins(end))
        yield Turn(whole, whole)
        day = end


def _is_due(day: date, cadence: Cadence, seen: Observed) -> bool:
    """Whether anybody at all works on the day, where only weekdays are meant."""
    if cadence.unit == "day":
        return True
    calendars = seen.subject.calendars.values()
    anybody = any(calendar.works_on(day) for calendar in calendars) if calendars else True
    return day.weekday() < 5 and anybody


def _kept(turn: Turn, touches: pl.DataFrame) -> set[str] | None:
    """Who triaged in the turn; None where nothing new was there."""
    is_new = turn.comes_in.has("opened_at")
    is_waiting = (pl.col("touched_at") >= turn.when.start_at).fill_null(True)
    if touches.filter(is_new & is_waiting).is_empty():
        return None
    return set(touches.filter(turn.when.has("touched_at"))["person"])


def _counted(turns: int, cadence: Cadence) -> str:
    """``21 weekdays``; ``2 turns of 2 weeks``."""
    if cadence.count > 1:
        return f"{counted(turns, 'turn')} of {cadence.text}"
    return counted(turns, cadence.unit)


def _as_a_rule(found: Estimate, reason: str | None) -> tuple[Verdict, str]:
    """Turns are counted, all of them: their share needs no interval."""
    is_kept = (found.value or 0) >= AS_A_RULE
    if found.n < FEWEST and not is_kept:
        return "cannot tell", noted(f"fewer than {FEWEST} are too few to tell", reason)
    verdict: Verdict = "holds" if is_kept else "drifts"
    how = "at least" if is_kept else "fewer than"
    return verdict, noted(f"{how} four in five times", reason)
