"""A stand-in for PagerDuty's REST API on loopback: its documented shapes, its limits, its faults.

``with Account() as account:`` serves an account that a test fills with ``incident``, ``log``,
``schedule``, ``shift_schedule`` and ``user``. What PagerDuty would refuse is refused here too:
a wrong key, pages of more than a hundred, an offset too far, too long a stretch of time.
``account.faults`` come one by one before any answer, ``account.lasting`` at a path for good, and
``account.after`` a path's first answer something happens. All people are made up.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "canary-u+pd_key_9Zq7"
NOW = "2026-11-10 12:00"
AROUND = ("2026-11-01 00:00", "2026-11-03 00:00")  # a stretch shortly before it
WEB = "https://team.pagerduty.example"


def at(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def written(moment: str | datetime) -> str:
    moment = at(moment) if isinstance(moment, str) else moment
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def ref(kind: str, id_: str, summary: str | None = None) -> dict[str, Any]:
    return {
        "id": id_,
        "type": f"{kind}_reference",
        "summary": summary or id_,
        "html_url": f"{WEB}/{id_}",
    }


def person(name: str) -> dict[str, Any]:
    return ref("user", f"U{name.upper()}", name)


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    path: str
    said: Mapping[str, list[str]]

    def __getitem__(self, name: str) -> str:
        return self.said[name][0]


@dataclass(frozen=True)
class Fault:
    """What is answered instead. ``cut`` promises more bytes than are sent."""

    status: int = 200
    body: str = "{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Account:
    """What the stand-in serves, and what it was asked."""

    def __init__(self) -> None:
        self.now = NOW
        self.key = KEY
        self.incidents: dict[str, dict[str, Any]] = {}
        self.log_entries: list[dict[str, Any]] = []
        self.schedules: dict[str, dict[str, Any]] = {}
        self.shift_schedules: dict[str, dict[str, Any]] = {}
        self.users: dict[str, dict[str, Any]] = {}
        self.services = {"PSHOP": "Shop", "PMAIL": "Mail"}
        self.most_objects = 10_000
        self.counts_too_many = 0
        self.is_counting = True
        self.faults: list[Fault] = []
        self.lasting: dict[str, Fault] = {}
        self.after: dict[str, Callable[[], object]] = {}
        self.asked: list[Asked] = []

    def __enter__(self) -> Account:
        account = self

        class Handler(_Handler):
            pass

        Handler.account = account
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def incident(self, id_: str, opened: str, **said: Any) -> dict[str, Any]:
        """An incident of the shop's service, resolved after an hour unless it is said otherwise."""
        resolved = said.pop("resolved", at(opened) + timedelta(hours=1))
        service = said.pop("service", "PSHOP")
        body = {
            "id": id_,
            "type": "incident",
            "summary": "[#1] canary-title",
            "title": "canary-title",
            "html_url": f"{WEB}/incidents/{id_}",
            "incident_number": len(self.incidents) + 1,
            "created_at": written(opened),
            "status": "resolved" if resolved else "triggered",
            "resolved_at": written(resolved) if resolved else None,
            "last_status_change_at": written(resolved or opened),
            "service": ref("service", service, self.services[service]),
            "urgency": "high",
            "priority": None,
            "assignments": [],
        }
        self.incidents[id_] = body | said
        return self.incidents[id_]

    def log(self, incident: str, kind: str, when: str, who: Any = None, /, **said: Any) -> None:
        """A log entry; of a notification ``who`` was notified, of others ``who`` did it."""
        machine = ref("service", "PSHOP", "Shop")
        is_notice = kind == "notify"
        body = {
            "id": f"R{len(self.log_entries) + 1}",
            "type": f"{kind}_log_entry",
            "summary": "canary-summary",
            "created_at": written(when),
            "agent": machine if is_notice else (person(who) if isinstance(who, str) else who),
            "channel": {"type": "auto", "notification": {"address": "+1 555 canary-phone"}},
            "incident": ref("incident", incident),
        }
        if is_notice:
            body["user"] = person(who) if isinstance(who, str) else who
        self.log_entries.append(body | said)

    def schedule(self, id_: str, name: str, *entries: tuple[str, str, Any]) -> dict[str, Any]:
        """A schedule of layers and who was on call in the end: from, to, person."""
        self.schedules[id_] = {
            "id": id_,
            "name": name,
            "entries": [
                {"start": written(start), "end": written(end), "user": _user(who)}
                for start, end, who in entries
            ],
            "overrides": [],
        }
        return self.schedules[id_]

    def shift_schedule(self, id_: str, name: str, *entries: tuple[str, str, Any]) -> None:
        """A schedule of shifts: from, to, and the person's name; None for a shift left empty."""
        self.shift_schedules[id_] = {
            "id": id_,
            "name": name,
            "entries": [
                {
                    "type": "computed_shift_assignment",
                    "start_time": written(start),
                    "end_time": written(end),
                    "member": {"type": "user_member", "user_id": f"U{who.upper()}"}
                    if who
                    else {"type": "empty_member"},
                }
                for start, end, who in entries
            ],
            "overrides": [],
        }

    def user(self, name: str) -> None:
        self.users[f"U{name.upper()}"] = person(name) | {"type": "user", "name": name}

    def of(self, path: str) -> list[Asked]:
        """What was asked of one path."""
        return [asked for asked in self.asked if asked.path == path]

    def answer(self, asked: Asked, headers: Mapping[str, str]) -> dict[str, Any]:
        """What PagerDuty would answer.

        Raises:
            Refused: It would not.
        """
        if headers.get("Authorization") != f"Token token={self.key}":
            raise Refused(401, "Unauthorized")
        if "version=2" not in headers.get("Accept", ""):
            raise Refused(406, "Not Acceptable")
        parts = asked.path.strip("/").split("/")
        match parts:
            case ["incidents"]:
                return self._page(asked, "incidents", self._incidents(asked))
            case ["incidents", id_]:
                return {"incident": _known(self.incidents, id_)}
            case ["incidents", id_, "log_entries"]:
                own = [entry for entry in self.log_entries if _incident_id(entry) == id_]
                return self._page(asked, "log_entries", own)
            case ["log_entries"]:
                return self._page(asked, "log_entries", _within(asked, self.log_entries))
            case ["services", id_]:
                return {"service": {"id": id_, "name": _known(self.services, id_)}}
            case ["users", id_]:
                return {"user": _known(self.users, id_)}
            case ["schedules"]:
                return self._page(asked, "schedules", map(_about, self.schedules.values()))
            case ["v3", "schedules"]:
                return self._page(asked, "schedules", map(_about, self.shift_schedules.values()))
            case ["schedules", id_, *rest]:
                return _of_layers(_known(self.schedules, id_), asked, rest)
            case ["v3", "schedules", id_, *rest]:
                return self._of_shifts(_known(self.shift_schedules, id_), asked, rest)
        raise Refused(404, "Not Found")

    def _incidents(self, asked: Asked) -> list[dict[str, Any]]:
        chosen = asked.said.get("service_ids[]", list(self.services))
        assert asked["sort_by"] == "created_at:asc"
        found = [one for one in self.incidents.values() if _service_id(one) in chosen]
        return sorted(_within(asked, found), key=lambda one: one.get("created_at") or "")

    def _page(
        self, asked: Asked, name: str, objects: Iterable[Mapping[str, Any]]
    ) -> dict[str, Any]:
        limit, offset = int(asked["limit"]), int(asked["offset"])
        if limit > 100 or limit + offset > self.most_objects:
            raise Refused(400, "Offset+limit exceeds maximum allowed value")
        found = list(objects)
        total = len(found) + (self.counts_too_many if name == "incidents" else 0)
        return {
            name: found[offset : offset + limit],
            "limit": limit,
            "offset": offset,
            "more": offset + limit < len(found),
            "total": total if self.is_counting and asked.said["total"] == ["true"] else None,
        }

    def _of_shifts(self, body: Any, asked: Asked, rest: list[str]) -> dict[str, Any]:
        _check_stretch(asked, timedelta(days=92))
        if rest:
            return self._page(asked, "overrides", body["overrides"])
        about = _about(body) | {"type": "schedule_v3"}
        if asked.said.get("include[]") == ["final_schedule"]:
            touching = _touching(asked, body["entries"], "start_time", "end_time")
            about["final_schedule"] = {"computed_shift_assignments": touching}
        return {"schedule": about}


