"""The later levels of a drafted model: a preset's rules, and what the checkout has for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opsreview.operating_model.draft_lines import Line, mapping, plain
from opsreview.operating_model.draft_roles import Cast
from opsreview.operating_model.facts import Facts
from opsreview.operating_model.names import AREA_OWNER
from opsreview.operating_model.presets.preset import NEEDS_INFO, Preset

MOST_SURFACES = 6
_NEEDS_INFO = r"(needs?|more|waiting|awaiting|missing).*info|info.*(needed|required|missing)"
_PAGES = (("readme", "README"), ("changelog", "CHANGELOG"), ("contributing", "CONTRIBUTING"))


def later_levels(preset: Preset, facts: Facts, cast: Cast) -> dict[str, list[Line]]:
    """The entries of each section; where nobody is known they are comments to take up later."""
    label, why = _needs_info(facts)
    levels = {
        key: [Line(line.text.replace(NEEDS_INFO, label), _because(line, why)) for line in lines]
        for key, lines in preset.levels.items()
    }
    if not _owned_areas(facts):
        triager = cast.name_for("triage") or "duty"
        levels["decisions"] = [_without_areas(line, triager) for line in levels["decisions"]]
    if cast.members:
        pages = _pages(facts)
        levels["docs"] = list(_docs(pages, facts, cast))
        levels["onboarding"] = list(_onboarding(pages, cast))
        levels["surfaces"] = list(_surfaces(facts, cast))
        return levels
    return {key: [line.commented_out() for line in lines] for key, lines in levels.items()}


def _owned_areas(facts: Facts) -> list[str]:
    return [area.name for area in facts.areas if area.owners or area.worked.owner]


def _without_areas(line: Line, holder: str) -> Line:
    """A decision as a team without areas takes it."""
    if AREA_OWNER not in line.text:
        return line
    why = f"{line.why}; no area is known, so {holder} takes it"
    return Line(line.text.replace(AREA_OWNER, holder), why)


def _because(line: Line, why: str) -> str:
    return f"{line.why}; {why}" if NEEDS_INFO in line.text else line.why


def _needs_info(facts: Facts) -> tuple[str, str]:
    """The team's label that asks for information, and what tells that it is one."""
    used = [(label, count) for labels in facts.labels.values() for label, count in labels]
    for label, count in used:
        if re.search(_NEEDS_INFO, label, re.IGNORECASE):
            return label.replace('"', '\\"'), f"the label is on {count} issues"
    return "needs-info", "no label like it is used: make it"


def _pages(facts: Facts) -> dict[str, str]:
    """The pages of documentation that the checkout has at its root, by what they are."""
    checkout = facts.checkout
    if checkout is None:
        return {}
    named = {
        name: checkout.first(*(f"{stem}{end}" for end in (".md", ".rst", ".txt", "")))
        for name, stem in _PAGES
    }
    named["contributing"] = named["contributing"] or checkout.first(".github/CONTRIBUTING.md")
    return {name: path for name, path in named.items() if path}


def _docs(pages: dict[str, str], facts: Facts, cast: Cast) -> Iterator[Line]:
    keeper = cast.releaser or cast.members[0]
    for name, path in pages.items():
        is_of_commands = name == "readme" and facts.checkout and facts.checkout.commands
        pairs = {"path": plain(path), "owner": keeper, "fresh_for": "26 weeks"}
        pairs |= {"covers": "[package.json]"} if is_of_commands else {}
        why = "the checkout has it; who releases says what changed, so correct the owner"
        yield Line(f"{name}: {mapping(pairs)}", why)


def _onboarding(pages: dict[str, str], cast: Cast) -> Iterator[Line]:
    if "contributing" not in pages or cast.triager is None:
        return
    buddy = cast.name_for("triage") or cast.members[0]
    yield Line(f"buddy: {buddy}", "who sees most of what comes in can show most of it")
    step = "{id: read-contributing, does: reads how changes are made, within: 1 week"
    yield Line(f"steps: [{step}, see: contributing}}]", f"{pages['contributing']} is there to read")


def _surfaces(facts: Facts, cast: Cast) -> Iterator[Line]:
    """What embodies the model: commands of its areas, the release workflow, issue templates."""
    if facts.checkout is None:
        return
    areas = _owned_areas(facts)
    for command in facts.checkout.commands[:MOST_SURFACES]:
        words = re.split(r"[^a-z0-9]+", command.lower())
        area = next((area for area in areas if area in words), None)
        if area:
            found = mapping({"of": f"areas.{area}", "command": plain(command)})
            yield Line(f"- {found}", "package.json contributes it, and it bears the area's name")
    for path in sorted(facts.checkout.paths):
        folder, _, file = path.rpartition("/")
        is_release = re.search(r"release|publish", file, re.IGNORECASE)
        if folder == ".github/workflows" and is_release and cast.releaser:
            found = mapping({"of": f"roles.{cast.releaser}", "workflow": plain(file)})
            yield Line(f"- {found}", "a workflow with this name is in the checkout")
        is_template = folder.lower() == ".github/issue_template" and file.lower() != "config.yml"
        if is_template and cast.triager and facts.tally("triage").total:
            found = mapping({"of": "channels.issues", "issue_template": plain(file)})
            yield Line(f"- {found}", "the checkout has this issue template")
