"""PagerDuty as a source: one entry of ``sources:`` in ``review.yaml``."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints

from opsreview.errors import SourceError
from opsreview.sources import SourceRows
from opsreview.sources.api_url import ApiUrl
from opsreview.sources.declared import DeclaredSource
from opsreview.sources.pagerduty.key import pagerduty_key
from opsreview.sources.pagerduty.nodes import INCIDENTS, LOG_ENTRIES, ON_CALL
from opsreview.sources.pagerduty.progress import Progress, Stretch, next_stretch
from opsreview.sources.pagerduty.rows import Telling, incident_rows
from opsreview.sources.pagerduty.shifts import shift_rows
from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Reading, Store

if TYPE_CHECKING:
    from opsreview.sources.pagerduty.client import Client
    from opsreview.sources.pagerduty.incidents import ReadIncidents

# What asks PagerDuty is imported where it is needed: its client takes a while to load.
PagerDutyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,40}$")]
REQUESTS_A_MINUTE = 960  # of a key, support.pagerduty.com/main/docs/rest-api-rate-limits


class PagerDuty(DeclaredSource):
    """``{kind: pagerduty, services: [P123], schedules: [PABC]}``; the key is in the environment.

    Without ``services`` or ``schedules`` all that the key can see is read. ``api_url`` is
    ``https://api.eu.pagerduty.com`` in the European region. ``since`` is the day from which on
    incidents and shifts are read, by default two years before the first fetch. ``name`` fills the
    column ``source``. ``where`` is asked of an incident: urgency, priority, service, status, ….
    """

    kind: Literal["pagerduty"]
    api_url: ApiUrl = "https://api.pagerduty.com"
    services: list[PagerDutyId] = []
    schedules: list[PagerDutyId] = []
    since: date | None = None
    name: str = Field("pagerduty", min_length=1)

    @property
    def key(self) -> str:
        host = urlsplit(self.api_url).netloc
        parts = ["pagerduty", host, self.name, ",".join(self.services), ",".join(self.schedules)]
        return ":".join(parts).rstrip(":")

    def fetch(self, store: Store, terms: Terms = DEFAULT_TERMS) -> None:
        """Bring incidents, their log and who was on call up to date, in one transaction.

        Raises:
            SourceError: There is no key, it may not read, or PagerDuty gives no whole answer.
            StoppedError: The rate limit asks for a longer wait than the terms allow.
        """
        from opsreview.sources.pagerduty.incidents import read_incidents
        from opsreview.sources.pagerduty.schedules import listed_schedules, read_schedules

        held = {node.key: node.body for node in store.nodes(self.key, INCIDENTS)}
        with self._client(terms) as client:
            schedules = listed_schedules(client, self.schedules)
            for service in self.services:
                client.get(f"services/{service}")
            stretch = self._stretch(store, terms, client)
            read = read_incidents(client, stretch, self.services, held)
            nodes = read.nodes + read_schedules(client, schedules, stretch)
        incident_ids = set(held) | {node.key for node in nodes if node.kind == INCIDENTS}
        with store.page():
            store.put(self.key, nodes)
            store.note(self._reading(stretch, len(incident_ids), read))

    def forecast(self, store: Store, terms: Terms = DEFAULT_TERMS) -> str:
        """How many requests a fetch would take. Asks for lists of schedules and for counts alone.

        Raises:
            SourceError: There is no key, or PagerDuty gives no answer.
            StoppedError: The rate limit asks for a longer wait than the terms allow.
        """
        from opsreview.sources.pagerduty import incidents, schedules

        with self._client(terms) as client:
            seen = schedules.listed_schedules(client, self.schedules)
            stretch = self._stretch(store, terms, client)
            incident_count, asked = incidents.request_count(client, stretch, self.services)
        asked += 2 + len(self.services) + schedules.request_count(seen, stretch)
        return (
            f"{incident_count:,} incidents and {len(seen):,} schedules since "
            f"{stretch.again_at:%Y-%m-%d}: about {asked:,} requests, of which PagerDuty allows "
            f"{REQUESTS_A_MINUTE} a minute"
        )

    def rows(self, store: Store) -> SourceRows:
        """Incidents, what people did about them, and shifts, as they came to be."""
        readings = store.readings(self.key)
        progress = next((Progress.from_json(one.cursor) for one in readings if one.cursor), None)
        if progress is None:
            return SourceRows({}, {})
        fetched_at = readings[0].fetched_at
        telling = Telling(self.name, self.repo, self.zone)
        incidents, events = incident_rows(
            store.nodes(self.key, INCIDENTS),
            store.nodes(self.key, LOG_ENTRIES),
            telling,
            self.keeps,
        )
        on_call = store.nodes(self.key, ON_CALL)
        shifts = shift_rows(on_call, telling)
        spoken = self.covered(progress.since_at, fetched_at)
        known = {"incidents", "incident_events"} | ({"shifts"} if on_call else set())
        covers = {(table, ""): spoken for table in sorted(known) if spoken}
        tables = {rows.table: rows.frame for rows in (incidents, events, shifts)}
        rejected = [*incidents.bad, *events.bad, *shifts.bad]
        return SourceRows(tables, covers, rejected, fetched_at=fetched_at)

    def _client(self, terms: Terms) -> Client:
        from opsreview.sources.pagerduty.client import Client

        return Client(self.api_url, pagerduty_key(), terms)

    def _stretch(self, store: Store, terms: Terms, client: Client) -> Stretch:
        """What is to be read, by the clock of PagerDuty's first answer."""
        cursors = [reading.cursor for reading in store.readings(self.key) if reading.cursor]
        before = Progress.from_json(cursors[0]) if cursors else None
        since_at, until_at = self._edge(self.since, time.min), client.first_answered_at
        if since_at and since_at >= until_at:
            raise SourceError(f"since: {self.since} is not over yet: name an earlier day")
        return next_stretch(since_at, before, until_at, is_sweep=terms.is_sweep)

    def _reading(self, stretch: Stretch, n_items: int, read: ReadIncidents) -> Reading:
        missing = read.missing_counts
        lacking = " and ".join(f"{count:,} {name}" for name, count in missing.items() if count)
        return Reading(
            self.key,
            "",
            stretch.until_at,
            n_items,
            n_expected=n_items + missing["incidents"] if read.is_counted else None,
            is_complete=not lacking,
            reason=f"PagerDuty counts {lacking} more than it gave" if lacking else None,
            cursor=stretch.progress(is_whole=not lacking).to_json(),
        )
