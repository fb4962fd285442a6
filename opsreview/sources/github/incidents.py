"""Incidents that a team keeps as labelled GitHub issues."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import reduce

import polars as pl

from opsreview.sources import SourceRows
from opsreview.sources.columns import SCHEMAS
from opsreview.sources.github.nodes import GHOST
from opsreview.sources.github.people import is_bot, maintainers
from opsreview.window import Window

SOURCE = "github"  # one for dump and API: an issue that both give is one incident
_ISSUE = ["repo", "number"]
_COMMENT = pl.lit("comment")
_EVENTS = {"assigned": "assignment", "closed": "resolution"}  # ours, by GitHub's
_SEVERITY = "(?i)^sev(erity)?[-_/: 0-9]"


def with_labelled_incidents(
    rows: SourceRows, labels: Sequence[str], bots: Collection[str]
) -> SourceRows:
    """The rows with ``incidents`` and ``incident_events`` from issues that bear one of ``labels``.

    Incidents are known for the stretch that issues are known of every repository, what was done
    about them for the stretch that comments and events are known too. Where events are unknown,
    only labels that are borne now are seen; where the source does not say what an issue bears,
    incidents are known as far as events are. Without ``labels`` the rows stay as they are.

    Args:
        rows: What a GitHub source knows.
        labels: Patterns of ``labels.incident`` in ``review.yaml``.
        bots: Accounts that ``review.yaml`` calls bots.
    """
    if not labels or "issues" not in rows.tables:
        return rows
    named_bots = pl.DataFrame({"account": [*bots], "type": "Bot"}, schema=SCHEMAS["accounts"])
    accounts = pl.concat([rows.tables["accounts"], named_bots])
    incidents, incident_events = labelled_incidents(
        rows.tables | {"accounts": accounts}, labels, source=SOURCE
    )
    issues = rows.tables["issues"]
    repos = {repo for table, repo in rows.covers if table == "issues"} | {*issues["repo"]}
    tells_labels = ["events"] if issues["labels"].null_count() else []
    needs = {
        "incidents": ["issues", *tells_labels],
        "incident_events": ["issues", "comments", "events"],
    }
    spoken = {table: _common(rows.covers, known, repos) for table, known in needs.items()}
    found = {(table, ""): window for table, window in spoken.items() if window}
    tables = {"incidents": incidents, "incident_events": incident_events}
    return replace(rows, tables=rows.tables | tables, covers=rows.covers | found)


def labelled_incidents(
    tables: Mapping[str, pl.DataFrame], labels: Sequence[str], *, source: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """INCIDENTS and INCIDENT_EVENTS from issues with a label that matches one of ``labels``.

    An issue is an incident when it bears such a label now, or when one was put on it and never
    taken off: a label that was renamed or deleted since keeps its old name in the events. An issue
    from which it was taken off again is none: someone corrected it. Pull requests are none.

    - ``opened_at`` is when the issue was opened, ``resolved_at`` when it was last closed; null
      while it is open.
    - ``acknowledged_at`` is when a maintainer (``people.maintainers``) other than the author first
      commented, assigned, labelled or closed it; null without such a trace.
    - ``severity`` is the first label like ``severity/high``, ``sev-2`` or ``sev1``, as it is
      written; ``service`` is unknown.
    - An incident event is a ``comment`` of a maintainer up to the last close, an ``assignment``
      (its person is who was assigned) or a ``resolution`` (who closed). What users of the product
      and bots did is none; a deleted account is nobody known.

    Args:
        tables: Frames of ``nodes.github_tables``: issues, pull_requests, comments, reviews,
            events, accounts.
        labels: Patterns; ``*`` stands for anything, case does not matter.
        source: What the column ``source`` says.
    """
    found = _incident_issues(tables["issues"], tables["events"], labels)
    acts = _acts(tables, found)
    named = {"source": pl.lit(source), "incident_id": pl.format("{}#{}", *_ISSUE)}
    incidents = found.join(
        _acknowledged(acts), on=_ISSUE, how="left", maintain_order="left"
    ).select(
        **named,
        opened_at="opened_at",
        acknowledged_at="acknowledged_at",
        resolved_at="closed_at",
        severity=_severity(),
        service=pl.lit(None, pl.String),
        repo="repo",
        url="url",
    )
    is_told = (pl.col("event") == "assignment") | pl.col("is_by_maintainer")
    incident_events = (
        acts.filter(is_told & _is_person("person", tables["accounts"]))
        .drop_nulls("event")
        .sort("at", *_ISSUE, "event", "person")
        .select(**named, at="at", person="person", event="event")
    )
    return incidents, incident_events


def _incident_issues(
    issues: pl.DataFrame, events: pl.DataFrame, labels: Sequence[str]
) -> pl.DataFrame:
    names = {*issues["labels"].explode(), *events["label"]} - {None}
    matching = pl.Series([name for name in names if _matches(name, labels)], dtype=pl.String)
    is_labelling = pl.col("event").is_in(["labeled", "unlabeled"])
    put_on = (
        events.filter(is_labelling & pl.col("label").is_in(matching.implode()))
        .sort("created_at", maintain_order=True)
        .group_by(_ISSUE)
        .agg(is_put_on=pl.col("event").last() == "labeled")
    )
    is_borne = pl.col("labels").list.eval(pl.element().is_in(matching.implode())).list.any()
    return (
        issues.drop_nulls("opened_at")
        .join(put_on, on=_ISSUE, how="left", maintain_order="left")
        .filter(is_borne.fill_null(False) | pl.col("is_put_on").fill_null(False))
        .sort("opened_at", *_ISSUE)
    )


def _matches(name: str, labels: Sequence[str]) -> bool:
    lower = name.lower()
    return any(lower == label.lower() or fnmatchcase(lower, label.lower()) for label in labels)


def _acts(tables: Mapping[str, pl.DataFrame], found: pl.DataFrame) -> pl.DataFrame:
    """What was done about the issues until they were closed: ``at``, ``doer``, ``person``.

    ``event`` is null for what is a trace of someone's knowing of it, but no incident event.
    """
    comments = tables["comments"].select(
        *_ISSUE, at="created_at", doer="author_account", person="author_account", event=_COMMENT
    )
    events = (
        tables["events"]
        .filter(pl.col("event").is_in(["assigned", "closed", "labeled", "unlabeled"]))
        .select(
            *_ISSUE,
            at="created_at",
            doer="actor_account",
            person=pl.when(event="assigned").then("assignee").otherwise("actor_account"),
            event=pl.col("event").replace_strict(_EVENTS, default=None, return_dtype=pl.String),
        )
    )
    opened = found.select(*_ISSUE, "opened_at", "closed_at", "author_account")
    hands = maintainers(tables).select("repo", doer="account", is_by_maintainer=True)
    is_in_time = (pl.col("at") <= pl.col("closed_at")).fill_null(True)
    return (
        pl.concat([comments, events])
        .join(opened, on=_ISSUE)
        .filter(is_in_time | (pl.col("event") == "resolution"))
        .join(hands, on=["repo", "doer"], how="left")
        .with_columns(pl.col("is_by_maintainer").fill_null(False))
    )


def _acknowledged(acts: pl.DataFrame) -> pl.DataFrame:
    is_of_another = pl.col("is_by_maintainer") & (pl.col("doer") != pl.col("author_account"))
    return (
        acts.filter(is_of_another & (pl.col("at") >= pl.col("opened_at")))
        .group_by(_ISSUE)
        .agg(acknowledged_at=pl.col("at").min())
    )


def _severity() -> pl.Expr:
    is_severity = pl.element().str.contains(_SEVERITY)
    return pl.col("labels").list.eval(pl.element().filter(is_severity)).list.first()


def _is_person(column: str, accounts: pl.DataFrame) -> pl.Expr:
    return (pl.col(column) != GHOST) & ~is_bot(column, accounts)


def _common(
    covers: Mapping[tuple[str, str], Window], tables: Sequence[str], repos: Collection[str]
) -> Window | None:
    """The stretch that is known of every table and repository, or None."""
    windows = [covers.get((table, repo)) for table in tables for repo in sorted(repos)]
    if not windows:
        return None
    return reduce(lambda one, other: one and other and one.overlap(other), windows)
