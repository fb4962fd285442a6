from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from factories import at

from opsreview.errors import ParamsError
from opsreview.working_time import WorkingCalendar

MADRID = WorkingCalendar(ZoneInfo("Europe/Madrid"))


@pytest.mark.parametrize(
    ("local", "part"),
    [
        ("07:59:59", "sleep"),
        ("08:00", "off_hours"),
        ("08:59:59", "off_hours"),
        ("09:00", "working"),
        ("16:59:59", "working"),
        ("17:00", "off_hours"),
        ("21:59:59", "off_hours"),
        ("22:00", "sleep"),
        ("00:00", "sleep"),
    ],
)
def test_parts_of_a_working_day_begin_at_their_first_second(local, part):
    assert MADRID.day_part(at(f"2026-10-07T{local}+02:00")) == part


def test_weekend_is_off():
    assert MADRID.day_part(at("2026-10-10 10:00")) == "off_hours"


def test_moment_is_seen_in_the_persons_own_zone():
    moment = at("2026-10-07 14:00")
    kolkata = WorkingCalendar(ZoneInfo("Asia/Kolkata"))
    auckland = WorkingCalendar(ZoneInfo("Pacific/Auckland"))
    assert MADRID.day_part(moment) == "working"
    assert kolkata.day_part(moment) == "off_hours"
    assert auckland.day_part(moment) == "sleep"


def test_hours_follow_the_clock_when_it_changes():
    assert MADRID.day_part(at("2026-10-23 07:00")) == "working"  # nine o'clock in summer
    assert MADRID.day_part(at("2026-10-26 07:00")) == "off_hours"  # eight in winter


def test_sleep_wins_over_working_hours():
    early = WorkingCalendar(ZoneInfo("UTC"), start=time(6), end=time(23))
    assert early.day_part(at("2026-10-07 07:00")) == "sleep"
    assert early.day_part(at("2026-10-07 22:30")) == "sleep"
    assert early.day_part(at("2026-10-07 21:30")) == "working"


def test_weekdays_are_the_ones_declared():
    weekend = WorkingCalendar(ZoneInfo("UTC"), weekdays=(5, 6))
    assert weekend.day_part(at("2026-10-10 10:00")) == "working"
    assert weekend.day_part(at("2026-10-07 10:00")) == "off_hours"


def test_public_holiday_of_the_persons_country_is_off():
    spain = WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES")
    assert spain.day_part(at("2026-10-12 10:00")) == "off_hours"
    assert MADRID.day_part(at("2026-10-12 10:00")) == "working"


def test_public_holiday_of_a_region_is_off_there_alone():
    madrid = WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES-MD")
    spain = WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES")
    assert madrid.day_part(at("2025-05-02 10:00")) == "off_hours"
    assert spain.day_part(at("2025-05-02 10:00")) == "working"


def test_holiday_begins_at_the_persons_midnight():
    new_york = WorkingCalendar(ZoneInfo("America/New_York"), holidays="US")
    assert new_york.day_part(at("2026-12-25 23:00")) == "off_hours"  # still Christmas there
    assert new_york.day_part(at("2026-12-24 15:00")) == "working"


@pytest.mark.parametrize("holidays", ["XX", "ES-XX", "Spain, Madrid"])
def test_holidays_of_no_known_country_are_refused_with_the_value(holidays):
    nowhere = WorkingCalendar(ZoneInfo("UTC"), holidays=holidays)
    with pytest.raises(ParamsError, match=f"holidays: '{holidays}' .* write it like ES or ES-MD"):
        nowhere.day_part(at("2026-10-07 10:00"))


def test_day_is_worked_on_within_the_week_and_off_its_holidays():
    spain = WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES")
    days = [date(2026, 10, 9), date(2026, 10, 10), date(2026, 10, 12)]
    assert [spain.works_on(day) for day in days] == [True, False, False]
