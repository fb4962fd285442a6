"""Who does the reviewing."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from opsreview.estimate import in_words
from opsreview.figures.people import counts_by_person, person_bars
from opsreview.figures.theme import Told, drawn


def review_load_bars(metric: pl.DataFrame) -> go.Figure | None:
    """Reviews each person gave, most first.

    Args:
        metric: The rows of ``review_load``: ``count`` of each ``person:<id>``.

    Returns:
        A bar a person; None when nobody reviewed.
    """
    people = counts_by_person(metric)
    total = int(people["value"].sum()) if people.height else 0
    if not total:
        return None
    shares = people.with_columns(share=pl.col("value") / total)
    top = shares["share"][0]
    title = f"{in_words(top, 'share')} of {total} reviews came from one person"
    if people.height == 1:
        title = f"All {total} reviews came from one person"
    note = f"{people.height} people reviewed"
    rows = [
        [row["person"], int(row["value"]), in_words(row["share"], "share")]
        for row in shares.iter_rows(named=True)
    ]
    told = Told(title, note, f"{title}; {note}.", ["person", "reviews", "share"], rows)
    bars, layout = person_bars(shares, "reviews")
    return drawn([bars], told, **layout)
