"""GitHub's REST API as the stand-in answers it: a repository, its tags, an item by its number."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from github_faults import Reply, message
from github_keeping import kept, written
from github_views import node_id, web_address
from github_world import Item, Repository, World

_PATH = re.compile(r"/(?:repos/(?P<name>[^/]+/[^/]+)|repositories/(?P<id>\d+))(?P<rest>/.*)?")


def rest_answer(
    world: World, target: str, base: str, method: str = "GET", body: bytes = b""
) -> Reply:
    """What GitHub answers to ``method`` ``target``; links in it begin with ``base``."""
    parts = urlsplit(target)
    if parts.path == "/user":
        return _json({"login": "opsreview-token", "type": "User"})
    path = _PATH.fullmatch(parts.path)
    repository = _repository(world, path) if path else None
    if path is None or repository is None:
        return _not_found()
    place, rest = f"{base}/repositories/{repository.id}", path["rest"] or ""
    if path["name"] and path["name"].lower() != repository.name.lower():
        return _moved(f"{place}{rest}{'?' + parts.query if parts.query else ''}")
    if method != "GET":
        return written(repository, method, rest, json.loads(body), base)
    if reply := kept(repository, rest, dict(parse_qsl(parts.query)), place):
        return reply
    if number := re.fullmatch(r"/issues/(\d+)", rest):
        return _issue(repository, int(number[1]), base)
    if rest == "/tags":
        return _tags(repository, dict(parse_qsl(parts.query)), f"{place}/tags")
    return _not_found() if rest else _json(_repository_record(repository))


def _repository(world: World, path: re.Match[str]) -> Repository | None:
    if path["name"]:
        return world.named(path["name"])
    return next((each for each in world.repositories if str(each.id) == path["id"]), None)


def _issue(repository: Repository, number: int, base: str) -> Reply:
    if item := repository.items.get(number):
        if item.is_pull or repository.has_issues:
            return _json(_item_record(repository, item))
        return Reply(410, message("Issues has been disabled in this repository"))
    if to := repository.moved.get(number):
        name, _, new = to.partition("#")
        return _moved(f"{base}/repos/{name}/issues/{new}")
    if number in repository.deleted:
        return Reply(410, message("This issue was deleted"))
    return _not_found()


def _tags(repository: Repository, asked: Mapping[str, str], place: str) -> Reply:
    size = min(int(asked.get("per_page", 30)), 100)
    page = int(asked.get("page", 1))
    tags = repository.tags
    reply = _json([_tag_record(tag) for tag in tags[(page - 1) * size : page * size]])
    last = -(-len(tags) // size)
    if page < last:
        pages = {"next": page + 1, "last": last}
        links = (
            f'<{place}?{urlencode({**asked, "page": number})}>; rel="{relation}"'
            for relation, number in pages.items()
        )
        reply.headers["Link"] = ", ".join(links)
    return reply


def _tag_record(tag: str) -> dict[str, Any]:
    return {"name": tag, "commit": {"sha": f"{zlib.crc32(tag.encode()):040x}"}}


def _item_record(repository: Repository, item: Item) -> dict[str, Any]:
    return {
        "node_id": node_id(repository, item),
        "number": item.number,
        "title": item.title,
        "body": item.body,
        "state": "closed" if item.closed_at else "open",
        "html_url": web_address(repository, item),
        "created_at": item.created_at,
        "updated_at": item.updated_at,
        "closed_at": item.closed_at,
    }


def _repository_record(repository: Repository) -> dict[str, Any]:
    return {
        "id": repository.id,
        "node_id": f"R_{repository.id}",
        "full_name": repository.name,
        "has_issues": repository.has_issues,
        "default_branch": "main",
        "archived": repository.branches.is_archived,
    }


def _json(value: Any) -> Reply:
    return Reply(200, json.dumps(value).encode())


def _moved(to: str) -> Reply:
    return Reply(301, message("Moved Permanently", url=to), {"Location": to})


def _not_found() -> Reply:
    return Reply(404, message("Not Found"))
