"""Turns of a rotation as its people could have held them: who is away is passed over."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from opsreview.rotation import TURNS_SCHEMA, Rotation
from opsreview.window import MOMENT, Window

Microseconds = npt.NDArray[np.int64]


def turns_of(rotation: Rotation, window: Window, present: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The turns that touch the window, cut to it, held by who is there. Ours.

    A turn goes to whoever is there for the most of it; among equals to the first in the order,
    counted from whose turn it is. The one after that is secondary. What the holder is away for
    stays unheld. Who was passed over owes nothing later.

    Args:
        rotation: With ``starting``.
        window: The stretch looked at.
        present: person, start_at, end_at of the stretches in which each is there.

    Returns:
        One row per turn, role and stretch: role, person, start_at, end_at. And how many turns
        did not go to the one whose turn it was.
    """
    numbered = rotation.numbered(window)
    names = list(dict.fromkeys(rotation.people))
    spells = present.filter(pl.col("person").is_in(names)).sort("person", "start_at")
    if not numbered or spells.is_empty():
        return pl.DataFrame(schema=TURNS_SCHEMA), len(numbered)
    turn, starts, ends = _turns(numbered, window)
    of = np.array([names.index(person) for person in spells["person"]])
    from_at = np.maximum(starts[:, None], _microseconds(spells["start_at"]))
    to_at = np.minimum(ends[:, None], _microseconds(spells["end_at"]))
    there = np.maximum(to_at - from_at, 0)
    by_person = there @ np.eye(len(names), dtype=np.int64)[of]
    place = _places(rotation, names)[turn % len(rotation.people)]
    ranked = np.lexsort((place, -by_person), axis=1)
    found = []
    for role, holder in zip(_roles(rotation), ranked.T, strict=False):
        which, spell = np.nonzero((there > 0) & (of == holder[:, None]))
        person = [names[each] for each in of[spell]]
        found.append(_rows(role, person, from_at[which, spell], to_at[which, spell]))
    whose = place.argmin(axis=1)
    return pl.concat(found).sort("start_at", "role"), int((ranked[:, 0] != whose).sum())


def _roles(rotation: Rotation) -> tuple[str, ...]:
    return ("primary", "secondary") if rotation.has_secondary else ("primary",)


def _turns(
    numbered: list[tuple[int, datetime, datetime]], window: Window
) -> tuple[Microseconds, Microseconds, Microseconds]:
    """Numbers, starts and ends, cut to the window."""
    turns, starts, ends = zip(*numbered, strict=True)
    first, last = _microseconds(pl.Series([window.start_at, window.end_at], dtype=MOMENT))
    start_at = _microseconds(pl.Series(starts, dtype=MOMENT))
    end_at = _microseconds(pl.Series(ends, dtype=MOMENT))
    return np.array(turns), np.maximum(start_at, first), np.minimum(end_at, last)


def _places(rotation: Rotation, names: list[str]) -> npt.NDArray[np.int64]:
    """How far each person is from whose turn it is: a row for each place in the order."""
    order, count = list(rotation.people), len(rotation.people)
    ahead = [
        [min((at - turn) % count for at in range(count) if order[at] == name) for name in names]
        for turn in range(count)
    ]
    return np.array(ahead, dtype=np.int64)


def _rows(
    role: str, person: list[str], start_at: Microseconds, end_at: Microseconds
) -> pl.DataFrame:
    moments = {"start_at": start_at, "end_at": end_at}
    ends = {name: pl.Series(each).cast(MOMENT) for name, each in moments.items()}
    return pl.DataFrame({"role": [role] * len(person), "person": person} | ends, TURNS_SCHEMA)


def _microseconds(moments: pl.Series) -> Microseconds:
    return moments.cast(MOMENT).to_physical().to_numpy()
