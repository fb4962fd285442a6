"""What recurs: release days, turns of duty, weekdays of triage, labels."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import factories as made
import pytest

from opsreview.metrics.habits import days_at_work, label_families, release_habit, rota_habit
from opsreview.metrics.work import deeds

YEAR = made.window("2026-01-01", "2027-01-01")
MADRID = ZoneInfo("Europe/Madrid")


def weekly(*people: str) -> list[dict[str, str]]:
    mondays = [f"2026-{month:02}-{day:02}" for month, day in MONDAYS[: len(people) + 1]]
    return [
        {"person": who, "start_at": f"{start} 07:00", "end_at": f"{end} 07:00"}
        for who, start, end in zip(people, mondays, mondays[1:], strict=False)
    ]


MONDAYS = [(6, 1), (6, 8), (6, 15), (6, 22), (6, 29), (7, 6), (7, 13), (7, 20), (7, 27), (8, 3)]


def test_releases_on_every_second_tuesday_are_seen_as_such():
    days = ["2026-09-01", "2026-09-15", "2026-09-29", "2026-10-14"]
    found = release_habit(
        made.releases(*({"published_at": day} for day in days)), window=YEAR, zone=MADRID
    )
    assert found is not None
    assert found.gaps_days == (14, 14, 15)
    assert (found.weekday, found.on_weekday_count, found.count) == ("tuesday", 3, 4)
    assert found.last_on_weekday == date(2026, 9, 29)


def test_the_weekday_of_a_release_is_the_teams_own():
    late = made.releases({"published_at": "2026-09-01 22:30"})
    found = release_habit(late, window=YEAR, zone=MADRID)
    assert found is not None
    assert (found.weekday, found.gaps_days) == ("wednesday", ())


def test_hotfixes_and_prereleases_alone_are_no_habit():
    off_train = made.releases({"kind": "hotfix"}, {"kind": "prerelease"})
    assert release_habit(off_train, window=YEAR, zone=MADRID) is None


@pytest.mark.parametrize(
    ("turns", "order", "is_steady"),
    [
        (("ada", "ben", "cleo", "ada", "ben", "cleo"), ("ada", "ben", "cleo"), True),
        (("ada", "ben", "ada", "cleo") * 2, ("ada", "ben", "ada", "cleo"), True),
        (("ada", "ada", "ada"), ("ada",), True),
        (("ada", "ben", "ben", "cleo", "ada"), ("ada", "ben", "cleo"), False),
        (("ada",), ("ada",), False),
    ],
)
def test_the_order_of_a_rota_is_the_shortest_run_that_repeats(turns, order, is_steady):
    found = rota_habit(made.shifts(*weekly(*turns)), window=YEAR, zone=MADRID)
    assert found is not None
    assert (found.order, found.is_steady) == (order, is_steady)
    assert (found.days, found.handover, found.turn_count) == (7, "monday 09:00", len(turns))


def test_turns_that_begin_at_any_time_have_no_handover():
    turns = made.shifts(
        {}, {"person": "ben", "start_at": "2026-10-09 03:00", "end_at": "2026-10-12"}
    )
    found = rota_habit(turns, window=YEAR, zone=MADRID)
    assert found is not None
    assert found.handover is None


def test_no_turns_are_no_rota():
    assert rota_habit(made.shifts(), window=YEAR, zone=MADRID) is None
    secondary = made.shifts({"role": "secondary"})
    assert rota_habit(secondary, window=YEAR, zone=MADRID) is None


def test_weekends_are_no_weekdays_of_work():
    frames = {
        "issues": made.issues({}, {}),
        "comments": made.comments(
            {"created_at": "2026-10-02 12:00"}, {"number": 2, "created_at": "2026-10-03 12:00"}
        ),
        "events": made.events(),
        "pull_requests": made.pull_requests(),
        "reviews": made.reviews(),
        "releases": made.releases(),
    }
    done = deeds(frames, window=YEAR, people={"ada"})
    days = days_at_work(done, "triage", window=YEAR, zone=MADRID)
    assert days == {date(2026, 10, 2)}


def test_labels_stand_together_by_their_beginning_and_lonely_ones_apart():
    labels = [["area/a", "prio: 1"], ["area/b", "prio: 2"], ["area/b", "solo/x", "bug"]]
    items = made.issues(*({"labels": each} for each in labels))
    assert label_families(items, window=YEAR) == {
        "area/": [("area/b", 2), ("area/a", 1)],
        "prio: ": [("prio: 1", 1), ("prio: 2", 1)],
        "": [("bug", 1), ("solo/x", 1)],
    }


def test_issues_without_labels_or_with_unknown_ones_have_no_families():
    assert label_families(made.issues({"labels": []}, {"labels": None}), window=YEAR) == {}
