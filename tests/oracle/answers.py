"""What lifelines says: cases as JSON on stdin, its answers as JSON on stdout.

Run by the interpreter of ``.venv/oracle``, the only one that has lifelines; it knows nothing of
opsreview. A case has ``hours`` and ``kind``: 0 still waiting, 1 the main ending, 2 its rival; and
``is_second``, which parts it into two samples for the log-rank.
"""

from __future__ import annotations

import json
import sys
import warnings

import numpy as np
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import median_survival_times


def main() -> None:
    cases = json.load(sys.stdin)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # its bands at 0 and 1 divide by zero
        answers = [
            answer(case["hours"], case["kind"])
            | {"logrank": logrank(*map(np.array, (case["hours"], case["kind"], case["is_second"])))}
            for case in cases
        ]
    json.dump(answers, sys.stdout, allow_nan=False)


def answer(hours: list[float], kind: list[int]) -> dict[str, object]:
    kinds = np.array(kind)
    return {
        "ended": ended(hours, kinds > 0),
        "main": incidence(hours, kinds, 1),
        "rival": incidence(hours, kinds, 2),
    }


def ended(hours: list[float], is_ended: np.ndarray) -> dict[str, object]:
    fit = KaplanMeierFitter().fit(hours, is_ended)
    bounds = median_survival_times(fit.confidence_interval_).to_numpy()[0]
    return {
        "hours": fit.timeline.tolist(),
        "value": finite(fit.cumulative_density_.iloc[:, 0]),
        "lower": finite(fit.confidence_interval_cumulative_density_.min(axis=1)),
        "upper": finite(fit.confidence_interval_cumulative_density_.max(axis=1)),
        "n_at_risk": fit.event_table["at_risk"].tolist(),
        "median": finite([fit.median_survival_time_, *np.sort(bounds)]),
    }


def incidence(hours: list[float], kinds: np.ndarray, main: int) -> dict[str, object]:
    with warnings.catch_warnings():
        # It would break ties between different endings at random; that is not an oracle.
        warnings.filterwarnings("error", message="Tied event times")
        fit = AalenJohansenFitter().fit(hours, kinds, event_of_interest=main)
    return {
        "hours": fit.timeline.tolist(),
        "value": finite(fit.cumulative_density_.iloc[:, 0]),
        "variance": finite(fit.variance_),
        "lower": finite(fit.confidence_interval_.min(axis=1, skipna=False)),
        "upper": finite(fit.confidence_interval_.max(axis=1, skipna=False)),
    }


def logrank(hours: np.ndarray, kinds: np.ndarray, is_second: np.ndarray) -> list[float | None]:
    """Chi-square and p; None where it has none, and where it has no sample or no end to compare."""
    if is_second.all() or not is_second.any() or not (kinds > 0).any():
        return [None, None]
    first, second = hours[~is_second], hours[is_second]
    ended = (kinds > 0)[~is_second], (kinds > 0)[is_second]
    found = logrank_test(first, second, *ended)
    return finite([found.test_statistic, found.p_value])


def finite(values: object) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


if __name__ == "__main__":
    main()
