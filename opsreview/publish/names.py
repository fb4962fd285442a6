"""Who a name of the model is, in the words of a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from opsreview.operating_model.names import AREA_OWNER, DUTY, holder, holder_of_area
from opsreview.operating_model.shape import ModelEntry
from opsreview.publish.markdown import code, plain

NOT_DECLARED = "*not declared*"
_SAID = {
    "shown": "people are named as in the params",
    "pseudonyms": "people are named by pseudonyms",
    "roles": "people are named by their roles",
}


@dataclass(frozen=True)
class Names:
    """The people of a model as they appear. ``shown`` is what each person is called."""

    entry: ModelEntry
    mode: str
    shown: Callable[[str], str]

    @property
    def in_words(self) -> str:
        """How people appear: ``people are named by pseudonyms``."""
        return f"{_SAID[self.mode]} (`privacy.names: {self.mode}` in review.yaml)"

    def person(self, person: str | None) -> str:
        """A person's id, as Markdown."""
        return plain(self.shown(person)) if person else NOT_DECLARED

    def who(self, name: str | None) -> str:
        """A person, a role with who holds it, the rota or an area's owner, as Markdown."""
        return plain(self.who_in_words(name)) if name else NOT_DECLARED

    def who_in_words(self, name: str) -> str:
        """As ``who``, as plain text."""
        if name in self.entry.roles:
            return f"{name} ({self.held_by(name)})" if self.mode != "roles" else name
        if name == DUTY and self.entry.rhythm.duty:
            return "whoever is on duty"
        return "the area's owner" if name == AREA_OWNER else self.shown(name)

    def held_by(self, role: str) -> str:
        """``ada, deputy ben`` as plain text."""
        said = self.entry.roles[role]
        deputy = f"deputy {self.shown(said.deputy)}" if said.deputy else "no deputy"
        return f"{self.shown(said.owner)}, {deputy}"

    def of_area(self, area: str) -> tuple[str, str]:
        """An area's owner and deputy, as Markdown."""
        said, held = self.entry.areas[area], holder_of_area(area, self.entry)
        owner = self._area_owner(said.owner, said.source)
        return owner, self.person(held.deputy)

    def _area_owner(self, owner: str | None, source: str | None) -> str:
        if owner is None:
            return f"as {code(source)} says"
        return self.who(owner) if holder(owner, self.entry).owner is None else self._one(owner)

    def _one(self, owner: str) -> str:
        is_role = owner in self.entry.roles
        held = self.person(holder(owner, self.entry).owner)
        return f"{held} ({plain(owner)})" if is_role and self.mode != "roles" else held
