"""Where a fleet's params and outputs are: folders or URLs, and a folder of ours to work in.

A team that is worked on has its files on a disk: in place where the place is one, else copied into
a scratch folder, and what was made is put back. What is put lies beside the cycles until all of it
is there, and takes its place within the place, which is quick. Of a cycle ``run.json`` of the old
one goes first, and that of the new one comes when all else is as it was made: between them the
cycle counts as none, and readers go by the one before.

Before each step it is checked that the team is still ours. A step that is under way when another
takes the team over goes on to its end: what it copies may lie over what the other put, and the
``run.json`` that it takes away may be the other's, whose cycle is half written then.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from uuid import uuid4

from opsreview.cycle_folders import RUN, is_cycle
from opsreview.errors import CycleError, ParamsError, PlaceError
from opsreview.place import Place
from opsreview.store import Store

REVIEW = "review.yaml"
BESIDE = ".put-"  # begins the folder of what is being put

# What the pages of one cycle are written from, of the others (reports/cycles.py, publishing).
_OF_OTHERS = (RUN, "index.html", "findings.json", "proposals.yaml", "notebooks/*.ipynb")


@dataclass(frozen=True)
class Workspace:
    """A team's params and outputs as folders; what is made there is put back by hand.

    Putting does nothing where the outputs are worked on in place.
    """

    team: str
    params: Path
    outputs: Path
    _from: Place
    _into: Place
    _known: dict[str, str] = field(default_factory=dict)  # what is there, by the file's digest

    def _bring(self) -> None:
        if not self._from.folder:
            self._from.get(_params_of(self.team, self._from), self.params)
        if not self._into.folder:
            names = _needed(self.team, self._into)
            self._into.get(names, self.outputs)
            self._known.update((name, _digest(self.outputs / name)) for name in names)

    def half_written(self, *, but: str | None = None) -> list[str]:
        """Cycles of the team that are half written now, sorted, but for one that is to be put.

        Raises:
            PlaceError: The outputs cannot be read.
        """
        return [name for name in _half_written(self._into.files(self.team)) if name != but]

    def put_store(self, *, check: Callable[[], None] = lambda: None) -> None:
        """Put the team's store back; it must be closed. One that did not change stays.

        Args:
            check: Called before it takes its place; what it raises leaves the one that was there.

        Raises:
            StoppedError: The store is still open.
            PlaceError: It cannot be put; the one that was there stays, or the storage copies on.
        """
        name = _store(self.team)
        if self._into.folder or not (self.outputs / name).is_file():
            return
        Store.settle(self.outputs / name)
        digest = _digest(self.outputs / name)
        if digest == self._known.get(name):
            return
        beside = _beside(self.team)
        self._into.put([name], self.outputs, under=beside)
        check()
        self._into.copy_out([name], under=beside)
        self._refuse_unfinished([name], {name: self._into.size(name)})
        self._known[name] = digest
        self._tidy(beside)

    def put_cycle(self, cycle: str, *, check: Callable[[], None] = lambda: None) -> None:
        """Put a built cycle back, then what tells of it: neighbours' pages and the team's index.

        Cut off on the way, the cycle is the one before. Cut off while it takes its place, it is
        half written (``half_written``) until it is put again.

        Args:
            cycle: ``2026-10``.
            check: Called before each step; what it raises cuts the putting off (``Lease.check``).

        Raises:
            CycleError: It is not built here.
            PlaceError: It cannot be put, or the storage has not finished copying.
        """
        if self._into.folder:
            return
        folder = f"{self.team}/{cycle}"
        if not (self.outputs / folder / RUN).is_file():
            raise CycleError(f"cycle {cycle} of {self.team} is not built: build it first")
        made = self._made(folder)
        check()
        self._tidy(f"{self.team}/{BESIDE}")  # of puts that were cut off
        beside = _beside(self.team)
        self._into.put(made, self.outputs, under=beside)
        self._replace(folder, made, beside, check)
        check()
        self._put([name for name in self._of_known_cycles() if not _is_run(name)])
        self.put_of_team()
        self._tidy(beside)

    def put_of_team(self) -> None:
        """Put what belongs to no cycle: the team's index, and where its issues are.

        Raises:
            PlaceError: It cannot be put.
        """
        if not self._into.folder:
            self._put([name for name in self._made(self.team) if name.count("/") == 1])

    def _replace(
        self, folder: str, made: list[str], beside: str, check: Callable[[], None]
    ) -> None:
        """Have what lies beside take the place of a cycle."""
        run = f"{folder}/{RUN}"
        rest = [name for name in made if name != run]
        before = self._into.files(folder)
        self._forget(folder)
        check()
        self._into.remove(name for name in before if name == run)
        check()
        self._into.copy_out(rest, under=beside)
        check()
        self._into.remove(sorted(set(before) - set(made)))
        self._refuse_unfinished(rest, self._into.sizes(folder))
        check()
        self._into.copy_out([run], under=beside)
        self._refuse_unfinished(made, self._into.sizes(folder))
        self._known.update((name, _digest(self.outputs / name)) for name in made)

    def _refuse_unfinished(self, names: list[str], there: Mapping[str, int | None]) -> None:
        """Some storage copies on after the call: what it copies from has to stay until then."""
        sizes = {name: (self.outputs / name).stat().st_size for name in names}
        missing = [name for name in names if there.get(name) != sizes[name]]
        if missing:
            raise PlaceError(
                f"{len(missing)} of {len(names)} files are not there in their full size, as "
                f"{self._into.named(missing[0])}: the storage has not finished copying, and what "
                "it copies from was left there; run this again later"
            )

    def _tidy(self, mark: str) -> None:
        """Take away what lies beside, as far as its name begins so."""
        self._into.remove(name for name in self._into.files(self.team) if name.startswith(mark))

    def named(self, text: str) -> str:
        """A message with the places where it has folders of this workspace, which will be gone."""
        for folder, place in ((self.params, self._from), (self.outputs, self._into)):
            text = text.replace(str(folder), place.url)
        return text

    def _put(self, names: list[str]) -> None:
        """Those that are not there as they are here."""
        now = {name: _digest(self.outputs / name) for name in names}
        self._into.put([name for name in names if now[name] != self._known.get(name)], self.outputs)
        self._known.update(now)

    def _forget(self, folder: str) -> None:
        for name in [name for name in self._known if name.startswith(f"{folder}/")]:
            del self._known[name]

    def _made(self, folder: str) -> list[str]:
        paths = [path for path in (self.outputs / folder).rglob("*") if path.is_file()]
        return sorted(path.relative_to(self.outputs).as_posix() for path in paths)

    def _of_known_cycles(self) -> list[str]:
        """The files of cycles that are there as they are here, but for their pages."""
        runs = [name for name in self._known if _is_run(name)]
        same = [run for run in runs if _digest(self.outputs / run) == self._known[run]]
        return [name for run in same for name in self._made(run.removesuffix(f"/{RUN}"))]


def team_names(params: str) -> list[str]:
    """The folders of a place that hold a ``review.yaml``, sorted.

    Raises:
        PlaceError: The place cannot be read, or nothing is there.
    """
    return _teams(Place.of(params))


def teams_of(params: str, named: Sequence[str] | None) -> list[str]:
    """The teams that are named, each once, or all of a place; sorted.

    Those that are named need not be there: who works on one tells.

    Raises:
        PlaceError: The place cannot be read, or nothing is there.
        ParamsError: All are meant, and there is none.
    """
    there = team_names(params)
    if named is not None:
        return sorted(set(named))
    if not there:
        raise ParamsError(
            f"no folder in {Place.of(params).url} holds a {REVIEW}: make a team with "
            "`opsreview init TEAM`, or name another place with --params"
        )
    return there


def _teams(place: Place) -> list[str]:
    if place.folder:  # a folder may hold much else: clones, dumps
        if not place.folder.is_dir():
            raise PlaceError(f"{place.url} is no folder: name the one that holds the teams' params")
        names = [path.parent.name for path in place.folder.glob(f"*/{REVIEW}")]
    else:
        found = [PurePosixPath(name) for name in place.files()]
        if not found:
            raise PlaceError(f"{place.url} is not there or empty: put the teams' params there")
        names = [path.parts[0] for path in found if path.parts[1:] == (REVIEW,)]
    return sorted(name for name in names if not name.startswith("."))


def cycles(outputs: str, team: str) -> list[str]:
    """A team's whole cycles in a place, sorted; none where there are no outputs yet.

    Raises:
        PlaceError: The place cannot be read.
    """
    return sorted(_whole(Place.of(outputs).files(team)))


def half_written(outputs: str, team: str) -> list[str]:
    """Cycles of which files are there, but no ``run.json``: putting one was cut off, or goes on.

    Raises:
        PlaceError: The place cannot be read.
    """
    return _half_written(Place.of(outputs).files(team))


@contextmanager
def workspace(
    team: str, *, params: str, outputs: str, scratch: Path | None = None
) -> Iterator[Workspace]:
    """A team's params and outputs on a disk of ours, to run the pipeline on.

    What is a folder is used in place, nothing is copied. Of what is elsewhere there is a copy in a
    temporary folder: all of ``params/<team>/``, the store, and of each whole cycle what the pages
    of others are written from. Files that ``review.yaml`` reaches outside ``params/<team>/`` are
    not there then.

    Args:
        team: A folder in params.
        params: A folder or URL.
        outputs: A folder or URL.
        scratch: Where to make the temporary folder; where the system has them, if not given.

    Raises:
        ParamsError: No such team, or its pseudonyms would have a key that no other worker knows.
        PlaceError: A place cannot be read.
    """
    source, target = Place.of(params), Place.of(outputs)
    if source.folder and target.folder:
        yield Workspace(team, source.folder, target.folder, source, target)
        return
    with tempfile.TemporaryDirectory(prefix="opsreview-", dir=scratch) as made:
        copies = Path(made).resolve()  # as messages name it
        folders = source.folder or copies / "params", target.folder or copies / "outputs"
        here = Workspace(team, *folders, source, target)
        here._bring()
        _refuse_new_pseudonyms(here)
        yield here


def _params_of(team: str, place: Place) -> list[str]:
    names = place.files(team) if _is_name(team) else []
    if f"{team}/{REVIEW}" not in names:
        known = ", ".join(_teams(place)) or "none"
        raise ParamsError(
            f"there is no team {team!r}: {place.url} has no {team}/{REVIEW}; teams there: {known}"
        )
    return names


def _needed(team: str, place: Place) -> list[str]:
    """What the pipeline reads of a team's earlier outputs."""
    there = place.files(team)
    needed = [name for name in there if name.count("/") == 1]
    for cycle in sorted(_whole(there)):
        folder = f"{team}/{cycle}/"
        inside = [name.removeprefix(folder) for name in there if name.startswith(folder)]
        needed += [folder + name for name in inside if _is_of_others(name)]
    return [*needed, _store(team)] if place.has(_store(team)) else needed


