"""Who is called and who watches: escalation in order, and channels that somebody can watch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from opsreview.estimate import in_words
from opsreview.operating_model.consistency.known import NIGHT_HOURS, Known
from opsreview.operating_model.names import DUTY
from opsreview.operating_model.quantities import hours_of
from opsreview.operating_model.remark import Remark

_AT_NIGHT = (
    f"duty covers business hours only, and a night between two working days lasts {NIGHT_HOURS} h"
)


def calling_remarks(known: Known) -> Iterator[Remark]:
    """Everything about escalation, channels and who is called for a severity."""
    yield from _out_of_order(known)
    yield from _ends_early(known)
    yield from _too_late(known)
    duty = known.entry.rhythm.duty
    if duty and duty.cover == "business hours":
        yield from _unwatched_at_night(known)
        if not duty.best_effort:
            yield from _called_at_night(known)


def _out_of_order(known: Known) -> Iterator[Remark]:
    after = [hours_of(step.after) for step in known.entry.escalation]
    for i, (earlier, later) in enumerate(pairwise(after), start=1):
        if later < earlier:
            says = "it comes sooner than the step above it: put the steps in order of time"
            yield known.remark("error", "escalation-order", ("escalation", i, "after"), says)


def _ends_early(known: Known) -> Iterator[Remark]:
    steps = known.entry.escalation
    if not steps:
        return
    last = known.holder(steps[-1].who)
    in_roles = {person for name in known.entry.roles for person in known.holder(name).people}
    if last.name in known.entry.roles or (last.owner and last.owner in in_roles):
        return
    says = "escalation ends before anybody with a role is called: end it with a role that decides"
    place = ("escalation", len(steps) - 1, "who")
    yield known.remark("warning", "escalation-end", place, says)


def _too_late(known: Known) -> Iterator[Remark]:
    """The second step comes when the most urgent answer is overdue already."""
    wanted = [said.answer_within for said in known.entry.severities.values() if said.answer_within]
    steps = known.entry.escalation
    if not wanted or len(steps) < 2:
        return
    soonest, second = min(map(hours_of, wanted)), hours_of(steps[1].after)
    if second >= soonest:
        says = (
            f"nobody else is called before the {in_words(soonest, 'hours')} of the most urgent "
            "severity are over: call sooner"
        )
        yield known.remark("warning", "escalation-late", ("escalation", 1, "after"), says)


def _unwatched_at_night(known: Known) -> Iterator[Remark]:
    for name, channel in known.entry.channels.items():
        if channel.watched_by == DUTY and channel.answer_within:
            place = ("channels", name, "answer_within")
            yield from _too_short(known, place, hours_of(channel.answer_within))
    for name, severity in known.entry.severities.items():
        if severity.answer_within and severity.calls in (None, DUTY):
            place = ("severities", name, "answer_within")
            yield from _too_short(known, place, hours_of(severity.answer_within))


def _too_short(known: Known, place: tuple[str, ...], hours: float) -> Iterator[Remark]:
    if hours < NIGHT_HOURS:
        says = (
            f"an answer within {in_words(hours, 'hours')} cannot be kept: {_AT_NIGHT}; "
            "allow more time, or write cover: always"
        )
        yield known.remark("error", "nobody-at-night", place, says)


def _called_at_night(known: Known) -> Iterator[Remark]:
    steps = known.entry.escalation
    for i, (step, following) in enumerate(pairwise(steps), start=1):
        gap = hours_of(following.after) - hours_of(step.after)
        if step.who == DUTY and 0 <= gap < NIGHT_HOURS:
            says = (
                f"duty has {in_words(gap, 'hours')} to answer, and that cannot be kept: "
                f"{_AT_NIGHT}; call later, or say in duty.best_effort what is not promised"
            )
            yield known.remark("error", "nobody-at-night", ("escalation", i, "after"), says)
