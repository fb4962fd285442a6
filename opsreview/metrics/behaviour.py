"""Process behaviour charts (XmR): whether the latest value behaves as the earlier ones did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FEWEST_EARLIER = 8
OUTSIDE, ONE_SIDE, NEAR_A_LIMIT = "outside the limits", "8 on one side", "3 of 4 near a limit"
_LIMIT = 2.66  # 3 / 1.128: three sigma from the mean moving range of two
_RUN = 8
_REORDERINGS = 200
_SEED = 20_260_301

Floats = npt.NDArray[np.floating]


def unusual(values: Sequence[float]) -> str | None:
    """Which of Wheeler's rules the last of the values breaks; None: none, or too few to tell.

    The limits are those of the values before it: the latest is never in its own limits. Values that
    never differed have none.

    Source:
        Wheeler (2000), Understanding Variation, second edition.
    """
    if len(values) <= FEWEST_EARLIER:
        return None
    broken = _broken(np.asarray(values, dtype=float)[None, :])
    return next((rule for rule, rows in broken.items() if rows[0]), None)


def by_luck(values: Sequence[float]) -> float:
    """How often the last would break a rule if the same values had come in another order.

    A share of 200 reorderings, the same ones each time: what luck alone gives where no cycle
    differs from another.
    """
    if len(values) <= FEWEST_EARLIER:
        return 0.0
    dice = np.random.default_rng(_SEED)
    rows = np.tile(np.asarray(values, dtype=float), (_REORDERINGS, 1))
    broken = _broken(dice.permuted(rows, axis=1))
    return float(np.logical_or.reduce(list(broken.values())).mean())


def _broken(rows: Floats) -> dict[str, npt.NDArray[np.bool_]]:
    """By rule, whether the last value of each row breaks it."""
    earlier = rows[:, :-1]
    middle = earlier.mean(axis=1, keepdims=True)
    reach = _LIMIT * np.abs(np.diff(earlier, axis=1)).mean(axis=1, keepdims=True)
    away = rows - middle
    has_limits = reach[:, 0] > 0
    run, last_four = away[:, -_RUN:], away[:, -4:]
    near = np.abs(last_four) > reach / 2
    is_near_above = (near & (last_four > 0)).sum(axis=1) >= 3
    is_near_below = (near & (last_four < 0)).sum(axis=1) >= 3
    is_last_near = near[:, -1]
    return {
        OUTSIDE: has_limits & (np.abs(away[:, -1]) > reach[:, 0]),
        NEAR_A_LIMIT: has_limits & is_last_near & (is_near_above | is_near_below),
        ONE_SIDE: has_limits & ((run > 0).all(axis=1) | (run < 0).all(axis=1)),
    }
