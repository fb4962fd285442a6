"""Who could have held duty, and when."""

from datetime import date

from factories import at, leave, people

from metrics.views import OCTOBER
from opsreview.metrics.eligibility import eligible_spells, fair_hours

ADA = people({"person_id": "ada", "zone": "America/New_York"})


def test_leave_is_taken_out_by_the_days_of_the_persons_own_zone() -> None:
    away = leave({"person_id": "ada", "from_on": date(2026, 10, 5), "to_on": date(2026, 10, 9)})

    spells = eligible_spells(ADA, away, [], window=OCTOBER)

    # New York is four hours behind UTC until November 1.
    assert spells.select("start_at", "end_at").rows() == [
        (at("2026-10-01"), at("2026-10-05 04:00")),
        (at("2026-10-10 04:00"), at("2026-11-01")),
    ]


def test_who_is_away_all_the_time_could_not_have_held_duty() -> None:
    away = leave({"person_id": "ada", "from_on": date(2026, 9, 1), "to_on": date(2026, 12, 1)})

    assert eligible_spells(ADA, away, [], window=OCTOBER).is_empty()
    assert fair_hours(ADA, away, ["ada"], window=OCTOBER).is_empty()


def test_who_took_part_without_being_listed_is_eligible_throughout() -> None:
    spells = eligible_spells(ADA, leave(), ["zoe"], window=OCTOBER)

    assert ("zoe", OCTOBER.start_at, OCTOBER.end_at, 1.0) in spells.rows()
