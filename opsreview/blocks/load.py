"""The pieces of the on-call page alone: what it is not for, evidence, clusters, the ledger."""

from __future__ import annotations

from typing import Any

import polars as pl

from opsreview.blocks.block import Block, rendered, web_link
from opsreview.estimate import in_words
from opsreview.review import Review
from opsreview.wording import counted

MOST_CLUSTERS = 8
CLUSTER_RULE = "incidents of one service that open within six hours of the one before"
EVIDENCE_WORDS = {
    "page": "was paged or assigned",
    "acknowledgement": "acknowledged it",
    "update": "worked on it",
    "resolution": "resolved it",
    "comment": "commented on what nobody was paged for or acknowledged",
    "on duty": "was on duty as it opened, and nobody acted",
}


def load_note(review: Review) -> Block:
    """What a page about load is not for, and what its links give away."""
    return rendered("load_note", names=review.run.get("privacy", "pseudonyms"))


def evidence(review: Review) -> Block | None:
    """By what evidence somebody counts as interrupted, and how often; None where nobody does."""
    rows = review.metric("interruptions").filter(pl.col("group").str.starts_with("evidence:"))
    counts = dict(rows.select("group", "value").iter_rows())
    told = [
        (int(counts[f"evidence:{kind}"]), words)
        for kind, words in EVIDENCE_WORDS.items()
        if counts.get(f"evidence:{kind}")
    ]
    unknown = int(counts.get("evidence:nobody known") or 0)
    if not told and not unknown:
        return None
    return rendered("evidence", told=told, unknown=unknown and counted(unknown, "incident"))


def incident_clusters(review: Review) -> Block | None:
    """The bursts of incidents, the largest first, with the rule; None where each came alone."""
    rows = review.measured("incident_clusters")
    bursts = rows.filter(pl.col("incident_count") > 1) if rows.height else rows
    if bursts.is_empty():
        return None
    shown = [_cluster(row, review) for row in bursts.head(MOST_CLUSTERS).iter_rows(named=True)]
    return rendered(
        "incident_clusters",
        rows=shown,
        more=bursts.height - len(shown),
        rule=CLUSTER_RULE,
        total=counted(int(rows["incident_count"].sum()), "incident"),
        clusters=counted(rows.height, "cluster"),
    )


def cover_ledger(review: Review) -> Block | None:
    """Who should cover next, and each person's duty against a fair part; None where unknown.

    By role nobody's part is told.
    """
    rows = review.measured("cover_ledger")
    if rows.is_empty() or review.run.get("privacy") == "roles":
        return None
    weeks = review.estimate("cover_ledger", "weeks").value or 0
    shown = [_owed(row) for row in rows.iter_rows(named=True)]
    return rendered("cover_ledger", rows=shown, weeks=counted(int(weeks), "week"))


def _cluster(row: dict[str, Any], review: Review) -> dict[str, Any]:
    first, last = (row[at].astimezone(review.zone) for at in ("started_at", "last_at"))
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%a %e %b %H:%M}"
    return {
        "service": row["service"] or "no service named",
        "count": row["incident_count"],
        "when": f"{first:%a %e %b %H:%M} to {until}",
        "url": web_link(row["url"]),
    }


def _owed(row: dict[str, Any]) -> dict[str, Any]:
    balance = row["balance_hours"]
    more = "more" if balance > 0 else "less"
    return {
        "person": row["person"],
        "next": row["next"] or ("away" if row["is_away"] else "–"),
        "held": in_words(row["hours"], "hours"),
        "fair": in_words(row["fair_hours"], "hours"),
        "balance": "even" if abs(balance) < 1 else f"{in_words(abs(balance), 'hours')} {more}",
        "nights": "unknown" if row["disrupted_nights"] is None else row["disrupted_nights"],
        "secondary": in_words(row["secondary_hours"], "hours"),
    }
