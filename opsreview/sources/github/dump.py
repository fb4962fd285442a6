"""A GitHub dump: a folder of REST objects as ``gh api --paginate`` saves them."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.errors import SourceError
from opsreview.sources import SourceRows
from opsreview.sources.declared import DeclaredSource
from opsreview.sources.github.incidents import with_labelled_incidents
from opsreview.sources.github.nodes import github_tables
from opsreview.sources.moments import parse_moment
from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Node, Reading, Store

# Review comments (pull_comments) are not read: reviews carry all that the metrics need.
KEYS = {
    "issues": "number",
    "pulls": "number",
    "issue_comments": "id",
    "reviews": "id",
    "issue_events": "id",
    "releases": "tag_name",
}
TABLE_OF = {
    "issues": "issues",
    "pulls": "pull_requests",
    "issue_comments": "comments",
    "reviews": "reviews",
    "issue_events": "events",
    "releases": "releases",
}
_ITEM_URL = re.compile(r"https?://[^/]+/([^/]+/[^/]+)/(?:issues|pull)/\d+$")
_ENDINGS = (".jsonl", ".jsonl.gz", ".json", ".json.gz")


class GithubDump(DeclaredSource):
    """``{kind: github_dump, path: FOLDER}``; every file but ``issues`` may be missing."""

    kind: Literal["github_dump"]
    path: str

    @property
    def key(self) -> str:
        return f"github_dump:{self.path}"

    def fetch(self, store: Store, terms: Terms = DEFAULT_TERMS) -> None:
        """Put the whole dump in place of the last one, in one transaction.

        Raises:
            SourceError: No such folder, no ``dump.json`` or ``issues``, or a damaged file.
        """
        folder = self.located(self.path)
        repo, fetched_at = _head(folder, self.zone)
        nodes = list(self._nodes(folder, self.repo or repo))
        items = {node.key for node in nodes if node.kind in ("issues", "pulls")}
        reading = Reading(self.key, self.repo or repo, fetched_at, len(items))
        store.replace(self.key, nodes, [reading])

    def rows(self, store: Store) -> SourceRows:
        """Issues, pull requests, comments, reviews, events and releases that the dump holds.

        With ``labels.incident`` in ``review.yaml``, incidents too, from the issues that bear one.
        """
        readings = store.readings(self.key)
        if not readings:
            return SourceRows({}, {})
        nodes = {kind: store.nodes(self.key, kind) for kind in KEYS}
        present = {node.key for node in store.nodes(self.key, "files")}
        tables, rejected, assumed_count = github_tables(nodes, zone=self.zone)
        first_at = _first_opened_at(tables)
        fetched_at = readings[0].fetched_at
        spoken = self.covered(first_at or fetched_at, fetched_at)
        lost = {row.table for row in rejected if tables[row.table].is_empty()}
        known = known_tables(present, tables) - lost
        covers = {(table, readings[0].repo): spoken for table in sorted(known) if spoken}
        rows = SourceRows(tables, covers, rejected, assumed_count, fetched_at, fetched_at)
        return with_labelled_incidents(rows, self._incident_labels, self._team_bots)

    def _nodes(self, folder: Path, repo: str) -> Iterator[Node]:
        items = _Items()
        for kind, key in KEYS.items():
            path = _file(folder, kind)
            if path is None:
                continue
            yield Node(repo, "files", kind, {"name": path.name})
            for position, body in enumerate(_objects(path)):
                if kind in ("issues", "pulls"):
                    items.check(path, body)
                if kind not in ("issues", "pulls") or self.keeps(body):
                    yield Node(repo, kind, str(body.get(key) or f"line {position + 1}"), body)


class _Items:
    """The issues and pull requests of a dump, which are of one repository, each once in a file."""

    def __init__(self) -> None:
        self._places: set[tuple[Path, Any]] = set()
        self._repos: dict[str, Path] = {}

    def check(self, path: Path, body: dict[str, Any]) -> None:
        """Take one in.

        Raises:
            SourceError: Its number was there before, or it is of another repository.
        """
        number = body.get("number")
        if number is not None and (path, number) in self._places:
            raise SourceError(
                f"{path} holds number {number} twice: save it again, the list moved meanwhile or "
                "two were put together; the store keeps what it held"
            )
        self._places.add((path, number))
        found = _ITEM_URL.match(str(body.get("html_url")))
        self._repos.setdefault(found[1].lower() if found else "", path)
        told = sorted(self._repos.keys() - {""})
        if len(told) > 1:
            raise SourceError(
                f"{path} mixes the repositories {' and '.join(told)}: a dump is of one; save each "
                "in a folder of its own; the store keeps what it held"
            )


def known_tables(kinds: set[str], tables: dict[str, pl.DataFrame]) -> set[str]:
    """The tables a dump speaks for: those whose kind of file is there.

    Pull requests are known without ``pulls`` where ``issues`` lists them, as GitHub's own does.
    """
    known = {TABLE_OF[kind] for kind in KEYS if kind in kinds}
    return known if tables["pull_requests"].is_empty() else known | {"pull_requests"}


def _head(folder: Path, zone: ZoneInfo) -> tuple[str, datetime]:
    path = folder / "dump.json"
    try:
        head = json.loads(path.read_text(encoding="utf-8-sig"))
        repo, fetched_at = head["repo"], parse_moment(head["fetched_at"], zone)[0]
        if not re.fullmatch(r"[^/\s]+/[^/\s]+", repo):
            raise ValueError(f"repo {repo!r} is not owner/name")
    except FileNotFoundError:
        raise SourceError(
            f"{path} is missing: a dump is a folder with dump.json "
            '({"repo": "owner/name", "fetched_at": "2026-08-21T19:51:11Z"}) and issues.jsonl'
        ) from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise SourceError(
            f"{path} cannot be read ({type(error).__name__}: {error}): "
            'it must hold {"repo": "owner/name", "fetched_at": "2026-08-21T19:51:11Z"}'
        ) from error
    return repo, fetched_at


def _file(folder: Path, kind: str) -> Path | None:
    for ending in _ENDINGS:
        if (path := folder / (kind + ending)).is_file():
            return path
    if kind == "issues":
        raise SourceError(
            f"{folder} holds no issues file: save the issues as issues.jsonl "
            f"(or {', '.join(_ENDINGS[1:])}) beside dump.json"
        )
    return None


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with _opened(path) as file:
            if ".jsonl" in path.name:
                for line in file:
                    yield from _flat(json.loads(line)) if line.strip() else ()
            else:
                yield from _pages(file.read())
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise SourceError(
            f"{path} cannot be read ({type(error).__name__}: {error}): save the dump again; "
            "the store keeps what it held"
        ) from error


def _opened(path: Path) -> IO[str]:
    # utf-8-sig: some shells write a byte order mark when they save a command's output
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def _pages(text: str) -> Iterator[dict[str, Any]]:
    """The objects of one or several JSON lists written one after another."""
    decoder, text, position = json.JSONDecoder(), text.strip(), 0
    while position < len(text):
        page, position = decoder.raw_decode(text, position)
        yield from _flat(page)
        while position < len(text) and text[position].isspace():
            position += 1


def _flat(page: Any) -> Iterator[dict[str, Any]]:
    """The objects of a page, of pages within pages (``--slurp``), or one object."""
    if isinstance(page, list):
        for entry in page:
            yield from _flat(entry)
    elif isinstance(page, dict):
        yield page
    else:
        raise ValueError(f"{page!r:.60} is there where an object is due")


def _first_opened_at(tables: dict[str, pl.DataFrame]) -> datetime | None:
    opened = pl.concat([tables["issues"]["opened_at"], tables["pull_requests"]["opened_at"]])
    first_at = opened.min()
    return first_at if isinstance(first_at, datetime) else None
