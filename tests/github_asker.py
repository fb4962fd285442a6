"""The stand-in for GitHub asked directly, without the client that is tested against it."""

from __future__ import annotations

from typing import Any

import httpx2
from github_stand_in import GithubStandIn
from github_world import Item, Release, Repository, World

ISSUES = """
query issues($first: Int!, $after: String, $since: DateTime, $direction: OrderDirection = ASC) {
  repository(owner: "team", name: "product") {
    nameWithOwner
    databaseId
    issues(
      first: $first, after: $after, filterBy: {since: $since}
      orderBy: {field: UPDATED_AT, direction: $direction}
    ) {
      totalCount
      nodes { number updatedAt author { __typename login } labels(first: 20) { nodes { name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


class Asker:
    """Asks as a plain client does. Use as a context manager; it closes the connection."""

    def __init__(self, github: GithubStandIn) -> None:
        self.github = github
        token = {"Authorization": f"Bearer {github.token}"}
        self.http = httpx2.Client(headers=token, verify=False)  # certificates take long to load

    def __enter__(self) -> Asker:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str) -> httpx2.Response:
        return self.http.get(f"{self.github.url}/{path}")

    def post(self, query: str = ISSUES, **variables: Any) -> httpx2.Response:
        body = {"query": query, "variables": {"first": 100} | variables}
        return self.http.post(f"{self.github.url}/graphql", json=body)

    def data(self, query: str = ISSUES, **variables: Any) -> Any:
        told = self.post(query, **variables).json()
        assert "errors" not in told, told
        return told["data"]

    def issues(self, **variables: Any) -> Any:
        return self.data(**variables)["repository"]["issues"]

    def numbers(self, **variables: Any) -> list[int]:
        return [node["number"] for node in self.issues(**variables)["nodes"]]


def three_issues() -> World:
    """Three issues, changed on the first three days of October, and two releases."""
    repository = Repository("team/product")
    for day in (1, 2, 3):
        repository.add(Item(author="rae", created_at=f"2026-10-0{day}T00:00:00Z", labels=["bug"]))
    repository.add_release(Release("v1", "2026-10-01T00:00:00Z"))
    repository.add_release(Release("v2", "2026-10-02T00:00:00Z"))
    return World(repository)
