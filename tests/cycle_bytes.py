"""What every file of built cycles holds, to tell whether two ways of building make the same."""

from __future__ import annotations

from fnmatch import fnmatchcase
from hashlib import sha256

from opsreview.place import Place

# Whatever else a cycle holds is the same bytes, whoever builds it and where.
VARYING = {
    "notebooks/*.ipynb": "tells when each cell ran, and the folder of the outputs; "
    "the pages that are made from it tell neither",
}


def cycle_bytes(outputs: str, cycle: str) -> dict[str, str]:
    """Each file of all teams' cycles of that name, with its digest; nothing for those that vary."""
    place = Place.of(outputs)
    inside = {name: name.split("/", 2) for name in place.files()}
    return {
        name: "" if _varies(parts[2]) else sha256(place.read(name) or b"").hexdigest()
        for name, parts in inside.items()
        if len(parts) == 3 and parts[1] == cycle
    }


def differing(*ways: dict[str, str]) -> set[str]:
    """The files that not every way has, or has otherwise."""
    return {name for name in set().union(*ways) if len({way.get(name) for way in ways}) > 1}


def _varies(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in VARYING)
