"""The table of metrics: each entry keeps its word in every situation."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from factories import (
    REPO,
    at,
    comments,
    incidents,
    issues,
    people,
    pull_requests,
    releases,
    reviews,
    shifts,
)

from metrics.views import AS_OF, LONG, OCTOBER, TABLES, TARGETS, ZONE, is_sound, subject, view
from opsreview.cadence import Cadence
from opsreview.metrics.reading import Subject, read_cycle
from opsreview.metrics.registry import METRICS, Metric
from opsreview.metrics.view import Measured, Targets, View
from opsreview.train import Train
from opsreview.window import Window

WEEKLY = Train(Cadence(1, "week", "1 week"), date(2026, 9, 1), ZONE)
NOBODY_KNOWN = people({"person_id": "rae", "is_team": None, "share": None})


def busy(**changed: pl.DataFrame) -> dict[str, Any]:
    return {
        "issues": issues({}, {"closed_at": "2026-10-04"}, {"author": None}),
        "pull_requests": pull_requests({"number": 8}, {"number": 9, "merged_at": "2026-10-09"}),
        "comments": comments({"created_at": "2026-10-02"}),
        "reviews": reviews({"number": 9}),
        "releases": releases({"published_at": "2026-09-01"}, {"published_at": "2026-10-05"}),
        "incidents": incidents({}, {"opened_at": "2026-10-09"}),
        "shifts": shifts({}, {"person": "ben", "start_at": "2026-10-08", "end_at": "2026-10-15"}),
        **changed,
    }


SITUATIONS: dict[str, Callable[[], View]] = {
    "busy": lambda: view(**busy()),
    "empty": view,
    "nobody known": lambda: view(**busy(people=NOBODY_KNOWN)),
    "no people": lambda: view(**busy(people=NOBODY_KNOWN.clear())),
    "under way": lambda: view(as_of=at("2026-10-03"), **busy()),
    "not begun": lambda: view(as_of=at("2026-09-15"), **busy()),
    "beginning": lambda: view(as_of=OCTOBER.start_at, **busy()),
    "a train": lambda: view(targets=Targets(72.0, train=WEEKLY), **busy()),
    "a train that has not begun": lambda: view(
        targets=Targets(72.0, train=replace(WEEKLY, starting=date(2027, 1, 5))), **busy()
    ),
    "no authors": lambda: view(**busy(issues=issues({"author": None}))),
    "unknown closes": lambda: view(
        **busy(
            issues=issues({"state": "closed"}),
            pull_requests=pull_requests({"state": "closed", "number": 8}),
        )
    ),
}


@cache
def seen(situation: str) -> View:
    return SITUATIONS[situation]()


@cache
def found(metric: str, situation: str) -> Measured:
    return METRICS[metric].measured(seen(situation))


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_every_metric_states_all_it_declares_in_every_situation(
    metric: Metric, situation: str
) -> None:
    measured = found(metric.id, situation)

    of_all = {(part.statistic, part.unit) for part in measured.estimates if part.group == "all"}
    assert set(metric.statistics) == of_all
    keys = [(part.group, part.statistic) for part in measured.estimates]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_no_metric_states_a_number_that_is_none_without_saying_why(
    metric: Metric, situation: str
) -> None:
    measured = found(metric.id, situation)

    rows = [part.row(metric.id, "all", OCTOBER, AS_OF) for part in measured.estimates]
    assert is_sound(pl.DataFrame(rows, infer_schema_length=None))
    for part in measured.estimates:
        assert part.n >= 0
        assert part.n_censored <= part.n
        known = [bound for bound in (part.lower, part.value, part.upper) if bound is not None]
        if part.group == "all" and part.statistic != "mid_p":
            assert all(low <= high + 1e-9 for low, high in pairwise(known)), part


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_every_curve_and_every_left_out_row_can_be_drawn(metric: Metric, situation: str) -> None:
    measured = found(metric.id, situation)

    for curve in measured.curves():
        assert curve["value"].is_finite().all()
    assert measured.excluded()["reason"].null_count() == 0


def covered_but(table: str) -> Subject:
    covers = {(known, REPO): LONG for known in TABLES if known != table}
    return subject(covers=covers, **busy())


@pytest.mark.parametrize(
    "table", sorted({need for metric in METRICS.values() for need in metric.needs})
)
def test_what_needs_a_table_that_no_source_gives_is_not_measurable(table: str) -> None:
    metrics = read_cycle(covered_but(table), window=OCTOBER, as_of=AS_OF, targets=TARGETS).metrics

    needing = {metric.id: metric for metric in METRICS.values() if table in metric.needs}
    missing = metrics.filter(pl.col("metric").is_in(list(needing)) & (pl.col("scope") == "all"))
    assert missing["value"].null_count() == missing.height
    assert missing["n"].to_list() == [0] * missing.height
    assert set(missing["reason"]) == {f"no source gives {table.replace('_', ' ')}"}
    declared = {(m.id, name) for m in needing.values() for name, _ in m.statistics}
    assert set(missing.select("metric", "statistic").rows()) == declared


def test_metrics_are_named_by_their_field_and_never_mttr() -> None:
    assert not [name for name in METRICS if "mttr" in name]
    assert all(re.fullmatch(r"[a-z_]+", name) for name in METRICS)


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_entry_says_what_it_is_where_it_is_from_and_what_it_needs(metric: Metric) -> None:
    assert metric.summary[0].isupper()
    assert not metric.summary.endswith(".")
    assert set(metric.needs) <= set(TABLES)
    assert metric.topic in {"triage", "oncall", "releases"}
    assert bool(metric.source) == (metric.standard != "ours")


def test_window_of_no_length_in_the_future_is_no_reason_to_fail() -> None:
    far = Window(at("2029-01-01"), at("2029-02-01"))

    for metric in METRICS.values():
        assert metric.measured(view(window=far, as_of=AS_OF, **busy())).estimates
