"""Who was on call, as the store holds it, in rows of SHIFTS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from opsreview.sources.moments import parse_moment
from opsreview.sources.pagerduty.rows import UNREADABLE, Rows, Telling, person_in
from opsreview.store import Node
from opsreview.window import Window

ROLE = "primary"


@dataclass(frozen=True)
class _Stretch:
    """A person on call without a break; ``is_cut`` where it ends with what was asked for."""

    start_at: datetime
    end_at: datetime
    is_cut: bool


def shift_rows(on_call: Sequence[Node], telling: Telling) -> Rows:
    """SHIFTS: a row per stretch that a person was on call, as overrides have left it.

    PagerDuty was asked in parts; a shift that goes on from one into the next is one row. A
    rotation is called as its schedule was when last read.
    """
    rows = Rows("shifts")
    held: dict[tuple[str, str], list[_Stretch]] = defaultdict(list)
    names: dict[str, str] = {}
    for node in sorted(on_call, key=lambda node: str(node.body["since"])):
        schedule = str(node.body["schedule"])
        names[schedule] = str(node.body.get("name") or schedule)
        part = Window(_at(node.body, "since", telling.zone), _at(node.body, "until", telling.zone))
        for position, entry in enumerate(node.body["entries"], start=1):
            try:
                person, span = _read(entry, telling.zone)
            except UNREADABLE as error:
                rows.reject(f"{node.key}#{position}", entry, error)
                continue
            if within := span.overlap(part):
                is_cut = within.end_at == part.end_at
                held[schedule, person].append(_Stretch(within.start_at, within.end_at, is_cut))
    for (schedule, person), stretches in held.items():
        about = {"source": telling.source, "rotation": names[schedule], "role": ROLE}
        rows.good += [
            about | {"person": person, "start_at": one.start_at, "end_at": one.end_at}
            for one in _joined(stretches)
        ]
    rows.good.sort(key=lambda row: (row["start_at"], row["rotation"], row["person"]))
    return rows


def _read(entry: Mapping[str, Any], zone: ZoneInfo) -> tuple[str, Window]:
    person = person_in(entry.get("user"))
    if person is None:
        raise ValueError("nobody is named: the user may have been deleted")
    span = Window(_at(entry, "start", zone), _at(entry, "end", zone))
    if span.end_at <= span.start_at:
        raise ValueError(f"it ends at {entry['end']}, not after its start at {entry['start']}")
    return person, span


def _joined(stretches: Iterable[_Stretch]) -> Iterator[_Stretch]:
    """One person's stretches: those that overlap, or that asking in parts cut, are one."""
    last: _Stretch | None = None
    for one in sorted(stretches, key=lambda one: (one.start_at, one.end_at)):
        if last is None:
            last = one
        elif one.start_at < last.end_at or (last.is_cut and one.start_at == last.end_at):
            longest = max(last, one, key=lambda each: each.end_at)
            last = replace(longest, start_at=last.start_at)
        else:
            yield last
            last = one
    if last is not None:
        yield last


def _at(body: Mapping[str, Any], name: str, zone: ZoneInfo) -> datetime:
    moment = body.get(name)
    if not isinstance(moment, str):
        raise ValueError(f"{name}: {moment!r} is not a time")
    return parse_moment(moment, zone)[0]
