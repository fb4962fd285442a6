"""A mixed-integer program that is added to and solved again, the same way every time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from opsreview.planning.constraints import Row

# Nodes rather than seconds: a slow machine then finds what a fast one does.
NODES = 5_000
_LIMIT = 1  # the status of a search that reached it


class Found(NamedTuple):
    """What a program's columns are at the least cost that was found."""

    values: npt.NDArray[np.float64]
    cost: float


class Program:
    """Columns, of which the first ``size`` are 0 or 1, and rows that have to hold.

    ``gave_up`` says that a search reached its limit: something better may exist.
    """

    def __init__(self, size: int, rows: Iterable[Row]) -> None:
        self._most = [1.0] * size
        self._is_whole = [1] * size
        self._rows: list[Row] = list(rows)
        self.gave_up = False

    def column(self, most: float = np.inf, *, is_whole: bool = False) -> int:
        """A further column, from 0 to ``most``; its place."""
        self._most.append(most)
        self._is_whole.append(int(is_whole))
        return len(self._most) - 1

    def keep(self, row: Mapping[int, float], least: float, most: float) -> None:
        """A further row: coefficients by column, and what their sum may be."""
        self._rows.append((row, least, most))

    def with_rows(self, rows: Iterable[Row]) -> Program:
        """The same with further rows."""
        other = Program(0, [*self._rows, *rows])
        other._most, other._is_whole = list(self._most), list(self._is_whole)
        return other

    def minimised(self, costs: Mapping[int, float]) -> Found | None:
        """The columns at the least cost; None where no values that keep all rows were found."""
        size = len(self._most)
        cost = np.zeros(size)
        cost[list(costs)] = list(costs.values())
        done = milp(
            cost,
            integrality=np.array(self._is_whole),
            bounds=Bounds(np.zeros(size), np.array(self._most)),
            constraints=self._constraints(size),
            options={"mip_rel_gap": 0, "node_limit": NODES},
        )
        self.gave_up |= done.status == _LIMIT
        return None if done.x is None else Found(done.x, float(done.fun))

    def is_feasible(self) -> bool:
        """Whether any values keep all rows, as far as the search went."""
        return self.minimised({}) is not None or self.gave_up

    def _constraints(self, size: int) -> LinearConstraint:
        places = [(number, at) for number, (row, *_) in enumerate(self._rows) for at in row]
        values = [value for row, *_ in self._rows for value in row.values()]
        rows, columns = zip(*places, strict=True)
        matrix = csr_array((values, (rows, columns)), shape=(len(self._rows), size))
        least, most = zip(*((least, most) for _, least, most in self._rows), strict=True)
        return LinearConstraint(matrix, least, most)
