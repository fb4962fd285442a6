"""What is asked for and is not there is refused in one clear sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from factories import at, issues, window

from filtering.folders import small_review
from opsreview.errors import CycleError, FilterError
from opsreview.filtering.asked import check_known
from opsreview.filtering.stretches import MOST_EARLIER, Stretch
from opsreview.review import Review

MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    labelled = issues({"labels": ["docs", "Bug"], "author": "ben"}, {"labels": ["help wanted"]})
    return small_review(tmp_path_factory.mktemp("asked"), issues=labelled)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"area": "doc"}, r"no area 'doc': there is docs, and 1 more"),
        ({"label": "bug"}, r"no label 'bug': there is Bug, and 2 more"),
        ({"label": "docs "}, r"no label 'docs ': there is docs, and 2 more"),
        ({"label": "zzzz"}, r"no label 'zzzz': there is Bug, docs and help wanted"),
        ({"repo": "team/products"}, r"no repository 'team/products': there is team/product"),
        ({"person": "bem"}, r"no person 'bem': there is ben"),
        ({"window": ("2026-10-31", "2026-10-01")}, "ends before it begins"),
        ({"window": ("soon", "2026-10-01")}, r"'soon' is no day: write it as 2026-10-31"),
        ({"window": ("2026-10-01",)}, "neither a cycle nor two days"),
        ({"window": "2026-12"}, r"December 2026 has not begun: .* until 2026-11-08 00:00 UTC"),
    ],
)
def test_what_is_not_known_is_named_beside_the_closest_that_is(
    review: Review, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(FilterError, match=message):
        review.filtered(**asked)


def test_a_name_that_is_no_cycles_is_refused_as_everywhere(review: Review) -> None:
    with pytest.raises(CycleError, match="neither a month nor a quarter"):
        review.filtered(window="2026-13")


def test_nothing_to_choose_from_says_why() -> None:
    with pytest.raises(FilterError, match="no area 'x': the model names none"):
        check_known("area", "x", [], without="the model names none")


def test_two_of_one_kind_are_refused_and_the_same_again_is_not(review: Review) -> None:
    docs = review.filtered(area="docs")
    assert docs.filtered(area="docs").title == docs.title == "October 2026: area docs"
    with pytest.raises(FilterError, match="filtered by area docs already: ask the whole review"):
        docs.filtered(area="app")


def test_a_folder_without_what_the_build_knew_says_to_build_again(tmp_path: Path) -> None:
    review = small_review(tmp_path, issues=issues({}))
    (review.folder / "tables/subject.json").unlink()
    with pytest.raises(FilterError, match=r"opsreview build team --cycle 2026-10"):
        review.filtered(label="docs")
    assert review.metric("backlog").height


def test_a_part_says_what_it_is(review: Review) -> None:
    part = review.filtered(area="docs", person="ben", window=("2026-10-05", "2026-10-11"))
    assert part.title == "2026-10-05 to 2026-10-11: area docs and ben"
    assert "area='docs', person='ben'" in repr(part)
    assert part.window == window("2026-10-05", "2026-10-12")


def test_days_are_the_teams_and_the_last_is_inside() -> None:
    days = Stretch.of(("2026-10-25", date(2026, 10, 25)), MADRID)
    assert days.window == window("2026-10-24 22:00", "2026-10-25 23:00")  # the clocks go back
    assert days.cycle is None


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (("2026-08-01", "2026-08-31"), "2026-08"),
        (("2026-07-01", "2026-09-30"), "2026-q3"),
        (("2024-02-01", "2024-02-29"), "2024-02"),
    ],
)
def test_days_that_are_a_cycle_are_that_cycle(days: tuple[str, str], name: str) -> None:
    stretch = Stretch.of(days, MADRID)
    assert stretch.cycle is not None
    assert stretch.cycle.name == name
    assert stretch == Stretch.of(name, MADRID)


def test_earlier_windows_are_of_the_same_length_back_to_the_first_moment() -> None:
    first_at = at("2026-06-15")
    quarters = list(Stretch.of("2026-q4", MADRID).earlier(first_at))
    assert quarters == [Stretch.of(name, MADRID).window for name in ("2026-q3", "2026-q2")]
    weeks = list(Stretch.of(("2026-07-06", "2026-07-12"), MADRID).earlier(first_at))
    assert [each.start_at for each in weeks] == [
        at("2026-06-28 22:00"),
        at("2026-06-21 22:00"),
        at("2026-06-14 22:00"),
    ]


def test_of_very_many_earlier_days_only_the_latest_are_read() -> None:
    days = list(Stretch.of(("2026-07-06", "2026-07-06"), MADRID).earlier(at("2020-01-01")))
    assert len(days) == MOST_EARLIER
    assert days[0] == Stretch.of(("2026-07-05", "2026-07-05"), MADRID).window
