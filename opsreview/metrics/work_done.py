"""Who did which work of running a repository, and on how much of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from opsreview.metrics.view import ITEM
from opsreview.window import MOMENT, Window

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
_SORTING = ["labeled", "unlabeled", "milestoned", "demilestoned", "assigned", "closed", "reopened"]
_NOT_OF_USERS = ["labeled", "unlabeled", "milestoned", "demilestoned", "closed", "reopened"]
_SHIPPED = ["stable", "hotfix"]
Frames = Mapping[str, pl.DataFrame]


def maintainers(frames: Frames, *, window: Window) -> set[str]:
    """Ids of the people who run the repositories. Ours.

    They are the team by what the source or people.yaml says; or, as memberships can be hidden,
    they merged a pull request in the window, or labelled, scheduled, closed or reopened what
    another had opened.
    """
    called = frames["people"].filter((pl.col("kind") == "human") & pl.col("is_team"))
    merged = _humans(frames["pull_requests"].filter(window.has("merged_at")), "merged_by")
    handled = _humans(frames["events"].filter(window.has("created_at")), "actor")
    handled = handled.filter(pl.col("event").is_in(_NOT_OF_USERS)).join(_openers(frames), on=ITEM)
    others = handled.filter(pl.col("actor_id") != pl.col("opener_id"))
    found = [called["person_id"], merged["merged_by_id"], others["actor_id"]]
    return set(pl.concat(found).drop_nulls())


def deeds(frames: Frames, *, window: Window, people: Collection[str]) -> pl.DataFrame:
    """What each of ``people`` did in the window for the repositories. Ours.

    ``triage`` is the first of them to label, schedule, assign, answer or close an issue that
    another opened in the window; ``answer`` a comment on such an issue, ``review`` a review of
    another's pull request, ``merge`` a merge and ``release`` a stable release or hotfix.

    Returns:
        One row per work, person and thing worked on, the first time: work, person_id, repo, key,
        at. ``triage`` has one row an issue.
    """
    opened = frames["issues"].filter(window.has("opened_at")).select(*ITEM)
    answers = _answers(frames, window).join(opened, on=ITEM, how="semi")
    touched = pl.concat([answers, _sortings(frames, window).join(opened, on=ITEM, how="semi")])
    touched = touched.filter(pl.col("person_id").is_in(list(people))).sort("at", "person_id")
    done = [
        _done("triage", touched.unique(ITEM, keep="first", maintain_order=True)),
        _done("answer", answers),
        _done("review", _reviews(frames, window)),
        _done("merge", _merges(frames, window)),
        _done("release", _releases(frames, window)),
    ]
    return (
        pl.concat(done)
        .filter(pl.col("person_id").is_in(list(people)))
        .sort("at", "person_id", "key")
        .unique(["work", "person_id", "repo", "key"], keep="first", maintain_order=True)
    )


def work_to_do(frames: Frames, *, window: Window) -> dict[str, int]:
    """How much there was of each kind of work in the window, whoever did it. Ours."""
    issues = frames["issues"].filter(window.has("opened_at"))
    pulls = frames["pull_requests"]
    is_shipped = window.has("published_at") & pl.col("kind").is_in(_SHIPPED)
    return {
        "triage": issues.height,
        "answer": issues.height,
        "review": pulls.filter(window.has("opened_at")).height,
        "merge": pulls.filter(window.has("merged_at")).height,
        "release": frames["releases"].filter(is_shipped & ~_is_draft()).height,
    }


def by_person(done: pl.DataFrame, work: str) -> pl.DataFrame:
    """One kind of work of DEEDS: person_id, count, last_at; who did most comes first."""
    return (
        done.filter(pl.col("work") == work)
        .group_by("person_id")
        .agg(count=pl.len(), last_at=pl.col("at").max())
        .sort(["count", "person_id"], descending=[True, False])
    )


def by_label(done: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    """Who worked on what bears each label: label, person_id, count (issues and pull requests)."""
    items = pl.concat(
        frames[table].select(*ITEM, label="labels") for table in ("issues", "pull_requests")
    )
    labelled = items.explode("label").drop_nulls("label").with_columns(_key())
    handled = done.filter(pl.col("work") != "release").unique(["person_id", "repo", "key"])
    return (
        labelled.join(handled, on=["repo", "key"])
        .group_by("label", "person_id")
        .agg(count=pl.len())
        .sort(["label", "count", "person_id"], descending=[False, True, False])
    )


def _done(work: str, rows: pl.DataFrame) -> pl.DataFrame:
    keyed = rows if "key" in rows.columns else rows.with_columns(_key())
    typed = [pl.col(name).cast(dtype) for name, dtype in DEEDS_SCHEMA.items()]
    return keyed.with_columns(work=pl.lit(work)).select(typed)


def _key() -> pl.Expr:
    return pl.col("number").cast(pl.String).alias("key")


def _humans(frame: pl.DataFrame, role: str) -> pl.DataFrame:
    return frame.filter(pl.col(f"{role}_kind") == "human")


def _openers(frames: Frames) -> pl.DataFrame:
    columns = [*ITEM, pl.col("author_id").alias("opener_id")]
    return pl.concat(frames[table].select(columns) for table in ("issues", "pull_requests"))


def _of_others(rows: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    """The rows about items that somebody else opened; an opener who is gone or unknown is."""
    with_opener = rows.join(_openers(frames), on=ITEM)
    return with_opener.filter((pl.col("person_id") != pl.col("opener_id")).fill_null(True))


def _answers(frames: Frames, window: Window) -> pl.DataFrame:
    said = _humans(frames["comments"].filter(window.has("created_at")), "author")
    return _of_others(said.select(*ITEM, person_id="author_id", at="created_at"), frames).select(
        *ITEM, "person_id", "at"
    )


def _sortings(frames: Frames, window: Window) -> pl.DataFrame:
    # an assigned event may name as its actor who was assigned
    is_own = (pl.col("event") == "assigned") & (pl.col("actor_account") == pl.col("assignee"))
    sorted_out = frames["events"].filter(
        window.has("created_at") & pl.col("event").is_in(_SORTING) & ~is_own.fill_null(False)
    )
    acts = _humans(sorted_out, "actor").select(*ITEM, person_id="actor_id", at="created_at")
    return _of_others(acts, frames).select(*ITEM, "person_id", "at")


def _reviews(frames: Frames, window: Window) -> pl.DataFrame:
    submitted = _humans(frames["reviews"].filter(window.has("submitted_at")), "author")
    opened = frames["pull_requests"].filter(window.has("opened_at")).select(*ITEM)
    ours = submitted.select(*ITEM, person_id="author_id", at="submitted_at")
    return _of_others(ours.join(opened, on=ITEM, how="semi"), frames)


def _merges(frames: Frames, window: Window) -> pl.DataFrame:
    """Merges by who merged; where the source says it in an event alone, by the event's actor."""
    merged = frames["pull_requests"].filter(window.has("merged_at"))
    events = _humans(frames["events"].filter(pl.col("event") == "merged"), "actor")
    acted = events.select(*ITEM, actor="actor_id").unique(ITEM, maintain_order=True)
    by_human = pl.when(pl.col("merged_by_kind") == "human").then("merged_by_id")
    is_unsaid = pl.col("merged_by_kind").is_null()
    return merged.join(acted, on=ITEM, how="left").select(
        *ITEM, person_id=pl.when(is_unsaid).then("actor").otherwise(by_human), at="merged_at"
    )


def _releases(frames: Frames, window: Window) -> pl.DataFrame:
    shipped = frames["releases"].filter(
        window.has("published_at") & pl.col("kind").is_in(_SHIPPED) & ~_is_draft()
    )
    return _humans(shipped, "author").select(
        "repo", key="tag", person_id="author_id", at="published_at"
    )


def _is_draft() -> pl.Expr:
    return pl.col("is_draft").fill_null(False)
