"""Repositories fetched with one token: in turn, a page each, so that they share its budget."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from opsreview.errors import SourceError, StoppedError
from opsreview.sources.github.client import Client
from opsreview.sources.github.faults import Fault, Unauthorized
from opsreview.sources.github.history import History, Place
from opsreview.sources.github.sweep import sweep
from opsreview.sources.terms import Terms


def fetch_repos(places: Iterable[Place], client: Client, terms: Terms, *, zone: ZoneInfo) -> None:
    """Bring repositories up to date.

    One that cannot be read keeps what is stored of it, and its reading says why.

    Args:
        places: The repositories of one source.
        client: Who asks.
        terms: Whether to look at everything, and who is told.
        zone: Of the months: everything is looked at once in each.

    Raises:
        SourceError: The token is not accepted, or no repository can be read.
        StoppedError: A limit asks for a longer wait than the terms allow.
    """
    whole = list(places)
    turns = deque((place, _read(place, client, terms, zone)) for place in whole)
    failed: list[str] = []
    while turns:
        place, reading = turns.popleft()
        try:
            next(reading)
        except StopIteration:
            continue
        except (Unauthorized, StoppedError) as error:
            for each in [place, *(waiting for waiting, _ in turns)]:
                _note(each, str(error))
            if isinstance(error, StoppedError):
                raise
            raise SourceError(str(error)) from error
        except Fault as fault:
            terms.watch.say(f"{place.repo} cannot be read: {fault}")
            failed.append(f"{place.repo}: {fault}")
            _note(place, str(fault))
        else:
            turns.append((place, reading))
    if len(failed) == len(whole):
        raise SourceError("; ".join(failed))


def _read(place: Place, client: Client, terms: Terms, zone: ZoneInfo) -> Iterator[None]:
    """One repository, from where the store stands to now; every ``yield`` is a stored page."""
    history = History(place, client, terms.watch)
    yield from history.read_on(zone)
    yield from history.refresh()
    yield from history.reread(list(history.progress.incomplete))
    month = f"{client.answered_at.astimezone(zone):%Y-%m}"
    is_due = not (history.progress.swept_on or "").startswith(month)
    if terms.is_sweep or is_due or history.missing():
        yield from sweep(history, client.answered_at.astimezone(zone))
    history.end()


def _note(place: Place, reason: str) -> None:
    """What is stored stays as it is; that it is not up to date is said, and why."""
    with place.store.page():
        place.store.note(replace(place.reading, is_complete=False, reason=reason))
