"""``tables/subject.json``: what a build knew beside its tables, to read them again as it did.

It names people and what they are called on pages, so it lies with the tables and stays local.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.cadence import Cadence
from opsreview.errors import FilterError
from opsreview.metrics.reading import Subject
from opsreview.metrics.view import Groups, Targets
from opsreview.privacy import Appearance
from opsreview.rotation import Rotation
from opsreview.tables.build import TeamTables, spells_of
from opsreview.tables.coverage import Coverage
from opsreview.tables.rejected import DOUBTS
from opsreview.train import Freeze, Train
from opsreview.window import Window
from opsreview.working_time import WorkingCalendar

FILE = "tables/subject.json"


@dataclass(frozen=True)
class Known:
    """A team as a build knew it.

    ``targets`` are what the model promised since each day it changed, in order; the first since
    ever (None). ``called`` is what people are called on pages.
    """

    subject: Subject
    targets: Sequence[tuple[date | None, Targets]]
    called: Appearance
    deep: Collection[str] = ()  # metrics of which every earlier cycle is read

    def targets_at(self, window: Window) -> Targets:
        """What the model in force on the window's last day promised."""
        day = window.last_day(self.subject.zone)
        return [targets for since, targets in self.targets if since is None or since <= day][-1]

    def to_json(self) -> dict[str, Any]:
        """All but the tables, as JSON holds it; ``from_json`` reads it back."""
        subject = self.subject
        return {
            "repos": list(subject.repos),
            "zone": subject.zone.key,
            "groups": {
                "priorities": _lists(subject.groups.priorities),
                "areas": _lists(subject.groups.areas),
                "triaged": [list(patterns) for patterns in subject.groups.triaged],
                "triaged_also": list(subject.groups.triaged_also),
                "support": list(subject.groups.support),
                "work": _lists(subject.groups.work),
                "regression": list(subject.groups.regression),
                "regression_within_days": subject.groups.regression_within_days,
                "hotfix_within_days": subject.groups.hotfix_within_days,
            },
            "calendars": {name: _calendar(each) for name, each in subject.calendars.items()},
            "coverage": [
                {"table": table, "repo": repo, "stretches": [_stretch(each) for each in windows]}
                for (table, repo), windows in sorted(subject.tables.coverage.stretches.items())
            ],
            "beside": {
                table: [_stretch(each) for each in windows]
                for table, windows in sorted(subject.tables.coverage.beside.items())
            },
            "doubts": [
                {"table": table, "repo": repo, "at": at and at.isoformat()}
                for table, repo, at in subject.tables.doubts.iter_rows()
            ],
            "targets": [
                {
                    "since": since.isoformat() if since else None,
                    "response_hours": targets.response_hours,
                    "group_hours": dict(targets.group_hours),
                    "rotation": _rotation(targets.rotation),
                    "train": _train(targets.train),
                }
                for since, targets in self.targets
            ],
            "deep": sorted(self.deep),
            "names": self.called.names,
            "called": dict(self.called.called),
            "accounts": dict(self.called.accounts),
        }

    @property
    def first_at(self) -> datetime | None:
        """Where the sources begin to speak."""
        stretches = self.subject.tables.coverage.stretches.values()
        return min((windows[0].start_at for windows in stretches), default=None)

    @classmethod
    def of_folder(cls, folder: Path) -> Known:
        """What was known when a cycle's folder was built.

        Raises:
            FilterError: The folder does not hold it.
        """
        tables = {
            path.stem: pl.read_parquet(path)
            for path in sorted((folder / "tables").glob("*.parquet"))
        }
        if not tables or not (folder / FILE).is_file():
            raise FilterError(
                f"{folder} has no {FILE} to filter by (older builds have none): "
                f"run `opsreview build {folder.parent.name} --cycle {folder.name}`"
            )
        said = json.loads((folder / FILE).read_text("utf-8"))
        return cls.from_json(said, {**tables, "spells": spells_of(tables)})

    @classmethod
    def from_json(cls, said: Mapping[str, Any], frames: Mapping[str, pl.DataFrame]) -> Known:
        """What was known, with the tables that lie beside it."""
        zone = ZoneInfo(said["zone"])
        stretches = {
            (row["table"], row["repo"]): tuple(map(_window, row["stretches"]))
            for row in said["coverage"]
        }
        beside = {
            table: tuple(map(_window, each)) for table, each in said.get("beside", {}).items()
        }
        coverage = Coverage(stretches, zone, beside)
        subject = Subject(
            tables=TeamTables(frames, {}, coverage, {}, _doubts(said["doubts"])),
            repos=said["repos"],
            zone=zone,
            groups=Groups(**said["groups"]),
            calendars={name: _read_calendar(each) for name, each in said["calendars"].items()},
        )
        return cls(
            subject,
            [(_day(step["since"]), _targets(step)) for step in said["targets"]],
            Appearance(said["names"], said["called"], said["accounts"]),
            said["deep"],
        )


