"""What a fetch would take, told before it is made."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from opsreview.errors import SourceError
from opsreview.sources.github.client import Client
from opsreview.sources.github.faults import Fault
from opsreview.sources.github.history import FIELDS
from opsreview.sources.github.pages import SIZES
from opsreview.sources.github.place import Place
from opsreview.sources.github.progress import Progress
from opsreview.sources.github.queries import query_text

# GitHub's price of a page: its nested lists, by a hundred.
_POINTS = {"issues": 4, "pulls": 2, "releases": 1}
_REFRESH_POINTS = 3
_SECONDS_PER_REQUEST = 1.5  # a page takes GitHub one to two seconds
_LONG_ITEM_SHARE = 0.01  # items with more comments or events than come with a page


def forecast(places: Iterable[Place], client: Client) -> str:
    """Requests, points and minutes of a fetch, in a line. One request a repository is made.

    Raises:
        SourceError: GitHub cannot be asked, or does not know a repository.
    """
    requests = points = 0
    for place in places:
        asked = place.owner_and_name
        try:
            data = client.query(query_text("repository"), asked, is_small=True)["repository"]
        except Fault as fault:
            raise SourceError(f"{place.repo}: {fault}") from fault
        more_requests, more_points = _first_reading(data) if _is_new(place) else (0, 0)
        requests += 1 + more_requests
        points += _REFRESH_POINTS + more_points
    minutes = requests * _SECONDS_PER_REQUEST / 60
    left = client.points_left
    waits = left is not None and points > left
    return (
        f"about {requests:,} requests, {points:,} points"
        + (f" of {left:,} left this hour" if left is not None else "")
        + f", {max(1, ceil(minutes))} minutes"
        + (" and a wait for the next hour's budget" if waits else "")
    )


def _first_reading(data: dict[str, dict[str, int]]) -> tuple[int, int]:
    """Requests and points of reading everything once."""
    totals = {kind: data[field]["totalCount"] for kind, field in FIELDS.items()}
    pages = {kind: max(1, ceil(total / SIZES[kind])) for kind, total in totals.items()}
    long_items = ceil(_LONG_ITEM_SHARE * (totals["issues"] + totals["pulls"]))
    tags = 1
    requests = sum(pages.values()) + long_items + tags + 1
    return requests, sum(_POINTS[kind] * count for kind, count in pages.items()) + long_items + 1


def _is_new(place: Place) -> bool:
    cursor = place.reading.cursor
    return cursor is None or not Progress.from_json(cursor).is_read
