"""Calendars as iCalendar files write them: zones, repetition, and events not to be believed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Event
from icalendar.cal import Component, ComponentFactory
from icalendar.parser.ical import CalendarIcalParser
from icalendar.prop import vDDDTypes
from icalendar.timezone import tzp

from opsreview.sources.moments import YEARS, length_fault

ENDLESS = timedelta(days=2 * 365)  # how far a rule without an end is followed
LONGEST = timedelta(days=20 * 365)  # how far a rule with an end is
_TIMES = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
_MOMENTS = ("DTSTART", "DTEND", "RECURRENCE-ID")
_STAMPS = ("DTSTAMP", "LAST-MODIFIED")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Occurrence:
    """One time an event takes place, in UTC. ``event`` has its summary and attendees.

    ``changed_at`` is when this one was last changed; null where only its whole series was.
    """

    event: Event
    start_at: datetime
    end_at: datetime
    is_zone_assumed: bool
    changed_at: datetime | None = None


@dataclass(frozen=True)
class TimeTable:
    """How a calendar's times are read: its own zone, or one assumed because it names none."""

    zone: tzinfo
    is_assumed: bool

    def utc(self, moment: date) -> datetime:
        """A day (its first moment), a time without zone or one with a zone, in UTC."""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time.min)
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)


class _Lenient(Calendar):
    # A defect in a calendar's own lines (real ones have it) is no reason to lose its events.
    ignore_exceptions = True


class _Factory(ComponentFactory):
    def get_component_class(self, name: str) -> type[Component]:
        return _Lenient if name == "VCALENDAR" else super().get_component_class(name)


def calendars(text: str) -> list[Calendar]:
    """The calendars in an iCalendar text: nearly always one.

    Raises:
        ValueError: The text is not a calendar, or is cut off.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # guesses at the zone names of other programs
        found = CalendarIcalParser(text.encode(), _Factory(), Calendar.types_factory).parse()
    whole = [calendar for calendar in found if isinstance(calendar, Calendar)]
    if not whole or len(whole) < len(found):
        raise ValueError("it holds no whole BEGIN:VCALENDAR … END:VCALENDAR")
    return whole


def time_table(calendar: Calendar, otherwise: tzinfo) -> TimeTable:
    """The zone the calendar names (``X-WR-TIMEZONE``), else ``otherwise``, assumed."""
    named = str(calendar.get("X-WR-TIMEZONE", "")).strip()
    zone = tzp.timezone(named) if named else None
    return TimeTable(zone, False) if zone else TimeTable(otherwise, True)


def series(calendar: Calendar) -> list[list[Event]]:
    """The calendar's events by UID: an event with the changes made to its repetitions.

    Of several revisions of an event the newest (``SEQUENCE``) holds. Events that share a UID but
    neither revise nor change one another, as careless programs write them, are series of their own.
    """
    by_uid: dict[str, list[Event]] = {}
    for position, event in enumerate(calendar.events):
        by_uid.setdefault(str(event.get("UID", "")) or f"event {position}", []).append(event)
    return [part for events in by_uid.values() for part in _told_apart(events)]


def _told_apart(events: list[Event]) -> list[list[Event]]:
    changes = [event for event in events if "RECURRENCE-ID" in event]
    masters = [event for event in events if "RECURRENCE-ID" not in event]
    newest = max(map(_sequence, masters), default=0)
    current = {str(event.get("DTSTART")): event for event in masters if _sequence(event) == newest}
    first, *others = [*([event] for event in current.values())] or [[]]
    return [first + changes, *others]


def _sequence(event: Event) -> int:
    number = _stated(event, "SEQUENCE")
    return number if isinstance(number, int) else 0


def is_cancelled(event: Event) -> bool:
    return str(event.get("STATUS", "")).strip().upper() == "CANCELLED"


def is_endless(event: Event) -> bool:
    """True where the event repeats and does not say until when."""
    return any("UNTIL" not in rule and "COUNT" not in rule for rule in _rules(event))


def span_fault(event: Event, times: TimeTable) -> str | None:
    """Why the event's start and end cannot be believed; None when they can."""
    for name, problem in event.errors:
        if name in _TIMES:
            return f"{name} cannot be read: {problem}"
    for name in (*_MOMENTS, "DURATION"):
        if isinstance(_stated(event, name), list):
            return f"{name} is there more than once"
    if "DTSTART" not in event:
        return "DTSTART is missing"
    for name in _MOMENTS:
        if name in event and (fault := _moment_fault(event, name)):
            return f"{name} {fault}"
    return _end_fault(event, times) or _rule_fault(event)


def occurrences(
    events: Sequence[Event], times: TimeTable, endless_until_at: datetime
) -> Iterator[Occurrence]:
    """Every time a series takes place: repetitions, exceptions and changes worked in.

    Events with a ``span_fault`` are left out, and so is the repetition they would have changed.
    Hours are between moments in UTC: a week in which the clocks change is not 168 h long.

    Args:
        events: One series: same UID.
        times: How the calendar's times are read.
        endless_until_at: How far a rule without an end is followed.

    Raises:
        ValueError: The rule of repetition cannot be read.
    """
    sound = [event for event in events if span_fault(event, times) is None]
    broken = [event for event in events if span_fault(event, times) is not None]
    hidden = {moment for event in broken if (moment := _replaced(event, times))}
    until_at = _last(sound, times, endless_until_at)
    changed = _changed(sound, times)
    for event in _expanded(sound, times, until_at):
        start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
        place = times.utc(_moment(event, "RECURRENCE-ID"))
        if place not in hidden and times.utc(start) < until_at:
            is_assumed = times.is_assumed and _kind(start) != "a time with a zone"
            span = times.utc(start), times.utc(end)
            yield Occurrence(event, *span, is_assumed, changed.get(place))


