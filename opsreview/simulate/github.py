"""Stories as GitHub's REST objects, the way ``gh api --paginate`` saves them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from opsreview.simulate.releases import Release
from opsreview.simulate.story import Happening, Item
from opsreview.simulate.team import BOTS, association

Nodes = dict[str, list[dict[str, Any]]]

_DETAIL_OF = {"assigned": "assignee", "review_requested": "requested_reviewer"}


class Renderer:
    """Writes the stories of one repository as they look at ``fetched_at``."""

    def __init__(self, repo: str, fetched_at: datetime, team: frozenset[str]) -> None:
        self._repo = repo
        self._fetched_at = fetched_at
        self._team = team

    def nodes(self, items: Iterable[Item], releases: Iterable[Release]) -> Nodes:
        """REST objects by kind. What happened after the last moment is not in them."""
        nodes: Nodes = {
            kind: []
            for kind in ("issues", "pulls", "issue_comments", "reviews", "issue_events", "releases")
        }
        told = [(item, self._so_far(item)) for item in items]
        for item, happenings in told:
            nodes["issues"].append(self._issue(item, happenings))
            if item.is_pull_request:
                nodes["pulls"].append(self._pull(item, happenings))
        everything = [(h, item) for item, happenings in told for h in happenings]
        everything.sort(key=lambda pair: (pair[0].at, pair[1].number))
        for position, (happening, item) in enumerate(everything):
            kind, body = self._happening(happening, item)
            nodes[kind].append({"id": 10_001 + position} | body)
        nodes["releases"] = [self._release(*pair) for pair in enumerate(releases)]
        return nodes

    def url(self, item: Item) -> str:
        page = "pull" if item.is_pull_request else "issues"
        return f"https://github.com/{self._repo}/{page}/{item.number}"

    def release_url(self, tag: str) -> str:
        return f"https://github.com/{self._repo}/releases/tag/{tag}"

    def _so_far(self, item: Item) -> list[Happening]:
        happened = [h for h in item.happenings if h.at <= self._fetched_at]
        return sorted(happened, key=lambda happening: happening.at)

    def _issue(self, item: Item, happenings: list[Happening]) -> dict[str, Any]:
        body = self._shared(item, happenings) | {
            "state_reason": _state_reason(item, happenings),
            "locked": False,
            "active_lock_reason": None,
            "closed_by": _closed_by(happenings),
            "comments": sum(happening.what == "commented" for happening in happenings),
        }
        if item.is_pull_request:
            body["pull_request"] = {"merged_at": _merged_at(happenings)}
        return body

    def _pull(self, item: Item, happenings: list[Happening]) -> dict[str, Any]:
        merge = next((h for h in happenings if h.what == "merged"), None)
        asked = [h.detail for h in happenings if h.what == "review_requested"]
        given = {h.account for h in happenings if h.what == "reviewed"}
        return self._shared(item, happenings) | {
            "draft": _is_draft(item, happenings),
            "requested_reviewers": [user(name) for name in asked if name not in given],
            "merged_at": _merged_at(happenings),
            "merged_by": user(merge.account) if merge else None,
            "base": {"ref": "main"},
        }

    def _shared(self, item: Item, happenings: list[Happening]) -> dict[str, Any]:
        closed_at = _closed_at(happenings)
        last_at = max((happening.at for happening in happenings), default=item.opened_at)
        return {
            "number": item.number,
            "state": "open" if closed_at is None else "closed",
            "user": user(item.author),
            "author_association": association(item.author, self._team),
            "created_at": stamp(item.opened_at),
            "updated_at": stamp(last_at),
            "closed_at": stamp(closed_at),
            "labels": [{"name": name} for name in _labels(happenings)],
            "assignees": [user(h.detail) for h in happenings if h.what == "assigned"],
            "milestone": None,
            "title": item.title,
            "html_url": self.url(item),
        }

    def _happening(self, happening: Happening, item: Item) -> tuple[str, dict[str, Any]]:
        api = f"https://api.github.com/repos/{self._repo}"
        said = {
            "user": user(happening.account),
            "author_association": association(happening.account, self._team),
        }
        at = stamp(happening.at)
        if happening.what == "commented":
            issue_url = f"{api}/issues/{item.number}"
            return "issue_comments", {"issue_url": issue_url, **said, "created_at": at}
        if happening.what == "reviewed":
            pull_url = f"{api}/pulls/{item.number}"
            review = {"state": happening.detail, "submitted_at": at}
            return "reviews", {"pull_request_url": pull_url, **said, **review}
        return "issue_events", {
            "issue": {"number": item.number},
            "event": happening.what,
            "actor": user(happening.account),
            "created_at": at,
            **_detail(happening),
        }

    def _release(self, position: int, release: Release) -> dict[str, Any]:
        return {
            "id": 501 + position,
            "tag_name": release.tag,
            "name": release.tag.removeprefix("v"),
            "draft": release.published_at is None,
            "prerelease": release.is_prerelease,
            "created_at": stamp(release.published_at or self._fetched_at),
            "published_at": stamp(release.published_at),
            "author": user(release.author),
            "html_url": self.release_url(release.tag),
        }


def user(account: str | None) -> dict[str, str] | None:
    """GitHub's user object; None where the account is gone."""
    if account is None:
        return None
    return {"login": account, "type": "Bot" if account in BOTS else "User"}


def stamp(moment: datetime | None) -> str | None:
    """A moment as GitHub writes it: whole seconds, Z."""
    return None if moment is None else moment.isoformat("T", "seconds").removesuffix("+00:00") + "Z"


def _detail(happening: Happening) -> dict[str, Any]:
    if happening.what in ("labeled", "unlabeled"):
        return {"label": {"name": happening.detail}}
    if happening.what in _DETAIL_OF:
        return {_DETAIL_OF[happening.what]: user(happening.detail)}
    if happening.what == "closed" and happening.detail:
        return {"state_reason": happening.detail}
    return {}


def _last_close(happenings: list[Happening]) -> Happening | None:
    """The close that still holds."""
    turns = [happening for happening in happenings if happening.what in ("closed", "reopened")]
    return turns[-1] if turns and turns[-1].what == "closed" else None


def _closed_at(happenings: list[Happening]) -> datetime | None:
    close = _last_close(happenings)
    return close.at if close else None


def _closed_by(happenings: list[Happening]) -> dict[str, str] | None:
    close = _last_close(happenings)
    return user(close.account) if close else None


def _state_reason(item: Item, happenings: list[Happening]) -> str | None:
    close = _last_close(happenings)
    if close is not None:
        return None if item.is_pull_request else close.detail or "completed"
    return "reopened" if any(happening.what == "reopened" for happening in happenings) else None


def _merged_at(happenings: list[Happening]) -> str | None:
    merges = [happening.at for happening in happenings if happening.what == "merged"]
    return stamp(merges[0]) if merges else None


def _is_draft(item: Item, happenings: list[Happening]) -> bool:
    is_draft = item.is_born_draft
    for happening in happenings:
        if happening.what in ("ready_for_review", "convert_to_draft"):
            is_draft = happening.what == "convert_to_draft"
    return is_draft


def _labels(happenings: list[Happening]) -> list[str]:
    names: dict[str, None] = {}
    for happening in happenings:
        if happening.what == "labeled":
            names[happening.detail] = None
        elif happening.what == "unlabeled":
            names.pop(happening.detail, None)
    return list(names)
