"""The few quantities a person writes in an operating model: ``3 days``, ``80 %``, ``2 weeks``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema

from opsreview.cadence import Cadence

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_HOURS = {"min": 1 / 60, "minute": 1 / 60, "h": 1.0, "hour": 1.0, "d": 24.0, "day": 24.0}
_HOURS |= {"w": 168.0, "week": 168.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+?)s?")
_CADENCE = re.compile(r"(?:(\d+)\s+)?(day|weekday|week|month|quarter)s?")


@dataclass(frozen=True)
class Quantity:
    """A target as written: ``unit`` is hours, share, or number for a bare number."""

    value: float
    unit: str


def hours_of(text: Any) -> float:
    """Wall-clock hours of ``30 min``, ``72 h``, ``3 days`` or ``2 weeks``; a day is 24 of them.

    Raises:
        ValueError: It is not a duration with a unit.
    """
    match = _DURATION.fullmatch(text.strip().lower()) if isinstance(text, str) else None
    unit = match and (match[2] if match[2] in _HOURS else None)
    if not match or not unit:
        raise ValueError(
            f"{text!r} is not a duration: write a number and a unit, "
            "such as 30 min, 72 h, 3 days or 2 weeks"
        )
    return round(float(match[1]) * _HOURS[unit], 9)


def quantity_of(written: Any) -> Quantity:
    """``80 %`` and durations with their unit; a bare number keeps the meaning its metric gives it.

    Raises:
        ValueError: It is none of the three.
    """
    is_number = isinstance(written, int | float) and not isinstance(written, bool)
    if is_number and isfinite(written):
        return Quantity(float(written), "number")
    text = written.strip() if isinstance(written, str) else ""
    percent = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text)
    if percent:
        return Quantity(round(float(percent[1]) / 100, 9), "share")
    try:
        return Quantity(hours_of(written), "hours")
    except ValueError:
        raise ValueError(
            f"{written!r} is not a target: write a percent (80 %), a duration (2 days) or a number"
        ) from None


def cadence_of(written: Any) -> Cadence:
    """``day``, ``weekday``, ``week``, ``2 weeks``, ``month``, ``quarter``.

    Raises:
        ValueError: It is none of those.
    """
    text = written.strip().lower() if isinstance(written, str) else ""
    match = _CADENCE.fullmatch(text)
    if not match or match[1] == "0":
        raise ValueError(
            f"{written!r} is not a rhythm: write day, weekday, week, 2 weeks, month or quarter"
        )
    return Cadence(int(match[1] or 1), match[2], text)


def weekday_of(written: Any) -> str:
    """The English name of a day of the week, in lower case.

    Raises:
        ValueError: It is not one.
    """
    name = written.strip().lower() if isinstance(written, str) else ""
    if name not in WEEKDAYS:
        raise ValueError(f"{written!r} is not a day of the week: write {', '.join(WEEKDAYS)}")
    return name


def handover_of(written: Any) -> str:
    """``monday 10:00``, in the team's zone.

    Raises:
        ValueError: It is not a day of the week and a time.
    """
    match = re.fullmatch(r"(\w+)\s+([01]?\d|2[0-3]):([0-5]\d)", str(written).strip())
    if not match:
        raise ValueError(f"{written!r} is not a weekly moment: write it as monday 10:00")
    return f"{weekday_of(match[1])} {int(match[2]):02}:{match[3]}"


def _identifier(written: str) -> str:
    if not re.fullmatch(_IDENTIFIER, written):
        raise ValueError(f"{written!r} is no id: write it with lower-case letters, digits, - and _")
    return written


def _checked(read: Any) -> BeforeValidator:
    """Checks that ``read`` accepts the text, and keeps the text as it was written."""

    def keep(written: Any) -> Any:
        read(written)
        return written

    return BeforeValidator(keep)


def _like(*examples: str, pattern: str | None = None) -> WithJsonSchema:
    """What an editor is told of a text: examples to complete, a pattern to hold it against."""
    schema: dict[str, Any] = {"type": "string", "examples": list(examples)}
    return WithJsonSchema(schema | ({"pattern": f"^({pattern})$"} if pattern else {}))


_IDENTIFIER = r"[a-z0-9][a-z0-9_-]*"
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Identifier = Annotated[str, AfterValidator(_identifier), _like("triage-lead", pattern=_IDENTIFIER)]
Duration = Annotated[
    str,
    _checked(hours_of),
    _like("4 h", "3 days", "2 weeks", pattern=r"\d+(\.\d+)? ?(min|minute|h|hour|d|day|w|week)s?"),
]
Target = Annotated[
    str | float,
    _checked(quantity_of),
    WithJsonSchema({"type": ["string", "number"], "examples": ["80 %", "2 days", 0]}),
]
Rhythm = Annotated[
    str,
    _checked(cadence_of),
    _like(
        "weekday", "week", "2 weeks", "month", pattern=r"(\d+ +)?(day|weekday|week|month|quarter)s?"
    ),
]
Weekday = Annotated[str, BeforeValidator(weekday_of), WithJsonSchema({"enum": list(WEEKDAYS)})]
Handover = Annotated[str, BeforeValidator(handover_of), _like("monday 09:00")]
