"""Which cycles there are in an outputs folder: of each team the latest that is whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from opsreview.cycle_folders import RUN, is_cycle, is_whole
from opsreview.errors import CycleError, PlaceError
from opsreview.place import Place
from opsreview.window import Cycle

STORE = "store"  # beside the teams' folders, and no team
UTC = ZoneInfo("UTC")
AT_ONCE = 16  # folders that are listed at a time: storage far away answers slowly


@dataclass(frozen=True)
class Found:
    """A team's folder: ``cycle`` is the latest that is whole, None where none is.

    ``half_written`` are the cycles that are not, the latest first; ``names`` is what the cycle's
    folder holds, and ``quarter`` what the folder of its longer window does, where triage is told
    from that. ``run`` is what its ``run.json`` held before all else was looked at; None where it
    could not be read. ``in_the_way`` is why the team's folder cannot be listed.
    """

    team: str
    cycle: str | None
    half_written: Sequence[str] = ()
    names: frozenset[str] = frozenset()
    quarter: frozenset[str] = frozenset()
    run: bytes | None = None
    in_the_way: PlaceError | None = None

    @property
    def folder(self) -> str:
        """The cycle's folder below the outputs."""
        return f"{self.team}/{self.cycle}"

    @property
    def run_file(self) -> str:
        return f"{self.folder}/{RUN}"


@dataclass(frozen=True)
class Begun:
    """A team's folder and the cycles in it, whole or not, the latest first."""

    team: str
    cycles: Sequence[str]
    in_the_way: PlaceError | None = None


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
        begun = list(threads.map(partial(_begun, place), folders))
        runs, _ = place.read_many(
            [f"{each.team}/{cycle}/{RUN}" for each in begun for cycle in each.cycles]
        )
        looked = threads.map(partial(_found, place, runs), begun)
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


def _begun(place: Place, team: str) -> Begun:
    try:
        named = [name for name, is_folder in place.listed(team).items() if is_folder]
    except PlaceError as error:
        return Begun(team, (), error)
    return Begun(team, sorted(filter(is_cycle, named), key=_age, reverse=True))


def _found(place: Place, runs: Mapping[str, bytes], begun: Begun) -> Found | None:
    if begun.in_the_way:
        return Found(begun.team, None, in_the_way=begun.in_the_way)
    try:
        return _latest(place, runs, begun) if begun.cycles else None
    except PlaceError as error:
        return Found(begun.team, None, in_the_way=error)


def _latest(place: Place, runs: Mapping[str, bytes], begun: Begun) -> Found:
    """A folder is listed where its ``run.json`` could not be read: it may be there all the same."""
    whole: list[str] = []
    half_written: list[str] = []
    for cycle in begun.cycles:
        folder = f"{begun.team}/{cycle}"
        is_read = f"{folder}/{RUN}" in runs
        (whole if is_read or is_whole(place.listed(folder)) else half_written).append(cycle)
    if not whole:
        return Found(begun.team, None, half_written)
    folder = f"{begun.team}/{whole[0]}"
    names = place.listed(folder)
    quarter = place.listed(f"{folder}/quarter") if "quarter" in names else {}
    return Found(
        begun.team,
        whole[0],
        half_written,
        names=frozenset(names),
        quarter=frozenset(quarter) if is_whole(quarter) else frozenset(),
        run=runs.get(f"{folder}/{RUN}"),
    )


def _age(name: str) -> tuple[datetime, bool]:
    """The later start is later; of a month and a quarter that begin together, the month."""
    cycle = Cycle(name, UTC)
    return cycle.window.start_at, not cycle.is_quarter
