"""Incidents and what was done about them, as the store holds them, in rows of our tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.sources import Rejected
from opsreview.sources.columns import SCHEMAS, typed
from opsreview.sources.moments import parse_moment
from opsreview.sources.pagerduty.nodes import GONE
from opsreview.store import Node

# What a log entry is called here; the strongest first, where one person does two at once.
EVENTS = {
    "resolve_log_entry": "resolution",
    "acknowledge_log_entry": "acknowledgement",
    "escalate_log_entry": "escalation",
    "assign_log_entry": "reassignment",
    "delegate_log_entry": "reassignment",
    "annotate_log_entry": "comment",
    "status_update_log_entry": "update",
    "snooze_log_entry": "snooze",
    "notify_log_entry": "page",
    "trigger_log_entry": "trigger",
}
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
_RANK = {event: rank for rank, event in enumerate(dict.fromkeys(EVENTS.values()))}
Row = dict[str, Any]
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Telling:
    """What all rows share: the source's name, the repository it stands for, the zone of times."""

    source: str
    repo: str | None
    zone: ZoneInfo


@dataclass
class Rows:
    """Good rows of one table, and the bad ones with the reason."""

    table: str
    good: list[Row] = field(default_factory=list)
    bad: list[Rejected] = field(default_factory=list)

    @property
    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(self.good, schema=SCHEMAS[self.table])

    def reject(self, key: str, body: Any, error: Exception) -> None:
        reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        row = body if isinstance(body, dict) else {"value": body}
        self.bad.append(Rejected(self.table, key, reason, row))


def incident_rows(
    incidents: Sequence[Node],
    log: Sequence[Node],
    telling: Telling,
    keeps: Callable[[Body], bool],
) -> tuple[Rows, Rows]:
    """INCIDENTS, and INCIDENT_EVENTS: what people did about them and when they were paged.

    An incident's severity is its priority, else its urgency; it is acknowledged when it first
    was. Events of incidents that are left out or rejected are left out too.

    Args:
        incidents: Nodes of incidents.
        log: Nodes of their log entries.
        telling: What all rows share.
        keeps: True for the incidents that count.
    """
    rows, events = Rows("incidents"), Rows("incident_events")
    logs: dict[str, list[Node]] = defaultdict(list)
    for entry in log:
        incident = entry.body.get("incident")
        if isinstance(incident, dict) and incident.get("id"):
            logs[str(incident["id"])].append(entry)
        else:
            events.reject(entry.key, entry.body, KeyError("incident"))
    for node in incidents:
        if not keeps(_fields(node.body)):
            continue
        try:
            rows.good.append(_incident(node.body, logs[node.key], telling))
        except UNREADABLE as error:
            rows.reject(node.key, node.body, error)
        else:
            _take_events(events, node.key, logs[node.key], telling)
    return rows, events


def person_in(user: Any) -> str | None:
    """The person's name, which is how PagerDuty shows them; their id where it gives no name.

    Raises:
        ValueError: It is no reference to a user.
    """
    if user is None:
        return None
    if not isinstance(user, dict):
        raise ValueError(f"{user!r} is not a reference to a user")
    name = user.get("summary") or user.get("id")
    return str(name).strip() if name else None


def _incident(body: Body, log: Sequence[Node], telling: Telling) -> Row:
    if body.get(GONE):
        raise ValueError("PagerDuty no longer knows this incident")
    row = {
        "source": telling.source,
        "incident_id": _required(body, "id"),
        "opened_at": _required(body, "created_at"),
        "acknowledged_at": min(_times(log, "acknowledge_log_entry", telling), default=None),
        "resolved_at": _resolved(body, log, telling),
        "severity": _label(body, "priority") or body.get("urgency"),
        "service": _label(body, "service"),
        "repo": telling.repo,
        "url": body.get("html_url"),
    }
    return typed("incidents", row, telling.zone)[0]


def _resolved(body: Body, log: Sequence[Node], telling: Telling) -> Any:
    """Null unless it is resolved now. Where PagerDuty gives no ``resolved_at`` its log tells."""
    if _required(body, "status") != "resolved":
        return None
    logged_at = max(_times(log, "resolve_log_entry", telling), default=None)
    return body.get("resolved_at") or logged_at or body.get("last_status_change_at")


def _times(log: Sequence[Node], kind: str, telling: Telling) -> Iterator[datetime]:
    for entry in log:
        if entry.body.get("type") != kind:
            continue
        try:
            yield parse_moment(str(entry.body.get("created_at")), telling.zone)[0]
        except ValueError:
            continue  # the entry is rejected with the reason as an event


def _take_events(events: Rows, incident_id: str, log: Sequence[Node], telling: Telling) -> None:
    """One event a person and moment, the strongest; nobody's events stay apart."""
    strongest: dict[tuple[datetime, str], Row] = {}
    nobodys: list[Row] = []
    for entry in log:
        try:
            row = _event(incident_id, entry.body, telling)
        except UNREADABLE as error:
            events.reject(entry.key, entry.body, error)
            continue
        if row is None:
            continue
        if row["person"] is None:
            nobodys.append(row)
            continue
        place = row["at"], row["person"]
        strongest[place] = min(strongest.get(place, row), row, key=_rank)
    events.good += sorted([*strongest.values(), *nobodys], key=lambda row: row["at"])


def _rank(row: Row) -> int:
    return _RANK.get(row["event"], len(_RANK))


def _event(incident_id: str, body: Body, telling: Telling) -> Row | None:
    """What a person did, or that they were paged; None for what a machine did.

    To be assigned an incident is not yet to be disturbed by it: the page tells that. An
    assignment is an event of who made it.
    """
    kind = str(_required(body, "type"))
    who = body.get("user") if kind == "notify_log_entry" else body.get("agent")
    if isinstance(who, dict) and not str(who.get("type", "user")).startswith("user"):
        return None
    row = {
        "source": telling.source,
        "incident_id": incident_id,
        "at": _required(body, "created_at"),
        "person": person_in(who),
        "event": EVENTS.get(kind, kind.removesuffix("_log_entry").replace("_", " ")),
    }
    return typed("incident_events", row, telling.zone)[0]


def _fields(body: Body) -> Row:
    """What ``where`` may ask of an incident: its own values, and the labels it refers to."""
    return {
        name: value.get("summary") if isinstance(value, dict) else value
        for name, value in body.items()
    }


def _required(body: Body, name: str) -> Any:
    if body.get(name) is None:
        raise KeyError(name)
    return body[name]


def _label(body: Body, name: str) -> Any:
    reference = body.get(name)
    if reference is None:
        return None
    if not isinstance(reference, dict):
        raise ValueError(f"{name}: {reference!r} is not a reference")
    return reference.get("summary") or reference.get("id")
