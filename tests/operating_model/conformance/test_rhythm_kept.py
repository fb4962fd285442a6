"""Triage when it should be, and the retrospective."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, comments, events, issues, people
from metrics.views import LONG
from operating_model.conformance.observing import observed, told

from opsreview.operating_model.conformance import Held, Observed
from opsreview.operating_model.conformance.rhythm import retrospective_row, triage_row
from opsreview.operating_model.document import OperatingModel
from opsreview.window import Window
from opsreview.working_time import WorkingCalendar

Load = Callable[[str], OperatingModel]
WEEKDAY = "rhythm: {triage: {every: weekday, by: lead}}\nroles: {lead: {owner: ada, deputy: ben}}\n"
WEEKLY = WEEKDAY.replace("weekday", "week")
OCTOBERS_RETRO = "rhythm: {retrospective: {every: month, by: ada}}\n"


def asked(*moments: str) -> pl.DataFrame:
    return issues(*({"opened_at": f"2026-10-{moment}"} for moment in moments))


def answered(*days: tuple[int, str, str]) -> pl.DataFrame:
    return comments(
        *(
            {"number": number, "author": who, "created_at": f"2026-10-{moment}"}
            for number, who, moment in days
        )
    )


def triage(model: OperatingModel, seen: Observed) -> Held:
    row = triage_row(model, seen)
    assert row is not None
    return row


def test_day_counts_only_where_something_new_was_waiting(model_of: Load) -> None:
    seen = observed(
        issues=asked("05 09:00", "07 09:00"),
        comments=answered((1, "ada", "05 10:00"), (2, "dev", "07 11:00")),
    )

    row = triage(model_of(WEEKDAY), seen)

    assert row.says == "Triage every weekday, by lead"
    assert told(row)[:2] == (
        "holds",
        "2 of 2 weekdays with something new; 1 by who is named for it",
    )
    assert row.estimate is not None
    assert (row.estimate.value, row.estimate.n) == (1.0, 2)


def test_issue_untouched_makes_two_days_wait_and_then_is_new_no_more(model_of: Load) -> None:
    row = triage(model_of(WEEKDAY), observed(issues=asked("06 09:00")))

    assert told(row) == (
        "cannot tell",
        "0 of 2 weekdays with something new; 0 by who is named for it",
        "fewer than 5 are too few to tell",
    )


def test_triage_that_is_missed_again_and_again_drifts(model_of: Load) -> None:
    row = triage(model_of(WEEKDAY), observed(issues=asked("05 09:00", "07 09:00", "12 09:00")))

    assert told(row) == (
        "drifts",
        "0 of 6 weekdays with something new; 0 by who is named for it",
        "fewer than four in five times",
    )


def test_issue_of_the_afternoon_is_for_the_next_day(model_of: Load) -> None:
    seen = observed(issues=asked("06 15:00"), comments=answered((1, "ada", "07 09:00")))

    assert told(triage(model_of(WEEKDAY), seen))[:2] == (
        "holds",
        "1 of 1 weekday with something new; 1 by who is named for it",
    )


def test_issue_of_the_weekend_waits_for_monday(model_of: Load) -> None:
    seen = observed(issues=asked("10 09:00"), comments=answered((1, "ada", "12 09:00")))

    assert "1 of 1 weekday" in triage(model_of(WEEKDAY), seen).happened


def test_holiday_of_everyone_is_no_day_for_triage(model_of: Load) -> None:
    spain = {"ada": WorkingCalendar(ZoneInfo("UTC"), holidays="ES")}  # 12 October
    seen = observed(issues=asked("10 09:00"), calendars=spain)

    assert "0 of 1 weekday" in triage(model_of(WEEKDAY), seen).happened


def test_issue_of_the_team_or_a_bot_is_nothing_new(model_of: Load) -> None:
    seen = observed(issues=issues({"author": "ada"}, {"author": "helper[bot]"}))

    row = triage(model_of(WEEKDAY), seen)

    assert told(row)[::2] == ("cannot tell", "nothing new came in for any of 22 weekdays")


def test_bots_label_is_no_triage_but_a_members_is(model_of: Load) -> None:
    label = {"event": "labeled", "label": "bug", "created_at": "2026-10-06 10:00"}
    opened = asked("06 09:00")
    by_bot = observed(issues=opened, events=events(label | {"actor": "helper[bot]"}))
    by_ben = observed(issues=opened, events=events(label | {"actor": "ben"}))

    assert triage(model_of(WEEKDAY), by_bot).happened.startswith("0 of 2 weekdays")
    assert triage(model_of(WEEKDAY), by_ben).verdict == "holds"


def test_week_is_kept_by_one_day_of_it_and_an_unfinished_one_is_not_judged(model_of: Load) -> None:
    seen = observed(
        issues=asked("02 09:00", "09 09:00", "30 09:00"), comments=answered((1, "ada", "06 10:00"))
    )

    assert "1 of 2 weeks" in triage(model_of(WEEKLY), seen).happened


def test_days_after_as_of_are_not_judged(model_of: Load) -> None:
    seen = observed(
        as_of=at("2026-10-07"),
        issues=asked("06 09:00", "20 09:00"),
        comments=answered((1, "ada", "06 10:00"), (2, "ada", "20 10:00")),
    )

    assert "1 of 1 weekday" in triage(model_of(WEEKDAY), seen).happened


def test_part_of_the_cycle_that_is_known_is_said(model_of: Load) -> None:
    seen = observed(
        covers={"events": Window(at("2026-10-05"), LONG.end_at)},
        issues=asked("06 09:00"),
        comments=answered((1, "ada", "06 10:00")),
    )

    row = triage(model_of(WEEKDAY), seen)

    assert row.why == "at least four in five times; known from 2026-10-05 to 2026-11-01 only"


@pytest.mark.parametrize(
    ("missing", "why"),
    [("events", "no source gives events"), ("comments", "no source gives comments")],
)
def test_without_the_tables_triage_cannot_be_told(model_of: Load, missing: str, why: str) -> None:
    row = triage(model_of(WEEKDAY), observed(issues=asked("06 09:00"), without=[missing]))

    assert told(row) == ("cannot tell", "not measurable", why)


def test_without_a_team_nobody_can_be_said_to_triage(model_of: Load) -> None:
    nobody = people({"person_id": "ada", "is_team": None})

    row = triage(model_of(WEEKDAY), observed(issues=asked("06 09:00"), people=nobody))

    assert row.why == "nothing says who is in the team: list it in people.yaml"


def test_rhythm_that_is_not_declared_makes_no_row(model_of: Load) -> None:
    assert triage_row(model_of(""), observed()) is None
    assert retrospective_row(model_of(""), observed(), []) is None


@pytest.mark.parametrize(
    ("signed", "verdict", "happened"),
    [
        (None, "cannot tell", "not measurable"),
        ([], "drifts", "none is recorded"),
        ([{"on": "2026-10-05"}], "holds", "a cycle was last signed off on 2026-10-05"),
        ([{"on": date(2026, 9, 1)}], "drifts", "a cycle was last signed off on 2026-09-01"),
        ([{"on": "2026-11-20"}], "drifts", "none is recorded"),
    ],
)
def test_retrospective_is_told_by_the_last_sign_off_before_as_of(
    model_of: Load, signed: list[dict[str, Any]] | None, verdict: str, happened: str
) -> None:
    row = retrospective_row(model_of(OCTOBERS_RETRO), observed(), signed)

    assert row is not None
    assert told(row)[:2] == (verdict, happened)
    assert row.says == "A retrospective every month, by ADA"
