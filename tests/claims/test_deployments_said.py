"""Sentences about failed releases: what is declared and what is suspected, each once."""

import polars as pl
from factories import at, window

from opsreview.claims import Spoken, findings
from opsreview.estimate import METRICS_SCHEMA, Estimate, not_measurable
from opsreview.metrics.intervals import rate_per_week, share

SUSPECTED = share(9, 40).of("kind:suspected")


def said(*found: tuple[str, Estimate]) -> list[str]:
    october = window("2026-10-01", "2026-11-01")
    stated = [part.row(metric, "all", october, at("2026-11-08")) for metric, part in found]
    metrics = pl.DataFrame(stated, schema=METRICS_SCHEMA)
    nothing = pl.DataFrame(schema=METRICS_SCHEMA)
    return [each.claim for each in findings(Spoken(metrics, nothing, {}, 72.0, ()), [])]


def test_declared_and_suspected_are_said_apart() -> None:
    assert said(("change_fail_rate", share(5, 40)), ("change_fail_rate", SUSPECTED)) == [
        "Of 40 releases of the last twelve months 5 are declared to have failed: 12 % "
        "(5–26 %, n 40); 9 of 40 (22 %) are suspected, because a hotfix followed"
    ]


def test_where_nobody_declares_failures_the_suspected_stand_beside_the_hotfixes() -> None:
    unknown = not_measurable("share", "share", "nobody says")
    sentences = said(
        ("change_fail_rate", unknown),
        ("change_fail_rate", SUSPECTED),
        ("deployment_rework_rate", share(1, 40)),
    )
    assert sentences == [
        "1 hotfix among 40 releases of the last twelve months: 2 % (0–13 %, n 40); 9 of 40 (22 %) "
        "are suspected, because a hotfix followed"
    ]


def test_what_stands_for_a_deployment_is_said() -> None:
    assert said(("deployment_frequency", rate_per_week(8, 4))) == [
        "Taking each published stable release and hotfix for a deployment, there were 2 a week "
        "(0.9–3.9 a week, n 8)"
    ]


def test_failures_without_a_release_since_are_said_to_wait() -> None:
    median = Estimate("median", None, "hours", 3, lower=48.0, n_censored=2)
    assert said(("failed_deployment_recovery_time", median)) == [
        "Fewer than half of the 3 declared failures were followed by a release"
    ]
    reached = Estimate("median", 72.0, "hours", 8, 48.0, 96.0)
    assert said(("failed_deployment_recovery_time", reached)) == [
        "Half of the declared failures were followed by the next release within 3 d (2–4 d, n 8)"
    ]
