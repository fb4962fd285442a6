"""Who answers for a part of the model, by its path."""

from __future__ import annotations

from collections.abc import Iterator

from opsreview.operating_model.decisions import value_at
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.names import holder_of_area

_SAYS_WHO = ("owner", "by", "decides", "watched_by", "who", "buddy")


def owner_of_part(model: OperatingModel, path: str) -> str | None:
    """The person who owns what ``path`` names: of the nearest part around it that says who.

    Where no part does, whoever sees to the retrospective; None where that is not said either.
    """
    for part in _around(path):
        if part.count(".") == 1 and part.startswith("areas."):
            area = part.removeprefix("areas.")
            if area in model.entry.areas and (owner := holder_of_area(area, model.entry).owner):
                return owner
        said = value_at(model.file.data, part)
        names = [said.get(key) for key in _SAYS_WHO] if isinstance(said, dict) else []
        for name in names:
            if isinstance(name, str) and (owner := _person(model, name)):
                return owner
    meeting = model.entry.rhythm.retrospective
    return _person(model, meeting.by) if meeting else None


def _around(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition(".")[0]


def _person(model: OperatingModel, name: str) -> str | None:
    return model.holder(name).owner if name in {*model.people, *model.entry.roles} else None
