"""What the model says, held against what happened: holds, drifts, or cannot tell and why.

held      Held: one row; how a share is judged
observed  Observed: the team's tables in one cycle, as far as they reach
promises  promises with a metric
rhythm    triage and the retrospective         trains   release slots and freezes
rota      shifts against rhythm.duty           shares   who did the work of roles and areas
rules     reviews, backlog, severities
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opsreview.operating_model.conformance.held import Evidence, Held, Kind, Verdict
from opsreview.operating_model.conformance.observed import Observed
from opsreview.operating_model.conformance.promises import happened, held_against, judged
from opsreview.operating_model.conformance.rhythm import retrospective_row, triage_row
from opsreview.operating_model.conformance.rota import rota_rows
from opsreview.operating_model.conformance.rules import backlog_rows, review_rows, severity_rows
from opsreview.operating_model.conformance.shares import area_rows, kinds_of_work, role_rows
from opsreview.operating_model.conformance.trains import release_rows
from opsreview.operating_model.document import OperatingModel

__all__ = [
    "Evidence",
    "Held",
    "Kind",
    "Observed",
    "Verdict",
    "happened",
    "held_against",
    "judged",
    "kinds_of_work",
    "observed_rows",
]


def observed_rows(
    model: OperatingModel,
    seen: Observed,
    *,
    sign_offs: Sequence[Mapping[str, Any]] | None = None,
) -> list[Held]:
    """Everything the model says beyond promises, with its verdict, in the model's order.

    Args:
        model: The one in force in the cycle.
        seen: The cycle.
        sign_offs: ``cycle, by, on`` of each sign-off; None where nothing records them.
    """
    rhythm = [
        triage_row(model, seen),
        *release_rows(model, seen),
        *rota_rows(model, seen),
        retrospective_row(model, seen, sign_offs),
    ]
    return [
        *role_rows(model, seen),
        *area_rows(model, seen),
        *(row for row in rhythm if row is not None),
        *severity_rows(model, seen),
        *review_rows(model, seen),
        *backlog_rows(model, seen),
    ]
