"""Ready-made practice for ``opsreview init --preset``: what history cannot tell."""

from __future__ import annotations

from collections.abc import Mapping

from opsreview.operating_model.presets.preset import LEVEL_1_ROLES, Preset, RolePlan
from opsreview.operating_model.presets.small_team import SMALL_TEAM
from opsreview.operating_model.presets.vscode_extension import VSCODE_EXTENSION

__all__ = ["LEVEL_1_ROLES", "PRESETS", "Preset", "RolePlan"]

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in (SMALL_TEAM, VSCODE_EXTENSION)}
