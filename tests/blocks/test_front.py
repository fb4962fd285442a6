import json
from pathlib import Path

import pytest
from cycle_documents import signals_json
from cycle_factory import waiting_frame, write_cycle

from opsreview import blocks, open_review
from opsreview.estimate import not_measurable
from opsreview.review import Review

from .reading import text, with_document, with_metrics, without


def test_banner_counts_sources_rows_set_aside_and_earlier_cycles(review: Review) -> None:
    said = text(blocks.banner(review))
    assert "2 of 2 sources complete" in said
    assert "2 rows set aside" in said
    assert "14 earlier cycles" in said


@pytest.mark.parametrize(
    ("run", "words"),
    [({"is_mature": False}, "read early"), ({"is_over": False, "is_mature": False}, "not over")],
)
def test_cycle_read_too_soon_says_so_at_the_top(
    tmp_path: Path, run: dict[str, bool], words: str
) -> None:
    write_cycle(tmp_path, run=run)
    review = open_review("demo", "2026-10", outputs=tmp_path)
    assert words in text(blocks.banner(review))
    notes = text(blocks.data_quality(review))
    assert "late answers are missing" in notes or "will still change" in notes


def test_opening_begins_with_what_drifts_and_goes_on_with_other_news(review: Review) -> None:
    said = text(blocks.opening(review))
    assert said.startswith("1 of 3 claims drifts: “Three of four issues")
    assert "No headline is a signal" in said
    assert said.count("52 %") == 1


def test_opening_tells_the_first_signal_that_the_drift_has_not_told(review: Review) -> None:
    both = with_document(
        review, "signals", signals_json("response_attainment.share_answered", "backlog.change")
    )
    assert "The backlog grew by 9, a signal: slower than" in text(blocks.opening(both))
    alone = with_document(review, "signals", signals_json("response_attainment.share_answered"))
    said = text(blocks.opening(alone))
    assert "That is a signal: slower than the 12 earlier cycles" in said
    assert "no other headline is a signal" in said


def test_opening_of_a_team_without_a_model_or_past_is_still_two_true_sentences(
    bare: Review,
) -> None:
    said = text(blocks.opening(bare))
    assert "too few earlier cycles" in said
    assert "not declared yet" in said


def test_opening_of_a_routine_cycle_says_so(review: Review) -> None:
    drift = [row for row in review.held if row["verdict"] == "holds"]
    (review.folder / "drift.json").write_text(json.dumps(drift), "utf-8")
    routine = open_review("demo", "2026-10", outputs=review.folder.parents[1])
    said = text(blocks.opening(routine))
    assert said.startswith("No headline is a signal")
    assert "1 claim of the model holds, and none drifts." in said
    assert "none is a signal" in text(blocks.headlines(routine))


def test_five_oldest_waits_are_shown_and_the_rest_counted(review: Review) -> None:
    said = text(blocks.waiting_now(review))
    assert "#826" in said
    assert "19 d, since the last word from outside" in said
    assert "never shown" not in said
    assert "1 more issue waits" in said
    assert "2 pull requests wait for a first review, the oldest 6 d" in said
    assert "1 merged change is not released, the oldest 16 d" in said


def test_nothing_waiting_and_waiting_unknown_are_told_apart(review: Review) -> None:
    waiting_frame().head(0).write_parquet(review.folder / "waiting.parquet")
    empty = open_review("demo", "2026-10", outputs=review.folder.parents[1])
    assert "No open issue waits on us" in text(blocks.waiting_now(empty))
    reason = "nothing says who is in the team"
    unknown = with_metrics(empty, ("waiting_on_team", not_measurable("count", "count", reason)))
    assert f"cannot be told: {reason}" in text(blocks.waiting_now(unknown))


def test_items_of_several_repositories_name_theirs(tmp_path: Path) -> None:
    repos = [
        {"repo": name, "n_items": 1, "n_expected": None, "complete": True}
        for name in ("demo/extension", "demo/docs")
    ]
    write_cycle(tmp_path, run={"repos": repos})
    review = open_review("demo", "2026-10", outputs=tmp_path)
    assert "demo/extension#826" in text(blocks.waiting_now(review))


def test_next_turn_and_slot_are_days_of_the_teams_zone(review: Review) -> None:
    said = text(blocks.next_up(review))
    assert "heron (primary) Mon 9 Nov 2026 to Mon 16 Nov 2026" in said
    assert "Tue 10 Nov 2026" in said


def test_team_without_rota_and_train_has_nothing_next(review: Review) -> None:
    assert blocks.next_up(without(review, "next.json")) is None


def test_fill_in_says_what_why_and_how(review: Review) -> None:
    said = text(blocks.fill_in(review))
    assert "who is in the team : answers by the team" in said
    assert "people.yaml" in said


def test_data_quality_is_told_in_full(review: Review) -> None:
    said = text(blocks.data_quality(review))
    for words in (
        "Data up to Sun 8 Nov 2026 00:00 CET",
        "4 times without a zone",
        "3 issues still inside the answer deadline",
        "demo/extension: 900 items of 900",
        "closed at is before opened at 2",
        "time to a first answer the source never gave who opened it 3",
        "issues 2025-05-01 to 2026-11-08",
    ):
        assert words in said
