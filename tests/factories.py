"""Typed rows for tests: every column has a default, a test states only what matters.

``issues({"opened_at": "2026-10-03 12:00"}, {"author": "ben"})`` makes ISSUES of two rows.

- Moments may be written as text, in UTC; ``at`` makes one.
- ``author``, ``actor`` and ``merged_by`` fill in the account, the id, the kind and whether it is
  the team: ``ada`` to ``dev`` are the team, other names are not, ``...[bot]`` is a bot, ``ghost``
  a deleted account and None someone the source never named. Any single column may be given
  beside it.
- An item with ``closed_at`` or ``merged_at`` is closed, others are open, unless ``state`` is given.
- Numbers and ids count up from 1 where none are given; comments, reviews and events are of
  number 1. All people are made up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from opsreview.tables.history import open_spells
from opsreview.tables.schemas import SCHEMAS
from opsreview.window import Window

REPO = "team/product"
TEAM = ("ada", "ben", "cleo", "dev")
OUTSIDER = "rae"
FIRST_AT = "2026-10-01 00:00"
Row = Mapping[str, Any]


def at(text: str) -> datetime:
    """The UTC moment written as ``2026-10-03`` or ``2026-10-03 12:00``."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def window(start: str, end: str) -> Window:
    """From the start to before the end, both UTC."""
    return Window(at(start), at(end))


def issues(*rows: Row) -> pl.DataFrame:
    """ISSUES: opened by an outsider on 2026-10-01, open, without labels."""
    return _table("issues", [_item(number, row) for number, row in enumerate(rows, 1)])


def pull_requests(*rows: Row) -> pl.DataFrame:
    """PULL_REQUESTS: as issues, no draft, not merged."""
    return _table(
        "pull_requests",
        [{"is_draft": False, **_item(number, row)} for number, row in enumerate(rows, 1)],
    )


def comments(*rows: Row) -> pl.DataFrame:
    """COMMENTS: by a team member on number 1."""
    default = {"repo": REPO, "number": 1, "author": TEAM[0], "created_at": FIRST_AT}
    return _table("comments", _counted("comment_id", default, rows))


def reviews(*rows: Row) -> pl.DataFrame:
    """REVIEWS: an approval by a team member of number 1."""
    default = {"repo": REPO, "number": 1, "author": TEAM[0], "state": "APPROVED"}
    return _table("reviews", _counted("review_id", default | {"submitted_at": FIRST_AT}, rows))


def events(*rows: Row) -> pl.DataFrame:
    """EVENTS: number 1 closed by a team member."""
    default = {"repo": REPO, "number": 1, "actor": TEAM[0], "event": "closed"}
    return _table("events", _counted("event_id", default | {"created_at": FIRST_AT}, rows))


def releases(*rows: Row) -> pl.DataFrame:
    """RELEASES: stable versions 1.1.0, 1.2.0 ... of lines 1.1, 1.2 ..."""
    filled = [
        {
            "repo": REPO,
            "tag": f"v1.{number}.0",
            "author": TEAM[0],
            "published_at": FIRST_AT,
            "is_prerelease": row.get("kind") == "prerelease",
            "is_draft": False,
            "line": f"1.{number}",
            "kind": "stable",
            "kind_rule": "stable: a version of its line",
            **row,
        }
        for number, row in enumerate(rows, 1)
    ]
    return _table("releases", filled)


def incidents(*rows: Row) -> pl.DataFrame:
    """INCIDENTS: of the source ``pager``, neither acknowledged nor resolved."""
    default = {"source": "pager", "opened_at": FIRST_AT, "severity": "high", "service": "product"}
    return _table("incidents", _counted("incident_id", default, rows))


def incident_events(*rows: Row) -> pl.DataFrame:
    """INCIDENT_EVENTS: the first team member paged for incident 1."""
    default = {"source": "pager", "incident_id": "1", "at": FIRST_AT, "person": TEAM[0]}
    return _table("incident_events", [default | {"event": "notified"} | dict(row) for row in rows])


