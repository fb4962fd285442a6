"""When issues arrive, against when the team is at work."""

from datetime import date, time
from zoneinfo import ZoneInfo

import polars as pl
from factories import at, comments, events, issues, people, reviews, window

from metrics.views import stated, value, view
from opsreview.metrics.arrivals import acts_measured, arrivals_measured, hours_at_work
from opsreview.working_time import WorkingCalendar

UTC = ZoneInfo("UTC")
MADRID = ZoneInfo("Europe/Madrid")
PLAIN = WorkingCalendar(UTC)  # Monday to Friday, 09:00 to 17:00
WORKING = "share_in_working_hours"
TEAM = people({"person_id": "ada"}, {"person_id": "ben"})


def opened(*moments: str) -> pl.DataFrame:
    return issues(*({"opened_at": moment} for moment in moments))


def test_an_hour_belongs_to_work_from_its_start_to_before_its_end() -> None:
    edges = ("2026-10-05 08:59", "2026-10-05 09:00", "2026-10-05 16:59", "2026-10-05 17:00")
    measured = arrivals_measured(view(issues=opened(*edges), calendars={"ada": PLAIN}))
    assert measured.rows["is_in_working_hours"].to_list() == [False, True, True, False]
    assert value(measured, WORKING) == 0.5
    assert stated(measured)[WORKING].method == "Wilson 95 %"


def test_somebody_at_work_is_enough_each_in_their_own_zone() -> None:
    early = WorkingCalendar(ZoneInfo("Asia/Tokyo"), start=time(9), end=time(17))  # 00:00 UTC on
    moments = opened("2026-10-05 03:00", "2026-10-05 12:00", "2026-10-05 20:00")
    measured = arrivals_measured(view(issues=moments, calendars={"ada": PLAIN, "ben": early}))
    assert measured.rows["is_in_working_hours"].to_list() == [True, True, False]


def test_a_long_day_is_not_cut_by_a_shorter_one_that_began_later() -> None:
    short = WorkingCalendar(UTC, start=time(10), end=time(11))
    calendars = {"ada": PLAIN, "ben": short}
    measured = arrivals_measured(view(issues=opened("2026-10-05 15:00"), calendars=calendars))
    assert value(measured, WORKING) == 1


def test_holidays_and_weekends_are_no_work() -> None:
    spain = WorkingCalendar(MADRID, holidays="ES")
    moments = opened("2026-10-12 10:00", "2026-10-10 10:00", "2026-10-13 10:00")
    measured = arrivals_measured(view(issues=moments, calendars={"ada": spain}, zone=MADRID))
    by_day = dict(measured.rows.select("number", "is_in_working_hours").rows())
    assert by_day == {1: False, 2: False, 3: True}


def test_hours_of_sleep_are_never_working_hours() -> None:
    late = WorkingCalendar(UTC, start=time(6), end=time(23))
    moments = opened("2026-10-05 07:00", "2026-10-05 08:00", "2026-10-05 22:00")
    measured = arrivals_measured(view(issues=moments, calendars={"ada": late}))
    assert measured.rows["is_in_working_hours"].to_list() == [False, True, False]


def test_who_has_left_or_not_yet_joined_is_not_at_work() -> None:
    moved = people(
        {"person_id": "ada", "joined_on": date(2026, 10, 6), "left_on": date(2026, 10, 8)}
    )
    october = window("2026-10-05", "2026-10-10")
    found = hours_at_work({"ada": PLAIN}, moved, window=october)
    assert [start.day for start in found["start_at"]] == [6, 7]


def test_calendars_of_people_outside_the_team_do_not_count() -> None:
    measured = arrivals_measured(view(issues=opened("2026-10-05 10:00"), calendars={"rae": PLAIN}))
    assert value(measured, WORKING) is None
    assert "people.yaml" in (stated(measured)[WORKING].reason or "")


def test_weekday_and_hour_are_the_teams_across_the_change_of_clocks() -> None:
    moments = opened("2026-10-24 22:30", "2026-10-25 22:30")  # summer time ends in between
    measured = arrivals_measured(view(issues=moments, zone=MADRID))
    assert measured.rows.select("weekday", "hour").rows() == [("sun", 0), ("sun", 23)]


def test_arrivals_after_as_of_have_not_happened() -> None:
    seen = view(issues=opened("2026-10-05", "2026-10-20"), as_of=at("2026-10-10"))
    assert value(arrivals_measured(seen), "count") == 1


def test_curves_hold_every_arrival_once() -> None:
    moments = opened("2026-10-05 09:10", "2026-10-12 09:50", "2026-10-06 09:00")
    (curve,) = arrivals_measured(view(issues=moments)).curves()
    assert curve.select("group", "hours", "value").rows() == [
        ("weekday:mon", 9.0, 2.0),
        ("weekday:tue", 9.0, 1.0),
    ]


def test_acts_are_the_teams_words_reviews_and_changes_alone() -> None:
    when = "2026-10-05 10:00"
    measured = acts_measured(
        view(
            comments=comments(
                *({"author": who, "created_at": when} for who in ("ada", "rae", "x[bot]", "ghost"))
            ),
            reviews=reviews({"submitted_at": when}, {"author": None, "submitted_at": when}),
            events=events(
                {"event": "labeled", "created_at": when},
                {"event": "mentioned", "created_at": when},
                {"event": "labeled", "actor": "rae", "created_at": when},
            ),
            people=TEAM,
            calendars={"ada": PLAIN},
        )
    )
    assert value(measured, "count") == 3
    assert value(measured, WORKING) == 1


def test_acts_of_an_unknown_team_are_unknown_and_not_none() -> None:
    nobody = people({"person_id": "rae", "is_team": None, "share": None})
    measured = acts_measured(view(comments=comments({}), people=nobody))
    assert value(measured, "count") is None
