"""Repositories fetched with one token: in turn, a page each, so that they share its budget."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from opsreview.errors import SourceError, StoppedError
from opsreview.sources.github.client import Client
from opsreview.sources.github.faults import Fault, Unauthorized
from opsreview.sources.github.history import History
from opsreview.sources.github.place import Place
from opsreview.sources.github.sweep import sweep
from opsreview.sources.terms import Terms, Watch


def fetch_repos(places: Iterable[Place], client: Client, terms: Terms, *, zone: ZoneInfo) -> None:
    """Bring repositories up to date, a page of each in turn.

    Args:
        places: The repositories of one source.
        client: Who asks.
        terms: Whether to look at everything, and who is told.
        zone: Of the months: everything is looked at once in each.

    Raises:
        SourceError: The token is not accepted, or no repository can be read.
        StoppedError: A limit asks for a longer wait than the terms allow.
    """
    in_turn([(place, _read(place, client, terms, zone)) for place in places], terms.watch)


def in_turn(readings: Iterable[tuple[Place, Iterator[None]]], watch: Watch) -> None:
    """A step of each repository's reading in turn, until all have come to their end.

    A repository that cannot be read keeps what is stored of it, and its reading says why.

    Raises:
        SourceError: The token is not accepted, or no repository can be read.
        StoppedError: A limit asks for a longer wait than the terms allow.
    """
    turns = deque(readings)
    count = len(turns)
    failed: list[str] = []
    while turns:
        place, reading = turns.popleft()
        try:
            next(reading)
        except StopIteration:
            continue
        except (Unauthorized, StoppedError) as error:
            for each in [place, *(waiting for waiting, _ in turns)]:
                each.lacks(str(error))
            if isinstance(error, StoppedError):
                raise
            raise SourceError(str(error)) from error
        except Fault as fault:
            watch.say(f"{place.repo} cannot be read: {fault}")
            failed.append(f"{place.repo}: {fault}")
            place.lacks(str(fault))
        else:
            turns.append((place, reading))
    if failed and len(failed) == count:
        raise SourceError("; ".join(failed))


def _read(place: Place, client: Client, terms: Terms, zone: ZoneInfo) -> Iterator[None]:
    """One repository, from where the store stands to now; every ``yield`` is a stored page."""
    history = History(place, client, terms.watch)
    yield from history.read_on(zone)
    yield from history.refresh()
    yield from history.reread(list(history.progress.incomplete))
    today = client.answered_at.astimezone(zone)
    if terms.is_sweep or not history.progress.is_swept(today) or history.missing():
        yield from sweep(history, today)
    history.end()
