"""Cycles read whole: the same numbers whenever, in whatever order and however split."""

from datetime import datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

import polars as pl
import pytest
from factories import REPO, at, comments, issues, people, pull_requests, releases, window
from polars.testing import assert_frame_equal

from metrics.histories import LABELS, REPOS, History
from metrics.views import AS_OF, LONG, OCTOBER, TABLES, TARGETS, is_sound, subject
from opsreview.metrics.reading import CycleReading, Subject, read_cycle, read_history, read_metric
from opsreview.metrics.registry import METRICS
from opsreview.metrics.view import Groups, Targets
from opsreview.window import Window

TODAY = at("2027-01-01")
GROUPS = Groups(
    priorities={"p1": ["urgent"]},
    areas={"docs": ["docs"]},
    triaged=[["urgent", "docs"]],
    triaged_also=["milestone"],
)
SEEDS = (2, 3)
ROW = ["metric", "scope", "group", "statistic"]
REPLAYED = "what_if_train"  # of the cycle under review alone
ONCALL = [metric.id for metric in METRICS.values() if metric.topic == "oncall"]


@cache
def known(seed: int, moment: datetime) -> Subject:
    """What was known at ``moment`` of the random history of a seed."""
    return subject(repos=REPOS, groups=GROUPS, **History(seed).tables_at(moment))


@cache
def reading(seed: int, moment: datetime) -> CycleReading:
    """October as of a week after its end, from what was known at ``moment``."""
    return read_cycle(known(seed, moment), window=OCTOBER, as_of=AS_OF, targets=TARGETS)


def metrics_of(
    team: Subject, *, cycle: Window = OCTOBER, as_of: datetime = AS_OF, targets: Targets = TARGETS
) -> pl.DataFrame:
    return read_cycle(team, window=cycle, as_of=as_of, targets=targets).metrics