class _Handler(BaseHTTPRequestHandler):
    account: Account

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        asked = Asked(split.path, parse_qs(split.query))
        self.account.asked.append(asked)
        fault = self.account.lasting.get(asked.path)
        if fault is None and self.account.faults:
            fault = self.account.faults.pop(0)
        self._send(fault or self._answered(asked))

    def _answered(self, asked: Asked) -> Fault:
        try:
            body = json.dumps(self.account.answer(asked, dict(self.headers)))
            self.account.after.pop(asked.path, lambda: None)()
            return Fault(200, body)
        except Refused as refused:
            error = {"message": str(refused), "code": 2001, "errors": [f"got {self.account.key}"]}
            return Fault(refused.status, json.dumps({"error": error}))

    def _send(self, fault: Fault) -> None:
        body = fault.body.encode()
        self.send_response(fault.status)
        for name, value in fault.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) + (100 if fault.cut else 0)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return f"{at(self.account.now):%a, %d %b %Y %H:%M:%S GMT}"

    def log_message(self, *_: object) -> None:
        pass


def _user(who: Any) -> Any:
    return person(who) if isinstance(who, str) else who


def _about(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": body["id"], "type": "schedule", "name": body["name"], "summary": body["name"]}


def _known(objects: Mapping[str, Any], id_: str) -> Any:
    if id_ not in objects:
        raise Refused(404, "Not Found")
    return objects[id_]


def _service_id(incident: Mapping[str, Any]) -> Any:
    return (incident.get("service") or {}).get("id", "PSHOP")


def _incident_id(entry: Mapping[str, Any]) -> Any:
    return (entry.get("incident") or {}).get("id")


def _check_stretch(asked: Asked, longest: timedelta) -> tuple[datetime, datetime]:
    since_at, until_at = at(asked["since"]), at(asked["until"])
    if not timedelta(0) < until_at - since_at <= longest:
        raise Refused(400, "Invalid Query Date Range")
    return since_at, until_at


def _within(asked: Asked, objects: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Both edges belong: what lies on one is given by two neighbouring stretches."""
    since_at, until_at = _check_stretch(asked, timedelta(days=181))
    return [
        one
        for one in objects
        if since_at <= at(one.get("created_at") or asked["since"]) <= until_at
    ]


def _touching(
    asked: Asked, entries: Iterable[dict[str, Any]], start: str, end: str
) -> list[dict[str, Any]]:
    since_at, until_at = at(asked["since"]), at(asked["until"])
    return [one for one in entries if at(one[start]) < until_at and at(one[end]) > since_at]


def _of_layers(body: Any, asked: Asked, rest: list[str]) -> dict[str, Any]:
    """Entries that pass the edges are cut there, as they are without ``overflow``."""
    since_at, until_at = _check_stretch(asked, timedelta(days=92))
    if rest:
        return {"overrides": _touching(asked, body["overrides"], "start", "end")}
    entries = [
        entry
        | {
            "start": written(max(at(entry["start"]), since_at)),
            "end": written(min(at(entry["end"]), until_at)),
        }
        for entry in _touching(asked, body["entries"], "start", "end")
    ]
    return {"schedule": _about(body) | {"final_schedule": {"rendered_schedule_entries": entries}}}
