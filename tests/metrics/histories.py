"""Random histories of a small team, and what a fetch at any moment would have seen of them.

A history is what happened, with moments in minutes since 2026-08-01; ``tables_at`` makes the
tables of it as they stood at a moment: later things are not there, and today's columns (state,
closed_at, is_draft, labels, resolved_at) are those of then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import factories

START_AT = factories.at("2026-08-01")
END_AT = factories.at("2026-12-01")
WHO = ("rae", "sol", "ada", "ben", "cleo", "helper[bot]", "ghost", None)
REPOS = ("team/product", "team/other")
LABELS = ("urgent", "docs")
Row = dict[str, Any]


class History:
    """What happened to issues, pull requests, releases and incidents from August to November."""

    def __init__(self, seed: int, shift: timedelta = timedelta(0)) -> None:
        self._random = Random(seed)
        self._shift = shift
        self.issues = [self._item(number) for number in range(1, 61)]
        self.pulls = [self._pull(number) for number in range(101, 141)]
        self.releases = [
            {"repo": repo, "tag": f"v1.{n}.0", "line": f"1.{n}", "kind": kind}
            | {"published_at": self._moment()}
            for repo in REPOS
            for n, kind in enumerate(["stable"] * 4 + ["hotfix", "prerelease"])
        ]
        self.incidents = [self._incident(number) for number in range(12)]
        self.shifts = [
            {"person": ("ada", "ben", "cleo")[week % 3], **self._week(week)} for week in range(17)
        ]

    def tables_at(self, moment: datetime) -> dict[str, Any]:
        """The tables that a fetch at ``moment`` would have made."""
        issues = [item for item in self.issues if item["opened_at"] <= moment]
        pulls = [item for item in self.pulls if item["opened_at"] <= moment]
        items = [*issues, *pulls]
        return {
            "issues": factories.issues(*[_seen(item, moment) for item in issues]),
            "pull_requests": factories.pull_requests(*[_pull_seen(item, moment) for item in pulls]),
            "comments": factories.comments(*_all_of("comments", items, "created_at", moment)),
            "reviews": factories.reviews(*_all_of("reviews", pulls, "submitted_at", moment)),
            "events": factories.events(*_all_of("events", items, "created_at", moment)),
            "releases": factories.releases(*_until(self.releases, "published_at", moment)),
            "incidents": factories.incidents(
                *[
                    _forgetting(row, ("resolved_at", "acknowledged_at"), moment)
                    for row in _until(self.incidents, "opened_at", moment)
                ]
            ),
            "incident_events": factories.incident_events(
                *_until([act for row in self.incidents for act in row["acts"]], "at", moment)
            ),
            "shifts": factories.shifts(*self.shifts),
        }

    def _item(self, number: int) -> Row:
        opened_at = self._moment()
        item: Row = {
            "repo": REPOS[number % 2],
            "number": number,
            "author": self._random.choice(WHO),
            "opened_at": opened_at,
            "born_with": sorted(self._random.sample(LABELS, self._random.randrange(3))),
        }
        about = {"repo": item["repo"], "number": number}
        turns = sorted(self._after(opened_at) for _ in range(self._random.randrange(4)))
        item["events"] = [
            {
                **about,
                "event_id": f"{number}-{turn}",
                "event": ("closed", "reopened")[turn % 2],
                "actor": self._random.choice(WHO),
                "created_at": moment,
            }
            for turn, moment in enumerate(turns)
        ]
        item["events"] += [
            {
                **about,
                "event_id": f"{number}-label",
                "event": "unlabeled" if label in item["born_with"] else "labeled",
                "label": label,
                "created_at": self._after(opened_at),
            }
            for label in self._random.sample(LABELS, 1)
        ]
        item["comments"] = [
            {
                **about,
                "comment_id": f"{number}-{n}",
                "author": self._random.choice(WHO),
                "created_at": self._after(opened_at),
            }
            for n in range(self._random.randrange(4))
        ]
        return item

    def _pull(self, number: int) -> Row:
        pull = self._item(number)
        about = {"repo": pull["repo"], "number": number}
        closes = [row["created_at"] for row in pull["events"] if row["event"] == "closed"]
        reopenings = [row for row in pull["events"] if row["event"] == "reopened"]
        is_closed = len(closes) > len(reopenings)
        pull["merged_at"] = None
        if closes and is_closed and self._random.random() < 0.7:
            pull["merged_at"] = max(closes)
        pull["was_draft"] = self._random.random() < 0.4
        changes = sorted(self._after(pull["opened_at"]) for _ in range(self._random.randrange(3)))
        names = ("ready_for_review", "convert_to_draft")
        pull["events"] += [
            {
                **about,
                "event_id": f"{number}-draft-{n}",
                "event": names[(n + (not pull["was_draft"])) % 2],
                "created_at": moment,
            }
            for n, moment in enumerate(changes)
        ]
        pull["reviews"] = [
            {
                **about,
                "review_id": f"{number}-{n}",
                "author": self._random.choice(WHO),
                "submitted_at": self._after(pull["opened_at"]),
            }
            for n in range(self._random.randrange(4))
        ]
        return pull

    def _incident(self, number: int) -> Row:
        opened_at = self._moment()
        resolved_at = self._after(opened_at) if self._random.random() < 0.8 else None
        acts = [
            {
                "incident_id": f"i{number}",
                "at": self._after(opened_at) + timedelta(seconds=n),
                "person": self._random.choice(("ada", "ben", "cleo", None)),
            }
            for n in range(self._random.randrange(3))
        ]
        return {
            "incident_id": f"i{number}",
            "opened_at": opened_at,
            "resolved_at": resolved_at,
            "service": self._random.choice(("api", "sync", None)),
            "acts": acts,
        }

    def _week(self, week: int) -> Row:
        start_at = START_AT + timedelta(weeks=week) + self._shift
        return {"start_at": start_at, "end_at": start_at + timedelta(weeks=1)}

    def _moment(self) -> datetime:
        minutes = int((END_AT - START_AT) / timedelta(minutes=1))
        return START_AT + timedelta(minutes=self._random.randrange(minutes)) + self._shift

    def _after(self, moment: datetime) -> datetime:
        return moment + timedelta(minutes=2 + int(self._random.lognormvariate(8, 2)))


def _seen(item: Row, moment: datetime) -> Row:
    happened = sorted(
        (row for row in item["events"] if row["created_at"] <= moment),
        key=lambda row: row["created_at"],
    )
    turns = [row for row in happened if row["event"] in ("closed", "reopened")]
    is_closed = bool(turns) and turns[-1]["event"] == "closed"
    labels = set(item["born_with"])
    for row in happened:
        if row["event"] == "labeled":
            labels.add(row["label"])
        if row["event"] == "unlabeled":
            labels.discard(row["label"])
    return {
        **{name: item[name] for name in ("repo", "number", "author", "opened_at")},
        "closed_at": turns[-1]["created_at"] if is_closed else None,
        "labels": sorted(labels),
    }


def _pull_seen(pull: Row, moment: datetime) -> Row:
    is_draft = pull["was_draft"]
    for row in sorted(pull["events"], key=lambda row: row["created_at"]):
        if row["created_at"] <= moment and row["event"] == "ready_for_review":
            is_draft = False
        if row["created_at"] <= moment and row["event"] == "convert_to_draft":
            is_draft = True
    seen = {**_seen(pull, moment), "is_draft": is_draft, "merged_at": pull["merged_at"]}
    return _forgetting(seen, ("merged_at",), moment)


def _forgetting(row: Row, columns: tuple[str, ...], moment: datetime) -> Row:
    later = {name: None for name in columns if row.get(name) and row[name] > moment}
    return {name: value for name, value in (row | later).items() if name != "acts"}


def _until(rows: list[Row], column: str, moment: datetime) -> list[Row]:
    return [row for row in rows if row[column] <= moment]


def _all_of(name: str, items: list[Row], column: str, moment: datetime) -> list[Row]:
    return _until([row for item in items for row in item[name]], column, moment)
