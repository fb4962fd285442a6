"""Held against lifelines, which runs in an environment of its own: one process, all cases.

Ties between a main ending and a rival: lifelines breaks them at random, unless every tied ending
occurs more than once, when it counts them grouped as we do. So tied cases are given to it with
each row twice, which compares incidence and variance exactly. That the incidence does not depend
on how ties are broken is tested by breaking them ourselves, both ways.
"""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from opsreview.metrics.at_risk import _incidence_variance, steps_of
from opsreview.metrics.logrank import UNDEFINED, LogRank, logrank
from opsreview.metrics.survival import aalen_johansen, kaplan_meier, median_of

ROOT = Path(__file__).parents[2]
ORACLE = ROOT / ".venv" / "oracle" / "bin" / "python"
HOW = (
    "lifelines is not installed: .venv/bin/uv venv .venv/oracle && .venv/bin/uv pip sync "
    "--python .venv/oracle/bin/python --require-hashes tests/oracle/requirements.lock"
)
ENDINGS = (None, "main", "rival")
Case = dict[str, list]


def generated_cases() -> dict[str, Case]:
    generator = np.random.default_rng(1963)
    cases = {
        "one ended": {"hours": [5.0], "kind": [1]},
        "one waiting": {"hours": [5.0], "kind": [0]},
        "one rival": {"hours": [5.0], "kind": [2]},
        "none ended": {"hours": [1.0, 2.0, 3.0, 9.0], "kind": [0, 0, 0, 0]},
        "all at once": {"hours": [2.0] * 6, "kind": [1] * 6},
        "only rivals": {"hours": [1.0, 2.0, 3.0], "kind": [2, 2, 2]},
    }
    for n in (2, 3, 4, 7, 20, 60):
        for name, waiting_share in (("none", 0.0), ("some", 0.25), ("most", 0.85)):
            weights = [waiting_share, (1 - waiting_share) * 0.6, (1 - waiting_share) * 0.4]
            kind = generator.choice(3, size=n, p=weights).tolist()
            waits = generator.lognormal(2, 1.5, size=n).round(6)
            cases[f"{n} rows, {name} waiting"] = {"hours": waits.tolist(), "kind": kind}
            tied = np.ceil(waits).clip(1, 12).tolist() * 2
            cases[f"{n} tied rows twice, {name} waiting"] = {"hours": tied, "kind": kind * 2}
    for case in cases.values():
        case["is_second"] = [row % 3 == 0 for row in range(len(case["hours"]))]
    return cases


CASES = generated_cases()


