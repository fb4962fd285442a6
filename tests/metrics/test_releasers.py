"""On how few people the releases of a year rest."""

from __future__ import annotations

from typing import Any

from factories import TEAM, releases

from metrics.views import stated, value, view
from opsreview.metrics.releasers import releasers_measured
from opsreview.metrics.view import Measured


def measured(*rows: dict[str, Any], **more: Any) -> Measured:
    return releasers_measured(view(releases=releases(*rows), **more))


def published(day: str, by: str, **more: Any) -> dict[str, Any]:
    return {"published_at": f"2026-{day} 12:00", "author": by, **more}


def test_fewest_people_who_published_half_are_counted_over_a_year() -> None:
    days = ("01-10", "03-10", "05-10", "07-10", "10-10")
    by = (TEAM[0], TEAM[0], TEAM[1], TEAM[0], TEAM[2])
    found = measured(*map(published, days, by), published("10-11", TEAM[1], kind="prerelease"))

    assert value(found, "count") == 1
    assert value(found, "top_share") == 3 / 5
    assert value(found, "top_two_share") == 4 / 5
    assert stated(found)["count"].n == 5


def test_release_of_a_robot_or_of_nobody_known_is_left_out_and_counted() -> None:
    robot = {"author": "robot[bot]", "author_kind": "bot"}
    nobody = {"published_at": "2026-10-03 12:00", "author": None, "author_kind": None}
    found = measured(
        published("10-01", TEAM[0]), {"published_at": "2026-10-02 12:00", **robot}, nobody
    )

    assert value(found, "count") == 1
    assert stated(found)["count"].n == 1
    assert stated(found)["count"].n_excluded == 2


def test_robots_alone_tell_nothing_of_people() -> None:
    robot = {"published_at": "2026-10-02 12:00", "author": "robot[bot]", "author_kind": "bot"}
    found = stated(measured(robot))["top_share"]
    assert found.value is None
    assert found.reason is not None
    assert "tells which person published it" in found.reason
