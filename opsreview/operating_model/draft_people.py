"""A first ``people.yaml``, drafted from facts: ids and accounts, and what to add to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from opsreview.operating_model.draft_lines import plain
from opsreview.operating_model.facts import Facts, Member
from opsreview.operating_model.names import AREA_OWNER, DUTY
from opsreview.operating_model.presets import LEVEL_1_ROLES, PRESETS
from opsreview.wording import counted

_RESERVED = {DUTY, AREA_OWNER, *(role.name for role in LEVEL_1_ROLES)}
_RESERVED |= {role.name for preset in PRESETS.values() for role in preset.roles}
_TOLD = {
    "triage": ("first to see to", "issue"),
    "review": ("reviewed", "pull request"),
    "merge": ("merged", "pull request"),
    "release": ("published", "release"),
}


def ids_of(accounts: Iterable[str]) -> dict[str, str]:
    """By account, an id that people.yaml and the model can name: no role's, no other's."""
    ids: dict[str, str] = {}
    taken = set(_RESERVED)
    for account in accounts:
        id_ = re.sub(r"[^a-z0-9]+", "-", account.lower()).strip("-") or "someone"
        if plain(id_) != id_ or not id_[0].isalpha() or id_ in _RESERVED:
            id_ = f"user-{id_}"
        numbered = (f"{id_}-{number}" for number in range(2, len(taken) + 3))
        ids[account] = id_ if id_ not in taken else next(n for n in numbered if n not in taken)
        taken.add(ids[account])
    return ids


def draft_people(facts: Facts) -> str | None:
    """``people.yaml`` with the members, or None where nobody is known."""
    if not facts.members:
        return None
    return "\n".join([*_head(facts), *(line for one in facts.members for line in _entry(one)), ""])


def _head(facts: Facts) -> Iterator[str]:
    yield f"# Who runs {facts.team}: drafted from what was done {facts.since} to {facts.until}."
    yield "# Correct it: add who is missing, take out who does not belong, join accounts of one."
    yield "# Each may also have: name, working_hours {days, from, to}, holidays (a country code),"
    yield "# joined_on, left_on, share (of full time)."
    if facts.rarely:
        yield f"# Left out: {facts.rarely} who did less than the others, or long ago."
    if facts.machines:
        yield f"# Left out, named like machines: {', '.join(facts.machines)}."


def _entry(member: Member) -> Iterator[str]:
    told = [
        f"{did} {counted(member.did[work], thing)}"
        for work, (did, thing) in _TOLD.items()
        if member.did.get(work)
    ]
    yield f"{member.id}:"
    yield f"  accounts: [{plain(member.account)}]  # {', '.join(told) or 'answered others'}"
    yield "  # zone: ???  where they are, like Europe/Madrid: no source tells"
