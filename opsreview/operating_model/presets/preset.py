"""What a preset is made of: roles by the work that tells who holds them, and later levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from opsreview.operating_model.draft_lines import Line

NEEDS_INFO = "$needs-info"  # stands for the team's own label that asks for information


@dataclass(frozen=True)
class RolePlan:
    """A role of a draft; whoever does most of ``work`` (triage, review, merge, release) holds it.

    ``does`` is a sentence without quotes in it.
    """

    name: str
    work: str
    does: str


@dataclass(frozen=True)
class Preset:
    """A practice. Its ``roles`` are all held as soon as anybody is known, and ``duty`` is there.

    ``duty`` and ``hotfix`` are YAML for the rota and the release train; ``levels`` are the entries
    of each section, which may name the preset's roles and ``duty``.
    """

    name: str
    says: str
    roles: tuple[RolePlan, ...]
    duty: str
    hotfix: str
    levels: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)


LEVEL_1_ROLES = (
    RolePlan("triage-lead", "triage", "sees to new issues"),
    RolePlan("review-lead", "review", "sees that pull requests are reviewed"),
    RolePlan("release-manager", "release", "publishes releases"),
)
