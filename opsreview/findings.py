"""Findings: what there is to talk about, each a claim with its number and its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One sentence about one number, as ``findings.json`` holds it.

    ``usual_low`` and ``usual_high`` are the range of the earlier cycles. ``origin`` says what it
    came from: ``metric``, ``promise`` or ``drift``. ``evidence`` is ``{"text", "url"}`` each.
    """

    id: str
    topic: str
    metric: str
    scope: str
    group: str
    claim: str
    value: float | None
    lower: float | None
    upper: float | None
    unit: str
    n: int
    target: float | None
    usual_low: float | None
    usual_high: float | None
    is_signal: bool
    origin: str
    evidence: tuple[Mapping[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON holds it; ``from_json`` reads it back."""
        return asdict(self) | {"evidence": [dict(link) for link in self.evidence]}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Finding:
        """A finding of ``findings.json``."""
        fields = {name: said[name] for name in cls.__dataclass_fields__ if name in said}
        return cls(**{**fields, "evidence": tuple(said.get("evidence", ()))})
