"""Five years of on-call duty: a weekly rota of five people in three zones, clustered incidents."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import factories
from filtering.folders import folder_of
from metrics.views import subject

from opsreview.privacy import Appearance
from opsreview.review import Review
from opsreview.window import Window
from opsreview.working_time import WorkingCalendar

WEEKS, INCIDENTS = 260, 5_000
END_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
START_AT = END_AT - timedelta(weeks=WEEKS)
PEOPLE = {
    "ada": "Europe/Madrid",
    "ben": "America/New_York",
    "cleo": "Asia/Kolkata",
    "dev": "Europe/Madrid",
    "eli": "America/New_York",
}
SEVERITIES = ("sev1", "sev2", "sev3", None)
MOST_IN_A_BURST = 6


def five_years(root: Path, *, called: Appearance | None = None, seed: int = 5) -> Review:
    """A built October 2026 with 260 weekly turns and 5,000 incidents before it."""
    chance = random.Random(seed)
    shifts = [_shift(week) for week in range(WEEKS)]
    incidents = _incidents(chance)
    known = Window(START_AT, END_AT)
    covers = {(table, ""): known for table in ("shifts", "incidents", "incident_events")}
    calendars = {
        name: WorkingCalendar(ZoneInfo(zone), start=time(9), end=time(17))
        for name, zone in PEOPLE.items()
    }
    team = subject(
        covers=covers,
        shifts=factories.shifts(*shifts),
        incidents=factories.incidents(*incidents),
        incident_events=factories.incident_events(*_acts(incidents, shifts, chance)),
        people=factories.people(
            *({"person_id": name, "zone": zone} for name, zone in PEOPLE.items())
        ),
    )
    called = called or Appearance("shown", {name: name for name in PEOPLE})
    team = replace(team, calendars=calendars)
    return folder_of(root, team, called=called, months=0)


def _shift(week: int) -> dict[str, Any]:
    start_at = START_AT + timedelta(weeks=week)
    return {
        "source": "rota",
        "rotation": "main",
        "role": "primary",
        "person": list(PEOPLE)[week % len(PEOPLE)],
        "start_at": start_at,
        "end_at": start_at + timedelta(weeks=1),
    }


def _incidents(chance: random.Random) -> list[dict[str, Any]]:
    """Bursts of one to six, at any hour."""
    found: list[dict[str, Any]] = []
    while len(found) < INCIDENTS:
        opened_at = START_AT + chance.random() * (END_AT - START_AT)
        service = chance.choice(("api", "store", "web"))
        for _ in range(chance.randint(1, MOST_IN_A_BURST)):
            opened_at += timedelta(minutes=chance.randint(1, 90))
            found.append(
                {
                    "source": chance.choice(("pager", "status page")),
                    "incident_id": str(len(found)),
                    "opened_at": opened_at,
                    "resolved_at": opened_at + timedelta(hours=3),
                    "severity": chance.choice(SEVERITIES),
                    "service": service,
                    "url": f"https://pager.example/incidents/{len(found)}",
                }
            )
    return found[:INCIDENTS]


def _acts(
    incidents: list[dict[str, Any]], shifts: list[dict[str, Any]], chance: random.Random
) -> list[dict[str, Any]]:
    """Most are acknowledged by who is on duty; some need a second person, some nobody saw."""
    acts = []
    for incident in incidents:
        opened_at = incident["opened_at"]
        week = min((opened_at - START_AT) // timedelta(weeks=1), WEEKS - 1)
        people = [shifts[week]["person"]] if chance.random() < 0.8 else []
        people += [chance.choice(list(PEOPLE))] if chance.random() < 0.1 else []
        acts += [
            {
                "source": incident["source"],
                "incident_id": incident["incident_id"],
                "at": opened_at + timedelta(minutes=chance.randint(1, 50)),
                "person": person,
                "event": "acknowledgement",
            }
            for person in people
        ]
    return acts
