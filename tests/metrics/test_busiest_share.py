"""The busiest person's share of interruptions, beside what chance deals."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from factories import at, incident_events, incidents, leave, people, shifts, window

from metrics.views import stated, value, view
from opsreview.metrics.fairness import busiest_measured, cumulated_measured, gini_measured

TWO = people({"person_id": "ada"}, {"person_id": "ben"})


def handled(*persons: str | None, hours_apart: int = 24) -> dict[str, Any]:
    moments = [f"2026-10-{2 + n * hours_apart // 24:02} 12:00" for n in range(len(persons))]
    return {
        "incidents": incidents(*[{"opened_at": moment} for moment in moments]),
        "incident_events": incident_events(
            *[
                {"incident_id": str(n), "at": moment, "person": person}
                for n, (person, moment) in enumerate(zip(persons, moments, strict=True), 1)
            ]
        ),
    }


def test_busiest_persons_share_stands_beside_what_chance_deals() -> None:
    measured = busiest_measured(view(**handled("ada", "ada", "ada", "ben"), people=TWO))

    # Four dealt to two: the busiest has 2, 3 or 4 with 6, 8 and 2 chances in 16.
    parts = stated(measured)
    assert parts["share"].value == 0.75
    assert parts["chance_median"].value == 0.75
    assert parts["chance_upper"].value == 1
    assert parts["mid_p"].value == pytest.approx((2 + 8 / 2) / 16, abs=0.02)
    assert {part.n for part in parts.values()} == {4}
    assert parts["share"].method == "4 clusters dealt among 2 people"


def test_incidents_of_one_trouble_are_dealt_as_one() -> None:
    measured = busiest_measured(view(**handled(*["ada"] * 4, hours_apart=0), people=TWO))

    assert stated(measured)["share"].method == "1 clusters dealt among 2 people"
    assert value(measured, "chance_median") == 1


def test_hours_of_duty_weigh_the_chances() -> None:
    held = shifts({}, {"person": "ben", "start_at": "2026-10-08", "end_at": "2026-10-29"})
    measured = busiest_measured(view(**handled("ada", "ben", "ben"), people=TWO, shifts=held))

    chances = dict(measured.rows.select("person", "chance_share").iter_rows())
    assert chances == pytest.approx({"ada": 0.25, "ben": 0.75}, abs=0.01)


def test_who_was_touched_while_another_held_duty_had_no_chance_of_it() -> None:
    held = shifts({}, {"person": "ben", "start_at": "2026-10-08", "end_at": "2026-10-15"})
    measured = busiest_measured(view(**handled("ada", "zoe"), people=TWO, shifts=held))

    chances = dict(measured.rows.select("person", "chance_share").iter_rows())
    assert chances == pytest.approx({"ada": 0.5, "ben": 0.5, "zoe": 0}, abs=0.01)


def test_what_began_while_nobody_was_on_duty_is_dealt_among_all_who_could() -> None:
    held = shifts({"start_at": "2026-10-10", "end_at": "2026-10-17"})  # the incidents come before
    measured = busiest_measured(view(**handled("ada", "ben"), people=TWO, shifts=held))

    assert measured.rows["chance_share"].to_list() == pytest.approx([0.5, 0.5], abs=0.01)


def test_part_time_and_leave_lower_the_chances_off_duty() -> None:
    known = people({"person_id": "ada", "zone": "UTC"}, {"person_id": "ben", "share": 0.5})
    away = leave({"person_id": "ada", "from_on": date(2026, 10, 1), "to_on": date(2026, 10, 30)})
    measured = busiest_measured(view(**handled("ada", "ben", "ben"), people=known, leave=away))

    # ada was there on one day of 31, ben on all of them at half time: 1 against 15.5.
    chances = dict(measured.rows.select("person", "chance_share").iter_rows())
    assert chances == pytest.approx({"ada": 1 / 16.5, "ben": 15.5 / 16.5}, abs=0.01)


def test_two_who_share_an_incident_are_dealt_it_as_two() -> None:
    shared = handled("ada", "ada", "ada")
    ben = [
        {"incident_id": str(n), "at": f"2026-10-{n + 1:02} 12:05", "person": "ben"}
        for n in (1, 2, 3)
    ]
    acts = pl.concat([shared["incident_events"], incident_events(*ben)])
    parts = stated(
        busiest_measured(view(incidents=shared["incidents"], incident_events=acts, people=TWO))
    )

    assert parts["share"].value == parts["chance_upper"].value == 0.5


def test_one_person_only_cannot_be_compared_with_chance() -> None:
    alone = people({"person_id": "ada"})
    measured = busiest_measured(view(**handled("ada", "ada"), people=alone))

    assert {part.value for part in measured.estimates} == {None}
    assert {part.reason for part in measured.estimates} == {
        "only one person could have been interrupted"
    }


def test_nobody_interrupted_cannot_be_compared_with_chance() -> None:
    for found in (view(people=TWO), view(incidents=incidents({}), people=TWO)):
        measured = busiest_measured(found)
        assert {part.value for part in measured.estimates} == {None}
        assert {part.reason for part in measured.estimates} == {
            "no interruption of a known person in the window"
        }


def test_everyone_interrupted_alike_is_no_more_than_chance() -> None:
    persons = ("ada", "ben", "cleo", "dev") * 3
    parts = stated(busiest_measured(view(**handled(*persons))))

    assert parts["share"].value == 0.25
    assert (parts["mid_p"].value or 0) > 0.95


def test_same_interruptions_in_any_order_give_the_same_chances() -> None:
    given = handled("ada", "ben", "ada", "cleo", "ada")
    turned = {name: frame.reverse() for name, frame in given.items()}

    assert busiest_measured(view(**given)).estimates == busiest_measured(view(**turned)).estimates


def over_half_a_year(*persons: str) -> dict[str, Any]:
    """One incident a day until the end of October, each one person's, in the order given."""
    first_at = at("2026-10-31 12:00") - timedelta(days=len(persons) - 1)
    moments = [first_at + timedelta(days=day) for day in range(len(persons))]
    return {
        "incidents": incidents(*[{"opened_at": moment} for moment in moments]),
        "incident_events": incident_events(
            *[
                {"incident_id": str(n), "at": moment, "person": person}
                for n, (person, moment) in enumerate(zip(persons, moments, strict=True), 1)
            ]
        ),
    }


