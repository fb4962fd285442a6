"""Who works on a team: a lease, so that a team is worked on once at a time.

Leases are numbered files, ``<outputs>/store/<team>.lease/<number>.json``. Whoever makes the next
number has the lease, and a higher number ends every lower one. Of several who make the same number
at once one succeeds; where a place lets all of them, the last has it, as the file names its holder.
Whoever lost a team learns of it by ``check``, before each step of putting back; a step that is
under way by then goes on to its end.

Who comes for the run that the holder worked for takes the team over at once: a run gives a team out
again only where it lost the worker, which may live on and learn of it as the others do.

Clocks of workers may differ by less than the time between the last renewal and the lease's end.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import PurePosixPath
from uuid import uuid4

from opsreview.errors import PlaceError, StoppedError
from opsreview.place import Place

LEASE_SECONDS = 120.0
RENEWALS = 4  # in the time that a lease has

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """This moment, UTC: no number of a cycle depends on it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Note:
    """What a lease's file says."""

    holder: str
    until: datetime
    run: str = ""
    is_released: bool = False

    def to_bytes(self) -> bytes:
        said = {
            "holder": self.holder,
            "until": self.until.isoformat(),
            "run": self.run,
            "released": self.is_released,
        }
        return json.dumps(said).encode()

    @classmethod
    def of(cls, content: bytes) -> Note | None:
        """None for what is not written to its end."""
        try:
            said = json.loads(content)
            until = datetime.fromisoformat(said["until"]).astimezone(UTC)
            run, is_released = str(said["run"]), bool(said["released"])
            return cls(str(said["holder"]), until, run, is_released)
        except (ValueError, KeyError, TypeError):
            return None


class Lease:
    """A team that is ours for now. Take it by ``held``."""

    def __init__(
        self, team: str, place: Place, clock: Clock, seconds: float, run: str = ""
    ) -> None:
        self.team = team
        self.run = run
        self.holder = uuid4().hex[:12]
        self.number = 0
        self._place = place
        self._clock = clock
        self._lasts = timedelta(seconds=seconds)

    def take(self) -> None:
        """Make the next number.

        Raises:
            StoppedError: Somebody else has the team, or was quicker; says until when.
            PlaceError: The outputs cannot be read or written.
        """
        numbers = self._numbers()
        last = numbers[-1] if numbers else 0
        if last:
            self._refuse_if_held(last)
        self.number = last + 1
        note = self._note()
        if not self._place.create(self._name(self.number), note.to_bytes()):
            raise self._is_held(self._read(self.number) or self._somebodys())
        self._give_way()

    def check(self) -> None:
        """Call it before anything is put back.

        Raises:
            StoppedError: The team was taken over: the lease was over for a while, others of the
                same run came, or the place gave its number to several.
            PlaceError: The outputs cannot be read.
        """
        other = self._other()
        if other is None:
            return
        raise StoppedError(
            f"{self.team} was taken over by {other.holder} while {self.holder} stood still, so "
            "nothing more is put back: run this again when that has ended",
            other.until,
        )

    def renew(self) -> None:
        """Hold it for its whole time from now on; raises as ``check``."""
        self.check()
        self._place.write(self._name(self.number), self._note().to_bytes())

    def release(self) -> None:
        """Let others take the team now; numbers before this one are taken away."""
        if self._other() is not None:
            return
        note = Note(self.holder, self._clock(), self.run, is_released=True)
        self._place.write(self._name(self.number), note.to_bytes())
        self._place.remove(self._name(one) for one in self._numbers() if one < self.number)

    def _refuse_if_held(self, number: int) -> None:
        note = self._read(number)
        if note is None or note.is_released or (self.run and note.run == self.run):
            return
        if note.until > self._clock():
            raise self._is_held(note)

    def _give_way(self) -> None:
        """A number that was made and taken away since the numbers were read could be made again."""
        other = self._other()
        if other is None:
            return
        if self._higher() is not None:
            self._place.remove([self._name(self.number)])
        raise self._is_held(other)

    def _other(self) -> Note | None:
        """Who has the team instead of us, if anybody.

        Our own file may be half written: it is renewed beside.
        """
        higher = self._higher()
        if higher is not None:
            return self._read(higher) or self._somebodys()
        content = self._place.read(self._name(self.number))
        if content is None:
            return self._somebodys()
        note = Note.of(content)
        return note if note and note.holder != self.holder else None

    def _is_held(self, note: Note) -> StoppedError:
        return StoppedError(
            f"{self.team} is worked on by {note.holder} until {note.until:%Y-%m-%d %H:%M} UTC or "
            "longer: run this again after that",
            note.until,
        )

    def _note(self) -> Note:
        return Note(self.holder, self._clock() + self._lasts, self.run)

    def _somebodys(self) -> Note:
        """What is taken for the note of another whose file is gone."""
        return Note("somebody", self._clock() + self._lasts)

    def _read(self, number: int) -> Note | None:
        """One that is just being written, or never was to its end, has its time from then on."""
        content = self._place.read(self._name(number))
        if content is None:
            return None
        if note := Note.of(content):
            return note
        written_at = self._place.modified_at(self._name(number))
        return Note("somebody", written_at + self._lasts) if written_at else None

    def _higher(self) -> int | None:
        numbers = self._numbers()
        return numbers[-1] if numbers and numbers[-1] > self.number else None

    def _numbers(self) -> list[int]:
        paths = [PurePosixPath(name) for name in self._place.files(self._folder)]
        return sorted(int(path.stem) for path in paths if path.stem.isdecimal())

    def _name(self, number: int) -> str:
        return f"{self._folder}/{number}.json"

    @property
    def _folder(self) -> str:
        return f"store/{self.team}.lease"


