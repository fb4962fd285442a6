from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from opsreview import wording
from opsreview.estimate import Estimate, not_measurable
from opsreview.usual import UsualRange


def hours(value: float | None, lower: float | None = None, upper: float | None = None) -> Estimate:
    return Estimate("median", value, "hours", 10, lower, upper)


def test_median_not_reached_says_more_than() -> None:
    assert wording.value_in_words(hours(None, lower=336.0)) == "more than 14 d"


def test_nothing_measured_is_not_measurable_and_never_zero() -> None:
    nothing = not_measurable("median", "hours", "no comments")
    assert wording.value_in_words(nothing) == "not measurable"
    assert wording.interval_in_words(nothing) == ""


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [
        (9.0, 14.0, "9–14 h"),
        (0.5, 4.0, "30 min–4 h"),
        (9.0, None, "at least 9 h"),
        (None, None, ""),
    ],
)
def test_interval_says_its_unit_once(lower: float | None, upper: float | None, words: str) -> None:
    assert wording.interval_in_words(hours(10.0, lower, upper)) == words


def test_negative_span_has_a_real_minus() -> None:
    assert wording.span_in_words(-6, 14, "count", to=" to ") == "−6 to 14"


def test_span_of_one_value_is_that_value() -> None:
    assert wording.span_in_words(0.581, 0.582, "share") == "58 %"


@pytest.mark.parametrize(
    ("usual", "words"),
    [
        (UsualRange(0.58, 0.84, 12), "earlier 12 cycles: 58 to 84 %"),
        (UsualRange(0.58, 0.58, 1), "earlier cycle: 58 %"),
        (UsualRange(None, None, 0), "no earlier cycle to stand beside"),
    ],
)
def test_earlier_range_in_words(usual: UsualRange, words: str) -> None:
    assert wording.usual_in_words(usual, "share") == words


@pytest.mark.parametrize(("count", "words"), [(0, "no issues"), (1, "1 issue"), (2, "2 issues")])
def test_counted_things(count: int, words: str) -> None:
    assert wording.counted(count, "issue") == words


def test_names_of_groups_and_statistics() -> None:
    assert wording.group_name("person:ada") == "ada"
    assert wording.group_name("priority:p1") == "priority p1"
    assert wording.group_name("relation:newcomer") == "opened by newcomers"
    assert wording.statistic_name("time_to_first_review", "median") == (
        "median time to a first review"
    )
    assert wording.statistic_name("response_attainment", "share_answered_standardised") == (
        "share answered in time at the earlier mix"
    )
    assert wording.statistic_name("release_frequency", "count", "kind:stable") == "releases, stable"
    assert wording.metric_name("not_known_yet") == "not known yet"


def test_moment_is_told_in_the_teams_zone() -> None:
    at = datetime(2026, 10, 31, 23, tzinfo=UTC)
    zone = ZoneInfo("Europe/Madrid")
    assert wording.moment_in_words(at, zone) == "Sun 1 Nov 2026 00:00 CET"
    assert wording.day_in_words(at, zone) == "Sun 1 Nov 2026"


def test_zone_without_a_name_is_told_by_its_offset() -> None:
    at = datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert wording.moment_in_words(at, ZoneInfo("America/Sao_Paulo")).endswith("20:00 UTC-03")
