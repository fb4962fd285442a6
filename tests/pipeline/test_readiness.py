"""What the coming release asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dump_factory import small_team
from factories import at

MODEL: dict[str, Any] = {
    "roles": {"release-manager": {"owner": "ada", "deputy": "ben", "does": "releases"}},
    "rhythm": {
        "release": {
            "every": "2 weeks",
            "on": "tuesday",
            "starting": "2026-09-15",
            "by": "release-manager",
            "freezes": [{"from": "2026-11-20", "to": "2026-11-30", "why": "the fair"}],
        }
    },
    "docs": {"guide": {"path": "docs/guide.md", "owner": "ben", "fresh_for": "12 weeks"}},
}


RELEASED = ("2026-09-15 10:00", "2026-10-13 10:00")


def ready(
    root: Path,
    *,
    model: dict[str, Any] | None = MODEL,
    released: Sequence[str] = RELEASED,
    events: Sequence[dict[str, Any]] = (),
    as_of: datetime | None = None,
    **labels: list[str],
) -> Any:
    team = small_team(
        root,
        people={"ada": {}, "ben": {}},
        model=model,
        review={"labels": labels, "privacy": {"names": "shown"}},
        issues=[
            {"opened_at": "2026-10-05 08:00", "labels": ["Release-Blocker"]},
            {"opened_at": "2026-10-06 08:00", "labels": ["bug"]},
            {
                "opened_at": "2026-10-07 08:00",
                "labels": ["release-blocker"],
                "closed_at": "2026-10-09 08:00",
            },
        ],
        pulls=[{"opened_at": "2026-10-10 08:00", "merged_at": "2026-10-20 08:00"}],
        releases=[{"tag": f"v1.{n}.0", "published_at": at} for n, at in enumerate(released)],
        events=events,
    )
    return team.build(as_of=as_of).next["release"]


def slots(said: Any) -> list[str]:
    return [slot["day"] for slot in said["slots"]]


def test_coming_release_has_its_slots_owner_changes_and_pages(tmp_path: Path) -> None:
    said = ready(tmp_path)

    # Read as of November 8: the slot of the 24th lies in a freeze.
    assert [(slot["day"], slot["excused"]) for slot in said["slots"]] == [
        ("2026-11-10", None),
        ("2026-11-24", "freeze: the fair"),
        ("2026-12-08", None),
        ("2026-12-22", None),
    ]
    assert (said["owner"], said["deputy"]) == ("ada", "ben")
    assert said["unreleased_count"] == 1
    assert said["docs"] == [{"path": "docs/guide.md", "owner": "ben", "fresh_for_days": 84.0}]


def test_open_issues_with_a_blocking_label_block_it_whatever_its_case(tmp_path: Path) -> None:
    said = ready(tmp_path, blocker=["release-blocker"])

    assert said["blocker_count"] == 1
    assert [link["text"] for link in said["blockers"]] == ["#1"]


def test_blocker_that_was_closed_then_and_reopened_since_blocks_nothing(tmp_path: Path) -> None:
    events = [
        {"number": 1, "event": "closed", "created_at": "2026-10-20 08:00"},
        {"number": 1, "event": "reopened", "created_at": "2026-11-02 08:00"},
    ]
    then = ready(
        tmp_path / "then", blocker=["release-blocker"], events=events, as_of=at("2026-11-01")
    )
    now = ready(tmp_path / "now", blocker=["release-blocker"], events=events)

    assert (then["blocker_count"], now["blocker_count"]) == (0, 1)


def test_slot_of_today_is_the_next_one_until_it_has_its_release(tmp_path: Path) -> None:
    noon = at("2026-10-27 12:00")
    assert slots(ready(tmp_path / "due", as_of=noon))[0] == "2026-10-27"

    on_its_day = ready(tmp_path / "kept", released=(*RELEASED, "2026-10-27 09:00"), as_of=noon)
    assert slots(on_its_day)[0] == "2026-11-10"
    on_its_eve = ready(
        tmp_path / "eve", released=(*RELEASED, "2026-10-26 09:00"), as_of=at("2026-10-26 12:00")
    )
    assert slots(on_its_eve)[0] == "2026-11-10"


def test_without_a_blocking_label_blockers_are_unknown_and_not_none(tmp_path: Path) -> None:
    assert ready(tmp_path)["blockers"] is None


def test_without_a_declared_train_there_is_no_coming_release(tmp_path: Path) -> None:
    assert ready(tmp_path, model=None) is None
