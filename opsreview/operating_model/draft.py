"""A first operating model, drafted from facts so that people correct rather than write.

Every entry carries its evidence or its reason as a comment, and what no fact tells is a comment
that asks. Nothing is invented: without a preset only level 1 is drafted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opsreview.operating_model.draft_levels import later_levels
from opsreview.operating_model.draft_lines import Line, ask, section
from opsreview.operating_model.draft_rhythm import rhythm
from opsreview.operating_model.draft_roles import Cast, areas, cast_of, channels, roles
from opsreview.operating_model.facts import Facts
from opsreview.operating_model.presets import PRESETS, Preset

SECTIONS = (  # in the order in which they are written
    "roles",
    "areas",
    "channels",
    "rhythm",
    "escalation",
    "promises",
    "decisions",
    "reviews",
    "backlog",
    "docs",
    "onboarding",
    "surfaces",
)
_REVIEWED = "# reviewed: {by: ???, on: ???}  # a person reads, corrects and signs it"


def draft_model(facts: Facts, preset: str | None = None) -> str:
    """``operating_model.yaml`` as far as facts and preset can tell it.

    It loads with the ``people.yaml`` of ``draft_people``, or with one that has these members.

    Args:
        facts: What history and checkout show.
        preset: A name of ``PRESETS``: also level 2, with the members as holders.
    """
    chosen = PRESETS[preset] if preset else None
    cast = cast_of(facts, chosen)
    sections: dict[str, list[Line]] = {
        "roles": list(roles(facts, cast)),
        "areas": list(areas(facts, cast)),
        "channels": list(channels(facts, cast)),
        "rhythm": list(rhythm(facts, cast)),
        "escalation": [] if chosen else list(_escalation(cast)),
        "promises": list(_promises(facts, cast)),
    }
    if chosen:
        _add(sections, later_levels(chosen, facts, cast))
    written = [text for key in SECTIONS for text in section(key, sections.get(key, []))]
    return "\n".join([*_head(facts, chosen), *written, "", _REVIEWED, ""])


def _add(sections: dict[str, list[Line]], more: Mapping[str, list[Line]]) -> None:
    for key, lines in more.items():
        sections.setdefault(key, []).extend(lines)


def _head(facts: Facts, preset: Preset | None) -> Iterator[str]:
    yield f"# How {facts.team} works: a first draft, made from what happened since {facts.since}."
    yield "# Correct it; each comment is the evidence, ??? asks for what no source tells."
    yield f"# Check it: opsreview check {facts.team}"
    yield "# yaml-language-server: $schema=operating_model.schema.json"
    yield "#   (opsreview check --schema > operating_model.schema.json, beside this file)"
    if preset:
        yield f"# Preset {preset.name}: {preset.says}"
    for said in _for_review_yaml(facts):
        yield f"# {said}"
    yield "version: 1"


def _for_review_yaml(facts: Facts) -> Iterator[str]:
    """What history shows that belongs into review.yaml, which a draft leaves alone."""
    if facts.machines:
        named = ", ".join(facts.machines)
        yield f"review.yaml could say  bots: [{named}]  if they are machines, as their names are"
    sorts = [start for start in facts.labels if start.lower().startswith(("kind", "type", "area"))]
    if sorts:
        used = "; ".join(_used(facts, start) for start in sorts)
        patterns = ", ".join(f'"{start}*"' for start in sorts)
        yield f"review.yaml could say  labels: {{triaged: [{patterns}]}}  ({used})"
    for start in facts.labels:
        if start.lower().startswith(("prio", "p/", "severity")):
            ranks = ", ".join(
                f'{label.removeprefix(start)}: ["{label}"]' for label, _ in facts.labels[start]
            )
            said = f"labels: {{priorities: {{{ranks}}}}}"
            yield f"review.yaml could say  {said}  ({_used(facts, start)})"


def _used(facts: Facts, start: str) -> str:
    return ", ".join(f"{label} {count}" for label, count in facts.labels[start][:4])


def _escalation(cast: Cast) -> Iterator[Line]:
    example = (
        f"like {{who: {cast.triager}, after: 4 h, how: direct message}}; " if cast.triager else ""
    )
    yield ask("- {who: ???, after: ???, how: ???}", f"{example}no source tells whom to call")


def _promises(facts: Facts, cast: Cast) -> Iterator[Line]:
    owner, found = cast.triager, facts.answers
    if owner is None:
        yield ask("- {id: first-answer, owner: ???, within: ???}", "nobody is known to answer")
        return
    if found is None:
        said = '"New issues get a first answer from the team"'
        why = facts.unknown.get("answers", "no source tells how soon answers come")
        entry = f'id: first-answer, says: {said}, owner: {owner}, unchecked: "{why}"'
        yield Line(f"- {{{entry}}}", "a deadline needs answers that can be seen")
        return
    seen = f"{found.share * 100:.0f} % of {found.n} issues since {facts.since:%Y-%m} had one"
    if not found.is_met:
        why = f"even within {found.within} only {seen}"
        entry = 'id: first-answer, says: "New issues get a first answer from the team"'
        reason = "no deadline is met three times out of four"
        yield Line(f'- {{{entry}, owner: {owner}, unchecked: "{reason}"}}', why)
        return
    says = f'"Three of four issues get a first answer from the team within {found.within}"'
    check = f"metric: response_attainment, within: {found.within}, at_least: 75 %"
    yield Line(f"- {{id: first-answer, says: {says}, owner: {owner}, {check}}}", f"{seen} by then")
