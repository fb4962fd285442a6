"""Who had the last word on what is open."""

import polars as pl
import pytest
from factories import at, comments, events, issues, people, spells

from metrics.views import stated, value, view
from opsreview.metrics.waiting import waiting_measured, waiting_on_team

NOW = at("2026-10-11")


def waiting(
    opened: pl.DataFrame, said: pl.DataFrame | None = None, happened: pl.DataFrame | None = None
) -> list[tuple[int, float, bool]]:
    rows = waiting_on_team(
        opened, comments() if said is None else said, spells(opened, happened), as_of=NOW
    )
    return rows.select("number", "waiting_hours", "is_answered").rows()


def test_opening_an_issue_is_its_authors_first_word() -> None:
    assert waiting(issues({})) == [(1, 240, False)]


def test_team_having_the_last_word_waits_for_nobody() -> None:
    said = comments({"author": "rae", "created_at": "2026-10-02"}, {"created_at": "2026-10-03"})

    assert waiting(issues({}), said) == []


def test_last_word_from_outside_starts_the_wait_anew() -> None:
    said = comments(
        {"author": "ada", "created_at": "2026-10-03"}, {"author": "sol", "created_at": "2026-10-10"}
    )

    assert waiting(issues({}), said) == [(1, 24, True)]


def test_issue_of_the_team_waits_for_nobody_until_an_outsider_speaks() -> None:
    opened = issues({"author": "ada"})

    assert waiting(opened) == []
    said = comments({"author": "rae", "created_at": "2026-10-10"})
    assert waiting(opened, said) == [(1, 24, True)]


def test_bots_and_ghosts_do_not_have_the_last_word() -> None:
    said = comments(
        {"author": "ada", "created_at": "2026-10-03"},
        {"author": "helper[bot]", "created_at": "2026-10-04"},
        {"author": "ghost", "created_at": "2026-10-05"},
    )

    assert waiting(issues({}), said) == []


def test_issue_of_a_bot_that_no_person_spoke_on_waits_for_nobody() -> None:
    assert waiting(issues({"author": "renovate[bot]"})) == []


@pytest.mark.parametrize("author", ["ghost", None])
def test_issue_whose_last_speaker_is_unknown_is_left_out(author: str | None) -> None:
    assert waiting(issues({"author": author})) == []


def test_issue_of_a_ghost_on_which_an_outsider_spoke_waits() -> None:
    said = comments({"author": "rae", "created_at": "2026-10-10"})

    assert waiting(issues({"author": "ghost"}), said) == [(1, 24, False)]


def test_closed_issues_wait_for_nobody_and_reopened_ones_do() -> None:
    opened = issues({"closed_at": "2026-10-05"}, {})
    happened = events(
        {"number": 2, "created_at": "2026-10-04"},
        {"number": 2, "created_at": "2026-10-06", "event": "reopened"},
    )

    assert waiting(opened, happened=happened) == [(2, 240, False)]


def test_what_is_said_closed_or_opened_after_as_of_does_not_count() -> None:
    opened = issues({"closed_at": "2026-10-12"}, {"opened_at": "2026-10-12"})

    assert waiting(opened, comments({"created_at": "2026-10-12"})) == [(1, 240, False)]


def test_opened_at_this_moment_waits_zero_hours() -> None:
    assert waiting(issues({"opened_at": NOW})) == [(1, 0, False)]


def test_longest_wait_comes_first() -> None:
    opened = issues({"opened_at": "2026-10-09"}, {}, {"opened_at": "2026-10-05"})

    assert [number for number, _, _ in waiting(opened)] == [2, 3, 1]


def test_nothing_waiting_is_a_count_of_zero_and_no_median() -> None:
    measured = waiting_measured(view())

    assert value(measured, "count") == 0
    assert (value(measured, "median"), stated(measured)["median"].n) == (None, 0)
    assert stated(measured)["median"].reason == "no issue waits on the team"


def test_count_and_median_of_what_waits() -> None:
    opened = issues({}, {"opened_at": "2026-10-09"}, {"opened_at": "2026-10-10"})
    measured = waiting_measured(view(issues=opened, as_of=NOW))

    assert (value(measured, "count"), value(measured, "median")) == (3, 48)


def test_without_anyone_known_to_be_in_the_team_it_says_so() -> None:
    unknown = people({"person_id": "ada", "is_team": None})
    measured = waiting_measured(view(issues=issues({}), people=unknown))

    assert {part.value for part in measured.estimates} == {None}
    assert {part.reason for part in measured.estimates} == {
        "nothing says who is in the team: list it in people.yaml"
    }
