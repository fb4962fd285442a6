"""Who answers, and who does the reviewing."""

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


def answers_by_person(metric: pl.DataFrame) -> go.Figure | None:
    """Answers on issues each person gave, most first.

    Args:
        metric: The rows of ``contributor_absence_factor``: ``count`` of each ``person:<id>``, and
            ``top_share`` and ``top_two_share`` of all.

    Returns:
        A bar a person; None when nobody answered, or no person may be shown.
    """
    people = counts_by_person(metric)
    if people.is_empty():
        return None
    total = int(people["value"].sum())
    shares = people.with_columns(share=pl.col("value") / total)
    top, top_two = (in_words(share, "share") for share in _top_shares(metric, shares))
    title = f"{top} of {total} answers came from one person"
    if people.height > 1:
        title += f", {top_two} from two"
    note = f"{people.height} people answered" if people.height > 1 else "nobody else answered"
    rows = [
        [row["person"], int(row["value"]), in_words(row["share"], "share")]
        for row in shares.iter_rows(named=True)
    ]
    told = Told(title, note, f"{title}; {note}.", ["person", "answers", "share"], rows)
    bars, layout = person_bars(shares, "answers")
    return drawn([bars], told, **layout)


def _top_shares(metric: pl.DataFrame, shares: pl.DataFrame) -> tuple[float, float]:
    """The shares of the first and of the first two as the metric states them, else as drawn."""
    of_all = metric.filter(pl.col("group") == "all").drop_nulls("value")
    said = dict(of_all.select("statistic", "value").iter_rows())
    drawn_share = shares["share"]
    return (
        said.get("top_share", drawn_share[0]),
        said.get("top_two_share", float(drawn_share.head(2).sum())),
    )
