"""Sentences about triage say the number, its n and its interval."""

from __future__ import annotations

import polars as pl
import pytest
from factories import at, events, issues
from metrics.views import AS_OF, OCTOBER, TARGETS, subject

from opsreview.claims import Spoken, findings
from opsreview.metrics.reading import read_cycle
from opsreview.metrics.view import Groups

OLD = {"opened_at": "2026-08-01"}


def claims(issue_rows: pl.DataFrame, happened: pl.DataFrame) -> dict[str, str]:
    """What is said of October, by metric."""
    team = subject(issues=issue_rows, events=happened, groups=Groups(triaged=[["kind/*"]]))
    reading = read_cycle(team, window=OCTOBER, as_of=AS_OF, targets=TARGETS)
    spoken = Spoken(reading.metrics, reading.metrics.clear(), reading.measured, 72.0, ())
    return {found.metric: found.claim for found in findings(spoken, [])}


def test_attention_and_triage_are_told_by_their_medians() -> None:
    label = {"event": "labeled", "label": "kind/bug", "created_at": "2026-10-01 03:00"}
    said = claims(issues({}), events(label))

    assert said["time_to_first_attention"] == (
        "Half of all issues opened had something done about them by the team within 3 h (n 1)"
    )
    assert said["time_to_triage"].startswith("Half of all issues opened were triaged within 3 h (")


def test_medians_not_reached_say_fewer_than_half() -> None:
    said = claims(issues({}, {}, {}, {}, {}), events())

    assert said["time_to_first_attention"].startswith(
        "For fewer than half of the 5 issues opened the team did anything within "
    )
    assert said["time_to_triage"].startswith("Fewer than half of the 5 issues opened were triaged")


@pytest.mark.parametrize(
    ("closed_count", "claim"),
    [
        (1, "1 of 1 close of issues was undone within 30 days (100 %, 21–100 %)"),
        (3, "1 of 3 closes of issues was undone within 30 days (33 %, 6–79 %)"),
    ],
)
def test_reopenings_are_told_of_all_closes(closed_count: int, claim: str) -> None:
    closes = [
        {"number": number, "created_at": at("2026-09-10")} for number in range(1, closed_count + 1)
    ]
    again = {"event": "reopened", "created_at": "2026-09-12"}
    rows = [OLD, *[OLD | {"closed_at": "2026-09-10"}] * (closed_count - 1)]

    assert claims(issues(*rows), events(*closes, again))["reopen_rate"] == claim
