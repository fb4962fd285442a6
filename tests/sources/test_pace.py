"""When the next request may go, and when a fetch stops instead of waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from github_team import Told

from opsreview.errors import StoppedError
from opsreview.sources.pace import Pace
from opsreview.sources.terms import Terms

DAY = 24 * 3600


class Clock:
    """Time passes only by sleeping."""

    seconds = 1000.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> Told:
    return Told()


def pace(clock: Clock, told: Told, max_wait_seconds: float = 900.0) -> Pace:
    return paced_by(Terms(max_wait_seconds=max_wait_seconds, watch=told), clock)


def paced_by(terms: Terms, clock: Clock, address: str = "api") -> Pace:
    return Pace(terms, clock, name="GitHub", address=address, untold_seconds=60)


def waited(pace: Pace, clock: Clock) -> float:
    before = clock.seconds
    pace.wait()
    return clock.seconds - before


def test_a_request_that_nothing_holds_back_goes_at_once(clock: Clock, told: Told) -> None:
    assert waited(pace(clock, told), clock) == 0
    assert told.waiting == []


def test_no_request_goes_before_the_moment_github_names(clock: Clock, told: Told) -> None:
    paced = pace(clock, told)
    paced.hold(30, "busy")
    assert [waited(paced, clock), waited(paced, clock)] == [30, 0]


def test_the_longest_of_several_waits_counts_with_its_reason(clock: Clock, told: Told) -> None:
    paced = pace(clock, told)
    paced.hold(2, "soon")
    paced.hold(5, "later")
    paced.hold(1, "now")
    assert waited(paced, clock) == 5
    assert {reason for _, reason in told.waiting} == {"later"}


def test_time_that_passes_meanwhile_is_not_waited_again(clock: Clock, told: Told) -> None:
    paced = pace(clock, told)
    paced.hold(30, "busy")
    clock.seconds += 20
    assert waited(paced, clock) == 10


def test_a_wait_is_counted_down_second_by_second_to_nought(clock: Clock, told: Told) -> None:
    paced = pace(clock, told)
    paced.hold(2.5, "busy")
    paced.wait()
    assert told.waiting == [(2.5, "busy"), (1.5, "busy"), (0.5, "busy"), (0, "busy")]


def test_a_limit_without_a_time_is_waited_for_longer_each_time(clock: Clock, told: Told) -> None:
    paced = pace(clock, told, DAY)
    waits = []
    for _ in range(4):
        paced.limited(None, "secondary limit")
        waits.append(waited(paced, clock))
    assert waits == [60, 120, 240, 480]


def test_an_answer_ends_the_growth_of_waits(clock: Clock, told: Told) -> None:
    paced = pace(clock, told, DAY)
    for _ in range(3):
        paced.limited(None, "secondary limit")
        paced.wait()
    paced.answered()
    paced.limited(None, "secondary limit")
    assert waited(paced, clock) == 60


def test_a_limit_that_never_ends_stops_the_fetch(clock: Clock, told: Told) -> None:
    paced = pace(clock, told, DAY)
    for _ in range(8):
        paced.limited(1, "a limit")
        paced.wait()
    with pytest.raises(StoppedError, match=r"keeps limiting us \(a limit\) after 8 waits"):
        paced.limited(1, "a limit")


def test_what_is_longer_than_may_be_waited_stops_the_fetch_and_says_until_when(
    clock: Clock, told: Told
) -> None:
    paced = pace(clock, told, 60)
    paced.hold(3600, "the budget is used up")
    with pytest.raises(StoppedError, match="the budget is used up: GitHub can be asked") as stop:
        paced.wait()
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    assert stop.value.until is not None
    assert abs(stop.value.until - in_an_hour) < timedelta(minutes=1)
    assert f"{stop.value.until:%H:%M} UTC, in 60 minutes, longer than --max-wait" in str(stop.value)
    assert clock.seconds == Clock.seconds, "it stops at once, not after a part of the wait"


def test_waits_are_counted_together_against_what_may_be_waited(clock: Clock, told: Told) -> None:
    paced = pace(clock, told, 100)
    for seconds in (60, 40):
        paced.hold(seconds, "busy")
        paced.wait()
    paced.hold(1, "busy")
    with pytest.raises(StoppedError):
        paced.wait()


def test_a_wait_is_believed_up_to_a_day(clock: Clock, told: Told) -> None:
    paced = pace(clock, told)
    paced.hold(1e15, "a reset in milliseconds")
    with pytest.raises(StoppedError) as stop:
        paced.wait()
    assert stop.value.until is not None
    assert stop.value.until <= datetime.now(UTC) + timedelta(days=1)


def test_all_sources_that_ask_with_one_token_wait_together(clock: Clock, told: Told) -> None:
    terms = Terms(watch=told)
    one, another = paced_by(terms, clock), paced_by(terms, clock)
    elsewhere = paced_by(terms, clock, "another api")
    one.hold(30, "busy")
    assert waited(elsewhere, clock) == 0
    assert waited(another, clock) == 30
