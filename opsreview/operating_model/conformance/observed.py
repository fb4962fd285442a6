"""What there is to hold a model against: a team's tables in one cycle, as far as they reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.metrics.reading import Subject
from opsreview.metrics.view import Groups
from opsreview.metrics.work import NEEDS, labels_borne, work_done
from opsreview.window import Window

NO_TEAM = "nothing says who is in the team: list it in people.yaml"
NOT_BEGUN = "the data end before the cycle begins"


@dataclass(frozen=True)
class Part:
    """The part of a window that the needed tables speak for, up to ``as_of``.

    ``window`` is None where there is none, and ``reason`` says why; beside a window ``reason`` says
    what is missing of it.
    """

    window: Window | None
    as_of: datetime
    reason: str | None = None


@dataclass(frozen=True)
class Observed:
    """One cycle of a team. ``shown`` makes of a person's id what pages call them.

    ``tells_persons`` is false where no number on a page may be one person's.
    """

    subject: Subject
    window: Window
    as_of: datetime
    shown: Callable[[str], str] = str
    tells_persons: bool = True

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        return self.subject.tables.frames

    @property
    def zone(self) -> ZoneInfo:
        return self.subject.zone

    @cached_property
    def has_team(self) -> bool:
        """Whether anything says who is in the team."""
        return bool(self.tables["people"]["is_team"].is_not_null().any())

    @cached_property
    def labels(self) -> pl.DataFrame:
        """The labels that issues and pull requests bore at ``as_of``: repo, number, label."""
        return labels_borne(self.tables, as_of=self.as_of)

    @cached_property
    def _acts(self) -> dict[str, pl.DataFrame]:
        return {}

    def part(self, *needs: str, within: Window | None = None) -> Part:
        """What all tables of ``needs`` speak for, of the cycle or of another window."""
        window = within or self.window
        coverage = self.subject.tables.coverage
        covered = coverage.covered(needs, self.subject.repos, window, self.as_of)
        if covered.window is None:
            return Part(None, self.as_of, covered.reason)
        seen_until = min(covered.window.end_at, covered.as_of, self.as_of)
        if seen_until <= covered.window.start_at:
            return Part(None, covered.as_of, NOT_BEGUN)
        return Part(Window(covered.window.start_at, seen_until), covered.as_of, covered.reason)

    def now(self, *needs: str) -> Part:
        """What all tables of ``needs`` speak for at ``as_of``: for what is told of that moment.

        What is missing earlier in the cycle matters to none of it.
        """
        until_now = Window(self.window.start_at, max(self.window.end_at, self.as_of))
        part = self.part(*needs, within=until_now)
        return replace(part, reason=None) if part.window and part.as_of == self.as_of else part

    def part_of_work(self, kind: str) -> Part:
        """What is known of one kind of work."""
        return self.part(*NEEDS[kind])

    def work(self, kind: str) -> pl.DataFrame:
        """The acts of one kind of work in the part of the cycle that is known of it."""
        if kind not in self._acts:
            part = self.part_of_work(kind)
            never = Window(self.window.start_at, self.window.start_at)
            self._acts[kind] = work_done(
                self.tables, kind, window=part.window or never, as_of=part.as_of
            )
        return self._acts[kind]

    def labelled(self, pattern: str) -> pl.DataFrame:
        """The items that bore the label (``*`` stands for anything) at ``as_of``."""
        return self.labels.filter(is_label(pattern)).select("repo", "number").unique()

    def by(self, name: str, people: Sequence[str]) -> str:
        """A name of the model for a page: a role as it is, a person as pages call them."""
        return self.shown(name) if name in people else name

    def days(self, window: Window) -> Iterator[date]:
        """The local days that begin in the window."""
        day = window.start_at.astimezone(self.zone).date()
        while (begins := self.begins(day)) < window.end_at:
            if begins >= window.start_at:
                yield day
            day += timedelta(days=1)

    def begins(self, day: date, at: time = time()) -> datetime:
        """The moment at which it is ``at`` on ``day`` in the team's zone, UTC."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def is_label(pattern: str) -> pl.Expr:
    """True where ``label`` is the one meant."""
    return Groups(areas={"it": [pattern]}).labelled()["area:it"]
