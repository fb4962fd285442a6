"""Intervals hold the truth as often as they say: a few draws here, 2,000 each in the bench."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

from interval_coverage import Cell, cells, covered

from opsreview.estimate import Estimate

DRAWS = 200
CELLS = [cell for cell in cells() if "n 200" not in cell.name]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_interval_holds_the_truth_in_about_95_of_100_months(cell: Cell) -> None:
    # Of 200 draws a true 95 % falls below 0.89 once in 6,000.
    assert covered(cell, DRAWS, seed=19) >= 0.89


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_interval_is_not_so_wide_that_it_holds_anything(cell: Cell) -> None:
    far_off = cell.truth / (3 if cell.name.startswith("share") else 20)
    assert covered(Cell(cell.name, cell.draw, far_off), DRAWS, seed=19) <= 0.5


def test_missing_the_truth_is_seen() -> None:
    narrow = Estimate("share", 0.5, "share", 20, 0.49, 0.51)
    assert covered(Cell("always the same", lambda dice: narrow, 0.6), 10, seed=1) == 0
    assert covered(Cell("always the same", lambda dice: narrow, 0.5), 10, seed=1) == 1
