"""Which line a release belongs to, and whether it is stable, a hotfix, a pre-release or none."""

from __future__ import annotations

import polars as pl

HOTFIX_WITHIN_DAYS = 14
_MOVING = ["latest", "nightly", "canary", "edge", "insiders", "next", "dev", "stable", "main"]
_VERSION = r"(?:^|[^0-9])(\d+)\.(\d+)(?:\.(\d+))?"
_PRERELEASE = r"(?i)\d[-.]?(alpha|beta|rc|pre|preview|prerelease|insider|dev|nightly)"


def classified(releases: pl.DataFrame) -> pl.DataFrame:
    """The releases with ``line``, ``kind`` and ``kind_rule``. Ours.

    In this order: a tag that moves (``latest``) is ``moving``; one marked or named as a
    pre-release is ``prerelease``; one that is not a version is ``other``; a patch within
    14 days of the stable release or hotfix before it on its line (same major and minor) is
    ``hotfix``; the rest is ``stable``.

    Args:
        releases: Candidate rows: repo, tag, published_at, is_prerelease.
    """
    versioned = releases.with_columns(
        major=pl.col("tag").str.extract(_VERSION, 1).cast(pl.Int64, strict=False),
        minor=pl.col("tag").str.extract(_VERSION, 2).cast(pl.Int64, strict=False),
        patch=pl.col("tag").str.extract(_VERSION, 3).cast(pl.Int64, strict=False),
    ).with_columns(
        line=pl.when(pl.col("major").is_not_null()).then(pl.format("{}.{}", "major", "minor")),
        kind_rule=_rule_of_the_tag(),
    )
    rule = pl.coalesce("kind_rule", _rule_of_the_line())
    return (
        versioned.sort("repo", "published_at", "tag")
        .with_columns(kind_rule=rule)
        .with_columns(kind=pl.col("kind_rule").str.extract(r"^(\w+)"))
        .drop("major", "minor", "patch")
    )


def _rule_of_the_tag() -> pl.Expr:
    return (
        pl.when(pl.col("tag").str.to_lowercase().is_in(_MOVING))
        .then(pl.lit("moving: the tag is not a version and moves"))
        .when(pl.col("is_prerelease"))
        .then(pl.lit("prerelease: marked as one"))
        .when(pl.col("tag").str.contains(_PRERELEASE))
        .then(pl.lit("prerelease: the version says so"))
        .when(pl.col("major").is_null())
        .then(pl.lit("other: the tag is not a version"))
    )


def _rule_of_the_line() -> pl.Expr:
    """Hotfix or stable, for rows in the order they were published."""
    is_candidate = pl.col("kind_rule").is_null()
    line_published_at = pl.when(is_candidate).then("published_at")
    previous_at = line_published_at.forward_fill().shift(1).over("repo", "line")
    is_soon = pl.col("published_at") - previous_at <= pl.duration(days=HOTFIX_WITHIN_DAYS)
    is_hotfix = (pl.col("patch") > 0) & is_soon
    return (
        pl.when(is_hotfix.fill_null(False))
        .then(pl.lit(f"hotfix: a patch within {HOTFIX_WITHIN_DAYS} days on its line"))
        .otherwise(pl.lit("stable: a version of its line"))
    )
