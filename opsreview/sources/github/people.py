"""Who on GitHub is a bot, and who has a hand in running a repository."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from opsreview.sources.github.nodes import GHOST

TEAM_ASSOCIATIONS = ["MEMBER", "OWNER", "COLLABORATOR"]
KNOWN_BOTS = {
    "codecov-commenter",
    "codecov-io",
    "coveralls",
    "dependabot",
    "dependabot-preview",
    "github-actions",
    "greenkeeperio-bot",
    "mergify",
    "netlify",
    "pre-commit-ci",
    "pyup-bot",
    "renovate",
    "renovate-bot",
    "snyk-bot",
    "sonarcloud",
    "stale",
}
_ITEM = ("repo", "number", "author_account")
# GitHub lets only maintainers do these to what others opened.
_MAINTENANCE = ["labeled", "unlabeled", "milestoned", "demilestoned", "closed", "reopened"]


def is_bot(account: str, accounts: pl.DataFrame) -> pl.Expr:
    """True where the column ``account`` names a bot: by its type, its ending or a known name.

    Args:
        account: The column.
        accounts: account, type (``User`` or ``Bot``).
    """
    typed = accounts.filter(pl.col("type") == "Bot")["account"].str.to_lowercase()
    name = pl.col(account).str.to_lowercase()
    return name.is_in([*KNOWN_BOTS, *typed]) | name.str.ends_with("[bot]")


def maintainers(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Who runs each repository: ``repo``, ``account``, one row each, bots and ghosts apart.

    GitHub calls them member, owner or collaborator; or, as it hides private memberships, they
    merged a pull request, or labelled, scheduled, closed or reopened what another had opened, or
    assigned it to someone.
    """
    items = pl.concat([tables[name].select(*_ITEM) for name in ("issues", "pull_requests")])
    called = [
        tables[name]
        .filter(pl.col("author_association").is_in(TEAM_ASSOCIATIONS))
        .select("repo", account="author_account")
        for name in ("issues", "pull_requests", "comments", "reviews")
    ]
    # an assigned event may name as its actor who was assigned
    is_assigner = (pl.col("event") == "assigned") & (pl.col("actor_account") != pl.col("assignee"))
    merged = tables["pull_requests"].select("repo", account="merged_by_account")
    handled = (
        tables["events"]
        .filter(pl.col("event").is_in(_MAINTENANCE) | is_assigner)
        .join(items, on=["repo", "number"])
        .filter(pl.col("actor_account") != pl.col("author_account"))
        .select("repo", account="actor_account")
    )
    found = pl.concat([*called, merged, handled]).drop_nulls().unique(maintain_order=True)
    is_person = ~is_bot("account", tables["accounts"]) & (pl.col("account") != GHOST)
    return found.filter(is_person)
