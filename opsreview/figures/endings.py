"""The ways a wait ends: as curves are named, and as they are said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rivals:
    """The ways a wait ends, as curves are named and as they are said.

    ``others`` are the parts of ``other_words``, each with its own words; one part has none.
    """

    things: str
    good: str
    good_words: str
    others: Mapping[str, str]
    other_words: str
    since: str
    has_own_interval: bool = True  # False: a finding gives the interval of a plain share

    @property
    def endings(self) -> dict[str, str]:
        """Every curve but the waiting one, with its words."""
        return {self.good: self.good_words, **self.others}


@dataclass(frozen=True)
class Ending:
    """The one way a wait ends."""

    things: str
    done: str
    since: str


_SILENT = {
    "closed_by_team": "silently closed by the team",
    "withdrawn": "withdrawn by the author",
    "closed_by_bot": "closed by a bot",
    "closed_by_other": "closed by others",
}
RIVALS = {
    "response_attainment": Rivals(
        "issues due",
        "answered",
        "answered by the team",
        _SILENT,
        "closed without a word",
        "opening",
        has_own_interval=False,
    ),
    "time_to_first_response": Rivals(
        "issues opened",
        "answered",
        "answered",
        _SILENT,
        "closed without a word",
        "opening",
    ),
    "time_to_first_review": Rivals(
        "pull requests",
        "reviewed",
        "reviewed",
        {"closed_unreviewed": "ended without one"},
        "ended without one",
        "ready for review",
    ),
    "change_request_duration": Rivals(
        "pull requests",
        "merged",
        "merged",
        {"closed_unmerged": "closed unmerged"},
        "closed unmerged",
        "ready for review",
    ),
}
ENDINGS = {
    "issue_resolution_duration": Ending("issues", "closed", "opening"),
    "time_to_resolve": Ending("incidents", "resolved", "the start"),
    "change_lead_time": Ending("merged changes", "released", "the merge"),
}
