"""On what terms a fetch is done: how long it may wait, how deep it looks, who is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class Watch(Protocol):
    """Who is told while a fetch runs."""

    def say(self, line: str) -> None:
        """Something that is worth a line."""

    def reads(self, what: str, done: int, expected: int | None, points_left: int | None) -> None:
        """``done`` of ``expected`` items are stored; ``points_left`` of the budget of requests."""

    def waits(self, seconds_left: float, reason: str) -> None:
        """Called again and again while a wait lasts, and with 0 when it is over."""


class Unwatched:
    """Nobody is told."""

    def say(self, line: str) -> None:
        pass

    def reads(self, what: str, done: int, expected: int | None, points_left: int | None) -> None:
        pass

    def waits(self, seconds_left: float, reason: str) -> None:
        pass


@dataclass
class Hold:
    """Until when an API is not to be asked, in seconds of the fetch's clock, and why."""

    until: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Terms:
    """How a fetch is to be done.

    ``max_wait_seconds`` is the longest it waits for a limit in all; what would need more stops
    it, to be resumed later. ``is_sweep`` asks for a look at everything, not at changes alone.
    ``holds``, by address, is shared by all sources that ask one API with one token.
    """

    max_wait_seconds: float = 900.0
    is_sweep: bool = False
    watch: Watch = field(default_factory=Unwatched)
    holds: dict[str, Hold] = field(default_factory=dict)


DEFAULT_TERMS = Terms()
