"""Small frame in, plotly Figure out: one function a picture, named as the thing it returns.

A picture over nothing is None, so a notebook shows nothing and the page says why once. Every
figure's title says what was found; ``layout.meta`` holds ``alt``, a sentence for a screen reader,
and ``table``, the numbers drawn, as ``{"columns": [...], "rows": [[...]]}``.
"""

from opsreview.figures.backlog import age_by_week, backlog_by_day, opened_and_closed
from opsreview.figures.durations import duration_curve, waiting_curve
from opsreview.figures.flow import arrivals_against_acts, time_by_phase
from opsreview.figures.heroics import off_hours_by_person, work_on_few
from opsreview.figures.history import headline_history
from opsreview.figures.incidents import disrupted_nights, incident_dots
from opsreview.figures.oncall import (
    duty_shares,
    interruptions_by_day_part,
    load_over_half_a_year,
    load_per_person,
    shift_timeline,
)
from opsreview.figures.release_hours import release_hours
from opsreview.figures.releases import batch_sizes, release_calendar, release_gaps
from opsreview.figures.trains import slot_slips
from opsreview.figures.triage import answers_by_person, review_load_bars

__all__ = [
    "age_by_week",
    "answers_by_person",
    "arrivals_against_acts",
    "backlog_by_day",
    "batch_sizes",
    "disrupted_nights",
    "duration_curve",
    "duty_shares",
    "headline_history",
    "incident_dots",
    "interruptions_by_day_part",
    "load_over_half_a_year",
    "load_per_person",
    "off_hours_by_person",
    "opened_and_closed",
    "release_calendar",
    "release_gaps",
    "release_hours",
    "review_load_bars",
    "shift_timeline",
    "slot_slips",
    "time_by_phase",
    "waiting_curve",
    "work_on_few",
]
