"""What the coming release asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dump_factory import small_team

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


def ready(root: Path, *, model: dict[str, Any] | None = MODEL, **labels: list[str]) -> Any:
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
        releases=[
            {"tag": "v1.0.0", "published_at": "2026-09-15 10:00"},
            {"tag": "v1.1.0", "published_at": "2026-10-13 10:00"},
        ],
    )
    return team.build().next["release"]


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


def test_without_a_blocking_label_blockers_are_unknown_and_not_none(tmp_path: Path) -> None:
    assert ready(tmp_path)["blockers"] is None


def test_without_a_declared_train_there_is_no_coming_release(tmp_path: Path) -> None:
    assert ready(tmp_path, model=None) is None
