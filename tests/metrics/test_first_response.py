"""Time to a first answer and response attainment, with every way an issue can be passed over."""

import polars as pl
import pytest
from factories import at, comments, events, issues, people, spells

from metrics.views import AS_OF, OCTOBER, stated, value, view
from opsreview.metrics.first_response import (
    attainment_measured,
    first_response_measured,
    response_attainment,
    time_to_first_response,
)
from opsreview.metrics.view import Groups, Targets

NOON = "2026-10-03 12:00"
SHARES = ["share_answered", "share_closed_unanswered", "share_waiting"]


def waits(
    opened: pl.DataFrame,
    said: pl.DataFrame | None = None,
    happened: pl.DataFrame | None = None,
    *,
    by_team: bool = False,
    as_of: str = "2026-11-08",
) -> pl.DataFrame:
    return time_to_first_response(
        opened,
        comments() if said is None else said,
        spells(opened, happened),
        window=OCTOBER,
        as_of=at(as_of),
        by_team=by_team,
    )


def only(rows: pl.DataFrame) -> dict[str, object]:
    assert rows.height == 1
    return rows.row(0, named=True)


# The answer


def test_answer_is_the_first_comment_by_another_person() -> None:
    rows = waits(
        issues({"opened_at": NOON}),
        comments(
            {"author": "ben", "created_at": "2026-10-04 12:00"},
            {"author": "ada", "created_at": "2026-10-03 15:30"},
        ),
    )

    row = only(rows)
    assert (row["waited_hours"], row["ending"], row["responder_id"]) == (3.5, "answered", "ada")
    assert row["ended_at"] == at("2026-10-03 15:30")
    assert row["is_censored"] is False


def test_nothing_opened_gives_no_rows() -> None:
    assert waits(issues()).is_empty()


@pytest.mark.parametrize("author", ["rae", "helper[bot]", "ghost", None])
def test_comment_of_the_author_a_bot_a_ghost_or_nobody_known_is_no_answer(
    author: str | None,
) -> None:
    rows = waits(
        issues({"author": "rae", "opened_at": NOON}),
        comments({"author": author, "created_at": "2026-10-03 13:00"}),
    )

    assert only(rows)["ending"] is None


def test_issue_of_a_ghost_is_answered_by_any_person() -> None:
    rows = waits(
        issues({"author": "ghost", "opened_at": NOON}),
        comments({"author": "ada", "created_at": "2026-10-03 13:00"}),
    )

    assert only(rows)["waited_hours"] == 1


def test_unanswered_issue_stays_in_as_censored() -> None:
    row = only(waits(issues({"opened_at": NOON}), as_of="2026-10-05 12:00"))

    assert (row["waited_hours"], row["is_censored"], row["ended_at"]) == (48, True, None)


def test_answer_in_the_same_second_waits_zero_hours() -> None:
    rows = waits(issues({"opened_at": NOON}), comments({"created_at": NOON}))

    assert only(rows)["waited_hours"] == 0
    assert only(rows)["ending"] == "answered"


def test_comment_older_than_its_moved_issue_answers_at_once() -> None:
    measured = first_response_measured(
        view(issues=issues({"opened_at": NOON}), comments=comments({"created_at": "2026-10-01"}))
    )

    assert measured.rows["waited_hours"].to_list() == [0]


def test_window_holds_its_start_and_not_its_end() -> None:
    rows = waits(issues({"opened_at": "2026-10-01"}, {"opened_at": "2026-11-01"}))

    assert rows["number"].to_list() == [1]


def test_what_happened_after_as_of_did_not_happen() -> None:
    opened = issues(
        {"opened_at": NOON},
        {"opened_at": NOON, "closed_at": "2026-10-05"},
        {"opened_at": "2026-10-06"},
    )
    rows = waits(opened, comments({"created_at": "2026-10-05"}), as_of="2026-10-04 12:00")

    assert rows["number"].to_list() == [1, 2]
    assert rows["waited_hours"].to_list() == [24, 24]
    assert rows["is_censored"].all()


def test_answer_at_as_of_itself_happened() -> None:
    rows = waits(
        issues({"opened_at": NOON}), comments({"created_at": "2026-10-05"}), as_of="2026-10-05"
    )

    assert only(rows)["ending"] == "answered"


