"""Releases outside of working hours, on Fridays, at night, in a freeze; hotfixes in chains."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from factories import TEAM, at, releases

from metrics.views import OCTOBER, stated, value, view
from opsreview.cadence import Cadence
from opsreview.metrics.hotfixes import chains_measured, hotfix_chains
from opsreview.metrics.release_hours import release_hours_measured
from opsreview.metrics.view import Measured, Targets
from opsreview.train import Freeze, Train
from opsreview.working_time import WorkingCalendar

UTC_ZONE, TOKYO = ZoneInfo("UTC"), ZoneInfo("Asia/Tokyo")
FAIR = Freeze(date(2026, 10, 12), date(2026, 10, 14), "the fair")
IN_UTC = {TEAM[0]: WorkingCalendar(UTC_ZONE)}


def train(*freezes: Freeze) -> Train:
    return Train(Cadence(2, "week", "2 weeks"), date(2026, 9, 1), UTC_ZONE, freezes)


def measured(*rows: dict[str, Any], declared: Train | None = None, **more: Any) -> Measured:
    told = {"calendars": IN_UTC, "targets": Targets(72.0, train=declared), **more}
    return release_hours_measured(view(releases=releases(*rows), **told))


# When


@pytest.mark.parametrize(
    ("published_at", "outside", "friday", "night"),
    [
        ("2026-10-06 10:00", 0, 0, 0),  # a Tuesday
        ("2026-10-06 17:00", 1, 0, 0),
        ("2026-10-06 22:00", 1, 0, 1),
        ("2026-10-09 10:00", 0, 1, 0),  # a Friday
        ("2026-10-10 10:00", 1, 0, 0),  # a Saturday
    ],
)
def test_release_is_placed_in_the_day_of_who_published_it(
    published_at: str, outside: int, friday: int, night: int
) -> None:
    found = measured({"published_at": published_at})

    names = ("share", "share_on_friday", "share_at_night")
    assert [value(found, name) for name in names] == [outside, friday, night]


def test_each_releaser_has_their_own_zone_and_a_robot_the_team_s() -> None:
    # Thursday evening in UTC is Friday morning in Tokyo.
    evening = {"published_at": "2026-10-08 23:30"}
    calendars = {**IN_UTC, TEAM[1]: WorkingCalendar(TOKYO, start=at("2026-10-08 08:00").time())}
    rows = measured(
        evening,
        evening | {"author": TEAM[1]},
        evening | {"author": "publisher[bot]", "author_kind": "bot"},
        evening | {"author": None},
        calendars=calendars,
    ).rows

    assert rows["day_part"].to_list() == ["sleep", "working", "sleep", "sleep"]
    assert rows["weekday"].to_list() == [3, 4, 3, 3]
    assert rows["person"].to_list() == [TEAM[0], TEAM[1], None, None]


def test_hotfixes_count_and_prereleases_drafts_and_moving_tags_do_not() -> None:
    late = {"published_at": "2026-10-06 20:00"}
    found = measured(
        late,
        late | {"kind": "hotfix"},
        late | {"is_draft": True},
        *(late | {"kind": kind} for kind in ("prerelease", "nightly", "moving", "other")),
    )

    assert found.rows["kind"].to_list() == ["stable", "hotfix"]
    share = stated(found)["share"]
    assert (share.value, share.n, share.method) == (1.0, 2, "Wilson 95 %")


def test_twelve_months_are_looked_at_and_nothing_after_the_window() -> None:
    known = ("2025-10-31", "2025-11-01", "2026-10-31", "2026-11-01")
    found = measured(*({"published_at": f"{day} 12:00"} for day in known))

    assert found.rows["at"].to_list() == [at("2025-11-01 12:00"), at("2026-10-31 12:00")]


def test_without_a_list_of_people_the_plain_week_is_said() -> None:
    found = measured({"published_at": "2026-10-06 10:00"}, calendars={})

    share = stated(found)["share"]
    assert (share.value, share.n) == (0.0, 1)
    assert share.reason == (
        "nobody's working hours are listed: Monday to Friday, 9 to 17, of the team's zone"
    )


def test_no_release_is_not_measurable() -> None:
    assert {part.value for part in measured().estimates} == {None}


# In a freeze


def test_stable_release_in_a_freeze_is_counted_and_a_hotfix_is_allowed() -> None:
    found = measured(
        {"published_at": "2026-10-11 10:00"},
        {"published_at": "2026-10-14 23:00"},
        {"published_at": "2026-10-13 10:00", "kind": "hotfix"},
        declared=train(FAIR),
    )

    frozen = stated(found)["share_in_freeze"]
    assert (frozen.value, frozen.n) == (0.5, 2)
    assert found.rows["freeze"].to_list() == [None, "freeze: the fair", "freeze: the fair"]


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        (None, "the model declares no release train: write rhythm.release"),
        (train(), "no freeze that the model declares lies in the twelve months to the cycle's end"),
        (
            train(Freeze(date(2026, 12, 21), date(2027, 1, 6))),
            "no freeze that the model declares lies in the twelve months to the cycle's end",
        ),
    ],
)
def test_without_a_freeze_in_the_twelve_months_nothing_is_said_of_any(
    declared: Train | None, reason: str
) -> None:
    found = measured({"published_at": "2026-10-06 10:00"}, declared=declared)

    frozen = stated(found)["share_in_freeze"]
    assert (frozen.value, frozen.reason) == (None, reason)
    assert found.rows["freeze"].to_list() == [None]


# Hotfixes that needed another


def line(*kinds_and_days: tuple[str, str], name: str = "1.1") -> list[dict[str, Any]]:
    return [
        {"kind": kind, "published_at": f"2026-10-{day}", "line": name, "tag": f"v{name}.{place}"}
        for place, (kind, day) in enumerate(kinds_and_days)
    ]


def test_hotfixes_that_follow_each_other_on_a_line_are_a_chain() -> None:
    known = releases(*line(("stable", "01"), ("hotfix", "02"), ("hotfix", "04"), ("hotfix", "05")))

    (chain,) = hotfix_chains(known, window=OCTOBER).rows(named=True)

    assert (chain["after_tag"], chain["hotfix_count"]) == ("v1.1.0", 3)
    assert chain["tags"] == ["v1.1.1", "v1.1.2", "v1.1.3"]
    assert (chain["began_at"], chain["ended_at"]) == (at("2026-10-02"), at("2026-10-05"))


def test_stable_release_between_and_another_line_end_a_chain() -> None:
    known = releases(
        *line(("stable", "01"), ("hotfix", "02"), ("hotfix", "20")),
        *line(("stable", "10"), ("hotfix", "11"), name="1.2"),
    )

    assert hotfix_chains(known, window=OCTOBER)["hotfix_count"].to_list() == [1, 1, 1]


def test_prerelease_between_ends_no_chain() -> None:
    known = releases(*line(("hotfix", "02"), ("prerelease", "03"), ("hotfix", "04")))

    (chain,) = hotfix_chains(known, window=OCTOBER).rows(named=True)

    assert (chain["hotfix_count"], chain["after_tag"]) == (2, None)


def test_each_repository_has_its_own_chains() -> None:
    other = [row | {"repo": "team/other"} for row in line(("hotfix", "03"))]
    known = releases(*line(("hotfix", "02"), ("hotfix", "04")), *other)

    assert hotfix_chains(known, window=OCTOBER)["hotfix_count"].to_list() == [1, 2]


def test_chains_are_counted_from_two_hotfixes_on_and_the_longest_is_told() -> None:
    known = [
        *line(("stable", "01"), ("hotfix", "02"), ("hotfix", "03")),
        *line(("stable", "10"), ("hotfix", "11"), name="1.2"),
    ]
    found = chains_measured(view(releases=releases(*known)))

    assert (value(found, "count"), value(found, "longest")) == (1, 2)
    assert found.rows.height == 2


def test_no_hotfix_is_no_chain_and_has_no_longest() -> None:
    found = stated(chains_measured(view(releases=releases({}))))

    assert found["count"].value == 0
    assert found["longest"].reason == "no hotfix in the twelve months to the cycle's end"
