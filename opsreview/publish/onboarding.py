"""The page for a new maintainer: who is beside them, and what to do in which order."""

from __future__ import annotations

from collections.abc import Iterator

from opsreview.publish.markdown import code, plain
from opsreview.publish.names import Names


def onboarding(names: Names) -> Iterator[str]:
    """Buddy, steps, and where the rest stands."""
    yield from ("# Beginning here", "")
    said = names.entry.onboarding
    if said is None:
        yield from ("How a new maintainer begins is not declared.", "")
    else:
        yield from (f"Your buddy: {names.who(said.buddy)}.", "")
        yield from _steps(names)
    yield from ("## Read first", "")
    yield "- [What we promise and when things happen](README.md)"
    yield "- [Who owns what](ownership.md)"
    yield "- [Who decides what](decisions.md)"
    yield "- [Who to call](who-to-call.md)"
    yield ""


def _steps(names: Names) -> Iterator[str]:
    entry = names.entry
    steps = entry.onboarding.steps if entry.onboarding else []
    if not steps:
        yield from ("The steps are not declared.", "")
    for number, step in enumerate(steps, start=1):
        within = f" (within {plain(step.within)})" if step.within else ""
        see = f"; see {code(entry.docs[step.see].path)}" if step.see else ""
        yield f"{number}. {plain(step.does)}{within}{see}"
    if steps:
        yield ""
