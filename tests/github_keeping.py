"""What people and tokens keep at GitHub over REST: issues, branches, files, pull requests.

``kept`` reads, ``written`` writes. A write that the token has no permission for is refused as
GitHub refuses it: ``repository.branches.allowed`` says what it may.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlencode

from github_faults import Reply, message
from github_views import web_address
from github_world import Item, Repository

_NEEDS = {"/issues": "issues", "/pulls": "pull_requests"}


def kept(repository: Repository, rest: str, asked: Mapping[str, str], place: str) -> Reply | None:
    """What stands at ``rest`` of a repository; None where it is none of ours."""
    if rest == "/issues":
        return _issues(repository, asked, f"{place}/issues")
    if rest == "/pulls":
        return _pulls(repository, asked)
    if branch := re.fullmatch(r"/git/ref/heads/(.+)", rest):
        return _ref(repository, unquote(branch[1]))
    if path := re.fullmatch(r"/contents/(.+)", rest):
        return _contents(repository, unquote(path[1]), asked.get("ref", "main"))
    if number := re.fullmatch(r"/issues/(\d+)", rest):
        item = repository.items.get(int(number[1]))
        return _json(issue_record(repository, item)) if item and item.body else None
    return None


def written(
    repository: Repository, method: str, rest: str, body: Mapping[str, Any], base: str
) -> Reply:
    """The answer to a write, and what it changes."""
    needed = next((part for at, part in _NEEDS.items() if rest.startswith(at)), "contents")
    if repository.branches.is_archived:
        return Reply(403, message("Repository was archived so is read-only."))
    if needed not in repository.branches.allowed:
        said = {"X-Accepted-GitHub-Permissions": f"{needed}=write"}
        return Reply(403, message("Resource not accessible by personal access token"), said)
    if rest == "/issues" and method == "POST":
        return _new_issue(repository, body)
    if (number := re.fullmatch(r"/(issues|pulls)/(\d+)", rest)) and method == "PATCH":
        return _edited(repository, int(number[2]), body)
    if rest == "/git/refs" and method == "POST":
        return _new_ref(repository, body)
    if (path := re.fullmatch(r"/contents/(.+)", rest)) and method == "PUT":
        return _put(repository, unquote(path[1]), body)
    if rest == "/pulls" and method == "POST":
        return _new_pull(repository, body)
    return Reply(404, message("Not Found"))


def issue_record(repository: Repository, item: Item) -> dict[str, Any]:
    """An issue, as the lists and single answers hold it."""
    record = {
        "number": item.number,
        "title": item.title,
        "body": item.body,
        "state": "closed" if item.closed_at else "open",
        "html_url": web_address(repository, item),
        "author_association": item.association,
        "user": {"login": item.author, "type": "Bot" if "[bot]" in item.author else "User"},
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }
    return record | ({"pull_request": {}} if item.is_pull else {})


def sha_of(text: str) -> str:
    """A name for a text, as git has one."""
    return f"{zlib.crc32(text.encode()):040x}"


def _issues(repository: Repository, asked: Mapping[str, str], place: str) -> Reply:
    if not repository.has_issues:
        return Reply(410, message("Issues has been disabled in this repository"))
    since = asked.get("since", "")
    items = [item for item in repository.items.values() if item.updated_at >= since]
    items.sort(key=lambda item: (item.created_at, item.number), reverse=True)
    size, page = int(asked.get("per_page", 30)), int(asked.get("after", 0))
    rows = [issue_record(repository, item) for item in items[page * size : (page + 1) * size]]
    reply = _json(rows)
    if (page + 1) * size < len(items):
        following = urlencode({**asked, "after": page + 1})
        reply.headers["Link"] = f'<{place}?{following}>; rel="next"'
    return reply


def _new_issue(repository: Repository, body: Mapping[str, Any]) -> Reply:
    if len(body["body"]) > 65_536:
        errors = [{"message": "body is too long (maximum is 65536 characters)"}]
        return Reply(422, message("Validation Failed", errors=errors))
    item = repository.create(author="opsreview-token", title=body["title"])
    item.body, item.association = body["body"], "COLLABORATOR"
    return _json(issue_record(repository, item), 201)


def _edited(repository: Repository, number: int, body: Mapping[str, Any]) -> Reply:
    item = repository.items.get(number)
    if item is None:
        return Reply(404, message("Not Found"))
    item.title, item.body = body.get("title", item.title), body.get("body", item.body)
    item.updated_at = max(repository.clock.moment, item.updated_at)
    return _json(issue_record(repository, item))


def _ref(repository: Repository, branch: str) -> Reply:
    files = repository.branches.files.get(branch)
    if files is None:
        return Reply(404, message("Not Found"))
    return _json({"ref": f"refs/heads/{branch}", "object": {"sha": _commit(files)}})


def _new_ref(repository: Repository, body: Mapping[str, Any]) -> Reply:
    name, known = body["ref"].removeprefix("refs/heads/"), repository.branches.files
    if name in known:
        return Reply(422, message("Reference already exists"))
    from_files = next((files for files in known.values() if _commit(files) == body["sha"]), None)
    if from_files is None:
        return Reply(422, message("Object does not exist"))
    known[name] = dict(from_files)
    return _json({"ref": body["ref"]}, 201)


def _contents(repository: Repository, path: str, ref: str) -> Reply:
    text = repository.branches.files.get(ref, {}).get(path)
    if text is None:
        return Reply(404, message("Not Found"))
    content = base64.encodebytes(text.encode()).decode()
    return _json({"path": path, "sha": sha_of(text), "content": content, "encoding": "base64"})


def _put(repository: Repository, path: str, body: Mapping[str, Any]) -> Reply:
    files = repository.branches.files[body["branch"]]
    there = files.get(path)
    if there is not None and body.get("sha") != sha_of(there):
        return Reply(409, message(f"{path} does not match {body.get('sha')}"))
    files[path] = base64.b64decode(body["content"]).decode()
    return _json({"content": {"path": path}, "commit": {"sha": _commit(files)}}, 201)


def _pulls(repository: Repository, asked: Mapping[str, str]) -> Reply:
    head = asked.get("head", "").partition(":")[2]
    rows = [
        _pull_record(repository, number)
        for number, (branch, base) in repository.branches.offered.items()
        if (branch, base) == (head, asked.get("base", base))
    ]
    return _json(rows)


def _new_pull(repository: Repository, body: Mapping[str, Any]) -> Reply:
    head, base = body["head"], body["base"]
    if (head, base) in repository.branches.offered.values():
        errors = [{"message": f"A pull request already exists for team:{head}."}]
        return Reply(422, message("Validation Failed", errors=errors))
    item = repository.create(is_pull=True, author="opsreview-token", title=body["title"])
    item.body = body["body"]
    repository.branches.offered[item.number] = (head, base)
    return _json(_pull_record(repository, item.number), 201)


def _pull_record(repository: Repository, number: int) -> dict[str, Any]:
    item = repository.items[number]
    branch, base = repository.branches.offered[number]
    refs = {"head": {"ref": branch}, "base": {"ref": base}, "merged_at": item.merged_at}
    return issue_record(repository, item) | refs


def _commit(files: Mapping[str, str]) -> str:
    return sha_of(json.dumps(files, sort_keys=True))


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode())
