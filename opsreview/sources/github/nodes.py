"""GitHub's REST objects, one at a time, as rows of our tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.sources import Rejected
from opsreview.sources.columns import SCHEMAS, typed
from opsreview.sources.moments import first_moment
from opsreview.store import Node

GHOST = "ghost"  # GitHub's own name for a deleted account
_BEGAN = ("created_at", "submitted_at", "published_at")


def github_tables(
    nodes: Mapping[str, list[Node]], *, zone: ZoneInfo
) -> tuple[dict[str, pl.DataFrame], list[Rejected], int]:
    """REST objects as frames by table, what was rejected, and how many times named no zone.

    Every table is there, empty or not. ``issues`` holds pull requests too, as GitHub's own list
    does; ``pulls`` adds what only it knows, and the pull requests that ``issues`` lacks.

    Args:
        nodes: REST objects by kind: ``issues``, ``pulls``, ``issue_comments``, ``reviews``, ….
        zone: The zone of times that name none.
    """
    pulls = {(node.repo, node.key): node for node in nodes.get("pulls", [])}
    items = nodes.get("issues", [])
    listed = {(node.repo, node.key) for node in items}
    rows: dict[str, tuple[list[Node], Callable[[Node], dict[str, Any]]]] = {
        "issues": ([node for node in items if not _is_pull_request(node, pulls)], _item),
        "pull_requests": (
            [_with_pull(node, pulls) for node in items if _is_pull_request(node, pulls)]
            + [pull for place, pull in pulls.items() if place not in listed],
            _pull_request,
        ),
        "comments": (nodes.get("issue_comments", []), _comment),
        "reviews": (nodes.get("reviews", []), _review),
        "events": (nodes.get("issue_events", []), _event),
        "releases": (nodes.get("releases", []), _release),
    }
    tables: dict[str, pl.DataFrame] = {"accounts": _accounts(nodes)}
    rejected: list[Rejected] = []
    assumed_count = 0
    for table, (found, as_row) in rows.items():
        tables[table], bad, assumed = _frame(table, found, as_row, zone)
        rejected += bad
        assumed_count += assumed
    return tables, rejected, assumed_count


def _frame(
    table: str, nodes: list[Node], as_row: Callable[[Node], dict[str, Any]], zone: ZoneInfo
) -> tuple[pl.DataFrame, list[Rejected], int]:
    good: list[dict[str, Any]] = []
    bad: list[Rejected] = []
    assumed_count = 0
    for node in nodes:
        try:
            row, assumed = typed(table, {"repo": node.repo} | as_row(node), zone)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
            key, at = f"{node.repo}#{node.key}", first_moment(map(node.body.get, _BEGAN), zone)
            bad.append(Rejected(table, key, reason, node.body, at))
        else:
            good.append(row)
            assumed_count += assumed
    return pl.DataFrame(good, schema=SCHEMAS[table]), bad, assumed_count


def _is_pull_request(node: Node, pulls: Mapping[tuple[str, str], Node]) -> bool:
    return node.body.get("pull_request") is not None or (node.repo, node.key) in pulls


def _with_pull(node: Node, pulls: Mapping[tuple[str, str], Node]) -> Node:
    pull = pulls.get((node.repo, node.key))
    marker = node.body.get("pull_request")
    inside = marker if isinstance(marker, dict) else {}
    body = inside | node.body | (pull.body if pull else {})
    return Node(node.repo, node.kind, node.key, body)


def _item(node: Node) -> dict[str, Any]:
    body = node.body
    return {
        "number": _required(body, "number"),
        "opened_at": _required(body, "created_at"),
        "closed_at": body.get("closed_at"),
        "state": _required(body, "state").lower(),
        "state_reason": body.get("state_reason"),
        "author_account": _account(body, "user"),
        "author_association": body.get("author_association"),
        "labels": _names(body, "labels", "name"),
        "assignees": _names(body, "assignees", "login"),
        "milestone": _field(body, "milestone", "title"),
        "title": body.get("title"),
        "url": body.get("html_url"),
    }


def _pull_request(node: Node) -> dict[str, Any]:
    body = node.body
    is_merged = bool(body.get("merged_at"))
    return _item(node) | {
        "is_draft": body.get("draft"),
        "merged_at": body.get("merged_at"),
        "merged_by_account": _account(body, "merged_by") if is_merged else None,
        # Of one that is not merged it is GitHub's own trial of the merge.
        "merge_commit": body.get("merge_commit_sha") if is_merged else None,
    }


def _comment(node: Node) -> dict[str, Any]:
    return {
        "number": _number_in(_required(node.body, "issue_url")),
        "comment_id": node.key,
        "author_account": _account(node.body, "user"),
        "author_association": node.body.get("author_association"),
        "created_at": _required(node.body, "created_at"),
    }


def _review(node: Node) -> dict[str, Any]:
    return {
        "number": _number_in(_required(node.body, "pull_request_url")),
        "review_id": node.key,
        "author_account": _account(node.body, "user"),
        "author_association": node.body.get("author_association"),
        "state": _required(node.body, "state").lower(),
        "submitted_at": node.body.get("submitted_at"),
    }


def _event(node: Node) -> dict[str, Any]:
    body = node.body
    return {
        "number": _required(_required(body, "issue"), "number"),
        "event_id": node.key,
        "event": _required(body, "event"),
        "actor_account": _account(body, "actor"),
        "created_at": _required(body, "created_at"),
        "label": _field(body, "label", "name"),
        "assignee": _field(body, "assignee", "login"),
        "reviewer": _field(body, "requested_reviewer", "login"),
        "milestone": _field(body, "milestone", "title"),
    }


def _release(node: Node) -> dict[str, Any]:
    body = node.body
    return {
        "tag": _required(body, "tag_name"),
        "name": body.get("name"),
        "published_at": body.get("published_at"),
        "author_account": _account(body, "author"),
        "is_prerelease": body.get("prerelease"),
        "is_draft": body.get("draft"),
    }


def _accounts(nodes: Mapping[str, list[Node]]) -> pl.DataFrame:
    fields = ("user", "actor", "merged_by", "author", "assignee", "requested_reviewer")
    found = {
        (account["login"], account["type"])
        for kind in nodes.values()
        for node in kind
        for account in map(node.body.get, fields)
        if isinstance(account, dict)
        and isinstance(account.get("login"), str)
        and isinstance(account.get("type"), str)
    }
    return pl.DataFrame(sorted(found), schema=SCHEMAS["accounts"], orient="row")


def _required(body: Mapping[str, Any], field: str) -> Any:
    if body.get(field) is None:
        raise KeyError(field)
    return body[field]


def _account(body: Mapping[str, Any], field: str) -> str | None:
    if field not in body:
        return None
    account = body[field] or {"login": GHOST}
    if not isinstance(account, dict) or not isinstance(account.get("login"), str):
        raise ValueError(f"{field}: {account!r} is not an account with a login")
    return str(account["login"])


def _field(body: Mapping[str, Any], field: str, name: str) -> str | None:
    inside = body.get(field)
    if inside is not None and not isinstance(inside, dict):
        raise ValueError(f"{field}: {inside!r} is not an object with a {name}")
    return inside.get(name) if inside else None


def _names(body: Mapping[str, Any], field: str, name: str) -> list[str] | None:
    entries = body.get(field)
    if entries is None:
        return None
    return [entry if isinstance(entry, str) else entry[name] for entry in entries]


def _number_in(url: str) -> str:
    return url.rsplit("/", 1)[-1]
