"""A part of a cycle is read as the whole was: the same numbers where they must be the same."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from factories import at
from metrics.histories import REPOS
from polars.testing import assert_frame_equal

from filtering.folders import random_review
from opsreview.metrics.registry import METRICS
from opsreview.review import Review

KEY = ["window_start_at", "metric", "scope", "group", "statistic"]
TRIAGE = [metric.id for metric in METRICS.values() if metric.topic == "triage"]
OTHERS = [metric.id for metric in METRICS.values() if metric.topic != "triage"]


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return random_review(tmp_path_factory.mktemp("random"))


def told(review: Review) -> pl.DataFrame:
    """All that a review states of triage, of this cycle and of those before."""
    earlier = review._earlier
    return pl.concat([review.metrics, earlier]).filter(pl.col("metric").is_in(TRIAGE)).sort(KEY)


def of_scope(frame: pl.DataFrame, scope: str) -> pl.DataFrame:
    return frame.filter(scope=scope).drop("scope")


def stated_in(metrics: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """The rows whose keys another frame has too: strata are of the cycle under review alone."""
    keys = ["metric", "group", "statistic", "window_start_at"]
    scopes = ["scope"] if "scope" in metrics.columns else []
    return metrics.join(other, on=keys + scopes, how="semi", maintain_order="left")


def someone(review: Review) -> str:
    """Who reviewed most."""
    people = review.metric("review_load").filter(pl.col("group").str.starts_with("person:"))
    group: str = people.sort("value", "group", descending=True)["group"][0]
    return group.removeprefix("person:")


def test_without_a_filter_all_is_as_it_was_built(review: Review) -> None:
    whole = review.filtered()
    assert_frame_equal(whole.metrics.sort(KEY), review.metrics.sort(KEY))
    assert_frame_equal(told(whole), told(review))
    assert_frame_equal(whole._curves.sort(pl.all()), review._curves.sort(pl.all()))
    assert_frame_equal(whole.excluded.sort(pl.all()), review.excluded.sort(pl.all()))
    assert told(review)["n"].sum() > 500


def test_a_repository_alone_has_the_numbers_of_its_scope(review: Review) -> None:
    for repo in REPOS:
        alone = review.filtered(repo=repo)
        knows_repos = ~pl.col("metric").is_in(["first_time_share", "support_questions"])
        of_its_scope = of_scope(told(review), repo).filter(knows_repos)
        assert_frame_equal(stated_in(of_scope(told(alone), "all"), of_its_scope), of_its_scope)
        assert set(alone.table("issues")["repo"]) == {repo}
        assert [row["repo"] for row in alone.run["repos"]] == [repo]


def test_counts_of_the_repositories_add_up_to_the_whole(review: Review) -> None:
    label = review.filtered(label="docs")
    parts = [review.filtered(label="docs", repo=repo) for repo in REPOS]
    for metric in ("issues_new", "issues_closed", "waiting_on_team", "review_load"):
        counts = [part.estimate(metric, "count").value or 0 for part in parts]
        assert sum(counts) == label.estimate(metric, "count").value


def test_the_cycles_own_window_is_the_cycle(review: Review) -> None:
    for window in ("2026-10", ("2026-10-01", "2026-10-31")):
        assert_frame_equal(review.filtered(window=window).metrics, review.filtered().metrics)
        assert review.filtered(window=window).run == review.filtered().run


def test_an_earlier_cycle_is_as_history_has_it_and_beside_what_was_before(review: Review) -> None:
    september = review.filtered(window="2026-09")
    rows = review._earlier.filter(pl.col("window_start_at") == at("2026-09-01"))
    read_again = pl.col("metric").is_in(TRIAGE)
    then = rows.filter(read_again).sort(KEY)
    assert_frame_equal(stated_in(september.metrics, then).sort(KEY), then)
    assert september.history("backlog", "change")["window_start_at"].to_list() == [
        at("2026-08-01"),
        at("2026-09-01"),
    ]
    assert (september.title, september.as_of) == ("September 2026", at("2026-10-08"))


def test_days_are_beside_stretches_of_as_many_days(review: Review) -> None:
    fortnight = review.filtered(window=("2026-09-14", "2026-09-27"))
    history = fortnight.history("issues_new", "count")
    assert set(history["window_end_at"] - history["window_start_at"]) == {timedelta(days=14)}
    assert history["window_start_at"][-1] == at("2026-09-14")
    assert history["window_end_at"][0] > at("2026-08-01")
    assert history.height == 5  # back to where the sources begin


def test_filters_commute(review: Review) -> None:
    asked: dict[str, Any] = {
        "area": "docs",
        "person": someone(review),
        "repo": REPOS[0],
        "window": ("2026-09-01", "2026-10-15"),
    }
    at_once = review.filtered(**asked)
    assert at_once.estimate("backlog", "at_end").n > 0
    for order in list(permutations(asked))[::5]:
        one_by_one = review
        for kind in order:
            one_by_one = one_by_one.filtered(**{kind: asked[kind]})
        assert_frame_equal(one_by_one.metrics, at_once.metrics)
        assert one_by_one.title == at_once.title


def test_a_part_of_a_part_is_no_more_than_either(review: Review) -> None:
    person = someone(review)
    both = review.filtered(label="docs", person=person).table("issues").select("repo", "number")
    for part in (review.filtered(label="docs"), review.filtered(person=person)):
        assert both.join(part.table("issues"), on=["repo", "number"], how="anti").is_empty()
        assert 0 < both.height < part.table("issues").height


def test_order_of_rows_is_irrelevant(review: Review, tmp_path: Path) -> None:
    shuffled = random_review(tmp_path)
    for path in (shuffled.folder / "tables").glob("*.parquet"):
        pl.read_parquet(path).sample(fraction=1, shuffle=True, seed=5).write_parquet(path)
    for asked in ({"label": "docs"}, {"person": someone(review)}):
        assert_frame_equal(
            told(shuffled.filtered(**asked)), told(review.filtered(**asked)), check_row_order=True
        )


def test_oncall_and_releases_are_not_filtered_and_say_so(review: Review) -> None:
    for metric in OTHERS:
        rows = review.filtered(area="docs", repo=REPOS[0]).metric(metric)
        assert rows["value"].null_count() == rows.height > 0
        assert rows["n"].sum() == 0
        (reason,) = set(rows["reason"])
        assert reason.endswith(": not filtered by area and repo")


def test_nothing_that_matches_is_not_measurable_rather_than_zero(review: Review) -> None:
    nobody = review.filtered(area="app")
    rows = nobody.metrics.filter(pl.col("metric").is_in(TRIAGE))
    assert rows["value"].null_count() == rows.height
    assert set(rows["metric"]) == set(TRIAGE)
    assert rows["n"].sum() == 0
    assert set(rows["reason"]) == {"nothing matches area app"}
    assert nobody.curve("backlog").is_empty()
    assert nobody.measured("review_load").is_empty()
    assert nobody.findings() == []
    assert nobody.history("backlog", "at_end")["value"].null_count() == 3


def test_the_folder_stays_as_it_is(review: Review) -> None:
    def written() -> dict[Path, bytes]:
        return {p: p.read_bytes() for p in review.folder.rglob("*") if p.is_file()}

    before = written()
    part = review.filtered(label="docs", window="2026-09")
    assert part.history("backlog", "change").height
    assert part.findings() is not None
    assert written() == before


def test_names_are_those_of_the_pages_and_no_others(review: Review) -> None:
    names = {"ada", "ben", "cleo", "dev", "rae", "sol"}
    part = review.filtered(person=someone(review), label="docs")
    shown = [part.metrics, part._earlier, part._curves, part.excluded, part.waiting]
    shown += [part.measured(metric) for metric in TRIAGE]
    cells = {str(cell) for frame in shown for column in frame.iter_columns() for cell in column}
    assert not cells & names
    assert f"person:{someone(review)}" in cells
    said = [f"{found.claim} {found.id}" for found in part.findings()]
    said += [part.title, repr(part), *cells]
    assert not [text for text in said if names & set(text.replace(":", " ").split())]
