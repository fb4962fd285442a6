"""How far PagerDuty has been read: what the store remembers between two fetches."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsreview.window import Window

# Incidents are acknowledged, noted and reopened, and overrides entered, after the fact.
OVERLAP = timedelta(days=30)


@dataclass(frozen=True)
class Progress:
    """All since ``since_at`` has been read; up to ``read_at`` nothing was missing."""

    since_at: datetime
    read_at: datetime

    @classmethod
    def from_json(cls, text: str) -> Progress:
        said = json.loads(text)
        return cls(*(datetime.fromisoformat(said[name]) for name in ("since_at", "read_at")))

    def to_json(self) -> str:
        said = {"since_at": self.since_at.isoformat(), "read_at": self.read_at.isoformat()}
        return json.dumps(said, sort_keys=True)


@dataclass(frozen=True)
class Stretch:
    """What a fetch reads: from ``again_at`` to ``until_at``. Known is all since ``since_at``."""

    since_at: datetime
    again_at: datetime
    until_at: datetime

    @property
    def whole(self) -> Window:
        return Window(self.since_at, self.until_at)

    @property
    def again(self) -> Window:
        return Window(self.again_at, self.until_at)

    def progress(self, *, is_whole: bool) -> Progress:
        """What is to be remembered: what is not whole is read again from the same moment."""
        return Progress(self.since_at, self.until_at if is_whole else self.again_at)


def next_stretch(
    since_at: datetime | None, before: Progress | None, until_at: datetime, *, is_sweep: bool
) -> Stretch:
    """What is to be read now.

    Args:
        since_at: Where review.yaml says to begin; None: where the last fetch did, else two years
            ago.
        before: What earlier fetches have read.
        until_at: PagerDuty's own clock.
        is_sweep: Whether everything is to be read again.
    """
    begins_at = since_at or (before.since_at if before else _two_years_before(until_at))
    if before is None or is_sweep or begins_at < before.since_at:
        return Stretch(begins_at, begins_at, until_at)
    return Stretch(before.since_at, max(before.since_at, before.read_at - OVERLAP), until_at)


def _two_years_before(moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=2 * 365)
