"""A duty rotation kept as a calendar: one event a shift, read from an iCalendar file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl
from icalendar import Calendar, Event
from pydantic import Field, field_validator

from opsreview.errors import SourceError
from opsreview.sources import Rejected, SourceRows
from opsreview.sources.columns import SCHEMAS
from opsreview.sources.declared import DeclaredSource, first_and_last
from opsreview.sources.ics_events import (
    Occurrence,
    TimeTable,
    calendars,
    endless_until,
    is_cancelled,
    is_endless,
    occurrences,
    series,
    span_fault,
    time_table,
)
from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Node, Reading, Store

ATTENDEE = "attendee"


class IcsCalendar(DeclaredSource):
    """``{kind: ics, path: rota.ics, role: primary, person: "Triager: (?P<person>.+)"}``.

    ``person`` is a pattern on an event's summary with a group of that name, or ``attendee``: every
    attendee that has not declined holds the shift. ``rotation`` is by default the calendar's name,
    else the file's. Whole days and times without a zone are in the zone that the calendar names;
    where it names none they are in the source's ``timezone``, else the team's, and are counted as
    assumed. Cancelled events are no shifts. A rule without an end is followed to the last event
    written out, the end of ``covers``, or two years past the later of the calendar's first event
    and its newest stamp, whichever comes last. A shift was changed when its own event, or its own
    repetition, says so (``LAST-MODIFIED``); of a repetition nobody touched this is unknown.
    """

    kind: Literal["ics"]
    path: str
    person: str
    role: str = Field("primary", min_length=1)
    rotation: str | None = Field(None, min_length=1)

    @field_validator("person")
    @classmethod
    def _names_a_person(cls, person: str) -> str:
        if person == ATTENDEE:
            return person
        try:
            groups = re.compile(person).groupindex
        except re.error as error:
            raise ValueError(f"{person!r} is not a pattern ({error})") from error
        if "person" not in groups:
            raise ValueError(
                f"{person!r} has no group (?P<person>…): write a pattern on the event's summary "
                f"with one, or {ATTENDEE}"
            )
        return person

    @property
    def key(self) -> str:
        parts = ["ics", self.path, self.rotation, self.role]
        return ":".join(part for part in parts if part)

    def fetch(self, store: Store, terms: Terms = DEFAULT_TERMS) -> None:
        """Put the calendar's text in place of the last one.

        Raises:
            SourceError: No such file, or it is not a calendar.
        """
        path = self.located(self.path)
        try:
            text = path.read_text(encoding="utf-8-sig")
            event_count = sum(len(calendar.events) for calendar in calendars(text))
        except FileNotFoundError:
            raise SourceError(f"{path} is missing: paths are seen from review.yaml") from None
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise SourceError(
                f"{path} is not a calendar ({error}): export it again as .ics; "
                "the store keeps what it held"
            ) from error
        node = Node("", "calendar", "text", {"text": text})
        store.replace(self.key, [node], [Reading(self.key, "", None, event_count)])

    def rows(self, store: Store) -> SourceRows:
        """One shift an occurrence and person, sorted; events that name nobody are rejected."""
        nodes = store.nodes(self.key, "calendar")
        if not nodes:
            return SourceRows({}, {})
        shifts: list[dict[str, Any]] = []
        rejected: list[Rejected] = []
        assumed_count = 0
        endless = []
        for calendar in calendars(nodes[0].body["text"]):
            endless += self._endless(calendar)
            for found in self._read(calendar):
                if isinstance(found, Rejected):
                    rejected.append(found)
                    continue
                shifts += self._shifts(found, self.rotation or self._name(calendar))
                assumed_count += 2 * found.is_zone_assumed
        frame = pl.DataFrame(shifts, schema=SCHEMAS["shifts"]).sort("start_at", "person")
        is_lost = frame.is_empty() and bool(rejected)
        spoken = None if is_lost else self.covered(*first_and_last(frame))
        covers = {("shifts", ""): spoken} if spoken else {}
        return SourceRows({"shifts": frame}, covers, rejected, assumed_count, remarks=endless)

    def _read(self, calendar: Calendar) -> Iterator[Occurrence | Rejected]:
        times = time_table(calendar, self.zone)
        until_at = endless_until(calendar, times, self._declared_edges()[1])
        for events in series(calendar):
            kept = [event for event in events if self.keeps(_own_fields(event))]
            yield from self._faults(kept, times)
            yield from self._held(kept, times, until_at)

    def _endless(self, calendar: Calendar) -> list[str]:
        """That rules without an end were cut, and where."""
        times = time_table(calendar, self.zone)
        sound = [event for event in calendar.events if span_fault(event, times) is None]
        endless_count = sum(is_endless(event) for event in sound)
        if not endless_count:
            return []
        until_at = endless_until(calendar, times, self._declared_edges()[1])
        what = "1 event repeats" if endless_count == 1 else f"{endless_count} events repeat"
        return [f"{what} without an end: followed to {until_at.astimezone(times.zone):%Y-%m-%d}"]

    def _faults(self, events: list[Event], times: TimeTable) -> Iterator[Rejected]:
        for event in events:
            if is_cancelled(event):
                continue
            fault = span_fault(event, times) or self._person_fault(event)
            if fault:
                yield _rejected(event, fault)

    def _held(
        self, events: list[Event], times: TimeTable, until_at: datetime
    ) -> Iterator[Occurrence | Rejected]:
        try:
            for found in occurrences(events, times, until_at):
                if not is_cancelled(found.event) and self._people(found.event):
                    yield found
        except ValueError as error:
            yield _rejected(events[0], str(error))

    def _shifts(self, found: Occurrence, rotation: str) -> Iterator[dict[str, Any]]:
        for person in self._people(found.event):
            yield {
                "source": Path(self.path).stem,
                "rotation": rotation,
                "role": self.role,
                "person": person,
                "start_at": found.start_at,
                "end_at": found.end_at,
                "changed_at": found.changed_at,
            }

    def _people(self, event: Event) -> list[str]:
        if self.person == ATTENDEE:
            return _attendees(event)
        match = re.search(self.person, str(event.get("SUMMARY", "")))
        person = (match["person"] or "").strip() if match else ""
        return [person] if person else []

    def _person_fault(self, event: Event) -> str | None:
        if self._people(event):
            return None
        if self.person == ATTENDEE:
            return "it has no attendee who has not declined"
        return f"its summary {str(event.get('SUMMARY', ''))!r} does not match {self.person!r}"

    def _name(self, calendar: Calendar) -> str:
        named = (str(calendar.get(name, "")).strip() for name in ("X-WR-CALNAME", "NAME"))
        return next((name for name in named if name), Path(self.path).stem)


def _attendees(event: Event) -> list[str]:
    listed = event.get("ATTENDEE", [])
    people = []
    for attendee in listed if isinstance(listed, list) else [listed]:
        said = {name: str(value).upper() for name, value in attendee.params.items()}
        if said.get("PARTSTAT") == "DECLINED" or said.get("CUTYPE") in ("ROOM", "RESOURCE"):
            continue
        address = re.sub("^mailto:", "", str(attendee), flags=re.IGNORECASE)
        people.append(str(attendee.params.get("CN", "")).strip() or address.split("@")[0])
    return sorted({person for person in people if person})


def _own_fields(event: Event) -> dict[str, str]:
    """What ``where`` may ask of an event."""
    names = ("summary", "location", "status", "uid", "description")
    return {name: str(event[name]) for name in names if name in event}


def _rejected(event: Event, reason: str) -> Rejected:
    row = {
        name.lower(): ", ".join(map(_as_written, stated if isinstance(stated, list) else [stated]))
        for name, stated in event.items()
        if name in ("SUMMARY", "DTSTART", "DTEND", "DURATION", "RRULE", "ATTENDEE")
    }
    return Rejected("shifts", str(event.get("UID", "")), reason, row)


def _as_written(stated: Any) -> str:
    written = stated.to_ical()
    return written.decode(errors="replace") if isinstance(written, bytes) else str(written)
