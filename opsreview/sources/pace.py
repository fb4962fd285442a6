"""When the next request may go: one "not before" for everything a token asks."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from opsreview.errors import StoppedError
from opsreview.sources.terms import Hold, Terms

_STEP_SECONDS = 1.0
_LONGEST_SECONDS = 86_400.0  # limits are by the hour: more is a clock gone wrong, or milliseconds
_MOST_LIMITS = 8  # limits in a row, after which waiting has not helped


class Clock(Protocol):
    """Time as a fetch sees it; tests bring their own."""

    def now(self) -> float:
        """Seconds that only ever grow."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Pace:
    """Keeps requests back until they may go, within the time a fetch may wait in all.

    Args:
        terms: How long may be waited, and who is told; all that ask one address wait together.
        clock: By which time is told.
        name: What the API is called in messages.
        address: Where it is.
        untold_seconds: The wait where a limit does not say for how long; twice that the next time.
    """

    def __init__(
        self, terms: Terms, clock: Clock, *, name: str, address: str, untold_seconds: float
    ) -> None:
        self._terms, self._clock = terms, clock
        self._name, self._untold_seconds = name, untold_seconds
        self._hold = terms.holds.setdefault(address, Hold())
        self._waited_seconds = 0.0
        self._limits = 0

    def hold(self, seconds: float, reason: str) -> None:
        """No request for so long, a day at most."""
        until = self._clock.now() + min(seconds, _LONGEST_SECONDS)
        if until > self._hold.until:
            self._hold.until, self._hold.reason = until, reason

    def limited(self, seconds: float | None, reason: str) -> None:
        """A limit was met; where it does not say for how long, longer each time in a row.

        Raises:
            StoppedError: Limits came again and again though their time was waited out.
        """
        self._limits += 1
        if self._limits > _MOST_LIMITS:
            raise StoppedError(
                f"{self._name} keeps limiting us ({reason}) after {_MOST_LIMITS} waits: run the "
                "same command again later, it goes on where this one stopped",
                is_limit=True,
            )
        untold = self._untold_seconds * 2 ** (self._limits - 1)
        self.hold(untold if seconds is None else seconds, reason)

    def answered(self) -> None:
        """A request was answered: limits are counted from here."""
        self._limits = 0

    def wait(self) -> None:
        """Return when the next request may go.

        Raises:
            StoppedError: That is later than the fetch may wait; says when.
        """
        left = self._hold.until - self._clock.now()
        if left <= 0:
            return
        if self._waited_seconds + left > self._terms.max_wait_seconds:
            raise self._too_long(left)
        self._waited_seconds += left
        while left > 0:
            self._terms.watch.waits(left, self._hold.reason)
            self._clock.sleep(min(left, _STEP_SECONDS))
            left = self._hold.until - self._clock.now()
        self._terms.watch.waits(0, self._hold.reason)

    def _too_long(self, left: float) -> StoppedError:
        until = datetime.now(UTC) + timedelta(seconds=left)
        return StoppedError(
            f"{self._hold.reason}: {self._name} can be asked again at {until:%Y-%m-%d %H:%M} UTC, "
            f"in {left / 60:.0f} minutes, longer than --max-wait allows; run the same command "
            "again then, it goes on where this one stopped",
            until,
            is_limit=True,
        )
