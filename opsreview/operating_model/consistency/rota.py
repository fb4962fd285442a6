"""A rota that cannot keep what it says: too few people, too little rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import ceil

from opsreview.estimate import in_words
from opsreview.operating_model.consistency.known import Known
from opsreview.operating_model.quantities import cadence_of, hours_of, quantity_of
from opsreview.operating_model.remark import Remark
from opsreview.operating_model.shape import DutyEntry
from opsreview.wording import counted
from opsreview.yaml_file import Place

# Google SRE, "Being On-Call": at most a quarter of anybody's time on duty.
SRE_PEOPLE, SRE_PEOPLE_WITH_SECONDARY = 4, 8
_SRE = "Google SRE: at most 25 % of anybody's time takes 4 people, 8 with a secondary"
_DAY_HOURS = {"day": 24.0, "weekday": 24.0, "week": 168.0, "month": 31 * 24.0, "quarter": 92 * 24.0}
_PLACE: Place = ("rhythm", "duty")
_SLACK = 1e-9


def rota_remarks(known: Known) -> Iterator[Remark]:
    """Everything about turns of duty."""
    duty = known.entry.rhythm.duty
    if duty is None:
        return
    people = list(dict.fromkeys(duty.order))
    if not people:  # a calendar's: only the cycle tells who they are
        return
    if duty.most_share is not None:
        yield from _share(known, duty, len(people), quantity_of(duty.most_share).value)
    yield from _rest(known, duty)
    if len(people) == 1:
        says = "the rota has one person, who is never relieved: add a second"
        yield known.remark("warning", "rota-of-one", (*_PLACE, "order"), says, people)
    enough = SRE_PEOPLE_WITH_SECONDARY if duty.secondary else SRE_PEOPLE
    if duty.cover == "always" and len(people) < enough and not duty.best_effort:
        says = (
            f"{counted(len(people), 'person', 'people')} cannot promise cover by day and night "
            f"({_SRE}): write cover: business hours, or say in best_effort what is not promised"
        )
        yield known.remark("warning", "too-few-for-always", (*_PLACE, "cover"), says)


def _share(known: Known, duty: DutyEntry, people: int, most: float) -> Iterator[Remark]:
    at_once = 2 if duty.secondary else 1
    least = min(1.0, at_once / people)
    place = (*_PLACE, "most_share")
    written = in_words(most, "share")
    if least > most + _SLACK:
        secondary = " and a secondary" if duty.secondary else ""
        enough = f"it takes {ceil(at_once / most - _SLACK)}" if most else "nobody can keep that"
        says = (
            f"with {counted(people, 'person', 'people')}{secondary} duty takes at least "
            f"{in_words(least, 'share')} of everybody's time, more than {written}: {enough} "
            f"({_SRE}); add people, or write the true share"
        )
        yield known.remark("error", "too-few-for-share", place, says)
        return
    turns = Counter(duty.order)
    over = [who for who, n in turns.items() if at_once * n / len(duty.order) > most + _SLACK]
    if over:
        heaviest = max(turns.values())
        says = (
            f"the order gives one person {heaviest} of {counted(len(duty.order), 'turn')}, more "
            f"than {written} of the time: spread the turns, or write the true share"
        )
        yield known.remark("error", "uneven-order", place, says, over)


def _rest(known: Known, duty: DutyEntry) -> Iterator[Remark]:
    order = duty.order
    if len(set(order)) < 2:
        return
    gaps = {who: _turns_between(order, who) for who in dict.fromkeys(order)}
    shortest = min(gaps.values())
    tired = [who for who, gap in gaps.items() if gap == shortest]
    cadence = cadence_of(duty.every)
    rest_hours = shortest * cadence.count * _DAY_HOURS[cadence.unit]
    if duty.rest is not None and hours_of(duty.rest) > rest_hours:
        says = (
            f"the order leaves {in_words(rest_hours, 'hours')} between two turns of one person, "
            f"less than the {duty.rest} written: change the order, or write the true rest"
        )
        yield known.remark("error", "too-little-rest", (*_PLACE, "rest"), says, tired)
    elif shortest == 0:
        says = "one person has two turns in a row: put somebody between them"
        yield known.remark("warning", "double-turn", (*_PLACE, "order"), says, tired)


def _turns_between(order: list[str], person: str) -> int:
    """The fewest turns of others between two of this person, the order going round."""
    turns = [i for i, who in enumerate(order) if who == person]
    following = [*turns[1:], turns[0] + len(order)]
    return min(later - earlier for earlier, later in zip(turns, following, strict=True)) - 1