@contextmanager
def held(
    outputs: str,
    team: str,
    *,
    run: str = "",
    clock: Clock = utc_now,
    lease_seconds: float = LEASE_SECONDS,
) -> Iterator[Lease]:
    """Hold a team, renewing the lease meanwhile; it is released at the end, also on an error.

    Args:
        outputs: A folder or URL.
        team: What is held.
        run: The run that the holder works for, if any.
        clock: Now, UTC.
        lease_seconds: For how long the team is kept when the holder dies.

    Raises:
        StoppedError: Somebody else has the team; says who, and until when.
        PlaceError: The outputs cannot be read or written.
    """
    lease = Lease(team, Place.of(outputs), clock, lease_seconds, run)
    lease.take()
    is_over = threading.Event()
    renewing = threading.Thread(
        target=_renew, args=(lease, is_over, lease_seconds / RENEWALS), daemon=True
    )
    renewing.start()
    try:
        yield lease
    finally:
        is_over.set()
        renewing.join()
        with suppress(PlaceError):  # then it is over by itself
            lease.release()


@contextmanager
def fleet_held(outputs: str, teams: Sequence[str]) -> Iterator[None]:
    """Hold all of these teams for one run, so that the same is not begun twice at once.

    It keeps no run from a part of the teams: each of them has its own lease.

    Raises:
        StoppedError: Another run of the same teams goes on.
        PlaceError: The outputs cannot be read or written.
    """
    name = sha256("\n".join(teams).encode()).hexdigest()[:12]
    with ExitStack() as stack:
        try:
            stack.enter_context(held(outputs, f".fleet-{name}"))
        except StoppedError as error:
            raise StoppedError(
                "another run of the same teams into the same outputs goes on, or died in the last "
                f"{LEASE_SECONDS / 60:.0f} minutes: nothing was begun; run this again after "
                f"{error.until:%Y-%m-%d %H:%M} UTC, when that has ended",
                error.until,
            ) from None
        yield


def _renew(lease: Lease, is_over: threading.Event, pause_seconds: float) -> None:
    while not is_over.wait(pause_seconds):
        try:
            lease.renew()
        except PlaceError:  # there is time to try again
            continue
        except StoppedError:  # taken over: whoever checks is told
            return
