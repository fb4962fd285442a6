"""The blocks of the triage page: what waits, what the finished alone would say, strata, methods."""

import polars as pl
from cycle_factory import metrics_frame, waiting_frame

from opsreview import blocks, open_review
from opsreview.blocks.methods import assumption_of
from opsreview.estimate import Estimate, not_measurable
from opsreview.review import Review

from .reading import text, with_document, with_metrics

METHODS = [
    {
        "metric": metric,
        "topic": topic,
        "summary": f"What <{metric}> is",
        "standard": "CHAOSS",
        "source": source,
    }
    for metric, topic, source in (
        ("time_to_first_review", "triage", "https://chaoss.community/kb/x/"),
        ("release_interval", "releases", "https://dora.dev/"),
        ("never_measured", "triage", "javascript:alert(1)"),
    )
]


def reopened(review: Review) -> Review:
    return open_review(review.team, review.cycle, outputs=review.folder.parents[1])


def with_waiting(review: Review, waiting: pl.DataFrame) -> Review:
    waiting.write_parquet(review.folder / "waiting.parquet")
    return reopened(review)


def test_board_counts_every_kind_and_names_area_and_owner(review: Review) -> None:
    said = text(blocks.waiting_board(review))
    assert "on Sun 8 Nov 2026, the oldest first" in said
    assert "No answer from us yet 4 issues, the oldest 11 d" in said
    assert "Answered once, waiting on us again 2 issues, the oldest 19 d" in said
    assert "No first review yet 2 pull requests, the oldest 6 d" in said
    assert "#826 preview is blank after reload 19 d preview otter" in said
    assert "author triage-lead (heron)" in said


def test_titles_on_the_board_are_escaped_and_link_to_the_item(review: Review) -> None:
    board = blocks.waiting_board(review)
    assert "<b>diagnostics" not in board.html
    assert 'href="https://example.org/demo/extension/issues/841"' in board.html


def test_board_lists_fifteen_of_a_kind_and_counts_the_rest(review: Review) -> None:
    many = pl.concat([waiting_frame().filter(number=841)] * 18).with_columns(
        number=pl.int_range(1, 19, dtype=pl.Int64), rank=pl.int_range(1, 19, dtype=pl.Int64)
    )
    board = blocks.waiting_board(with_waiting(review, many))
    said = text(board)
    assert board.html.count("<tr><td>") == 15
    assert "18 issues" in said
    assert "the next 10" in said
    assert "and 3 more." in said
    assert "Area" not in said


def test_nothing_waiting_is_told_apart_from_what_cannot_be_told(review: Review) -> None:
    empty = with_waiting(review, waiting_frame().head(0))
    assert "No answer from us yet no issues" in text(blocks.waiting_board(empty))
    unknown = not_measurable("count", "count", "nothing says who is in the team")
    said = text(blocks.waiting_board(with_metrics(empty, ("waiting_on_team", unknown))))
    assert "No answer from us yet: cannot be told, nothing says who is in the team." in said
    assert "no issues" not in said


def test_counting_only_the_answered_says_both_numbers_in_one_line(review: Review) -> None:
    share = Estimate("share_of_answered_in_time", 0.94, "share", 40, 0.8, 0.98)
    median = Estimate("median_of_answered", 5.0, "hours", 40, 3, 9)
    other = with_metrics(review, ("response_attainment", share), ("time_to_first_response", median))
    said = text(blocks.counting_only(other, "response_attainment", "time_to_first_response"))
    assert said.startswith("Counting only the answered would have said 94 % / 5 h:")


def test_counting_only_is_silent_where_nobody_finished_or_no_metric_tells(review: Review) -> None:
    nothing = not_measurable("median_of_reviewed", "hours", "none was reviewed")
    other = with_metrics(review, ("time_to_first_review", nothing))
    assert blocks.counting_only(other, "time_to_first_review") is None
    assert blocks.counting_only(other, "response_attainment", "backlog") is None


def strata(*groups: tuple[str, int]) -> list[tuple[str, Estimate]]:
    return [
        (
            "response_attainment",
            Estimate("share_answered", 0.5, "share", n, 0.3, 0.7, "Wilson 95 %", group=group),
        )
        for group, n in groups
    ]


def test_strata_stand_under_everything_and_those_under_ten_are_left_out(review: Review) -> None:
    groups = (("area:preview", 10), ("label:bug", 9), ("person:otter", 30), ("kind:issue", 30))
    other = with_metrics(review, *strata(*groups))
    said = text(blocks.strata_table(other, "response_attainment", "share_answered"))
    assert "Of Share answered in time 95 % interval n everything 52 %" in said
    assert "area preview 50 % 30–70 % 10" in said
    assert not [word for word in ("bug", "otter", "issues") if word in said]


def test_the_only_repository_is_no_stratum_and_several_are(review: Review) -> None:
    rows = pl.read_parquet(review.folder / "metrics.parquet")
    of = [
        metrics_frame(strata(("all", 20))).with_columns(scope=pl.lit(f"demo/{name}"))
        for name in ("docs", "extension")
    ]
    for count, is_told in ((1, False), (2, True)):
        pl.concat([rows, *of[:count]]).write_parquet(review.folder / "metrics.parquet")
        table = blocks.strata_table(reopened(review), "response_attainment", "share_answered")
        assert (table is not None) is is_told
        assert not is_told or "demo/docs 50 %" in text(table)


def test_method_note_tells_interval_assumption_and_source_of_its_topic(review: Review) -> None:
    note = blocks.method_note(with_document(review, "methods", METHODS), "triage")
    said = text(note)
    assert note is not None
    assert "Time to a first review What &lt;time_to_first_review&gt; is" in said
    assert 'href="https://chaoss.community/kb/x/"' in note.html
    assert "release" not in said
    assert "never" not in said


def test_cycle_without_methods_has_no_note(review: Review) -> None:
    assert blocks.method_note(review, "triage") is None


def test_methods_are_known_by_a_part_of_their_name() -> None:
    assert "rival" in assumption_of("Aalen-Johansen, log-log 95 %")
    assert "cluster" in assumption_of("7 clusters dealt among 5 people")
    assert assumption_of("a method of tomorrow") == ""


def test_findings_of_several_metrics_stand_together_and_the_unmeasured_are_left(
    review: Review,
) -> None:
    said = text(blocks.finding(review, "response_attainment", "nothing_known", "release_interval"))
    assert said.index("within 3 d") < said.index("Median gap between releases")
    assert blocks.finding(review, "nothing_known") is None
