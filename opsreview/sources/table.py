"""The table of sources: what ``kind`` in ``review.yaml`` may say. A new source is one line here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from opsreview.sources.csv_file import CsvFile
from opsreview.sources.git_tags import GitTags
from opsreview.sources.github.dump import GithubDump
from opsreview.sources.ics import IcsCalendar
from opsreview.sources.simulated import Simulated

AnySource = Annotated[
    GithubDump | GitTags | CsvFile | IcsCalendar | Simulated, Field(discriminator="kind")
]
