"""What was due in a window, and whether it came in time."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from factories import at, comments, incident_events, incidents, issues, pull_requests, reviews

from metrics.views import AS_OF, OCTOBER, frames
from opsreview.metrics.deadlines import (
    answer_cases,
    due,
    incident_cases,
    kept_share,
    resolution_cases,
    review_cases,
)

DAY = 24.0


def judged(cases: pl.DataFrame, hours: float = DAY) -> list[tuple[Any, ...]]:
    found = due(cases, window=OCTOBER, as_of=AS_OF, within_hours=hours)
    return sorted(found.select("thing", "is_kept").rows())


def answers(opened: pl.DataFrame, said: pl.DataFrame, hours: float = DAY) -> pl.DataFrame:
    tables = frames(issues=opened, comments=said)
    return answer_cases(tables, opened, window=OCTOBER, as_of=AS_OF, within_hours=hours)


def test_answer_within_the_deadline_keeps_it_and_a_later_one_does_not() -> None:
    opened = issues({}, {}, {})
    said = comments(
        {"number": 1, "created_at": "2026-10-02 00:00"},
        {"number": 2, "created_at": "2026-10-02 00:01"},
        {"number": 3, "author": "rae", "created_at": "2026-10-01 01:00"},
    )

    assert judged(answers(opened, said)) == [("#1", True), ("#2", False), ("#3", False)]


def test_deadline_after_as_of_is_pending_and_stands_apart() -> None:
    opened = issues({"opened_at": "2026-10-02"})
    cases = answers(opened, comments(), 700)

    found = due(cases, window=OCTOBER, as_of=at("2026-10-20"), within_hours=700)

    assert found["is_kept"].to_list() == [None]
    share = kept_share(found)
    assert (share.value, share.n, share.n_pending) == (None, 0, 1)


def test_only_deadlines_in_the_window_count_whenever_the_case_began() -> None:
    opened = issues({"opened_at": "2026-09-30 12:00"}, {"opened_at": "2026-10-31 12:00"})

    assert judged(answers(opened, comments())) == [("#1", False)]


def test_share_is_of_what_is_over() -> None:
    cases = pl.DataFrame({"is_kept": [True, True, False, None]})

    share = kept_share(cases)

    assert (share.value, share.n, share.n_pending) == (pytest.approx(2 / 3), 3, 1)


def test_resolution_is_the_close_that_holds() -> None:
    opened = issues({"closed_at": "2026-10-01 20:00"}, {"closed_at": "2026-10-04"}, {})
    tables = frames(issues=opened)

    cases = resolution_cases(tables, opened, window=OCTOBER, as_of=AS_OF, within_hours=DAY)

    assert judged(cases) == [("#1", True), ("#2", False), ("#3", False)]


def test_pull_request_closed_unmerged_needed_no_review_and_one_merged_without_did() -> None:
    pulls = pull_requests({"closed_at": "2026-10-02"}, {"merged_at": "2026-10-01 10:00"}, {})
    given = reviews({"number": 3, "submitted_at": "2026-10-01 05:00"})
    tables = frames(pull_requests=pulls, reviews=given)

    cases = review_cases(tables, window=OCTOBER, as_of=AS_OF, within_hours=DAY)

    assert judged(cases) == [("#2", False), ("#3", True)]


def test_incident_is_taken_up_by_the_first_act_of_a_person_but_not_by_being_called() -> None:
    opened = incidents({}, {"acknowledged_at": "2026-10-01 01:00"}, {})
    acts = incident_events(
        {"incident_id": "1", "at": "2026-10-01 02:00"},
        {"incident_id": "3", "at": "2026-10-01 02:00", "event": "comment"},
    )

    taken_up = incident_cases(opened, acts, as_of=AS_OF, resolved=False)

    assert judged(taken_up) == [("1", False), ("2", True), ("3", True)]


def test_incident_resolved_after_as_of_is_not_resolved() -> None:
    opened = incidents({"resolved_at": "2026-10-01 05:00"}, {"resolved_at": "2026-11-10"})

    cases = incident_cases(opened, incident_events(), as_of=AS_OF, resolved=True)

    assert judged(cases) == [("1", True), ("2", False)]
