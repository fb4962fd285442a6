"""What a person wants decided: flags as typed, and what is asked where a flag is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from opsreview.cadence import later_by
from opsreview.errors import ParamsError
from opsreview.operating_model.parts import owner_of_part
from opsreview.operating_model.quantities import cadence_of, quantity_of
from opsreview.pipeline.desk import Desk
from opsreview.yaml_file import close_names, parsed_yaml

DEFAULT_DUE = timedelta(weeks=2)
OF_A_DECISION = {"owner", "due", "start", "expects", "because", "revert_if"}

Ask = Callable[[str, str, str | None], str]
"""A person's answer to ``("--owner", "who owns it", "ada")``; refuses where nobody can answer."""


@dataclass(frozen=True)
class Wanted:
    """What a command asks for; days and values as typed, None where nothing was."""

    number: int | None = None
    owner: str | None = None
    due: str | None = None
    start: str | None = None
    to: str | None = None
    not_now: str | None = None
    title: str | None = None
    path: str | None = None
    expects: str | None = None
    because: str | None = None
    revert_if: str | None = None
    done: str | None = None
    drop: str | None = None
    sign: str | None = None
    by: str | None = None

    @property
    def wrong_usage(self) -> str | None:
        """Why these flags do not go together, or None."""
        kinds = {
            "N": self.number is not None,
            "--title (without N)": self.title is not None and self.number is None,
            "--done": self.done is not None,
            "--drop": self.drop is not None,
            "--sign": self.sign is not None,
        }
        said = {key: value for key, value in vars(self).items() if value is not None}
        for key, value in said.items():
            if key != "to" and isinstance(value, str) and not value.strip():
                flag = "from" if key == "start" else key.replace("_", "-")
                return f"--{flag} is empty: write something, or leave it out"
        chosen = [name for name, is_chosen in kinds.items() if is_chosen]
        if not chosen and said.keys() & OF_A_DECISION:
            return "nothing says what is decided: give the number of a proposal, or --title"
        if len(chosen) > 1:
            return f"{' and '.join(chosen)} do not go together: do one after the other"
        if self.path is not None and "--title (without N)" not in chosen:
            return "--path belongs to a decision of your own: give --title, and no N"
        if self.not_now is not None and self.number is None:
            return "--not-now declines a proposal: give its number too"
        if self.to is not None and self.number is None and self.path is None:
            return "--to says what to write: give the number of a proposal, or --title and --path"
        if self.by is not None and self.sign is None:
            return "--by says who signs: give --sign too"
        return None


@dataclass(frozen=True)
class Answers:
    """Owner, days and values of one decision: from the flags, else from whoever can be asked.

    Every method raises ParamsError for an answer that cannot be, naming its flag.
    """

    desk: Desk
    wanted: Wanted
    ask: Ask

    def owner(self, path: str) -> str:
        """Who sees to it; by default who owns the part of the model that ``path`` names."""
        default = owner_of_part(self.desk.model, path)
        owner = self.wanted.owner or self.ask("--owner", "who owns it", default)
        if owner not in self.desk.owners:
            hint = close_names(owner, self.desk.owners)
            raise ParamsError(f"--owner {owner} is no person of people.yaml and no role; {hint}")
        return owner

    def due(self) -> date:
        """Until when; by default the next retrospective, or two weeks where none is declared."""
        meeting, today = self.desk.model.entry.rhythm.retrospective, self.desk.today
        default = later_by(cadence_of(meeting.every), today) if meeting else today + DEFAULT_DUE
        written = self.wanted.due or self.ask("--due", "due on", default.isoformat())
        return self._day("--due", written)

    def start(self) -> date:
        """From when it counts; by default the next month, the first whole cycle with it."""
        if self.wanted.start:
            return self._day("--from", self.wanted.start)
        return (self.desk.today.replace(day=1) + timedelta(days=32)).replace(day=1)

    def to(self, path: str) -> Any:
        """What the model shall say: ``2 weeks``, ``[ada, ben]``; ``null`` for nothing."""
        written = self.wanted.to
        return _value(self.ask("--to", f"{path}: to what", None) if written is None else written)

    def expects(self, otherwise: Any) -> Any:
        """``done``, or the effect as a record holds it."""
        return _expectation(self.wanted.expects) if self.wanted.expects else otherwise

    def signer(self) -> str:
        """The person who signs."""
        by, people = self.wanted.by or self.ask("--by", "who signs", None), self.desk.team.people
        if by not in people:
            hint = close_names(by, people)
            raise ParamsError(f"--by {by} is not a person of people.yaml; {hint}")
        return by

    def _day(self, flag: str, written: str) -> date:
        today = self.desk.today
        try:
            day = date.fromisoformat(written.strip())
        except ValueError:
            said = f"{flag} {written!r} is not a day: write it like {today}"
            raise ParamsError(said) from None
        if day < today:
            raise ParamsError(f"{flag} {day} is before today, {today}: name a later day")
        return day


def _value(written: str) -> Any:
    text = written.strip()
    if not text:
        raise ParamsError("--to is empty: write a value, or null to take the line away")
    if re.search(r"(^|\s)#", text) and text[0] not in "[{\"'":
        return text  # what is typed has no comments: `the #help channel` is a name
    try:
        return parsed_yaml(f"to: {written}\n", Path("--to")).data["to"]
    except ParamsError:
        return written


def _expectation(written: str) -> Any:
    if written.strip() == "done":
        return "done"
    match = re.fullmatch(r"\s*(\S+)\s+(\S+)\s+(up|down)\s+(?:by\s+)?(.+?)\s*", written)
    try:
        at_least = quantity_of(_value(match[4])) if match else None
    except ValueError:
        at_least = None
    if match is None or at_least is None:
        raise ParamsError(
            f"--expects {written!r} is not an expectation: write done, or a metric, a statistic, "
            "up or down, and the least effect, like 'time_to_first_review median down 25 %'"
        )
    named = {"metric": match[1], "statistic": match[2], "direction": match[3]}
    return named | {"at_least": _value(match[4])}
