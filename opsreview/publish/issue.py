"""The cycle as an issue's text, and the ticks that people set in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from opsreview.publish.markdown import code, mark, plain, unheard

MOST_SIGNS = 60_000  # GitHub takes 65,536 of a body; people may write beside what is ours
_BOX = re.compile(
    r"^\s*[-*+] \[(?P<tick>[ xX])\].*<!-- opsreview:proposal (?P<id>[\w.-]+) -->"
    r"(?:<!-- opsreview:change (?P<change>\w+) -->)?\s*$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class CycleText:
    """What a built cycle says, as its files hold it; what is not there is empty.

    ``summary`` is Markdown already, everything else is text.
    """

    team: str
    cycle: str
    title: str
    summary: str
    proposals: Sequence[Mapping[str, Any]] = ()
    verdicts: Sequence[Mapping[str, Any]] = ()
    agenda: Sequence[Mapping[str, Any]] = ()
    simulated: bool = False

    @property
    def mark(self) -> str:
        """By which the issue is found again."""
        return mark(self.team, self.cycle)

    @property
    def issue_title(self) -> str:
        return f"Operating-model retrospective: {self.title}"


@dataclass(frozen=True)
class Ticks:
    """The boxes of an issue: whether each is ticked, and which change it stood beside."""

    boxes: Mapping[str, tuple[bool, str | None]] = field(default_factory=dict)

    @property
    def ticked(self) -> tuple[str, ...]:
        """The ids of the proposals that are ticked, in the order of the issue."""
        return tuple(name for name, (is_ticked, _) in self.boxes.items() if is_ticked)

    def has(self, proposal: Mapping[str, Any]) -> bool:
        """Whether this very proposal is ticked: one of the same id that says another is not."""
        is_ticked, change = self.boxes.get(str(proposal["id"]), (False, None))
        return is_ticked and change in (None, change_of(proposal))


def read_ticks(body: str | None) -> Ticks:
    """The boxes of proposals in an issue's body, however people edited it."""
    found = _BOX.finditer((body or "").replace("\r\n", "\n"))
    return Ticks({box["id"]: (box["tick"] != " ", box["change"]) for box in found})


def change_of(proposal: Mapping[str, Any]) -> str:
    """A short name for what a proposal changes."""
    said = json.dumps([proposal.get(key) for key in ("path", "current", "proposed")], default=str)
    return sha256(said.encode()).hexdigest()[:8]


def issue_body(said: CycleText, before: str | None = None) -> str:
    """The issue's body; of the body before, ticks and what people wrote around ours stay.

    Args:
        said: The cycle.
        before: What stands in the issue now; None where there is none.
    """
    ticks = read_ticks(before)
    end = f"<!-- /{said.mark.removeprefix('<!-- ')}"
    ours = unheard("\n".join(_cut(_lines(said, ticks)))).rstrip()
    made = f"{said.mark}\n{ours}\n{end}"
    if before is None or said.mark not in before:
        return made + "\n"
    above, _, rest = before.replace("\r\n", "\n").partition(said.mark)
    _, has_end, below = rest.partition(end)
    return f"{above}{made}{below if has_end else ''}".rstrip() + "\n"


def lost_ticks(said: CycleText, before: str | None) -> list[str]:
    """Ticks that no proposal of today takes over: theirs is another now, or is gone."""
    ticks = read_ticks(before)
    kept = {str(proposal["id"]) for proposal in said.proposals if ticks.has(proposal)}
    return [name for name in ticks.ticked if name not in kept]


def _lines(said: CycleText, ticks: Ticks) -> Iterator[str]:
    if said.simulated:
        yield from ("*Simulated: nobody named here exists.*", "")
    yield from _verdicts(said.verdicts)
    yield from _summary(said.summary)
    yield from _proposals(said, ticks)
    yield from _agenda(said.agenda)
    yield from ("---", "")
    yield (
        f"Made by opsreview from cycle {said.cycle}. Text between its hidden marks is made anew; "
        "ticks and what is written outside of them stay."
    )


def _summary(summary: str) -> Iterator[str]:
    """Without its title, which the issue's own repeats."""
    title, _, rest = summary.strip().partition("\n")
    yield from (rest if title.startswith("# ") else summary).strip().splitlines()
    yield ""


def _verdicts(verdicts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    rows = list(verdicts)
    if rows:
        yield from ("## What became of our decisions", "")
        for row in rows:
            overdue = " **overdue**," if row.get("is_overdue") else ""
            yield f"- {plain(row['title'])}:{overdue} **{plain(row['verdict'])}**. {_says(row)}"
        yield ""


def _says(row: Mapping[str, Any]) -> str:
    next_look = row.get("next_look")
    return plain(row.get("says") or "") + (f" Next look: {plain(next_look)}." if next_look else "")


def _proposals(said: CycleText, ticks: Ticks) -> Iterator[str]:
    yield from ("## Proposals", "")
    if not said.proposals:
        yield from ("None in this cycle.", "")
        return
    yield "Tick what the team accepts; a tick records nothing by itself."
    yield ""
    for number, proposal in enumerate(said.proposals, start=1):
        name = str(proposal["id"])
        box = "x" if ticks.has(proposal) else " "
        marks = f"<!-- opsreview:proposal {name} --><!-- opsreview:change {change_of(proposal)} -->"
        yield f"- [{box}] **{plain(name)}** {_change(proposal)} {marks}"
        if what_if := proposal.get("what_if"):
            yield f"  - {plain(what_if)}"
        command = f"opsreview decide {said.team} {number} --cycle {said.cycle}"
        yield f"  - Record it: {code(command)}"
    yield ""


def _change(proposal: Mapping[str, Any]) -> str:
    proposed = proposal.get("proposed")
    to = code(proposed) if proposed is not None else "*to be chosen*"
    current = proposal.get("current")
    now = code(current) if current is not None else "*nothing*"
    return f"{code(proposal['path'])}: {now} → {to}"


def _agenda(agenda: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not agenda:
        return
    yield from (f"## Agenda ({sum(item['minutes'] for item in agenda)} minutes)", "")
    for number, item in enumerate(agenda, start=1):
        yield f"{number}. {plain(item['topic'])} ({item['minutes']} min)"
        yield from (f"   - {plain(sentence)}" for sentence in item.get("says", ()))
    yield ""


def _cut(lines: Iterable[str]) -> Iterator[str]:
    """As many lines as GitHub takes."""
    signs = 0
    for line in lines:
        signs += len(line) + 1
        if signs > MOST_SIGNS:
            yield ""
            yield "*The rest does not fit into an issue: it is on the cycle's pages.*"
            return
        yield line
