"""Schedules of both kinds: who was on call, as it came to be, and what was overridden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from opsreview.errors import SourceError
from opsreview.sources.pagerduty.answers import Refusal, held
from opsreview.sources.pagerduty.client import Client
from opsreview.sources.pagerduty.lists import listed, within
from opsreview.sources.pagerduty.nodes import ON_CALL, OVERRIDES, kept_of_override, reference
from opsreview.sources.pagerduty.parts import number, parts
from opsreview.sources.pagerduty.progress import Stretch
from opsreview.store import Node
from opsreview.window import Window

PART_DAYS = 60  # schedule entries were always asked for three months at most
LAYERS, SHIFTS = "schedules", "v3/schedules"


@dataclass(frozen=True)
class Schedule:
    """A schedule, and the path under which its kind is read."""

    id: str
    path: str


def listed_schedules(client: Client, wanted: Sequence[str]) -> list[Schedule]:
    """The schedules that the key can see, or those of them that are wanted.

    Two lists hold them: PagerDuty keeps schedules of layers and schedules of shifts apart, and
    moves a team's from one to the other under the same id.

    Raises:
        SourceError: A schedule that is wanted cannot be seen, or PagerDuty does not answer.
        StoppedError: The rate limit asks for a longer wait than the terms allow.

    Source:
        https://support.pagerduty.com/main/docs/shift-based-schedules-api-upgrade-examples
    """
    paths = dict.fromkeys(listed(client, LAYERS).objects, LAYERS)
    paths |= dict.fromkeys(_of_shifts(client), SHIFTS)
    if unseen := sorted(set(wanted) - set(paths)):
        raise SourceError(
            f"PagerDuty shows the key no schedule {', '.join(unseen)}: correct `schedules` in "
            f"review.yaml; it shows {', '.join(paths) or 'none'}"
        )
    return [
        Schedule(id_, f"{path}/{quote(id_, safe='')}")
        for id_, path in paths.items()
        if not wanted or id_ in wanted
    ]


def read_schedules(client: Client, schedules: Sequence[Schedule], stretch: Stretch) -> list[Node]:
    """Who was on call in each part of the stretch that reaches into what is read again.

    Raises:
        SourceError: PagerDuty does not give them.
        StoppedError: The rate limit asks for a longer wait than the terms allow.
    """
    reader = _Reader(client)
    asked = list(_asked(stretch))
    return [
        node for schedule in schedules for part in asked for node in reader.part(schedule, part)
    ]


def request_count(schedules: Sequence[Schedule], stretch: Stretch) -> int:
    """In how many requests ``read_schedules`` reads them."""
    return 2 * len(schedules) * len(list(_asked(stretch)))


def _asked(stretch: Stretch) -> Iterator[Window]:
    """Whole parts: half of one would take the place of what is held of it."""
    return (part for part in parts(stretch.whole, PART_DAYS) if part.end_at > stretch.again_at)


def _of_shifts(client: Client) -> dict[str, dict[str, Any]]:
    """Not every account has schedules of this kind, nor every key the right to see them."""
    try:
        return listed(client, SHIFTS).objects
    except Refusal as refusal:
        if refusal.status == 401:
            raise
        if refusal.status != 404:
            client.watch.say(f"schedules of shifts are left out: {refusal}")
        return {}


class _Reader:
    """Reads parts of schedules, and remembers the people that schedules of shifts name by id."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._people: dict[str, Any] = {}

    def part(self, schedule: Schedule, part: Window) -> Iterator[Node]:
        """Who was on call in a stretch of time, and the overrides in it."""
        asked = within(part)
        read = self._of_shifts if schedule.path.startswith(SHIFTS) else self._of_layers
        name, entries, overrides = read(schedule.path, asked)
        about = {"schedule": schedule.id, "name": name} | asked
        key = f"{schedule.id} {number(part.start_at, PART_DAYS)}"
        yield Node("", ON_CALL, key, about | {"entries": entries})
        kept = [kept_of_override(override) for override in overrides]
        yield Node("", OVERRIDES, key, about | {"overrides": kept})

    def _of_layers(self, path: str, asked: dict[str, str]) -> tuple[Any, list[Any], list[Any]]:
        body = held(self._client.get(path, asked), "schedule", dict, path)
        final = held(body, "final_schedule", dict, path)
        given = held(final, "rendered_schedule_entries", list, path)
        overrides = self._client.get(f"{path}/overrides", asked)
        entries = [_entry(each) for each in given]
        return _name(body), entries, held(overrides, "overrides", list, path)

    def _of_shifts(self, path: str, asked: dict[str, str]) -> tuple[Any, list[Any], list[Any]]:
        """The same of a schedule of shifts.

        PagerDuty does not say whether it cuts such shifts at the edges or leaves them out, so
        they are asked for uncut; the rows cut them.
        """
        uncut = {"include": ["final_schedule"], "overflow": "true"}
        body = held(self._client.get(path, asked | uncut), "schedule", dict, path)
        final = held(body, "final_schedule", dict, path)
        given = held(final, "computed_shift_assignments", list, path)
        overrides = listed(self._client, f"{path}/overrides", asked).objects
        entries = [self._entry_of_shift(each) for each in given if not _is_empty(each)]
        return _name(body), entries, list(overrides.values())

    def _entry_of_shift(self, given: Any) -> dict[str, Any]:
        member = given.get("member") if isinstance(given, dict) else None
        if not isinstance(member, dict):
            return {"value": given}
        user = self._person(member.get("user_id"))
        return {"start": given.get("start_time"), "end": given.get("end_time"), "user": user}

    def _person(self, user_id: Any) -> Any:
        """The person's name and id; of one who was deleted the id alone."""
        if not isinstance(user_id, str):
            return None
        if user_id not in self._people:
            found = self._client.found(f"users/{quote(user_id, safe='')}", "user")
            self._people[user_id] = _named(found) if found else {"id": user_id}
        return self._people[user_id]


def _name(body: dict[str, Any]) -> Any:
    return body.get("name") or body.get("summary")


def _named(user: dict[str, Any]) -> dict[str, Any]:
    return {"id": user.get("id"), "summary": user.get("summary") or user.get("name")}


def _entry(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        return {"value": given}
    user = reference(given.get("user"))
    return {"start": given.get("start"), "end": given.get("end"), "user": user}


def _is_empty(given: Any) -> bool:
    """Whether a shift is left to nobody on purpose."""
    member = given.get("member") if isinstance(given, dict) else None
    return isinstance(member, dict) and member.get("type") == "empty_member"