def test_answers_of_another_repository_do_not_count() -> None:
    rows = waits(issues({"opened_at": NOON}), comments({"repo": "team/other", "created_at": NOON}))

    assert only(rows)["ending"] is None


def test_by_team_passes_over_an_outsiders_answer() -> None:
    opened = issues({"author": "rae", "opened_at": NOON})
    said = comments(
        {"author": "sol", "created_at": "2026-10-03 13:00"},
        {"author": "ada", "created_at": "2026-10-03 17:00"},
    )

    assert only(waits(opened, said))["responder_id"] == "sol"
    assert only(waits(opened, said, by_team=True))["waited_hours"] == 5


# The rival: closed without a word


@pytest.mark.parametrize(
    ("closer", "ending"),
    [
        ("rae", "withdrawn"),
        ("ada", "closed_by_team"),
        ("sol", "closed_by_other"),
        ("ghost", "closed_by_other"),
        ("stale[bot]", "closed_by_bot"),
        (None, "closed_by_unknown"),
    ],
)
def test_silent_close_is_told_by_who_closed(closer: str | None, ending: str) -> None:
    closed_at = "2026-10-03 18:00"
    rows = waits(
        issues({"author": "rae", "opened_at": NOON, "closed_at": closed_at}),
        happened=events({"actor": closer, "created_at": closed_at}),
    )

    row = only(rows)
    assert (row["ending"], row["waited_hours"]) == (ending, 6)
    assert row["is_censored"] is False


def test_close_without_an_event_is_by_nobody_known() -> None:
    rows = waits(issues({"opened_at": NOON, "closed_at": "2026-10-03 18:00"}))

    assert only(rows)["ending"] == "closed_by_unknown"


@pytest.mark.parametrize(
    ("said_at", "ending", "hours"),
    [
        ("2026-10-03 17:59:30", "answered", 6 - 30 / 3600),
        ("2026-10-03 18:00:30", "answered", 6 + 30 / 3600),
        ("2026-10-03 18:01:00", "answered", 6 + 60 / 3600),
        ("2026-10-03 18:01:01", "closed_by_team", 6),
    ],
)
def test_comment_within_a_minute_of_the_close_came_with_it(
    said_at: str, ending: str, hours: float
) -> None:
    closed_at = "2026-10-03 18:00"
    rows = waits(
        issues({"opened_at": NOON, "closed_at": closed_at}),
        comments({"created_at": said_at}),
        events({"created_at": closed_at}),
    )

    assert only(rows)["ending"] == ending
    assert only(rows)["waited_hours"] == pytest.approx(hours)


def test_first_silent_close_ends_the_wait_though_reopened_and_answered() -> None:
    rows = waits(
        issues({"opened_at": NOON}),
        comments({"created_at": "2026-10-06"}),
        events(
            {"created_at": "2026-10-04 12:00"},
            {"created_at": "2026-10-05", "event": "reopened"},
        ),
    )

    assert (only(rows)["ending"], only(rows)["waited_hours"]) == ("closed_by_team", 24)


def test_pull_request_of_the_same_number_does_not_close_an_issue() -> None:
    opened = issues({"opened_at": NOON})
    foreign = spells(issues({"opened_at": NOON, "closed_at": "2026-10-04"}), kind="pull_request")
    both = pl.concat([spells(opened), foreign])
    rows = time_to_first_response(
        opened, comments(), both, window=OCTOBER, as_of=AS_OF, by_team=False
    )

    assert only(rows)["ending"] is None


# The median


def test_median_counts_silent_closes_and_the_waiting_among_all() -> None:
    # Four issues: answered after 2 h and 5 h, closed silently after 1 h, one still waiting.
    # Half of all is 2 of 4, reached with the second answer at 5 h.
    measured = first_response_measured(
        view(
            issues=issues(
                {"opened_at": NOON},
                {"opened_at": NOON},
                {"opened_at": NOON, "closed_at": "2026-10-03 13:00"},
                {"opened_at": NOON},
            ),
            comments=comments(
                {"number": 1, "created_at": "2026-10-03 14:00"},
                {"number": 2, "created_at": "2026-10-03 17:00"},
            ),
        )
    )

    median = stated(measured)["median"]
    assert (median.value, median.n, median.n_censored) == (5, 4, 1)


