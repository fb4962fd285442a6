"""The ways a wait ends: as curves are named, and as they are said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rivals:
    """The two ways a wait ends, as curves are named and as they are said."""

    things: str
    good: str
    good_words: str
    other: str
    other_words: str
    since: str
    has_own_interval: bool = True  # False: a finding gives the interval of a plain share


@dataclass(frozen=True)
class Ending:
    """The one way a wait ends."""

    things: str
    done: str
    since: str


RIVALS = {
    "response_attainment": Rivals(
        "issues due",
        "answered",
        "answered by the team",
        "closed_unanswered",
        "closed without a word",
        "opening",
        has_own_interval=False,
    ),
    "time_to_first_response": Rivals(
        "issues opened",
        "answered",
        "answered",
        "closed_unanswered",
        "closed without a word",
        "opening",
    ),
    "time_to_first_review": Rivals(
        "pull requests",
        "reviewed",
        "reviewed",
        "closed_unreviewed",
        "ended without one",
        "ready for review",
    ),
    "change_request_duration": Rivals(
        "pull requests",
        "merged",
        "merged",
        "closed_unmerged",
        "closed unmerged",
        "ready for review",
    ),
}
ENDINGS = {
    "issue_resolution_duration": Ending("issues", "closed", "opening"),
    "time_to_resolve": Ending("incidents", "resolved", "the start"),
    "change_lead_time": Ending("merged changes", "released", "the merge"),
}
