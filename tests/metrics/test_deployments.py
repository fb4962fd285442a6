"""DORA's measures on releases: rates of releases, failures declared and suspected apart."""

from __future__ import annotations

import polars as pl
import pytest
from factories import REPO, at, events, incidents, issues, releases, window

from metrics.views import AS_OF, OCTOBER, TARGETS, stated, subject, value, view
from opsreview.metrics.deployments import (
    NO_RELEASE,
    NOBODY_DECLARES,
    deployment_frequency,
    fail_rate_measured,
    frequency_measured,
    recovery_measured,
    rework_measured,
)
from opsreview.metrics.reading import read_metric
from opsreview.metrics.view import Groups

DECLARED, SUSPECTED = "kind:declared", "kind:suspected"
LABELLED = Groups(regression=["regression"])
FAILED, FINE = {"is_failed": True}, {"is_failed": False}


def monthly(*rows: dict[str, object]) -> pl.DataFrame:
    """v1.1.0 on 2026-01-01, and one on the first of each month after it."""
    days = [{"published_at": f"2026-{month:02}-01"} for month in range(1, len(rows) + 1)]
    return releases(*[day | row for day, row in zip(days, rows, strict=True)])


def hotfix(day: str, line: int) -> dict[str, object]:
    return {"published_at": day, "kind": "hotfix", "line": f"1.{line}", "tag": f"v1.{line}.1"}


# How often


def test_deployments_are_stable_releases_and_hotfixes() -> None:
    kinds = ("stable", "hotfix", "prerelease", "nightly", "moving", "other")
    known = releases(*[{"kind": kind} for kind in kinds], {"is_draft": True})
    measured = frequency_measured(view(releases=known))

    assert set(measured.rows["kind"]) == {"stable", "hotfix"}
    assert value(measured, "count") == 2
    assert value(measured, "count", "kind:hotfix") == 1
    assert value(measured, "rate_per_week") == pytest.approx(2 * 7 / 31)


def test_deployments_lie_in_the_window_and_before_as_of() -> None:
    days = ("2026-09-30 23:59", "2026-10-01", "2026-10-20", "2026-11-01")
    known = releases(*[{"published_at": day} for day in days])

    rows = deployment_frequency(known, window=OCTOBER, as_of=at("2026-10-15"))
    assert rows["tag"].to_list() == ["v1.2.0"]


def test_no_deployment_is_zero_and_before_the_window_unknown() -> None:
    assert value(frequency_measured(view()), "rate_per_week") == 0
    assert value(frequency_measured(view(as_of=at("2026-10-01"))), "count") is None


# What failed


def test_declared_and_suspected_failures_are_never_mixed() -> None:
    known = pl.concat([monthly(FAILED, FINE, {}, {}, {}), releases(hotfix("2026-03-03", 3))])
    measured = fail_rate_measured(view(releases=known))

    assert value(measured, "share", DECLARED) == pytest.approx(1 / 6)
    assert value(measured, "share", SUSPECTED) == pytest.approx(1 / 6)
    assert stated(measured)["share"] == stated(measured, DECLARED)["share"].of("all")
    assert stated(measured)["share"].n == 6


def test_change_fail_rate_above_one_is_a_known_wrong_way() -> None:
    """Numerator and denominator are releases: ten incidents of one release are one failure."""
    page = f"https://github.com/{REPO}/releases/tag/v1.1.0"
    many = incidents(
        *[{"opened_at": f"2026-01-{day:02}", "repo": REPO, "url": page} for day in range(1, 11)]
    )
    reported = issues(*[{"opened_at": "2026-01-02", "labels": ["regression"]}] * 10)
    known = view(releases=monthly({}), incidents=many, issues=reported, groups=LABELLED)

    estimate = stated(fail_rate_measured(known))["share"]
    assert (estimate.value, estimate.n, estimate.upper) == (1, 1, 1)


def test_nobody_declaring_failures_is_unknown_and_not_zero() -> None:
    known = view(releases=monthly({}, {}))

    for measured, name in (
        (fail_rate_measured(known), "share"),
        (recovery_measured(known), "median"),
    ):
        for group in ("all", DECLARED):
            estimate = stated(measured, group)[name]
            assert (estimate.value, estimate.n, estimate.reason) == (None, 0, NOBODY_DECLARES)
    assert value(fail_rate_measured(known), "share", SUSPECTED) == 0


@pytest.mark.parametrize(
    ("url", "is_declaring"),
    [
        ("https://example.org/team/product/releases/tag/v1.1.0", True),
        ("https://example.org/news/tags/v1.1.0-is-out", False),
    ],
)
def test_incidents_declare_failures_only_where_one_links_to_a_release(
    url: str, is_declaring: bool
) -> None:
    happened = incidents({"opened_at": "2026-03-02", "repo": REPO, "url": url})
    measured = fail_rate_measured(view(releases=monthly({"tag": "v1.1.0"}, {}), incidents=happened))

    assert (stated(measured)["share"].reason != NOBODY_DECLARES) == is_declaring


