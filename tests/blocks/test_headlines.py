import polars as pl
import pytest
from cycle_documents import headline_row, signals_json
from cycle_factory import NO_INCIDENTS

from opsreview import blocks, open_review
from opsreview.estimate import Estimate
from opsreview.review import Review

from .reading import text, with_document, with_metrics


def test_six_headlines_are_always_shown(review: Review, bare: Review) -> None:
    for each in (review, bare):
        assert blocks.headlines(each).html.count("<article") == 6


def test_headlines_carry_interval_n_and_the_earlier_range(review: Review) -> None:
    said = text(blocks.headlines(review))
    assert "52 % of issues answered within 3 d" in said
    assert "40–64 %, n 61" in said
    assert "earlier 12 cycles: 67 to 82 %" in said
    assert "3 more still inside the deadline" in said
    assert "One person took 18 of 31 interruptions" in said
    assert "by chance the busiest has 35–42 %" in said
    assert "the last one 12 d ago" in said


def test_headline_that_is_not_measurable_says_why_and_shows_no_zero(bare: Review) -> None:
    said = text(blocks.headlines(bare))
    assert "Busiest person&#39;s share of interruptions: not measurable" in said
    assert NO_INCIDENTS in said


def test_median_not_reached_is_a_headline_of_more_than(review: Review) -> None:
    unreached = Estimate("median", None, "hours", 44, lower=336.0, n_censored=30)
    other = with_metrics(review, ("time_to_first_review", unreached))
    assert "A first review takes more than 14 d" in text(blocks.headlines(other))


@pytest.mark.parametrize(
    ("change", "words"),
    [(-3, "The backlog shrank by 3"), (0, "The backlog stayed as it was")],
)
def test_backlog_is_said_by_its_direction(review: Review, change: int, words: str) -> None:
    other = with_metrics(review, ("backlog", Estimate("change", change, "count", 3)))
    assert words in text(blocks.headlines(other))


def test_sparkline_has_a_gap_where_a_cycle_was_not_measurable(review: Review) -> None:
    path = review.folder / "history.parquet"
    history = pl.read_parquet(path)
    is_gap = (pl.col("metric") == "backlog") & (pl.col("window_start_at").dt.month() == 2)
    value = pl.when(is_gap).then(None).otherwise("value")
    history.with_columns(value=value.alias("value")).write_parquet(path)
    shown = blocks.headlines(open_review("demo", "2026-10", outputs=review.folder.parents[1])).html
    assert shown.count("<polyline") == 7


def test_first_cycle_has_no_sparklines(bare: Review) -> None:
    assert "<svg" not in blocks.headlines(bare).html


def test_signal_is_marked_with_what_it_is_beside_and_the_smallest_visible_change(
    review: Review,
) -> None:
    marked = with_document(review, "signals", signals_json("time_to_first_review.median"))
    shown = blocks.headlines(marked)
    assert shown.html.count('class="chip">signal') == 1
    said = text(shown)
    assert "1 signal among them" in said
    assert "A signal: slower than the 12 earlier cycles" in said
    assert "Smallest visible change: waits × 2.4, over two cycles × 1.8." in said


def test_too_few_cycles_are_said_and_no_card_is_marked(bare: Review) -> None:
    shown = blocks.headlines(bare)
    assert 'class="chip"' not in shown.html
    assert "too few earlier cycles to tell signals" in text(shown)
    assert "Too few cycles to tell: 0 earlier, 8 are needed" in text(shown)


def test_other_numbers_are_folded_away_beside_what_luck_gives(review: Review) -> None:
    shown = blocks.headlines(review)
    assert "<details" in shown.html
    said = text(shown)
    assert "1 of 34 other numbers is unusual; luck alone gives about 0.9 a cycle" in said
    assert "Share of reviews by one person: outside the limits" in said


def test_headline_of_the_team_s_own_choice_is_shown_by_its_name(review: Review) -> None:
    row = headline_row(False, "issue_age", "median", "all", None)
    chosen = with_document(review, "signals", signals_json() | {"headlines": [row]})
    shown = blocks.headlines(chosen)
    assert shown.html.count("<article") == 1
    assert "Median age of open issues: " in text(shown)


def test_headlines_of_waits_say_what_counting_only_the_finished_would_have_said(
    review: Review,
) -> None:
    assert "counting only" not in text(blocks.headlines(review))
    naive = with_metrics(
        review,
        ("response_attainment", Estimate("share_of_answered_in_time", 0.94, "share", 34)),
        ("time_to_first_review", Estimate("median_of_reviewed", 5.0, "hours", 30)),
    )
    said = text(blocks.headlines(naive))
    assert "counting only the answered would have said 94 %" in said
    assert "counting only the reviewed would have said 5 h" in said


def test_slots_kept_are_the_headline_of_a_team_with_a_train(review: Review) -> None:
    rows = signals_json()["headlines"][:-1]
    rows += [headline_row(False, "release_punctuality", "share_on_time", "all", None)]
    of_train = with_document(review, "signals", signals_json() | {"headlines": rows})
    found = [
        Estimate("share_on_time", 0.5, "share", 4, 0.15, 0.85),
        *(Estimate(name, 1.0, "count", 1) for name in ("late", "unplanned")),
    ]
    other = with_metrics(of_train, *(("release_punctuality", each) for each in found))

    shown = blocks.headlines(other)

    assert shown.html.count("<article") == 6
    said = text(shown)
    assert "2 of 4 release slots were kept" in said
    assert "1 late, 1 unplanned" in said
    assert "stable release" not in said