def endless_until(
    calendar: Calendar, times: TimeTable, declared_end_at: datetime | None
) -> datetime:
    """How far rules without an end are followed: the furthest that the calendar itself knows of.

    That is the last event written out, ``declared_end_at``, or two years past the later of the
    first event and the newest stamp (``DTSTAMP``, ``LAST-MODIFIED``) in the calendar.
    """
    events = [event for event in calendar.events if span_fault(event, times) is None]
    if not events:
        return declared_end_at or datetime.min.replace(tzinfo=UTC)
    declared = [declared_end_at] if declared_end_at else []
    ends = _ends(events, times)
    first_at = min(times.utc(_moment(event, "DTSTART")) for event in events)
    stamps = [
        times.utc(_moment(event, name))
        for event in events
        for name in _STAMPS
        if name in event and not _moment_fault(event, name)
    ]
    return max([max([first_at, *stamps]) + ENDLESS, *ends, *declared])


def _stated(event: Event, name: str) -> Any:
    return event.get(name)


def _moment(event: Event, name: str) -> date:
    moment: date = _stated(event, name).dt
    return moment


def _moment_fault(event: Event, name: str) -> str | None:
    stated = _stated(event, name)
    if not isinstance(stated, vDDDTypes) or not isinstance(stated.dt, date):
        return "is neither a day nor a time"
    zone = stated.params.get("TZID")
    if zone and isinstance(stated.dt, datetime) and stated.dt.tzinfo is None:
        return f"is in the zone {zone!r}, which neither the calendar nor we know"
    if stated.dt.year not in YEARS:
        return f"is in the year {stated.dt.year}"
    return None


def _end(event: Event) -> date | None:
    if "DTEND" in event:
        return _moment(event, "DTEND")
    start, duration = _moment(event, "DTSTART"), _stated(event, "DURATION")
    if isinstance(duration, vDDDTypes) and isinstance(duration.dt, timedelta):
        if not isinstance(start, datetime) and duration.dt % _DAY:
            start = datetime.combine(start, time.min)
        return start + duration.dt
    # RFC 5545, 3.6.1: a day without an end lasts that day; a time without one lasts not at all
    return None if isinstance(start, datetime) else start + _DAY


def _end_fault(event: Event, times: TimeTable) -> str | None:
    start = _moment(event, "DTSTART")
    try:
        end = _end(event)
    except OverflowError:
        return "its duration is longer than time"
    if end is None:
        return "it has neither an end nor a duration"
    if end.year not in YEARS:
        return f"it ends in the year {end.year}"
    if "DTEND" in event and _kind(start) != _kind(end):
        return f"it starts as {_kind(start)} and ends as {_kind(end)}"
    if times.utc(end) <= times.utc(start):
        return f"it ends at {end} and starts at {start}: the end must come later"
    return length_fault(times.utc(start), times.utc(end))


def _rule_fault(event: Event) -> str | None:
    for rule in _rules(event):
        if str(rule.get("FREQ", [""])[0]).upper() in ("SECONDLY", "MINUTELY"):
            return "it repeats by the minute, as no shift does"
    return None


def _kind(moment: date) -> str:
    if not isinstance(moment, datetime):
        return "a day"
    return "a time with a zone" if moment.tzinfo else "a time without a zone"


def _rules(event: Event) -> list[Any]:
    rules = _stated(event, "RRULE") or []
    return rules if isinstance(rules, list) else [rules]


def _ends(events: Sequence[Event], times: TimeTable) -> list[datetime]:
    return [times.utc(end) for event in events if (end := _end(event))]


def _replaced(event: Event, times: TimeTable) -> datetime | None:
    """The repetition that a broken event would have taken the place of."""
    if "RECURRENCE-ID" not in event or _moment_fault(event, "RECURRENCE-ID"):
        return None
    return times.utc(_moment(event, "RECURRENCE-ID"))


def _changed(events: Sequence[Event], times: TimeTable) -> dict[datetime, datetime]:
    """When single events, and repetitions changed alone, were last changed, by their place.

    A repeating event's own ``LAST-MODIFIED`` tells of none of its repetitions, and ``DTSTAMP`` of
    the file's making alone.
    """
    found = {}
    for event in events:
        name = "RECURRENCE-ID" if "RECURRENCE-ID" in event else "DTSTART"
        is_told = "LAST-MODIFIED" in event and not _moment_fault(event, "LAST-MODIFIED")
        if is_told and not {"RRULE", "RDATE"} & set(event):
            found[times.utc(_moment(event, name))] = times.utc(_moment(event, "LAST-MODIFIED"))
    return found


def _last(events: Sequence[Event], times: TimeTable, endless_until_at: datetime) -> datetime:
    if any(is_endless(event) for event in events):
        return endless_until_at
    starts = [times.utc(_moment(event, "DTSTART")) + LONGEST for event in events]
    return max([*starts, *_ends(events, times)], default=endless_until_at)


def _expanded(events: Sequence[Event], times: TimeTable, until_at: datetime) -> list[Event]:
    if not events:
        return []
    calendar = Calendar()
    for event in events:
        calendar.add_component(event)
    first_at = min(times.utc(_moment(event, "DTSTART")) for event in events)
    # the library compares local times: a day more on both sides leaves room for any zone
    span = [moment.replace(tzinfo=None) for moment in (first_at - _DAY, until_at + _DAY)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the rule's syntax, which real calendars bend
            return list(recurring_ical_events.of(calendar).between(*span))
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        raise ValueError(f"its repetition cannot be read: {error}") from error
