"""A team whose model declares a rota that no calendar records."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from dump_factory import SmallTeam, small_team

from opsreview.review import Review

MODEL = {
    "rhythm": {
        "duty": {
            "every": "week",
            "handover": "monday 09:00",
            "starting": "2026-09-07",
            "order": ["ada", "ben"],
            "cover": "always",
        }
    }
}


def team_of(root: Path, **duty: object) -> SmallTeam:
    model = {"rhythm": {"duty": MODEL["rhythm"]["duty"] | duty}}
    asked = [{"opened_at": f"2026-{month}-10 09:00"} for month in ("09", "10")]
    return small_team(root, people={"ada": {}, "ben": {}}, model=model, issues=asked)


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return team_of(tmp_path_factory.mktemp("declared")).build()


def test_turns_of_the_model_are_the_shifts_where_no_calendar_records_them(review: Review) -> None:
    shifts = review.table("shifts")

    assert set(shifts["source"]) == {"model"}
    assert set(shifts["person"]) == {"ada", "ben"}
    assert (shifts["start_at"].dt.hour() == 9).all()


def test_everything_told_of_them_says_that_nobody_recorded_them(review: Review) -> None:
    hours = review.estimate("oncall_share", "hours")

    assert hours.value == 31 * 24
    assert hours.reason == "as the model declares it: no calendar records who held duty"
    claim = review.finding("oncall_share")
    assert claim is not None
    assert "are down for" in claim.claim


def test_what_only_a_record_can_tell_is_not_told(review: Review) -> None:
    for metric in ("coverage_gap_hours", "double_booked_hours"):
        unknown = review.estimate(metric, "hours")
        assert unknown.value is None
        assert unknown.reason == "as the model declares it: no calendar records who held duty"
    held = {row["path"]: row["verdict"] for row in review.held}
    assert held["rhythm.duty.order"] == "cannot tell"
    assert held["rhythm.duty.cover"] == "cannot tell"


def test_a_calendar_is_still_asked_for(review: Review) -> None:
    assert "The duty rota" in {row["what"] for row in review.next["fill_in"]}


def test_without_a_first_day_nobody_can_tell_whose_turn_it_is(tmp_path: Path) -> None:
    built = team_of(tmp_path, starting=None).build()

    assert built.table("shifts").is_empty()
    assert built.estimate("oncall_share", "hours").reason == "no source gives shifts"


def test_who_is_on_duty_next_comes_from_the_model(review: Review) -> None:
    assert [shift["person"] for shift in review.next["on_duty"]][:1] != []
    assert isinstance(review.measured("shifts"), pl.DataFrame)