def test_half_on_one_of_four_is_seen_over_the_months_where_one_month_is_too_short() -> None:
    persons = ["ada", "ben", "ada", "cleo", "ada", "dev"] * 9
    short = window("2026-10-25", "2026-11-01")

    seen = view(window=short, **over_half_a_year(*persons))

    assert (value(busiest_measured(seen), "mid_p") or 0) > 0.05
    parts = stated(cumulated_measured(seen))
    assert parts["share"].value == 0.5
    assert (parts["mid_p"].value or 1) < 0.01
    assert parts["clusters"].value == 54
    assert 38 <= (parts["clusters_needed"].value or 0) <= 50
    assert parts["clusters_for_triple"].value == parts["clusters_needed"].value


def test_what_is_older_than_half_a_year_is_not_cumulated() -> None:
    persons = ["ada"] * 60 + ["ada", "ben", "cleo", "dev"] * 46  # the last 184 days hold 184

    parts = stated(cumulated_measured(view(**over_half_a_year(*persons))))

    assert parts["clusters"].value == 182
    assert parts["clusters_needed"].value is None
    assert parts["clusters_needed"].reason == "the busiest has no more than a fair share"


def test_gini_stands_beside_what_chance_gives() -> None:
    parts = stated(gini_measured(view(**handled(*["ada", "ben", "cleo", "dev"] * 3))))

    assert parts["value"].value == 0
    assert parts["chance_mean"].value == pytest.approx(0.24, abs=0.005)
    assert parts["chance_upper"].value == pytest.approx(0.42, abs=0.005)
    assert {part.lower for part in parts.values()} == {None}
