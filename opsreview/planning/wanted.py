"""A rotation in the model's own words: ``every``, ``handover``, ``secondary``, ``cover``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any, TypedDict, TypeVar

from opsreview.errors import FilterError
from opsreview.filtering.asked import check_known
from opsreview.operating_model.quantities import WEEKDAYS, cadence_of, handover_of
from opsreview.rotation import Rotation
from opsreview.working_time import WorkingCalendar

COVERS = ("always", "business hours")

Leave = Mapping[str, Iterable[tuple[str | date, str | date]]]
Read = TypeVar("Read")


class Wanted(TypedDict, total=False):
    """What is otherwise in a rotation; what is left out stays as it is.

    ``people`` in their order, ``every`` such as ``2 weeks``, ``handover`` such as ``monday 09:00``,
    ``cover`` ``always`` or ``business hours``. ``leave`` is beside that of people.yaml: by person,
    the first and the last days.
    """

    people: Sequence[str]
    every: str
    handover: str
    secondary: bool
    cover: str
    leave: Leave


def changed(rotation: Rotation, wanted: Wanted) -> Rotation:
    """The rotation with what is wanted otherwise; then nobody says when its first turn begins.

    Raises:
        FilterError: A word cannot be read, or is no part of a rotation.
    """
    for name in wanted:
        check_known("part of a rotation", name, Wanted.__annotations__, without="")
    changes: dict[str, Any] = {"starting": None} if set(wanted) - {"leave"} else {}
    if "people" in wanted:
        changes["people"] = tuple(wanted["people"])
    if "every" in wanted:
        changes["every"] = _read(cadence_of, "every", wanted["every"])
    if "handover" in wanted:
        weekday, clock = _read(handover_of, "handover", wanted["handover"]).split()
        changes |= {"weekday": WEEKDAYS.index(weekday), "handover": time.fromisoformat(clock)}
    if "secondary" in wanted:
        changes["has_secondary"] = wanted["secondary"]
    if "cover" in wanted:
        check_known("cover", wanted["cover"], COVERS, without="")
        is_by_day = wanted["cover"] == "business hours"
        changes["covered"] = WorkingCalendar(rotation.zone) if is_by_day else None
    return replace(rotation, **changes)


def _read(read: Callable[[Any], Read], name: str, written: str) -> Read:
    try:
        return read(written)
    except ValueError as error:
        raise FilterError(f"{name}: {error}") from None
