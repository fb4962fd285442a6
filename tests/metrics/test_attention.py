"""Time until the team does anything about an issue."""

from typing import Any

import polars as pl
import pytest
from factories import at, comments, events, issues, people, spells

from metrics.views import OCTOBER, stated, value, view
from opsreview.metrics.attention import attention_measured, time_to_first_attention
from opsreview.metrics.first_response import time_to_first_response
from opsreview.working_time import WorkingCalendar

NOON = "2026-10-03 12:00"  # a Saturday


def waits(
    *happened: dict[str, Any],
    said: pl.DataFrame | None = None,
    as_of: str = "2026-11-08",
    **item: Any,
) -> dict[str, Any]:
    opened, known = issues({"opened_at": NOON} | item), events(*happened)
    rows = time_to_first_attention(
        opened,
        comments() if said is None else said,
        known,
        spells(opened, known),
        window=OCTOBER,
        as_of=at(as_of),
    )
    assert rows.height == 1
    return rows.row(0, named=True)


def act(event: str, actor: str | None = "ada", when: str = "2026-10-03 15:00") -> dict[str, Any]:
    return {"event": event, "actor": actor, "created_at": when}


@pytest.mark.parametrize(
    "event", ["labeled", "unlabeled", "milestoned", "demilestoned", "assigned", "closed"]
)
def test_whatever_the_team_does_to_an_issue_is_attention(event: str) -> None:
    row = waits(act(event))

    assert (row["ending"], row["waited_hours"], row["person"]) == ("attended", 3, "ada")


def test_first_of_reply_and_label_counts() -> None:
    said = comments({"author": "ben", "created_at": "2026-10-03 14:00"})

    assert waits(act("labeled"), said=said)["person"] == "ben"
    assert waits(act("labeled", when="2026-10-03 13:00"), said=said)["person"] == "ada"


@pytest.mark.parametrize("actor", ["triage[bot]", "sol", "rae", "ghost", None])
def test_label_by_a_bot_an_outsider_the_author_a_ghost_or_nobody_known_is_none(
    actor: str | None,
) -> None:
    assert waits(act("labeled", actor))["ending"] is None


def test_comment_of_a_bot_or_of_the_author_is_none() -> None:
    said = comments(
        {"author": "reviewer[bot]", "created_at": "2026-10-03 13:00"},
        {"author": "rae", "created_at": "2026-10-03 14:00"},
    )

    assert waits(said=said)["is_censored"]


def test_what_a_team_member_does_to_their_own_issue_is_none() -> None:
    close = act("closed", "ada", "2026-10-03 16:00")
    row = waits(act("labeled"), close, author="ada", closed_at="2026-10-03 16:00")

    assert (row["ending"], row["waited_hours"]) == ("withdrawn", 4)
    assert waits(act("labeled", "ben"), author="ada")["ending"] == "attended"


def test_assignment_that_names_as_actor_who_was_assigned_tells_of_nobodys_act() -> None:
    assert waits(act("assigned") | {"assignee": "ada"})["ending"] is None
    assert waits(act("assigned") | {"assignee": "ben"})["ending"] == "attended"


def test_being_mentioned_is_no_act() -> None:
    assert waits(act("mentioned"))["ending"] is None


@pytest.mark.parametrize(
    ("closer", "ending"),
    [
        ("rae", "withdrawn"),
        ("stale[bot]", "closed_by_bot"),
        ("sol", "closed_by_other"),
        (None, "closed_by_unknown"),
        ("ada", "attended"),
    ],
)
def test_close_by_anyone_but_the_team_is_the_rival_end(closer: str | None, ending: str) -> None:
    late = act("labeled", when="2026-10-05")
    row = waits(act("closed", closer), late, closed_at="2026-10-03 15:00")

    assert (row["ending"], row["waited_hours"]) == (ending, 3)


def test_what_happened_after_as_of_did_not_happen() -> None:
    row = waits(act("labeled", when="2026-10-05"), as_of="2026-10-04 12:00")

    assert (row["is_censored"], row["waited_hours"], row["ended_at"]) == (True, 24, None)


def test_attention_is_never_later_than_the_teams_answer() -> None:
    opened = issues({"opened_at": NOON, "closed_at": "2026-10-03 13:00"}, {"opened_at": NOON})
    said = comments(
        {"number": 1, "created_at": "2026-10-03 13:00:30"},
        {"number": 2, "created_at": "2026-10-06"},
    )
    known = events(act("closed", "rae", "2026-10-03 13:00"), act("labeled") | {"number": 2})
    tables = (opened, said, spells(opened, known))
    answered = time_to_first_response(*tables, window=OCTOBER, as_of=at("2026-11-08"), by_team=True)
    attended = time_to_first_attention(
        opened, said, known, tables[2], window=OCTOBER, as_of=at("2026-11-08")
    )

    assert answered["ending"].to_list() == ["answered"] * 2
    assert attended["ending"].to_list() == ["attended"] * 2
    assert (attended["waited_hours"] <= answered["waited_hours"]).all()


# The estimates


def test_median_is_of_all_that_were_opened() -> None:
    # Four: a label after 3 h and after 27 h, one withdrawn, one still waiting.
    measured = attention_measured(
        view(
            issues=issues(
                *[{"opened_at": NOON}] * 2,
                {"opened_at": NOON, "closed_at": "2026-10-03 12:30"},
                {"opened_at": NOON},
            ),
            events=events(
                act("labeled"),
                act("labeled", when="2026-10-04 15:00") | {"number": 2},
                act("closed", "rae", "2026-10-03 12:30") | {"number": 3},
            ),
        )
    )

    median = stated(measured)["median"]
    assert (median.value, median.n, median.n_censored) == (27, 4, 1)


def test_weekend_before_the_label_is_no_working_hour() -> None:
    # Opened on Saturday, labelled on Monday at 11: two hours after the day began.
    tables = {
        "issues": issues({"opened_at": NOON}),
        "events": events(act("labeled", when="2026-10-05 11:00")),
    }
    plain = stated(attention_measured(view(**tables)))["median_working_hours"]
    early = {"ada": WorkingCalendar(view().zone, weekdays=(6,))}
    sunday = stated(attention_measured(view(calendars=early, **tables)))["median_working_hours"]

    assert (plain.value, plain.unit, plain.n) == (2, "working_hours", 1)
    assert "plain week" in plain.method
    assert sunday.value == 8
    assert "plain week" not in sunday.method


def test_hours_before_anybody_of_the_team_had_joined_are_left_out_and_said() -> None:
    joined = people({"person_id": "ada", "joined_on": at("2026-10-04").date()})
    measured = attention_measured(
        view(
            issues=issues({"opened_at": NOON}, {"opened_at": "2026-10-04 12:00"}),
            people=joined,
            calendars={"ada": WorkingCalendar(view().zone)},
        )
    )

    assert stated(measured)["median"].n == 2
    working = stated(measured)["median_working_hours"]
    assert (working.n, working.n_excluded) == (1, 1)


def test_without_a_team_or_without_issues_there_is_no_median() -> None:
    nobody = people({"person_id": "ada", "is_team": None})

    assert value(attention_measured(view()), "median") is None
    found = stated(attention_measured(view(issues=issues({}), people=nobody)))
    assert {part.reason for part in found.values()} == {
        "nothing says who is in the team: list it in people.yaml"
    }
