"""One fetch of a team's sources: each has its turn, whatever befell the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from opsreview.errors import SourceError, StoppedError
from opsreview.params import Team
from opsreview.secrets import redacted
from opsreview.sources.terms import Terms, Watch
from opsreview.store import Reading, Store

Failure = SourceError | StoppedError
_BEGUN = "a fetch was begun and has not come to its end"


@dataclass(frozen=True)
class Failed:
    """A source that was not read. ``reason`` is the error without what stays local."""

    error: Failure
    reason: str

    @property
    def message(self) -> str:
        """The error; of a stop also when to come back, where it does not say so itself."""
        return _in_words(self.error)


@dataclass(frozen=True)
class Fetched:
    """What a fetch came to.

    ``failed`` are the sources that were not read, ``incomplete`` what others say is missing.
    """

    failed: tuple[Failed, ...] = ()
    incomplete: tuple[str, ...] = ()

    @property
    def is_stopped(self) -> bool:
        """Whether the same command, run again later, goes on."""
        return bool(self._stops)

    @property
    def failure(self) -> Failure | None:
        """All failures as one, those first that pass by themselves; None when there were none."""
        if not self.failed:
            return None
        ordered = sorted(self.failed, key=lambda one: not isinstance(one.error, StoppedError))
        messages = [failed.message for failed in ordered]
        if len(messages) > 1:
            kept = f"{len(messages)} sources were not read, what they gave before is kept:"
            messages = [kept, *(f"  {message}" for message in messages)]
        if not self._stops:
            return SourceError("\n".join(messages))
        until = max((stop.until for stop in self._stops if stop.until), default=None)
        is_limit = any(stop.is_limit for stop in self._stops)
        return StoppedError("\n".join(messages), until, is_limit=is_limit)

    @property
    def _stops(self) -> list[StoppedError]:
        errors = [failed.error for failed in self.failed]
        return [error for error in errors if isinstance(error, StoppedError)]


def fetch_sources(team: Team, store: Store, terms: Terms) -> Fetched:
    """Bring the store up to date from every source.

    A source that cannot be read does not stop the others. What it gave before stays as it was and
    is noted as not complete, with the reason; what it never gave stays unread.

    Raises:
        StoppedError: Another process fetches, or writes the store.
        StoreError: The store cannot be written.
    """
    failed: list[Failed] = []
    waited = Waited(terms.watch)
    with store.fetching():
        for source in team.review.sources:
            terms.watch.say(f"fetching {source.key}")
            before = _begun(store, source.key)
            left = max(0.0, terms.max_wait_seconds - waited.seconds)
            try:
                source.fetch(store, replace(terms, max_wait_seconds=left, watch=waited))
            except (SourceError, StoppedError) as error:
                failed.append(Failed(error, _publishable(_in_words(error), team.folder)))
                _note(store, source.key, before, failed[-1].reason)
        readings = [one for source in team.review.sources for one in store.readings(source.key)]
    told = {one.reason for one in failed}
    lacking = [one for one in readings if not one.is_complete and one.reason not in told]
    return Fetched(tuple(failed), tuple(_incomplete(reading) for reading in lacking))


def forecasts(team: Team, path: Path, terms: Terms) -> Iterator[str]:
    """What a fetch of each source would take, a line each. Stores nothing, makes no store.

    Raises:
        SourceError: After all lines: sources that could not be asked.
        StoppedError: The same, and a limit was in the way.
    """
    failed: list[Failed] = []
    with _as_it_is(path) as store:
        for source in team.review.sources:
            try:
                yield f"{source.key}: {source.forecast(store, terms)}"
            except (SourceError, StoppedError) as error:
                failed.append(Failed(error, str(error)))
                yield f"{source.key}: cannot be told"
    if failure := Fetched(tuple(failed)).failure:
        raise failure


def lack(reading: Reading) -> str:
    """Why a reading is not complete."""
    if reading.reason:
        return reading.reason
    if reading.n_expected is None:
        return "not all of it was read"
    return f"{reading.n_items:,} of {reading.n_expected:,} items"


class Waited:
    """Passes everything on to a watch, and counts the seconds that were waited."""

    def __init__(self, watch: Watch) -> None:
        self.seconds = 0.0
        self._watch = watch
        self._left = 0.0

    def say(self, line: str) -> None:
        self._watch.say(line)

    def reads(self, what: str, done: int, expected: int | None, points_left: int | None) -> None:
        self._watch.reads(what, done, expected, points_left)

    def waits(self, seconds_left: float, reason: str) -> None:
        self.seconds += max(0.0, self._left - seconds_left)
        self._left = seconds_left
        self._watch.waits(seconds_left, reason)


@contextmanager
def _as_it_is(path: Path) -> Iterator[Store]:
    """The store, or an empty one that is gone afterwards where none was made yet."""
    with (
        TemporaryDirectory(prefix="opsreview-") as scratch,
        Store.open(path if path.is_file() else Path(scratch) / path.name) as store,
    ):
        yield store


def _begun(store: Store, key: str) -> list[Reading]:
    """How far a source was read before; why it lacks something is for this fetch to say."""
    with store.page():
        for reading in store.readings(key):
            if not reading.is_complete:
                store.note(replace(reading, reason=_BEGUN))
    return store.readings(key)


def _note(store: Store, key: str, before: Sequence[Reading], reason: str) -> None:
    """What the source did not write anew in this fetch is not complete any more."""
    with store.page():
        for reading in store.readings(key):
            if reading in before:
                store.note(replace(reading, is_complete=False, reason=reason))


def _publishable(message: str, folder: Path) -> str:
    """A message for pages: no secrets, no folders of whoever ran this."""
    local = {f"{folder}/": "", str(Path.home()): "~", "../": ""}
    text = redacted(message)
    for part, shown in local.items():
        text = text.replace(part, shown)
    return text


def _in_words(failure: Failure) -> str:
    until = failure.until if isinstance(failure, StoppedError) else None
    if until is None or f"{until:%H:%M} UTC" in str(failure):
        return str(failure)
    return f"{failure}; come back after {until:%H:%M} UTC: run the same command again"


def _incomplete(reading: Reading) -> str:
    return f"{reading.repo or reading.source} is incomplete: {lack(reading)}"
