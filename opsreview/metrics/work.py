"""Who did which kind of work: triage, answers, reviews, releases, incidents. Ours.

One act is one person at work on one thing. Bots and deleted accounts do nobody's work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import polars as pl

from opsreview.metrics.reviews import review_load
from opsreview.metrics.view import ITEM
from opsreview.tables.history import labels_at
from opsreview.window import MOMENT, Window, literal

Tables = Mapping[str, pl.DataFrame]
ACTS_SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "thing": pl.String(),
    "repo": pl.String(),
    "number": pl.Int64(),
    "person": pl.String(),
    "at": MOMENT,
    "url": pl.String(),
}
NEEDS: dict[str, tuple[str, ...]] = {  # by kind of work: the tables without which it is not known
    "triage": ("issues", "comments", "events"),
    "answer": ("issues", "comments"),
    "review": ("pull_requests", "reviews"),
    "release": ("releases",),
    "incident": ("incidents", "incident_events"),
}
PASSIVE = ["mentioned", "subscribed", "unsubscribed"]  # events that happen to their actor
_TRIAGE = ["labeled", "unlabeled", "assigned", "milestoned", "demilestoned", "closed"]


def first_touches(
    issues: pl.DataFrame, comments: pl.DataFrame, events: pl.DataFrame, *, as_of: datetime
) -> pl.DataFrame:
    """The team's first act on each issue from outside the team: a word, a label, a close.

    Returns:
        One row per issue opened by a human outside the team: repo, number, url, opened_at,
        touched_at and person (both null: nobody has touched it yet).
    """
    is_by_outsider = (pl.col("author_kind") != "bot") & ~pl.col("author_is_team").fill_null(False)
    outside = (
        issues.lazy()
        .filter(is_by_outsider & (pl.col("opened_at") <= literal(as_of)))
        .select(*ITEM, "url", "opened_at")
    )
    first = (
        team_acts(comments, events)
        .filter(pl.col("at") <= literal(as_of))
        .sort("at", "person")
        .group_by(ITEM, maintain_order=True)
        .agg(touched_at=pl.col("at").first(), person=pl.col("person").first())
    )
    return outside.join(first, on=ITEM, how="left").sort("opened_at", *ITEM).collect()


def team_acts(comments: pl.DataFrame, events: pl.DataFrame) -> pl.LazyFrame:
    """What the team did about issues: its words, labels, milestones, assignments and closes.

    An ``assigned`` event may name as its actor who was assigned: such a one tells of nobody's act.

    Returns:
        One row per act, in any order: repo, number, at, person.
    """
    is_own_assignment = (pl.col("event") == "assigned") & (
        pl.col("actor_account") == pl.col("assignee")
    )
    words = comments.lazy().filter(_by_team("author"))
    done = events.lazy().filter(
        _by_team("actor") & pl.col("event").is_in(_TRIAGE) & ~is_own_assignment.fill_null(False)
    )
    return pl.concat(
        [
            words.select(*ITEM, at="created_at", person="author_id"),
            done.select(*ITEM, at="created_at", person="actor_id"),
        ]
    )


def work_done(tables: Tables, kind: str, *, window: Window, as_of: datetime) -> pl.DataFrame:
    """The acts of one kind of work in the window, in the order of time.

    ``triage`` is the team's first touch of an issue from outside, ``answer`` its first word on an
    issue or on a question asked elsewhere, ``review`` a review of another's pull request,
    ``release`` a publication, ``incident`` what somebody did about one.

    Args:
        tables: The typed tables.
        kind: One of ``NEEDS``.
        window: Acts in it count.
        as_of: Acts after it did not happen.

    Returns:
        One row per person and thing worked on: kind, thing, repo, number, person, at, url.
    """
    acts = _ACTS[kind](tables, as_of, window)
    is_counted = (
        window.has("at") & (pl.col("at") <= literal(as_of)) & pl.col("person").is_not_null()
    )
    return (
        acts.lazy()
        .filter(is_counted)
        .with_columns(kind=pl.lit(kind))
        .select(pl.col(name).cast(dtype) for name, dtype in ACTS_SCHEMA.items())
        .sort("at", "thing", "person")
        .unique(["thing", "person"], keep="first", maintain_order=True)
        .collect()
    )


def presence(
    tables: Tables, people: Collection[str], *, window: Window, as_of: datetime
) -> pl.DataFrame:
    """Every trace that ``people`` left in the window, of whatever kind. Holding a shift is none.

    Returns:
        One row per trace: person, at.
    """
    columns = (
        ("issues", "author_id", "opened_at"),
        ("pull_requests", "author_id", "opened_at"),
        ("pull_requests", "merged_by_id", "merged_at"),
        ("comments", "author_id", "created_at"),
        ("reviews", "author_id", "submitted_at"),
        ("releases", "author_id", "published_at"),
        ("incident_events", "person", "at"),
        ("support_requests", "answered_by", "answered_at"),
    )
    is_act = ~pl.col("event").is_in([*PASSIVE, "assigned"])
    traces = [
        tables["events"].lazy().filter(is_act).select(person="actor_id", at="created_at"),
        *(
            tables[table].lazy().select(person=person, at=at)
            for table, person, at in columns
            if table in tables
        ),
    ]
    is_theirs = pl.col("person").is_in(list(people)) & (pl.col("at") <= literal(as_of))
    return pl.concat(traces).filter(window.has("at") & is_theirs).sort("at", "person").collect()


def labels_borne(tables: Tables, *, as_of: datetime) -> pl.DataFrame:
    """The labels that issues and pull requests bore at ``as_of``.

    Returns:
        One row per item and label: repo, number, label.
    """
    return pl.concat(
        labels_at(tables[name], tables["events"], as_of) for name in ("issues", "pull_requests")
    )


def _triage(tables: Tables, as_of: datetime, window: Window) -> pl.DataFrame:
    touches = first_touches(tables["issues"], tables["comments"], tables["events"], as_of=as_of)
    return touches.select(*ITEM, "url", "person", at="touched_at", thing=_item_named())


def _answers(tables: Tables, as_of: datetime, window: Window) -> pl.DataFrame:
    asked = tables["issues"].lazy().select(*ITEM, "url", opener_id="author_id")
    is_other = (pl.col("author_id") != pl.col("opener_id")).fill_null(True)
    on_issues = (
        tables["comments"]
        .lazy()
        .filter(_by_team("author") & (pl.col("created_at") <= literal(as_of)))
        .join(asked, on=ITEM)
        .filter(is_other)
        .sort("created_at", "comment_id")
        .group_by(ITEM, maintain_order=True)
        .agg(
            pl.col("url").first(),
            person=pl.col("author_id").first(),
            at=pl.col("created_at").first(),
        )
        .with_columns(thing=_item_named())
        .collect()
    )
    if "support_requests" not in tables:
        return on_issues
    elsewhere = tables["support_requests"].select(
        thing=pl.format("{}:{}", "source", "request_id"), person="answered_by", at="answered_at"
    )
    return pl.concat([on_issues, elsewhere], how="diagonal")


def _reviews(tables: Tables, as_of: datetime, window: Window) -> pl.DataFrame:
    urls = tables["pull_requests"].select(*ITEM, "url")
    done = review_load(tables["pull_requests"], tables["reviews"], window=window)
    return done.join(urls, on=ITEM).select(
        *ITEM, "url", "person", at="submitted_at", thing=_item_named()
    )


def _releases(tables: Tables, as_of: datetime, window: Window) -> pl.DataFrame:
    is_published = ~pl.col("is_draft").fill_null(False) & pl.col("kind").is_in(
        ["stable", "hotfix", "prerelease"]
    )
    return (
        tables["releases"]
        .filter(is_published & (pl.col("author_kind") == "human"))
        .select(
            "repo",
            number=pl.lit(None, pl.Int64),
            url=pl.lit(None, pl.String),
            person="author_id",
            at="published_at",
            thing=pl.format("{} {}", "repo", "tag"),
        )
    )


def _incidents(tables: Tables, as_of: datetime, window: Window) -> pl.DataFrame:
    known = tables["incidents"].select("source", "incident_id", "url", "repo")
    return (
        tables["incident_events"]
        .join(known, on=["source", "incident_id"])
        .select(
            "repo",
            "url",
            "person",
            "at",
            number=pl.lit(None, pl.Int64),
            thing=pl.format("{}:{}", "source", "incident_id"),
        )
    )


_ACTS = {
    "triage": _triage,
    "answer": _answers,
    "review": _reviews,
    "release": _releases,
    "incident": _incidents,
}


def _by_team(role: str) -> pl.Expr:
    return (pl.col(f"{role}_kind") == "human") & pl.col(f"{role}_is_team").fill_null(False)


def _item_named() -> pl.Expr:
    return pl.format("{}#{}", "repo", "number")
