"""The table of sources: what ``kind`` in ``review.yaml`` may say, and which tables it gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from opsreview.sources.csv_file import CsvFile
from opsreview.sources.git_tags import GitTags
from opsreview.sources.github.api import Github
from opsreview.sources.github.discussions.source import GithubDiscussions
from opsreview.sources.github.dump import GithubDump
from opsreview.sources.ics import IcsCalendar
from opsreview.sources.pagerduty.source import PagerDuty
from opsreview.sources.simulated import Simulated
from opsreview.sources.upptime import Upptime

AnySource = Annotated[
    Github
    | GithubDiscussions
    | GithubDump
    | GitTags
    | CsvFile
    | IcsCalendar
    | PagerDuty
    | Simulated
    | Upptime,
    Field(discriminator="kind"),
]

_GITHUB = ("issues", "pull_requests", "comments", "reviews", "events", "releases")
_INCIDENTS = ("incidents", "incident_events")
GIVES: dict[str, tuple[str, ...]] = {  # by kind, the tables it could give; a csv file says its own
    "github": _GITHUB,
    "github_discussions": ("support_requests",),
    "github_dump": _GITHUB,
    "git_tags": ("releases",),
    "ics": ("shifts",),
    "pagerduty": (*_INCIDENTS, "shifts"),
    "simulated": (*_GITHUB, *_INCIDENTS, "shifts"),
    "upptime": ("incidents",),
}
_LABELS_TELL_INCIDENTS = {"github", "github_dump"}


def tables_given(sources: Iterable[AnySource], incident_labels: Iterable[str]) -> frozenset[str]:
    """The tables that the sources could give at all; what they really hold, a fetch tells."""
    has_labels = any(incident_labels)
    return frozenset(table for source in sources for table in _tables_of(source, has_labels))


def _tables_of(source: AnySource, has_incident_labels: bool) -> tuple[str, ...]:
    if isinstance(source, CsvFile):
        return (source.table,)
    by_label = has_incident_labels and source.kind in _LABELS_TELL_INCIDENTS
    return (*GIVES[source.kind], *(_INCIDENTS if by_label else ()))
