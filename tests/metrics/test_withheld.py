"""A metric is withheld where too much of a table it needs could not be believed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from factories import REPO, at, comments, incidents, issues

from metrics.views import AS_OF, OCTOBER, TARGETS, is_sound, subject
from opsreview.metrics.reading import Subject, read_cycle, read_history
from opsreview.metrics.registry import METRICS
from opsreview.tables.rejected import DOUBTS

IN_OCTOBER, IN_MAY = at("2026-10-10"), at("2026-05-10")
Doubt = tuple[str, str | None, datetime | None]


def doubting(*doubts: Doubt, repos: tuple[str, ...] = (REPO,), **stated: Any) -> Subject:
    """A subject of which these rows (table, repo, at) could not be believed."""
    team = subject(repos=repos, **stated)
    missing = pl.DataFrame(list(doubts), schema=DOUBTS, orient="row")
    return replace(team, tables=replace(team.tables, doubts=missing))


def metrics_of(team: Subject) -> pl.DataFrame:
    return read_cycle(team, window=OCTOBER, as_of=AS_OF, targets=TARGETS).metrics


def opened(count: int) -> pl.DataFrame:
    return issues(*({"number": number} for number in range(1, count + 1)))


def new_issues(team: Subject, scope: str = "all") -> tuple[float | None, int, str | None]:
    """Value, n and reason of the issues that are new."""
    is_asked = (pl.col("metric") == "issues_new") & (pl.col("statistic") == "count")
    metrics = metrics_of(team).filter(is_asked & (pl.col("scope") == scope))
    return metrics.filter(pl.col("group") == "all").select("value", "n", "reason").row(0)


def test_metric_is_withheld_and_says_of_how_many_rows_and_where_they_are() -> None:
    team = doubting(*[("issues", REPO, IN_OCTOBER)] * 7, issues=opened(53))

    assert new_issues(team) == (
        None,
        0,
        "7 of 60 rows of issues in the cycle could not be believed (12 %): more than 5 %, "
        "see rejected/issues.parquet",
    )


@pytest.mark.parametrize(("believed", "value"), [(57, 57), (56, None)])
def test_five_in_a_hundred_is_the_limit(believed: int, value: float | None) -> None:
    team = doubting(*[("issues", REPO, IN_OCTOBER)] * 3, issues=opened(believed))

    assert new_issues(team)[0] == value


def test_two_rows_that_could_not_be_read_empty_no_page_however_few_there_are() -> None:
    doubts: list[Doubt] = [("incidents", None, IN_OCTOBER), ("incidents", None, None)]
    found = metrics_of(doubting(*doubts, incidents=incidents({}, {}, {})))

    interruptions = found.filter((pl.col("metric") == "interruptions") & (pl.col("group") == "all"))
    assert "believed" not in str(interruptions["reason"].to_list())


def test_rows_of_another_time_are_no_reason() -> None:
    assert new_issues(doubting(*[("issues", REPO, IN_MAY)] * 40, issues=opened(53)))[0] == 53


def test_rows_of_an_unknown_time_are_held_against_the_whole_table() -> None:
    few = doubting(*[("issues", REPO, None)] * 3, issues=opened(60))
    many = doubting(*[("issues", REPO, None)] * 4, issues=opened(60))

    assert new_issues(few)[0] == 60
    assert new_issues(many)[2] == (
        "4 of 64 rows of issues could not be believed (6 %): more than 5 %, "
        "see rejected/issues.parquet"
    )


def test_only_what_needs_the_table_is_withheld() -> None:
    team = doubting(
        *[("comments", REPO, IN_OCTOBER)] * 9,
        issues=opened(20),
        comments=comments({"created_at": "2026-10-02"}),
    )
    metrics = metrics_of(team)

    withheld = set(metrics.filter(pl.col("reason").str.contains("could not be believed"))["metric"])
    assert withheld == {name for name, metric in METRICS.items() if "comments" in metric.needs}
    assert is_sound(metrics)


def test_repository_whose_rows_are_believed_is_told_beside_one_whose_are_not() -> None:
    both = (REPO, "team/two")
    rows = issues(*({"number": n, "repo": repo} for n in range(1, 11) for repo in both))
    team = doubting(*[("issues", REPO, IN_OCTOBER)] * 3, repos=both, issues=rows)

    assert new_issues(team, "team/two")[0] == 10
    assert new_issues(team, REPO)[0] is None
    assert new_issues(team)[0] is None


def test_earlier_cycles_are_withheld_by_the_rows_of_their_own_time() -> None:
    team = doubting(*[("issues", REPO, IN_MAY)] * 9, issues=opened(10))
    may = OCTOBER.shifted(at("2026-05-01") - OCTOBER.start_at)

    then = read_history(team, [(may, at("2026-06-08"), TARGETS)]).metrics
    is_count = (pl.col("metric") == "issues_new") & (pl.col("statistic") == "count")
    assert "9 of 9 rows of issues" in str(then.filter(is_count)["reason"][0])
