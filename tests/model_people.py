"""People of a people.yaml as the checks of a model see them; all are invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Somebody:
    """A person of people.yaml of whom everything is known."""

    zone: str | None = "Europe/Madrid"
    joined_on: date | None = None
    left_on: date | None = None
    share: float = 1.0
    accounts: Sequence[str] = ("an-account",)


TEAM = {name: Somebody() for name in ("ada", "ben", "cleo", "dev")}
