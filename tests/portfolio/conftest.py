from collections.abc import Callable
from pathlib import Path

import pytest

from opsreview.portfolio import Portfolio, read_portfolio, write_portfolio

from .reading import plain


@pytest.fixture
def page(tmp_path: Path) -> Callable[[], str]:
    """What a reader sees of the page over the teams that the test has written by then."""

    def shown() -> str:
        written = write_portfolio(read_portfolio(tmp_path))
        return plain(Path(written).read_text("utf-8"))

    return shown


@pytest.fixture
def read(tmp_path: Path) -> Callable[[], Portfolio]:
    """The teams that the test has written by then."""
    return lambda: read_portfolio(tmp_path)
