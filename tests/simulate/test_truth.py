"""What was planted can be found in the history."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from statistics import mean, median, variance

import pytest

from opsreview.simulate import EXTENSION_TEAM, SimulatedHistory, simulate
from opsreview.simulate.dice import Dice

from .seen import (
    answered_median,
    first_answerers,
    first_words,
    in_time_share,
    interruptions,
    local_month,
    moment,
)


def test_share_answered_in_time_is_the_planted_one(many: SimulatedHistory) -> None:
    for month in many.truth.months:
        waits, _ = first_words(many, month.month)
        n = len(waits)
        in_time = sum(wait is not None and wait <= 72 for wait in waits) / n

        assert n > 400
        assert in_time == pytest.approx(month.answered_share_within(72), abs=2 / n**0.5)


def test_median_over_the_answered_is_the_planted_one(many: SimulatedHistory) -> None:
    for month in many.truth.months:
        waits, _ = first_words(many, month.month)
        answered = [wait for wait in waits if wait is not None]

        assert median(answered) == pytest.approx(month.response_median_hours, rel=0.25)


def test_share_closed_without_a_word_is_the_planted_one(many: SimulatedHistory) -> None:
    for month in many.truth.months:
        waits, closed = first_words(many, month.month)
        silent = closed / len(waits)

        assert silent == pytest.approx(month.closed_unanswered_share, abs=0.04)
        assert 0.15 <= month.closed_unanswered_share <= 0.20


def test_team_without_changes_or_spread_is_the_same_every_month() -> None:
    steady = simulate(replace(EXTENSION_TEAM, issues_per_week=2.0, month_spread=0.0, changes=()))

    assert {month.response_median_hours for month in steady.truth.months} == {20.0}
    assert len({month.answered_share for month in steady.truth.months}) == 1


@pytest.mark.parametrize("dispersion", [1.0, 2.0, 6.0])
def test_counts_are_as_uneven_as_planned(dispersion: float) -> None:
    dice = Dice(7, "counts")

    counts = [dice.count(60, dispersion) for _ in range(4000)]

    assert mean(counts) == pytest.approx(60, rel=0.03)
    assert variance(counts) / mean(counts) == pytest.approx(dispersion, rel=0.15)


def test_first_answers_took_twice_as_long_in_october(demo: SimulatedHistory) -> None:
    usual = [answered_median(demo, month.month) for month in demo.truth.months[:15]]

    october = answered_median(demo, "2026-10")

    assert 1.7 < october / median(usual) < 2.6


def test_second_triager_raised_the_share_answered_in_time(demo: SimulatedHistory) -> None:
    before = [in_time_share(demo, month.month) for month in demo.truth.months[:15]]
    planted = demo.truth.month("2026-08").answered_share_within(72)

    assert 0.10 < planted - demo.truth.month("2026-07").answered_share_within(72) < 0.25
    for month in ("2026-08", "2026-09"):
        assert in_time_share(demo, month) > median(before) + 0.05


def test_ada_answers_about_half_until_there_is_a_second_triager(demo: SimulatedHistory) -> None:
    def share(first: str, end: str) -> float:
        who = first_answerers(demo, first, end)
        return who["sim-ada"] / who.total()

    assert 0.38 < share("2025-05", "2026-08") < 0.55
    assert share("2026-08", "2026-10") < 0.35


def test_ada_carries_more_than_half_of_the_interruptions_in_october(
    demo: SimulatedHistory,
) -> None:
    october = interruptions(demo, "2026-10")
    earlier = interruptions(demo, "")

    assert october["sim-ada"] > october.total() / 2
    assert earlier["sim-ada"] < earlier.total() / 2


def test_ada_does_nearly_all_releases(demo: SimulatedHistory) -> None:
    by = Counter(body["author"]["login"] for body in demo.nodes["releases"])

    assert by["sim-ada"] > 0.85 * by.total()


def test_months_have_three_to_eight_incidents_and_october_ten(demo: SimulatedHistory) -> None:
    count = Counter(local_month(row["opened_at"]) for row in demo.nodes["incidents"])

    assert count.pop("2026-10") == 10
    assert all(3 <= count[month.month] <= 8 for month in demo.truth.months[:17])


def test_train_slips_more_and_more(demo: SimulatedHistory) -> None:
    stable_on = {
        body["published_at"][:10]
        for body in demo.nodes["releases"]
        if body["published_at"] and not body["prerelease"]
    }
    slots = [slot for slot in demo.truth.slots if slot <= date(2026, 10, 31)]
    kept = [slot.isoformat() in stable_on for slot in slots]

    assert sum(kept[:13]) >= 11
    assert sum(kept[-13:]) <= 7


def test_slots_are_tuesdays_and_the_next_one_is_named(demo: SimulatedHistory) -> None:
    assert {slot.weekday() for slot in demo.truth.slots} == {1}
    assert demo.truth.slots[-1] == date(2026, 11, 10)


def test_versions_are_even_for_stable_and_odd_for_prereleases(demo: SimulatedHistory) -> None:
    for body in demo.nodes["releases"]:
        assert int(body["tag_name"].split(".")[1]) % 2 == body["prerelease"]


def test_three_of_five_hold_the_duty_and_ada_half_of_it(demo: SimulatedHistory) -> None:
    weeks = Counter(row["person"] for row in demo.nodes["shifts"])

    assert set(weeks) == {"sim-ada", "sim-ben", "sim-cleo"}
    assert weeks["sim-ada"] == pytest.approx(weeks.total() / 2, abs=1)


def test_one_week_has_nobody_on_duty(demo: SimulatedHistory) -> None:
    edges = [(moment(row["start_at"]), moment(row["end_at"])) for row in demo.nodes["shifts"]]
    gaps = [(end, start) for (_, end), (start, _) in pairwise(edges) if end != start]

    assert gaps == [(datetime(2026, 10, 5, 7, tzinfo=UTC), datetime(2026, 10, 12, 7, tzinfo=UTC))]
