"""What a model could say next and does not: few parts, in the order in which they help most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from opsreview.operating_model.shape import ModelEntry


@dataclass(frozen=True)
class Undeclared:
    """A part of the model that says nothing: where it would stand, and what it is, in words."""

    path: str
    words: str


def undeclared(entry: ModelEntry) -> list[Undeclared]:
    """What the document leaves out of its first level that is not whole; no level above it.

    A role without a deputy, and promises without an answer time, are told at any level.
    """
    levels = (_first_level(entry), _second_level(entry), _third_level(entry))
    missing: list[Undeclared] = next(filter(None, map(list, levels)), [])
    beside = [*_deputies(entry), *_answer_time(entry)]
    return [*missing, *beside] if list(_first_level(entry)) else [*beside, *missing]


def _first_level(entry: ModelEntry) -> Iterator[Undeclared]:
    rhythm = entry.rhythm
    yield from _unsaid(
        ("roles", "roles", entry.roles),
        ("areas", "areas of the product", entry.areas),
        ("channels", "support channels", entry.channels),
        ("rhythm.triage", "when triage happens", rhythm.triage),
        ("rhythm.release", "when releases happen", rhythm.release),
        ("rhythm.duty", "who is on duty in turn", rhythm.duty),
        ("rhythm.retrospective", "when the retrospective happens", rhythm.retrospective),
        ("escalation", "whom to call next (escalation)", entry.escalation),
        ("promises", "promises", entry.promises),
        ("reviewed", "who reviewed this model and when", entry.reviewed),
    )


def _second_level(entry: ModelEntry) -> Iterator[Undeclared]:
    release, duty = entry.rhythm.release, entry.rhythm.duty
    yield from _unsaid(
        ("decisions", "which decisions recur, and who takes them", entry.decisions),
        ("rhythm.duty.cover", "which hours duty covers", duty is None or duty.cover),
        (
            "severities",
            "how bad a problem can be, and what that asks (severities)",
            entry.severities,
        ),
        (
            "rhythm.release.hotfix",
            "when a hotfix goes out of turn",
            release is None or release.hotfix,
        ),
        ("reviews", "what a pull request needs before it is merged", entry.reviews),
        ("backlog", "what keeps the backlog readable", entry.backlog),
        ("docs", "which pages of documentation somebody keeps true", entry.docs),
        ("onboarding", "how a new maintainer begins", entry.onboarding),
    )


def _third_level(entry: ModelEntry) -> Iterator[Undeclared]:
    yield from _unsaid(
        ("surfaces", "what in the repository embodies the model (surfaces)", entry.surfaces),
        ("commitments", "commitments that a checkout can show", entry.commitments),
    )


def _deputies(entry: ModelEntry) -> Iterator[Undeclared]:
    for name, role in entry.roles.items():
        if not role.deputy:
            yield Undeclared(f"roles.{name}.deputy", f"a deputy for {name}")


def _answer_time(entry: ModelEntry) -> Iterator[Undeclared]:
    is_general = (said.group in (None, "all") for said in entry.promises if said.within)
    if entry.promises and not any(is_general):
        yield Undeclared("promises", "how soon a first answer comes")


def _unsaid(*parts: tuple[str, str, object]) -> Iterator[Undeclared]:
    return (Undeclared(path, words) for path, words, said in parts if not said)
