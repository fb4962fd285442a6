"""Who holds what in a drafted model: roles, areas and channels, each with who really does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opsreview.operating_model.draft_lines import Line, ask, mapping, plain
from opsreview.operating_model.facts import AreaFacts, Facts, Tally
from opsreview.operating_model.names import DUTY
from opsreview.operating_model.presets.preset import LEVEL_1_ROLES, Preset, RolePlan
from opsreview.wording import counted

_DID = {  # how each work is told, before "N of M ..."
    "triage": ("first to see to", "issues"),
    "review": ("reviewed", "pull requests"),
    "merge": ("merged", "pull requests"),
    "release": ("published", "releases"),
}

_CHANNEL = "chat: {where: ???, watched_by: ???}"


@dataclass(frozen=True)
class Held:
    """A role of the draft and who holds it. ``stands_in``: not for what they did."""

    plan: RolePlan
    owner: str
    deputy: str | None
    tally: Tally
    stands_in: bool = False


@dataclass(frozen=True)
class Cast:
    """The roles of a draft that somebody holds, those nobody does, and whether there is a rota."""

    held: tuple[Held, ...]
    vacant: tuple[RolePlan, ...]
    preset: Preset | None
    members: tuple[str, ...]
    has_duty: bool

    def name_for(self, work: str) -> str | None:
        """The role that does a kind of work."""
        return next((role.plan.name for role in self.held if role.plan.work == work), None)

    @property
    def triager(self) -> str | None:
        """Who answers for triage: the role, or else the rota."""
        return self.name_for("triage") or self.on_watch

    @property
    def on_watch(self) -> str | None:
        """Who sees what comes in first: by a preset the rota, else whoever triages."""
        if self.has_duty and (self.preset or not self.name_for("triage")):
            return DUTY
        return self.name_for("triage")

    @property
    def releaser(self) -> str | None:
        return self.name_for("release")


def cast_of(facts: Facts, preset: Preset | None) -> Cast:
    """Roles dealt to who does their work; with a preset somebody holds each of its roles."""
    held: list[Held] = []
    vacant: list[RolePlan] = []
    for plan in preset.roles if preset else LEVEL_1_ROLES:
        tally = facts.tally(plan.work)
        if tally.owner:
            held.append(Held(plan, tally.owner, tally.deputy, tally))
        elif preset and facts.members:
            busy = [role.owner for role in held]
            least = min(facts.member_ids, key=busy.count)  # the first of those with fewest roles
            held.append(Held(plan, least, None, tally, stands_in=True))
        else:
            vacant.append(plan)
    plans_duty = preset is not None and len(facts.members) > 0
    has_duty = plans_duty or bool(facts.rota and (facts.rota.order or facts.rota.source))
    return Cast(tuple(held), tuple(vacant), preset, facts.member_ids, has_duty)


def roles(facts: Facts, cast: Cast) -> Iterator[Line]:
    """Every role with its owner and deputy; who is missing is asked for."""
    role_count = len(cast.held) + len(cast.vacant)
    for place, role in enumerate(cast.held):
        entry = mapping(
            {"owner": plain(role.owner), "deputy": role.deputy and plain(role.deputy)}
            | {"does": f'"{role.plan.does}"'}
        )
        earlier = cast.held[:place] if len(facts.members) < role_count else ()
        before = [other.plan.name for other in earlier if other.owner == role.owner]
        yield Line(f"{role.plan.name}: {entry}", _why_held(role, facts, before, role_count))
        if role.deputy is None:
            yield ask(f"{role.plan.name}.deputy: ???", _no_deputy(role))
    for plan in cast.vacant:
        tally = facts.tally(plan.work)
        yield ask(f"{plan.name}: {{owner: ???}}", tally.unknown or _nobody(tally, plan.work))


def areas(facts: Facts, cast: Cast) -> Iterator[Line]:
    """Parts of the product: by CODEOWNERS where it names a person, else by who worked on them."""
    named = [area for area in facts.areas if _owner_of(area)]
    for area in named:
        owner, deputy = _owner_of(area), _deputy_of(area)
        entry = mapping(
            {"owner": owner and plain(owner), "deputy": deputy and plain(deputy)}
            | {"label": area.label and plain(area.label), "path": area.path and plain(area.path)}
        )
        yield Line(f"{area.name}: {entry}", _why_owned(area))
    for area in facts.areas if not named else ():
        wanted = mapping({"owner": "???", "label": area.label and plain(area.label)})
        seen = f"on {area.worked.total} issues; nobody is known to work on them"
        yield ask(f"{area.name}: {wanted}", seen)
    if not facts.areas:
        used = [f"{label} {count}" for label, count in facts.labels.get("", ())[:5]]
        seen = f"labels in use: {', '.join(used)}" if used else "no labels are used"
        yield ask(
            "NAME: {owner: ???, label: ???, path: ???}",
            f"no label like area/NAME tells parts; {seen}",
        )


def channels(facts: Facts, cast: Cast) -> Iterator[Line]:
    """Where people ask: the issues, what support requests came through, and what SUPPORT names."""
    watcher = cast.on_watch
    opened = facts.tally("triage").total
    if watcher and opened:
        entry = f"{{where: GitHub issues, watched_by: {watcher}}}"
        yield Line(f"issues: {entry}", f"{opened} opened since {facts.since:%Y-%m}")
    elif opened:
        yield ask(
            "issues: {where: GitHub issues, watched_by: ???}",
            f"{opened} opened, nobody is known to answer",
        )
    for name, tally in facts.channels.items():
        told = f"{tally.total} asked since {facts.since:%Y-%m}; {_most(tally) or 'nobody answered'}"
        keeper = tally.owner or watcher
        if keeper:
            where = plain(f"Discussions: {name}")
            yield Line(f"{_as_id(name)}: {{where: {where}, watched_by: {keeper}}}", told)
    yield from _support_pages(facts)


def _support_pages(facts: Facts) -> Iterator[Line]:
    if facts.checkout is None:
        yield ask(_CHANNEL, "--checkout DIR would look for SUPPORT.md")
        return
    page = facts.checkout.first("SUPPORT.md", ".github/SUPPORT.md", "docs/SUPPORT.md")
    links = facts.checkout.first(".github/ISSUE_TEMPLATE/config.yml")
    for found in filter(None, (page, links)):
        yield ask(
            "chat: {where: ???, watched_by: ???}", f"{found} names places where users ask: add them"
        )
    if not page and not links:
        yield ask(
            "chat: {where: ???, watched_by: ???}",
            "no SUPPORT.md names other places where users ask",
        )


def _why_held(role: Held, facts: Facts, before: Sequence[str], role_count: int) -> str:
    tally = role.tally
    if role.stands_in:
        reason = tally.unknown or _nobody(tally, role.plan.work)
        said = f"preset: {reason}; dealt to who holds fewest roles"
    else:
        did, things = _DID[role.plan.work]
        count = dict(tally.counts)[role.owner]
        others = _most(tally, besides=role.owner)
        said = f"{did} {count} of {tally.total} {things} since {facts.since:%Y-%m}"
        said += f" (next: {others})" if others else " (nobody else did)"
        merged = _most(facts.tally("merge")) if role.plan.work == "review" else ""
        said += f"; merged: {merged}" if merged else ""
    if before:
        people = counted(len(facts.members), "person", "people")
        said += f"; {people} for {role_count} roles, so one holds {' and '.join(before)} too"
    return said


def _no_deputy(role: Held) -> str:
    if role.stands_in:
        return "nobody is known to do it"
    quiet = [f"{who} not since {day:%Y-%m}" for who, day in role.tally.quiet.items()]
    return "nobody else did it twice" + (f" lately ({', '.join(quiet[:3])})" if quiet else "")


def _nobody(tally: Tally, work: str) -> str:
    if quiet := next(iter(tally.quiet.items()), None):
        return f"nobody did it lately; {quiet[0]} last on {quiet[1]}"
    return f"nobody did it twice; there were {tally.total} {_DID[work][1]}"


def _most(tally: Tally, besides: str | None = None) -> str:
    """Who did most: ``ben 30, cleo 12, dev 5 until 2026-03``."""
    others = [(who, count) for who, count in tally.counts if who != besides][:3]
    until = {who: f" until {day:%Y-%m}" for who, day in tally.quiet.items()}
    return ", ".join(f"{who} {count}{until.get(who, '')}" for who, count in others)


def _owner_of(area: AreaFacts) -> str | None:
    return area.owners[0] if area.owners else area.worked.owner


def _deputy_of(area: AreaFacts) -> str | None:
    owner = _owner_of(area)
    others = [*area.owners[1:], *(who for who, _ in area.worked.doers)]
    return next((who for who in others if who != owner), None)


def _why_owned(area: AreaFacts) -> str:
    said = [f"CODEOWNERS: {', '.join(area.owners)}"] if area.owners else []
    if area.worked.counts:
        said.append(f"most worked there: {_most(area.worked)}")
    return "; ".join(said)


def _as_id(name: str) -> str:
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    return "discussions-" + "-".join(filter(None, letters.split("-")))
