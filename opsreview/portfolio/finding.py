"""Which cycles there are in an outputs folder: of each team the latest that is whole."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from opsreview.cycle_folders import is_cycle, is_whole
from opsreview.errors import CycleError, PlaceError
from opsreview.place import Place
from opsreview.window import Cycle

STORE = "store"  # beside the teams' folders, and no team
UTC = ZoneInfo("UTC")
AT_ONCE = 16  # folders that are listed at a time: storage far away answers slowly


@dataclass(frozen=True)
class Found:
    """A team's folder: ``cycle`` is the latest that is whole, None where none is.

    ``half_written`` are later cycles that are not; ``names`` is what the cycle's folder holds, and
    ``quarter`` what the folder of its longer window does, where triage is told from that.
    ``in_the_way`` is why the team's folder cannot be listed.
    """

    team: str
    cycle: str | None
    half_written: Sequence[str] = ()
    names: frozenset[str] = frozenset()
    quarter: frozenset[str] = frozenset()
    in_the_way: PlaceError | None = None

    @property
    def folder(self) -> str:
        """The cycle's folder below the outputs."""
        return f"{self.team}/{self.cycle}"


def found_teams(place: Place) -> list[Found]:
    """Every folder that holds cycles, in the alphabetical order of teams.

    Raises:
        CycleError: There is none.
        PlaceError: The place cannot be listed, nor any team in it.
    """
    folders = sorted(
        (name for name, is_folder in place.listed().items() if is_folder and _may_be_team(name)),
        key=lambda name: (name.casefold(), name),
    )
    with ThreadPoolExecutor(AT_ONCE) as threads:
        looked = threads.map(lambda team: _found(place, team), folders)
        found = [each for each in looked if each is not None]
    if not found:
        raise CycleError(
            f"{place.url} holds no team with a cycle: run `opsreview run TEAM` first, or name the "
            "folder with --outputs"
        )
    errors = [each.in_the_way for each in found if each.in_the_way]
    if len(errors) == len(found):
        raise errors[0]
    return found


def _may_be_team(name: str) -> bool:
    return name != STORE and not name.startswith(".")


def _found(place: Place, team: str) -> Found | None:
    try:
        return _latest(place, team)
    except PlaceError as error:
        return Found(team, None, in_the_way=error)


def _latest(place: Place, team: str) -> Found | None:
    named = (name for name, is_folder in place.listed(team).items() if is_folder)
    cycles = sorted(filter(is_cycle, named), key=_age, reverse=True)
    half_written: list[str] = []
    for cycle in cycles:
        names = place.listed(f"{team}/{cycle}")
        if is_whole(names):
            quarter = place.listed(f"{team}/{cycle}/quarter") if "quarter" in names else {}
            told = frozenset(quarter) if is_whole(quarter) else frozenset[str]()
            return Found(team, cycle, half_written, frozenset(names), told)
        half_written.append(cycle)
    return Found(team, None, half_written) if cycles else None


def _age(name: str) -> tuple[datetime, bool]:
    """The later start is later; of a month and a quarter that begin together, the month."""
    cycle = Cycle(name, UTC)
    return cycle.window.start_at, not cycle.is_quarter
