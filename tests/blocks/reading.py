"""What a test needs to read a block as a person does, and to change a cycle under it."""

import json
import re
from typing import Any

from cycle_factory import estimates, metrics_frame

from opsreview import blocks, open_review
from opsreview.estimate import Estimate
from opsreview.review import Review


def text(block: blocks.Block | None) -> str:
    """What a reader sees."""
    assert block is not None
    plain = re.sub(r"<[^>]+>", " ", block.html).replace("\u00a0", " ")
    return " ".join(plain.split())


def with_metrics(review: Review, *rows: tuple[str, Estimate]) -> Review:
    """The cycle with other values for some statistics."""
    given = {(metric, row.statistic, row.group) for metric, row in rows}
    kept = [
        (metric, row)
        for metric, row in estimates()
        if (metric, row.statistic, row.group) not in given
    ]
    metrics_frame([*kept, *rows]).write_parquet(review.folder / "metrics.parquet")
    return open_review(review.team, review.cycle, outputs=review.folder.parents[1])


def with_document(review: Review, name: str, document: Any) -> Review:
    """The cycle with another ``<name>.json``."""
    (review.folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    return open_review(review.team, review.cycle, outputs=review.folder.parents[1])


def without(review: Review, name: str) -> Review:
    (review.folder / name).unlink()
    return open_review(review.team, review.cycle, outputs=review.folder.parents[1])
