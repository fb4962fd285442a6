"""How many closed issues were opened again."""

from typing import Any

from factories import at, events, issues, pull_requests

from metrics.views import stated, view
from opsreview.metrics.reopenings import reopenings_measured
from opsreview.metrics.view import Measured


def reopened(*turns: str, as_of: str = "2026-11-08", **stated_tables: Any) -> Measured:
    """One issue opened in August that is closed and opened again in turn."""
    happened = [
        {"event": ("closed", "reopened")[n % 2], "created_at": turn} for n, turn in enumerate(turns)
    ]
    closed_at = turns[-1] if len(turns) % 2 else None
    item = {"opened_at": "2026-08-01", "closed_at": closed_at}
    return reopenings_measured(
        view(issues=issues(item), events=events(*happened), as_of=at(as_of), **stated_tables)
    )


def judged(measured: Measured) -> list[bool | None]:
    return measured.rows["is_reopened"].to_list()


def test_close_is_judged_in_the_window_in_which_its_thirty_days_end() -> None:
    assert judged(reopened("2026-09-01")) == [False]
    assert judged(reopened("2026-08-31 23:59")) == []
    assert judged(reopened("2026-10-01 23:59")) == [False]
    assert judged(reopened("2026-10-02")) == []


def test_reopened_on_the_thirtieth_day_counts_and_a_second_later_does_not() -> None:
    assert judged(reopened("2026-09-10", "2026-10-10")) == [True]
    assert judged(reopened("2026-09-10", "2026-10-10 00:00:01")) == [False]


def test_last_closed_at_taken_as_the_only_close_is_a_known_wrong_way() -> None:
    measured = reopened("2026-09-05", "2026-09-07", "2026-09-20")

    assert judged(measured) == [True, False]
    share = stated(measured)["share"]
    assert (share.value, share.n, share.method) == (0.5, 2, "Wilson 95 %")


def test_close_whose_thirty_days_are_not_over_is_pending_even_when_reopened() -> None:
    measured = reopened("2026-09-10", "2026-09-12", as_of="2026-10-09")

    share = stated(measured)["share"]
    assert judged(measured) == [None]
    assert (share.value, share.n, share.n_pending) == (None, 0, 1)


def test_pull_request_closed_and_opened_again_is_no_issue() -> None:
    pulls = pull_requests({"number": 9, "opened_at": "2026-08-01"})
    turns = events(
        {"number": 9, "created_at": "2026-09-10"},
        {"number": 9, "event": "reopened", "created_at": "2026-09-12"},
    )
    measured = reopenings_measured(view(pull_requests=pulls, events=turns))

    assert measured.rows.is_empty()
    assert "no issue was closed" in str(stated(measured)["share"].reason)


def test_close_at_a_moment_nobody_knows_is_none() -> None:
    measured = reopenings_measured(view(issues=issues({"state": "closed"})))

    assert measured.rows.is_empty()
