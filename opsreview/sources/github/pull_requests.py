"""Files put on a branch of their own, and the one pull request that offers them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from opsreview.errors import SourceError
from opsreview.sources.github.client import Client
from opsreview.sources.github.faults import Refused
from opsreview.sources.github.writing import CONTENTS, PULLS, Plan, Repo, Step, step

Body = Callable[[Mapping[str, str | None]], str]


@dataclass(frozen=True)
class Offer:
    """What a pull request is to hold.

    ``files`` are texts by their path in the repository, ``messages`` those of their commits.
    ``body`` is made of what the base branch says in each file: None where it has none.
    """

    branch: str
    base: str | None
    title: str
    files: Mapping[str, str]
    messages: Mapping[str, str]
    body: Body


@dataclass(frozen=True)
class _File:
    sha: str
    text: str


def offer_plan(client: Client, repo: Repo, offer: Offer) -> Plan:
    """The requests that are left to send, and the pull request if it is there.

    Raises:
        SourceError: There is no such base branch, or people closed the pull request.
    """
    base = offer.base or repo.default_branch
    pull = _pull(client, repo, offer, base)
    if pull and pull["state"] == "closed":
        return _ended(pull, offer)
    branch = _ref(client, repo, offer.branch)
    base_files = {path: _file(client, repo, path, base) for path in offer.files}
    before = {path: file.text if file else None for path, file in base_files.items()}
    steps: list[Step] = []
    if branch is None:
        steps.append(_new_branch(client, repo, offer.branch, base))
    for path, text in offer.files.items():
        there = base_files[path] if branch is None else _file(client, repo, path, offer.branch)
        if there is None or there.text != text:
            steps.append(_put(repo.name, offer, path, there.sha if there else None))
    if branch is None and len(steps) == 1:
        note = f"{base} of {repo.name} says all of it already: there is nothing to offer"
        return Plan(notes=(note,))
    steps += _pull_steps(repo.name, offer, base, pull, offer.body(before))
    url, number = (pull["html_url"], pull["number"]) if pull else (None, None)
    return Plan(tuple(steps), url, number=number)


def unseen_plan(repo: str, offer: Offer, body: str) -> Plan:
    """The requests where nothing is there yet, for a reader who cannot look."""
    base = offer.base or "BASE"
    branch = {"ref": f"refs/heads/{offer.branch}", "sha": f"COMMIT OF {base}"}
    steps = [step("POST", f"repos/{repo}/git/refs", branch, CONTENTS)]
    steps += [_put(repo, offer, path, None) for path in offer.files]
    return Plan((*steps, *_pull_steps(repo, offer, base, None, body)))


def _ended(pull: Mapping[str, Any], offer: Offer) -> Plan:
    if pull.get("merged_at"):
        return Plan(url=pull["html_url"], number=pull["number"], notes=("it is merged already",))
    raise SourceError(
        f"{pull['html_url']} was closed without being merged, and is not opened again: reopen it "
        f"by hand if it is wanted after all, or delete it together with the branch {offer.branch}"
    )


def _pull(client: Client, repo: Repo, offer: Offer, base: str) -> Mapping[str, Any] | None:
    """The open pull request of the branch, else the newest of those that ended."""
    owner = repo.name.partition("/")[0]
    head = quote(f"{owner}:{offer.branch}", safe="")
    query = f"state=all&head={head}&base={quote(base, safe='')}&per_page=100"
    rows = [row for page in client.pages(f"repos/{repo.name}/pulls?{query}") for row in page]
    ours = [row for row in rows if (row.get("head") or {}).get("ref") == offer.branch]
    return max(ours, key=lambda row: (row["state"] == "open", row["number"]), default=None)


def _ref(client: Client, repo: Repo, branch: str) -> str | None:
    found = client.read(f"repos/{repo.name}/git/ref/heads/{quote(branch)}")
    return found["object"]["sha"] if found else None


def _new_branch(client: Client, repo: Repo, branch: str, base: str) -> Step:
    sha = _ref(client, repo, base)
    if sha is None:
        raise SourceError(f"{repo.name} has no branch {base}: name one with --base")
    body = {"ref": f"refs/heads/{branch}", "sha": sha}
    return step("POST", f"repos/{repo.name}/git/refs", body, CONTENTS)


def _file(client: Client, repo: Repo, path: str, ref: str) -> _File | None:
    found = client.read(f"repos/{repo.name}/contents/{quote(path)}?ref={quote(ref, safe='')}")
    if found is None:
        return None
    try:
        text = base64.b64decode(found["content"]).decode("utf-8")
    except (KeyError, ValueError) as error:
        raise Refused(f"{path} of {repo.name} is no file of text: name another --path") from error
    return _File(found["sha"], text)


def _put(repo: str, offer: Offer, path: str, sha: str | None) -> Step:
    text = offer.files[path].encode()
    body = {
        "message": offer.messages[path],
        "branch": offer.branch,
        "content": base64.b64encode(text).decode(),
        **({"sha": sha} if sha else {}),
    }
    shown = f"base64 of the {len(text):,} bytes of {path} as they are now"
    return step("PUT", f"repos/{repo}/contents/{quote(path)}", body, CONTENTS, content=shown)


def _pull_steps(
    repo: str, offer: Offer, base: str, pull: Mapping[str, Any] | None, body: str
) -> list[Step]:
    said = {"title": offer.title, "body": body}
    if pull is None:
        whole = said | {"head": offer.branch, "base": base}
        return [step("POST", f"repos/{repo}/pulls", whole, PULLS)]
    there = {key: (pull.get(key) or "").replace("\r\n", "\n").rstrip() for key in said}
    changed = {key: text for key, text in said.items() if text.rstrip() != there[key]}
    return (
        [step("PATCH", f"repos/{repo}/pulls/{pull['number']}", changed, PULLS)] if changed else []
    )
