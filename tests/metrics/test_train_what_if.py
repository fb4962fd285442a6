"""The merges of a year under another release train."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, pull_requests, releases

from metrics.views import OCTOBER, stated, value, view
from opsreview.cadence import Cadence
from opsreview.metrics.train_what_if import departures, replayed, what_if_train_measured
from opsreview.metrics.view import Targets
from opsreview.train import Freeze, Train

UTC = ZoneInfo("UTC")
FORTNIGHT = Cadence(2, "week", "2 weeks")
TRAIN = Train(FORTNIGHT, date(2026, 9, 1), UTC)  # a Tuesday


def merged(*days: str, **more: Any) -> Any:
    pulls = [{"opened_at": day, "merged_at": day} for day in days]
    return view(pull_requests=pull_requests(*pulls), **more)


def test_a_merge_goes_out_with_the_first_departure_after_it() -> None:
    moments = [at("2026-10-06 12:00"), at("2026-10-13 12:00"), at("2026-12-01")]
    days = ["2026-10-05 12:00", "2026-10-06 12:00", "2026-10-06 12:01", "2026-10-20 12:00"]
    rows = replayed(
        pl.DataFrame({"repo": ["team/one"] * 4, "merged_at": [at(day) for day in days]}),
        pl.DataFrame({"repo": ["team/one"] * 3, "left_at": moments}),
        as_of=at("2026-11-08"),
    )

    assert rows["left_at"].to_list() == [moments[0], moments[0], moments[1], None]
    assert rows["waited_hours"].to_list()[:2] == [24, 0]
    assert rows["is_censored"].to_list() == [False, False, False, True]


def test_a_merge_waits_for_a_release_of_its_own_repository() -> None:
    sooner, later = at("2026-10-06"), at("2026-10-20")
    rows = replayed(
        pl.DataFrame({"repo": ["team/one", "team/two"], "merged_at": [at("2026-10-05")] * 2}),
        pl.DataFrame({"repo": ["team/one", "team/two"], "left_at": [later, sooner]}),
        as_of=at("2026-11-08"),
    )

    assert dict(rows.select("repo", "left_at").iter_rows()) == {
        "team/one": later,
        "team/two": sooner,
    }


def test_repositories_that_never_released_have_no_train() -> None:
    pulls = [
        {"repo": repo, "opened_at": "2026-10-05", "merged_at": "2026-10-05"}
        for repo in ("team/one", "team/docs")
    ]
    one = {"repo": "team/one", "tag": "v1.0.0", "published_at": "2026-10-07"}
    measured = what_if_train_measured(
        view(pull_requests=pull_requests(*pulls), releases=releases(one))
    )

    assert set(measured.rows["repo"]) == {"team/one"}
    assert stated(measured, "train:weekly")["lead_time"].n == 1


def test_each_repository_has_a_train_of_its_own() -> None:
    pulls, known = [], []
    for repo in ("team/one", "team/two"):
        pulls.append({"repo": repo, "opened_at": "2026-10-05", "merged_at": "2026-10-05"})
        known.append({"repo": repo, "tag": "v1.0.0", "published_at": "2026-10-07"})
    measured = what_if_train_measured(
        view(pull_requests=pull_requests(*pulls), releases=releases(*known))
    )

    assert value(measured, "releases", "train:today") == 2
    assert value(measured, "releases", "train:monthly") == pytest.approx(24, abs=2)


def test_train_leaves_at_noon_of_the_declared_weekday_but_for_freezes() -> None:
    train = Train(
        FORTNIGHT, date(2026, 9, 2), UTC, (Freeze(date(2026, 10, 14), date(2026, 10, 14)),)
    )

    weekly = departures(Cadence(1, "week", "week"), OCTOBER, train, merged())

    assert weekly == [at(f"2026-10-{day:02} 12:00") for day in (7, 21, 28)]


def test_without_a_declared_train_it_leaves_on_tuesdays() -> None:
    weekly = departures(Cadence(1, "week", "week"), OCTOBER, None, merged())

    assert [moment.weekday() for moment in weekly] == [1] * 4


def test_weekly_is_sooner_and_smaller_than_monthly() -> None:
    # A merge a day in October 2026, at 13:00; the last release came on the 1st.
    days = [f"2026-10-{day:02} 13:00" for day in range(1, 31)]
    seen = merged(
        *days,
        releases=releases({"tag": "v1.0.0", "published_at": "2026-10-01 09:00"}),
        targets=Targets(72.0, train=TRAIN),
    )
    measured = what_if_train_measured(seen)

    lead = {
        name: value(measured, "lead_time", f"train:{name}")
        for name in ("weekly", "fortnightly", "monthly")
    }
    assert lead["weekly"] < lead["fortnightly"] < lead["monthly"]
    assert value(measured, "batch_median", "train:weekly") == 0  # most weeks of the year had none
    assert value(measured, "batch_largest", "train:weekly") == 7
    assert value(measured, "releases", "train:today") == 1
    assert stated(measured, "train:today")["lead_time"].value is None  # all of them still wait
    assert stated(measured)["releases"] == stated(measured, "train:today")["releases"].of("all")


def test_without_merges_nothing_is_replayed() -> None:
    parts = stated(what_if_train_measured(view()))

    assert {part.reason for part in parts.values()} == {
        "no pull request was merged in the year to the cycle's end"
    }


@pytest.mark.parametrize("cadence", ["weekly", "fortnightly", "monthly"])
def test_number_of_departures_in_a_year_is_that_of_the_calendar(cadence: str) -> None:
    measured = what_if_train_measured(merged("2026-03-03", targets=Targets(72.0, train=TRAIN)))

    expected = {"weekly": 52, "fortnightly": 26, "monthly": 12}[cadence]
    assert value(measured, "releases", f"train:{cadence}") == pytest.approx(expected, abs=1)
