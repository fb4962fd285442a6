from datetime import date
from pathlib import Path

import polars as pl
import pytest
from cycle_documents import AS_OF, WINDOW
from cycle_factory import write_cycle, write_loop

from opsreview import CycleError, OutputsError, open_review
from opsreview.review import Review


@pytest.fixture
def review(tmp_path: Path) -> Review:
    write_cycle(tmp_path / "outputs")
    return open_review("demo", "2026-10", outputs=tmp_path / "outputs")


def test_review_says_what_it_is(review: Review) -> None:
    assert (review.team, review.cycle, review.title) == ("demo", "2026-10", "October 2026")
    assert (review.window, review.as_of, review.zone.key) == (WINDOW, AS_OF, "Europe/Madrid")
    assert "demo" in repr(review)


def test_outputs_is_found_from_a_folder_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_cycle(tmp_path / "outputs")
    (tmp_path / "notebooks/deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "notebooks/deep")
    assert open_review("demo", "2026-10").folder == tmp_path / "outputs/demo/2026-10"


def test_outputs_with_the_cycle_wins_over_a_nearer_one_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_cycle(tmp_path / "outputs")
    (tmp_path / "inner/outputs").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "inner")
    assert open_review("demo", "2026-10").team == "demo"


def test_unknown_cycle_names_the_built_ones_and_the_command(tmp_path: Path) -> None:
    write_cycle(tmp_path)
    with pytest.raises(CycleError, match=r"'2026-11' of demo .*built: 2026-10.*opsreview run demo"):
        open_review("demo", "2026-11", outputs=tmp_path)


def test_unknown_team_names_the_teams_with_a_cycle(tmp_path: Path) -> None:
    write_cycle(tmp_path)
    (tmp_path / "store").mkdir()
    with pytest.raises(CycleError, match=r"'nobody' .*teams with one: demo\)"):
        open_review("nobody", "2026-10", outputs=tmp_path)


def test_team_with_no_cycle_at_all_says_none(tmp_path: Path) -> None:
    with pytest.raises(CycleError, match="teams with one: none"):
        open_review("demo", "2026-10", outputs=tmp_path)


def test_missing_outputs_folder_says_to_run_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CycleError, match=r"no outputs folder .*run `opsreview run demo"):
        open_review("demo", "2026-10", outputs="no-such-folder")


def test_metric_holds_its_rows(review: Review) -> None:
    assert set(review.metric("response_attainment")["statistic"]) == {
        "share_answered",
        "share_closed_unanswered",
        "share_waiting",
    }
    assert review.metric("no_such_metric").is_empty()


def test_estimate_travels_whole(review: Review) -> None:
    estimate = review.estimate("response_attainment", "share_answered")
    assert (estimate.value, estimate.n, estimate.n_pending) == (0.52, 61, 3)
    assert estimate.lower == pytest.approx(0.4)


def test_absent_estimate_is_unknown_with_a_reason_not_zero(review: Review) -> None:
    estimate = review.estimate("review_load", "count", group="person:nobody")
    assert (estimate.value, estimate.n) == (None, 0)
    assert estimate.reason


def test_absent_estimate_borrows_the_reason_of_its_metric(tmp_path: Path) -> None:
    write_cycle(tmp_path, has_pager=False)
    review = open_review("demo", "2026-10", outputs=tmp_path)
    reason = review.estimate("interruptions", "count", group="person:otter").reason
    assert reason == "incidents are not recorded by any source"


def test_is_measurable_where_any_of_the_metrics_is(tmp_path: Path) -> None:
    write_cycle(tmp_path, has_pager=False)
    review = open_review("demo", "2026-10", outputs=tmp_path)
    assert review.is_measurable("interruptions", "backlog")
    assert not review.is_measurable("interruptions", "busiest_share")


def test_history_ends_with_this_cycle(review: Review) -> None:
    history = review.history("response_attainment", "share_answered")
    assert history["is_current"].to_list() == [False] * 14 + [True]
    assert history["window_start_at"].is_sorted()
    assert history["value"][-1] == 0.52


def test_usual_range_leaves_this_cycle_out(review: Review) -> None:
    usual = review.usual("response_attainment", "share_answered")
    assert usual.low is not None
    assert usual.low > 0.52
    assert usual.cycle_count == 12


def test_first_cycle_has_no_history(tmp_path: Path) -> None:
    write_cycle(tmp_path, has_history=False)
    review = open_review("demo", "2026-10", outputs=tmp_path)
    assert review.history("backlog", "change").height == 1
    assert review.usual("backlog", "change").cycle_count == 0


