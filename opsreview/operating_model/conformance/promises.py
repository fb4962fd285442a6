"""What was promised, held against what happened: holds, drifts, or cannot tell and why."""

from __future__ import annotations

from collections.abc import Callable

from opsreview.estimate import Estimate, in_words
from opsreview.operating_model.conformance.held import Evidence, Held, Verdict
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.promise import Promise
from opsreview.wording import interval_in_words, metric_name, value_in_words


def held_against(
    model: OperatingModel,
    *,
    estimates: Callable[[str, str, str], Estimate],
    evidence: Callable[[Promise], Evidence],
) -> list[Held]:
    """Every promise with its verdict, in the model's order.

    Args:
        model: The one in force in the cycle.
        estimates: The cycle's estimate of (metric, statistic, group); ``response_attainment`` is
            read at the promise's own deadline. Where there is none: value None, n 0 and a reason.
        evidence: Links to cases behind a promise's number.

    Returns:
        A promise met by the value holds; one missed by the whole interval drifts; one missed by the
        value while the interval reaches the target cannot be told.
    """
    return [_held(promise, estimates, evidence) for promise in model.promises]


def _held(
    promise: Promise,
    estimates: Callable[[str, str, str], Estimate],
    evidence: Callable[[Promise], Evidence],
) -> Held:
    if promise.metric is None or promise.statistic is None:
        reason = promise.unchecked or "nothing checks it"
        return Held(
            promise.id, promise.path, promise.says, "not checked", "cannot tell", reason, []
        )
    estimate = estimates(promise.metric, promise.statistic, promise.group)
    verdict, why = judged(promise, estimate)
    shown = happened(promise, estimate)
    links = evidence(promise) if estimate.is_measured else []
    return Held(
        promise.id, promise.path, promise.says, shown, verdict, why, links, estimate=estimate
    )


def judged(promise: Promise, estimate: Estimate) -> tuple[Verdict, str]:
    """The verdict on one number, and the reason in words."""
    if not estimate.is_measured:
        return "cannot tell", estimate.reason or "there was nothing to measure"
    target = promise.target
    if target is None:
        return "cannot tell", "the promise has no target"
    if estimate.value is None:
        return _judged_open(promise, estimate, target)
    if _is_met(promise, estimate.value, target):
        return "holds", f"{value_in_words(estimate)} meets {promise.in_words}"
    return _judged_missed(promise, estimate, target)


def happened(promise: Promise, estimate: Estimate) -> str:
    """What the cycle shows, with n and the interval: ``52 % of 43 answered within 3 d (...)``."""
    if not estimate.is_measured:
        return "not measurable"
    value = value_in_words(estimate)
    interval = interval_in_words(estimate)
    notes = [f"interval {interval}"] if interval else []
    if estimate.n_pending:
        notes.append(f"{estimate.n_pending} more still inside their deadline")
    if promise.has_deadline_share:
        within = in_words(promise.at_most_hours, "hours")
        return f"{value} of {estimate.n} answered within {within}" + _in_brackets(notes)
    of = "a median of " if estimate.statistic == "median" else ""
    subject = metric_name(promise.metric or "")
    return f"{subject}: {of}{value}" + _in_brackets([f"n = {estimate.n}", *notes])


def _judged_open(promise: Promise, estimate: Estimate, target: float) -> tuple[Verdict, str]:
    """Half of all has not happened yet: the median lies beyond the lower bound."""
    wanted, lower = in_words(target, estimate.unit), estimate.lower
    if lower is None:
        return "cannot tell", estimate.reason or "the data give no value"
    if promise.is_floor and lower >= target:
        return "holds", f"{value_in_words(estimate)} meets {promise.in_words}"
    if not promise.is_floor and lower > target:
        return "drifts", f"{value_in_words(estimate)} is above {wanted}"
    return "cannot tell", f"half are still open; {value_in_words(estimate)} is all that is sure"


def _judged_missed(promise: Promise, estimate: Estimate, target: float) -> tuple[Verdict, str]:
    """The value misses the target: what the interval says about it."""
    wanted, interval = in_words(target, estimate.unit), interval_in_words(estimate)
    side = "below" if promise.is_floor else "above"
    if not interval and estimate.unit == "hours":
        return "cannot tell", f"{estimate.n} are too few to give an interval"
    if not interval:
        return "drifts", f"{value_in_words(estimate)} is {side} {wanted}"
    bound = estimate.upper if promise.is_floor else estimate.lower
    if bound is None or _is_met(promise, bound, target):
        return "cannot tell", f"the interval ({interval}) reaches {wanted}"
    return "drifts", f"the whole interval ({interval}) is {side} {wanted}"


def _is_met(promise: Promise, value: float, target: float) -> bool:
    return value >= target if promise.is_floor else value <= target


def _in_brackets(notes: list[str]) -> str:
    return f" ({', '.join(notes)})" if notes else ""
