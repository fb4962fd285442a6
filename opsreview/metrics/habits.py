"""What recurs in a team's work: release days, days of triage, turns of duty, labels in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.metrics.releases import release_interval
from opsreview.window import Window

LONGEST_ROTA = 16  # turns after which an order is no longer looked for
STEADY_SHARE = 0.8  # of turns that must follow the order seen
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class ReleaseHabit:
    """Gaps in days between stable releases, and the weekday that most of them share."""

    gaps_days: tuple[float, ...]
    weekday: str
    on_weekday_count: int
    count: int
    last_on_weekday: date


@dataclass(frozen=True)
class RotaHabit:
    """Turns of duty: who in turn (``is_steady`` where the order repeats), how long, from when."""

    order: tuple[str, ...]
    is_steady: bool
    days: float
    handover: str | None
    turn_count: int


def release_habit(releases: pl.DataFrame, *, window: Window, zone: ZoneInfo) -> ReleaseHabit | None:
    """When stable releases come; None where there is none in the window. Ours."""
    is_train = (pl.col("kind") == "stable") & window.has("published_at")
    published = releases.filter(is_train & ~pl.col("is_draft").fill_null(False))["published_at"]
    if published.is_empty():
        return None
    days = [moment.astimezone(zone).date() for moment in published.sort()]
    counts = [sum(day.weekday() == weekday for day in days) for weekday in range(7)]
    weekday = counts.index(max(counts))
    gaps = release_interval(releases, window=window)["interval_hours"] / 24
    return ReleaseHabit(
        tuple(gaps),
        WEEKDAYS[weekday],
        counts[weekday],
        len(days),
        max(day for day in days if day.weekday() == weekday),
    )


def rota_habit(shifts: pl.DataFrame, *, window: Window, zone: ZoneInfo) -> RotaHabit | None:
    """How turns of primary duty went in the window; None where nobody held one. Ours.

    The order is the shortest run of names that repeats itself; where none does, those who held
    duty, the latest first turn last.
    """
    held = shifts.filter(window.has("start_at") & (pl.col("role") == "primary")).sort("start_at")
    if held.is_empty():
        return None
    people = held["person"].to_list()
    order, is_steady = _order_of(people)
    hours = (held["end_at"] - held["start_at"]).dt.total_hours(fractional=True)
    days = float(hours.median() or 0.0) / 24  # type: ignore[arg-type]
    return RotaHabit(order, is_steady, days, _handover(held["start_at"], zone), held.height)


def days_at_work(done: pl.DataFrame, work: str, *, window: Window, zone: ZoneInfo) -> set[date]:
    """The weekdays in the window, in ``zone``, on which a kind of work of DEEDS was done. Ours."""
    moments = done.filter((pl.col("work") == work) & window.has("at"))["at"]
    days = {moment.astimezone(zone).date() for moment in moments}
    return {day for day in days if day.weekday() < 5}


def label_families(issues: pl.DataFrame, *, window: Window) -> dict[str, list[tuple[str, int]]]:
    """Labels of issues opened in the window, by what stands before / or : in them. Ours.

    A family is ``area/`` with its labels and on how many issues each is, the most used first;
    labels without such a beginning are of the family "". Families of one label are none.
    """
    opened = issues.filter(window.has("opened_at")).select(label="labels").explode("label")
    counts = opened.drop_nulls().group_by("label").agg(n=pl.len())
    counted = counts.sort(["n", "label"], descending=[True, False]).rows()
    families: dict[str, list[tuple[str, int]]] = {}
    for label, n in counted:
        families.setdefault(_beginning(label), []).append((label, n))
    lonely = [name for name, labels in families.items() if name and len(labels) < 2]
    for name in lonely:
        families.setdefault("", []).extend(families.pop(name))
    return families


def _beginning(label: str) -> str:
    for mark in ("/", ": ", ":"):
        before, found, after = label.partition(mark)
        if found and before.strip() and after.strip():
            return before + mark
    return ""


def _order_of(people: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    for length in range(1, min(LONGEST_ROTA, len(people) // 2) + 1):
        pairs = list(zip(people, people[length:], strict=False))
        is_steady = sum(one == next_one for one, next_one in pairs) >= STEADY_SHARE * len(pairs)
        if is_steady and length >= len(set(people[-2 * length :])):
            return tuple(people[-length:]), True
    return tuple(dict.fromkeys(people)), False


def _handover(starts: pl.Series, zone: ZoneInfo) -> str | None:
    """The weekday and time at which most turns begin; None where less than four in five do."""
    local: list[datetime] = [moment.astimezone(zone) for moment in starts]
    said = [f"{WEEKDAYS[moment.weekday()]} {moment:%H:%M}" for moment in local]
    most = max(sorted(set(said)), key=said.count)
    return most if said.count(most) >= STEADY_SHARE * len(said) else None
