"""Seeded teams with a known truth: the demo, and the yardstick of the statistics.

``simulate(EXTENSION_TEAM)`` gives eighteen months of an invented team's history in the shapes of
real sources, and the truth that was planted in it. Other teams are ``dataclasses.replace`` away.
All people and accounts are simulated.

    plan → truth → issues, pull requests, releases → rota, incidents → GitHub's objects and rows
"""

from __future__ import annotations

from opsreview.simulate.history import SimulatedHistory, simulate
from opsreview.simulate.plan import (
    EXTENSION_TEAM,
    TEAMS,
    Change,
    Maintainer,
    PlantedDecision,
    Rota,
    TeamPlan,
    Train,
    Unanswered,
)
from opsreview.simulate.truth import MonthTruth, Truth

__all__ = [
    "EXTENSION_TEAM",
    "TEAMS",
    "Change",
    "Maintainer",
    "MonthTruth",
    "PlantedDecision",
    "Rota",
    "SimulatedHistory",
    "TeamPlan",
    "Train",
    "Truth",
    "Unanswered",
    "simulate",
]
