"""How long nobody has touched what is open."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from opsreview.metrics.view import ITEM, hours_between, is_open_at
from opsreview.metrics.work import PASSIVE
from opsreview.window import literal


def quiet_issues(
    issues: pl.DataFrame,
    comments: pl.DataFrame,
    events: pl.DataFrame,
    spells: pl.DataFrame,
    *,
    as_of: datetime,
) -> pl.DataFrame:
    """Hours since anybody last spoke on, or changed, each issue that is open at ``as_of``. Ours.

    Opening it was the first word. A bot breaks no silence; neither does being mentioned.

    Args:
        issues: ISSUES.
        comments: COMMENTS.
        events: EVENTS.
        spells: ``history.open_spells``.
        as_of: Open at this moment, and acts until it.

    Returns:
        One row per open issue, the quietest first: repo, number, title, url, quiet_hours.
    """
    still_open = (
        issues.lazy()
        .filter(pl.col("opened_at") <= literal(as_of))
        .join(spells.lazy().filter(is_open_at(as_of)), on=ITEM, how="semi")
        .select(*ITEM, "title", "url", "opened_at")
    )
    spoken = comments.lazy().filter(_is_no_bot("author")).select(*ITEM, at="created_at")
    is_change = _is_no_bot("actor") & ~pl.col("event").is_in(PASSIVE)
    changed = events.lazy().filter(is_change).select(*ITEM, at="created_at")
    last = (
        pl.concat([spoken, changed])
        .filter(pl.col("at") <= literal(as_of))
        .join(still_open, on=ITEM, how="semi")
        .group_by(ITEM)
        .agg(last_at=pl.col("at").max())
    )
    since_at = pl.max_horizontal("last_at", "opened_at")
    return (
        still_open.join(last, on=ITEM, how="left")
        .select(*ITEM, "title", "url", quiet_hours=hours_between(since_at, literal(as_of)))
        .sort("quiet_hours", *ITEM, descending=[True, False, False])
        .collect()
    )


def _is_no_bot(role: str) -> pl.Expr:
    return (pl.col(f"{role}_kind") != "bot").fill_null(True)
