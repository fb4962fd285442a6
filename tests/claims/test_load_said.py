"""Sentences about whether the load is fair, and who carries what no rota gives them."""

from __future__ import annotations

import polars as pl
import pytest
from factories import at, window

from opsreview.claims import Spoken, findings
from opsreview.estimate import METRICS_SCHEMA, Estimate
from opsreview.metrics.intervals import count, share

CUMULATED = "busiest_share_cumulated"


def said(metric: str, *found: Estimate, people: int = 0) -> str:
    october = window("2026-10-01", "2026-11-01")
    rows = [part.row(metric, "all", october, at("2026-11-08")) for part in found]
    metrics = pl.DataFrame(rows, schema=METRICS_SCHEMA)
    measured = {metric: pl.DataFrame({"person": [f"p{n}" for n in range(people)]})}
    nothing = pl.DataFrame(schema=METRICS_SCHEMA)
    (finding,) = findings(Spoken(metrics, nothing, measured, 72.0, ()), [])
    return finding.claim


def cumulated(mid_p: float, clusters: int) -> str:
    shares = {"share": 0.5, "chance_upper": 0.4, "mid_p": mid_p}
    counts = {"clusters": clusters, "clusters_for_triple": 44, "weeks": 26}
    return said(
        CUMULATED,
        *(Estimate(name, value, "share", 60) for name, value in shares.items()),
        *(Estimate(name, value, "count", clusters) for name, value in counts.items()),
        people=4,
    )


BAND = (
    "Over 26 weeks one person took 30 of 60 interruptions; by chance the busiest of 4 people has "
    "up to 24: "
)


@pytest.mark.parametrize(
    ("mid_p", "clusters", "ruling"),
    [
        (0.01, 50, "more than bad luck, by 50 clusters of incidents"),
        (0.01, 12, "more than bad luck, by 12 clusters of incidents"),
        (
            0.2,
            12,
            "too few to tell, 12 of the 44 clusters of incidents that would show one person with "
            "three times the load of each other",
        ),
        (0.2, 44, "chance alone does as much, by 44 clusters of incidents"),
    ],
)
def test_the_half_year_is_more_than_luck_or_luck_or_too_little(
    mid_p: float, clusters: int, ruling: str
) -> None:
    assert cumulated(mid_p, clusters) == BAND + ruling


def test_as_much_as_the_band_allows_is_not_said_to_be_beyond_it() -> None:
    shares = {"share": 0.4, "chance_upper": 0.4, "mid_p": 0.04}
    counts = {"clusters": 50, "clusters_for_triple": 44, "weeks": 26}
    sentence = said(
        CUMULATED,
        *(Estimate(name, value, "share", 60) for name, value in shares.items()),
        *(Estimate(name, value, "count", 50) for name, value in counts.items()),
        people=4,
    )
    assert sentence.endswith(
        "up to 24: as much as chance rarely gives, by 50 clusters of incidents"
    )


def test_work_off_duty_says_how_much_and_how_much_of_it_one_person_did() -> None:
    off, top = share(30, 60), share(24, 30, statistic="top_share")

    assert said("off_rotation_share", off, top) == (
        "50 % of the answers and incidents were dealt with by people who were not on duty "
        "(38–62 %, n 60); one person did 80 % of that"
    )


def test_nothing_off_duty_names_nobody() -> None:
    assert said("off_rotation_share", share(0, 60)).endswith("not on duty (0–6 %, n 60)")


def test_off_hours_say_their_share_and_nights() -> None:
    assert said("off_hours_activity", share(10, 40), count(1, statistic="nights")) == (
        "25 % of what the team did came outside of each person's own working hours "
        "(14–40 %, n 40); 1 night had some"
    )
