"""What a model says the repository has: its surfaces, checked commitments, areas and pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from opsreview.operating_model.remark import Severity
from opsreview.operating_model.shape import ModelEntry
from opsreview.operating_model.shape_claims import Seen
from opsreview.yaml_file import Place, dotted


@dataclass(frozen=True)
class Claim:
    """One thing that should be there. ``of`` is the part of the model that it stands for."""

    place: Place
    path: str  # of the model, as remarks name it
    kind: str  # a kind of shape_claims, or area
    wanted: str
    of: str
    page: str = ""  # where a heading is looked for


@dataclass(frozen=True)
class Miss:
    """Why a claim does not hold, in words that name no person."""

    says: str
    check: str = "surfaces.missing"
    severity: Severity = "error"
    people: tuple[str, ...] = ()


def unknown(reason: str) -> Miss:
    """A claim that nothing at hand can confirm or deny."""
    return Miss(f"cannot tell: {reason}", "surfaces.unknown", "info")


def claims(entry: ModelEntry) -> Iterator[Claim]:
    """Every claim of the model, in the order of the document's parts."""
    for name, area in entry.areas.items():
        if area.path:
            path = f"areas.{name}"
            yield Claim(("areas", name, "path"), f"{path}.path", "area", area.path, path)
    for name, page in entry.docs.items():
        path = f"docs.{name}"
        yield Claim(("docs", name, "path"), f"{path}.path", "path", page.path, path)
        for i, code in enumerate(page.covers):
            place: Place = ("docs", name, "covers", i)
            yield Claim(place, dotted(place), "path", code, path)
    for i, said in enumerate(entry.commitments):
        if said.kind:
            yield _seen(
                said, ("commitments", i), f"commitments.{said.id}", f"commitments.{said.id}"
            )
    for i, surface in enumerate(entry.surfaces):
        yield _seen(surface, ("surfaces", i), dotted(("surfaces", i)), surface.of)


def _seen(seen: Seen, place: Place, path: str, of: str) -> Claim:
    page = seen.path or "" if seen.kind == "heading" else ""
    return Claim(place, path, seen.kind or "", seen.wanted, of, page)
