"""What luck alone gives among many teams, and which signals stand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opsreview.holm import holm_adjusted

ERROR = 0.05  # of each team's headlines together, and of the teams that are marked


def smallest_adjusted(ps: Sequence[float | None]) -> float | None:
    """The smallest p of several tests as Holm adjusts it; None where none could be made."""
    return min((p for p in holm_adjusted(ps) if p is not None), default=None)


def level_among(smallest: Iterable[float | None]) -> float:
    """At most how large an adjusted p is of a headline that stands among all teams; 0 for none.

    R of m teams are chosen by the smallest adjusted p of each. In these the headlines are held to
    R / m of the error, so that on average at most 5 % of the chosen teams have a headline that
    stands by luck. That is proven for teams that vary apart from each other.

    Args:
        smallest: Each team's smallest adjusted p; teams without one are not counted.

    Source:
        Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57:289-300, for
        the teams; Benjamini and Bogomolov (2014), the same B 76:297-318, for their headlines.
    """
    known = sorted(p for p in smallest if p is not None)
    levels = [ERROR * (rank / len(known)) for rank in range(1, len(known) + 1)]
    return max((level for p, level in zip(known, levels, strict=True) if p <= level), default=0.0)


def by_luck(team_count: int) -> str:
    """How many of so many teams luck alone gives a signal at most: ``0.6``."""
    return f"{ERROR * team_count:.1f}" if team_count else "0"
