"""Outages that an Upptime monitor saw, from a local clone of its repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import Field
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from opsreview.errors import SourceError
from opsreview.sources import Rejected, SourceRows
from opsreview.sources.columns import SCHEMAS, typed
from opsreview.sources.declared import DeclaredSource
from opsreview.sources.git import Version, is_shallow, versions
from opsreview.sources.moments import parse_moment
from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Node, Reading, Store

HISTORY = "history/*.yml"
STATUSES = ("up", "degraded", "down")
_STATUS_LINE = re.compile(r"^(?:- )?status:[ \t]*(\w+)[ \t\r]*$", re.MULTILINE)
# A check of all services takes minutes; a file older than its first commit lost its history.
_FIRST_CHECK = timedelta(hours=1)


@dataclass(frozen=True)
class Said:
    """What one version of a service's file says. ``fault`` is why it cannot be believed.

    ``status`` is None where the file was taken away; ``watched_since`` is null where the file
    does not say, as the first versions of Upptime did not.
    """

    service: str
    commit: str
    at: str
    status: str | None = None
    watched_since: str | None = None
    fault: str | None = None


class Upptime(DeclaredSource):
    """``{kind: upptime, path: CLONE, name: …}``: an incident an outage of a service.

    Upptime keeps ``history/<service>.yml`` and commits it when a check finds another status, and
    once a day. An outage runs from the commit whose file says ``down`` or ``degraded`` to the one
    that says ``up`` again, by the author's dates, which a rebase keeps; its severity is ``down``
    if it was ever that, else ``degraded``. The service is the file's name. A file that was taken
    away, or never says ``up`` again, leaves its outage unresolved. Neither who was told nor who
    acted is known, nor which outages were planned maintenance; the issues that Upptime opens are
    not read.

    ``name`` fills ``source`` (default: the clone's name), ``repo`` the incidents' repository;
    ``where`` may ask for ``service`` and ``severity``. The clone is read as it is checked out and
    speaks from the first to the last commit of such a file.
    """

    kind: Literal["upptime"]
    path: str
    name: str | None = Field(None, min_length=1)

    @property
    def key(self) -> str:
        return ":".join(part for part in ("upptime", self.path, self.name) if part)

    @property
    def source_name(self) -> str:
        """What the column ``source`` says of the outages."""
        return self.name or Path(self.path).name.removesuffix(".git") or self.kind

    def fetch(self, store: Store, terms: Terms = DEFAULT_TERMS) -> None:
        """Put what the clone's files said, commit by commit, in place of the last reading.

        Reads the clone, never its remote. A version that says nothing new is not stored.

        Raises:
            SourceError: git is not installed, the path is no clone or holds no ``history/*.yml``,
                or the clone was made without the contents of its files.
        """
        clone = self.located(self.path)
        found = versions(clone, HISTORY)
        if not found:
            raise SourceError(
                f"{clone} has no commit with {HISTORY}: name the clone of an Upptime repository, "
                "with the branch checked out that Upptime commits to"
            )
        nodes = [
            Node("", "versions", str(position), asdict(said))
            for position, said in enumerate(_news(found))
        ]
        moments = sorted(at for version in found if (at := _authored_at(version)))
        nodes += [Node("", "edges", at, {}) for at in {*moments[:1], *moments[-1:]}]
        reason = None
        if is_shallow(clone):
            reason = "the clone is shallow: older outages are missing"
        reading = Reading(self.key, "", None, len(found), reason=reason)
        store.replace(self.key, nodes, [reading])

    def rows(self, store: Store) -> SourceRows:
        """One incident an outage; versions and outages that cannot be believed are rejected.

        A service that is not up in the first version there is of its file, and was watched long
        before it, has lost its history: when that outage began is not known.
        """
        if not store.readings(self.key):
            return SourceRows({}, {})
        good: list[dict[str, Any]] = []
        rejected: list[Rejected] = []
        for saids in _by_service(store.nodes(self.key, "versions")):
            outages, bad = _outages(saids)
            good += [self._incident(outage) for outage in outages if self.keeps(outage)]
            rejected += [row for row in bad if self.keeps(row.row)]
        incidents = pl.DataFrame(good, schema=SCHEMAS["incidents"]).sort("opened_at", "service")
        edges = [parse_moment(node.key, self.zone)[0] for node in store.nodes(self.key, "edges")]
        spoken = self.covered(min(edges, default=None), max(edges, default=None))
        if rejected and not good:
            spoken = None
        covers = {("incidents", ""): spoken} if spoken else {}
        return SourceRows({"incidents": incidents}, covers, rejected)

    def _incident(self, outage: dict[str, Any]) -> dict[str, Any]:
        opened_at, _ = parse_moment(outage["opened_at"], self.zone)
        incident_id = f"{outage['service']} {opened_at:%Y-%m-%dT%H:%M:%SZ}"
        ours = {"source": self.source_name, "incident_id": incident_id, "repo": self.repo}
        return typed("incidents", ours | outage, self.zone)[0]


def _news(found: list[Version]) -> Iterator[Said]:
    """What the versions say, oldest first, without those that repeat their service's status."""
    last: dict[str, str | None] = {}
    for version in found:
        service = Path(version.path).stem
        text = (version.content or b"").decode(errors="replace")
        named = _STATUS_LINE.findall(text)
        if len(named) == 1 and named[0] == last.get(service):
            continue
        said = _said(service, version, text)
        last[service] = said.status
        yield said


def _said(service: str, version: Version, text: str) -> Said:
    at = _authored_at(version)
    said = Said(service, version.commit, at or version.authored_at)
    if at is None:
        return replace(said, fault=f"the commit's date {version.authored_at!r} is no time")
    if version.content is None:
        return said
    try:
        fields = _fields(text)
    except ValueError as error:
        return replace(said, fault=str(error))
    return replace(said, status=fields["status"], watched_since=_started(fields))


def _authored_at(version: Version) -> str | None:
    """The moment of a version's commit in UTC, written alike so that text sorts as time does."""
    try:
        return parse_moment(version.authored_at, ZoneInfo("UTC"))[0].isoformat(timespec="seconds")
    except ValueError:
        return None


def _fields(text: str) -> dict[str, Any]:
    """What a file says; Upptime has written both a mapping and a list of one-key mappings.

    Raises:
        ValueError: It is not YAML, or names no status that Upptime knows.
    """
    try:
        said = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, RecursionError, ValueError) as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(f"the file is not YAML ({first_line})") from error
    if isinstance(said, list) and all(isinstance(entry, dict) for entry in said):
        said = {name: value for entry in said for name, value in entry.items()}
    if not isinstance(said, dict) or said.get("status") is None:
        raise ValueError("the file names no status")
    if said["status"] not in STATUSES:
        raise ValueError(f"status {said['status']!r} is not {', '.join(STATUSES)}")
    return said


def _started(fields: dict[str, Any]) -> str | None:
    """When Upptime began to watch, in ISO 8601; it has written that and JavaScript's own form."""
    stated = fields.get("startTime")
    try:
        if isinstance(stated, str):
            stated = datetime.strptime(stated.partition(" (")[0], "%a %b %d %Y %H:%M:%S GMT%z")
    except ValueError:
        return None
    if not isinstance(stated, datetime):
        return None
    return (stated if stated.tzinfo else stated.replace(tzinfo=UTC)).isoformat()


def _by_service(nodes: list[Node]) -> Iterable[list[Said]]:
    found: dict[str, list[Said]] = {}
    for node in nodes:
        found.setdefault(node.body["service"], []).append(Said(**node.body))
    return found.values()


def _outages(saids: list[Said]) -> tuple[list[dict[str, Any]], list[Rejected]]:
    """A service's outages, as columns of incidents, and what cannot be believed."""
    outages: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    before: str | None = None
    current: dict[str, Any] | None = None
    for said in saids:
        if said.fault:
            rejected.append(_rejected(said, said.fault))
            continue
        if said.status in ("up", None):
            if current and said.status:
                current["resolved_at"] = said.at
            current = None
        elif before is None and _is_cut_short(said):
            reason = f"{said.service} was {said.status} already when its history begins"
            rejected.append(_rejected(said, f"{reason}, and watched since {said.watched_since}"))
        elif before in ("up", None):
            current = {"service": said.service, "severity": said.status, "opened_at": said.at}
            outages.append(current)
        elif current and said.status == "down":
            current["severity"] = said.status
        before = said.status
    return outages, rejected


def _is_cut_short(said: Said) -> bool:
    if said.watched_since is None:
        return False
    watched = datetime.fromisoformat(said.at) - datetime.fromisoformat(said.watched_since)
    return watched > _FIRST_CHECK


def _rejected(said: Said, reason: str) -> Rejected:
    return Rejected("incidents", f"{said.service} {said.commit}", reason, asdict(said))
