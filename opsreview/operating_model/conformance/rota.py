"""The rota declared against the shifts that were held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

import polars as pl

from opsreview.estimate import Estimate, in_words
from opsreview.metrics.intervals import share
from opsreview.metrics.planned_duty import NO_CALENDAR, is_declared
from opsreview.metrics.turns import double_booked, handovers, held_hours, rests, turns, uncovered
from opsreview.operating_model.conformance.held import Held, Line, Verdict, noted
from opsreview.operating_model.conformance.observed import Observed, Part
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.quantities import WEEKDAYS, cadence_of, hours_of, quantity_of
from opsreview.operating_model.shape import DutyEntry
from opsreview.rotation import Rotation
from opsreview.window import Window
from opsreview.wording import counted
from opsreview.working_time import WorkingCalendar

TURN_DAYS = {"day": 1.0, "weekday": 1.4, "week": 7.0, "month": 30.5, "quarter": 91.5}
QUARTER = timedelta(weeks=13)
OFF_BY = timedelta(days=1)
TWO_TURNS = 1.5  # a stretch so many times a turn's length is two turns without rest
SLACK_HOURS = 1.0  # clocks change; a handover takes its time
NO_SHIFT = "no shift is recorded in the cycle"


@dataclass(frozen=True)
class Rota:
    """What the model says of duty, and the turns that were held."""

    duty: DutyEntry
    seen: Observed

    @cached_property
    def part(self) -> Part:
        return self.seen.part("shifts")

    @property
    def window(self) -> Window:
        """The part of the cycle that is known; ``part`` has one."""
        return self.part.window or self.seen.window

    @property
    def turn(self) -> timedelta:
        cadence = cadence_of(self.duty.every)
        return timedelta(days=cadence.count * TURN_DAYS[cadence.unit])

    @property
    def round(self) -> timedelta:
        """How long it takes until everyone in the order has had a turn."""
        return self.turn * len(self.duty.order)

    def turns(self, window: Window) -> pl.DataFrame:
        return turns(self.seen.tables["shifts"], window=window)

    def known(self, length: timedelta) -> Part:
        """So much time before the known end of the cycle as the sources speak for."""
        end_at = self.window.end_at
        return self.seen.part("shifts", within=Window(end_at - length, end_at))


def rota_rows(model: OperatingModel, seen: Observed) -> list[Held]:
    """Every rule of ``rhythm.duty`` that the model writes, against the shifts."""
    duty = model.entry.rhythm.duty
    if duty is None:
        return []
    rota = Rota(duty, seen)
    return [_row(rota, line, judge) for line, judge in _said(duty, seen)]


_Judge = Callable[[Rota, Line], Held]


def _said(duty: DutyEntry, seen: Observed) -> list[tuple[Line, _Judge]]:
    """A line for each thing that the model says of duty, and what judges it."""
    every = cadence_of(duty.every).text
    order = ", ".join(map(seen.shown, duty.order)) if seen.tells_persons else "in their order"
    said: list[tuple[object, str, str, _Judge]] = [
        (duty.order, "order", f"Duty by turns of a {every}: {order}", _order_row),
        (duty.every, "turns", "One person is primary at a time", _overlap_row),
        (duty.cover, "cover", f"Duty is covered: {duty.cover}", _cover_row),
        (duty.handover, "handover", f"Duty is handed over on {duty.handover}", _handover_row),
        (duty.most_share, "most_share", _at_most(duty), _most_share_row),
        (duty.rest, "rest", f"At least {duty.rest} between two turns of one person", _rest_row),
    ]
    return [
        (Line(f"rhythm.duty.{key}", "rota", says), judge)
        for written, key, says, judge in said
        if written
    ]


def _row(rota: Rota, line: Line, judge: _Judge) -> Held:
    part = rota.part
    if part.window is None:
        return line.unknown(part.reason or "no shift is known")
    if is_declared(rota.seen.tables["shifts"]):
        return line.unknown(NO_CALENDAR)
    if rota.turns(part.window).is_empty():
        return line.unknown(noted(NO_SHIFT, part.reason))
    return judge(rota, line)


def _order_row(rota: Rota, line: Line) -> Held:
    """Over one whole round or the cycle, whichever is longer, so that everyone had a turn."""
    part = rota.known(max(rota.round, rota.window.end_at - rota.window.start_at))
    held = rota.turns(part.window or rota.window)
    holders = set(held.filter(pl.col("role") == "primary")["person"])
    order = list(dict.fromkeys(rota.duty.order))
    without = [person for person in order if person not in holders]
    strangers = sorted(holders - set(order))
    happened = f"{len(order) - len(without)} of {len(order)} in the order held a turn"
    if strangers:
        happened += f"; {counted(len(strangers), 'person', 'people')} held one without being in it"
    if rota.seen.tells_persons:
        happened += _listed("without a turn", without, rota) + _listed("not in it", strangers, rota)
    if without and part.window and part.window.end_at - part.window.start_at < rota.round:
        return line.held(
            ("cannot tell", noted("not a whole round is known", part.reason)), happened
        )
    is_kept = not without and not strangers
    why = "they are who the order names" if is_kept else "they are not who the order names"
    return line.held(("holds" if is_kept else "drifts", noted(why, part.reason)), happened)


def _overlap_row(rota: Rota, line: Line) -> Held:
    twice = double_booked(rota.turns(rota.window), window=rota.window)
    if twice.is_empty():
        judged: tuple[Verdict, str] = ("holds", noted("no two shifts overlap", rota.part.reason))
        return line.held(judged, "nobody shared primary duty")
    hours = _hours(twice)
    happened = f"two were primary at once for {in_words(hours, 'hours')} in all"
    stretches = _stretches(twice, rota)
    judged = ("drifts", noted(f"shifts overlap {stretches}: shorten one", rota.part.reason))
    return line.held(judged, happened)


def _cover_row(rota: Rota, line: Line) -> Held:
    is_office = rota.duty.cover == "business hours"
    covered = WorkingCalendar(rota.seen.zone) if is_office else None
    required = Rotation((), rota.seen.zone, covered=covered).hours(rota.window)
    gaps = uncovered(rota.turns(rota.window), window=rota.window, required=required)
    wanted = "business hours" if is_office else "hours"
    hours = _hours(gaps)
    if hours < SLACK_HOURS:
        judged: tuple[Verdict, str] = ("holds", noted("there was no gap", rota.part.reason))
        return line.held(judged, f"somebody held duty in all {wanted}")
    happened = f"nobody held duty for {in_words(hours, 'hours')} of {wanted}"
    why = f"the rota has gaps {_stretches(gaps, rota)}"
    return line.held(("drifts", noted(why, rota.part.reason)), happened)


def _handover_row(rota: Rota, line: Line) -> Held:
    weekday, _, clock = (rota.duty.handover or "").partition(" ")
    moments = handovers(rota.turns(rota.window), window=rota.window)["at"].to_list()
    if not moments:
        return line.unknown(noted("duty was handed over at no time in the cycle", rota.part.reason))
    off = [at for at in moments if _off_by(at, weekday, clock, rota.seen) > OFF_BY]
    found = share(len(moments) - len(off), len(moments))
    happened = f"{len(off)} of {counted(len(moments), 'handover')} came more than a day off"
    days = ", ".join(f"{at.astimezone(rota.seen.zone):%a %Y-%m-%d %H:%M}" for at in off[:3])
    why = f"duty changed hands on {days}" if off else "duty changed hands when it should"
    verdict: Verdict = "drifts" if off else "holds"
    return line.held((verdict, noted(why, rota.part.reason)), happened, estimate=found)


def _most_share_row(rota: Rota, line: Line) -> Held:
    """Over whole rounds of about a quarter: in one month a weekly turn more or less decides."""
    rounds = max(QUARTER // rota.round, 1) if rota.duty.order else 1
    wanted = rota.round * rounds if rota.duty.order else QUARTER
    part = rota.known(max(wanted, rota.turn))
    window = part.window or rota.window
    if rota.duty.order and window.end_at - window.start_at < rota.round:
        return line.unknown(noted("not a whole round is known", part.reason))
    held = held_hours(rota.turns(window), window=window)
    most, limit = held["held_hours"][0] / window.hours, _share_of(rota.duty)
    weeks = f"{window.weeks:.0f} weeks"
    happened = f"the one on duty most was so for {in_words(most, 'share')} of {weeks}"
    exact = Estimate("share", most, "share", held.height, method="sum of shift hours")
    is_kept = most <= limit + SLACK_HOURS / window.hours
    why = f"{in_words(limit, 'share')} is the most, for {counted(held.height, 'person', 'people')}"
    verdict: Verdict = "holds" if is_kept else "drifts"
    return line.held((verdict, noted(why, part.reason)), happened, estimate=exact)


def _rest_row(rota: Rota, line: Line) -> Held:
    least = hours_of(rota.duty.rest)
    part = rota.known(max(rota.round + rota.turn, rota.window.end_at - rota.window.start_at))
    held = rota.turns(part.window or rota.window)
    in_cycle = pl.col("at") >= rota.window.start_at
    pauses = rests(held).filter(in_cycle)
    short = pauses.filter(pl.col("rest_hours") < least - SLACK_HOURS).height
    whole = held.filter(pl.col("end_at") > rota.window.start_at)
    is_long = pl.col("end_at") - pl.col("start_at") > rota.turn * TWO_TURNS
    long = whole.filter(is_long).height
    if not pauses.height and not long:
        return line.unknown(noted("nobody had two turns in the time looked at", part.reason))
    parts = [f"{short} of {counted(pauses.height, 'pause')} were shorter"] if pauses.height else []
    parts += [f"{counted(long, 'turn')} went on into the next"] if long else []
    verdict: Verdict = "drifts" if short or long else "holds"
    shortest = in_words(min(pauses["rest_hours"], default=0.0), "hours")
    why = "two turns followed on each other" if long else f"the shortest pause was {shortest}"
    return line.held((verdict, noted(why, part.reason)), "; ".join(parts))


def _listed(what: str, people: list[str], rota: Rota) -> str:
    return f"; {what}: {', '.join(map(rota.seen.shown, people))}" if people else ""


def _at_most(duty: DutyEntry) -> str:
    return f"Duty takes at most {duty.most_share} of anybody's time"


def _share_of(duty: DutyEntry) -> float:
    return quantity_of(duty.most_share).value


def _hours(stretches: pl.DataFrame) -> float:
    hours = (stretches["end_at"] - stretches["start_at"]).dt.total_seconds().sum() / 3600
    return float(hours)


def _stretches(stretches: pl.DataFrame, rota: Rota) -> str:
    """The first three, in the team's zone, and how many more."""
    zone = rota.seen.zone
    said = [
        f"from {start_at.astimezone(zone):%Y-%m-%d %H:%M} to {end_at.astimezone(zone):%m-%d %H:%M}"
        for start_at, end_at in stretches.head(3).iter_rows()
    ]
    more = stretches.height - len(said)
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")


def _off_by(at: datetime, weekday: str, clock: str, seen: Observed) -> timedelta:
    """How far a moment is from the nearest weekly one, by the clock on the wall."""
    day = at.astimezone(seen.zone).date()
    back = (day.weekday() - WEEKDAYS.index(weekday)) % 7
    meant = time.fromisoformat(clock)
    near = (seen.begins(day - timedelta(days=back - shift), meant) for shift in (0, 7))
    return min(abs(at.astimezone(UTC) - moment) for moment in near)
