"""When pull requests ask for a review, and when they are drafts again."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from opsreview.metrics.view import ITEM, hours_between
from opsreview.metrics.working_waits import working_hours
from opsreview.tables.history import IN_ORDER
from opsreview.window import Window, literal
from opsreview.working_time import TeamCalendar

_READY, _BACK = "ready_for_review", "convert_to_draft"


def ready_for_review(
    pull_requests: pl.DataFrame, events: pl.DataFrame, *, as_of: datetime
) -> pl.DataFrame:
    """When each pull request first asked for a review: opened, or its draft marked ready.

    A pull request whose first draft event is ``ready_for_review`` was opened as a draft. One that
    is a draft and has no such event, or has it after ``as_of``, has not been ready yet: ready_at is
    null. Later events tell how a pull request was opened; today's ``is_draft`` alone would not.

    Returns:
        The pull requests with ready_at.
    """
    ready = first_ready(pull_requests, events)
    return ready.with_columns(pl.when(pl.col("ready_at") <= literal(as_of)).then("ready_at"))


def first_ready(pull_requests: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """``ready_for_review`` as far as the data speaks."""
    first = (
        _changes(events)
        .group_by(ITEM, maintain_order=True)
        .agg(first_event=pl.col("event").first(), first_event_at=pl.col("created_at").first())
    )
    was_draft = pl.col("first_event") == _READY
    is_draft_still = pl.col("first_event").is_null() & pl.col("is_draft").fill_null(False)
    ready_at = pl.when(was_draft).then("first_event_at").when(~is_draft_still).then("opened_at")
    return (
        pull_requests.lazy()
        .join(first, on=ITEM, how="left", maintain_order="left")
        .with_columns(ready_at=ready_at)
        .drop("first_event", "first_event_at")
        .collect()
    )


def draft_changes(events: pl.DataFrame) -> pl.DataFrame:
    """The events that begin and end drafts."""
    return events.filter(pl.col("event").is_in([_READY, _BACK]))


def ready_in(
    pull_requests: pl.DataFrame, events: pl.DataFrame, *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """``ready_for_review`` of what was opened, or marked ready, in the window."""
    drafted = draft_changes(events)
    marked = drafted.filter(window.has("created_at"))
    of_old = pull_requests.join(marked, on=ITEM, how="semi").filter(~window.has("opened_at"))
    candidates = pl.concat([pull_requests.filter(window.has("opened_at")), of_old])
    return ready_for_review(candidates, drafted.join(candidates, on=ITEM, how="semi"), as_of=as_of)


def without_drafts(
    rows: pl.DataFrame, events: pl.DataFrame, *, as_of: datetime, calendar: TeamCalendar
) -> pl.DataFrame:
    """The waits without the time that the pull requests were drafts again.

    Args:
        rows: repo, number, ready_at, ended_at (null: still waiting at ``as_of``), waited_hours.
        events: EVENTS.
        as_of: Last moment the data speaks for, UTC.
        calendar: When anybody of the team works.

    Returns:
        The rows with draft_hours, waited_hours (>= 0) less by them, and working_hours, those of the
        wait in which anybody of the team works (null: nobody was in the team then).
    """
    worked = working_hours(rows, "ready_at", "ended_at", calendar=calendar, as_of=as_of)
    waits = rows.with_columns(working_hours=worked)
    changes = draft_changes(events).join(rows, on=ITEM, how="semi")
    if changes.is_empty():
        return waits.with_columns(draft_hours=pl.lit(0.0))
    until = pl.col("ended_at").fill_null(literal(as_of))
    back_at = pl.col("created_at").shift(-1).over(ITEM).fill_null(literal(as_of))
    spells = (
        _changes(changes)
        .join(rows.lazy().select(*ITEM, "ready_at", until=until), on=ITEM, maintain_order="left")
        .filter(pl.col("event") != pl.col("event").shift(1, fill_value="").over(ITEM))
        .with_columns(back_at=back_at)
        .filter(pl.col("event") == _BACK)
        .select(
            *ITEM,
            from_at=pl.max_horizontal("created_at", "ready_at"),
            to_at=pl.min_horizontal("back_at", "until"),
        )
        .filter(pl.col("from_at") < pl.col("to_at"))
        .collect()
    )
    drafted = working_hours(spells, "from_at", "to_at", calendar=calendar, as_of=as_of)
    out = (
        spells.with_columns(drafted=drafted)
        .group_by(ITEM)
        .agg(draft_hours=hours_between("from_at", "to_at").sum(), drafted=pl.col("drafted").sum())
    )
    return (
        waits.join(out, on=ITEM, how="left")
        .with_columns(pl.col("draft_hours", "drafted").fill_null(0.0))
        .with_columns(
            waited_hours=pl.max_horizontal(pl.col("waited_hours") - pl.col("draft_hours"), 0.0),
            working_hours=(pl.col("working_hours") - pl.col("drafted")).clip(0),
        )
        .drop("drafted")
        .sort(ITEM)
    )


def _changes(events: pl.DataFrame) -> pl.LazyFrame:
    return events.lazy().filter(pl.col("event").is_in([_READY, _BACK])).sort(*IN_ORDER)
