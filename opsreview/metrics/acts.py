"""What people do for a repository: each kind of act defined once. Ours.

An act is one person's on one thing. Bots and deleted accounts do nobody's work, and nobody answers,
sorts or reviews what they opened themselves. Acts are lazy frames over all of history: whoever asks
says whose acts count, and of when.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from opsreview.metrics.view import ITEM
from opsreview.window import MOMENT, Window

Tables = Mapping[str, pl.DataFrame]
NEEDS: dict[str, tuple[str, ...]] = {  # by kind of work: the tables without which it is not known
    "triage": ("issues", "comments", "events"),
    "answer": ("issues", "comments"),
    "review": ("pull_requests", "reviews"),
    "merge": ("pull_requests",),
    "release": ("releases",),
    "incident": ("incidents", "incident_events"),
    "duty": ("shifts",),
}
PASSIVE = ["mentioned", "subscribed", "unsubscribed"]  # events that happen to their actor
SHIPPED = ("stable", "hotfix")
HANDLING = ["labeled", "unlabeled", "milestoned", "demilestoned", "closed", "reopened"]
ACTS_SCHEMA: dict[str, pl.DataType] = {
    "work": pl.Enum(["answer", "review", "merge", "release", "incident", "duty"]),
    "repo": pl.String(),
    "number": pl.Int64(),
    "key": pl.String(),
    "person": pl.String(),
    "at": MOMENT,
}
_ACT: dict[str, pl.DataType] = {
    "repo": pl.String(),
    "number": pl.Int64(),
    "key": pl.String(),
    "thing": pl.String(),
    "url": pl.String(),
    "person": pl.String(),
    "at": MOMENT,
}


def answers(tables: Tables, *, by_team: bool = False) -> pl.LazyFrame:
    """Every word on an issue that somebody else opened; the team's own alone if ``by_team``.

    Returns:
        One row per comment: repo, number, key, thing, url, person, at.
    """
    said = _by_humans(tables["comments"], "author", by_team=by_team)
    return _on_others(said.sort("created_at", "comment_id"), "created_at", tables["issues"])


def answers_elsewhere(tables: Tables) -> pl.LazyFrame:
    """The first answer to each question that was asked outside the issue tracker, as ``answers``.

    Without the table there are none.
    """
    if "support_requests" not in tables:
        return pl.LazyFrame(schema=_ACT)
    asked = tables["support_requests"].lazy().drop_nulls("answered_by")
    thing = pl.col("source") + ":" + pl.col("request_id")
    return asked.select(
        repo=pl.lit(None, pl.String),
        number=pl.lit(None, pl.Int64),
        key=thing,
        thing=thing,
        url=pl.lit(None, pl.String),
        person="answered_by",
        at="answered_at",
    )


def sortings(tables: Tables, *, by_team: bool = False) -> pl.LazyFrame:
    """Every label, milestone, assignment, close or reopening of an issue that another opened.

    An ``assigned`` event may name as its actor who was assigned: such a one tells of nobody's act.

    Returns:
        One row per event: the columns of ``answers``.
    """
    done = _by_humans(tables["events"], "actor", by_team=by_team)
    is_sorting = pl.col("event").is_in([*HANDLING, "assigned"]) & ~_is_own_assignment()
    return _on_others(done.filter(is_sorting), "created_at", tables["issues"], "actor_id")


def reviews(tables: Tables) -> pl.LazyFrame:
    """Every review that somebody else submitted, of a pull request.

    Returns:
        One row per review: the columns of ``answers``, and review_id.
    """
    given = _by_humans(tables["reviews"], "author").filter(pl.col("state") != "pending")
    return _on_others(given, "submitted_at", tables["pull_requests"], keep=["review_id"])


def merges(tables: Tables) -> pl.LazyFrame:
    """Every merge by a person, by ``with_mergers``: the columns of ``answers``."""
    merged = with_mergers(tables["pull_requests"], tables["events"])
    return _named(
        merged.filter(pl.col("merged_by_kind") == "human").with_columns(
            person="merged_by_id", at="merged_at"
        )
    )


def with_mergers(pull_requests: pl.DataFrame, events: pl.DataFrame) -> pl.LazyFrame:
    """The merged pull requests; where only an event says who merged, by that event's actor."""
    acted = events.lazy().filter((pl.col("event") == "merged") & pl.col("actor_kind").is_not_null())
    by_event = acted.unique(ITEM, keep="first", maintain_order=True)
    is_unsaid = pl.col("merged_by_kind").is_null()
    return (
        pull_requests.lazy()
        .filter(pl.col("merged_at").is_not_null())
        .join(by_event.select(*ITEM, "actor_id", "actor_kind"), on=ITEM, how="left")
        .with_columns(
            merged_by_id=pl.when(is_unsaid).then("actor_id").otherwise("merged_by_id"),
            merged_by_kind=pl.when(is_unsaid)
            .then(pl.col("actor_kind").cast(pl.String))
            .otherwise(pl.col("merged_by_kind").cast(pl.String)),
        )
        .drop("actor_id", "actor_kind")
    )


