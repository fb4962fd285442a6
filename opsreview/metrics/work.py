"""Who did which kind of work: triage, answers, reviews, merges, releases, incidents. Ours.

What an act is says ``acts``; here they are counted, for a team that is known (``work_done``) and
where the team is yet to be found (``maintainers``, ``deeds``).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl

from opsreview.metrics import acts
from opsreview.metrics.acts import HANDLING, NEEDS, PASSIVE, SHIPPED, Tables
from opsreview.metrics.view import ITEM
from opsreview.tables.history import labels_at
from opsreview.window import MOMENT, Window, literal

__all__ = [
    "NEEDS",
    "PASSIVE",
    "WORK",
    "Tables",
    "by_label",
    "by_person",
    "deeds",
    "first_touches",
    "labels_borne",
    "maintainers",
    "presence",
    "work_done",
    "work_to_do",
]

ACTS_SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "thing": pl.String(),
    "repo": pl.String(),
    "number": pl.Int64(),
    "person": pl.String(),
    "at": MOMENT,
    "url": pl.String(),
}
WORK = {  # what each kind of work is counted on
    "triage": "issues",
    "answer": "issues",
    "review": "pull requests",
    "merge": "pull requests",
    "release": "releases",
}
DEEDS_SCHEMA: dict[str, pl.DataType] = {
    "work": pl.String(),
    "person_id": pl.String(),
    "repo": pl.String(),
    "key": pl.String(),
    "at": MOMENT,
}


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
    tables = {"issues": issues, "comments": comments, "events": events}
    first = (
        pl.concat([acts.answers(tables, by_team=True), acts.sortings(tables, by_team=True)])
        .filter(pl.col("at") <= literal(as_of))
        .sort("at", "person")
        .group_by(ITEM, maintain_order=True)
        .agg(touched_at=pl.col("at").first(), person=pl.col("person").first())
    )
    return outside.join(first, on=ITEM, how="left").sort("opened_at", *ITEM).collect()


def work_done(tables: Tables, kind: str, *, window: Window, as_of: datetime) -> pl.DataFrame:
    """The acts of one kind of work in the window, in the order of time.

    ``triage`` is the team's first touch of an issue from outside, ``answer`` its first word on an
    issue or on a question asked elsewhere, ``review`` a review of another's pull request,
    ``merge`` a merge, ``release`` a publication, ``incident`` what somebody did about one, ``duty``
    the beginning of a shift.

    Args:
        tables: The typed tables.
        kind: One of ``NEEDS``.
        window: Acts in it count.
        as_of: Acts after it did not happen.

    Returns:
        One row per person and thing worked on: kind, thing, repo, number, person, at, url.
    """
    is_counted = (
        window.has("at") & (pl.col("at") <= literal(as_of)) & pl.col("person").is_not_null()
    )
    return (
        _acts_of(tables, kind, as_of)
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


def maintainers(tables: Tables, *, window: Window) -> set[str]:
    """Ids of the people who run the repositories. Ours.

    They are the team by what the source or people.yaml says; or, as memberships can be hidden,
    they merged a pull request in the window, or labelled, scheduled, closed or reopened what
    another had opened.
    """
    is_human = pl.col("kind") == "human"
    called = tables["people"].filter(is_human & pl.col("is_team"))["person_id"]
    merged = tables["pull_requests"].filter(
        window.has("merged_at") & (pl.col("merged_by_kind") == "human")
    )
    handled = tables["events"].filter(
        window.has("created_at")
        & (pl.col("actor_kind") == "human")
        & pl.col("event").is_in(HANDLING)
    )
    others = handled.join(acts.openers(tables), on=ITEM).filter(
        pl.col("actor_id") != pl.col("opener_id")
    )
    return set(pl.concat([called, merged["merged_by_id"], others["actor_id"]]).drop_nulls())


def deeds(tables: Tables, *, window: Window, people: Collection[str]) -> pl.DataFrame:
    """What each of ``people`` did in the window for the repositories. Ours.

    ``triage`` is the first of them to label, schedule, assign, answer or close an issue that
    another opened in the window; ``answer`` a comment on such an issue, ``review`` a review of
    another's pull request, ``merge`` a merge and ``release`` a stable release or hotfix.

    Returns:
        One row per work, person and thing worked on, the first time: work, person_id, repo, key,
        at. ``triage`` has one row an issue.
    """
    opened = {
        name: tables[name].lazy().filter(window.has("opened_at")).select(ITEM)
        for name in ("issues", "pull_requests")
    }
    answers = acts.answers(tables).join(opened["issues"], on=ITEM, how="semi")
    sortings = acts.sortings(tables).join(opened["issues"], on=ITEM, how="semi")
    is_theirs = window.has("at") & pl.col("person").is_in(list(people))
    touched = pl.concat([answers, sortings]).filter(is_theirs).sort("at", "person")
    done = {
        "triage": touched.unique(ITEM, keep="first", maintain_order=True),
        "answer": answers,
        "review": acts.reviews(tables).join(opened["pull_requests"], on=ITEM, how="semi"),
        "merge": acts.merges(tables),
        "release": acts.releases(tables),
    }
    typed = [
        rows.filter(is_theirs)
        .with_columns(work=pl.lit(work), person_id="person")
        .select(pl.col(name).cast(dtype) for name, dtype in DEEDS_SCHEMA.items())
        for work, rows in done.items()
    ]
    return (
        pl.concat(typed)
        .sort("at", "person_id", "key")
        .unique(["work", "person_id", "repo", "key"], keep="first", maintain_order=True)
        .collect()
    )


def work_to_do(tables: Tables, *, window: Window) -> dict[str, int]:
    """How much there was of each kind of work in the window, whoever did it. Ours."""
    issues = tables["issues"].filter(window.has("opened_at"))
    pulls = tables["pull_requests"]
    shipped = acts.published(tables["releases"], kinds=SHIPPED).filter(window.has("published_at"))
    return {
        "triage": issues.height,
        "answer": issues.height,
        "review": pulls.filter(window.has("opened_at")).height,
        "merge": pulls.filter(window.has("merged_at")).height,
        "release": shipped.collect().height,
    }


def by_person(done: pl.DataFrame, work: str) -> pl.DataFrame:
    """One kind of work of DEEDS: person_id, count, last_at; who did most comes first."""
    return (
        done.filter(pl.col("work") == work)
        .group_by("person_id")
        .agg(count=pl.len(), last_at=pl.col("at").max())
        .sort(["count", "person_id"], descending=[True, False])
    )


def by_label(done: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Who worked on what bears each label: label, person_id, count (issues and pull requests)."""
    items = pl.concat(
        tables[table].select(*ITEM, label="labels") for table in ("issues", "pull_requests")
    )
    key = pl.col("number").cast(pl.String)
    labelled = items.explode("label").drop_nulls("label").with_columns(key=key)
    handled = done.filter(pl.col("work") != "release").unique(["person_id", "repo", "key"])
    return (
        labelled.join(handled, on=["repo", "key"])
        .group_by("label", "person_id")
        .agg(count=pl.len())
        .sort(["label", "count", "person_id"], descending=[False, True, False])
    )


def _acts_of(tables: Tables, kind: str, as_of: datetime) -> pl.LazyFrame:
    if kind == "triage":
        return _triage(tables, as_of)
    return _first_answers(tables, as_of) if kind == "answer" else acts.BY_ANYONE[kind](tables)


def _triage(tables: Tables, as_of: datetime) -> pl.LazyFrame:
    touches = first_touches(tables["issues"], tables["comments"], tables["events"], as_of=as_of)
    thing = pl.col("repo") + "#" + pl.col("number").cast(pl.String)
    return touches.lazy().with_columns(at="touched_at", thing=thing)


def _first_answers(tables: Tables, as_of: datetime) -> pl.LazyFrame:
    seen = acts.answers(tables, by_team=True).filter(pl.col("at") <= literal(as_of))
    first = seen.unique(ITEM, keep="first", maintain_order=True)
    return pl.concat([first, acts.answers_elsewhere(tables)])