def test_curve_is_of_one_group_or_of_all(review: Review) -> None:
    assert set(review.curve("backlog")["group"]) == {"all"}
    assert set(review.curve("backlog", group=None)["group"]) == {
        "all",
        "kind:issue",
        "kind:pull_request",
    }


def test_cycle_without_curves_has_empty_ones(review: Review) -> None:
    (review.folder / "curves.parquet").unlink()
    assert review.curve("backlog").is_empty()


def test_measured_of_what_was_not_is_empty(review: Review) -> None:
    assert review.measured("no_such_metric").is_empty()


def test_table_reads_a_typed_table(review: Review) -> None:
    assert "published_at" in review.table("releases").columns


def test_missing_table_names_those_that_are_there(review: Review) -> None:
    with pytest.raises(OutputsError, match=r"no table 'incident': it has releases"):
        review.table("incident")


def test_rejected_rows_are_counted_by_reason(review: Review) -> None:
    reason = "closed_at_is_before_opened_at"
    assert review.rejected.rows() == [("issues", reason, 2)]
    (review.folder / "rejected/issues.parquet").unlink()
    again = open_review("demo", "2026-10", outputs=review.folder.parents[1])
    assert again.rejected.is_empty()


def test_findings_come_by_topic(review: Review) -> None:
    assert len(review.findings()) == 3
    assert review.findings("oncall") == []


def test_finding_of_a_metric_is_the_metrics_own(review: Review) -> None:
    found = review.finding("response_attainment")
    assert found is not None
    assert found.origin == "metric"
    assert review.finding("backlog") is None


def test_commitment_is_a_promise_or_none(review: Review) -> None:
    promise = review.commitment("first-answer")
    assert promise is not None
    assert (promise.metric, promise.at_most_hours) == ("response_attainment", 72.0)
    assert review.commitment("no-such-promise") is None


def test_deadline_of_answers_is_the_promised_one(review: Review) -> None:
    assert review.deadline_hours("time_to_first_response") == 72.0
    assert review.deadline_hours("time_to_first_review") is None
    assert review.least_share("response_attainment") == 0.75


def test_deadline_without_a_model_is_the_one_the_cycle_was_read_with(tmp_path: Path) -> None:
    write_cycle(tmp_path, has_model=False, run={"target_hours": {"response_attainment": 48.0}})
    review = open_review("demo", "2026-10", outputs=tmp_path)
    assert review.model is None
    assert review.deadline_hours("time_to_first_response") == 48.0
    assert review.least_share("response_attainment") is None


def test_claims_proposals_and_slots_are_read(review: Review) -> None:
    assert [row["verdict"] for row in review.held] == ["drifts", "holds", "cannot tell"]
    assert [proposal["id"] for proposal in review.proposals] == ["p-1"]
    assert review.release_slots[0] == date(2026, 9, 15)
    assert review.next["on_duty"][0]["person"] == "heron"


def test_what_closes_the_loop_is_read(tmp_path: Path) -> None:
    folder = write_loop(write_cycle(tmp_path))
    review = Review(folder)
    assert [row["verdict"] for row in review.verdicts][:2] == ["worse", "worked"]
    assert [row["severity"] for row in review.checks] == ["error", "warning", "info"]
    assert [row["id"] for row in review.decision_map] == ["accept-issue", "ship"]
    assert review.handoffs[0]["n"] == 7
    assert review.sign_off is not None
    assert review.sign_off["model"]["by"] == "otter"
    assert sum(topic["minutes"] for topic in review.agenda) == 45
    assert review.as_of_day == date(2026, 11, 8)


def test_older_build_has_nothing_of_the_loop(review: Review) -> None:
    assert review.verdicts == review.checks == review.decision_map == []
    assert review.handoffs == review.agenda == []
    assert review.sign_off is None


def test_team_without_a_model_has_no_claims_and_no_proposals(tmp_path: Path) -> None:
    write_cycle(tmp_path, has_model=False)
    review = open_review("demo", "2026-10", outputs=tmp_path)
    assert (review.held, review.proposals, review.release_slots) == ([], [], [])


def test_next_of_an_older_build_says_nothing(review: Review) -> None:
    (review.folder / "next.json").unlink()
    assert review.next == {"on_duty": [], "release_slot": None, "fill_in": []}


def test_frames_are_polars(review: Review) -> None:
    for frame in (review.excluded, review.waiting, review.metrics):
        assert isinstance(frame, pl.DataFrame)
