"""What is asked of ``opsreview publish``, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from opsreview.sources.github.writing import Plan, Step
from opsreview.sources.terms import Terms


@dataclass(frozen=True)
class Wanted:
    """How to publish; ``yes`` is whether in earnest. What a part has no use for stays None."""

    yes: bool = False
    cycle: str | None = None
    repo: str | None = None
    base: str | None = None
    path: str | None = None
    decision: str | None = None
    into: Path | None = None
    is_check: bool = False
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True)
class Published:
    """What was done, or would be, as lines for a reader; not whole where a page is stale."""

    lines: tuple[str, ...]
    is_whole: bool = True


def told(plan: Plan, *, address: str, unseen: str | None, yes: bool) -> Iterator[str]:
    """The requests of a plan: as they were sent, or exactly as they would be.

    Args:
        plan: What was sent, or is to be.
        address: Of the API.
        unseen: Why GitHub could not be looked at; None where it was.
        yes: Whether it was sent.
    """
    yield from plan.notes
    if yes:
        yield from (f"sent: {each.method} {each.path}" for each in plan.steps)
        yield plan.url if plan.url and plan.steps else f"up to date: {plan.url or 'nothing to do'}"
        return
    if unseen:
        yield f"not looked up: {unseen}"
        yield "so this is what is sent where nothing is there yet; what is there is updated instead"
    if not plan.steps:
        yield f"nothing would be sent: {plan.url or 'there is nothing to do'}"
        return
    yield f"would be sent to {address}, in this order; nothing is sent without --yes"
    for each in plan.steps:
        yield from _shown(each)


def _shown(each: Step) -> Iterator[str]:
    yield ""
    yield f"{each.method} {each.path}    (token needs {each.needs})"
    for key, value in each.body.items():
        said = f"<{each.shown[key]}>" if key in each.shown else str(value)
        if "\n" not in said:
            yield f"  {key}: {said}"
            continue
        yield f"  {key}:"
        yield from (f"    {line}".rstrip() for line in said.splitlines())
