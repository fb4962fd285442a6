"""Incidents and their log: what is read of them, anew or again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from opsreview.sources.pagerduty.client import Client
from opsreview.sources.pagerduty.lists import PAGE_SIZE, Found, counted, history, listed
from opsreview.sources.pagerduty.nodes import (
    GONE,
    INCIDENTS,
    LOG_ENTRIES,
    kept_of_incident,
    kept_of_log_entry,
)
from opsreview.sources.pagerduty.progress import Stretch
from opsreview.store import Node

_EVERYTHING = {"is_overview": "false", "time_zone": "UTC"}
Bodies = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ReadIncidents:
    """Nodes of incidents and log entries, and how many more of each PagerDuty counts.

    ``is_counted`` where PagerDuty says how many incidents there are.
    """

    nodes: list[Node]
    missing_counts: dict[str, int]
    is_counted: bool


def read_incidents(
    client: Client, stretch: Stretch, services: Sequence[str], held: Bodies
) -> ReadIncidents:
    """Incidents and log entries that are new or may have changed.

    Incidents opened since ``again_at`` are read again, and each older one that is held and either
    was not resolved or is spoken of by the log since.

    Who was paged, acknowledged and resolved only the log tells. The account's whole log comes in
    pages of a hundred entries, far cheaper than a request an incident; but it cannot be narrowed
    to services, so where services are chosen each incident is asked for its own.

    Args:
        client: Asks PagerDuty.
        stretch: From when on all is read again, and until when.
        services: Ids of the services that count; all when empty.
        held: Bodies of the incidents that the store holds, by id.

    Raises:
        SourceError: PagerDuty does not give them.
        StoppedError: The rate limit asks for a longer wait than the terms allow.
    """
    found = history(client, "incidents", stretch.again, _incidents_of(services))
    open_ids = {id_ for id_, body in held.items() if not _is_over(body)}
    if services:
        older = _older(client, open_ids - set(found.objects), held)
        here = [id_ for id_, body in older.items() if not body.get(GONE)]
        log = _logs_of(client, [*found.objects, *here])
    else:
        log = history(client, "log_entries", stretch.again, _EVERYTHING)
        spoken_of = {_incident_id(entry) for entry in log.objects.values()}
        asked = open_ids | (set(held) & spoken_of)
        older = _older(client, asked - set(found.objects), held)
    incidents = {**found.objects, **older}
    nodes = [Node("", INCIDENTS, id_, kept_of_incident(body)) for id_, body in incidents.items()]
    nodes += _log_nodes(log, {*held, *incidents})
    missing_counts = {"incidents": found.missing_count, "log entries": log.missing_count}
    return ReadIncidents(nodes, missing_counts, found.is_counted)


def request_count(client: Client, stretch: Stretch, services: Sequence[str]) -> tuple[int, int]:
    """How many incidents ``read_incidents`` would list, and in about how many requests."""
    incident_count = counted(client, "incidents", stretch.again, _incidents_of(services))
    if services:
        return incident_count, _page_count(incident_count) + incident_count
    entry_count = counted(client, "log_entries", stretch.again, _EVERYTHING)
    return incident_count, _page_count(incident_count) + _page_count(entry_count)


def _page_count(count: int) -> int:
    return max(1, -(-count // PAGE_SIZE))


def _incidents_of(services: Sequence[str]) -> dict[str, Any]:
    # The oldest first: what is opened while we page comes last and shifts nothing.
    asked: dict[str, Any] = {"sort_by": "created_at:asc"}
    return asked | ({"service_ids": list(services)} if services else {})


def _older(client: Client, ids: set[str], held: Bodies) -> dict[str, Mapping[str, Any]]:
    """Single incidents as they are now; one that PagerDuty no longer knows is marked so."""
    asked = {id_: client.found(f"incidents/{_safe(id_)}", "incident") for id_ in sorted(ids)}
    return {id_: body or {**held[id_], GONE: True} for id_, body in asked.items()}


def _logs_of(client: Client, incident_ids: Sequence[str]) -> Found:
    """The logs of incidents, an incident at a time."""
    entries: dict[str, dict[str, Any]] = {}
    missing_count = 0
    for position, incident_id in enumerate(incident_ids, start=1):
        own = listed(client, f"incidents/{_safe(incident_id)}/log_entries", _EVERYTHING)
        for id_, body in own.objects.items():
            entries[id_] = {"incident": {"id": incident_id}} | body
        missing_count += own.missing_count
        client.watch.reads("logs of incidents", position, len(incident_ids), None)
    return Found(entries, missing_count)


def _log_nodes(log: Found, known: set[str]) -> Iterator[Node]:
    """Entries of incidents that are known, and those that do not say of which they are."""
    for id_, body in log.objects.items():
        incident_id = _incident_id(body)
        if incident_id is None or incident_id in known:
            yield Node("", LOG_ENTRIES, id_, kept_of_log_entry(body))


def _is_over(body: Mapping[str, Any]) -> bool:
    return body.get("status") == "resolved" or bool(body.get(GONE))


def _incident_id(body: Mapping[str, Any]) -> str | None:
    incident = body.get("incident")
    id_ = incident.get("id") if isinstance(incident, dict) else None
    return str(id_) if id_ else None


def _safe(id_: str) -> str:
    return quote(id_, safe="")
