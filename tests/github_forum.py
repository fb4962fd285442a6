"""GitHub Discussions without a network: a client whose answers come from a small model.

    github = Github()
    forum = github.forum("team/product")
    question = forum.ask("rae", "2026-10-01 09:00")        # of category Q&A
    question.say("ada", "2026-10-01 10:00").reply("rae", "2026-10-01 11:00")
    github.fail(2, Refused("gone"))                        # the second request from now

Queries are run against GitHub's schema, answers are read by the real ``graphql_data``. Accounts
that end in ``[bot]`` are bots, whose logins GraphQL gives without that; None is a deleted one. All
people are made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from itertools import count
from typing import Any

import httpx2
from github_schema import github_schema
from github_views import View, connection
from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    execute_sync,
    parse,
    validate,
)

from opsreview.sources.github.answers import graphql_data
from opsreview.sources.github.client import TRIES
from opsreview.sources.github.faults import TooLarge, Transient

ANSWERABLE = {"Q&A": True, "Help": True, "General": False}
_ids = count(1)


def written(moment: str) -> str:
    """``2026-10-01 09:00`` as GitHub writes it."""
    return f"{datetime.fromisoformat(moment):%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class Said:
    """A comment or a reply. ``hidden_count`` replies are counted and not given."""

    author: str | None
    created_at: str
    owner: Discussion
    replies: list[Said] = field(default_factory=list)
    deleted_at: str | None = None
    hidden_count: int = 0
    id: str = field(default_factory=lambda: f"DC_{next(_ids)}")

    def reply(self, author: str | None, at: str, *, is_silent: bool = False) -> Said:
        self.replies.append(Said(author, written(at), self.owner))
        self.owner.touch(at, is_silent=is_silent)
        return self.replies[-1]


@dataclass
class Discussion:
    """One of them. ``hidden_count`` comments are counted and not given."""

    number: int
    author: str | None
    created_at: str
    updated_at: str
    category: str
    closed_at: str | None = None
    comments: list[Said] = field(default_factory=list)
    hidden_count: int = 0

    @property
    def id(self) -> str:
        return f"D_{self.number}"

    def say(self, author: str | None, at: str, *, is_silent: bool = False) -> Said:
        self.comments.append(Said(author, written(at), self))
        self.touch(at, is_silent=is_silent)
        return self.comments[-1]

    def touch(self, at: str, *, is_silent: bool = False) -> None:
        if not is_silent:
            self.updated_at = max(self.updated_at, written(at))


@dataclass
class Forum:
    """A repository's discussions. ``hidden_count`` of them are counted and not given."""

    name: str
    id: int = field(default_factory=lambda: next(_ids))
    is_enabled: bool = True
    hidden_count: int = 0
    categories: dict[str, str] = field(default_factory=lambda: {name: name for name in ANSWERABLE})
    discussions: dict[int, Discussion] = field(default_factory=dict)

    def ask(self, author: str | None, at: str, *, category: str = "Q&A") -> Discussion:
        number = max(self.discussions, default=0) + 1
        asked = Discussion(number, author, written(at), written(at), category)
        self.discussions[number] = asked
        return asked


