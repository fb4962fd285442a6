"""The demo's history, and one of many issues that have all come to their end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opsreview.simulate import EXTENSION_TEAM, SimulatedHistory, simulate


@pytest.fixture(scope="session")
def demo() -> SimulatedHistory:
    return simulate(EXTENSION_TEAM)


@pytest.fixture(scope="session")
def many() -> SimulatedHistory:
    """Three months of ten times the issues, and more than a year after them."""
    return simulate(replace(EXTENSION_TEAM, month_count=2, issues_per_week=140.0, changes=()))