def test_label_that_is_declared_and_borne_by_nothing_is_a_rate_of_zero() -> None:
    known = view(releases=monthly({}, {}), groups=LABELLED)

    assert value(fail_rate_measured(known), "share") == 0


@pytest.mark.parametrize(
    ("happened", "rate"),
    [
        ({"event": "labeled", "label": "Regression", "created_at": "2026-11-07"}, 1),
        ({"event": "labeled", "label": "Regression", "created_at": "2026-11-09"}, 0),
    ],
)
def test_label_counts_from_when_it_was_given(happened: dict[str, object], rate: float) -> None:
    reported = issues({"opened_at": "2026-10-02", "labels": ["Regression"]})
    known = view(releases=releases({}), issues=reported, events=events(happened), groups=LABELLED)

    assert value(fail_rate_measured(known), "share") == rate


def test_young_releases_are_pending_whatever_they_showed() -> None:
    young = {"published_at": "2026-10-30"}
    known = releases({"published_at": "2026-10-01"}, {**young, **FAILED}, young)
    measured = fail_rate_measured(view(releases=known))

    estimate = stated(measured)["share"]
    assert (estimate.value, estimate.n, estimate.n_pending) == (0, 1, 2)
    assert measured.rows.filter("is_declared")["tag"].to_list() == ["v1.2.0"]


def test_rate_is_of_the_twelve_months_to_the_windows_end() -> None:
    days = ("2025-10-31", "2025-11-02", "2026-10-01", "2026-11-01")
    known = releases(*[{"published_at": day, "is_failed": True} for day in days])
    measured = fail_rate_measured(view(releases=known))

    assert measured.rows["tag"].to_list() == ["v1.2.0", "v1.3.0"]


def test_no_release_has_no_rate() -> None:
    for measured in (fail_rate_measured(view(groups=LABELLED)), rework_measured(view())):
        assert (stated(measured)["share"].value, stated(measured)["share"].reason) == (
            None,
            NO_RELEASE,
        )


def test_regressions_are_looked_for_only_where_issues_are_known() -> None:
    covers = {
        ("releases", REPO): window("2020-01-01", "2030-01-01"),
        ("issues", REPO): window("2026-02-15", "2030-01-01"),
    }
    known = subject(releases=monthly({}, {}, {}, {}), groups=LABELLED, covers=covers)

    measured = read_metric("change_fail_rate", known, window=OCTOBER, as_of=AS_OF, targets=TARGETS)
    assert measured.rows["tag"].to_list() == ["v1.3.0", "v1.4.0"]


# Until the next release


def test_recovery_runs_to_the_next_release_and_is_censored_without_one() -> None:
    known = releases(
        {"published_at": "2026-10-01", **FAILED},
        {"published_at": "2026-10-03"},
        {"published_at": "2026-10-29", **FAILED},
    )
    measured = recovery_measured(view(releases=known))

    assert measured.rows.select("tag", "waited_hours", "is_censored").rows() == [
        ("v1.1.0", 48, False),
        ("v1.3.0", 240, True),
    ]
    estimate = stated(measured)["median"]
    assert (estimate.value, estimate.n, estimate.n_censored) == (48, 2, 1)


def test_median_over_the_recovered_alone_is_a_known_wrong_way() -> None:
    known = releases(
        {"published_at": "2026-09-01", **FAILED, "repo": "a/a"},
        {"published_at": "2026-09-02", "repo": "a/a"},
        *[{"published_at": "2026-10-01", **FAILED, "repo": f"b/{n}"} for n in range(3)],
    )

    estimate = stated(recovery_measured(view(releases=known)))["median"]
    assert (estimate.value, estimate.lower, estimate.n_censored) == (None, 24, 3)


def test_recovery_of_suspected_failures_stands_apart() -> None:
    known = pl.concat([monthly(FAILED, {}, {}), releases(hotfix("2026-02-03", 2))])
    measured = recovery_measured(view(releases=known))

    assert value(measured, "median", DECLARED) == 31 * 24
    assert value(measured, "median", SUSPECTED) == 48
    (curves,) = [pl.concat(measured.curves())]
    assert set(curves["group"]) == {DECLARED, SUSPECTED}


def test_no_failure_has_no_time_to_recover() -> None:
    estimate = stated(recovery_measured(view(releases=monthly(FINE))))["median"]

    assert (estimate.value, estimate.n) == (None, 0)
    assert estimate.reason == "no release of the twelve months is declared to have failed"


# Rework


def test_rework_rate_is_the_share_of_hotfixes() -> None:
    known = pl.concat([monthly({}, {}, {}), releases(hotfix("2026-02-03", 2))])

    estimate = stated(rework_measured(view(releases=known)))["share"]
    assert (estimate.value, estimate.n) == (0.25, 4)