def _doubts(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    read = [{**row, "at": row["at"] and datetime.fromisoformat(row["at"])} for row in rows]
    return pl.DataFrame(read, schema=DOUBTS)


def _lists(labels: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {name: list(patterns) for name, patterns in labels.items()}


def _calendar(calendar: WorkingCalendar) -> dict[str, Any]:
    return {
        "zone": calendar.zone.key,
        "weekdays": list(calendar.weekdays),
        "start": calendar.start.isoformat(),
        "end": calendar.end.isoformat(),
        "holidays": calendar.holidays,
    }


def _read_calendar(said: Mapping[str, Any]) -> WorkingCalendar:
    return WorkingCalendar(
        ZoneInfo(said["zone"]),
        tuple(said["weekdays"]),
        time.fromisoformat(said["start"]),
        time.fromisoformat(said["end"]),
        said["holidays"],
    )


def _stretch(window: Window) -> list[str]:
    return [window.start_at.isoformat(), window.end_at.isoformat()]


def _window(said: Sequence[str]) -> Window:
    return Window(*map(datetime.fromisoformat, said))


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _targets(said: Mapping[str, Any]) -> Targets:
    rotation = said["rotation"] and _read_rotation(said["rotation"])
    train = said["train"] and _read_train(said["train"])
    return Targets(said["response_hours"], said["group_hours"], rotation, train)


def _train(train: Train | None) -> dict[str, Any] | None:
    if train is None:
        return None
    return {
        "every": asdict(train.every),
        "starting": train.starting.isoformat(),
        "zone": train.zone.key,
        "freezes": [[str(f.first_on), str(f.last_on), f.why] for f in train.freezes],
        "holidays": train.holidays,
        "hotfix_within_hours": train.hotfix_within_hours,
    }


def _read_train(said: Mapping[str, Any]) -> Train:
    return Train(
        every=Cadence(**said["every"]),
        starting=date.fromisoformat(said["starting"]),
        zone=ZoneInfo(said["zone"]),
        freezes=tuple(
            Freeze(date.fromisoformat(first), date.fromisoformat(last), why)
            for first, last, why in said["freezes"]
        ),
        holidays=said["holidays"],
        hotfix_within_hours=said["hotfix_within_hours"],
    )


def _rotation(rotation: Rotation | None) -> dict[str, Any] | None:
    if rotation is None:
        return None
    return {
        "people": list(rotation.people),
        "zone": rotation.zone.key,
        "every": asdict(rotation.every),
        "starting": rotation.starting and rotation.starting.isoformat(),
        "weekday": rotation.weekday,
        "handover": rotation.handover.isoformat(),
        "has_secondary": rotation.has_secondary,
        "covered": rotation.covered and _calendar(rotation.covered),
        "rest_hours": rotation.rest_hours,
        "most_share": rotation.most_share,
    }


def _read_rotation(said: Mapping[str, Any]) -> Rotation:
    return Rotation(
        people=tuple(said["people"]),
        zone=ZoneInfo(said["zone"]),
        every=Cadence(**said["every"]),
        starting=_day(said["starting"]),
        weekday=said["weekday"],
        handover=time.fromisoformat(said["handover"]),
        has_secondary=said["has_secondary"],
        covered=said["covered"] and _read_calendar(said["covered"]),
        rest_hours=said["rest_hours"],
        most_share=said["most_share"],
    )
