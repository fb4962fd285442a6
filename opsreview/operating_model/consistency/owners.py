"""Who holds what: nobody to stand in, somebody who is gone, or one person with too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from opsreview.operating_model.consistency.known import Known, has_left, is_to_come, listed
from opsreview.operating_model.names import holder_of_area, places_of_names
from opsreview.operating_model.remark import Remark
from opsreview.wording import counted
from opsreview.yaml_file import Place

FEWEST_PARTS = 4  # with fewer, one person holding most of them says nothing


def owner_remarks(known: Known) -> Iterator[Remark]:
    """Everything about owners and deputies."""
    yield from _gone(known)
    yield from _own_deputies(known)
    yield from _without_deputy(known)
    yield from _holding_too_much(known)
    yield from _half_known(known)
    yield from _unused_roles(known)


def _gone(known: Known) -> Iterator[Remark]:
    for place, name in places_of_names(known.entry):
        person = known.people.get(name)
        if person is None or place[0] == "reviewed":
            continue
        if has_left(person, known.today):
            says = f"who is named here has left the team (on {person.left_on}): name somebody else"
            yield known.remark("error", "gone", place, says, [name])
        elif is_to_come(person, known.today):
            says = f"who is named here joins on {person.joined_on}: name who does it until then"
            yield known.remark("error", "not-here-yet", place, says, [name])
        elif person.left_on is not None:
            says = f"who is named here leaves on {person.left_on}: name who comes after"
            yield known.remark("warning", "leaving", place, says, [name])


def _own_deputies(known: Known) -> Iterator[Remark]:
    says = "owner and deputy are one person, so nobody stands in: name another deputy"
    for name, role in known.entry.roles.items():
        if role.deputy == role.owner:
            yield known.remark("error", "own-deputy", ("roles", name, "deputy"), says, [role.owner])
    for name, area in known.entry.areas.items():
        held = holder_of_area(name, known.entry)
        if area.deputy and held.owner and held.deputy == held.owner:
            place = ("areas", name, "deputy")
            yield known.remark("error", "own-deputy", place, says, [held.owner])


def _without_deputy(known: Known) -> Iterator[Remark]:
    for name, role in known.entry.roles.items():
        if not role.deputy:
            says = f"nobody does the work of {name} while its owner is away: name a deputy"
            place = ("roles", name, "deputy")
            yield known.remark("warning", "no-deputy", place, says, [role.owner])
    for name, area in known.entry.areas.items():
        held = holder_of_area(name, known.entry)
        if area.owner and held.owner and not held.deputy:
            says = f"nobody else knows the area {name}: name a deputy"
            place = ("areas", name, "deputy")
            yield known.remark("info", "no-deputy", place, says, [held.owner])


def _holding_too_much(known: Known) -> Iterator[Remark]:
    if len(known.present) < 2:
        return
    owned = list(_owned_parts(known))
    counts = Counter(owner for _, owner in owned if owner)
    for person, count in counts.most_common(1):
        if len(owned) >= FEWEST_PARTS and count > len(owned) / 2:
            place = next(place for place, owner in owned if owner == person)
            says = (
                f"one person holds {count} of the {len(owned)} roles, areas and decisions: "
                "hand some over, first of all what has a deputy already"
            )
            yield known.remark("warning", "one-holds-most", place, says, [person])
    yield from _both_ends_of_escalation(known)


def _owned_parts(known: Known) -> Iterator[tuple[Place, str | None]]:
    entry = known.entry
    for name, role in entry.roles.items():
        yield ("roles", name), role.owner
    for name in entry.areas:
        yield ("areas", name), holder_of_area(name, entry).owner
    for name, rule in entry.decisions.items():
        yield ("decisions", name), known.holder(rule.decides).owner if rule.decides else None


def _both_ends_of_escalation(known: Known) -> Iterator[Remark]:
    steps = known.entry.escalation
    if len(steps) < 2:
        return
    first, last = (known.holder(steps[end].who).owner for end in (0, -1))
    if first and first == last:
        says = "escalation begins and ends with one person: let the last step be somebody else"
        place = ("escalation", len(steps) - 1, "who")
        yield known.remark("warning", "one-holds-most", place, says, [first])


def _half_known(known: Known) -> Iterator[Remark]:
    """People the model leans on, of whom people.yaml does not say what the numbers need."""
    named = dict.fromkeys(name for _, name in places_of_names(known.entry) if name in known.people)
    needed = {
        "zone": ("no-zone", "the team's is taken, and nights and weekends may be told wrong"),
        "accounts": ("no-account", "nothing they do is seen as theirs"),
    }
    for key, (check, so) in needed.items():
        without = [name for name in named if not getattr(known.people[name], key)]
        if without:
            who = counted(len(without), "person", "people")
            what = "account" if key == "accounts" else key
            says = f"{who} named in the model without {what} in people.yaml: {so}; write {key}"
            yield Remark("warning", f"consistency.{check}", "people", says, None, tuple(without))


def _unused_roles(known: Known) -> Iterator[Remark]:
    named = {name for _, name in places_of_names(known.entry)}
    named |= {surface.of.split(".")[1] for surface in known.entry.surfaces if "." in surface.of}
    for name in known.entry.roles:
        if name not in named:
            where = listed(["channels", "rhythm", "escalation", "decisions"], "or")
            says = f"nothing in the model calls on {name}: name it in {where}, or remove it"
            yield known.remark("info", "unused-role", ("roles", name), says)
