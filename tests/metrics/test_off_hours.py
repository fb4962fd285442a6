"""What people did outside of their own working hours."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from factories import comments, issues, people

from metrics.views import stated, value, view
from opsreview.metrics.off_hours import off_hours_measured
from opsreview.metrics.view import View
from opsreview.working_time import WorkingCalendar

CALENDARS = {
    "ada": WorkingCalendar(ZoneInfo("Europe/Madrid")),
    "dev": WorkingCalendar(ZoneInfo("Asia/Kolkata")),
}
TEAM = people({"person_id": "ada"}, {"person_id": "dev"})


def said(*lines: tuple[str, str]) -> View:
    rows = [{"author": person, "created_at": moment} for person, moment in lines]
    return view(
        issues=issues({"author": "zoe"}), comments=comments(*rows), people=TEAM, calendars=CALENDARS
    )


def test_each_is_placed_in_their_own_day() -> None:
    # 18:30 UTC of a Wednesday is 20:30 in Madrid and midnight in Kolkata.
    measured = off_hours_measured(
        said(("ada", "2026-10-07 10:00"), ("ada", "2026-10-07 18:30"), ("dev", "2026-10-07 18:30"))
    )

    assert [
        value(measured, "count", f"day_part:{part}") for part in ("working", "off_hours", "sleep")
    ] == [1, 1, 1]
    assert (stated(measured)["share"].value, stated(measured)["share"].n) == (2 / 3, 3)


def test_a_night_with_several_traces_is_one_night() -> None:
    measured = off_hours_measured(
        said(("ada", "2026-10-07 21:00"), ("ada", "2026-10-08 02:00"), ("ada", "2026-10-08 21:00"))
    )

    assert value(measured, "nights") == 2


def test_few_traces_of_a_person_are_not_told_apart() -> None:
    lines = [("ada", f"2026-10-{day:02} 10:00") for day in range(5, 15)]
    measured = off_hours_measured(said(*lines, ("dev", "2026-10-07 10:00")))

    assert stated(measured, "person:ada")["share"].n == 10
    assert not stated(measured, "person:dev")


def test_without_a_team_or_its_hours_nothing_is_told() -> None:
    nobody = people({"person_id": "ada", "is_team": None, "share": None})

    assert stated(off_hours_measured(view(people=nobody)))["share"].reason == (
        "nothing says who is in the team: list it in people.yaml"
    )
    assert stated(off_hours_measured(view(people=TEAM)))["share"].reason == (
        "nothing says when the team works: list it in people.yaml"
    )
