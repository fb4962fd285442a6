"""Sentences about duty: what was covered, what the rotation can promise, who should cover next."""

from __future__ import annotations

import polars as pl
import pytest
from factories import at, window

from opsreview.claims import Spoken, findings
from opsreview.estimate import METRICS_SCHEMA, Estimate
from opsreview.metrics.feasibility import rotation_feasibility
from opsreview.metrics.intervals import share


def said(metric: str, *found: Estimate, rows: pl.DataFrame | None = None) -> str:
    october = window("2026-10-01", "2026-11-01")
    stated = [part.row(metric, "all", october, at("2026-11-08")) for part in found]
    metrics = pl.DataFrame(stated, schema=METRICS_SCHEMA)
    nothing = pl.DataFrame(schema=METRICS_SCHEMA)
    measured = {metric: pl.DataFrame() if rows is None else rows}
    (finding,) = findings(Spoken(metrics, nothing, measured, 72.0, ()), [])
    return finding.claim


def promised(people: int, *, covered_share: float = 1.0, at_once: int = 1) -> str:
    found = rotation_feasibility(
        people, at_once=at_once, covered_share=covered_share, most_share=0.25
    )
    units = {"share": "share", "hours_a_week": "hours"}
    return said(
        "rotation_feasibility",
        *(Estimate(name, value, units.get(name, "count"), people) for name, value in found.items()),
    )


@pytest.mark.parametrize(
    ("people", "sentence"),
    [
        (
            2,
            "2 people take turns at duty: 50 % of the time each, 3.5 d a week; the limit asks for "
            "4 people (Google SRE: at most 25 %), so answers at all of these hours cannot be "
            "promised: business hours, or best effort, can",
        ),
        (
            3,
            "3 people take turns at duty: 33 % of the time each, 2.3 d a week; the limit asks for "
            "4 people (Google SRE: at most 25 %), so answers at all of these hours cannot be "
            "promised: business hours, or best effort, can",
        ),
        (
            4,
            "4 people take turns at duty: 25 % of the time each, 42 h a week; Google SRE advises "
            "at most 25 % of anybody's time",
        ),
    ],
)
def test_small_teams_are_told_plainly_what_they_cannot_promise(people: int, sentence: str) -> None:
    assert promised(people) == sentence


def test_business_hours_are_what_two_people_can_promise() -> None:
    assert promised(2, covered_share=40 / 168).startswith(
        "2 people take turns at duty: 12 % of the time each, 20 h a week; Google SRE advises"
    )


@pytest.mark.parametrize(
    ("gap", "sentence"),
    [
        (0.0, "Somebody held duty for all of the 7.3 d that the model wants covered"),
        (40.0, "Nobody held duty for 40 h of the 7.3 d that the model wants covered"),
    ],
)
def test_gaps_are_told_beside_what_had_to_be_covered(gap: float, sentence: str) -> None:
    hours = Estimate("hours", gap, "hours", 1), Estimate("required_hours", 176.0, "hours", 1)
    assert said("coverage_gap_hours", *hours) == sentence


def test_swaps_say_how_late_shifts_were_settled_where_that_is_known() -> None:
    kept = share(3, 4, statistic="share_as_planned")
    edits = [Estimate(name, n, "count", 4) for name, n in (("late", 1.0), ("retroactive", 2.0))]

    assert said("duty_swaps", kept) == "3 of 4 planned turns were held by whom the order names"
    assert said("duty_swaps", kept, *edits).endswith(
        "order names; 1 were settled less than 48 h before, 2 after"
    )


def test_ledger_says_how_much_less_who_should_cover_next_has_held() -> None:
    weeks = Estimate("weeks", 26.0, "count", 2)
    rows = pl.DataFrame({"next": [1, 2], "balance_hours": [-120.0, 120.0]})

    assert said("cover_ledger", weeks, rows=rows) == (
        "Over 26 weeks, who should cover next held 5 d less than a fair part of duty"
    )
    assert said("cover_ledger", weeks, rows=rows.clear()) == (
        "Nobody of those who could cover next is there (duty added up over 26 weeks)"
    )