class Github:
    """All forums, and what was asked of them."""

    def __init__(self) -> None:
        self.forums: dict[str, Forum] = {}
        self.logins: dict[str, str] = {}
        self.now = datetime(2026, 11, 1, tzinfo=UTC)
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.most: dict[str, int] = {}
        self.after_request: Callable[[str], None] = lambda name: None
        self._faults: dict[int, Exception] = {}

    @property
    def queries(self) -> list[str]:
        """The names of the queries that were sent."""
        return [name for name, _ in self.requests]

    def asked(self, query: str) -> list[dict[str, Any]]:
        """What a query was sent with, each time."""
        return [variables for name, variables in self.requests if name == query]

    def forum(self, name: str, **said: Any) -> Forum:
        self.forums[name] = Forum(name, **said)
        return self.forums[name]

    def fail(self, number: int, fault: Exception) -> None:
        """Let a request fail; the next one is number 1."""
        self._faults[len(self.requests) + number] = fault

    def answer(self, text: str, variables: dict[str, Any], *, may_miss: bool) -> Any:
        name, document = _read(text)
        self.requests.append((name, variables))
        if fault := self._faults.pop(len(self.requests), None):
            raise fault
        if variables.get("first", len(variables.get("ids", ()))) > self.most.get(name, 100):
            raise TooLarge("too much work")
        found = execute_sync(
            github_schema(),
            document,
            {"repository": self._repository, "node": self._node, "nodes": self._nodes},
            variable_values=variables,
            field_resolver=_resolved,
        )
        errors = [_told(error) for error in found.errors or []]
        body = json.dumps({"data": found.data} | ({"errors": errors} if errors else {}))
        self.after_request(name)
        told = httpx2.Response(200, content=body, headers={"content-type": "application/json"})
        return graphql_data(told, may_miss=may_miss)

    def _repository(self, owner: str, name: str, followRenames: bool) -> View:
        forum = self.forums.get(f"{owner}/{name}")
        if forum is None:
            raise GraphQLError("no such repository", extensions={"type": "NOT_FOUND"})
        return {
            "databaseId": forum.id,
            "nameWithOwner": forum.name,
            "hasIssuesEnabled": True,
            "hasDiscussionsEnabled": forum.is_enabled,
            "discussionCategories": partial(self._categories, forum),
            "discussions": partial(self._discussions, forum),
        }

    def _categories(self, forum: Forum, *, filterByAssignable: bool, **page: Any) -> View:
        assert forum.is_enabled, "the discussions of this repository are turned off"
        return connection(list(forum.categories), partial(_category, forum), **page)

    def _discussions(
        self,
        forum: Forum,
        *,
        orderBy: dict[str, str],
        first: int,
        after: str | None = None,
        **conditions: Any,
    ) -> View:
        assert forum.is_enabled, "the discussions of this repository are turned off"
        assert not any(conditions.values()), conditions
        field = {"UPDATED_AT": "updated_at", "CREATED_AT": "created_at"}[orderBy["field"]]
        is_descending = orderBy["direction"] == "DESC"

        def place(each: Discussion) -> tuple[Any, ...]:
            return (getattr(each, field), each.number)

        rows = sorted(forum.discussions.values(), key=place, reverse=is_descending)
        view = partial(self._discussion, forum)
        found = connection(
            rows, view, first=first, after=after, place=place, is_descending=is_descending
        )
        return found | {"totalCount": found["totalCount"] + forum.hidden_count}

    def _discussion(self, forum: Forum, each: Discussion) -> View:
        return {
            "__typename": "Discussion",
            "id": each.id,
            "number": each.number,
            "url": f"https://github.com/{forum.name}/discussions/{each.number}",
            "createdAt": each.created_at,
            "updatedAt": each.updated_at,
            "closedAt": each.closed_at,
            "author": self._account(each.author),
            "category": _category(forum, each.category),
            "answerChosenAt": None,
            "answer": None,
            "comments": partial(self._said, each.comments, each.hidden_count),
        }

    def _said(self, rows: list[Said], hidden_count: int, **page: Any) -> View:
        found = connection(rows, self._comment, **page)
        return found | {"totalCount": found["totalCount"] + hidden_count}

    def _comment(self, each: Said) -> View:
        return {
            "__typename": "DiscussionComment",
            "id": each.id,
            "createdAt": each.created_at,
            "deletedAt": each.deleted_at,
            "authorAssociation": "NONE",
            "author": self._account(each.author),
            "replies": partial(self._said, each.replies, each.hidden_count),
        }

    def _account(self, name: str | None) -> View | None:
        if name is None:
            return None
        login = self.logins.get(name, name)
        kind = "Bot" if login.endswith("[bot]") else "User"
        return {"__typename": kind, "id": f"U_{name}", "login": login.removesuffix("[bot]")}

    def _node(self, id: str) -> View:
        found = self._nodes([id])[0]
        if isinstance(found, GraphQLError):
            raise found
        return found

    def _nodes(self, ids: list[str]) -> list[View | GraphQLError]:
        known = dict(self._known())
        missing = GraphQLError("no such node", extensions={"type": "NOT_FOUND"})
        return [known[id]() if id in known else missing for id in ids]

    def _known(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        for forum in self.forums.values():
            for each in forum.discussions.values():
                yield each.id, partial(self._discussion, forum, each)
                for said in each.comments:
                    yield said.id, partial(self._comment, said)
                    for name in (each.author, said.author, *(one.author for one in said.replies)):
                        yield f"U_{name}", partial(self._account, name)


class ForumClient:
    """Stands in for ``client.Client``."""

    github: Github
    points_left = 4000

    def __init__(self, *_: Any, **__: Any) -> None:
        self.answered_at = self.github.now

    def __enter__(self) -> ForumClient:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def query(
        self,
        text: str,
        variables: dict[str, Any],
        *,
        may_miss: bool = False,
        is_small: bool = False,
    ) -> Any:
        tries = TRIES if is_small else 1
        while True:
            self.answered_at, tries = self.github.now, tries - 1
            try:
                return self.github.answer(text, variables, may_miss=may_miss)
            except TooLarge as fault:
                if not is_small:
                    raise
                if tries == 0:
                    raise Transient(str(fault)) from fault

    def back_off(self, tries: int) -> None:
        """Nothing waits here."""


@cache
def _read(text: str) -> tuple[str, DocumentNode]:
    """A query that GitHub would run, and its name."""
    document = parse(text, no_location=True)
    assert validate(github_schema(), document) == []
    (name,) = (
        each.name.value
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode) and each.name
    )
    return name, document


def _category(forum: Forum, key: str) -> View:
    name = forum.categories[key]
    return {"id": f"DIC_{forum.id}_{key}", "name": name, "isAnswerable": ANSWERABLE[key]}


def _told(error: GraphQLError) -> View:
    kind = (error.extensions or {}).get("type")
    if kind is None:
        raise error.original_error or error
    return {"type": kind, "path": error.path, "message": error.message}


def _resolved(view: View, info: Any, **arguments: Any) -> Any:
    value = view[info.field_name]
    return value(**arguments) if callable(value) else value