def releases(tables: Tables) -> pl.LazyFrame:
    """Every publication of a stable release or a hotfix by a person; key is its tag."""
    shipped = published(tables["releases"], kinds=SHIPPED).filter(pl.col("author_kind") == "human")
    return shipped.select(
        "repo",
        number=pl.lit(None, pl.Int64),
        key="tag",
        thing=pl.col("repo") + " " + pl.col("tag"),
        url=pl.lit(None, pl.String),
        person="author_id",
        at="published_at",
    )


def published(releases: pl.DataFrame, *, kinds: Sequence[str]) -> pl.LazyFrame:
    """The releases of these kinds that are no drafts."""
    is_published = ~pl.col("is_draft").fill_null(False) & pl.col("kind").is_in(list(kinds))
    return releases.lazy().filter(is_published)


def incident_responses(tables: Tables) -> pl.LazyFrame:
    """Everything that somebody did about an incident: the columns of ``answers``."""
    known = tables["incidents"].lazy().select("source", "incident_id", "url", "repo")
    thing = pl.col("source") + ":" + pl.col("incident_id")
    return (
        tables["incident_events"]
        .lazy()
        .join(known, on=["source", "incident_id"])
        .with_columns(number=pl.lit(None, pl.Int64), key=thing, thing=thing)
        .select(list(_ACT))
    )


def turns_of_duty(tables: Tables) -> pl.LazyFrame:
    """Every shift, at its start: the columns of ``answers``."""
    began = pl.col("start_at").dt.strftime("%F %R")
    thing = pl.col("rotation") + " " + pl.col("role") + " " + began
    return (
        tables["shifts"]
        .lazy()
        .select(
            repo=pl.lit(None, pl.String),
            number=pl.lit(None, pl.Int64),
            key=thing,
            thing=thing,
            url=pl.lit(None, pl.String),
            person="person",
            at="start_at",
        )
    )


def openers(tables: Tables) -> pl.DataFrame:
    """Who opened each issue and pull request: repo, number, opener_id."""
    columns = [*ITEM, pl.col("author_id").alias("opener_id")]
    return pl.concat(tables[table].select(columns) for table in ("issues", "pull_requests"))


def is_anothers(person: str) -> pl.Expr:
    """True where ``person`` is not the opener; an opener who is gone or unknown is another."""
    return (pl.col(person) != pl.col("opener_id")).fill_null(True)


def _by_humans(frame: pl.DataFrame, role: str, *, by_team: bool = False) -> pl.LazyFrame:
    acts = frame.lazy().filter(pl.col(f"{role}_kind") == "human")
    return acts.filter(pl.col(f"{role}_is_team").fill_null(False)) if by_team else acts


