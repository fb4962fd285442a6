"""Which releases failed: declared by the team, or suspected because a hotfix followed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from opsreview.metrics.releases import shipped
from opsreview.metrics.view import ITEM, View, is_label_of
from opsreview.window import Window, literal

RELEASE = ["repo", "tag"]
SAID, DENIED = "review.yaml says so", "review.yaml says that it did not fail"
LINKED = "an incident links to it"
# Where GitHub and GitLab keep the page of a release or tag.
_PAGE_OF_A_RELEASE = r"/(?:releases|tags?)/(?:tag/)?([^?#]+)$"


class Within(NamedTuple):
    """For how many days a regression, and a hotfix of its line, is laid at a release."""

    regression_days: int = 14
    hotfix_days: int = 14


def judged_releases(
    releases: pl.DataFrame,
    regressions: pl.DataFrame,
    incidents: pl.DataFrame,
    *,
    as_of: datetime,
    within: Within,
) -> pl.DataFrame:
    """Every stable release and hotfix by ``as_of``, and whether it failed. Ours.

    Declared is what somebody said:

    - ``releases.failed`` in ``review.yaml`` names it, which outweighs all else;
    - an issue that bears a label of regressions was opened after it, within ``regression_days``
      and before the next release of its repository;
    - an incident links to its page, and was opened at most ``regression_days`` after it. An
      incident that names the repository alone says nothing: in a repository with one a week
      nearly every release would have failed.

    Suspected is what nobody declared or denied, and a hotfix of its line followed within
    ``hotfix_days`` as the next release of the line. What is older is not blamed for it.

    Args:
        releases: RELEASES.
        regressions: Issues that bear such a label: repo, number, opened_at.
        incidents: INCIDENTS.
        as_of: What happened after it did not.
        within: For how long things are laid at a release.

    Returns:
        One row per release: repo, tag, published_at, kind, is_declared, is_suspected, is_pending
        (at ``as_of`` it was younger than the longer of ``within``), why, recovered_at (the next
        release of its repository; null: it did not fail, or there was none by ``as_of``).
    """
    known = _with_the_next(_known(releases, as_of))
    seen = pl.col("opened_at") <= literal(as_of)
    reported = _reported(known, regressions.filter(seen), within.regression_days)
    linked = _linked(known, incidents.filter(seen), within.regression_days)
    told = known.join(reported, on=RELEASE, how="left").join(linked, on=RELEASE, how="left")
    is_laid_at = pl.col("issue").is_not_null() | pl.col("is_linked").fill_null(False)
    is_declared = pl.col("is_failed").fill_null(is_laid_at)
    is_fixed = _is_fixed(within.hotfix_days)
    young = literal(as_of - timedelta(days=max(within)))
    return (
        told.sort("repo", "published_at", "tag")
        .with_columns(
            is_declared=is_declared,
            is_suspected=is_fixed & ~is_declared & pl.col("is_failed").is_null(),
            is_pending=pl.col("published_at") > young,
        )
        .with_columns(why=_why())
        .select(
            *RELEASE,
            "published_at",
            "kind",
            "is_declared",
            "is_suspected",
            "is_pending",
            "why",
            recovered_at=pl.when(pl.col("is_declared") | pl.col("is_suspected")).then("next_at"),
        )
        .sort("published_at", *RELEASE)
    )


def judged(view: View, window: Window) -> pl.DataFrame:
    """``judged_releases`` of those published in the window, as far as a cycle knows."""
    groups = view.groups
    within = Within(groups.regression_within_days, groups.hotfix_within_days)
    rows = judged_releases(
        view["releases"], _regressions(view), view["incidents"], as_of=view.as_of, within=within
    )
    return rows.filter(window.has("published_at"))


def sources_of_declarations(view: View) -> tuple[str, ...]:
    """The tables that tell which releases failed; none where nobody ever declares it."""
    said = view["releases"]["is_failed"].is_not_null().any()
    tagged = view["incidents"].select("repo", tag=_linked_tag())
    links = tagged.join(view["releases"], on=RELEASE, how="semi").height > 0
    tables = {"releases": said, "issues": bool(view.groups.regression), "incidents": links}
    return tuple(table for table, declares in tables.items() if declares)


def _regressions(view: View) -> pl.DataFrame:
    issues = view["issues"].select(*ITEM, "opened_at")
    if not view.groups.regression:
        return issues.clear()
    labelled = view["labels"].filter(is_label_of(view.groups.regression))
    return issues.join(labelled, on=ITEM, how="semi")


def _known(releases: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    said = releases.lazy().select(*RELEASE, "line", "is_failed")
    return shipped(releases, as_of).join(said, on=RELEASE).collect()


def _with_the_next(known: pl.DataFrame) -> pl.DataFrame:
    """The releases with ``next_at``: when the next of the repository came, at a later moment."""
    moments = known.select("repo", "published_at").unique().sort("repo", "published_at")
    following = moments.with_columns(next_at=pl.col("published_at").shift(-1).over("repo"))
    return known.join(following, on=["repo", "published_at"], how="left")


def _reported(known: pl.DataFrame, regressions: pl.DataFrame, days: int) -> pl.DataFrame:
    """By release the first issue laid at it: the latest release before the issue."""
    laid = regressions.sort("opened_at", *ITEM).join_asof(
        known.select(*RELEASE, "published_at").sort("published_at", *RELEASE),
        left_on="opened_at",
        right_on="published_at",
        by="repo",
        strategy="backward",
        tolerance=timedelta(days=days),
        check_sortedness=False,
    )
    first = laid.drop_nulls("tag").group_by(RELEASE, maintain_order=True)
    return first.agg(issue=pl.col("number").first())


def _linked(known: pl.DataFrame, incidents: pl.DataFrame, days: int) -> pl.DataFrame:
    linking = incidents.select("repo", "opened_at", tag=_linked_tag()).drop_nulls("tag")
    last_at = pl.col("published_at") + pl.duration(days=days)
    return (
        linking.join(known, on=RELEASE)
        .filter(pl.col("opened_at") <= last_at)
        .select(*RELEASE, is_linked=pl.lit(True))
        .unique()
    )


def _linked_tag() -> pl.Expr:
    linked = pl.col("url").str.extract(_PAGE_OF_A_RELEASE, 1)
    return linked.str.replace_all("%2F", "/", literal=True).str.replace_all("%40", "@")


def _is_fixed(days: int) -> pl.Expr:
    """True where a hotfix is the next release of the line and came in time, for sorted rows."""
    line = ["repo", "line"]
    next_on_line = (pl.col("published_at").shift(-1).over(line)) - pl.col("published_at")
    is_hotfix = (pl.col("kind") == "hotfix").shift(-1).over(line)
    in_time = (next_on_line > pl.duration(days=0)) & (next_on_line <= pl.duration(days=days))
    return (is_hotfix & in_time).fill_null(False)


def _why() -> pl.Expr:
    """The reason, the team's own word first; for rows in the order they were published."""
    hotfix = pl.col("tag").shift(-1).over("repo", "line")
    reasons = {
        SAID: pl.col("is_failed"),
        DENIED: ~pl.col("is_failed"),
        LINKED: pl.col("is_linked") & pl.col("issue").is_null(),
    }
    return pl.coalesce(
        *(pl.when(holds.fill_null(False)).then(pl.lit(why)) for why, holds in reasons.items()),
        pl.when(pl.col("is_declared")).then(pl.format("issue #{} is a regression", "issue")),
        pl.when("is_suspected").then(pl.format("the hotfix {} followed", hotfix)),
    )
