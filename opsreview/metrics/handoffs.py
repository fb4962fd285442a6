"""Where work falls between two people: by the timelines of issues and pull requests. Ours."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from opsreview.metrics.view import ITEM, hours_between
from opsreview.metrics.work import PASSIVE, Tables
from opsreview.window import Window, literal

SILENT = timedelta(days=7)  # a week without a word
PING_PONG_PEOPLE = 3
_CASE = (*ITEM, "title", "url")


def passed_around(tables: Tables, *, window: Window, as_of: datetime) -> pl.DataFrame:
    """Items assigned back to someone who had them before, or to three people or more.

    Items count where one of the assignments fell in the window; bots are nobody.

    Returns:
        One row per item, the longest first: repo, number, title, url, turn_count, person_count,
        waited_hours (from the first assignment to the close, or ``as_of``).
    """
    is_given = (pl.col("event") == "assigned") & pl.col("assignee").is_not_null()
    given = (
        tables["events"]
        .lazy()
        .filter(is_given & (pl.col("created_at") <= literal(as_of)))
        .join(_bots(tables), left_on="assignee", right_on="account", how="anti")
        .sort("created_at", "event_id")
    )
    is_handed = (pl.col("assignee") != pl.col("assignee").shift(1)).fill_null(True)
    passed = (
        given.group_by(ITEM, maintain_order=True)
        .agg(
            turn_count=is_handed.sum().cast(pl.Int64),
            person_count=pl.col("assignee").n_unique().cast(pl.Int64),
            first_at=pl.col("created_at").first(),
            is_recent=window.has("created_at").any(),
        )
        .filter("is_recent")
        .filter(
            (pl.col("person_count") >= PING_PONG_PEOPLE)
            | ((pl.col("turn_count") > pl.col("person_count")) & (pl.col("person_count") > 1))
        )
    )
    until_at = pl.coalesce("closed_by_then_at", literal(as_of))
    return (
        passed.join(_items(tables), on=ITEM)
        .with_columns(
            closed_by_then_at=pl.when(pl.col("closed_at") <= literal(as_of)).then("closed_at")
        )
        .with_columns(
            waited_hours=hours_between("first_at", pl.max_horizontal("first_at", until_at))
        )
        .select(*_CASE, "turn_count", "person_count", "waited_hours")
        .sort("waited_hours", *ITEM, descending=[True, False, False])
        .collect()
    )


def unassigned(quiet: pl.DataFrame, assigned: pl.DataFrame, triaged: pl.DataFrame) -> pl.DataFrame:
    """Open issues that are triaged, that nobody is assigned to, and quiet for over a week.

    Args:
        quiet: ``quiet_issues``.
        assigned: ``assigned_at``; an item with ``is_assigned`` null is left out.
        triaged: repo, number of what bears the labels that say so.

    Returns:
        One row per issue, the longest first: repo, number, title, url, waited_hours.
    """
    silent_hours = SILENT / timedelta(hours=1)
    return (
        quiet.filter(pl.col("quiet_hours") > silent_hours)
        .join(triaged, on=ITEM, how="semi", maintain_order="left")
        .join(assigned.filter(~pl.col("is_assigned")), on=ITEM, how="semi", maintain_order="left")
        .select(*_CASE, waited_hours="quiet_hours")
    )


def assigned_at(items: pl.DataFrame, events: pl.DataFrame, *, moment: datetime) -> pl.DataFrame:
    """Whether anybody was assigned to each item at ``moment``: today's, later changes undone.

    Returns:
        One row per item: repo, number, is_assigned (null: the source does not say).
    """
    later = (
        events.lazy()
        .filter(pl.col("event").is_in(["assigned", "unassigned"]))
        .filter((pl.col("created_at") > literal(moment)) & pl.col("assignee").is_not_null())
        .sort("created_at", "event_id")
        .group_by(*ITEM, "assignee", maintain_order=True)
        .agg(was_assigned=pl.col("event").first() == "unassigned")
        .group_by(ITEM)
        .agg(
            back=pl.col("assignee").filter("was_assigned"),
            gone=pl.col("assignee").filter(~pl.col("was_assigned")),
        )
    )
    kept = pl.col("assignees").list.set_difference(pl.col("gone").fill_null([]))
    then = kept.list.set_union(pl.col("back").fill_null([]))
    return (
        items.lazy()
        .select(*ITEM, "assignees")
        .join(later, on=ITEM, how="left")
        .select(*ITEM, is_assigned=then.list.len() > 0)
        .collect()
    )


def unanswered_mentions(tables: Tables, *, window: Window, as_of: datetime) -> pl.DataFrame:
    """Whether each of the team who was mentioned did anything there within a week.

    A ``mentioned`` event names as its actor who was mentioned.

    Returns:
        One row per person and item mentioned on in the window, the longest wait first: as
        ``asked_of`` gives.
    """
    is_mention = (
        (pl.col("event") == "mentioned")
        & (pl.col("actor_kind") == "human")
        & pl.col("actor_is_team").fill_null(True)
        & window.has("created_at")
    )
    asked = tables["events"].lazy().filter(is_mention)
    return asked_of(
        asked.select(*ITEM, person="actor_id", asked_at="created_at"), tables, as_of=as_of
    )


def unanswered_requests(tables: Tables, *, window: Window, as_of: datetime) -> pl.DataFrame:
    """Whether each person asked for a review did anything there within a week.

    Requests of teams, of bots, and those taken back within the week are left out.

    Returns:
        One row per person and pull request asked in the window, the longest wait first: as
        ``asked_of`` gives.
    """
    people = _people(tables)
    named = pl.col("reviewer").str.to_lowercase()
    happened = tables["events"].lazy().filter(pl.col("created_at") <= literal(as_of))
    requests = happened.with_columns(account=named).join(people, on="account")
    back = requests.filter(pl.col("event") == "review_request_removed").select(
        *ITEM, "person", back_at="created_at"
    )
    asked = (
        requests.filter((pl.col("event") == "review_requested") & window.has("created_at"))
        .select(*ITEM, "person", asked_at="created_at")
        .collect()
        .lazy()
    )
    is_soon = (pl.col("back_at") >= pl.col("asked_at")) & (
        pl.col("back_at") <= pl.col("asked_at") + SILENT
    )
    taken_back = asked.join(back, on=[*ITEM, "person"]).filter(is_soon)
    standing = asked.join(taken_back, on=[*ITEM, "person", "asked_at"], how="anti")
    return asked_of(standing, tables, as_of=as_of)


def asked_of(asked: pl.LazyFrame, tables: Tables, *, as_of: datetime) -> pl.DataFrame:
    """What became of asking a person: any act of theirs on the item, or its close, is an answer.

    Args:
        asked: repo, number, person, asked_at.
        tables: The typed tables.
        as_of: Acts after it did not happen.

    Returns:
        One row per person and item, asked first: repo, number, title, url, waited_hours,
        is_answered (within a week; null while the week is not over).
    """
    first = (
        asked.filter(pl.col("asked_at") <= literal(as_of))
        .group_by(*ITEM, "person")
        .agg(pl.col("asked_at").min())
    )
    acts = _acts(tables).filter(pl.col("at") <= literal(as_of))
    answers = (
        acts.join(first, on=[*ITEM, "person"])
        .filter(pl.col("at") >= pl.col("asked_at"))
        .group_by(*ITEM, "person")
        .agg(answered_at=pl.col("at").min())
    )
    closes = (
        tables["spells"]
        .lazy()
        .join(first, on=ITEM)
        .filter(pl.col("end_at").is_between("asked_at", literal(as_of)))
        .group_by(*ITEM, "person")
        .agg(closed_at=pl.col("end_at").min())
    )
    ended_at = pl.min_horizontal("answered_at", "closed_at")
    is_answered = (pl.col("ended_at") <= pl.col("asked_at") + SILENT).fill_null(False)
    is_over = pl.col("asked_at") + SILENT <= literal(as_of)
    return (
        first.join(answers, on=[*ITEM, "person"], how="left")
        .join(closes, on=[*ITEM, "person"], how="left")
        .join(_items(tables).drop("closed_at"), on=ITEM)
        .with_columns(ended_at=ended_at)
        .select(
            *_CASE,
            waited_hours=hours_between("asked_at", pl.col("ended_at").fill_null(literal(as_of))),
            is_answered=pl.when(is_answered | is_over).then(is_answered),
        )
        .sort("waited_hours", *ITEM, descending=[True, False, False])
        .collect()
    )


def _acts(tables: Tables) -> pl.LazyFrame:
    """Who spoke, reviewed or changed something, where and when."""
    is_act = ~pl.col("event").is_in([*PASSIVE, "assigned"])
    return pl.concat(
        [
            tables["comments"].lazy().select(*ITEM, person="author_id", at="created_at"),
            tables["reviews"].lazy().select(*ITEM, person="author_id", at="submitted_at"),
            tables["events"]
            .lazy()
            .filter(is_act)
            .select(*ITEM, person="actor_id", at="created_at"),
        ]
    ).drop_nulls("person")


def _items(tables: Tables) -> pl.LazyFrame:
    columns = [*_CASE, "closed_at"]
    return pl.concat(
        [tables["issues"].lazy().select(columns), tables["pull_requests"].lazy().select(columns)]
    )


def _bots(tables: Tables) -> pl.LazyFrame:
    return tables["people"].lazy().filter(pl.col("kind") == "bot").select("account")


def _people(tables: Tables) -> pl.LazyFrame:
    """Humans by account, in lower case."""
    return (
        tables["people"]
        .lazy()
        .filter(pl.col("kind") == "human")
        .select(person="person_id", account=pl.col("account").str.to_lowercase())
    )
