"""What time has overtaken: freezes, the review of the model, the ledger; and what is unchecked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from opsreview.cadence import days_of, later_by
from opsreview.operating_model.consistency.known import Known
from opsreview.operating_model.decisions import Decision, value_at
from opsreview.operating_model.quantities import cadence_of
from opsreview.operating_model.remark import Remark, Severity
from opsreview.operating_model.undeclared import undeclared
from opsreview.wording import counted

_AHEAD = timedelta(days=92)  # how far slots are held against freezes,
_FEWEST_SLOTS = 3  # or, where they are rare, how many of them
_YEAR = timedelta(days=366)


def upkeep_remarks(known: Known) -> Iterator[Remark]:
    """Everything that was right once, or is not written yet."""
    yield from _start_of_the_train(known)
    yield from _freezes(known)
    yield from _ledger(known)
    yield from _reviewed(known)
    yield from _commitments(known)
    yield from _not_declared(known)


def _start_of_the_train(known: Known) -> Iterator[Remark]:
    release = known.entry.rhythm.release
    if release is not None and release.starting > known.today + _AHEAD:
        says = f"no release is due before {release.starting}: is the year right?"
        yield known.remark("warning", "starts-late", ("rhythm", "release", "starting"), says)


def _freezes(known: Known) -> Iterator[Remark]:
    release = known.entry.rhythm.release
    if release is None or not release.freezes:
        return
    place = ("rhythm", "release", "freezes")
    if all(freeze.last_on < known.today for freeze in release.freezes):
        says = "every freeze written here is over: write the next ones, or remove them"
        yield known.remark("info", "freezes-over", place, says)
        return
    days = days_of(cadence_of(release.every), release.starting, known.today + _YEAR)
    slots = [day for day in days if day >= known.today]
    near = [day for day in slots if day < known.today + _AHEAD]
    soon = near if len(near) >= _FEWEST_SLOTS else slots[:_FEWEST_SLOTS]
    frozen = [day for day in soon if any(f.first_on <= day <= f.last_on for f in release.freezes)]
    if soon and frozen == soon:
        says = f"every release slot until {soon[-1]} falls into a freeze: shorten it, or move slots"
        yield known.remark("error", "all-frozen", place, says)


def _ledger(known: Known) -> Iterator[Remark]:
    for decision in known.decisions:
        if decision.status == "open" and decision.due < known.today:
            says = f"it was due on {decision.due} and is open: finish it, or decide to drop it"
            yield _of_ledger("warning", "overdue", decision, says)
    for decision in _last_words(known.decisions, known.today):
        change = decision.change
        if change and value_at(known.model.file.data, change.path) != change.to:
            says = f"the model does not say at {change.path} what was decided: edit it, or drop it"
            yield _of_ledger("warning", "not-carried-out", decision, says)


def _last_words(decisions: Sequence[Decision], today: date) -> list[Decision]:
    """By path, the last decision in force that changes it: what was decided before is past."""
    last: dict[str, Decision] = {}
    for decision in sorted(decisions, key=lambda said: said.effective_from):
        is_in_force = decision.status != "dropped" and decision.effective_from <= today
        if decision.change and is_in_force:
            last[decision.change.path] = decision
    return list(last.values())


def _of_ledger(severity: Severity, check: str, decision: Decision, says: str) -> Remark:
    """A remark on decisions.yaml, whose lines the model's file does not know."""
    return Remark(severity, f"consistency.{check}", f"ledger.{decision.id}", says)


def _reviewed(known: Known) -> Iterator[Remark]:
    said = known.entry.reviewed
    if said is None:
        return
    place = ("reviewed", "on")
    if said.on > known.today:
        says = f"{said.on} is still to come: write the day on which the model was read"
        yield known.remark("error", "reviewed-to-come", place, says)
        return
    if later_by(cadence_of(said.every), said.on) < known.today:
        says = (
            f"the model was read last on {said.on} and is to be read every {said.every}: "
            "read it, correct it, write the day"
        )
        yield known.remark("info", "review-due", place, says)


def _commitments(known: Known) -> Iterator[Remark]:
    said = known.entry.commitments
    if said and all(each.unchecked for each in said):
        says = (
            f"nothing checks the {counted(len(said), 'commitment')}: "
            "hold one of them by a path, a workflow or a test of the repository"
        )
        yield known.remark("info", "all-unchecked", ("commitments",), says)


def _not_declared(known: Known) -> Iterator[Remark]:
    release = known.entry.rhythm.release
    missing = [part for part in undeclared(known.entry) if not part.path.endswith(".deputy")]
    paths = {part.path for part in missing}
    if release and not release.hotfix and "rhythm.release.hotfix" not in paths:
        says = "it is not written when a hotfix goes out of turn, and who says so: write hotfix"
        yield known.remark("info", "no-hotfix-rule", ("rhythm", "release", "hotfix"), says)
    for part in missing:
        says = f"not declared: {part.words}"
        yield Remark("info", "consistency.not-declared", part.path, says)
