"""The turns that the model planned against the shifts that were held."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from factories import shifts, window

from metrics.views import stated, value, view
from opsreview.metrics.planned_duty import swaps_measured
from opsreview.metrics.view import Targets, View
from opsreview.rotation import Rotation

MADRID = ZoneInfo("Europe/Madrid")
ROTATION = Rotation(("ada", "ben"), MADRID, starting=date(2026, 10, 5), weekday=0, handover=time(9))
MONTH = window("2026-10-05 07:00", "2026-11-02 08:00")
# Monday 09:00 of Madrid: 07:00 UTC until the clocks go back on October 25, then 08:00.
HANDOVERS = [
    "2026-10-05 07:00",
    "2026-10-12 07:00",
    "2026-10-19 07:00",
    "2026-10-26 08:00",
    "2026-11-02 08:00",
]


def held(*persons: str | None, rotation: Rotation | None = ROTATION, **more: object) -> View:
    rows = [
        {"person": person, "start_at": start_at, "end_at": end_at, **more}
        for person, start_at, end_at in zip(persons, HANDOVERS, HANDOVERS[1:], strict=False)
        if person
    ]
    return view(window=MONTH, shifts=shifts(*rows), targets=Targets(72.0, rotation=rotation))


def test_turns_held_by_whom_the_order_names_are_as_planned() -> None:
    measured = swaps_measured(held("ada", "ben", "ada", "ben"))

    assert measured.rows["became"].to_list() == ["as planned"] * 4
    assert (value(measured, "share_as_planned"), value(measured, "swapped")) == (1, 0)


def test_swaps_and_turns_of_nobody_are_told_apart() -> None:
    measured = swaps_measured(held("ben", "ben", None, "cleo"))

    assert measured.rows.select("person", "held_by", "became").rows() == [
        ("ada", "ben", "swapped"),
        ("ben", "ben", "as planned"),
        ("ada", None, "nobody"),
        ("ben", "cleo", "swapped"),
    ]
    assert [value(measured, name) for name in ("share_as_planned", "swapped", "nobody")] == [
        0.25,
        2,
        1,
    ]


def test_a_turn_in_two_halves_is_shared() -> None:
    rows = [
        {"person": "ada", "start_at": "2026-10-05 07:00", "end_at": "2026-10-08 19:00"},
        {"person": "ben", "start_at": "2026-10-08 19:00", "end_at": "2026-10-12 07:00"},
    ]
    week = window("2026-10-05 07:00", "2026-10-12 07:00")
    targets = Targets(72.0, rotation=ROTATION)
    measured = swaps_measured(view(window=week, shifts=shifts(*rows), targets=targets))

    assert measured.rows["became"].to_list() == ["shared"]
    assert value(measured, "share_as_planned") == 0


@pytest.mark.parametrize(
    ("changed_at", "settled"),
    [
        ("2026-10-03 06:59", None),
        ("2026-10-03 07:01", "late"),
        ("2026-10-05 07:00", "late"),
        ("2026-10-05 07:01", "retroactive"),
    ],
)
def test_when_a_shift_was_settled_is_in_time_late_or_afterwards(
    changed_at: str, settled: str | None
) -> None:
    measured = swaps_measured(held("ada", changed_at=changed_at))

    expected = {"late": 0.0, "retroactive": 0.0} | ({settled: 1.0} if settled else {})
    assert {name: value(measured, name) for name in expected} == expected


def test_edits_that_no_source_tells_are_unknown() -> None:
    assert stated(swaps_measured(held("ada")))["late"].reason == (
        "no source says when shifts were settled"
    )


@pytest.mark.parametrize(
    ("rotation", "persons", "reason"),
    [
        (None, ("ada",), "the model declares no order of duty: write rhythm.duty.order"),
        (
            Rotation(("ada",), MADRID),
            ("ada",),
            "the model says no day on which the rota begins: write rhythm.duty.starting",
        ),
        (ROTATION, (), "no calendar records who held duty"),
    ],
)
def test_what_keeps_the_plan_from_being_told_is_said(
    rotation: Rotation | None, persons: tuple[str, ...], reason: str
) -> None:
    measured = swaps_measured(held(*persons, rotation=rotation))

    assert stated(measured)["share_as_planned"].reason == reason


def test_turns_that_the_model_alone_knows_of_prove_nothing() -> None:
    measured = swaps_measured(held("ada", "ben", source="model"))

    assert stated(measured)["swapped"].reason == "no calendar records who held duty"