def _on_others(
    acts: pl.LazyFrame,
    at: str,
    items: pl.DataFrame,
    person: str = "author_id",
    keep: Sequence[str] = (),
) -> pl.LazyFrame:
    opened = items.lazy().select(*ITEM, "url", opener_id="author_id")
    done = acts.select(*ITEM, *keep, person=person, at=at)
    return _named(done.join(opened, on=ITEM, maintain_order="left"), keep, is_anothers("person"))


def _named(
    acts: pl.LazyFrame, keep: Sequence[str] = (), is_act: pl.Expr | None = None
) -> pl.LazyFrame:
    chosen = acts if is_act is None else acts.filter(is_act)
    key = pl.col("number").cast(pl.String)
    return chosen.with_columns(key=key, thing=pl.col("repo") + "#" + key).select(*_ACT, *keep)


def _is_own_assignment() -> pl.Expr:
    is_own = (pl.col("event") == "assigned") & (pl.col("actor_account") == pl.col("assignee"))
    return is_own.fill_null(False)


BY_ANYONE: dict[str, Callable[[Tables], pl.LazyFrame]] = {  # kinds that need no team to be told
    "review": reviews,
    "merge": merges,
    "release": releases,
    "incident": incident_responses,
    "duty": turns_of_duty,
}


def has_team(tables: Tables) -> bool:
    """Whether anything says who is in the team."""
    return bool(tables["people"]["is_team"].is_not_null().any())


def acts_of(tables: Tables, window: Window | None = None) -> pl.DataFrame:
    """The acts in a window, or ever: answers, wherever asked, and the kinds of ``BY_ANYONE``.

    Answers are the team's where anything says who is in the team, else everybody's.

    Returns:
        ACTS, in the order of time: work, repo, number, key, person, at.
    """
    done = pl.concat(_all_acts(tables))
    acts = done.filter(window.has("at")) if window else done
    return acts.sort("at", "work", "repo", "number", "key", "person").collect()


def _all_acts(tables: Tables) -> list[pl.LazyFrame]:
    is_known = has_team(tables)
    elsewhere = answers_elsewhere(tables)
    if is_known:
        team = tables["people"].lazy().filter("is_team").select(person="person_id").unique()
        elsewhere = elsewhere.join(team, on="person", how="semi")
    done = [
        ("answer", answers(tables, by_team=is_known)),
        ("answer", elsewhere),
        *((kind, made(tables)) for kind, made in BY_ANYONE.items()),
    ]
    typed = (
        acts.select(
            pl.lit(kind, ACTS_SCHEMA["work"]).alias("work"),
            *(pl.col(name).cast(ACTS_SCHEMA[name]) for name in list(ACTS_SCHEMA)[1:]),
        )
        for kind, acts in done
    )
    return [acts.drop_nulls(["person", "at"]) for acts in typed]


def first_acts(tables: Tables) -> pl.DataFrame:
    """When each person did each kind of work for the first time: work, person, at."""
    firsts = [_first_of_each(acts).collect() for acts in _all_acts(tables)]  # one kind at a time
    return _first_of_each(pl.concat(firsts).lazy()).collect()


def _first_of_each(acts: pl.LazyFrame) -> pl.LazyFrame:
    return acts.group_by("work", "person").agg(pl.col("at").min())


def described(acts: pl.DataFrame, items: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows of ACTS with thing and url, in place of key.

    Args:
        acts: Rows of ACTS.
        items: ISSUES and PULL_REQUESTS: whose addresses are told.
    """
    urls = pl.concat(frame.lazy().select(*ITEM, "url") for frame in items)
    wanted = acts.lazy().with_row_index("nth").join(urls, on=ITEM, how="left").sort("nth")
    named = pl.col("repo") + pl.when(pl.col("number").is_null()).then(pl.lit(" ")).otherwise(
        pl.lit("#")
    )
    thing = pl.coalesce(named + pl.col("key"), "key")
    return wanted.with_columns(thing=thing).drop("nth", "key").collect()
