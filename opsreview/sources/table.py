"""The table of sources: what ``kind`` in ``review.yaml`` may say. A new source is one line here."""

from __future__ import annotations

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
