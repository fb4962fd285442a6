"""What a check has to say of the model: how bad, about what, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class Remark:
    """One thing a check found.

    ``error``: what is written is false or cannot be kept. ``warning``: a person should decide.
    ``info``: not declared. ``path`` is the part of the model (``roles.release-manager.deputy``),
    or of the repository where the model says nothing of it; ``line`` where the file says it.
    Only ``people`` names persons, so that ``says`` may go on pages.
    """

    severity: Severity
    check: str  # consistency.no-deputy, surfaces.missing, conformance.rhythm ...
    path: str
    says: str
    line: int | None = None
    people: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """One row of ``checks.json``."""
        return asdict(self) | {"people": list(self.people)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Remark:
        """A remark of ``checks.json``."""
        return cls(**{**said, "people": tuple(said.get("people", ()))})


def most_urgent_first(remarks: list[Remark]) -> list[Remark]:
    """Errors, then warnings, then the rest, each in the order they were found."""
    return sorted(remarks, key=lambda remark: SEVERITIES.index(remark.severity))