def test_median_over_the_answered_only_is_a_known_wrong_way() -> None:
    # One of three was answered, after an hour. The median of the answered would be 1 h.
    measured = first_response_measured(
        view(
            issues=issues(*[{"opened_at": NOON}] * 3),
            comments=comments({"created_at": "2026-10-03 13:00"}),
        )
    )

    median = stated(measured)["median"]
    assert median.value is None
    assert (median.n, median.n_censored) == (3, 2)
    assert "half not reached" in (median.reason or "")


def test_null_shown_as_zero_hours_is_a_known_wrong_way() -> None:
    median = stated(first_response_measured(view()))["median"]

    assert (median.value, median.n) == (None, 0)
    assert median.reason == "no issue was opened in the window"


def test_median_of_one_value_without_its_n_is_a_known_wrong_way() -> None:
    measured = first_response_measured(
        view(issues=issues({"opened_at": NOON}), comments=comments({"created_at": "2026-10-04"}))
    )

    median = stated(measured)["median"]
    assert (median.value, median.n) == (12, 1)
    assert "no upper end" in (median.reason or "")


def test_curves_of_answered_closed_and_waiting_add_up_to_one() -> None:
    measured = first_response_measured(
        view(
            issues=issues({"opened_at": NOON}, {"opened_at": NOON, "closed_at": "2026-10-04"}, {}),
            comments=comments({"created_at": "2026-10-03 13:00"}),
        )
    )

    (curves,) = measured.curves()
    assert set(curves["curve"]) == {"answered", "closed_unanswered", "waiting"}
    sums = curves.group_by("hours").agg(pl.col("value").sum())["value"].to_list()
    assert sums == pytest.approx([1.0] * len(sums))


def test_issue_whose_author_is_unknown_is_left_out_and_said() -> None:
    measured = first_response_measured(
        view(issues=issues({"opened_at": NOON}, {"author": None, "opened_at": NOON}))
    )

    assert (stated(measured)["median"].n, stated(measured)["median"].n_excluded) == (1, 1)
    assert measured.excluded().to_dicts() == [
        {"repo": "team/product", "key": "2", "reason": "the author is unknown"}
    ]


def test_issue_closed_at_a_moment_nobody_knows_is_left_out_and_said() -> None:
    measured = first_response_measured(
        view(issues=issues({"opened_at": NOON}, {"opened_at": NOON, "state": "closed"}))
    )

    assert (stated(measured)["median"].n, stated(measured)["median"].n_excluded) == (1, 1)
    assert measured.excluded()["reason"].to_list() == ["closed at a moment nobody knows"]


@pytest.mark.parametrize("measure", [first_response_measured, attainment_measured])
def test_without_any_author_nothing_can_be_measured(measure) -> None:  # type: ignore[no-untyped-def]
    found = measure(view(issues=issues({"author": None, "opened_at": NOON}, {"author": None})))

    reasons = {estimate.reason for estimate in found.estimates}
    # Number 1 is due in October and opened in it; so is number 2, of October 1.
    assert reasons == {"none of 2 issues can be measured: the author is unknown"}
    assert all(e.value is None and e.n == 0 and e.n_excluded == 2 for e in found.estimates)


def test_issue_opened_after_as_of_is_not_counted_as_left_out() -> None:
    measured = first_response_measured(
        view(issues=issues({}, {"author": None, "opened_at": "2026-10-20"}), as_of=at("2026-10-15"))
    )

    assert stated(measured)["median"].n_excluded == 0


# Attainment: the parts


def attained(
    *rows: dict[str, object],
    said: pl.DataFrame | None = None,
    happened: pl.DataFrame | None = None,
    hours: float = 72,
    as_of: str = "2026-11-08",
) -> list[str | None]:
    opened = issues(*rows)
    responses = time_to_first_response(
        opened,
        comments() if said is None else said,
        spells(opened, happened),
        window=OCTOBER,
        as_of=at(as_of),
        by_team=True,
    )
    judged = response_attainment(responses, window=OCTOBER, as_of=at(as_of), target_hours=hours)
    return judged["part"].to_list()


