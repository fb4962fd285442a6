"""Questions of users: in which channel, how long they wait, and on whom the answers rest."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from factories import REPO, at, comments, issues, support_requests, window

from metrics.views import AS_OF, LONG, OCTOBER, TARGETS, stated, subject, value, view
from opsreview.metrics.reading import read_metric
from opsreview.metrics.support import support_estimates, support_measured
from opsreview.metrics.view import Groups, Measured

QUESTIONS = Groups(support=["question", "help*"])


def asked(*rows: dict[str, Any], **seen: Any) -> Measured:
    """Questions in the chat and nowhere else."""
    return support_measured(view(support_requests=support_requests(*rows), **seen))


def in_issues(opened: pl.DataFrame, said: pl.DataFrame | None = None, **seen: Any) -> Measured:
    known = comments() if said is None else said
    return support_measured(view(issues=opened, comments=known, groups=QUESTIONS, **seen))


def test_questions_of_all_channels_stand_together_and_each_channel_by_itself() -> None:
    measured = support_measured(
        view(
            groups=QUESTIONS,
            issues=issues(
                {"labels": ["question"]}, {"labels": ["Help wanted"]}, {"labels": ["bug"]}
            ),
            comments=comments({"author": "ben", "created_at": "2026-10-02"}),
            support_requests=support_requests(
                {"answered_at": "2026-10-03", "answered_by": "ben"}, {"channel": None}
            ),
        )
    )

    assert value(measured, "count") == 4
    by_channel = {
        channel: value(measured, "count", f"channel:{channel}")
        for channel in ("issues", "chat", "elsewhere")
    }
    assert by_channel == {"issues": 2, "chat": 1, "elsewhere": 1}
    assert value(measured, "rate_per_week") == pytest.approx(4 / OCTOBER.weeks)
    assert value(measured, "count", "person:ben") == 2
    assert value(measured, "share", "person:ben") == 1


def test_rows_say_who_answered_when() -> None:
    said = comments({"author": "ada", "created_at": "2026-10-02"})
    row = in_issues(issues({"labels": ["question"]}), said).rows.row(0, named=True)

    assert (row["channel"], row["thing"], row["url"][-2:]) == ("issues", f"{REPO}#1", "/1")
    assert (row["answered_at"], row["answered_by"]) == (at("2026-10-02"), "ada")
    assert (row["is_answered"], row["waited_hours"]) == (True, 24)


@pytest.mark.parametrize("author", ["ada", "helper[bot]"])
def test_question_of_the_team_or_of_a_bot_is_no_support(author: str) -> None:
    assert value(in_issues(issues({"author": author, "labels": ["question"]})), "count") == 0


def test_question_closed_without_a_word_is_a_rival_end_and_not_an_answer() -> None:
    opened = issues(
        {"labels": ["question"]},
        {"labels": ["question"], "closed_at": "2026-10-01 06:00"},
        {"labels": ["question"], "closed_at": "2026-10-01 06:00"},
    )
    measured = in_issues(opened, comments({"author": "ada", "created_at": "2026-10-02"}))

    median = stated(measured)["median"]
    assert (median.value, median.n, median.n_censored) == (None, 3, 0)
    assert measured.rows["is_answered"].to_list() == [True, False, False]
    assert stated(measured)["top_share"].n == 1


def test_median_counts_what_still_waits() -> None:
    waiting = [{}, {}, {"answered_at": "2026-10-02", "answered_by": "ada"}]

    median = stated(asked(*waiting))["median"]
    assert (median.value, median.n, median.n_censored) == (None, 3, 2)


def test_answer_after_as_of_was_not_given() -> None:
    later = {"answered_at": "2026-10-20", "answered_by": "ada"}
    measured = asked(later, {"opened_at": "2026-10-25"}, as_of=at("2026-10-11"))

    assert value(measured, "count") == 1
    assert measured.rows.select("is_answered", "answered_by", "waited_hours").rows() == [
        (False, None, 240)
    ]
    assert stated(measured)["top_share"].reason == "no question was answered in the window"


def test_answers_of_the_window_count_by_who_gave_them_whenever_they_were_asked_for() -> None:
    given = [
        {"opened_at": "2026-09-20", "answered_at": "2026-10-02", "answered_by": "ada"},
        {"answered_at": "2026-10-02", "answered_by": "ada"},
        {"answered_at": "2026-10-03", "answered_by": "ben"},
        {"answered_at": "2026-10-03", "answered_by": "cleo"},
        {"answered_at": "2026-11-03", "answered_by": "dev"},
        {"opened_at": "2026-09-20", "answered_at": "2026-09-22", "answered_by": "dev"},
    ]

    found = stated(asked(*given))
    assert found["count"].value == 4
    assert (found["top_share"].value, found["top_two_share"].value) == (0.5, 0.75)
    assert found["top_two_share"].n == 4
    assert found["top_two_share"].method == "Wilson 95 %"


def test_label_that_was_not_there_yet_makes_no_question() -> None:
    labelled = support_measured(view(issues=issues({"labels": []}), groups=QUESTIONS, as_of=AS_OF))

    assert value(labelled, "count") == 0


def read(covers: dict[tuple[str, str], Any], **stated: Any) -> Measured:
    team = subject(covers=covers, **stated)
    return read_metric("support_questions", team, window=OCTOBER, as_of=AS_OF, targets=TARGETS)


def test_without_a_channel_it_is_said_how_to_fill_one_in() -> None:
    measured = read({("issues", REPO): LONG, ("comments", REPO): LONG})

    assert {part.value for part in measured.estimates} == {None}
    assert "labels.support" in str(stated(measured)["count"].reason)
    assert "support_requests" in str(stated(measured)["count"].reason)


def test_known_channel_without_a_question_is_none_and_not_unknown() -> None:
    measured = read({("support_requests", ""): LONG})

    assert value(measured, "count") == 0
    assert stated(measured)["median"].reason == "no question was asked in the window"


def test_channel_known_in_part_is_counted_in_that_part_and_says_so() -> None:
    half = window("2026-10-01", "2026-10-15")
    rows = support_requests({}, {"opened_at": "2026-10-20"})
    found = stated(read({("support_requests", ""): half}, support_requests=rows))

    assert (found["count"].value, found["rate_per_week"].value) == (1, 0.5)
    assert found["count"].reason == "known from 2026-10-01 to 2026-10-15 only"


def test_estimates_of_all_rows_are_those_of_the_metric_but_for_the_rate() -> None:
    measured = asked({"answered_at": "2026-10-02", "answered_by": "ada"}, {})

    of_all = [part for name, part in stated(measured).items() if name != "rate_per_week"]
    assert support_estimates(measured.rows) == of_all
