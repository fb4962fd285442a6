"""All teams of an outputs folder beside each other: one page for who leads several of them.

The folder may be an address such as ``s3://bucket/outputs``. Each team is taken at its latest
whole cycle, in alphabetical order; nothing is ranked, and nobody is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsreview.portfolio.page import write_portfolio
from opsreview.portfolio.reading import open_portfolio, read_portfolio
from opsreview.portfolio.teams import Portfolio, TeamCycle, Unread

if TYPE_CHECKING:
    from opsreview.portfolio.panel import portfolio_panel

__all__ = [
    "Portfolio",
    "TeamCycle",
    "Unread",
    "open_portfolio",
    "portfolio_panel",
    "read_portfolio",
    "write_portfolio",
]


def __getattr__(name: str) -> Any:
    """``portfolio_panel`` on first use: the page needs no widgets."""
    if name == "portfolio_panel":
        from opsreview.portfolio.panel import portfolio_panel

        return portfolio_panel
    raise AttributeError(f"module 'opsreview.portfolio' has no attribute {name!r}")
