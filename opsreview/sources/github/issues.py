"""One issue that is known by a hidden mark in its body: looked up, created once, updated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from opsreview.errors import SourceError
from opsreview.sources.github.client import Client
from opsreview.sources.github.faults import Refused
from opsreview.sources.github.writing import ISSUES, Plan, Repo, Step, step

_OURS = {"OWNER", "MEMBER", "COLLABORATOR"}  # who may write; others may only copy a mark


@dataclass(frozen=True)
class Issue:
    """What stands in an issue."""

    number: int
    url: str
    title: str
    body: str


def issue_with(
    client: Client,
    repo: Repo,
    mark: str,
    *,
    since: datetime | None = None,
    known: int | None = None,
    most_pages: int | None = None,
) -> Issue | None:
    """The newest issue that bears a mark and was not opened by an outsider.

    Args:
        client: Who asks.
        repo: Where.
        mark: What its body holds.
        since: It has been changed since then: it was opened later.
        known: Its number, if it was seen before; looked at first.
        most_pages: How many pages of a hundred are looked through; all where None.

    Raises:
        SourceError: The repository has no issues.
    """
    if not repo.has_issues:
        raise SourceError(
            f"issues are disabled in {repo.name}: turn them on in its settings, or name another "
            "repository with --repo"
        )
    if known is not None:
        found = client.read(f"repos/{repo.name}/issues/{known}")
        if found is not None and mark in (found.get("body") or ""):
            return _issue(found)
    strangers: list[Mapping[str, Any]] = []
    for row in _bearing(client, repo, mark, since, most_pages):
        if row.get("author_association") in _OURS or _is_bot(row):
            return _issue(row)
        strangers.append(row)
    return _own(client, strangers)


def issue_step(repo: Repo | str, found: Issue | None, title: str, body: str) -> Step | None:
    """What makes the issue say this; None where it does already."""
    name = repo if isinstance(repo, str) else repo.name
    if found is None:
        return step("POST", f"repos/{name}/issues", {"title": title, "body": body}, ISSUES)
    said = {"title": title, "body": body}
    there = {"title": found.title, "body": found.body.replace("\r\n", "\n")}
    changed = {key: text for key, text in said.items() if text.rstrip() != there[key].rstrip()}
    path = f"repos/{name}/issues/{found.number}"
    return step("PATCH", path, changed, ISSUES) if changed else None


def issue_plan(repo: Repo, found: Issue | None, title: str, body: str) -> Plan:
    """The request that is left to send, if any."""
    due = issue_step(repo, found, title, body)
    url, number = (found.url, found.number) if found else (None, None)
    return Plan((due,) if due else (), url, number=number)


def _bearing(
    client: Client, repo: Repo, mark: str, since: datetime | None, most_pages: int | None
) -> Iterator[Mapping[str, Any]]:
    query = "state=all&sort=created&direction=desc&per_page=100"
    if since is not None:
        query += f"&since={since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    for page in islice(client.pages(f"repos/{repo.name}/issues?{query}"), most_pages):
        for row in page:
            if "pull_request" not in row and mark in (row.get("body") or ""):
                yield row


def _is_bot(row: Mapping[str, Any]) -> bool:
    return (row.get("user") or {}).get("type") == "Bot"


def _own(client: Client, rows: list[Mapping[str, Any]]) -> Issue | None:
    """Of issues opened by accounts that GitHub knows nothing of here, the token's own."""
    try:
        account = client.read("user") if rows else None
    except Refused:  # a token of an app has none: what it opens, a bot opened
        account = None
    ours = account and account.get("login")
    return next(
        (_issue(row) for row in rows if ours and (row.get("user") or {}).get("login") == ours), None
    )


def _issue(row: Mapping[str, Any]) -> Issue:
    return Issue(row["number"], row["html_url"], row["title"], row.get("body") or "")
