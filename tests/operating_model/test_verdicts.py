"""Whether decisions worked, at their declared looks."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from opsreview.operating_model.decisions import Decision
from opsreview.operating_model.verdicts import CycleValue, Evidence, Verdict, verdicts
from opsreview.window import Cycle

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

UTC = ZoneInfo("UTC")
FASTER = {"metric": "time_to_first_review", "statistic": "median", "direction": "down"}
FASTER |= {"at_least": "25 %"}
USUAL = (10.0, 14.0, 9.0, 12.0, 16.0, 11.0, 13.0, 10.0)  # 2026-01 to 2026-08
OWN = 99.0  # the decision's own month, 2026-09, never counts


def decision(**said: Any) -> Decision:
    plain = {"id": "d1", "title": "A change", "owner": "ada", "status": "done", "expects": FASTER}
    days = {"decided_on": "2026-09-01", "effective_from": "2026-09-01", "due": "2026-09-15"}
    return Decision.model_validate(plain | days | said)


def evidence(
    *after: float | None,
    before: Sequence[float | None] = USUAL,
    unit: str = "hours",
    model: Mapping[str, Any] | None = None,
    followed: bool | None = None,
    today: str = "2027-06-01",
) -> Evidence:
    """Months from 2026-01: those before, 2026-09 itself, and those after."""
    cycle, values = Cycle("2026-01", UTC), {}
    for value in (*before, *([None] * (8 - len(before))), OWN, *after):
        values[cycle] = CycleValue(cycle, value, unit, 40 if value is not None else 0)
        cycle = cycle.following
    return Evidence(
        model_data=model or {},
        last_full=cycle.previous,
        today=date.fromisoformat(today),
        values=lambda _, cycles: [values.get(c, CycleValue(c, None, unit)) for c in cycles],
        followed=lambda _: followed,
    )


def verdict(known: Evidence, **said: Any) -> Verdict:
    (found,) = verdicts([decision(**said)], known)
    return found


def test_clear_improvement_worked_at_the_first_look() -> None:
    found = verdict(evidence(4.0, 5.0))

    assert found.name == "worked"
    assert found.change is not None
    assert found.change.after_count == 2
    assert found.says.startswith("Median time to a first review: 12 h before, 4.5 h after (× 0.37,")


def test_improvement_the_other_way_is_worse() -> None:
    assert verdict(evidence(30.0, 40.0)).name == "worse"
    assert verdict(evidence(30.0, 40.0), expects=FASTER | {"direction": "up"}).name == "worked"


def test_own_month_is_on_neither_side() -> None:
    found = verdict(evidence(12.0, 12.0, 12.0, 12.0))

    assert found.change is not None
    assert found.change.value == pytest.approx(1, abs=0.1)


def test_before_the_first_look_it_is_too_early_and_says_when_to_look() -> None:
    found = verdict(evidence(4.0))

    assert (found.name, found.look_count) == ("too early", 1)
    assert found.next_look == Cycle("2026-11", UTC)
    assert found.says == "1 of 2 full cycles are seen; look again in the review of 2026-11."


def test_undecided_first_look_waits_for_the_second() -> None:
    found = verdict(evidence(11.0, 12.0, 9.0))

    assert (found.name, found.next_look) == ("too early", Cycle("2027-01", UTC))


def test_flat_months_rule_the_expected_effect_out_or_leave_it_open() -> None:
    assert verdict(evidence(16.0, 15.0, 16.0, 15.0)).name == "expected effect ruled out"
    assert verdict(evidence(9.0, 10.0, 11.0, 10.0)).name == "inconclusive"


def test_improvement_smaller_than_the_least_expected_is_ruled_out() -> None:
    steady = [10.0, 10.2, 9.9, 10.1, 10.0, 9.8, 10.1, 10.0]

    found = verdict(evidence(9.0, 9.1, 9.0, 9.1, before=steady))

    assert found.name == "expected effect ruled out"
    assert found.change is not None
    assert found.change.upper < 1


def test_verdict_is_frozen_at_the_look_that_decided_it() -> None:
    early = verdict(evidence(4.0, 5.0))
    later = verdict(evidence(4.0, 5.0, 50.0, 60.0, 70.0))

    assert (later.name, later.change) == (early.name, early.change)


def test_months_after_the_last_look_change_nothing() -> None:
    known = verdict(evidence(11.0, 12.0, 9.0, 12.0))

    assert verdict(evidence(11.0, 12.0, 9.0, 12.0, 90.0, 90.0)).change == known.change


def test_return_to_normal_after_one_bad_month_did_not_work() -> None:
    """August was bad and triggered the decision; what follows is as ever before."""
    bad = (*USUAL[:7], 200.0)

    found = verdict(evidence(11.0, 13.0, 10.0, 12.0, before=bad))

    assert found.name in {"expected effect ruled out", "inconclusive"}
    assert found.change is not None
    assert found.change.before_count == 7


def test_worse_has_to_be_worse_than_the_bad_month_that_triggered_it_too() -> None:
    bad = (*USUAL[:7], 60.0)

    assert verdict(evidence(25.0, 27.0, 26.0, 25.0, before=USUAL)).name == "worse"
    assert verdict(evidence(25.0, 27.0, 26.0, 25.0, before=bad)).name != "worse"


def test_too_few_earlier_cycles_are_inconclusive() -> None:
    found = verdict(evidence(1.0, 1.0, 1.0, 1.0, before=(10.0, 11.0, 12.0)))

    assert found.name == "inconclusive"
    assert found.says == "There are too few earlier cycles to compare with: 3."


def test_month_whose_half_never_happened_is_not_left_out_in_silence() -> None:
    known = evidence(4.0, 5.0, 4.0, 5.0)
    unreached = Cycle("2026-11", UTC)

    def values(_: Decision, cycles: Sequence[Cycle]) -> list[CycleValue]:
        found = known.values(_, cycles)
        return [CycleValue(v.cycle, None, v.unit, 40) if v.cycle == unreached else v for v in found]

    found = verdict(Evidence({}, known.last_full, known.today, values))

    assert found.name == "inconclusive"
    assert found.says == "In 2026-11 half had not happened yet, so there is no value to compare."


def test_month_that_nobody_knows_is_said() -> None:
    found = verdict(evidence(4.0, None, 4.0, 5.0))

    assert (found.name, found.says) == ("inconclusive", "2026-11 is unknown: no data.")


@pytest.mark.parametrize(
    ("metric", "statistic"),
    [("release_interval", "median"), ("waiting_on_team", "count"), ("backlog", "at_end")],
)
def test_number_that_carries_over_from_cycle_to_cycle_is_not_compared(
    metric: str, statistic: str
) -> None:
    found = verdict(evidence(4.0, 5.0), expects=FASTER | {"metric": metric, "statistic": statistic})

    assert found.name == "inconclusive"
    assert "carries over from cycle to cycle" in found.says


def test_shares_are_judged_in_points() -> None:
    up = {"metric": "response_attainment", "statistic": "share_answered", "direction": "up"}
    before = (0.60, 0.66, 0.62, 0.70, 0.64, 0.68, 0.63, 0.65)
    known = evidence(0.84, 0.86, before=before, unit="share")

    assert verdict(known, expects=up | {"at_least": "10 %"}).name == "worked"
    assert "points" in verdict(known, expects=up | {"at_least": "10 %"}).says


def test_two_decisions_on_one_number_at_the_same_time_cannot_be_separated() -> None:
    other = decision(id="d2", decided_on="2026-10-01", effective_from="2026-10-15")

    found = verdicts([decision(), other], evidence(4.0, 5.0))

    assert [each.name for each in found] == ["cannot separate", "cannot separate"]
    assert found[0].says.startswith("d2 was to move the same number")


@pytest.mark.parametrize(
    "other",
    [
        {"status": "dropped"},
        {"expects": FASTER | {"metric": "change_request_duration"}},
        {"expects": FASTER | {"group": "area:preview"}},
        {"expects": "done"},
        {"effective_from": "2027-03-01"},
        {"change": {"path": "rhythm.triage.every", "to": "week"}},
    ],
    ids=["dropped", "another number", "another group", "just done", "later", "not carried out"],
)
def test_other_decisions_leave_a_verdict_alone(other: dict[str, Any]) -> None:
    beside = decision(id="d2", decided_on="2026-10-01", **{"effective_from": "2026-10-15", **other})

    assert verdicts([decision(), beside], evidence(4.0, 5.0))[0].name == "worked"


def test_rival_that_began_after_the_deciding_look_comes_too_late() -> None:
    later = decision(id="d2", decided_on="2026-12-01", effective_from="2026-12-15")

    assert verdicts([decision(), later], evidence(4.0, 5.0, 4.0, 5.0))[0].name == "worked"
    undecided = verdicts([decision(), later], evidence(11.0, 12.0, 9.0, 12.0))
    assert undecided[0].name == "cannot separate"


def test_dropped_decision_was_not_carried_out() -> None:
    assert verdict(evidence(4.0, 5.0), status="dropped").name == "not carried out"


def test_change_that_the_model_does_not_say_was_not_carried_out() -> None:
    change = {"path": "rhythm.triage.every", "from": "week", "to": "weekday"}
    said = {"rhythm": {"triage": {"every": "weekday"}}}

    assert verdict(evidence(4.0, 5.0), change=change).name == "not carried out"
    assert verdict(evidence(4.0, 5.0, model=said), change=change).name == "worked"
    assert verdict(evidence(4.0, 5.0, model=said, followed=False), change=change).name == (
        "not carried out"
    )


def test_change_that_a_later_decision_changed_again_was_carried_out() -> None:
    first = decision(change={"path": "rhythm.triage.every", "to": "weekday"}, expects="done")
    second = decision(
        id="d2",
        change={"path": "rhythm.triage.every", "from": "weekday", "to": "week"},
        effective_from="2026-10-01",
        expects="done",
    )

    found = verdicts([first, second], evidence(model={"rhythm": {"triage": {"every": "week"}}}))

    assert [each.name for each in found] == ["done", "done"]


@pytest.mark.parametrize(
    ("said", "today", "followed", "name"),
    [
        ({"status": "done"}, "2026-09-02", None, "done"),
        ({"status": "open"}, "2026-09-10", None, "too early"),
        ({"status": "open"}, "2026-09-15", None, "too early"),
        ({"status": "open"}, "2026-09-16", None, "not done"),
        ({"status": "open"}, "2026-09-16", True, "done"),
        ({"status": "done"}, "2026-08-31", None, "too early"),
    ],
)
def test_most_decisions_are_done_or_not(
    said: dict[str, Any], today: str, followed: bool | None, name: str
) -> None:
    assert verdict(evidence(today=today, followed=followed), expects="done", **said).name == name


def test_open_and_overdue_decision_is_not_judged_by_numbers() -> None:
    found = verdict(evidence(4.0, 5.0), status="open")

    assert found.name == "not carried out"
    assert found.says == "It was due on 2026-09-15, and nobody has said that it is done."


def test_order_of_the_ledger_changes_no_verdict() -> None:
    ledger = [
        decision(),
        decision(id="d2", effective_from="2026-10-15", decided_on="2026-10-01"),
        decision(id="d3", expects="done"),
    ]
    named = {each.decision.id: each.name for each in verdicts(ledger, evidence(4.0, 5.0))}

    for shuffled in permutations(ledger):
        found = verdicts(list(shuffled), evidence(4.0, 5.0))
        assert {each.decision.id: each.name for each in found} == named


def test_quarters_are_judged_by_quarters() -> None:
    first = Cycle("2024-q3", UTC)
    values, cycle = {}, first
    for value in (*USUAL, OWN, 4.0, 5.0):
        values[cycle] = CycleValue(cycle, value, "hours", 40)
        cycle = cycle.following
    known = Evidence(
        {},
        cycle.previous,
        date(2027, 6, 1),
        lambda _, asked: [values[c] for c in asked if c in values],
    )

    assert verdict(known).name == "worked"


@pytest.mark.parametrize("tau", [0.0, 0.3])
def test_flat_months_are_rarely_called_worked_or_worse_and_halved_ones_are_found(
    tau: float,
) -> None:
    from decisions import Cell, judged

    flat = judged(Cell("median", 60, tau, is_after_a_bad_month=True), 300, seed=1)
    halved = judged(Cell("median", 60, tau, factor=0.5), 300, seed=2)

    assert flat["worked"] + flat["worse"] <= 0.09 * 300
    assert halved["worked"] >= (0.85 if tau == 0 else 0.5) * 300


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("promises.load", "promises.load.at_most"),
        ("promises.load.at_most", "promises.load"),
        ("promises.load", "promises.load"),
    ],
    ids=["a part of it", "what it is a part of", "the same, on the same day"],
)
def test_change_that_was_changed_again_around_it_was_carried_out(first: str, second: str) -> None:
    ledger = [
        decision(change={"path": first, "to": "half"}, expects="done"),
        decision(id="d2", change={"path": second, "to": "a third"}, expects="done"),
    ]

    found = verdicts(ledger, evidence(model={"promises": [{"id": "load", "at_most": "a third"}]}))

    assert found[0].name == "done"


def test_open_decision_whose_change_the_model_says_is_judged_by_its_number() -> None:
    """The model changed: that nobody set its status is no reason to call it not carried out."""
    change = {"path": "rhythm.triage.every", "from": "week", "to": "weekday"}
    said = {"rhythm": {"triage": {"every": "weekday"}}}

    found = verdict(evidence(4.0, 5.0, model=said), change=change, status="open")

    assert found.name == "worked"
