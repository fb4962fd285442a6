"""What the store holds of GraphQL's nodes, in the shapes of GitHub's REST objects.

So that one module, ``nodes``, turns GitHub's words into ours, wherever they were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from opsreview.store import Node

Account = dict[str, str] | None


def rest_nodes(
    items: Mapping[str, list[Node]], accounts: Mapping[str, Mapping[str, str]]
) -> dict[str, list[Node]]:
    """Nodes by the kinds that ``github_tables`` reads.

    Args:
        items: Nodes of ``issues``, ``pulls`` and ``releases`` as the store keeps them.
        accounts: ``login`` and ``type`` by account id.
    """
    people = {key: _account(body) for key, body in accounts.items()}
    listed = [*items["issues"], *items["pulls"]]
    return {
        "issues": [_with(node, "issues", _item(node.body, people)) for node in items["issues"]],
        "pulls": [_with(node, "pulls", _pull(node.body, people)) for node in items["pulls"]],
        "issue_comments": [each for node in listed for each in _comments(node, people)],
        "reviews": [each for node in items["pulls"] for each in _reviews(node, people)],
        "issue_events": [each for node in listed for each in _events(node, people)],
        "releases": [
            Node(node.repo, "releases", node.body["tagName"], _release(node.body, people))
            for node in items["releases"]
        ],
    }


def _item(body: Mapping[str, Any], people: Mapping[str, Account]) -> dict[str, Any]:
    reason = body.get("stateReason")
    return {
        "number": body["number"],
        "title": body["title"],
        "html_url": body["url"],
        "created_at": body["createdAt"],
        "updated_at": body["updatedAt"],
        "closed_at": body["closedAt"],
        "state": "closed" if body["closed"] else "open",
        "state_reason": reason.lower() if reason else None,
        "user": _named(body["author"], people),
        "author_association": body["authorAssociation"],
        "labels": body["labels"],
        "assignees": [_named(each, people) for each in body["assignees"]],
        "milestone": body["milestone"],
    }


def _pull(body: Mapping[str, Any], people: Mapping[str, Account]) -> dict[str, Any]:
    return _item(body, people) | {
        "draft": body["isDraft"],
        "merged_at": body["mergedAt"],
        "merged_by": _named(body["mergedBy"], people),
        # Not in what was stored before it was asked for.
        "merge_commit_sha": (body.get("mergeCommit") or {}).get("oid"),
    }


def _comments(node: Node, people: Mapping[str, Account]) -> Iterator[Node]:
    for said in node.body["comments"]:
        yield _with(
            node,
            "issue_comments",
            {
                "issue_url": f"/{node.key}",
                "created_at": said["createdAt"],
                "author_association": said["authorAssociation"],
                "user": _named(said["author"], people),
            },
            said["fullDatabaseId"],
        )


def _reviews(node: Node, people: Mapping[str, Account]) -> Iterator[Node]:
    for said in node.body["reviews"]:
        yield _with(
            node,
            "reviews",
            {
                "pull_request_url": f"/{node.key}",
                "submitted_at": said["submittedAt"],
                "state": said["state"],
                "author_association": said["authorAssociation"],
                "user": _named(said["author"], people),
            },
            said["fullDatabaseId"],
        )


def _events(node: Node, people: Mapping[str, Account]) -> Iterator[Node]:
    """Events in GitHub's order; they have no number of their own, so their place is their id."""
    for place, event in enumerate(node.body["timelineItems"]):
        title = event.get("milestoneTitle")
        yield _with(
            node,
            "issue_events",
            {
                "issue": {"number": node.body["number"]},
                "event": _event_name(event["__typename"]),
                "created_at": event["createdAt"],
                "actor": _named(event["actor"], people),
                "label": event.get("label"),
                "assignee": _known(event.get("assignee"), people),
                "requested_reviewer": _known(event.get("requestedReviewer"), people),
                "milestone": {"title": title} if title else None,
            },
            f"{node.key}-{place}",
        )


def _release(body: Mapping[str, Any], people: Mapping[str, Account]) -> dict[str, Any]:
    return {
        "tag_name": body["tagName"],
        "name": body["name"],
        "published_at": body["publishedAt"],
        "draft": body["isDraft"],
        "prerelease": body["isPrerelease"],
        "author": _named(body["author"], people),
    }


def _with(node: Node, kind: str, body: dict[str, Any], key: str | None = None) -> Node:
    return Node(node.repo, kind, key or node.key, body)


def _event_name(typename: str) -> str:
    """``ReviewRequestedEvent`` → ``review_requested``, as REST names it."""
    words = re.findall("[A-Z][a-z]*", typename.removesuffix("Event"))
    return "_".join(words).lower()


def _account(body: Mapping[str, str]) -> Account:
    login, kind = body["login"], body["type"]
    # GraphQL leaves off what REST puts behind an app's name.
    is_bare_bot = kind == "Bot" and not login.endswith("[bot]")
    return {"login": f"{login}[bot]" if is_bare_bot else login, "type": kind}


def _named(account_id: str | None, people: Mapping[str, Account]) -> Account:
    return people[account_id] if account_id else None


def _known(account_id: Any, people: Mapping[str, Account]) -> Account:
    """An account, where it is one: a review may be asked of a team, which is none."""
    return people.get(account_id) if isinstance(account_id, str) else None
