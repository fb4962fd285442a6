"""A proposal about duty says what it would have meant for the last cycles."""

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