@cache
def lifelines_answers() -> dict[str, dict]:
    if not ORACLE.exists():
        if os.environ.get("CI"):
            pytest.fail(HOW)
        pytest.skip(HOW)
    script = ROOT / "tests" / "oracle" / "answers.py"
    run = subprocess.run(
        [ORACLE, "-I", script],
        input=json.dumps(list(CASES.values())),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return dict(zip(CASES, json.loads(run.stdout), strict=True))


def endings_of(case: Case) -> list[str | None]:
    return [ENDINGS[kind] for kind in case["kind"]]


def is_waiting_of(case: Case) -> list[bool]:
    return [kind == 0 for kind in case["kind"]]


def as_floats(values: list[float | None]) -> np.ndarray:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize("name", CASES)
def test_share_ended_and_its_band_are_lifelines_kaplan_meier(name: str) -> None:
    expected = lifelines_answers()[name]["ended"]
    curve = kaplan_meier(CASES[name]["hours"], is_waiting_of(CASES[name]))

    assert curve["hours"].to_list() == expected["hours"]
    assert curve["n_at_risk"].to_list()[1:] == expected["n_at_risk"][1:]
    np.testing.assert_allclose(curve["value"], as_floats(expected["value"]), atol=1e-9)
    is_inside = ((curve["value"] > 0) & (curve["value"] < 1)).to_numpy()
    for bound in ("lower", "upper"):
        ours, theirs = curve[bound].to_numpy(), as_floats(expected[bound])
        np.testing.assert_allclose(ours[is_inside], theirs[is_inside], atol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_median_and_its_bounds_are_lifelines_where_it_reads_its_curve_right(name: str) -> None:
    """Not compared: a median it misses because 0.5 came out as 0.5000000001; an upper bound read
    off the step where all have ended, where there is no band; and, where three or fewer were at
    risk before the first end, a lower bound that ignores how little they can rule out."""
    value, lower, upper = lifelines_answers()[name]["ended"]["median"]
    curve = kaplan_meier(CASES[name]["hours"], is_waiting_of(CASES[name]))
    share_at = dict(zip(curve["hours"], curve["value"], strict=True))
    median = median_of(curve)

    if median.value is None or abs(share_at[median.value] - 0.5) > 1e-9:
        assert median.value == value
    assert median.upper == (None if share_at.get(upper) == 1 else upper)
    if curve.filter(pl.col("value") == 0)["n_at_risk"].min() > 3:
        assert median.lower == (median.last_follow_up if lower is None else lower)


@pytest.mark.parametrize("ending", ["main", "rival"])
@pytest.mark.parametrize("name", CASES)
def test_incidence_and_its_band_are_lifelines_aalen_johansen(name: str, ending: str) -> None:
    expected = lifelines_answers()[name][ending]
    curves = aalen_johansen(
        CASES[name]["hours"], endings_of(CASES[name]), endings=("main", "rival")
    )
    curve = curves.filter(pl.col("curve") == ending)

    assert curve["hours"].to_list() == expected["hours"]
    np.testing.assert_allclose(curve["value"], as_floats(expected["value"]), atol=1e-9)
    for bound in ("lower", "upper"):
        ours, theirs = curve[bound].to_numpy(), as_floats(expected[bound])
        is_known = ~np.isnan(theirs) & (curve["value"] < 1).to_numpy()
        np.testing.assert_allclose(ours[is_known], theirs[is_known], atol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_variance_of_the_incidence_is_lifelines_wherever_it_has_one(name: str) -> None:
    expected = as_floats(lifelines_answers()[name]["main"]["variance"])
    case = CASES[name]
    steps = steps_of(np.array(case["hours"]), np.array(case["kind"]) > 0)
    n_main = np.bincount(steps.row, np.array(case["kind"]) == 1, steps.hours.size)
    incidence = np.cumsum(steps.waiting_before * n_main / steps.n_at_risk)
    variance = _incidence_variance(steps, n_main, incidence)

    is_known = ~np.isnan(expected)
    assert is_known.sum() >= is_known.size - 1
    np.testing.assert_allclose(variance[is_known], expected[is_known], atol=1e-12)


def logrank_of(case: Case) -> LogRank:
    is_second = np.array(case["is_second"])
    hours, is_waiting = np.array(case["hours"]), np.array(is_waiting_of(case))
    return logrank(
        hours[~is_second], is_waiting[~is_second], hours[is_second], is_waiting[is_second]
    )


@pytest.mark.parametrize("name", CASES)
def test_logrank_is_lifelines_where_it_is_defined_and_elsewhere_null(name: str) -> None:
    statistic, p = lifelines_answers()[name]["logrank"]
    found = logrank_of(CASES[name])

    if found.z is None:
        assert found == UNDEFINED
        assert statistic in (None, 0)  # it calls no spread at all a difference of 0
    else:
        assert found.z**2 == pytest.approx(statistic, abs=1e-9)
        assert found.p == pytest.approx(p, abs=1e-9)


def test_logrank_is_compared_wherever_both_samples_wait_when_one_ends() -> None:
    undefined = {name for name, case in CASES.items() if logrank_of(case) == UNDEFINED}
    assert undefined >= {"one ended", "one waiting", "none ended", "all at once"}
    assert len(undefined) < len(CASES) / 3


@pytest.mark.parametrize("first", ["main", "rival"])
def test_incidence_does_not_depend_on_how_ties_are_broken(first: str) -> None:
    case = CASES["60 tied rows twice, some waiting"]
    grouped = aalen_johansen(case["hours"], endings_of(case), endings=("main", "rival"))
    shift = {None: 0.0, first: -2e-6}
    broken_hours = [
        hours + shift.get(ending, -1e-6)
        for hours, ending in zip(case["hours"], endings_of(case), strict=True)
    ]
    broken = aalen_johansen(broken_hours, endings_of(case), endings=("main", "rival"))

    for (curve,), steps in grouped.group_by("curve"):
        broken_steps = broken.filter(pl.col("curve") == curve)
        last_by = np.searchsorted(broken_steps["hours"], steps["hours"], side="right") - 1
        np.testing.assert_allclose(
            broken_steps["value"].to_numpy()[last_by], steps["value"], atol=1e-12
        )
