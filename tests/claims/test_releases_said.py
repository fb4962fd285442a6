"""Sentences about the train, its releases' hours and chains of hotfixes."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from factories import at, window

from opsreview.claims import Spoken, findings
from opsreview.estimate import METRICS_SCHEMA, Estimate
from opsreview.metrics.intervals import count, median_of_values, share, trend_of_values

PUNCTUALITY, HOURS, CHAINS = "release_punctuality", "off_hours_release_share", "hotfix_chains"


NOTHING = pl.DataFrame(schema=METRICS_SCHEMA)
RELEASERS = "release_absence_factor"


def said(metric: str, *found: Estimate) -> list[str]:
    october = window("2026-10-01", "2026-11-01")
    rows = [part.row(metric, "all", october, at("2026-11-08")) for part in found]
    metrics = pl.DataFrame(rows, schema=METRICS_SCHEMA)
    return [finding.claim for finding in findings(Spoken(metrics, NOTHING, {}, 72.0, ()), [])]


def test_slots_kept_are_said_with_what_became_of_the_others() -> None:
    kept = share(1, 4, statistic="share_on_time")
    others = (("late", 2), ("skipped", 1), ("overdue", 0))
    counts = [count(n, statistic=name) for name, n in others]

    assert said(PUNCTUALITY, kept, *counts, count(1, statistic="unplanned")) == [
        "1 of 4 release slots was kept (5–70 %, n 4): 2 late, 1 skipped; 1 release came unplanned"
    ]


def test_only_slot_is_said_as_one() -> None:
    assert said(PUNCTUALITY, share(0, 1, statistic="share_on_time")) == [
        "0 of 1 release slot was kept (0–79 %, n 1)"
    ]


def test_what_waits_is_told_until_when_it_is_known() -> None:
    october = window("2026-10-01", "2026-11-01")
    waiting = [count(2), median_of_values([48.0, 72.0], unit="hours")]
    others = [count(3).row("issues_new", "all", october, at("2026-11-08"))]
    until = "; releases and merges are known until Fri 9 Oct 2026 only"

    for as_of, ending in (("2026-10-09", until), ("2026-11-08", "")):
        rows = [each.row("unreleased_changes", "all", october, at(as_of)) for each in waiting]
        told = findings(
            Spoken(pl.DataFrame([*rows, *others], schema=METRICS_SCHEMA), NOTHING, {}, 72.0, ()), []
        )
        (claim,) = [each.claim for each in told if each.metric == "unreleased_changes"]
        assert claim.endswith(ending or "n 2)")
        assert ("known until" in claim) == bool(ending)


def test_every_slot_kept_says_no_more() -> None:
    assert said(PUNCTUALITY, share(2, 2, statistic="share_on_time")) == [
        "2 of 2 release slots were kept (34–100 %, n 2)"
    ]


def test_slip_is_said_with_its_trend_where_there_are_enough_slots() -> None:
    slips = [0, 0, 1, 2, 2, 3, 4, 4]
    slip = median_of_values(slips, unit="days", statistic="slip")
    trend = trend_of_values(range(8), slips, unit="days_per_slot", statistic="slip_trend")
    few = trend_of_values(range(5), slips[:5], unit="days_per_slot", statistic="slip_trend")
    half = (
        "Half of the releases of the last twelve months came up to 2 d after their slot "
        "(0–4 d, 8 slots)"
    )

    assert said(PUNCTUALITY, slip, trend) == [
        f"{half}; it grows from slot to slot (0.5–1 d a slot)"
    ]
    assert said(PUNCTUALITY, slip, few) == [half]


def test_slip_that_moves_neither_way_has_no_trend() -> None:
    slips = [0, 2, 0, 2, 0, 2, 0, 2]
    slip = median_of_values(slips, unit="days", statistic="slip")
    trend = trend_of_values(range(8), slips, unit="days_per_slot", statistic="slip_trend")

    assert said(PUNCTUALITY, slip, trend)[0].endswith("no trend is to be seen (0–0.67 d a slot)")


def test_slip_that_shrinks_says_so() -> None:
    slips = [8, 7, 6, 5, 4, 3, 2, 1]
    slip = median_of_values(slips, unit="days", statistic="slip")
    trend = trend_of_values(range(8), slips, unit="days_per_slot", statistic="slip_trend")

    assert "it shrinks from slot to slot" in said(PUNCTUALITY, slip, trend)[0]


def test_releases_are_said_to_rest_on_few() -> None:
    found = [count(1, statistic="count"), share(8, 10, statistic="top_share")]
    one, top = replace(found[0], n=10), found[1]

    assert said(RELEASERS, one, top) == [
        "Half of 10 releases of the last twelve months were published by one person; "
        "the busiest published 80 % (49–94 %, n 10)"
    ]
    robots = replace(one, n_excluded=3)
    assert said(RELEASERS, robots, top)[0].endswith("a robot, or nobody known, published 3")


@pytest.mark.parametrize(("releases", "what"), [(1, "the only release"), (4, "all 4 releases")])
def test_one_person_who_publishes_everything_is_said(releases: int, what: str) -> None:
    one = replace(count(1, statistic="count"), n=releases)
    top = share(releases, releases, statistic="top_share")

    assert said(RELEASERS, one, top) == [f"One person published {what} of the last twelve months"]


def test_slots_without_a_release_are_told_beside_the_slip() -> None:
    slip = median_of_values([2, 3, 9], unit="days", statistic="slip")

    assert said(PUNCTUALITY, replace(slip, n_excluded=5)) == [
        "Half of the releases of the last twelve months came up to 3 d after their slot (3 slots); "
        "5 slots had none"
    ]


def test_releases_that_keep_to_their_day_are_said_to_do_so() -> None:
    slip = median_of_values([0, 0, 3], unit="days", statistic="slip")

    assert said(PUNCTUALITY, slip) == [
        "Half of the releases of the last twelve months came on the day of their slot (3 slots)"
    ]


def test_hours_of_releases_are_said_with_fridays_nights_and_freezes() -> None:
    found = [
        share(k, 10, statistic=name)
        for name, k in (("share", 4), ("share_on_friday", 1), ("share_at_night", 0))
    ]

    assert said(HOURS, *found, share(1, 8, statistic="share_in_freeze")) == [
        "4 of 10 releases of the last twelve months came outside of working hours "
        "(17–69 %, n 10); 1 on a Friday, 1 in a freeze"
    ]


@pytest.mark.parametrize(
    ("chains", "longest", "sentence"),
    [
        (0, None, "There was no hotfix in the last twelve months"),
        (0, 1.0, "No hotfix of the last twelve months needed another one"),
        (1, 2.0, "Once in the last twelve months a hotfix needed another one; "),
        (3, 4.0, "3 times in the last twelve months a hotfix needed another one; "),
    ],
)
def test_chains_of_hotfixes_are_said(chains: int, longest: float | None, sentence: str) -> None:
    (claim,) = said(CHAINS, count(chains), Estimate("longest", longest, "count", int(longest or 0)))

    assert claim.startswith(sentence)
    assert claim.endswith(f"the longest chain had {int(longest or 0)}") == (chains > 0)


def test_hours_of_a_plain_week_say_so() -> None:
    plain = replace(share(1, 8, statistic="share"), reason="nobody's working hours are listed")
    assert said(HOURS, plain)[0].endswith("(2–47 %, n 8); nobody's working hours are listed")
