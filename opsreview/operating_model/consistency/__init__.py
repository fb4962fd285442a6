"""The document alone: what in it is false, cannot be kept, or is for a person to decide.

known      what the checks look at, and how they say what they find
owners     nobody to stand in, somebody who is gone, one person with too much
recurring  decisions that leave open who takes them, when, and what becomes of it
targets    promises and severities that no source can measure, or that contradict
calling    escalation and channels
rota       turns of duty that cannot keep what they say
upkeep     what time has overtaken, the ledger, and what is not declared
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from opsreview.operating_model.consistency.calling import calling_remarks
from opsreview.operating_model.consistency.known import Known, Measurable, Person
from opsreview.operating_model.consistency.owners import owner_remarks
from opsreview.operating_model.consistency.recurring import recurring_remarks
from opsreview.operating_model.consistency.rota import rota_remarks
from opsreview.operating_model.consistency.targets import target_remarks
from opsreview.operating_model.consistency.upkeep import upkeep_remarks
from opsreview.operating_model.decisions import Decision
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.remark import Remark, most_urgent_first

__all__ = ["Measurable", "Person", "consistency"]


def consistency(
    model: OperatingModel,
    people: Mapping[str, Person],
    *,
    measurable: Measurable,
    decisions: Sequence[Decision],
    today: date,
) -> list[Remark]:
    """What is wrong or unclear in the document itself, most urgent first.

    Args:
        model: The document.
        people: Everybody of people.yaml, by id.
        measurable: What the sources of review.yaml could give.
        decisions: The ledger.
        today: The day on which people, freezes and due days are looked at, in the team's zone.

    Returns:
        Remarks whose check begins with ``consistency.``. A path ``ledger.<id>`` is a record of
        decisions.yaml, the path ``people`` is people.yaml; these two know no line.
    """
    known = Known(model, people, measurable, decisions, today)
    return most_urgent_first(list(_remarks(known)))


def _remarks(known: Known) -> Iterator[Remark]:
    yield from owner_remarks(known)
    yield from recurring_remarks(known)
    yield from target_remarks(known)
    yield from calling_remarks(known)
    yield from rota_remarks(known)
    yield from upkeep_remarks(known)
