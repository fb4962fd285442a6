"""Days and cycles as the pages write them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from opsreview.window import Cycle


def day(written: str | None) -> str:
    """``Tue 10 Nov 2026`` for ``2026-11-10``; empty for None."""
    if not written:
        return ""
    on = date.fromisoformat(written)
    return f"{on:%a} {on.day} {on:%b %Y}"


def date_alone(written: str) -> str:
    """``10 Nov 2026`` for ``2026-11-10``."""
    return day(written).partition(" ")[2]


def cycle_title(name: str | None, zone: ZoneInfo) -> str:
    """``January 2027`` for ``2027-01``; empty for None."""
    return Cycle(name, zone).title if name else ""
