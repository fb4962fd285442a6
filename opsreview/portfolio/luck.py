"""What luck alone gives among many teams, and which teams' signals stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ERROR = 0.05  # of each team's headlines together, and of the teams that are marked


def smallest_adjusted(ps: Sequence[float | None]) -> float | None:
    """The smallest p of several tests as Holm adjusts it; None where none could be made.

    Source:
        Holm (1979), Scandinavian Journal of Statistics 6:65-70: the first of his steps.
    """
    known = [p for p in ps if p is not None]
    return min(1.0, len(known) * min(known)) if known else None


def standing(smallest: Mapping[str, float | None]) -> set[str]:
    """The teams that stand where luck may give at most 5 % of them, on average.

    Args:
        smallest: Each team's smallest adjusted p; teams without one are not counted.

    Source:
        Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57:289-300.
        It holds for teams that vary apart from each other, or up and down together.
    """
    known = {team: p for team, p in smallest.items() if p is not None}
    if not any(p <= ERROR for p in known.values()):  # adjusting only ever makes a p larger
        return set()
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control(list(known.values()), method="bh")
    return {team for team, p in zip(known, adjusted, strict=True) if p <= ERROR}


def by_luck(team_count: int) -> str:
    """How many of so many teams luck alone gives a signal at most: ``0.6``."""
    return f"{ERROR * team_count:.1f}" if team_count else "0"
