"""How the numbers of a page were made: interval, assumption and source of every statistic."""

from __future__ import annotations

from typing import Any

import polars as pl

from opsreview.blocks.block import Block, rendered
from opsreview.review import Review
from opsreview.wording import capitalised, metric_name

# What each method takes for granted, by a part of its name in ``metrics.parquet``.
ASSUMPTIONS = {
    "Wilson": "items fall to one side or the other independently of each other",
    "exact Poisson": "things happen independently of each other, at one rate through the window",
    "order statistics": "whole values, independent of each other; of any shape",
    "Theil-Sen": "values independent of each other but for a straight trend; of any shape",
    "ratio of Poisson rates": "things happen independently of each other, each at its own rate",
    "of the answered alone": "that who was not answered tells nothing: it is there to be doubted",
    "median": "too few values for an interval",
    "by merge times alone": "as without a clone: a release holds all that was merged before it",
    "Kaplan-Meier": "what still waits would go on as what waited as long did",
    "Aalen-Johansen": "as Kaplan-Meier; whichever end comes first counts, the other is its rival",
    "count": "exact: everything the sources hold was counted",
    "share of the summed time": "exact, and led by the few longest: no interval of it is honest",
    "sum of shift hours": "exact: the hours the rota holds",
    "replayed": "the same merges at the same moments; each goes with the first departure after it",
    "turns shared evenly": "everybody takes as many turns as everybody else",
    "of turns begun": "exact: of the turns that began in the window",
    "maximum": "exact: the longest of those seen",
    "still open": "it has not ended: it will be longer",
    "clusters dealt": "incidents that come together count once; chance deals each cluster",
}


def method_note(review: Review, topic: str) -> Block | None:
    """A folded table of what each number of a topic is, its interval, assumption and source.

    None where the cycle holds no statistic of the topic.
    """
    notes = [
        note
        for said in review.methods
        if said["topic"] == topic and (note := _note(review, said)) is not None
    ]
    return rendered("method_note", notes=notes) if notes else None


def assumption_of(method: str) -> str:
    """What a method takes for granted; empty where nobody wrote it down."""
    return next((says for name, says in ASSUMPTIONS.items() if name in method), "")


def _note(review: Review, said: dict[str, str]) -> dict[str, Any] | None:
    rows = review.metric(said["metric"]).filter(pl.col("method") != "none")
    methods = rows["method"].unique().sort().to_list()
    if not methods:
        return None
    return {
        "name": capitalised(metric_name(said["metric"])),
        "what": said["summary"],
        "methods": [(method, assumption_of(method)) for method in methods],
        "standard": said["standard"],
        "source": said["source"],
    }
