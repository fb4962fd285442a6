"""Work done by who was not on duty for it."""

from __future__ import annotations

import pytest
from factories import comments, incident_events, incidents, issues, shifts

from metrics.views import stated, value, view
from opsreview.metrics.heroics import off_rotation_measured


def answered(*days: tuple[str, str]) -> dict[str, object]:
    """An issue a line, answered by whom and when."""
    return {
        "issues": issues(
            *[{"number": n, "opened_at": "2026-10-01"} for n in range(1, len(days) + 1)]
        ),
        "comments": comments(
            *[
                {"number": n, "author": person, "created_at": moment}
                for n, (person, moment) in enumerate(days, 1)
            ]
        ),
    }


def test_answers_given_off_duty_are_told_from_those_on_duty() -> None:
    # ada holds October 1 to 8, ben the week after.
    held = shifts({}, {"person": "ben", "start_at": "2026-10-08", "end_at": "2026-10-15"})
    done = answered(
        ("ada", "2026-10-02"),
        ("ada", "2026-10-09"),
        ("ada", "2026-10-10"),
        ("ben", "2026-10-10"),
        ("cleo", "2026-10-20"),
    )

    measured = off_rotation_measured(view(shifts=held, **done))

    parts = stated(measured, "work:answer")
    assert (parts["share"].value, parts["share"].n) == (pytest.approx(3 / 5), 5)
    assert (parts["top_share"].value, parts["top_share"].n) == (pytest.approx(2 / 3), 3)


def test_shift_holds_its_start_and_not_its_end() -> None:
    done = answered(("ada", "2026-10-01"), ("ada", "2026-10-08"))

    assert value(off_rotation_measured(view(shifts=shifts({}), **done)), "share") == 0.5


def test_a_short_shift_within_a_long_one_does_not_end_it() -> None:
    held = shifts({}, {"role": "secondary", "start_at": "2026-10-02", "end_at": "2026-10-03"})

    measured = off_rotation_measured(view(shifts=held, **answered(("ada", "2026-10-05"))))

    assert value(measured, "share") == 0


def test_several_acts_on_one_incident_count_once_and_as_duty_if_one_was() -> None:
    acts = incident_events(
        {"at": "2026-10-07 23:00", "person": "ada"},
        {"at": "2026-10-08 01:00", "person": "ada"},
        {"at": "2026-10-08 01:00", "person": "ben"},
    )
    found = view(incidents=incidents({}), incident_events=acts, shifts=shifts({}))

    part = stated(off_rotation_measured(found), "work:incident")["share"]
    assert (part.value, part.n) == (0.5, 2)


def test_nothing_done_has_no_share() -> None:
    measured = off_rotation_measured(view(shifts=shifts({})))

    assert stated(measured)["share"].value is None
    assert stated(measured)["share"].reason == "nothing that duty is for was done in the window"
    assert stated(measured, "work:incident")["share"].reason == (
        "no incident was acted on in the window"
    )


def test_where_everything_was_done_on_duty_nobody_did_most_of_the_rest() -> None:
    measured = off_rotation_measured(view(shifts=shifts({}), **answered(("ada", "2026-10-02"))))

    assert value(measured, "share") == 0
    assert stated(measured)["top_share"].reason == "everything was done by who was on duty"
