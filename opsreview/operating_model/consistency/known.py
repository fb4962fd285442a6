"""What the checks of the document look at, and how they say what they find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from opsreview.operating_model.decisions import Decision
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.names import Holder, holder
from opsreview.operating_model.remark import Remark, Severity
from opsreview.operating_model.shape import ModelEntry
from opsreview.yaml_file import Place, dotted

NIGHT_HOURS = 16  # from the end of a working day to the start of the next
_WITH_IDS = ("promises", "commitments")  # lists whose entries a path names by their id


class Person(Protocol):
    """The part of a person of people.yaml that the checks look at."""

    @property
    def zone(self) -> str | None: ...
    @property
    def joined_on(self) -> date | None: ...
    @property
    def left_on(self) -> date | None: ...
    @property
    def share(self) -> float: ...
    @property
    def accounts(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Measurable:
    """The tables that the sources of review.yaml could give, and those each metric needs."""

    tables: frozenset[str]
    needs: Mapping[str, Sequence[str]]

    def missing(self, metric: str) -> list[str]:
        """The tables that no source gives, without which the metric cannot be read."""
        return [table for table in self.needs.get(metric, ()) if table not in self.tables]


@dataclass(frozen=True)
class Known:
    """The document, the people, the data's reach, the ledger, and the day it is today."""

    model: OperatingModel
    people: Mapping[str, Person]
    measurable: Measurable
    decisions: Sequence[Decision]
    today: date

    @property
    def entry(self) -> ModelEntry:
        return self.model.entry

    @property
    def present(self) -> list[str]:
        """Who is in the team today."""
        return [person for person in self.people if self.is_here(person)]

    def is_here(self, person: str) -> bool:
        said = self.people[person]
        return not (has_left(said, self.today) or is_to_come(said, self.today))

    def holder(self, name: str) -> Holder:
        return holder(name, self.entry)

    def remark(
        self, severity: Severity, check: str, place: Place, says: str, people: Iterable[str] = ()
    ) -> Remark:
        """A remark on a place of the document, with the nearest line that says something of it."""
        starts = (place[:end] for end in range(len(place), 0, -1))
        line = next(filter(None, map(self.model.file.line_of, starts)), None)
        path = dotted(self._by_id(place))
        return Remark(severity, f"consistency.{check}", path, says, line, tuple(people))

    def _by_id(self, place: Place) -> Place:
        if len(place) < 2 or place[0] not in _WITH_IDS or not isinstance(place[1], int):
            return place
        return (place[0], getattr(self.entry, place[0])[place[1]].id, *place[2:])


def has_left(person: Person, today: date) -> bool:
    return person.left_on is not None and person.left_on <= today


def is_to_come(person: Person, today: date) -> bool:
    return person.joined_on is not None and person.joined_on > today


def listed(words: Iterable[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end
