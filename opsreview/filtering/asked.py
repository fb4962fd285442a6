"""What a filter asks for, in the words of whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from opsreview.errors import FilterError

Days = tuple[str | date, str | date]  # the first and the last day, both inside
MOST_NAMED = 5


@dataclass(frozen=True)
class Asked:
    """The parts that are asked for; None asks for everything."""

    area: str | None = None
    label: str | None = None
    repo: str | None = None
    person: str | None = None
    window: str | Days | None = None

    @property
    def by(self) -> dict[str, Any]:
        """What is asked for, by kind."""
        return {kind: value for kind, value in asdict(self).items() if value is not None}

    @property
    def is_of_items(self) -> bool:
        """Whether it takes some items and leaves others of the same repository."""
        return any(part is not None for part in (self.area, self.label, self.person))

    @property
    def in_words(self) -> str:
        """The items asked for: ``area preview, label bug and ada``; nothing of the window."""
        named = {kind: f"{kind} {value}" for kind, value in self.by.items() if kind != "window"}
        return listed(list((named | {"person": self.person} if self.person else named).values()))

    def and_also(self, other: Asked) -> Asked:
        """What both ask for.

        Raises:
            FilterError: They ask for two of one kind.
        """
        for kind in self.by.keys() & other.by.keys():
            if self.by[kind] != other.by[kind]:
                raise FilterError(
                    f"this review is filtered by {kind} {self.by[kind]} already: "
                    f"ask the whole review for {kind} {other.by[kind]}"
                )
        return Asked(**{**self.by, **other.by})


def check_known(kind: str, asked: str, known: Collection[str], *, without: str) -> None:
    """Nothing, where ``asked`` is among the ``known``.

    Raises:
        FilterError: It is not; names the closest few. ``without`` says why there are none at all.
    """
    if asked in known:
        return
    if not known:
        raise FilterError(f"there is no {kind} {asked!r}: {without}")
    folded: Mapping[str, str] = {name.lower(): name for name in sorted(known)}
    near = [folded[name] for name in get_close_matches(asked.lower(), folded, MOST_NAMED, 0.4)]
    named = listed(near or sorted(known)[:MOST_NAMED])
    rest = len(known) - len(near or sorted(known)[:MOST_NAMED])
    more = f", and {rest} more" if rest else ""
    raise FilterError(f"there is no {kind} {asked!r}: there is {named}{more}")


def listed(names: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + "".join(names[-1:])
