"""All teams of an outputs folder beside each other: one page for who leads several of them.

The folder may be an address such as ``s3://bucket/outputs``. Each team is taken at its latest
whole cycle, in alphabetical order; nothing is ranked, and nobody is named.
"""

from opsreview.portfolio.page import write_portfolio
from opsreview.portfolio.reading import open_portfolio, read_portfolio
from opsreview.portfolio.teams import Portfolio, TeamCycle, Unread

__all__ = [
    "Portfolio",
    "TeamCycle",
    "Unread",
    "open_portfolio",
    "read_portfolio",
    "write_portfolio",
]
