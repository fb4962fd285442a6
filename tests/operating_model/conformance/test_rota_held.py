"""The rota declared against the shifts held."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from factories import at, shifts
from metrics.views import LONG
from operating_model.conformance.observing import ROTA, observed, told

from opsreview.operating_model.conformance import Held, Observed
from opsreview.operating_model.conformance.rota import rota_rows
from opsreview.operating_model.document import OperatingModel
from opsreview.window import Window

Load = Callable[[str], OperatingModel]


def week(person: str, monday: str, **more: Any) -> dict[str, Any]:
    start = at(f"2026-{monday} 09:00")
    end = start + (at("2026-01-08") - at("2026-01-01"))
    return {"person": person, "start_at": start, "end_at": end, **more}


def by_turns(*people: str, first: str = "2026-06-15 09:00") -> pl.DataFrame:
    """A week each from ``first`` on, around and around until November."""
    start, length = at(first), at("2026-01-08") - at("2026-01-01")
    return shifts(
        *(
            {
                "person": people[n % len(people)],
                "start_at": start + n * length,
                "end_at": start + (n + 1) * length,
            }
            for n in range(20)
        )
    )


def rows(load: Load, seen: Observed, more: str = "") -> dict[str, Held]:
    held = rota_rows(load(ROTA % more), seen)
    return {row.path.removeprefix("rhythm.duty."): row for row in held}


def test_rota_kept_in_its_order_holds(model_of: Load) -> None:
    found = rows(model_of, observed(shifts=by_turns("ada", "ben")))

    assert {key: row.verdict for key, row in found.items()} == {
        "order": "holds",
        "turns": "holds",
        "handover": "holds",
    }
    assert {row.kind for row in found.values()} == {"rota"}
    assert found["order"].says == "Duty by turns of a week: ADA, BEN"


def test_who_is_in_the_order_and_held_nothing_drifts_and_so_does_a_stranger(model_of: Load) -> None:
    found = rows(model_of, observed(shifts=by_turns("ada", "cleo")))["order"]

    assert found.verdict == "drifts"
    assert found.happened == (
        "1 of 2 in the order held a turn; 1 person held one without being in it; "
        "without a turn: BEN; not in it: CLEO"
    )


def test_by_role_nobody_is_told_apart(model_of: Load) -> None:
    seen = observed(shifts=by_turns("ada", "cleo"), tells_persons=False)

    found = rows(model_of, seen)["order"]

    assert found.happened.endswith("1 person held one without being in it")
    assert found.says == "Duty by turns of a week: in their order"


def test_turn_outside_the_cycle_counts_where_a_round_is_longer_than_it(model_of: Load) -> None:
    text = ROTA.replace("every: week", "every: 4 weeks") % ""
    seen = observed(shifts=shifts(week("ada", "09-14"), week("ben", "10-12")))

    held = {row.path: row for row in rota_rows(model_of(text), seen)}

    assert held["rhythm.duty.order"].verdict == "holds"


def test_part_of_a_round_cannot_tell_who_never_has_a_turn(model_of: Load) -> None:
    known = {"shifts": Window(at("2026-10-26"), LONG.end_at)}

    found = rows(model_of, observed(covers=known, shifts=shifts(week("ada", "10-26"))))["order"]

    assert (found.verdict, found.why) == (
        "cannot tell",
        "not a whole round is known; known from 2026-10-26 to 2026-11-01 only",
    )


def test_overlap_is_one_clear_message(model_of: Load) -> None:
    held = shifts(week("ada", "10-05"), week("ben", "10-12", start_at=at("2026-10-12 03:00")))

    found = rows(model_of, observed(shifts=held))["turns"]

    assert told(found) == (
        "drifts",
        "two were primary at once for 6 h in all",
        "shifts overlap from 2026-10-12 03:00 to 10-12 09:00: shorten one",
    )


def test_gap_counts_where_cover_is_declared_and_only_there(model_of: Load) -> None:
    seen = observed(shifts=by_turns("ada", "ben", first="2026-10-05 09:00"))

    assert "cover" not in rows(model_of, seen)
    found = rows(model_of, seen, ", cover: always")["cover"]
    assert told(found) == (
        "drifts",
        "nobody held duty for 4.4 d of hours",
        "the rota has gaps from 2026-10-01 00:00 to 10-05 09:00",
    )
    business = rows(model_of, seen, ", cover: business hours")["cover"]
    assert business.happened == "nobody held duty for 16 h of business hours"


def test_gap_of_a_weekend_leaves_business_hours_covered(model_of: Load) -> None:
    friday = {"person": "ada", "start_at": "2026-09-28", "end_at": "2026-10-02 17:00"}
    monday = {"person": "ben", "start_at": "2026-10-05 09:00", "end_at": "2026-11-02"}

    seen = observed(shifts=shifts(friday, monday))

    assert rows(model_of, seen, ", cover: business hours")["cover"].verdict == "holds"


def test_handover_a_few_hours_off_is_let_pass_and_days_off_are_told(model_of: Load) -> None:
    near = by_turns("ada", "ben", first="2026-06-15 15:00")
    far = by_turns("ada", "ben", first="2026-06-17 15:00")

    assert rows(model_of, observed(shifts=near))["handover"].verdict == "holds"
    found = rows(model_of, observed(shifts=far))["handover"]
    assert found.happened == "4 of 4 handovers came more than a day off"
    assert found.why.startswith("duty changed hands on Wed 2026-10-07 15:00, ")
    assert found.estimate is not None
    assert (found.estimate.value, found.estimate.n) == (0.0, 4)


def test_one_person_all_the_time_hands_over_to_nobody(model_of: Load) -> None:
    found = rows(model_of, observed(shifts=by_turns("ada")))["handover"]

    assert told(found)[::2] == ("cannot tell", "duty was handed over at no time in the cycle")


@pytest.mark.parametrize(("limit", "verdict"), [("50 %", "holds"), ("40 %", "drifts")])
def test_most_share_is_read_over_whole_rounds(model_of: Load, limit: str, verdict: str) -> None:
    seen = observed(shifts=by_turns("ada", "ben"))

    found = rows(model_of, seen, f", most_share: {limit}")["most_share"]

    assert found.verdict == verdict
    assert found.happened.startswith("the one on duty most was so for ")
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(0.5, abs=0.1)


def test_rest_shorter_than_declared_drifts_and_two_turns_on_end_are_none(model_of: Load) -> None:
    by_two = observed(shifts=by_turns("ada", "ben"))
    alone = observed(shifts=by_turns("ada"))

    assert rows(model_of, by_two, ", rest: 1 week")["rest"].verdict == "holds"
    short = rows(model_of, by_two, ", rest: 2 weeks")["rest"]
    assert (short.verdict, short.why) == ("drifts", "the shortest pause was 7 d")
    assert rows(model_of, alone, ", rest: 1 week")["rest"].happened == (
        "1 turn went on into the next"
    )


def test_no_shift_in_the_cycle_cannot_be_told(model_of: Load) -> None:
    for row in rows(model_of, observed(), ", cover: always").values():
        assert told(row)[::2] == ("cannot tell", "no shift is recorded in the cycle")


def test_shifts_no_source_gives_cannot_be_told(model_of: Load) -> None:
    found = rows(model_of, observed(without=["shifts", "incident_events", "people"]))

    assert {row.why for row in found.values()} == {"no source gives shifts"}


def test_rota_from_a_calendar_has_no_order_to_hold(model_of: Load) -> None:
    text = "rhythm: {duty: {every: week, from: rota.ics}}\n"

    (row,) = rota_rows(model_of(text), observed(shifts=by_turns("ada", "ben")))

    assert row.path == "rhythm.duty.turns"


def test_model_without_duty_makes_no_row(model_of: Load) -> None:
    assert rota_rows(model_of(""), observed(shifts=by_turns("ada"))) == []
