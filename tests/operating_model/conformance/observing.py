"""A cycle to hold a model against: October 2026 in UTC, seen a week after its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
from factories import TEAM
from metrics.views import AS_OF, LONG, OCTOBER, TABLES, subject

from opsreview.metrics.view import Groups
from opsreview.operating_model.conformance import Held, Observed
from opsreview.window import Window
from opsreview.working_time import WorkingCalendar

UTC = ZoneInfo("UTC")
ROTA = """\
rhythm:
  duty: {every: week, handover: "monday 09:00", order: [ada, ben]%s}
"""


def observed(
    *,
    as_of: datetime = AS_OF,
    window: Window = OCTOBER,
    groups: Groups | None = None,
    without: Sequence[str] = (),
    covers: Mapping[str, Window] | None = None,
    calendars: Mapping[str, WorkingCalendar] | None = None,
    tells_persons: bool = True,
    **stated: pl.DataFrame,
) -> Observed:
    """Every table of the repository is known, but for those of ``without``."""
    known = {table: LONG for table in TABLES if table not in without} | (covers or {})
    claims = {(table, "team/product"): window for table, window in known.items()}
    about = subject(zone=UTC, groups=groups, covers=claims, **stated)
    people = {person: WorkingCalendar(UTC) for person in TEAM} if calendars is None else calendars
    about = type(about)(about.tables, about.repos, about.zone, about.groups, people)
    return Observed(about, window, as_of, str.upper, tells_persons=tells_persons)


def told(held: Held) -> tuple[str, str, str]:
    """The verdict, what happened and why."""
    return held.verdict, held.happened, held.why


def links(held: Held) -> list[str]:
    """The texts of the evidence."""
    return [link["text"] for link in held.evidence]
