"""An issue or pull request as its story: what happened to it, when and through whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from opsreview.simulate.truth import MonthTruth


@dataclass(frozen=True)
class Happening:
    """One thing that happened to an item.

    ``what`` is ``commented``, ``reviewed`` or the name of an issue event; ``detail`` is the label,
    assignee or reviewer, the state of a review, or the reason of a close.
    """

    at: datetime
    what: str
    account: str | None
    detail: str = ""


@dataclass
class Item:
    """An issue or pull request. The author of a deleted account is None."""

    opened_at: datetime
    month: MonthTruth
    author: str | None
    area: str
    sort: str
    title: str
    priority: str | None = None
    is_pull_request: bool = False
    is_born_draft: bool = False
    number: int = 0
    happenings: list[Happening] = field(default_factory=list)

    def then(self, at: datetime, what: str, account: str | None, detail: str = "") -> None:
        self.happenings.append(Happening(at, what, account, detail))
