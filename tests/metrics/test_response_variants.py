"""What stands beside the time to a first answer: the team's own, working hours, the naive one."""

from zoneinfo import ZoneInfo

from factories import at, comments, issues, people

from metrics.views import stated, view
from opsreview.metrics.first_response import first_response_measured, responses_of_rows
from opsreview.working_time import WorkingCalendar

NOON = "2026-10-03 12:00"


def test_median_by_team_stands_beside_that_of_anybody() -> None:
    # An outsider answers after 1 h and the team after 5; another's issue only the outsider.
    opened = [{"opened_at": NOON}] * 2
    said = comments(
        {"author": "sol", "created_at": "2026-10-03 13:00"},
        {"author": "ada", "created_at": "2026-10-03 17:00"},
        {"number": 2, "author": "sol", "created_at": "2026-10-03 14:00"},
    )
    parts = stated(first_response_measured(view(issues=issues(*opened), comments=said)))

    assert (parts["median"].value, parts["median"].n_censored) == (1, 0)
    assert (parts["median_by_team"].value, parts["median_by_team"].n_censored) == (5, 1)


def test_without_a_team_only_its_own_answers_cannot_be_told() -> None:
    parts = stated(
        first_response_measured(
            view(
                issues=issues({"opened_at": NOON}),
                comments=comments({"created_at": "2026-10-03 13:00"}),
                people=people({"person_id": "ada", "is_team": None}),
            )
        )
    )

    unknown = {name for name, part in parts.items() if part.value is None}
    assert unknown == {"median_by_team", "median_working_hours_by_team"}
    assert "people.yaml" in str(parts["median_by_team"].reason)


def test_working_hours_leave_out_nights_and_weekends_and_say_whose_they_are() -> None:
    # Opened on Friday at 16:00 in Madrid, answered on Monday at 10:00 there.
    madrid = WorkingCalendar(ZoneInfo("Europe/Madrid"))
    found = view(
        issues=issues({"opened_at": "2026-10-02 14:00"}),
        comments=comments({"created_at": "2026-10-05 08:00"}),
        calendars={"ada": madrid},
    )
    parts = stated(first_response_measured(found))

    assert parts["median"].value == 66
    working = parts["median_working_hours"]
    assert (working.value, working.unit) == (2, "working_hours")
    assert working.method.endswith("in hours in which anybody of the team works")
    assert parts["median_working_hours_by_team"].value == 2


def test_waiting_in_working_hours_is_censored_like_any_wait() -> None:
    # Opened on Monday at 9 and read on Tuesday at 12: 11 working hours without an answer.
    found = view(issues=issues({"opened_at": "2026-10-05 09:00"}), as_of=at("2026-10-06 12:00"))
    working = stated(first_response_measured(found))["median_working_hours"]

    assert (working.value, working.n_censored) == (None, 1)
    assert working.reason == "half not reached within 11 working h of follow-up"
    assert "plain week" in working.method


def test_what_the_answered_alone_would_say_is_named_so_and_differs() -> None:
    # One of three was answered, after an hour: half of all has not been.
    parts = stated(
        first_response_measured(
            view(
                issues=issues(*[{"opened_at": NOON}] * 3),
                comments=comments({"created_at": "2026-10-03 13:00"}),
            )
        )
    )

    naive = parts["median_of_answered"]
    assert parts["median"].value is None
    assert (naive.value, naive.n, naive.lower, naive.upper) == (1, 1, None, None)
    assert "answered alone" in naive.method


def test_nobody_answered_is_no_answer_within_zero_hours() -> None:
    naive = stated(first_response_measured(view(issues=issues({}))))["median_of_answered"]

    assert (naive.value, naive.n, naive.reason) == (None, 0, "no issue was answered")


def test_some_of_the_rows_give_the_estimates_over_them() -> None:
    measured = first_response_measured(
        view(
            issues=issues({"opened_at": NOON}, {"opened_at": NOON}),
            comments=comments({"created_at": "2026-10-03 13:00"}),
        )
    )

    some = {part.statistic: part for part in responses_of_rows(measured.rows.head(1))}
    assert set(some) == set(stated(measured))
    assert (some["median"].value, some["median"].n) == (1, 1)
    none = responses_of_rows(measured.rows.clear())
    assert {(part.value, part.n) for part in none} == {(None, 0)}
