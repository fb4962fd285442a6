"""A ``World`` as the objects of GitHub's GraphQL schema."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from github_world import Account, Comment, Event, Item, Release, Repository, Review, World
from graphql import GraphQLError

View = dict[str, Any]
Row = TypeVar("Row")


def connection(
    rows: Sequence[Row],
    view: Callable[[Row], View | None],
    *,
    first: int | None = None,
    after: str | None = None,
    place: Callable[[Row], tuple[Any, ...]] | None = None,
    is_descending: bool = False,
) -> View:
    """A page of rows that stand in their order.

    ``place`` is what a cursor remembers of a row, so that the next page begins behind it wherever
    it has moved; without one it is the position in the list.
    """
    places = [place(row) if place else (number,) for number, row in enumerate(rows)]
    start = 0
    if after is not None:
        known = tuple(json.loads(base64.b64decode(after)))
        is_behind = (each < known if is_descending else each > known for each in places)
        start = next((number for number, behind in enumerate(is_behind) if behind), len(rows))
    end = min(start + (first or 0), len(rows))
    last = base64.b64encode(json.dumps(places[end - 1]).encode()).decode() if end > start else None
    return {
        "totalCount": len(rows),
        "nodes": lambda: [view(row) for row in rows[start:end]],
        "pageInfo": {"hasNextPage": end < len(rows), "endCursor": last},
    }


class Views:
    """The world as the schema's objects: by field, the value or what makes it of arguments."""

    def __init__(self, world: World) -> None:
        self._world = world

    def root(self) -> View:
        return {"repository": self._named, "node": self._node, "nodes": self._nodes}

    def _named(self, owner: str, name: str, followRenames: bool) -> View:
        assert followRenames
        repository = self._world.named(f"{owner}/{name}")
        if repository is None:
            raise _missing(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        return self._repository(repository)

    def _node(self, id: str) -> View:
        found = self._found([id])[0]
        if isinstance(found, GraphQLError):
            raise found
        return found

    def _nodes(self, ids: list[str]) -> list[View | GraphQLError]:
        return self._found(ids)

    def _found(self, ids: list[str]) -> list[View | GraphQLError]:
        known: dict[str, Callable[[], View | None]] = {}
        for repository in self._world.repositories:
            known[f"R_{repository.id}"] = partial(self._repository, repository)
            for item in repository.items.values():
                known[node_id(repository, item)] = partial(self._item, repository, item)
        for key in self._world.account_keys():
            if account := self._world.account(key):
                known[account.id] = partial(self._account, key)
        views = ((id, known[id]() if id in known else None) for id in ids)
        return [
            view or _missing(f"Could not resolve to a node with the global id of '{id}'")
            for id, view in views
        ]

    def _account(self, key: str | None) -> View | None:
        account = self._world.account(key) if key else None
        return self._known(account) if account else None

    def _known(self, account: Account) -> View:
        named = {"name": account.login} if account.kind == "Team" else {"login": account.login}
        return {"__typename": account.kind, "id": account.id, **named}

    def _repository(self, repository: Repository) -> View:
        return {
            "__typename": "Repository",
            "id": f"R_{repository.id}",
            "databaseId": repository.id,
            "nameWithOwner": repository.name,
            "hasIssuesEnabled": repository.has_issues,
            "issues": partial(self._items, repository, is_pull=False),
            "pullRequests": partial(self._items, repository, is_pull=True),
            "releases": partial(self._releases, repository),
        }

    def _items(
        self,
        repository: Repository,
        *,
        is_pull: bool,
        orderBy: Mapping[str, str] | None = None,
        filterBy: Mapping[str, Any] | None = None,
        **page: Any,
    ) -> View:
        order = orderBy or {"field": "CREATED_AT", "direction": "ASC"}
        place = _ITEM_PLACES[order["field"]]
        is_descending = order["direction"] == "DESC"
        since = _since(filterBy or {})
        rows = [
            item
            for item in repository.items.values()
            if item.is_pull == is_pull
            and item.updated_at >= since
            and (is_pull or repository.has_issues)
        ]
        rows.sort(key=place, reverse=is_descending)
        view = partial(self._item, repository)
        return connection(rows, view, place=place, is_descending=is_descending, **page)

    def _releases(
        self, repository: Repository, *, orderBy: Mapping[str, str] | None = None, **page: Any
    ) -> View:
        order = orderBy or {"field": "CREATED_AT", "direction": "DESC"}
        assert order["field"] == "CREATED_AT", order
        is_descending = order["direction"] == "DESC"
        rows = sorted(repository.releases, key=_release_place, reverse=is_descending)
        return connection(
            rows, self._release, place=_release_place, is_descending=is_descending, **page
        )

    def _release(self, release: Release) -> View:
        return {
            "__typename": "Release",
            "id": f"RE_{release.id}",
            "tagName": release.tag,
            "name": release.name,
            "createdAt": release.created_at,
            "publishedAt": release.published_at,
            "isDraft": release.is_draft,
            "isPrerelease": release.is_prerelease,
            "author": self._account(release.author),
        }

    def _item(self, repository: Repository, item: Item) -> View:
        assignees = [key for key in item.assignees if self._account(key)]
        more = self._pull(item) if item.is_pull else {"stateReason": partial(_reason, item)}
        return more | {
            "__typename": "PullRequest" if item.is_pull else "Issue",
            "id": node_id(repository, item),
            "number": item.number,
            "title": item.title,
            "url": web_address(repository, item),
            "closed": item.closed_at is not None,
            "createdAt": item.created_at,
            "updatedAt": item.updated_at,
            "closedAt": item.closed_at,
            "authorAssociation": item.association,
            "author": self._account(item.author),
            "milestone": {"title": item.milestone} if item.milestone else None,
            "labels": partial(_labels, item),
            "assignees": partial(connection, assignees, self._account),
            "comments": partial(connection, item.comments, self._comment),
            "timelineItems": partial(self._timeline, item),
        }

    def _pull(self, item: Item) -> View:
        return {
            "isDraft": item.is_draft,
            "mergedAt": item.merged_at,
            "mergedBy": self._account(item.merged_by),
            "mergeCommit": {"oid": item.merge_commit} if item.merge_commit else None,
            "reviews": partial(connection, item.reviews, self._review),
        }

    def _comment(self, comment: Comment) -> View:
        return {
            "__typename": "IssueComment",
            "fullDatabaseId": str(comment.id),
            "createdAt": comment.created_at,
            "authorAssociation": comment.association,
            "author": self._account(comment.author),
        }

    def _review(self, review: Review) -> View:
        return {
            "__typename": "PullRequestReview",
            "fullDatabaseId": str(review.id),
            "state": review.state,
            "submittedAt": review.submitted_at,
            "authorAssociation": review.association,
            "author": self._account(review.author),
        }

    def _timeline(self, item: Item, *, itemTypes: list[str], **page: Any) -> View:
        wanted = {kind.removesuffix("_EVENT").lower() for kind in itemTypes}
        rows = [event for event in item.events if event.kind in wanted]
        return connection(rows, self._event, **page)

    def _event(self, event: Event) -> View:
        return {
            "__typename": f"{event.kind.title().replace('_', '')}Event",
            "createdAt": event.created_at,
            "actor": self._account(event.actor),
            "label": {"name": event.label},
            "assignee": self._account(event.assignee),
            "requestedReviewer": self._account(event.reviewer),
            "milestoneTitle": event.milestone,
            "stateReason": event.state_reason,
        }


def node_id(repository: Repository, item: Item) -> str:
    """An item's id all over GitHub."""
    return f"{'PR' if item.is_pull else 'I'}_{repository.id}_{item.number}"


def web_address(repository: Repository, item: Item) -> str:
    """An item's page."""
    kind = "pull" if item.is_pull else "issues"
    return f"https://github.com/{repository.name}/{kind}/{item.number}"


_ITEM_PLACES: dict[str, Callable[[Item], tuple[Any, ...]]] = {
    "CREATED_AT": lambda item: (item.created_at, item.number),
    "UPDATED_AT": lambda item: (item.updated_at, item.number),
}


def _labels(item: Item, *, orderBy: Mapping[str, str], **page: Any) -> View:
    assert orderBy == {"field": "CREATED_AT", "direction": "ASC"}, orderBy
    return connection(item.labels, lambda name: {"name": name}, **page)


def _reason(item: Item, *, enableDuplicate: bool) -> str | None:
    """GitHub keeps duplicates to itself unless it is asked for them."""
    is_told = item.state_reason != "DUPLICATE" or enableDuplicate
    return item.state_reason if is_told else None


def _release_place(release: Release) -> tuple[Any, ...]:
    return (release.created_at, release.id)


def _since(conditions: Mapping[str, Any]) -> str:
    meant = {name: value for name, value in conditions.items() if value}
    assert set(meant) <= {"since"}, conditions
    if not meant:
        return ""
    moment = datetime.fromisoformat(meant["since"])
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _missing(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})
