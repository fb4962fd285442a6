"""Which cycles there are in an outputs folder: of each team the latest that is whole."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from opsreview.errors import CycleError
from opsreview.portfolio.place import Place
from opsreview.window import Cycle

STORE = "store"  # beside the teams' folders, and no team
UTC = ZoneInfo("UTC")
AT_ONCE = 16  # folders that are listed at a time: storage far away answers slowly


@dataclass(frozen=True)
class Found:
    """A team's folder: ``cycle`` is the latest with a ``run.json``, None where none has one.

    ``half_written`` are later cycles without; ``names`` is what the cycle's folder holds, and
    ``quarter`` what the folder of its longer window does, where triage is told from that.
    """

    team: str
    cycle: str | None
    half_written: Sequence[str] = ()
    names: frozenset[str] = frozenset()
    quarter: frozenset[str] = frozenset()

    @property
    def folder(self) -> str:
        """The cycle's folder below the outputs."""
        return f"{self.team}/{self.cycle}"


def found_teams(place: Place) -> list[Found]:
    """Every folder that holds cycles, in the alphabetical order of teams.

    Raises:
        CycleError: There is none.
        OutputsError: The place cannot be listed.
    """
    folders = sorted(
        (name for name, is_folder in place.names().items() if is_folder and _may_be_team(name)),
        key=lambda name: (name.casefold(), name),
    )
    with ThreadPoolExecutor(AT_ONCE) as threads:
        looked = threads.map(lambda team: _found(place, team), folders)
        found = [each for each in looked if each is not None]
    if not found:
        raise CycleError(
            f"{place.said} holds no team with a cycle: run `opsreview run TEAM` first, or name the "
            "folder with --outputs"
        )
    return found


def _may_be_team(name: str) -> bool:
    return name != STORE and not name.startswith(".")


def _found(place: Place, team: str) -> Found | None:
    named = (name for name, is_folder in place.names(team).items() if is_folder)
    cycles = sorted(filter(_is_cycle, named), key=_age, reverse=True)
    half_written: list[str] = []
    for cycle in cycles:
        names = place.names(f"{team}/{cycle}")
        if "run.json" in names:
            quarter = place.names(f"{team}/{cycle}/quarter") if "quarter" in names else {}
            told = frozenset(quarter) if "run.json" in quarter else frozenset[str]()
            return Found(team, cycle, half_written, frozenset(names), told)
        half_written.append(cycle)
    return Found(team, None, half_written) if cycles else None


def _is_cycle(name: str) -> bool:
    try:
        Cycle(name, UTC)
    except CycleError:
        return False
    return True


def _age(name: str) -> tuple[datetime, bool]:
    """The later start is later; of a month and a quarter that begin together, the month."""
    cycle = Cycle(name, UTC)
    return cycle.window.start_at, not cycle.is_quarter