def test_answer_on_the_deadline_is_in_time_and_a_second_later_is_not() -> None:
    answered = comments(
        {"number": 1, "created_at": "2026-10-06 12:00"},
        {"number": 2, "created_at": "2026-10-06 12:00:01"},
    )

    parts = attained({"opened_at": NOON}, {"opened_at": NOON}, said=answered)
    assert parts == ["answered", "waiting"]


def test_silent_close_in_time_is_its_own_part_and_a_late_one_was_waiting() -> None:
    parts = attained(
        {"opened_at": NOON, "closed_at": "2026-10-04"},
        {"opened_at": NOON, "closed_at": "2026-10-10"},
    )

    assert parts == ["closed_unanswered", "waiting"]


def test_outsiders_answer_does_not_meet_the_teams_promise() -> None:
    said = comments({"author": "sol", "created_at": "2026-10-03 13:00"})

    assert attained({"opened_at": NOON}, said=said) == ["waiting"]


def test_unanswered_counted_as_in_time_is_a_known_wrong_way() -> None:
    assert attained({"opened_at": NOON}) == ["waiting"]


def test_deadline_after_as_of_is_pending_even_when_answered() -> None:
    said = comments({"created_at": "2026-10-03 13:00"})

    assert attained({"opened_at": NOON}, said=said, as_of="2026-10-04") == [None]
    assert attained({"opened_at": NOON}, said=said, as_of="2026-10-06 12:00") == ["answered"]


def test_fractions_of_an_hour_in_the_target_count() -> None:
    said = comments({"created_at": "2026-10-03 12:20"})

    assert attained({"opened_at": NOON}, said=said, hours=0.25) == ["waiting"]
    assert attained({"opened_at": NOON}, said=said, hours=0.5) == ["answered"]


def test_issues_are_judged_in_the_window_their_deadline_falls_in() -> None:
    # With three days: opened on September 28 is due on October 1, which belongs to October;
    # opened on October 29 is due on November 1, which does not.
    measured = attainment_measured(
        view(
            issues=issues(
                {"opened_at": "2026-09-27 23:59"},
                {"opened_at": "2026-09-28"},
                {"opened_at": "2026-10-28 23:59"},
                {"opened_at": "2026-10-29"},
            )
        )
    )

    assert measured.rows["number"].to_list() == [2, 3]


# Attainment: the estimates


def test_three_parts_add_up_to_all_and_pending_is_apart() -> None:
    # Due by October 15: numbers 1 to 4; number 5 is opened on the 14th and pending.
    measured = attainment_measured(
        view(
            issues=issues(
                {},
                {},
                {"closed_at": "2026-10-02"},
                {},
                {"opened_at": "2026-10-14"},
            ),
            comments=comments(
                {"number": 1, "created_at": "2026-10-02"}, {"number": 2, "created_at": "2026-10-09"}
            ),
            as_of=at("2026-10-15"),
        )
    )

    shares = [stated(measured)[name] for name in SHARES]
    assert [share.value for share in shares] == [0.25, 0.25, 0.5]
    assert {(share.n, share.n_pending) for share in shares} == {(4, 1)}
    assert all(share.method == "Wilson 95 %" for share in shares)


def test_nothing_due_is_not_measurable() -> None:
    parts = stated(attainment_measured(view()))

    assert [parts[name].value for name in SHARES] == [None] * 3
    assert {parts[name].reason for name in SHARES} == {"no issue was due in the window"}


def test_without_anyone_known_to_be_in_the_team_attainment_says_so() -> None:
    unknown = people({"person_id": "ada", "is_team": None})
    measured = attainment_measured(
        view(
            issues=issues({}),
            people=unknown,
            groups=Groups(priorities={"p1": ["urgent"]}),
        )
    )

    assert {part.group for part in measured.estimates} == {"all", "priority:p1"}
    assert all(part.n == 0 and part.value is None for part in measured.estimates)
    assert {part.reason for part in measured.estimates} == {
        "nothing says who is in the team: list it in people.yaml"
    }


