"""The pieces of the release page alone: other trains beside today's, and the coming release."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl

from opsreview.blocks.block import Block, rendered, web_link
from opsreview.blocks.days import day, known_until
from opsreview.blocks.tags import named_by
from opsreview.estimate import Estimate, in_words
from opsreview.review import Review
from opsreview.window import Window
from opsreview.wording import counted, value_in_words

LOOK_BACK = timedelta(days=365)
EXAMPLES = 3
TRAINS = {
    "today": "as it was",
    "weekly": "every week",
    "fortnightly": "every two weeks",
    "monthly": "every month",
}


def trains_compared(review: Review) -> Block | None:
    """The same merges under other trains, beside what was; None where nothing was merged."""
    if not review.is_measurable("what_if_train"):
        return None
    rows = [_train(review, name, words) for name, words in TRAINS.items()]
    merges = review.estimate("what_if_train", "lead_time").n
    return rendered("trains_compared", rows=rows, merges=counted(merges, "merge"))


def readiness(review: Review) -> Block | None:
    """What the coming release asks for; None where the model declares no train."""
    said = review.next.get("release")
    if not said:
        return None
    due = [slot for slot in said["slots"] if slot["excused"] is None]
    return rendered(
        "readiness",
        slot=day(due[0]["day"]) if due else None,
        later=[
            (day(slot["day"]), slot["excused"]) for slot in said["slots"] if slot not in due[:1]
        ],
        lines=[*_people(said), *_changes(said, review), *_pages(said)],
        blockers=[(link["text"], web_link(link["url"])) for link in said["blockers"] or []],
        blocking=_blocking(said),
    )


def kinds_told(review: Review) -> Block | None:
    """Which rule told each release of the twelve months its kind; None where there is none.

    What is no release of ours (nightlies, names that move, other products) is there too.
    """
    releases = review.table("releases")
    year = Window(review.window.end_at - LOOK_BACK, review.window.end_at)
    is_out = ~pl.col("is_draft").fill_null(False)
    seen = releases.filter(is_out & year.has("published_at"))
    undated = releases.filter(is_out & pl.col("published_at").is_null()).height
    if seen.is_empty() and not undated:
        return None
    rules = (
        seen.sort("published_at", "repo", "tag", descending=True)
        .group_by("kind_rule", maintain_order=True)
        .agg(pl.len().alias("count"), pl.col("repo", "tag").head(EXAMPLES))
        .sort("count", "kind_rule", descending=[True, False])
    )
    named = named_by(review)
    rows = [
        {"rule": rule, "count": count, "newest": ", ".join(map(named, repos, tags))}
        for rule, count, repos, tags in rules.iter_rows()
    ]
    return rendered("kinds_told", rows=rows, n=seen.height, undated=undated)


def _train(review: Review, name: str, words: str) -> dict[str, str]:
    def told(statistic: str) -> str:
        found = review.estimate("what_if_train", statistic, group=f"train:{name}")
        return _plain(found)

    return {
        "train": words,
        "lead_time": told("lead_time"),
        "releases": told("releases"),
        "batch": told("batch_median"),
        "largest": told("batch_largest"),
    }


def _plain(estimate: Estimate) -> str:
    return "–" if estimate.value is None and estimate.n == 0 else value_in_words(estimate)


def _people(said: dict[str, Any]) -> list[tuple[str, str]]:
    deputy = said["deputy"] or "nobody: name a deputy in the model"
    return [("Release owner", said["owner"] or said["by"]), ("Deputy", deputy)]


def _changes(said: dict[str, Any], review: Review) -> list[tuple[str, str]]:
    count = said["unreleased_count"]
    if count is None:
        reason = review.estimate("unreleased_changes", "count").reason
        return [("Waiting for it", f"unknown: {reason}")]
    oldest = f", the oldest for {in_words(said['oldest_hours'], 'hours')}" if count else ""
    until = known_until(review, "unreleased_changes")
    only = f"; merges and releases are known until {until} only" if until else ""
    return [("Waiting for it", f"{counted(count, 'merged change')}{oldest}{only}")]


def _pages(said: dict[str, Any]) -> list[tuple[str, str]]:
    pages = [f"{page['path']} ({page['owner']}{_fresh_for(page)})" for page in said["docs"]]
    return [("Pages to read again", ", ".join(pages))] if pages else []


def _fresh_for(page: dict[str, Any]) -> str:
    days = page["fresh_for_days"]
    return f", at least every {in_words(days, 'days')}" if days else ""


def _blocking(said: dict[str, Any]) -> str:
    count = said["blocker_count"]
    if count is None:
        return "not told: name the labels that block a release under labels.blocker in review.yaml"
    return counted(count, "open blocker") if count else "nothing open blocks it"
