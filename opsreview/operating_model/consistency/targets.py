"""Promises and severities: those that no source can measure, and those that contradict."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from opsreview.estimate import in_words
from opsreview.operating_model.consistency.known import Known, listed
from opsreview.operating_model.promise import Promise
from opsreview.operating_model.quantities import hours_of
from opsreview.operating_model.remark import Remark
from opsreview.operating_model.shape_rules import SeverityEntry
from opsreview.yaml_file import Place

_MEASURED_BY = {  # a severity's targets, where a priority tells its issues
    "answer_within": "response_attainment",
    "resolve_within": "issue_resolution_duration",
}


def target_remarks(known: Known) -> Iterator[Remark]:
    """Everything about numbers that the team wants to be held by."""
    for i, promise in enumerate(known.model.promises):
        yield from _unmeasurable(known, i, promise)
    yield from _opposed(known)
    for name, severity in known.entry.severities.items():
        yield from _severity(known, ("severities", name), severity)
    yield from _closed_before_answered(known)
    unchecked = [promise.unchecked is not None for promise in known.model.promises]
    if unchecked and all(unchecked):
        says = "no promise is measured: hold at least one by a metric, such as response_attainment"
        yield known.remark("info", "all-unchecked", ("promises",), says)


def _unmeasurable(known: Known, i: int, promise: Promise) -> Iterator[Remark]:
    place: Place = ("promises", i, "metric")
    if promise.metric and (missing := known.measurable.missing(promise.metric)):
        says = f"{_not_given(missing)}: add a source that does, or write unchecked: with the reason"
        yield known.remark("error", "unmeasurable", place, says)
    kind, _, name = promise.group.partition(":")
    priorities = known.model.around.priorities
    if kind == "priority" and priorities is not None and name not in priorities:
        says = f"review.yaml knows no priority {name}: add it to labels.priorities, or correct it"
        yield known.remark("error", "unmeasurable", ("promises", i, "group"), says)
    labelled = {area for area, said in known.entry.areas.items() if said.label}
    if kind == "area" and name not in labelled:
        says = f"no area {name} with a label is declared here: write its label, or correct the name"
        yield known.remark("error", "unmeasurable", ("promises", i, "group"), says)


def _not_given(missing: list[str]) -> str:
    tables = listed((table.replace("_", " ") for table in missing), "or")
    return f"it cannot be measured, for no source of review.yaml gives {tables}"


def _opposed(known: Known) -> Iterator[Remark]:
    """Two promises on one number that cannot both be kept, or that say it twice."""
    numbered = [each for each in enumerate(known.model.promises) if each[1].metric]
    for (_, one), (i, other) in combinations(numbered, 2):
        if (one.metric, one.group) != (other.metric, other.group) or one.has_deadline_share:
            continue
        place = ("promises", i)
        if one.is_floor == other.is_floor:
            says = f"{one.id} promises the same number already: keep one of the two"
            yield known.remark("warning", "said-twice", place, says)
            continue
        floor, ceiling = (one, other) if one.is_floor else (other, one)
        if (floor.target or 0) > (ceiling.target or 0):
            says = f"{one.id} wants the opposite ({one.in_words}): correct one of the two"
            yield known.remark("error", "contradicts", place, says)


def _severity(known: Known, place: Place, severity: SeverityEntry) -> Iterator[Remark]:
    answer = hours_of(severity.answer_within) if severity.answer_within else None
    resolve = hours_of(severity.resolve_within) if severity.resolve_within else None
    if answer is not None and resolve is not None and resolve < answer:
        says = "it is to be resolved before it has to be answered: correct one of the two"
        yield known.remark("error", "contradicts", (*place, "resolve_within"), says)
    if answer is not None:
        yield from _longer_than_promised(known, place, severity.priority, answer)
    if answer is None and resolve is None:
        return
    if severity.priority is None:
        if missing := known.measurable.missing("time_to_resolve"):
            says = (
                "nothing tells which issues are of this severity: write priority (of review.yaml), "
                f"or add a source of {listed(missing)}"
            )
            yield known.remark("warning", "unmeasurable", place, says)
        return
    metrics = {
        "answer_within": "response_attainment",
        "resolve_within": "issue_resolution_duration",
    }
    for key, metric in metrics.items():
        if getattr(severity, key) and (missing := known.measurable.missing(metric)):
            says = f"{_not_given(missing)}: add a source that does, or remove the target"
            yield known.remark("error", "unmeasurable", (*place, key), says)


def _longer_than_promised(
    known: Known, place: Place, priority: str | None, hours: float
) -> Iterator[Remark]:
    general, own = known.model.response_hours(), _own_hours(known, priority)
    promised = general if own is None else own
    if promised is None or hours <= promised:
        return
    here, there = in_words(hours, "hours"), in_words(promised, "hours")
    if own is not None:
        says = f"here it is {here}, and a promise for priority {priority} says {there}: correct one"
        yield known.remark("error", "contradicts", (*place, "answer_within"), says)
        return
    says = f"it is longer than the {there} promised for everything: "
    says += f"promise {here} for its priority, or shorten it"
    yield known.remark("warning", "contradicts", (*place, "answer_within"), says)


def _own_hours(known: Known, priority: str | None) -> float | None:
    group = f"priority:{priority}"
    hours = (said.at_most_hours for said in known.model.promises if said.group == group)
    return next(filter(None, hours), None) if priority else None


def _closed_before_answered(known: Known) -> Iterator[Remark]:
    promised = known.model.response_hours()
    for name, rule in known.entry.backlog.items():
        if promised and rule.close_after and hours_of(rule.close_after) < promised:
            says = (
                f"issues may be closed as quiet before the {in_words(promised, 'hours')} are over "
                "in which an answer is promised: close later, or answer sooner"
            )
            yield known.remark("warning", "contradicts", ("backlog", name, "close_after"), says)
