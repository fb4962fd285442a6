"""A look at everything there is: finds what an item's time of change never tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsreview.sources.github.history import FIELDS, History
from opsreview.sources.github.pages import flattened, place_after
from opsreview.store import Node


@dataclass
class Listed:
    """What the sweep saw: items by number, and the accounts they name."""

    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    accounts: dict[str, dict[str, str]] = field(default_factory=dict)


def sweep(history: History, at: datetime) -> Iterator[None]:
    """Compare all that GitHub lists with all that is stored; every ``yield`` is a stored page.

    Items that are new or changed are read again; renamed labels are taken over; what is no
    longer listed is asked for by its number and marked ``gone``: deleted, or moved and where to.
    Accounts get the logins they have today. An account that was deleted keeps the login it had
    when it was last read.

    Raises:
        Fault: GitHub gives no whole answer.
    """
    history.progress.sizes.clear()
    listed = Listed()
    unlike: list[str] = []
    missing: list[str] = []
    for kind in ("issues", "pulls") if history.has_issues else ("pulls",):
        yield from _list(history, kind, listed)
        stored = _stored(history, kind)
        seen = {number: node for number, node in listed.items.items() if node["kind"] == kind}
        unlike += [node["id"] for number, node in seen.items() if _is_unlike(stored, number, node)]
        _take_labels(history, kind, seen, stored)
        missing += sorted(stored.keys() - listed.items.keys() - history.place.gone(), key=int)
    yield from history.reread(unlike)
    yield from _mark_gone(history, missing, at)
    yield from _take_names(history, listed)
    history.read_releases()
    history.read_tags()
    history.progress.swept_on = f"{at:%Y-%m-%d}"
    yield


def _list(history: History, kind: str, listed: Listed) -> Iterator[None]:
    """Number, time of change, author and labels of every item; a step a page, nothing stored."""
    after: str | None = None
    while True:
        asked = history.place.owner_and_name | {"after": after}
        data = history.reader.ask(f"sweep_{kind}", asked)["repository"][FIELDS[kind]]
        for node in data["nodes"]:
            has_all_labels = place_after(node["labels"]) is None
            item = flattened(node, listed.accounts)
            told = {"kind": kind, "has_all_labels": has_all_labels}
            listed.items[str(node["number"])] = item | told | {"labels": item["labels"] or []}
        history.counts[kind] = data["totalCount"]
        after = place_after(data)
        yield
        if after is None:
            return


def _stored(history: History, kind: str) -> dict[str, dict[str, Any]]:
    place = history.place
    return {node.key: node.body for node in place.store.nodes(place.source, kind, place.repo)}


def _is_unlike(stored: Mapping[str, Any], number: str, node: Mapping[str, Any]) -> bool:
    """Whether an item is not stored as GitHub has it, its labels' names aside."""
    body = stored.get(number)
    if body is None or body["updatedAt"] != node["updatedAt"] or body["id"] != node["id"]:
        return True
    is_other_author = node["author"] is not None and node["author"] != body["author"]
    return is_other_author or not node["has_all_labels"]


def _take_labels(
    history: History,
    kind: str,
    seen: Mapping[str, Mapping[str, Any]],
    stored: Mapping[str, Mapping[str, Any]],
) -> None:
    """Labels that were renamed or taken away from the repository, on items otherwise unchanged."""
    place = history.place
    with place.store.page():
        place.store.put(
            place.source,
            (
                Node(place.repo, kind, number, {**stored[number], "labels": node["labels"]})
                for number, node in seen.items()
                if number in stored
                and node["has_all_labels"]
                and node["labels"] != stored[number]["labels"]
            ),
        )
        back = place.gone() & seen.keys()
        place.store.drop(place.source, place.repo, "gone", back)


def _mark_gone(history: History, numbers: list[str], at: datetime) -> Iterator[None]:
    place = history.place
    for number in numbers:
        path = f"repos/{history.progress.name}/issues/{number}"
        is_gone, moved_to = history.client.is_gone(path)
        if is_gone:
            body = {"seen_at": at.isoformat(), "moved_to": moved_to}
            with place.store.page():
                place.store.put(place.source, [Node(place.repo, "gone", number, body)])
            yield


def _take_names(history: History, listed: Listed) -> Iterator[None]:
    """The logins that all known accounts have today."""
    place = history.place
    known = {node.key: node.body for node in place.store.nodes(place.source, "accounts", "")}
    asked = sorted(known.keys() - listed.accounts.keys())
    for nodes in history.reader.nodes("accounts", asked):
        flattened({"nodes": nodes}, listed.accounts)
        yield
    named = {key: body for key, body in listed.accounts.items() if known.get(key) != body}
    with place.store.page():
        place.store.put(place.source, (Node("", "accounts", k, b) for k, b in named.items()))
