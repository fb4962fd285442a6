"""The same store and params make the same bytes, whoever builds them and how often."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dump_factory import INCIDENTS, SmallTeam, small_team, write_csv

SAME = ("metrics.parquet", "findings.json", "proposals.yaml")
PROMISE = {"id": "answer", "says": "We answer.", "owner": "lead", "metric": "response_attainment"}
MODEL = {
    "roles": {"lead": {"owner": "ada", "does": "triage"}},
    "areas": {name: {"owner": "ben", "label": f"area/{name}"} for name in ("one", "two")},
    "rhythm": {
        "release": {"every": "2 weeks", "on": "tuesday", "starting": "2026-09-15", "by": "lead"}
    },
    "promises": [PROMISE | {"within": "1 day", "at_least": "90 %"}],
}


@pytest.fixture
def team(tmp_path: Path) -> SmallTeam:
    """Enough of a history that every kind of file has several rows."""
    people = ("ada", "ben", "cleo", "dev")
    rows = [
        {
            "id": f"i{day}",
            "started_at": f"2026-10-{day:02}T03:00Z",
            "resolved_at": f"2026-10-{day:02}T06:00Z",
        }
        for day in range(1, 20, 3)
    ]
    write_csv(tmp_path / "incidents.csv", *rows)
    opened = [f"2026-{month:02}-{day:02} 09:00" for month in (8, 9, 10) for day in range(1, 29)]
    return small_team(
        tmp_path,
        people={person: {} for person in people},
        model=MODEL,
        sources=[INCIDENTS],
        issues=[{"opened_at": at, "labels": ["area/one"]} for at in opened],
        comments=[
            {"number": number, "author": people[number % 4], "created_at": f"{at[:7]}-28 12:00"}
            for number, at in enumerate(opened, 1)
            if number % 3
        ],
        releases=[
            {"published_at": f"2026-{m:02}-08 09:00", "author": people[m % 4]} for m in (8, 9)
        ],
    )


def test_building_twice_makes_the_same_bytes(team):
    team.build()
    first = team.bytes_of(*SAME)
    assert len(first["proposals.yaml"]) > 10
    team.build()
    assert team.bytes_of(*SAME) == first


def test_bytes_do_not_depend_on_the_order_of_sets_nor_on_the_folder(team, tmp_path):
    team.build()
    first = team.bytes_of(*SAME)
    elsewhere = SmallTeam(tmp_path / "elsewhere")
    for part in ("params", "dump"):
        shutil.copytree(tmp_path / part, elsewhere.root / part)
    shutil.copyfile(tmp_path / "incidents.csv", elsewhere.root / "incidents.csv")
    program = "from opsreview.cli import app; app()"
    for command in ("fetch", "build"):
        places = ["--params", str(elsewhere.params), "--outputs", str(elsewhere.outputs)]
        subprocess.run(
            [sys.executable, "-c", program, command, "small", *places],
            env=os.environ | {"PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo"},
            check=True,
            capture_output=True,
        )
    assert elsewhere.bytes_of(*SAME) == first


def test_building_another_cycle_leaves_the_first_as_it_is(team):
    team.build("2026-09")
    before = team.bytes_of(*SAME, "run.json", cycle="2026-09")
    team.build("2026-10")
    assert team.bytes_of(*SAME, "run.json", cycle="2026-09") == before