def shifts(*rows: Row) -> pl.DataFrame:
    """SHIFTS: the first team member primary for the first week of October 2026."""
    default = {"source": "rota", "rotation": "duty", "role": "primary", "person": TEAM[0]}
    default |= {"start_at": FIRST_AT, "end_at": "2026-10-08 00:00"}
    return _table("shifts", [default | dict(row) for row in rows])


def support_requests(*rows: Row) -> pl.DataFrame:
    """SUPPORT_REQUESTS: asked in the chat, not answered."""
    default = {"source": "support", "channel": "chat", "opened_at": FIRST_AT}
    return _table("support_requests", _counted("request_id", default, rows))


def people(*rows: Row) -> pl.DataFrame:
    """PEOPLE: full-time team members in Madrid; without rows, the whole team."""
    default = {"kind": "human", "is_team": True, "zone": "Europe/Madrid", "share": 1.0}
    named = rows or tuple({"person_id": person} for person in TEAM)
    return _table(
        "people",
        [{**default, "account": row.get("person_id"), **row} for row in named],
    )


def leave(*rows: Row) -> pl.DataFrame:
    """LEAVE: nobody is away."""
    return _table("leave", [{"person_id": TEAM[0], **row} for row in rows])


def spells(
    items: pl.DataFrame, changes: pl.DataFrame | None = None, *, kind: str = "issue"
) -> pl.DataFrame:
    """The stretches that ISSUES (or PULL_REQUESTS) were open, by these EVENTS."""
    known = events() if changes is None else changes
    return open_spells(items, known).with_columns(kind=pl.lit(kind))


def _item(number: int, row: Row) -> Row:
    closed_at = row.get("closed_at", row.get("merged_at"))
    return {
        "repo": REPO,
        "number": number,
        "author": OUTSIDER,
        "opened_at": FIRST_AT,
        "closed_at": closed_at,
        "state": "closed" if closed_at else "open",
        "labels": [],
        "assignees": [],
        "title": f"Number {row.get('number', number)}",
        "url": f"https://github.com/{row.get('repo', REPO)}/issues/{row.get('number', number)}",
        **row,
    }


def _counted(key: str, default: Row, rows: Sequence[Row]) -> list[Row]:
    return [{key: str(number), **default, **row} for number, row in enumerate(rows, 1)]


def _table(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    schema = SCHEMAS[name]
    frame_schema = schema.create_empty().schema
    typed = [
        {
            column: at(value) if _is_moment_as_text(frame_schema[column], value) else value
            for column, value in _resolved(row, set(frame_schema)).items()
        }
        for row in rows
    ]
    return schema.validate(pl.DataFrame(typed, schema=frame_schema), cast=True)


def _resolved(row: Row, columns: set[str]) -> dict[str, Any]:
    """The row with ``author="ada"`` spread over author_account, author_id, ..."""
    spread: dict[str, Any] = {}
    for role in ("author", "actor", "merged_by"):
        if role in row:
            spread |= {f"{role}_{what}": value for what, value in _account(row[role]).items()}
    known = {column: value for column, value in spread.items() if column in columns}
    rest = {column: value for column, value in row.items() if f"{column}_account" not in columns}
    if unknown := set(rest) - columns:
        raise TypeError(f"there is no column {', '.join(sorted(unknown))}")
    return known | rest


def _account(name: str | None) -> dict[str, Any]:
    if name is None:
        return {"account": None, "id": None, "kind": None, "is_team": None}
    if name == "ghost":
        return {"account": None, "id": None, "kind": "ghost", "is_team": None}
    kind = "bot" if name.endswith("[bot]") else "human"
    return {"account": name, "id": name, "kind": kind, "is_team": name in TEAM}


def _is_moment_as_text(dtype: pl.DataType, value: object) -> bool:
    return isinstance(dtype, pl.Datetime) and isinstance(value, str)
