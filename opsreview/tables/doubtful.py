"""Rows that are kept as they were given, though they may be slips: counted, never changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import polars as pl

from opsreview.params import ReleaseRules, Team
from opsreview.tables.releases import is_like

_USUAL = (
    "blocker critical crit urgent emergency highest high major medium moderate normal minor low "
    "lowest trivial none info informational notice warning error unknown outage down partial "
    "degraded disrupted maintenance operational impacted 0 1 2 3 4 5"
)
_NUMBERED = [f"{prefix}{number}" for prefix in ("sev", "p", "s") for number in range(6)]
_LIKENESS = 0.7  # high and hihg are alike by 0.75
_NAMING = ("shifts", "incident_events")


def doubtful(
    frames: Mapping[str, pl.DataFrame], team: Team, severities: Iterable[str]
) -> dict[str, Any]:
    """What of duty, incidents and releases may be a slip, in all of the history.

    Args:
        frames: Frames of ``SCHEMAS``.
        team: Whose ``people.yaml``, ``bots`` and ``priorities`` hold.
        severities: Names of severities that the operating model declares.

    Returns:
        ``unlisted``: by table, how many rows name a person whom ``people.yaml`` does not list.
        ``overlapping``: how many shifts begin while another of the same person and role runs.
        ``severities``: by severity that is not known but close to one, how many incidents are of
        it and which may be meant.
        ``tags``: what ``releases`` of ``review.yaml`` says of tags that there are none of.
    """
    known = [*severities, *team.review.labels.priorities]
    return {
        "unlisted": _unlisted(frames, team),
        "overlapping": overlapping_themselves(frames["shifts"]),
        "severities": misspelt(frames["incidents"], known),
        "tags": unknown_tags(frames["releases"], team.review.releases),
    }


def unknown_tags(releases: pl.DataFrame, rules: ReleaseRules) -> list[str]:
    """The tags and patterns of ``kinds`` and ``failed`` that no release bears."""
    tags = set(releases["tag"])
    named = tags | {f"{repo}@{tag}" for repo, tag in releases["repo", "tag"].iter_rows()}
    patterns = [pattern for pattern in rules.kinds if not releases.filter(is_like(pattern)).height]
    return [*patterns, *(tag for tag in rules.failed if tag not in named)]


def overlapping_themselves(shifts: pl.DataFrame) -> int:
    """How many shifts begin while another of the same person and role runs."""
    held_until = pl.col("end_at").cum_max().shift(1).over("role", "person")
    return shifts.sort("start_at", "end_at").filter(pl.col("start_at") < held_until).height


def misspelt(incidents: pl.DataFrame, known: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Severities that are none of ``known`` or of the usual ones, but close to one of them."""
    words = {_word(name): name for name in (*_USUAL.split(), *_NUMBERED, *known)}
    counts = incidents["severity"].drop_nulls().value_counts(name="count").sort("severity")
    found: dict[str, dict[str, Any]] = {}
    for severity, count in counts.iter_rows():
        word = _word(severity)
        near = [] if word in words else get_close_matches(word, words, 1, _LIKENESS)
        if near:
            found[severity] = {"count": count, "meant": words[near[0]]}
    return found


def _word(severity: str) -> str:
    """A severity without what labels put before it, and without case and punctuation."""
    told = re.sub(r"^(severity|priority|impact)[^a-z0-9]*", "", severity.strip().lower())
    return re.sub(r"[^a-z0-9]", "", told)


def _unlisted(frames: Mapping[str, pl.DataFrame], team: Team) -> dict[str, int]:
    if not team.people:
        return {}
    bots = frames["people"].filter(pl.col("kind") == "bot")["person_id"]
    listed = [*team.people, *bots, *team.review.bots]
    is_unlisted = pl.col("person").is_not_null() & ~pl.col("person").is_in(listed)
    counts = {name: frames[name].filter(is_unlisted).height for name in _NAMING}
    return {name: count for name, count in counts.items() if count}
