"""PagerDuty's lists, whole: page by page, and in stretches of time that it answers for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from opsreview.errors import SourceError
from opsreview.sources.pagerduty.answers import held
from opsreview.sources.pagerduty.client import Client, Params
from opsreview.sources.pagerduty.parts import parts
from opsreview.window import Window

PAGE_SIZE = 100  # the API gives no more at once
MOST_OBJECTS = 10_000  # offset and limit together: what lies behind cannot be asked for
LONGEST_DAYS = 180  # "maximum range is 6 months"
Tell = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Found:
    """Objects of a list by their id, and how many more PagerDuty counts, if it counts at all."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing_count: int = 0
    is_counted: bool = True

    def __or__(self, other: Found) -> Found:
        return Found(
            self.objects | other.objects,
            self.missing_count + other.missing_count,
            self.is_counted and other.is_counted,
        )


class TooMany(SourceError):
    """A list is longer than the API can page through."""


def listed(
    client: Client, path: str, params: Params | None = None, tell: Tell | None = None
) -> Found:
    """All objects of a list, asked a second time where PagerDuty counts more than it gives.

    Args:
        client: Asks PagerDuty.
        path: Of the list; it ends in what the list is called in the answer.
        params: What it is narrowed to.
        tell: Is told of each page how many have come, and how many PagerDuty counts.

    Raises:
        TooMany: The list is longer than can be paged through.
        SourceError: There is no answer, or it is no list.
        StoppedError: The rate limit asks for a longer wait than the terms allow.

    Source:
        https://developer.pagerduty.com/docs/pagination
    """
    found = _pages(client, path, params or {}, tell)
    return _pages(client, path, params or {}, tell) if found.missing_count else found


def history(client: Client, path: str, window: Window, params: Params | None = None) -> Found:
    """All objects of a list that are of a stretch of time, however long it is.

    Raises:
        SourceError: There is no answer, or it is no list.
        StoppedError: The rate limit asks for a longer wait than the terms allow.
    """
    found = Found()

    def tell(done: int, total: int | None) -> None:
        before = len(found.objects)
        expected = None if total is None else before + total
        client.watch.reads(_name(path), before + done, expected, None)

    for part in parts(window, LONGEST_DAYS):
        found |= _within(client, path, part, params or {}, tell)
    return found


def counted(client: Client, path: str, window: Window, params: Params | None = None) -> int:
    """How many objects ``history`` would give, by PagerDuty's own count.

    Raises:
        SourceError: There is no answer, or it does not count.
        StoppedError: The rate limit asks for a longer wait than the terms allow.
    """
    one = {"limit": 1, "offset": 0, "total": "true"}
    asked = [
        client.get(path, {**(params or {}), **within(part), **one})
        for part in parts(window, LONGEST_DAYS)
    ]
    return sum(held(answer, "total", int, path) for answer in asked)


def within(window: Window) -> dict[str, str]:
    """How PagerDuty is asked for a stretch of time: whole seconds, UTC."""
    return {"since": stamp(window.start_at), "until": stamp(window.end_at), "time_zone": "UTC"}


def stamp(at: datetime) -> str:
    """The moment as PagerDuty is asked with it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _within(client: Client, path: str, window: Window, params: Params, tell: Tell) -> Found:
    """Halves a stretch that holds more than can be paged through."""
    try:
        return listed(client, path, {**params, **within(window)}, tell)
    except TooMany:
        seconds = int((window.end_at - window.start_at).total_seconds())
        if seconds < 2:
            raise
        middle = window.start_at + timedelta(seconds=seconds // 2)
        first = _within(client, path, Window(window.start_at, middle), params, tell)
        return first | _within(client, path, Window(middle, window.end_at), params, tell)


def _pages(client: Client, path: str, params: Params, tell: Tell | None) -> Found:
    name = _name(path)
    objects: dict[str, dict[str, Any]] = {}
    offset, is_more = 0, True
    totals: list[int] = []
    while is_more:
        page = {"limit": PAGE_SIZE, "offset": offset, "total": "true"}
        answer = client.get(path, {**params, **page})
        given, is_more = held(answer, name, list, path), answer.get("more") is True
        if is_more and not given:
            raise SourceError(f"PagerDuty says that {path} goes on, and gives nothing more")
        objects |= _by_id(given, offset)
        offset += len(given)
        totals += [total for total in [answer.get("total")] if isinstance(total, int)]
        if max([*totals, offset + PAGE_SIZE if is_more else 0]) > MOST_OBJECTS:
            raise TooMany(f"PagerDuty lists more than {MOST_OBJECTS:,} {name} at once")
        if tell:
            tell(len(objects), max(totals, default=None))
    # Of several counts the highest: what left the list as we paged has shifted the rest.
    missing_count = max([*totals, 0]) - len(objects)
    return Found(objects, max(missing_count, 0), is_counted=bool(totals))


def _by_id(given: list[Any], offset: int) -> dict[str, dict[str, Any]]:
    """Objects by their id; what has none keeps its place, to be rejected with the reason."""
    bodies = [each if isinstance(each, dict) else {"value": each} for each in given]
    return {
        str(body.get("id") or f"place {position}"): body
        for position, body in enumerate(bodies, start=offset + 1)
    }


def _name(path: str) -> str:
    return path.rpartition("/")[2]
