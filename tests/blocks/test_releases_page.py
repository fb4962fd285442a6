"""The pieces of the release page alone."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
from cycle_documents import WINDOW
from cycle_factory import metrics_frame, releases_frame, write_cycle

from opsreview import blocks, open_review
from opsreview.estimate import Estimate
from opsreview.review import Review
from opsreview.window import Window

COMING: dict[str, Any] = {
    "slots": [
        {"day": "2026-11-10", "excused": "freeze: the fair"},
        {"day": "2026-11-24", "excused": None},
    ],
    "by": "release-manager",
    "owner": "otter",
    "deputy": None,
    "blockers": [{"text": "#<1>", "url": "https://example.org/1"}],
    "blocker_count": 1,
    "unreleased_count": 3,
    "oldest_hours": 96.0,
    "docs": [],
}


def review_of(root: Path, coming: dict[str, Any] | None) -> Review:
    write_cycle(root)
    review = open_review("demo", "2026-10", outputs=root)
    path = review.folder / "next.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"release": coming}), "utf-8")
    return open_review("demo", "2026-10", outputs=root)


def test_readiness_tells_slot_people_changes_and_blockers(tmp_path: Path) -> None:
    block = blocks.readiness(review_of(tmp_path, COMING))

    assert block is not None
    for said in (
        "Tue 24 Nov 2026",
        "Tue 10 Nov 2026: no release, freeze: the fair",
        "nobody: name a deputy in the model",
        "3 merged changes, the oldest for 4\u00a0d",
        "1 open blocker",
        "#&lt;1&gt;",
    ):
        assert said in block.html


def test_blockers_that_no_label_names_are_not_told(tmp_path: Path) -> None:
    block = blocks.readiness(
        review_of(tmp_path, COMING | {"blockers": None, "blocker_count": None})
    )

    assert block is not None
    assert "labels.blocker in review.yaml" in block.html


def test_no_train_is_no_readiness(tmp_path: Path) -> None:
    assert blocks.readiness(review_of(tmp_path, None)) is None


def test_trains_stand_side_by_side(tmp_path: Path) -> None:
    review = review_of(tmp_path, None)
    rows = [
        ("what_if_train", Estimate("lead_time", hours, "hours", 40, group=group))
        for group, hours in (("all", 120.0), ("train:today", 120.0), ("train:weekly", 72.0))
    ]
    path = review.folder / "metrics.parquet"
    metrics = pl.concat([pl.read_parquet(path), metrics_frame(rows)], how="vertical_relaxed")
    metrics.write_parquet(path)

    block = blocks.trains_compared(open_review("demo", "2026-10", outputs=tmp_path))
    assert block is not None
    assert "5\u00a0d" in block.html
    assert "3\u00a0d" in block.html
    assert "40 merges of the year" in block.html


def test_trains_are_not_compared_where_nothing_was_merged(tmp_path: Path) -> None:
    assert blocks.trains_compared(review_of(tmp_path, None)) is None


def test_rules_that_told_each_tag_are_counted_with_the_newest(tmp_path: Path) -> None:
    review = review_of(tmp_path, None)

    block = blocks.kinds_told(review)

    assert block is not None
    year = Window(WINDOW.end_at - timedelta(days=365), WINDOW.end_at)
    seen = releases_frame().filter(year.has("published_at"))
    assert f"How {seen.height} tags were told apart" in block.html
    stable = seen.filter(pl.col("kind") == "stable").sort("published_at")["tag"]
    newest = ", ".join(stable.tail(3).reverse())
    assert f'<td class="n">{stable.len()}</td><td>{newest}</td>' in block.html


def test_tag_without_a_date_is_in_no_number_and_is_said(tmp_path: Path) -> None:
    review = review_of(tmp_path, None)
    undated = (
        releases_frame().head(1).with_columns(published_at=pl.lit(None, pl.Datetime("us", "UTC")))
    )
    releases = pl.concat([releases_frame(), undated], how="vertical_relaxed")
    releases.write_parquet(review.folder / "tables" / "releases.parquet")

    block = blocks.kinds_told(review)

    assert block is not None
    assert "Without a date, and in no number: 1." in block.html


def test_no_release_in_the_year_is_no_table_of_rules(tmp_path: Path) -> None:
    review = review_of(tmp_path, None)
    old = releases_frame().filter(pl.col("published_at") < WINDOW.end_at - timedelta(days=366))
    old.write_parquet(review.folder / "tables" / "releases.parquet")
    assert blocks.kinds_told(review) is None
