"""Several tests at once, held to one error together."""

from __future__ import annotations

from collections.abc import Sequence


def holm_adjusted(ps: Sequence[float | None]) -> list[float | None]:
    """Each p of several tests as Holm adjusts it; None where none could be made.

    Tests that could not be made are none, and are not counted. Those with an adjusted p of at most
    an error stand while all false ones together err in at most that.

    Source:
        Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    known = sorted((p, at) for at, p in enumerate(ps) if p is not None)
    adjusted: list[float | None] = [None] * len(ps)
    largest = 0.0
    for rank, (p, at) in enumerate(known):
        largest = adjusted[at] = max(largest, min(1.0, (len(known) - rank) * p))
    return adjusted
