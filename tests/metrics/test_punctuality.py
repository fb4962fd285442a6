"""Release slots kept, late, overdue, skipped, excused; releases nobody planned; the slip."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, releases, window

from metrics.views import OCTOBER, stated, value, view
from opsreview.cadence import Cadence
from opsreview.metrics.punctuality import NO_TRAIN, punctuality_measured, release_punctuality
from opsreview.metrics.view import Measured, Targets
from opsreview.train import Freeze, Train

MADRID = ZoneInfo("Europe/Madrid")
# Every second Tuesday: October has the 13th and the 27th.
TRAIN = Train(Cadence(2, "week", "2 weeks"), date(2026, 9, 1), ZoneInfo("UTC"))
FAIR = Freeze(date(2026, 10, 12), date(2026, 10, 14), "the fair")


def released(*days: str, **more: str) -> pl.DataFrame:
    return releases(*({"published_at": f"2026-{day} 10:00", **more} for day in days))


def became(*days: str, until: str = "11-08", train: Train = TRAIN, **more: str) -> list[str]:
    """Each slot or unplanned release of October in words: its day, what became of it, the slip."""
    rows = release_punctuality(
        released(*days, **more), train=train, window=OCTOBER, as_of=at(f"2026-{until}")
    )
    return [
        f"{row['slot_on'] or row['released_at']:%m-%d} {row['became']}"
        + ("" if row["slip_days"] is None else f" {row['slip_days']}")
        for row in rows.iter_rows(named=True)
    ]


def measured(*days: str, train: Train | None = TRAIN, **more: Any) -> Measured:
    return punctuality_measured(
        view(releases=released(*days), targets=Targets(72.0, train=train), **more)
    )


# What becomes of a slot


def test_slots_day_and_the_day_after_keep_it() -> None:
    assert became("10-13", "10-28") == ["10-13 on time 0", "10-27 on time 1"]


def test_eve_of_a_slot_keeps_it_unless_it_is_still_in_the_slot_before() -> None:
    assert became("10-12", "10-26") == ["10-13 on time 0", "10-27 on time 0"]
    every_third = replace(TRAIN, every=Cadence(2, "day", "2 days"), starting=date(2026, 10, 27))
    assert became("10-28", train=every_third)[:2] == ["10-27 on time 1", "10-29 skipped"]


def test_eve_of_the_train_s_first_day_keeps_it() -> None:
    later = replace(TRAIN, starting=date(2026, 10, 27))

    assert became("10-26", train=later) == ["10-27 on time 0"]


def test_release_two_days_later_is_late_and_the_slot_is_not_skipped() -> None:
    assert became("10-15", "10-27") == ["10-13 late 2", "10-27 on time 0"]


def test_slot_without_a_release_is_overdue_until_the_next_one_s_days_are_over() -> None:
    assert became("10-27") == ["10-13 skipped", "10-27 on time 0"]
    assert became(until="10-20") == ["10-13 overdue 6", "10-27 pending"]
    assert became(until="10-29")[0] == "10-13 skipped"
    assert became(until="10-28")[0] == "10-13 overdue 14"


def test_slot_whose_days_are_not_over_is_still_to_come() -> None:
    assert became("10-13", until="10-28")[1] == "10-27 pending"
    assert became("10-13", until="10-29")[1] == "10-27 overdue 1"


def test_late_train_after_the_cycle_still_belongs_to_its_slot() -> None:
    assert became("10-13", "11-03")[1] == "10-27 late 7"


def test_release_after_as_of_did_not_happen() -> None:
    assert became("10-13", "10-30", until="10-30")[1] == "10-27 overdue 2"


def test_second_release_between_two_slots_is_unplanned() -> None:
    assert became("10-13", "10-20", "10-27") == [
        "10-13 on time 0",
        "10-20 unplanned",
        "10-27 on time 0",
    ]


def test_late_train_of_the_slot_before_the_window_is_not_unplanned() -> None:
    assert became("10-05", "10-13", "10-27") == ["10-13 on time 0", "10-27 on time 0"]


def test_two_repositories_released_on_one_late_day_are_one_train() -> None:
    assert became("10-16", "10-16", "10-27") == ["10-13 late 3", "10-27 on time 0"]


def test_release_before_the_train_s_first_day_is_not_unplanned() -> None:
    later = replace(TRAIN, starting=date(2026, 10, 27))

    assert became("10-06", "10-20", "10-27", train=later) == ["10-27 on time 0"]


@pytest.mark.parametrize("kind", ["hotfix", "prerelease", "nightly", "moving", "other"])
def test_nothing_but_a_stable_release_keeps_a_slot_or_is_unplanned(kind: str) -> None:
    assert became("10-13", "10-20", kind=kind) == ["10-13 skipped", "10-27 overdue 11"]


def test_draft_keeps_no_slot() -> None:
    drafts = releases({"published_at": "2026-10-13", "is_draft": True})

    rows = release_punctuality(drafts, train=TRAIN, window=OCTOBER, as_of=at("2026-11-08"))

    assert rows["became"].to_list() == ["skipped", "overdue"]


def test_slot_in_a_freeze_or_on_a_holiday_is_not_due_and_says_why() -> None:
    frozen = replace(TRAIN, freezes=[FAIR])
    rows = release_punctuality(
        released("10-27"), train=frozen, window=OCTOBER, as_of=at("2026-11-08")
    )
    assert rows.select("slot_on", "became", "excused").rows()[0] == (
        date(2026, 10, 13),
        "excused",
        "freeze: the fair",
    )
    # The 12th of October is a holiday of Spain.
    monday = replace(TRAIN, starting=date(2026, 8, 31), holidays="ES")
    rows = release_punctuality(released(), train=monday, window=OCTOBER, as_of=at("2026-11-08"))
    assert rows.filter(became="excused").select("slot_on", "excused").rows() == [
        (date(2026, 10, 12), "holiday")
    ]


def test_days_are_those_of_the_train_s_zone() -> None:
    # Half past eleven in the evening in UTC is the next day in Madrid: two days after the slot.
    late = releases({"published_at": "2026-10-14 23:30"}, {"published_at": "2026-10-26 23:30"})
    madrid = replace(TRAIN, zone=MADRID)

    rows = release_punctuality(late, train=madrid, window=OCTOBER, as_of=at("2026-11-08"))

    assert rows["slip_days"].to_list() == [2, 0]


def test_row_names_the_release_that_kept_the_slot() -> None:
    rows = release_punctuality(
        released("10-15"), train=TRAIN, window=OCTOBER, as_of=at("2026-11-08")
    )

    assert rows.select("tag", "released_at").rows()[0] == ("v1.1.0", at("2026-10-15 10:00"))


# The statistics


def test_share_is_of_the_slots_due_and_the_rest_is_counted() -> None:
    found = measured("10-13", "10-20", as_of=at("2026-11-05"))

    share = stated(found)["share_on_time"]
    assert (share.value, share.n, share.method) == (0.5, 2, "Wilson 95 %")
    assert (share.lower, share.upper) == pytest.approx((0.0945, 0.9055), abs=1e-4)
    counts = [value(found, name) for name in ("late", "skipped", "overdue", "unplanned")]
    assert counts == [0, 0, 1, 1]


def test_excused_and_pending_slots_are_not_of_the_share() -> None:
    frozen = replace(TRAIN, freezes=[FAIR])
    found = measured("10-27", train=frozen)
    share = stated(found)["share_on_time"]
    assert (share.value, share.n, share.n_excluded) == (1.0, 1, 1)
    assert found.excluded()["reason"].to_list() == ["freeze: the fair"]

    under_way = stated(measured("10-13", as_of=at("2026-10-20")))["share_on_time"]
    assert (under_way.value, under_way.n, under_way.n_pending) == (1.0, 1, 1)


def test_team_without_a_train_is_told_where_to_declare_one() -> None:
    found = measured("10-13", train=None)

    assert {part.reason for part in found.estimates} == {NO_TRAIN}
    assert {part.value for part in found.estimates} == {None}


@pytest.mark.parametrize(
    ("train", "reason"),
    [
        (
            replace(TRAIN, starting=date(2026, 12, 1)),
            "no slot lies in the cycle: the train starts on 2026-12-01",
        ),
        (
            Train(Cadence(1, "quarter", "quarter"), date(2026, 9, 1), TRAIN.zone),
            "no slot lies in the cycle",
        ),
        (
            replace(TRAIN, freezes=[Freeze(date(2026, 10, 1), date(2026, 10, 31))]),
            "every slot is excused (freeze)",
        ),
    ],
)
def test_train_whose_slots_never_fire_says_so(train: Train, reason: str) -> None:
    found = measured(train=train)

    parts = stated(found)
    assert [parts[name].value for name in ("share_on_time", "late", "skipped", "overdue")] == [
        None
    ] * 4
    assert parts["share_on_time"].reason == parts["skipped"].reason == reason
    assert parts["unplanned"].value == 0


def test_window_that_has_not_begun_has_no_slots() -> None:
    found = measured("10-13", as_of=at("2026-09-15"))

    assert {part.reason for part in found.estimates} == {"the window has not begun"}


def year_of_slips(*slips: int | None) -> Measured:
    """Fortnightly slots to the end of October 2026, so many days late each; None: skipped."""
    starting = date(2026, 10, 27) - timedelta(weeks=2 * (len(slips) - 1))
    days = [starting + timedelta(weeks=2 * place, days=s or 0) for place, s in enumerate(slips)]
    known = [
        {"published_at": datetime(day.year, day.month, day.day, 10, tzinfo=UTC)}
        for day, slip in zip(days, slips, strict=True)
        if slip is not None
    ]
    train = replace(TRAIN, starting=starting)
    return punctuality_measured(view(releases=releases(*known), targets=Targets(72.0, train=train)))


def test_slip_is_the_median_over_twelve_months_of_slots_with_a_release() -> None:
    slip = stated(year_of_slips(0, 3, None, 2, 4, 1, 5))["slip"]

    assert (slip.value, slip.unit, slip.n, slip.n_excluded) == (2.5, "days", 6, 1)
    assert (slip.lower, slip.upper) == (0, 5)


def test_slip_that_grows_by_a_day_a_slot_has_that_trend_also_over_skipped_slots() -> None:
    trend = stated(year_of_slips(0, 1, 2, None, 4, 5, 6, 7, 8))["slip_trend"]

    assert (trend.value, trend.lower, trend.upper, trend.n) == (1, 1, 1, 8)
    assert trend.method == "Theil-Sen slope, 95 %"


def test_trend_below_eight_slots_is_too_few_to_tell() -> None:
    trend = stated(year_of_slips(0, 1, 2, 3, 4, 5, 6))["slip_trend"]

    assert (trend.value, trend.n) == (None, 0)
    assert trend.reason == "too few to tell: n = 7, eight are needed"


def test_rows_are_of_twelve_months_and_tell_the_window_s_own() -> None:
    found = year_of_slips(0, 0, 0, 0)

    assert found.rows.select("slot_on", "is_in_window").rows() == [
        (date(2026, 9, 15), False),
        (date(2026, 9, 29), False),
        (date(2026, 10, 13), True),
        (date(2026, 10, 27), True),
    ]


def test_slots_of_more_than_a_year_ago_are_forgotten() -> None:
    found = year_of_slips(*[0] * 40)

    assert stated(found)["slip"].n == 26
    assert found.rows["slot_on"].min() == date(2025, 11, 11)


def test_window_is_half_open_by_the_slot_s_day() -> None:
    ends_with_the_slot = window("2026-10-01", "2026-10-27")

    rows = release_punctuality(
        released("10-13"), train=TRAIN, window=ends_with_the_slot, as_of=at("2026-11-08")
    )

    assert rows["slot_on"].to_list() == [date(2026, 10, 13)]