def as_bytes(frame: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def one(
    metrics: pl.DataFrame, metric: str, statistic: str, scope: str = "all"
) -> dict[str, object]:
    """The one row of a statistic for the group all."""
    is_asked = (pl.col("metric") == metric) & (pl.col("statistic") == statistic)
    return metrics.filter(is_asked & (pl.col("scope") == scope) & (pl.col("group") == "all")).row(
        0, named=True
    )


# Read at its own end


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("moment", ["2026-10-12 15:00", "2026-11-01", "2026-11-08"])
def test_past_cycles_read_with_todays_hindsight_is_a_known_wrong_way(
    seed: int, moment: str
) -> None:
    # Read from today's data as of a past day, and from the data a fetch on that day had.
    seen_today = metrics_of(known(seed, TODAY), as_of=at(moment))
    assert_frame_equal(seen_today, metrics_of(known(seed, at(moment)), as_of=at(moment)))
    assert seen_today["n"].sum() > 100


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_measured_is_the_same_with_and_without_hindsight(seed: int) -> None:
    today, then = reading(seed, TODAY), reading(seed, AS_OF)

    assert_frame_equal(today.curves, then.curves)
    assert_frame_equal(today.excluded, then.excluded)
    for name, rows in today.measured.items():
        assert_frame_equal(rows, then.measured[name])


def test_history_reads_each_cycle_as_if_it_were_the_one_under_review() -> None:
    team = known(2, TODAY)
    september = window("2026-09-01", "2026-10-01")
    plans = [(OCTOBER, AS_OF), (september, at("2026-10-08"))]

    history = read_history(team, [(cycle, as_of, TARGETS) for cycle, as_of in plans]).metrics
    for cycle, as_of in plans:
        alone = metrics_of(team, cycle=cycle, as_of=as_of)
        then = history.filter(pl.col("window_start_at") == cycle.start_at)
        assert_frame_equal(then, alone.join(then, on=ROW, how="semi", maintain_order="left"))
        more = alone.join(then, on=ROW, how="anti").filter(pl.col("metric") != REPLAYED)
        assert set(more["group"].str.extract("^(.*):")) <= {"area", "priority", "label", "relation"}
    assert history["window_start_at"].is_sorted()


def test_no_earlier_cycle_is_an_empty_history_with_all_columns() -> None:
    history = read_history(known(2, AS_OF), []).metrics

    assert history.is_empty()
    assert history.schema == metrics_of(known(2, AS_OF)).schema


# Now is never asked


@pytest.mark.parametrize("seed", SEEDS)
def test_shifting_all_times_shifts_nothing_else(seed: int) -> None:
    # 104 weeks keep weekdays and hours; "now" read from a clock would tell the two apart.
    year = timedelta(weeks=-104)
    tables = History(seed, year).tables_at(TODAY + year)
    team = subject(repos=REPOS, groups=GROUPS, **tables)
    moved = metrics_of(team, cycle=OCTOBER.shifted(year), as_of=AS_OF + year)

    moments = ("window_start_at", "window_end_at", "as_of")
    back = moved.with_columns(pl.col(name) - year for name in moments)
    of_weeks = ~pl.col("group").str.contains("monthly")  # months are not shifted by weeks
    assert_frame_equal(back.filter(of_weeks), reading(seed, TODAY).metrics.filter(of_weeks))


def test_now_guessed_from_the_newest_row_is_a_known_wrong_way() -> None:
    # Open since October 1 and read on November 8: 38 days old, whatever else was seen last.
    metrics = metrics_of(subject(issues=issues({})))

    assert one(metrics, "issue_age", "median")["value"] == 38 * 24


# The same input


@pytest.mark.parametrize("seed", SEEDS)
def test_same_input_gives_the_same_bytes(seed: int) -> None:
    again = metrics_of(subject(repos=REPOS, groups=GROUPS, **History(seed).tables_at(AS_OF)))

    assert as_bytes(again) == as_bytes(reading(seed, AS_OF).metrics)


@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_rows_does_not_matter(seed: int) -> None:
    shuffled: dict[str, Any] = {
        name: frame.sample(fraction=1, shuffle=True, seed=seed)
        for name, frame in known(seed, TODAY).tables.frames.items()
        if name in TABLES
    }

    team = subject(repos=REPOS, groups=GROUPS, **shuffled)
    plain = reading(seed, TODAY)
    mixed = read_cycle(team, window=OCTOBER, as_of=AS_OF, targets=TARGETS)
    assert as_bytes(plain.metrics) == as_bytes(mixed.metrics)
    assert as_bytes(plain.curves) == as_bytes(mixed.curves)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_histories_give_sound_numbers_once_each(seed: int) -> None:
    metrics = reading(seed, TODAY).metrics

    assert is_sound(metrics)
    assert metrics.select("metric", "scope", "group", "statistic").is_unique().all()


# Scopes


def test_with_one_repository_its_rows_are_those_of_all_under_its_name() -> None:
    metrics = metrics_of(subject(issues=issues({}, {})))

    own = metrics.filter(pl.col("scope") == REPO).drop("scope")
    everything = metrics.filter((pl.col("scope") == "all") & ~pl.col("metric").is_in(ONCALL))
    assert_frame_equal(own, everything.drop("scope"))
    assert own["metric"].n_unique() == len(METRICS) - len(ONCALL)


COUNTED = [
    ("issues_new", "count"),
    ("issues_closed", "count"),
    ("backlog", "at_start"),
    ("backlog", "at_end"),
    ("backlog", "change"),
    ("issue_age", "count"),
    ("waiting_on_team", "count"),
    ("review_load", "count"),
    ("release_frequency", "count"),
    ("unreleased_changes", "count"),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_two_repositories_add_up_to_all(seed: int) -> None:
    metrics = reading(seed, TODAY).metrics

    for metric, statistic in COUNTED:
        parts = [one(metrics, metric, statistic, repo)["value"] for repo in REPOS]
        assert sum(parts) == one(metrics, metric, statistic)["value"], metric  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", SEEDS)
def test_repository_among_others_reads_as_it_does_alone(seed: int) -> None:
    both = reading(seed, AS_OF).metrics
    tables: dict[str, Any] = {
        name: frame.filter(pl.col("repo") == REPOS[0])
        if "repo" in frame.columns and name != "incidents"
        else frame
        for name, frame in known(seed, AS_OF).tables.frames.items()
        if name in TABLES
    }

    alone = metrics_of(subject(repos=REPOS[:1], groups=GROUPS, **tables))
    knows_of_repos = ~pl.col("metric").is_in(["first_time_share", "support_questions"])
    is_of_incidents = pl.col("group") == "work:incident"  # alone, all of them are the repository's
    own = (pl.col("scope") == REPOS[0]) & knows_of_repos & ~is_of_incidents
    assert_frame_equal(both.filter(own), alone.filter(own))


def test_oncall_knows_of_no_repository() -> None:
    metrics = metrics_of(known(2, AS_OF))

    assert set(metrics.filter(pl.col("metric").is_in(ONCALL))["scope"]) == {"all"}


# Coverage


def test_what_no_source_speaks_for_is_unknown_and_not_zero() -> None:
    metrics = metrics_of(subject(covers={}))

    assert metrics["value"].null_count() == metrics.height
    assert metrics["n"].to_list() == [0] * metrics.height
    assert one(metrics, "issues_new", "count")["reason"] == "no source gives issues"


def test_window_outside_of_what_is_covered_says_what_is() -> None:
    years = {(table, REPO): window("2025-01-01", "2026-03-01") for table in TABLES}
    metrics = metrics_of(subject(covers=years, issues=issues({})))

    row = one(metrics, "issues_new", "count")
    assert (row["value"], row["n"]) == (None, 0)
    assert row["reason"] == "issues are known from 2025-01-01 to 2026-03-01 only"
    assert (row["window_start_at"], row["as_of"]) == (OCTOBER.start_at, AS_OF)


def test_partly_covered_window_is_measured_on_its_covered_part_and_says_so() -> None:
    covers = {(table, REPO): Window(at("2026-10-18"), LONG.end_at) for table in TABLES}
    metrics = metrics_of(subject(covers=covers, issues=issues({}, {"opened_at": "2026-10-20"})))

    row = one(metrics, "issues_new", "count")
    # The window stays the cycle's, so that a row tells its cycle; the reason tells the part.
    assert (row["value"], row["window_start_at"]) == (1, at("2026-10-01"))
    assert row["reason"] == "known from 2026-10-18 to 2026-11-01 only"
    # One in the two weeks that are known, not in the month.
    assert one(metrics, "issues_new", "rate_per_week")["value"] == 0.5


def test_data_that_ends_early_is_read_as_of_its_end() -> None:
    covers = {(table, REPO): window("2026-01-01", "2026-10-11") for table in TABLES}
    metrics = metrics_of(
        subject(covers=covers, issues=issues({}), comments=comments({"created_at": "2026-10-20"}))
    )

    row = one(metrics, "time_to_first_response", "median")
    assert (row["as_of"], row["n_censored"]) == (at("2026-10-11"), 1)
    assert one(metrics, "issue_age", "median")["value"] == 240


def test_partial_coverage_is_said_beside_the_reason_a_metric_has_itself() -> None:
    covers = {(table, REPO): Window(at("2026-10-18"), LONG.end_at) for table in TABLES}
    metrics = metrics_of(subject(covers=covers))

    assert one(metrics, "time_to_first_response", "median")["reason"] == (
        "no issue was opened in the window; known from 2026-10-18 to 2026-11-01 only"
    )


def test_without_pull_requests_the_backlog_is_that_of_issues_alone() -> None:
    covers = {("issues", REPO): LONG}
    team = subject(covers=covers, issues=issues({}), pull_requests=pull_requests({"number": 9}))

    metrics = metrics_of(team)
    assert one(metrics, "backlog", "at_end")["value"] == 1
    assert one(metrics, "issues_new", "count")["value"] == 1
    assert "issues alone" in str(one(metrics, "backlog", "at_end")["reason"])
    assert metrics.filter(pl.col("group") == "kind:pull_request").is_empty()


# One metric alone, and what goes with it


def test_one_metric_asked_for_alone_is_the_one_of_the_cycle() -> None:
    team, cycle = known(2, AS_OF), reading(2, AS_OF)

    for name in METRICS:
        alone = read_metric(name, team, window=OCTOBER, as_of=AS_OF, targets=TARGETS)
        assert_frame_equal(alone.rows, cycle.measured[name])


def test_targets_are_those_of_the_cycle_read() -> None:
    team = subject(issues=issues({}), comments=comments({"created_at": "2026-10-02"}))

    shares = [
        one(metrics_of(team, targets=Targets(hours)), "response_attainment", "share_answered")
        for hours in (12.0, 24.0)
    ]
    assert [share["value"] for share in shares] == [0, 1]


def test_left_out_rows_name_their_metric_and_their_repository() -> None:
    team = subject(issues=issues({"author": None}, {}))

    excluded = read_cycle(team, window=OCTOBER, as_of=AS_OF, targets=TARGETS).excluded
    assert excluded.filter(pl.col("metric") == "time_to_first_response").rows() == [
        ("time_to_first_response", REPO, "1", "the author is unknown")
    ]


def test_curves_are_filed_by_metric_scope_and_group_and_have_no_gaps() -> None:
    curves = reading(2, AS_OF).curves

    assert set(curves["scope"]) == {"all", *REPOS}
    is_placed = pl.col("hours").is_null() != pl.col("at").is_null()
    assert curves.select(is_placed.all()).item()
    assert curves.drop_nulls("value")["value"].is_finite().all()


def test_everything_at_once_on_one_moment_is_read_without_fail() -> None:
    moment = "2026-10-05"
    team = subject(
        issues=issues({"opened_at": moment, "closed_at": moment}),
        comments=comments({"created_at": moment}),
        pull_requests=pull_requests({"number": 9, "opened_at": moment, "merged_at": moment}),
        releases=releases({"published_at": "2026-09-01"}, {"published_at": moment}),
        people=people(),
    )

    metrics = metrics_of(team)
    assert is_sound(metrics)
    assert one(metrics, "time_to_first_response", "median")["value"] == 0
    assert one(metrics, "change_lead_time", "median")["value"] == 0


def test_labels_of_the_groups_are_those_of_the_histories() -> None:
    assert set(LABELS) == {"urgent", "docs"}
