"""Small teams on disk: a GitHub dump, CSV files, a calendar and a params folder.

``small_team(tmp_path, issues=[{"opened_at": "2026-10-03 12:00"}])`` writes everything that a first
run reads; a test states only what matters.

- Moments may be written as ``2026-10-03 12:00``, in UTC.
- ``ada`` to ``dev`` are members of the team, ``...[bot]`` is a bot, ``ghost`` a deleted account;
  all of them are made up. ``UNKNOWN`` leaves a key away: the source never said.
- An issue with ``closed_at`` has an event for it, by ``closed_by`` (``ada``).
- A kind of file that is None is not written: what it would tell is unknown.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from factories import OUTSIDER, REPO, TEAM, Row, at

from opsreview import pipeline
from opsreview.review import Review

FETCHED_AT = "2026-11-20 00:00"
OPENED_AT = "2026-10-05 09:00"
UNKNOWN = object()
Rows = Sequence[Row] | None


@dataclass(frozen=True)
class SmallTeam:
    """A team's folders, and the commands run on them."""

    root: Path
    name: str = "small"

    @property
    def params(self) -> Path:
        return self.root / "params"

    @property
    def folder(self) -> Path:
        return self.params / self.name

    @property
    def outputs(self) -> Path:
        return self.root / "outputs"

    @property
    def store(self) -> Path:
        return self.outputs / "store" / f"{self.name}.sqlite"

    @property
    def places(self) -> dict[str, Path]:
        return {"params": self.params, "outputs": self.outputs}

    def fetch(self) -> SmallTeam:
        pipeline.fetch(self.name, **self.places, terms=pipeline.Terms())
        return self

    def build(self, cycle: str | None = "2026-10", as_of: datetime | None = None) -> Review:
        """Fetch and build; the cycle as it is read."""
        self.fetch()
        built = pipeline.build(self.name, **self.places, cycle=cycle, as_of=as_of, say=_quiet)
        return Review(built.path)

    def report(self, cycle: str = "2026-10", *, single_file: bool = False) -> pipeline.Outcome:
        """The notebooks and pages of a cycle that is built."""
        return pipeline.report(
            self.name, **self.places, cycle=cycle, single_file=single_file, say=_quiet
        )

    def bytes_of(self, *files: str, cycle: str = "2026-10") -> dict[str, bytes]:
        """What stands in files of a built cycle."""
        folder = self.outputs / self.name / cycle
        return {name: (folder / name).read_bytes() for name in files}


def small_team(
    root: Path,
    *,
    name: str = "small",
    sources: Sequence[Row] = (),
    people: Mapping[str, Any] | None = None,
    model: Mapping[str, Any] | None = None,
    review: Row | None = None,
    **dump: Any,
) -> SmallTeam:
    """Write a dump and ``params/<name>/``; ``sources`` come after the dump."""
    team = SmallTeam(root, name)
    write_dump(root / "dump", **dump)
    given = {
        "repos": [REPO],
        "timezone": "UTC",
        "sources": [{"kind": "github_dump", "path": "../../dump"}, *sources],
        "privacy": {"names": "shown"},
        **(review or {}),
    }
    write_yaml(team.folder / "review.yaml", given)
    if people is not None:
        write_yaml(team.folder / "people.yaml", people)
    if model is not None:
        write_yaml(team.folder / "operating_model.yaml", {"version": 1, **model})
    return team


def write_dump(
    folder: Path,
    *,
    repo: str = REPO,
    fetched_at: str = FETCHED_AT,
    issues: Rows = (),
    pulls: Rows = (),
    comments: Rows = (),
    reviews: Rows = (),
    events: Rows = (),
    releases: Rows = (),
) -> Path:
    """A dump as ``gh api --paginate`` saves it."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"repo": repo, "fetched_at": _iso(fetched_at)}
    (folder / "dump.json").write_text(json.dumps(head), "utf-8")
    items = [_item(repo, number, row) for number, row in enumerate(issues or (), 1)]
    first = max((item["number"] for item in items), default=0) + 1
    pulled = [_pull(repo, number, row) for number, row in enumerate(pulls or (), first)]
    listed = items + [{**item, "pull_request": {}} for item in pulled]
    files: dict[str, list[dict[str, Any]] | None] = {
        "issues": None if issues is None else listed,
        "pulls": None if pulls is None else pulled,
        "issue_comments": _each(_comment, comments),
        "reviews": _each(_review, reviews),
        "issue_events": None if events is None else _events(issues, pulls, events, first),
        "releases": _each(_release, releases),
    }
    for kind, objects in files.items():
        if objects is not None:
            lines = [json.dumps(_said(body)) for body in objects]
            (folder / f"{kind}.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def write_csv(path: Path, *rows: Row) -> Path:
    """A CSV file with the columns of its first row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_shifts(path: Path, *shifts: tuple[str, str, str], zone: str | None = None) -> Path:
    """A calendar of whole days: (person, first day, day after the last), days as ``20261005``."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", "X-WR-CALNAME:duty"]
    lines += [f"X-WR-TIMEZONE:{zone}"] if zone else []
    for number, (person, start_on, end_on) in enumerate(shifts):
        lines += ["BEGIN:VEVENT", f"UID:{number}", f"SUMMARY:on duty: {person}"]
        lines += [f"DTSTART;VALUE=DATE:{start_on}", f"DTEND;VALUE=DATE:{end_on}", "END:VEVENT"]
    path.write_text("\r\n".join([*lines, "END:VCALENDAR", ""]), "utf-8")
    return path


def write_yaml(path: Path, data: Any) -> Path:
    """YAML; its dialect that is JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1), "utf-8")
    return path


