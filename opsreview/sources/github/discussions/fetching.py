"""Discussions of several repositories fetched with one token, or told what that would take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil
from zoneinfo import ZoneInfo

from opsreview.errors import SourceError
from opsreview.sources.github.client import Client
from opsreview.sources.github.discussions.history import DiscussionHistory
from opsreview.sources.github.discussions.pages import forum_of
from opsreview.sources.github.discussions.rows import Support
from opsreview.sources.github.faults import Fault
from opsreview.sources.github.fetching import in_turn
from opsreview.sources.github.place import Place
from opsreview.sources.github.queries import query_text
from opsreview.sources.terms import Terms

_A_PAGE = 100
_COMMENTS = 3  # of a discussion, about


def fetch_discussions(
    places: Iterable[Place], client: Client, terms: Terms, support: Support, *, zone: ZoneInfo
) -> None:
    """Bring the discussions of repositories up to date, one repository after the other.

    Args:
        places: The repositories of one source.
        client: Who asks.
        terms: Whether to look at everything, and who is told.
        support: Which discussions are waited on.
        zone: Of the months: everything is looked at once in each.

    Raises:
        SourceError: The token is not accepted, or no repository can be read.
        StoppedError: A limit asks for a longer wait than the terms allow.
    """
    in_turn([(place, _read(place, client, terms, support, zone)) for place in places], terms.watch)


def _read(
    place: Place, client: Client, terms: Terms, support: Support, zone: ZoneInfo
) -> Iterator[None]:
    DiscussionHistory(place, client, terms.watch).read(support, terms, zone)
    yield


def forecast(places: Iterable[Place], client: Client) -> str:
    """Requests and points of a fetch, in a line. Two requests a repository are made.

    Raises:
        SourceError: GitHub cannot be asked, or does not know a repository.
    """
    requests = 0
    for place in places:
        try:
            count = _count(place, client)
        except Fault as fault:
            raise SourceError(f"{place.repo}: {fault}") from fault
        is_new = place.reading.fetched_at is None
        pages = ceil(count / _A_PAGE) + ceil(count * _COMMENTS / _A_PAGE) if is_new else 3
        requests += 1 + pages
    left = client.points_left
    told = f" of {left:,} left this hour" if left is not None else ""
    return f"about {requests:,} requests, {requests:,} points{told}"


def _count(place: Place, client: Client) -> int:
    """How many discussions a repository has."""
    if not forum_of(client, place)["hasDiscussionsEnabled"]:
        return 0
    asked = {**place.owner_and_name, "first": 1}
    data = client.query(query_text("sweep_discussions"), asked, is_small=True)
    return int(data["repository"]["discussions"]["totalCount"])
