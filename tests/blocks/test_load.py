"""The pieces of the on-call page alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from cycle_factory import metrics_frame, write_cycle

from opsreview import blocks, open_review
from opsreview.estimate import Estimate
from opsreview.review import Review

SUNDAY_AT = datetime(2026, 10, 18, 20, 32, tzinfo=UTC)
CLUSTERS = {
    "cluster": [1, 2],
    "service": ["<b>docs</b>", None],
    "incident_count": [3, 1],
    "started_at": [SUNDAY_AT, SUNDAY_AT],
    "last_at": [datetime(2026, 10, 19, 3, 14, tzinfo=UTC), SUNDAY_AT],
    "url": ["javascript:alert(1)", None],
}
LEDGER = {
    "person": ["wren", "otter"],
    "hours": [0.0, 168.0],
    "secondary_hours": [0.0, 0.0],
    "fair_hours": [84.0, 84.0],
    "balance_hours": [-84.0, 84.0],
    "disrupted_nights": [None, 2],
    "is_away": [True, False],
    "next": [None, 1],
}


@pytest.fixture
def review(tmp_path: Path) -> Review:
    write_cycle(tmp_path)
    review = open_review("demo", "2026-10", outputs=tmp_path)
    measured = review.folder / "measured"
    pl.DataFrame(CLUSTERS).write_parquet(measured / "incident_clusters.parquet")
    pl.DataFrame(LEDGER).write_parquet(measured / "cover_ledger.parquet")
    return review


def test_page_is_said_to_be_no_review_of_performance(review: Review) -> None:
    assert "no review of anybody's performance" in blocks.load_note(review).html


def test_clusters_are_told_with_their_rule_and_escaped(review: Review) -> None:
    block = blocks.incident_clusters(review)

    assert block is not None
    assert "&lt;b&gt;docs&lt;/b&gt;" in block.html
    assert "javascript" not in block.html
    assert "Sun 18 Oct 22:32 to Mon 19 Oct 05:14" in block.html
    assert "4 incidents in 2 clusters" in block.html
    assert "within six hours" in block.html


def test_ledger_says_who_is_next_and_who_is_away(review: Review) -> None:
    block = blocks.cover_ledger(review)

    assert block is not None
    assert "away" in block.html
    assert "unknown" in block.html
    assert "less" in block.html


def test_ledger_is_not_told_by_role(tmp_path: Path) -> None:
    write_cycle(tmp_path, run={"privacy": "roles"})
    review = open_review("demo", "2026-10", outputs=tmp_path)
    pl.DataFrame(LEDGER).write_parquet(review.folder / "measured" / "cover_ledger.parquet")

    assert blocks.cover_ledger(review) is None
    assert "links to GitHub lead to who did what" in blocks.load_note(review).html


def test_evidence_is_counted_in_words(review: Review) -> None:
    rows = [
        ("interruptions", Estimate("count", n, "count", int(n), group=f"evidence:{kind}"))
        for kind, n in (("page", 3.0), ("on duty", 2.0), ("nobody known", 4.0))
    ]
    path = review.folder / "metrics.parquet"
    metrics = pl.concat([pl.read_parquet(path), metrics_frame(rows)], how="vertical_relaxed")
    metrics.write_parquet(path)

    block = blocks.evidence(open_review("demo", "2026-10", outputs=review.folder.parents[1]))
    assert block is not None
    assert "was paged or assigned (3)" in block.html
    assert "was on duty as it opened, and nobody acted (2)" in block.html
    assert "Of 4 incidents nobody knows whom they reached." in block.html


def test_nothing_to_tell_is_no_block(tmp_path: Path) -> None:
    write_cycle(tmp_path)
    review = open_review("demo", "2026-10", outputs=tmp_path)

    assert blocks.incident_clusters(review) is None
    assert blocks.cover_ledger(review) is None