INCIDENTS: Row = {
    "kind": "csv",
    "table": "incidents",
    "path": "../../incidents.csv",
    "columns": {"incident_id": "id", "opened_at": "started_at", "resolved_at": "resolved_at"},
}
ROTA: Row = {"kind": "ics", "path": "../../rota.ics", "person": "on duty: (?P<person>.+)"}
RELEASES: Row = {
    "kind": "csv",
    "table": "releases",
    "path": "../../tags.csv",
    "repo": REPO,
    "columns": {"tag": "tag", "published_at": "published_at"},
}


def value_of(review: Review, metric: str, statistic: str, group: str = "all") -> float | None:
    """One number of a cycle that must be among its metrics."""
    rows = review.metric(metric).filter(
        (pl.col("statistic") == statistic) & (pl.col("group") == group)
    )
    assert rows.height == 1, f"{metric} {statistic} {group} is there {rows.height} times"
    value: float | None = rows["value"][0]
    return value


def _quiet(line: str) -> None:
    """Progress that nobody reads."""


def _iso(moment: object) -> Any:
    return at(moment).isoformat() if isinstance(moment, str) else moment


def _each(made: Any, rows: Rows) -> list[dict[str, Any]] | None:
    return None if rows is None else [made(number, row) for number, row in enumerate(rows, 1)]


def _item(repo: str, number: int, row: Row) -> dict[str, Any]:
    closed_at = row.get("closed_at", row.get("merged_at"))
    number = row.get("number", number)
    author = row.get("author", OUTSIDER)
    return {
        "number": number,
        "created_at": _iso(row.get("opened_at", OPENED_AT)),
        "closed_at": _iso(closed_at),
        "state": row.get("state", "closed" if closed_at else "open"),
        "title": row.get("title", f"Number {number}"),
        "html_url": f"https://github.com/{repo}/issues/{number}",
        "labels": [{"name": label} for label in row.get("labels", ())],
        "assignees": [],
        "user": _user(author),
        "author_association": row.get("author_association", _association(author)),
    }


def _pull(repo: str, number: int, row: Row) -> dict[str, Any]:
    merged_by = row.get("merged_by", TEAM[0]) if "merged_at" in row else None
    return {
        **_item(repo, number, row),
        "draft": row.get("is_draft", False),
        "merged_at": _iso(row.get("merged_at")),
        "merged_by": _user(merged_by) if merged_by else None,
    }


def _comment(comment_id: int, row: Row) -> dict[str, Any]:
    author = row.get("author", TEAM[0])
    return {
        "id": comment_id,
        "issue_url": f"https://api.github.com/issues/{row.get('number', 1)}",
        "created_at": _iso(row["created_at"]),
        "user": _user(author),
        "author_association": _association(author),
    }


def _review(review_id: int, row: Row) -> dict[str, Any]:
    author = row.get("author", TEAM[0])
    return {
        "id": review_id,
        "pull_request_url": f"https://api.github.com/pulls/{row['number']}",
        "submitted_at": _iso(row["submitted_at"]),
        "state": row.get("state", "APPROVED"),
        "user": _user(author),
        "author_association": _association(author),
    }


def _release(number: int, row: Row) -> dict[str, Any]:
    return {
        "tag_name": row.get("tag", f"v1.{number}.0"),
        "published_at": _iso(row["published_at"]),
        "author": _user(row.get("author", TEAM[0])),
        "prerelease": row.get("is_prerelease", False),
        "draft": False,
    }


def _events(issues: Rows, pulls: Rows, events: Sequence[Row], first: int) -> list[dict[str, Any]]:
    """The events given, and the close of every item that has none among them."""
    numbered = [*enumerate(issues or (), 1), *enumerate(pulls or (), first)]
    stated = {row.get("number", 1) for row in events if row.get("event", "closed") == "closed"}
    closes = [
        {
            "number": row.get("number", number),
            "actor": row.get("closed_by", TEAM[0]),
            "created_at": row.get("closed_at", row.get("merged_at")),
        }
        for number, row in numbered
        if (row.get("closed_at") or row.get("merged_at"))
        and row.get("number", number) not in stated
    ]
    return [
        {
            "id": event_id,
            "event": row.get("event", "closed"),
            "created_at": _iso(row["created_at"]),
            "actor": _user(row.get("actor", TEAM[0])),
            "label": {"name": row["label"]} if "label" in row else None,
            "assignee": _user(row["assignee"]) if "assignee" in row else None,
            "requested_reviewer": _user(row["reviewer"]) if "reviewer" in row else None,
            "issue": {"number": row.get("number", 1)},
        }
        for event_id, row in enumerate([*events, *closes], 1)
    ]


def _user(name: Any) -> Any:
    if name is UNKNOWN or name is None or name == "ghost":
        return UNKNOWN if name is UNKNOWN else None
    return {"login": name, "type": "Bot" if name.endswith("[bot]") else "User"}


def _association(author: Any) -> Any:
    if author is UNKNOWN:
        return UNKNOWN
    return "MEMBER" if author in TEAM else "NONE"


def _said(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if value is not UNKNOWN}


def later(moment: str, **by: float) -> str:
    """A moment so much later, written as moments are."""
    return f"{at(moment) + timedelta(**by):%Y-%m-%d %H:%M:%S}"
