"""What happened first to each item, found once for all cycles.

What came first stays so: a cycle reads it from here and takes what lies after its ``as_of`` as not
having happened. Ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from threading import RLock

import polars as pl

from opsreview.metrics import acts
from opsreview.metrics.drafts import draft_changes, first_ready
from opsreview.metrics.endings import author_is_known, closed_by
from opsreview.metrics.standing import last_spells
from opsreview.metrics.view import ITEM
from opsreview.tables.history import label_spells
from opsreview.window import literal

Tables = Mapping[str, pl.DataFrame]
_AUTHOR = ("author_id", "author_kind", "author_is_team")
_PULLS = (*ITEM, "title", "url", "author_id", "opened_at", "merged_at", "is_draft")
_CLOSER = ("closer_id", "closer_kind", "closer_is_team")


def closed_issues(issues: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """Each issue with its first close.

    Returns:
        The issues in their order: repo, number, title, url, opened_at, author_id, author_kind,
        author_is_team, state_reason, closed_at, closer_kind, closed_by (how a close without
        what was waited for is called: ``withdrawn``, ``closed_by_team``, ...; null: never closed),
        is_followed (false where the source never gave the author, or it was closed at a moment
        nobody knows).
    """
    is_first = (pl.col("kind") == "issue") & (pl.col("spell") == 0)
    firsts = spells.lazy().filter(is_first)
    kept = issues.select(*ITEM, "title", "url", "opened_at", *_AUTHOR, "state_reason")
    is_followed = author_is_known() & pl.col("is_end_known").fill_null(True)
    found = (
        kept.lazy()
        .select(*ITEM, *_AUTHOR)
        .join(
            firsts.select(*ITEM, *_CLOSER, "is_end_known", closed_at="end_at"),
            on=ITEM,
            how="left",
            maintain_order="left",
        )
        .select("closed_at", "closer_kind", closed_by=closed_by(), is_followed=is_followed)
    )
    return kept.hstack(found.collect())


def resolved_issues(closed: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """``closed_issues`` with the columns of ``standing.last_spells``."""
    return _beside(closed, last_spells(spells, "issue"))


def answered_issues(closed: pl.DataFrame, comments: pl.DataFrame) -> pl.DataFrame:
    """``closed_issues`` with the first answer by anybody else, and by the team.

    Returns:
        The issues with answered_at, answered_by, team_answered_at, team_answered_by.
    """
    answered = _with_first(closed, _said(comments), "answered")
    return _with_first(answered, _said(comments).filter("author_is_team"), "team_answered")


def attended_issues(
    closed: pl.DataFrame, comments: pl.DataFrame, events: pl.DataFrame
) -> pl.DataFrame:
    """``closed_issues`` with the first thing that another of the team did about each.

    Returns:
        The issues with attended_at, attended_by.
    """
    sorted_ = acts.sortings({"issues": closed, "events": events}, by_team=True)
    done = pl.concat(
        frame.select(*ITEM, "person", "at", key="person")
        for frame in (_said(comments).filter("author_is_team"), sorted_)
    )
    return _with_first(closed, done, "attended")


def followed_pulls(pulls: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """Each pull request with its first close since it was ready, and how it was last closed.

    Args:
        pulls: PULL_REQUESTS with ready_at.
        spells: ``history.open_spells``.

    Returns:
        The pull requests in their order: repo, number, title, url, author_id, merged_at, ready_at,
        first_closed_at, the columns of ``standing.last_spells``, and is_followed (false where it
        was closed before it was ready, or at a moment nobody knows).
    """
    kept = pulls.select(*ITEM, "title", "url", "author_id", "merged_at", "ready_at")
    is_over = (pl.col("end_at") < pl.col("ready_at")).fill_null(False)
    since_ready = (
        spells.lazy()
        .filter(pl.col("kind") == "pull_request")
        .join(kept.lazy().select(*ITEM, "merged_at", "ready_at"), on=ITEM)
        .select(
            *ITEM,
            was_open=(pl.col("start_at") <= pl.col("ready_at")) & ~is_over,
            closed_at=pl.when(pl.col("end_at") >= pl.col("ready_at")).then("end_at"),
            is_endless=pl.col("merged_at").is_null() & ~pl.col("is_end_known"),
        )
        .group_by(ITEM)
        .agg(
            first_closed_at=pl.col("closed_at").min(),
            is_followed=pl.col("was_open").any() & ~pl.col("is_endless").any(),
        )
    )
    return _beside(kept, since_ready, last_spells(spells, "pull_request"))


def reviewed_pulls(followed: pl.DataFrame, reviews: pl.DataFrame) -> pl.DataFrame:
    """``followed_pulls`` with reviewed_at: the first review by another since each was ready."""
    is_other = (pl.col("author_id") != pl.col("opener_id")).fill_null(True)
    reviewed = (
        reviews.lazy()
        .filter((pl.col("author_kind") == "human") & (pl.col("state") != "pending"))
        .select(*ITEM, "author_id", "submitted_at")
        .join(followed.lazy().select(*ITEM, "ready_at", opener_id="author_id"), on=ITEM)
        .filter(is_other & (pl.col("submitted_at") >= pl.col("ready_at")))
        .group_by(ITEM)
        .agg(reviewed_at=pl.col("submitted_at").min())
    )
    return _beside(followed, reviewed)


MADE: dict[str, Callable[[WithFirsts], pl.DataFrame]] = {
    "closed": lambda tables: closed_issues(_opened(tables), _spells(tables)),
    "answered": lambda tables: answered_issues(tables["closed"], tables["comments"]),
    "attended": lambda tables: attended_issues(
        tables["closed"], tables["comments"], tables["events"]
    ),
    "resolved": lambda tables: resolved_issues(tables["closed"], _spells(tables)),
    "label_spells": lambda tables: pl.concat(
        label_spells(tables[items], tables["events"]) for items in ("issues", "pull_requests")
    ),
    "first_acts": acts.first_acts,
    "draft_changes": lambda tables: draft_changes(tables["events"]),
    "ready": lambda tables: followed_pulls(
        first_ready(_pulls(tables), tables["draft_changes"]),
        tables["spells"],
    ),
    "reviewed": lambda tables: reviewed_pulls(tables["ready"], tables["reviews"]),
}


class WithFirsts(Mapping[str, pl.DataFrame]):
    """Tables and, by the names of ``MADE``, what is made of them: when first asked for, and kept.

    Threads that ask at the same time wait for the one that makes it. Where nobody will ask about
    issues opened, or pull requests ready, before ``since``, nothing is found of them.
    """

    def __init__(self, tables: Tables, since: datetime | None = None) -> None:
        self._tables = tables
        self.since = since
        self._made: dict[str, pl.DataFrame] = {}
        self._lock = RLock()

    def __getitem__(self, table: str) -> pl.DataFrame:
        if table in self._tables:
            return self._tables[table]
        with self._lock:
            if table not in self._made:
                self._made[table] = MADE[table](self)
            return self._made[table]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._tables, *MADE})

    def __len__(self) -> int:
        return len({*self._tables, *MADE})


def _opened(tables: WithFirsts) -> pl.DataFrame:
    """The issues that anybody will ask about."""
    issues = tables["issues"]
    if tables.since is None:
        return issues
    return issues.filter(pl.col("opened_at") >= literal(tables.since))


def _pulls(tables: WithFirsts) -> pl.DataFrame:
    """The pull requests that became ready when anybody will ask about, and others of then."""
    pulls = tables["pull_requests"].select(_PULLS)
    if tables.since is None:
        return pulls
    at = literal(tables.since)
    marked = tables["draft_changes"].filter(pl.col("created_at") >= at)["number"].unique()
    return pulls.filter((pl.col("opened_at") >= at) | pl.col("number").is_in(marked.implode()))


def _spells(tables: WithFirsts) -> pl.DataFrame:
    """The spells of the issues that anybody will ask about, and of others of their numbers."""
    spells = tables["spells"]
    if tables.since is None:
        return spells
    return spells.filter(pl.col("number").is_in(_opened(tables)["number"].unique().implode()))


def _said(comments: pl.DataFrame) -> pl.LazyFrame:
    humans = comments.lazy().filter(pl.col("author_kind") == "human")
    return humans.select(
        *ITEM, "author_is_team", person="author_id", at="created_at", key="comment_id"
    )


def _with_first(issues: pl.DataFrame, done: pl.LazyFrame, name: str) -> pl.DataFrame:
    """The issues with when and by whom the first of ``done`` was; their authors' own is none.

    Of several at that moment it is the first by ``key``.
    """
    is_other = (pl.col("person") != pl.col("author_id")).fill_null(True)
    theirs = issues.lazy().select(*ITEM, "author_id").with_row_index("nth")
    may_be_theirs = pl.col("number").is_in(issues["number"].unique().implode())
    earliest = (
        done.filter(may_be_theirs)  # before the join, which holds in memory all that it is given
        .join(theirs, on=ITEM)
        .filter(is_other & pl.col("at").is_not_null())
        .select("nth", "at", "person", "key")
        .filter(pl.col("at") == pl.col("at").min().over("nth"))
        .collect()
    )
    is_alone = earliest["nth"].is_unique()
    ties = earliest.filter(~is_alone).sort("key").unique("nth", keep="first", maintain_order=True)
    first = pl.concat([earliest.filter(is_alone), ties]).select(
        "nth", pl.col("at").alias(f"{name}_at"), pl.col("person").alias(f"{name}_by")
    )
    found = theirs.select("nth").join(first.lazy(), on="nth", how="left", maintain_order="left")
    return issues.hstack(found.drop("nth").collect())


def _beside(items: pl.DataFrame, *facts: pl.LazyFrame) -> pl.DataFrame:
    """The items, as they are, and what is known of each: null where nothing is."""
    found = items.lazy().select(ITEM)
    for known in facts:
        found = found.join(known, on=ITEM, how="left", maintain_order="left")
    return items.hstack(found.drop(ITEM).collect())
