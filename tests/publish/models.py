"""Models of people who are made up, and how they appear."""

from __future__ import annotations

from collections.abc import Callable

from opsreview.operating_model.document import OperatingModel
from opsreview.publish.names import Names

PEOPLE = ("ada", "ben", "cleo", "dev")
MakeModel = Callable[[str], OperatingModel]


def names_of(model: OperatingModel, mode: str = "shown") -> Names:
    hidden = {person: f"person-{i}" for i, person in enumerate(PEOPLE)}
    return Names(model.entry, mode, str if mode == "shown" else hidden.__getitem__)