def test_left_out_are_those_that_were_due_in_the_window() -> None:
    measured = attainment_measured(
        view(
            issues=issues(
                {},
                {"author": None, "opened_at": "2026-09-29"},
                {"author": None, "opened_at": "2026-10-30"},
            )
        )
    )

    assert stated(measured)["share_answered"].n_excluded == 1
    assert measured.excluded()["key"].to_list() == ["2"]


# Attainment: priorities and areas


GROUPS = Groups(priorities={"p1": ["priority/critical"]}, areas={"preview": ["area/preview*"]})


def test_stratum_of_ten_is_shown_and_each_priority_has_its_own_target() -> None:
    # All are answered after two days: in time for 72 h, too late for the 24 h of p1.
    numbers = range(1, 11)
    measured = attainment_measured(
        view(
            issues=issues(*[{"labels": ["priority/critical", "area/preview-pane"]}] * 10),
            comments=comments(
                *[{"number": number, "created_at": "2026-10-03"} for number in numbers]
            ),
            groups=GROUPS,
            targets=Targets(72, {"p1": 24}),
        )
    )

    assert value(measured, "share_answered") == 1
    assert value(measured, "share_answered", "area:preview") == 1
    assert value(measured, "share_answered", "priority:p1") == 0
    assert value(measured, "share_waiting", "priority:p1") == 1


def test_longer_target_of_a_priority_reaches_back_before_the_window() -> None:
    # Ten days to answer: opened on September 21 is due on October 1.
    measured = attainment_measured(
        view(
            issues=issues(*[{"opened_at": "2026-09-21", "labels": ["priority/critical"]}] * 10),
            groups=GROUPS,
            targets=Targets(72, {"p1": 240}),
        )
    )

    assert stated(measured)["share_answered"].n == 0
    assert stated(measured, "priority:p1")["share_answered"].n == 10


@pytest.mark.parametrize(
    ("due", "reason"),
    [
        (0, "no issue was due in the window"),
        (1, "1 issue was due: groups under 10 are not shown"),
        (3, "3 issues were due: groups under 10 are not shown"),
        (9, "9 issues were due: groups under 10 are not shown"),
    ],
)
def test_small_stratum_says_that_it_is_small_and_nothing_more(due: int, reason: str) -> None:
    labelled = [{"labels": ["priority/critical"]}] * due
    measured = attainment_measured(view(issues=issues({}, *labelled), groups=GROUPS))

    parts = stated(measured, "priority:p1")
    assert list(parts) == SHARES
    assert {(part.value, part.n, part.reason) for part in parts.values()} == {(None, 0, reason)}


def test_pending_issues_do_not_make_a_small_stratum_large() -> None:
    rows = [{"labels": ["priority/critical"]}] * 4
    later = [{"labels": ["priority/critical"], "opened_at": "2026-10-14"}] * 8
    measured = attainment_measured(
        view(issues=issues(*rows, *later), groups=GROUPS, as_of=at("2026-10-15"))
    )

    part = stated(measured, "priority:p1")["share_waiting"]
    assert (part.value, part.n, part.n_pending) == (None, 0, 8)
    assert part.reason == "4 issues were due: groups under 10 are not shown"


def test_labels_put_on_after_as_of_make_no_stratum() -> None:
    labelled = events(
        *[
            {
                "number": n,
                "event": "labeled",
                "label": "priority/critical",
                "created_at": "2026-11-10",
            }
            for n in range(1, 13)
        ]
    )
    measured = attainment_measured(
        view(
            issues=issues(*[{"labels": ["priority/critical"]}] * 12),
            events=labelled,
            groups=GROUPS,
        )
    )

    assert stated(measured, "priority:p1")["share_answered"].n == 0


def test_pattern_is_plain_text_but_for_the_star() -> None:
    groups = Groups(priorities={"p1": ["p1: hot (now)"], "p2": ["p.2"]})
    measured = attainment_measured(
        view(
            issues=issues(*[{"labels": ["p1: hot (now)", "p12"]}] * 10),
            groups=groups,
        )
    )

    assert stated(measured, "priority:p1")["share_answered"].n == 10
    assert stated(measured, "priority:p2")["share_answered"].n == 0