def _is_of_others(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in _OF_OTHERS)


def _whole(names: list[str]) -> set[str]:
    """The cycles of which ``run.json`` is among the files of a team."""
    found = {PurePosixPath(name).parts[1] for name in names if _is_run(name)}
    return {name for name in found if is_cycle(name)}


def _half_written(names: list[str]) -> list[str]:
    begun = {PurePosixPath(name).parts[1] for name in names if name.count("/") >= 2}
    return sorted(name for name in begun - _whole(names) if is_cycle(name))


def _refuse_new_pseudonyms(here: Workspace) -> None:
    from opsreview.params import load_team
    from opsreview.privacy import KEY_FILE, KEY_VARIABLE, has_key

    try:
        team = load_team(here.team, here.params)
    except ParamsError as error:
        raise ParamsError(here.named(str(error))) from None
    if team.review.privacy.names == "pseudonyms" and not has_key(team.folder):
        raise ParamsError(
            f"{here.named(str(team.folder))}: every worker would make other pseudonyms: set "
            f"{KEY_VARIABLE} to the same text for all, or put a {KEY_FILE} beside {REVIEW}"
        )


def _is_run(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name == RUN and len(path.parts) == 3


def _is_name(team: str) -> bool:
    return team not in {"", ".."} and Path(team).name == team


def _beside(team: str) -> str:
    """A new folder for what is being put; no cycle is named so."""
    return f"{team}/{BESIDE}{uuid4().hex[:12]}"


def _store(team: str) -> str:
    return f"store/{team}.sqlite"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
