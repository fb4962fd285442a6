"""Sentences about who does the work."""

from __future__ import annotations

import polars as pl
import pytest
from factories import at, window

from opsreview.claims import Spoken, findings
from opsreview.estimate import METRICS_SCHEMA, Estimate
from opsreview.metrics.intervals import count, share

SUPPORT, ABSENCE = "support_questions", "contributor_absence_factor"


def said(*found: tuple[str, Estimate]) -> list[str]:
    october = window("2026-10-01", "2026-11-01")
    rows = [part.row(metric, "all", october, at("2026-11-08")) for metric, part in found]
    nothing = pl.DataFrame(schema=METRICS_SCHEMA)
    metrics = pl.DataFrame(rows, schema=METRICS_SCHEMA)
    return [finding.claim for finding in findings(Spoken(metrics, nothing, {}, 72.0, ()), [])]


def shares(metric: str, one: int, two: int, total: int) -> list[tuple[str, Estimate]]:
    top, both = (
        share(one, total, statistic="top_share"),
        share(two, total, statistic="top_two_share"),
    )
    return [(metric, top), (metric, both)]


@pytest.mark.parametrize(
    ("one", "two", "total", "sentence"),
    [
        (20, 31, 40, "Two people gave 78 % of 40 answers to users' questions (62–88 %, n 40)"),
        (6, 10, 10, "Two people gave all 10 answers to users' questions"),
        (3, 3, 3, "One person gave all 3 answers to users' questions"),
        (1, 1, 1, "One person gave the only answer to users' questions"),
    ],
)
def test_support_says_what_the_busiest_two_carry(
    one: int, two: int, total: int, sentence: str
) -> None:
    assert said(*shares(SUPPORT, one, two, total)) == [sentence]


def test_absence_factor_says_how_few_gave_half_and_what_the_busiest_gave() -> None:
    factor = Estimate("count", 2.0, "count", 20)

    assert said((ABSENCE, factor), *shares(ABSENCE, 8, 12, 20)) == [
        "Half of 20 answers came from 2 people; the busiest gave 40 % (22–61 %, n 20)"
    ]


def test_unreviewed_merges_are_counted_with_their_interval() -> None:
    assert said(("unreviewed_merge_share", share(1, 4))) == [
        "1 of 4 pull requests merged was reviewed by nobody else (25 %, 5–70 %)"
    ]


def test_what_cannot_be_measured_is_not_said() -> None:
    assert said((SUPPORT, share(0, 0, statistic="top_two_share")), (SUPPORT, count(3))) == []
