"""A proposal about duty or the train says what it would have meant for the last cycles."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from dump_factory import small_team

PEOPLE = {name: {"accounts": [name], "zone": "UTC"} for name in ("ada", "ben", "cleo")}
MODEL = {"rhythm": {"duty": {"every": "week", "handover": "monday 00:00", "order": ["ada", "ben"]}}}
MONDAY = date(2026, 3, 2)


def proposed(root: Path, *, names: str = "shown", has_incidents: bool = True) -> dict[str, Any]:
    """The proposal about duty where Ada held three weeks of four, and Cleo one."""
    root.mkdir(exist_ok=True)
    weeks = [MONDAY + timedelta(weeks=week) for week in range(36)]
    held = [("cleo" if week % 4 == 3 else "ada", day) for week, day in enumerate(weeks)]
    lines = [f"{person},{day},{day + timedelta(weeks=1)}" for person, day in held]
    sources = [_csv(root, "shifts", "person,start_at,end_at", lines)]
    if has_incidents:
        opened = [f"{week},{day + timedelta(days=2)}T12:00" for week, day in enumerate(weeks)]
        sources.append(_csv(root, "incidents", "incident_id,opened_at", opened))
    team = small_team(
        root,
        people=PEOPLE,
        model=MODEL,
        sources=sources,
        review={"timezone": "UTC", "privacy": {"names": names}},
        issues=[{"opened_at": "2026-10-05 08:00"}],
    )
    found = team.build().proposals
    return next(said for said in found if said["path"] == "rhythm.duty.order")


def _csv(root: Path, table: str, header: str, lines: list[str]) -> dict[str, Any]:
    path = root / f"{table}.csv"
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    columns = {name: name for name in header.split(",")}
    source = {"kind": "csv", "table": table, "path": str(path), "name": table, "columns": columns}
    return source | {"covers": {"from": "2026-03-01", "to": "2026-11-07"}}


def test_change_of_the_order_is_replayed_over_six_cycles(tmp_path: Path) -> None:
    said = proposed(tmp_path)

    assert said["proposed"] == ["ada", "cleo"]
    assert "Over the 6 months to 2026-10-31, ada would have held 5" in said["what_if"]
    assert "% of duty instead of 7" in said["what_if"]
    assert "of 26 interruptions instead of" in said["what_if"]


def test_without_incidents_hours_alone_are_told(tmp_path: Path) -> None:
    what_if = proposed(tmp_path, has_incidents=False)["what_if"]

    assert "ada would have held" in what_if
    assert "interruptions" not in what_if


@pytest.mark.parametrize("names", ["pseudonyms", "roles"])
def test_people_are_named_as_pages_call_them(tmp_path: Path, names: str) -> None:
    said = str(proposed(tmp_path, names=names))

    assert "Over the 6 months to 2026-10-31" in said
    assert not any(name in said for name in PEOPLE)


TRAIN = {"every": "week", "on": "tuesday", "starting": "2026-01-06", "by": "ada"}
TUESDAY = date(2026, 1, 6)


def proposed_train(root: Path, every_days: int) -> dict[str, Any]:
    """The proposal about a weekly train whose releases come so many days apart."""
    merged = [TUESDAY + timedelta(days=day) for day in range(1, 300)]
    left = [TUESDAY + timedelta(days=day) for day in range(0, 304, every_days)]
    team = small_team(
        root,
        people=PEOPLE,
        model={"rhythm": {"release": TRAIN}},
        pulls=[{"opened_at": str(day), "merged_at": f"{day}T08:00:00Z"} for day in merged],
        releases=[
            {"tag": f"v1.{number}.0", "published_at": f"{day} 12:00"}
            for number, day in enumerate(left)
        ],
    )
    found = team.build().proposals
    return next(said for said in found if said["path"] == "rhythm.release.every")


def test_slower_train_is_replayed_on_the_merges_of_the_year(tmp_path: Path) -> None:
    said = proposed_train(tmp_path, 21)

    assert said["proposed"] == "3 weeks"
    assert "merges of the last year half would have been released within 10 d" in said["what_if"]
    assert "releases instead of" in said["what_if"]
