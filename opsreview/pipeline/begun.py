"""What a new team's folder is asked for, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REVIEW, PEOPLE, MODEL = "review.yaml", "people.yaml", "operating_model.yaml"


@dataclass(frozen=True)
class NewTeam:
    """What ``init`` is asked for; all but ``preset`` and ``checkout`` are for a new team alone."""

    repo: str | None = None
    dump: Path | None = None
    timezone: str | None = None
    preset: str | None = None
    checkout: Path | None = None
    names: str | None = None


@dataclass(frozen=True)
class Begun:
    """A team's folder, the files that were made in it, and those that were left alone.

    ``undrafted`` says why nothing, or not everything, was drafted; ``next_step`` what to do now.
    """

    folder: Path
    made: tuple[str, ...]
    next_step: str
    kept: tuple[str, ...] = ()
    undrafted: str | None = None

    def in_words(self) -> Iterator[str]:
        """What was made, what was left alone, and what to do next, a line each."""
        yield f"made in {self.folder}: {', '.join(self.made)}"
        if self.kept:
            yield f"left alone: {', '.join(self.kept)}"
        if self.undrafted:
            yield f"not drafted: {self.undrafted}"
        yield f"next: {self.next_step}"
