"""Whether knowledge spreads: who does a kind of work for the first time, and who comes anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, not_measurable
from opsreview.metrics.acts import NEEDS, acts_of
from opsreview.metrics.first_response import responses
from opsreview.metrics.intervals import share
from opsreview.metrics.survival import median_with_rivals
from opsreview.metrics.view import ITEM, Measured, View
from opsreview.window import Window, literal

KINDS = ("answer", "review", "release", "duty")
LOOK_BACK = timedelta(days=180)  # who did nothing for so long before is called new to it
RELATIONS = ("newcomer", "returning")
_NOBODY = "nobody did any of it in the window"


def first_time_share(
    acts: pl.DataFrame, windows: Mapping[str, Window], *, as_of: datetime
) -> pl.DataFrame:
    """Who did a kind of work in the window, and whether they had ever done it before. Ours.

    Answers are the team's where anything says who is in the team, else everybody's.

    Args:
        acts: ACTS (``acts.acts_of``), of all of history.
        windows: By kind of work (``KINDS``), the window in which its acts count.
        as_of: Acts after it did not happen.

    Returns:
        One row per kind and person: work, person, first_at (their first such act in the data),
        is_first_time (it lies in the window).
    """
    firsts = acts.group_by("work", "person").agg(pl.col("at").min())
    return _first_times(acts, firsts, windows, as_of)


def _first_times(
    acts: pl.DataFrame, firsts: pl.DataFrame, windows: Mapping[str, Window], as_of: datetime
) -> pl.DataFrame:
    is_counted = pl.any_horizontal(
        pl.lit(False),
        *((pl.col("work") == kind) & window.has("at") for kind, window in windows.items()),
    )
    at_work = acts.lazy().filter(is_counted & (pl.col("at") <= literal(as_of)))
    return (
        firsts.lazy()
        .join(at_work, on=["work", "person"], how="semi")
        .select(pl.col("work").cast(pl.String), "person", first_at="at", is_first_time=is_counted)
        .sort("work", "first_at", "person")
        .collect()
    )


def relations(
    waited: pl.DataFrame, issues: pl.DataFrame, pull_requests: pl.DataFrame
) -> pl.DataFrame:
    """Issues by whether their author had opened anything before. Ours.

    Args:
        waited: Rows of ``time_to_first_response``.
        issues: ISSUES.
        pull_requests: PULL_REQUESTS; may be empty.

    Returns:
        The rows that a known person wrote, with relation: ``newcomer`` or ``returning``.
    """
    columns = (*ITEM, "author_id", "opened_at")
    is_human = pl.col("author_kind") == "human"
    asked = issues.join(waited.select(ITEM), on=ITEM, how="semi").filter(is_human)
    is_theirs = pl.col("author_id").is_in(asked["author_id"].unique().implode())
    opened = pl.concat(
        items.filter(is_theirs).select(columns) for items in (issues, pull_requests)
    ).sort("opened_at", *ITEM)
    firsts = opened.unique("author_id", keep="first", maintain_order=True)
    return (
        waited.join(asked.select(ITEM), on=ITEM, how="semi")
        .join(firsts.select(*ITEM, relation=pl.lit("newcomer")), on=ITEM, how="left")
        .with_columns(pl.col("relation").fill_null("returning"))
        .sort(ITEM)
    )


def first_time_measured(view: View) -> Measured:
    """The registry's way in: people new to each kind of work, and answers to who is new."""
    unknown = {kind: _why_unknown(view, NEEDS[kind]) for kind in KINDS}
    windows = {kind: view.window for kind, why in unknown.items() if why is None}
    acts = acts_of(view.tables, view.window)
    rows = _first_times(acts, view["first_acts"], windows, view.as_of)
    estimates = first_time_estimates(rows)
    if not windows:
        estimates = [not_measurable("share", "share", unknown[KINDS[0]] or "unknown")]
    for kind, why in unknown.items():
        group = f"work:{kind}"
        if why is not None:
            estimates.append(not_measurable("share", "share", why, group=group))
        else:
            of_kind = rows.filter(pl.col("work") == kind)
            estimates += [part.of(group) for part in first_time_estimates(of_kind)]
    return Measured(rows, [*estimates, *_newcomers(view)])


def first_time_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """Of the people in the rows, the share for whom one of the kinds was the first time."""
    if rows.is_empty():
        return [not_measurable("share", "share", _NOBODY)]
    people = rows.group_by("person").agg(pl.col("is_first_time").any())
    return [share(int(people["is_first_time"].sum()), people.height)]


def _newcomers(view: View) -> list[Estimate]:
    needs = ("issues", "comments", *(["pull_requests"] if view.has_pull_requests else []))
    why = _why_unknown(view, needs)
    if why is not None:
        missing = (f"relation:{relation}" for relation in RELATIONS)
        return [not_measurable("median", "hours", why, group=group) for group in missing]
    waited = responses(view["answered"], window=view.window, as_of=view.as_of, by_team=False)
    if waited.is_empty():
        waits = waited.with_columns(relation=pl.lit(None, pl.String))
    else:
        waits = relations(waited, view["issues"], view["pull_requests"])
    return [_median_of(waits, relation) for relation in RELATIONS]


def _median_of(waits: pl.DataFrame, relation: str) -> Estimate:
    rows = waits.filter(pl.col("relation") == relation)
    author = "somebody new" if relation == "newcomer" else "somebody known"
    reason = f"no issue was opened by {author} in the window"
    found = median_with_rivals(rows["waited_hours"], rows["ending"], "answered", reason=reason)
    return found.of(f"relation:{relation}")


def _why_unknown(view: View, needs: tuple[str, ...]) -> str | None:
    """Why nobody can be called new to what these tables tell of; None where somebody can."""
    if view.seen is None:
        return "the window has not begun"
    since = view.window.start_at - LOOK_BACK
    found = view.covered(needs, Window(since, view.seen.end_at))
    if found.window is None:
        return found.reason or "unknown"
    if found.window == Window(since, view.seen.end_at):
        return None
    return f"{found.reason}; the {LOOK_BACK.days} days before the window are needed too"
