"""Response attainment: three parts that add up, pending apart, and each group at its own target."""

import polars as pl
import pytest
from factories import at, comments, events, issues, people, spells

from metrics.views import OCTOBER, stated, value, view
from opsreview.metrics.first_response import (
    attainment_measured,
    attainment_of_rows,
    response_attainment,
    time_to_first_response,
)
from opsreview.metrics.view import Groups, Targets

NOON = "2026-10-03 12:00"
SHARES = ["share_answered", "share_closed_unanswered", "share_waiting"]


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


def test_share_in_time_of_the_answered_alone_is_named_so_and_is_kinder() -> None:
    # Four due: one answered in time, one late, one closed silently, one waiting.
    measured = attainment_measured(
        view(
            issues=issues({}, {}, {"closed_at": "2026-10-02"}, {}),
            comments=comments(
                {"number": 1, "created_at": "2026-10-02"}, {"number": 2, "created_at": "2026-10-09"}
            ),
        )
    )

    naive = stated(measured)["share_of_answered_in_time"]
    assert value(measured, "share_answered") == 0.25
    assert (naive.value, naive.n, naive.lower, naive.upper) == (0.5, 2, None, None)
    assert "answered alone" in naive.method


def test_some_of_the_rows_give_the_parts_over_them() -> None:
    rows = attainment_measured(view(issues=issues({}, {}))).rows

    shares = {part.statistic: part for part in attainment_of_rows(rows.head(1))}
    assert (shares["share_waiting"].value, shares["share_waiting"].n) == (1, 1)
    assert shares["share_of_answered_in_time"].reason == "no issue that was due was answered"


def test_curve_at_the_target_is_the_share_with_issues_pending_beside_it() -> None:
    measured = attainment_measured(
        view(
            as_of=at("2026-10-21"),
            issues=issues(
                {"opened_at": NOON},
                {"opened_at": NOON, "closed_at": "2026-10-04"},
                {"opened_at": NOON},
                {"opened_at": "2026-10-20 12:00"},
                {"opened_at": "2026-10-20 18:00"},
            ),
            comments=comments(
                {"created_at": "2026-10-06 12:00"},
                {"number": 3, "created_at": "2026-10-09"},
                {"number": 4, "created_at": "2026-10-20 13:00"},
            ),
        )
    )

    (curve,) = measured.curves()
    by_target = curve.filter(pl.col("hours") <= 72).group_by("curve").agg(pl.col("value").last())
    shares = dict(by_target.rows())
    assert stated(measured)["share_answered"].n_pending == 2
    assert shares["answered"] == pytest.approx(value(measured, "share_answered"), abs=1e-12)
    assert shares["waiting"] == pytest.approx(value(measured, "share_waiting"), abs=1e-12)
    assert shares["closed_by_other"] == pytest.approx(
        value(measured, "share_closed_unanswered"), abs=1e-12
    )


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
            targets=Targets(72, {"priority:p1": 24}),
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
            targets=Targets(72, {"priority:p1": 240}),
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
    assert list(parts) == [*SHARES, "share_of_answered_in_time"]
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
