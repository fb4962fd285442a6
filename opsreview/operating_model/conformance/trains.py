"""Release slots declared against releases published, and freezes against what was released."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

from opsreview.metrics.intervals import share
from opsreview.metrics.punctuality import (
    DUE,
    LATE,
    ON_TIME,
    OVERDUE,
    PENDING,
    SKIPPED,
    UNPLANNED,
    release_punctuality,
    why_none_due,
)
from opsreview.metrics.releases import release_frequency
from opsreview.operating_model.conformance.held import Held, Line, Verdict, noted
from opsreview.operating_model.conformance.observed import Observed, Part
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.quantities import cadence_of
from opsreview.operating_model.shape_rules import FreezeEntry
from opsreview.train import Train
from opsreview.window import Window
from opsreview.wording import counted


def release_rows(model: OperatingModel, seen: Observed) -> list[Held]:
    """The release train, and each freeze that touches the cycle."""
    said, train = model.entry.rhythm.release, model.train(seen.zone)
    if said is None or train is None:
        return []
    part = seen.part("releases")
    freezes = enumerate(said.freezes)
    rows = [_freeze_row(i, freeze, seen, part) for i, freeze in freezes]
    by = seen.by(said.by, model.holder(said.by).people)
    every = f"every {cadence_of(said.every).text} on a {said.on.capitalize()}"
    line = Line("rhythm.release", "rhythm", f"A release {every}, by {by}")
    return [_train_row(line, train, seen, part), *(row for row in rows if row)]


def _train_row(line: Line, train: Train, seen: Observed, part: Part) -> Held:
    if part.window is None:
        return line.unknown(part.reason or "no release is known")
    if not list(seen.days(part.window)):
        return line.unknown("no whole day of the cycle is known")
    rows = release_punctuality(
        seen.tables["releases"], train=train, window=part.window, as_of=part.as_of
    )
    due = rows.filter(pl.col("became").is_in(DUE)).height
    on_time, unplanned = (rows.filter(became=name).height for name in (ON_TIME, UNPLANNED))
    if not due and not unplanned:
        return line.unknown(noted(why_none_due(rows, train, part.window, part.as_of), part.reason))
    estimate = share(on_time, due) if due else None
    is_kept = on_time == due and not unplanned
    verdict: Verdict = "holds" if is_kept else "drifts"
    why = "every slot was kept" if is_kept else "the train did not keep to its slots"
    happened = _in_words(rows, due, seen)
    return line.held((verdict, noted(why, part.reason)), happened, estimate=estimate)


def _in_words(rows: pl.DataFrame, due: int, seen: Observed) -> str:
    """``1 of 3 slots kept; 1 late (by 4 d); 1 skipped (2026-10-20)``."""
    of = {name: rows.filter(became=name) for name in (*DUE, PENDING, UNPLANNED)}
    late, overdue, skipped, unplanned = (of[name] for name in (LATE, OVERDUE, SKIPPED, UNPLANNED))
    unplanned_on = [at.astimezone(seen.zone).date() for at in unplanned["released_at"]]
    parts = [
        f"{of[ON_TIME].height} of {counted(due, 'slot')} kept" if due else "no slot was due",
        f"{late.height} late (by {_days(late)})" if late.height else "",
        f"{overdue.height} not come yet ({_days(overdue)} late)" if overdue.height else "",
        f"{skipped.height} skipped ({_listed(skipped['slot_on'])})" if skipped.height else "",
        f"{counted(of[PENDING].height, 'slot')} still to come" if of[PENDING].height else "",
        f"{unplanned.height} unplanned ({_listed(unplanned_on)})" if unplanned_on else "",
    ]
    return "; ".join(part for part in parts if part)


def _freeze_row(place: int, freeze: FreezeEntry, seen: Observed, part: Part) -> Held | None:
    """The row of a freeze that has a day in the cycle."""
    cycle = list(seen.days(seen.window))
    if freeze.last_on < cycle[0] or freeze.first_on > cycle[-1]:
        return None
    because = f" ({freeze.why})" if freeze.why else ""
    line = Line(
        f"rhythm.release.freezes.{place}",
        "rhythm",
        f"No release but a hotfix from {freeze.first_on} to {freeze.last_on}{because}",
    )
    if part.window is None:
        return line.unknown(part.reason or "no release is known")
    broken = [found for found in _stable(seen, part.window) if _is_in(found[0], freeze)]
    if not broken:
        is_over = seen.begins(freeze.last_on + timedelta(days=1)) <= part.window.end_at
        why = "nothing was released in it" + ("" if is_over else " so far")
        return line.held(("holds", noted(why, part.reason)), "no stable release in the freeze")
    named = ", ".join(f"{tag} on {day}" for day, tag in broken)
    happened = f"{counted(len(broken), 'stable release')} in the freeze: {named}"
    return line.held(("drifts", noted("they are no hotfixes", part.reason)), happened)


def _stable(seen: Observed, window: Window) -> list[tuple[date, str]]:
    """The local day and the tag of each stable release in the window, in order."""
    found = release_frequency(seen.tables["releases"], window=window)
    stable = found.filter(pl.col("kind") == "stable").select("published_at", "tag")
    return [(at.astimezone(seen.zone).date(), tag) for at, tag in stable.iter_rows()]


def _is_in(day: date, freeze: FreezeEntry) -> bool:
    return freeze.first_on <= day <= freeze.last_on


def _days(slots: pl.DataFrame) -> str:
    return ", ".join(f"{days} d" for days in slots["slip_days"])


def _listed(days: Iterable[date]) -> str:
    return ", ".join(map(str, days))
