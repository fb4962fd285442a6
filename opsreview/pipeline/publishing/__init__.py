"""What leaves the outputs folder on a team's word: runbook pages, an issue, a pull request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from opsreview.params import Team
from opsreview.pipeline.publishing.change import publish_change
from opsreview.pipeline.publishing.issue import publish_issue
from opsreview.pipeline.publishing.runbook import publish_runbook
from opsreview.pipeline.publishing.wanted import Published, Wanted

__all__ = ["PARTS", "Published", "Wanted"]

PARTS: dict[str, Callable[[Team, Path, Wanted], Published]] = {
    "runbook": publish_runbook,
    "issue": publish_issue,
    "pull-request": publish_change,
}
