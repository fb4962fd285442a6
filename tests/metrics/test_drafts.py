"""Time back in draft is nobody's wait for a review."""

from __future__ import annotations

import pytest
from factories import at, events, pull_requests, reviews

from metrics.views import stated, view
from opsreview.metrics.reviews import duration_measured, first_review_measured
from opsreview.metrics.view import Measured

READY, BACK = "ready_for_review", "convert_to_draft"
OPENED = "2026-10-01"


def waited(measured: Measured) -> list[tuple[float, float]]:
    return measured.rows.select("waited_hours", "draft_hours").rows()


def changed(*moments: tuple[str, str]) -> dict[str, object]:
    return {"events": events(*({"event": what, "created_at": when} for what, when in moments))}


def test_time_back_in_draft_is_out_of_the_wait() -> None:
    found = view(
        pull_requests=pull_requests({"merged_at": "2026-10-05"}),
        reviews=reviews({"submitted_at": "2026-10-04"}),
        **changed((BACK, "2026-10-02"), (READY, "2026-10-03 12:00")),
    )

    assert waited(first_review_measured(found)) == [(36, 36)]
    assert waited(duration_measured(found)) == [(60, 36)]


@pytest.mark.parametrize(
    ("moments", "hours"),
    [
        ([(BACK, "2026-10-03")], (48, 48)),  # a draft still when it was merged
        ([(BACK, "2026-10-06"), (READY, "2026-10-07")], (96, 0)),  # only after it was merged
        ([(BACK, "2026-10-02"), (BACK, "2026-10-03"), (READY, "2026-10-04")], (48, 48)),
        ([(READY, "2026-10-02"), (BACK, "2026-10-03"), (READY, "2026-10-04")], (48, 24)),
        ([(READY, "2026-10-02"), (READY, "2026-10-03")], (72, 0)),
    ],
)
def test_only_draft_time_between_ready_and_the_end_is_out(
    moments: list[tuple[str, str]], hours: tuple[float, float]
) -> None:
    pulls = pull_requests({"merged_at": "2026-10-05"})

    assert waited(duration_measured(view(pull_requests=pulls, **changed(*moments)))) == [hours]


def test_draft_again_that_has_not_ended_at_as_of_is_out_until_then() -> None:
    moments = changed((BACK, "2026-10-02"), (READY, "2026-10-20"))
    found = view(pull_requests=pull_requests({}), as_of=at("2026-10-11"), **moments)

    assert waited(duration_measured(found)) == [(24, 216)]
    assert duration_measured(found).rows["is_censored"].to_list() == [True]


def test_pull_request_opened_before_the_window_and_made_ready_in_it_is_measured() -> None:
    pulls = pull_requests({"opened_at": "2026-08-01", "merged_at": "2026-10-05"})
    found = view(pull_requests=pulls, **changed((READY, "2026-10-03")))

    assert waited(duration_measured(found)) == [(48, 0)]


def test_beside_the_median_stands_what_counting_only_the_ended_would_have_said() -> None:
    pulls = pull_requests(
        {"merged_at": "2026-10-02"}, {"merged_at": "2026-10-04"}, {"closed_at": "2026-10-03"}, {}
    )
    found = stated(duration_measured(view(pull_requests=pulls)))

    assert (found["median_of_merged"].value, found["median_of_merged"].n) == (48, 2)
    assert (found["median"].value, found["median"].n) == (72, 4)


def test_moments_of_the_wait_are_kept_beside_its_hours() -> None:
    pulls = pull_requests({"merged_at": "2026-10-05"}, {})
    rows = duration_measured(view(pull_requests=pulls)).rows

    assert rows.select("ready_at", "ended_at").rows() == [
        (at(OPENED), at("2026-10-05")),
        (at(OPENED), None),
    ]
