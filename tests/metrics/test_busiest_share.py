"""The busiest person's share of interruptions, beside what chance deals."""

from typing import Any

import pytest
from factories import incident_events, incidents, people, shifts

from metrics.views import stated, value, view
from opsreview.metrics.chance import busiest_share
from opsreview.metrics.fairness import busiest_measured

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
    measured = busiest_measured(
        view(**handled("ada", "ada", "ada", "ben", hours_apart=0), people=TWO)
    )

    assert stated(measured)["share"].method == "1 clusters dealt among 2 people"
    assert value(measured, "chance_median") == 1


def test_hours_of_duty_weigh_the_chances() -> None:
    held = shifts({}, {"person": "ben", "start_at": "2026-10-08", "end_at": "2026-10-29"})
    measured = busiest_measured(view(**handled("ada", "ben", "ben"), people=TWO, shifts=held))

    chances = dict(measured.rows.select("person", "chance_share").iter_rows())
    assert chances == pytest.approx({"ada": 0.25, "ben": 0.75})


def test_who_was_touched_off_duty_makes_everyone_eligible() -> None:
    held = shifts({}, {"person": "ben", "start_at": "2026-10-08", "end_at": "2026-10-15"})
    measured = busiest_measured(view(**handled("ada", "zoe"), people=TWO, shifts=held))

    assert set(measured.rows["person"]) == {"ada", "ben", "zoe"}
    assert measured.rows["chance_share"].to_list() == pytest.approx([1 / 3] * 3)


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
    assert busiest_share([1] * 5, [1.0] * 4, observed_count=3) is not None
