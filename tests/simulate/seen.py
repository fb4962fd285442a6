"""What a reader of a simulated history sees, worked out without the package's own metrics."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from opsreview.simulate import SimulatedHistory

BOTS = {"sim-triage[bot]", "sim-dependencies[bot]", "sim-reviewer[bot]", "sim-build-runner"}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def local_month(text: str) -> str:
    # Near enough to Madrid for these moments: an hour or two ahead of UTC.
    return f"{moment(text) + timedelta(hours=1.5):%Y-%m}"


def happenings(history: SimulatedHistory) -> list[tuple[int, str, str | None]]:
    """Number, moment and account of all comments, reviews and events."""
    found = []
    for body in history.nodes["issue_comments"]:
        found.append((body["issue_url"], body["created_at"], body["user"]))
    for body in history.nodes["reviews"]:
        found.append((body["pull_request_url"], body["submitted_at"], body["user"]))
    for body in history.nodes["issue_events"]:
        found.append((str(body["issue"]["number"]), body["created_at"], body["actor"]))
    return [
        (int(url.rsplit("/", 1)[-1]), at, user["login"] if user else None)
        for url, at, user in found
    ]


def first_comments(history: SimulatedHistory) -> dict[int, dict[str, Any]]:
    """By number, the first comment of a human who is not the author."""
    authors = {body["number"]: body["user"] for body in history.nodes["issues"]}
    first: dict[int, dict[str, Any]] = {}
    for body in history.nodes["issue_comments"]:
        number = int(body["issue_url"].rsplit("/", 1)[-1])
        if body["user"]["login"] not in BOTS and body["user"] != authors[number]:
            first.setdefault(number, body)
    return first


def first_words(history: SimulatedHistory, month: str) -> tuple[list[float | None], int]:
    """Hours to the first answer of each issue opened in a month, and how many closed without."""
    window = history.truth.month(month).window
    first = first_comments(history)
    waits: list[float | None] = []
    closed = 0
    for body in history.nodes["issues"]:
        opened_at = moment(body["created_at"])
        if "pull_request" in body or not window.start_at <= opened_at < window.end_at:
            continue
        answer = first.get(body["number"])
        closed += answer is None and body["closed_at"] is not None
        waits.append(
            (moment(answer["created_at"]) - opened_at) / timedelta(hours=1) if answer else None
        )
    return waits, closed


def answered_median(history: SimulatedHistory, month: str) -> float:
    return median(wait for wait in first_words(history, month)[0] if wait is not None)


def in_time_share(history: SimulatedHistory, month: str) -> float:
    waits, _ = first_words(history, month)
    return sum(wait is not None and wait <= 72 for wait in waits) / len(waits)


def first_answerers(history: SimulatedHistory, first: str, end: str) -> Counter[str]:
    opened = {body["number"]: body["created_at"] for body in history.nodes["issues"]}
    return Counter(
        body["user"]["login"]
        for number, body in first_comments(history).items()
        if first <= opened[number] < end
    )


def interruptions(history: SimulatedHistory, month: str) -> Counter[str]:
    """Incidents that began in a month (those starting with "": all) by the people they touched."""
    began = {
        row["incident_id"]
        for row in history.nodes["incidents"]
        if local_month(row["opened_at"]).startswith(month)
    }
    touched = {
        (row["incident_id"], row["person"])
        for row in history.nodes["incident_events"]
        if row["incident_id"] in began
    }
    return Counter(person for _, person in touched)
