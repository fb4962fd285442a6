import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from cycle_documents import findings_json, model_json
from cycle_factory import NO_INCIDENTS, estimates, metrics_frame, waiting_frame, write_cycle

from opsreview import blocks, open_review
from opsreview.blocks.block import web_link
from opsreview.estimate import Estimate, not_measurable
from opsreview.review import Review

VOID = {"br", "img", "meta", "rect", "circle", "polyline"}
MISSING = ("interruptions", "busiest_share", "time_to_resolve", "oncall_share")


class Balanced(HTMLParser):
    """Fails where a tag is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag


@pytest.fixture
def review(tmp_path: Path) -> Review:
    write_cycle(tmp_path)
    return open_review("demo", "2026-10", outputs=tmp_path)


@pytest.fixture
def bare(tmp_path: Path) -> Review:
    """No pager, no model, no earlier cycle."""
    write_cycle(tmp_path, team="bare", has_pager=False, has_model=False, has_history=False)
    return open_review("bare", "2026-10", outputs=tmp_path)


def text(block: blocks.Block | None) -> str:
    """What a reader sees."""
    assert block is not None
    plain = re.sub(r"<[^>]+>", " ", block.html).replace("\u00a0", " ")
    return " ".join(plain.split())


def with_metrics(review: Review, *rows: tuple[str, Estimate]) -> Review:
    """The cycle with other values for some statistics."""
    given = {(metric, row.statistic, row.group) for metric, row in rows}
    kept = [
        (metric, row)
        for metric, row in estimates()
        if (metric, row.statistic, row.group) not in given
    ]
    metrics_frame([*kept, *rows]).write_parquet(review.folder / "metrics.parquet")
    return open_review(review.team, review.cycle, outputs=review.folder.parents[1])


def without(review: Review, name: str) -> Review:
    (review.folder / name).unlink()
    return open_review(review.team, review.cycle, outputs=review.folder.parents[1])


EVERYTHING: list[Callable[[Review], blocks.Block | None]] = [
    blocks.banner,
    blocks.opening,
    blocks.headlines,
    blocks.waiting_now,
    blocks.next_up,
    blocks.drift,
    blocks.proposals,
    blocks.fill_in,
    blocks.data_quality,
    blocks.operating_model_map,
    lambda review: blocks.findings_list(review, "triage"),
    lambda review: blocks.finding(review, "response_attainment"),
    lambda review: blocks.question(review, "Why?", "backlog"),
    lambda review: blocks.not_told(review, *MISSING),
    lambda review: blocks.metric_table(review, "review_load"),
    lambda review: blocks.waiting_list(review, "review", "unreleased"),
]


@pytest.mark.parametrize("block", EVERYTHING)
@pytest.mark.parametrize("team", ["review", "bare"])
def test_every_block_is_whole_html_without_styles_of_its_own(
    block: Callable[[Review], blocks.Block | None], team: str, request: pytest.FixtureRequest
) -> None:
    shown = block(request.getfixturevalue(team))
    parser = Balanced()
    parser.feed(shown.html if shown else "")
    assert parser.open == []
    names = {name for name, _ in parser.attributes}
    assert not {name for name in names if name == "style" or name.startswith("on")}
    assert "None" not in re.sub(r"<[^>]+>", " ", shown.html if shown else "")


def test_block_shows_itself_as_html() -> None:
    block = blocks.Block("<p>x</p>")
    assert block._repr_html_() == "<p>x</p>"
    assert "<p>" not in repr(block)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org", "https://example.org"),
        ("http://example.org", "http://example.org"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org", None),
        (None, None),
    ],
)
def test_only_web_pages_are_linked(url: str | None, link: str | None) -> None:
    assert web_link(url) == link


def test_titles_from_outside_are_shown_and_not_run(review: Review) -> None:
    shown = blocks.waiting_now(review).html
    assert "&lt;b&gt;diagnostics&lt;/b&gt;" in shown
    assert "<b>diagnostics" not in shown


def test_evidence_that_is_no_web_page_is_text(review: Review) -> None:
    shown = blocks.finding(review, "time_to_first_review")
    assert shown is not None
    assert "javascript" not in shown.html


def test_number_and_unit_stay_on_one_line(review: Review) -> None:
    assert "within 3\u00a0d" in blocks.headlines(review).html


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
    assert said.startswith("1 of 3 promises drifts: “Three of four issues")
    assert "outside the range of the earlier 12 cycles" in said
    assert said.count("52 %") == 1


def test_opening_of_a_team_without_a_model_or_past_is_still_two_true_sentences(
    bare: Review,
) -> None:
    said = text(blocks.opening(bare))
    assert "too few earlier cycles" in said
    assert "not declared yet" in said


def test_opening_of_a_routine_cycle_says_so(review: Review) -> None:
    drift = [row for row in review.verdicts if row["verdict"] == "holds"]
    (review.folder / "drift.json").write_text(json.dumps(drift), "utf-8")
    earlier = pl.read_parquet(review.folder / "history.parquet")
    latest = earlier.filter(pl.col("window_start_at") == earlier["window_start_at"].max())
    latest.with_columns(
        window_start_at=pl.lit(review.window.start_at), window_end_at=pl.lit(review.window.end_at)
    ).write_parquet(review.folder / "metrics.parquet")
    routine = open_review("demo", "2026-10", outputs=review.folder.parents[1])
    said = text(blocks.opening(routine))
    assert said.startswith("All 6 headlines lie inside the range of the earlier cycles.")
    assert "1 promise of the model holds, and none drifts." in said
    assert "none outside the range" in text(blocks.headlines(routine))


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


def test_drift_shows_what_drifts_what_cannot_be_told_and_folds_the_rest(review: Review) -> None:
    said = text(blocks.drift(review))
    assert "1 of 3 promises; 1 cannot be told" in said
    assert "reports come by mail" in said
    assert "1 holds" in said


def test_team_without_a_model_has_no_drift_and_no_proposals(bare: Review) -> None:
    assert blocks.drift(bare) is None
    assert blocks.proposals(bare) is None


def test_model_without_drift_says_none(review: Review) -> None:
    assert "No promise of the model drifts" in text(blocks.drift(without(review, "drift.json")))


def test_proposal_names_the_change_its_reason_and_the_command(review: Review) -> None:
    said = text(blocks.proposals(review))
    assert "promises.first-answer.within : 3 days → 5 days" in said
    assert "opsreview decide demo p-1" in said
    assert "First answers drift." in said
    assert "met in 9 of the last 12 cycles" in said


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


def test_each_reason_for_not_measurable_is_said_once(bare: Review) -> None:
    for block in (blocks.not_told(bare, *MISSING), blocks.data_quality(bare)):
        assert text(block).lower().count(NO_INCIDENTS) == 1


def test_sections_over_nothing_vanish(bare: Review) -> None:
    assert blocks.question(bare, "Who was interrupted?", "interruptions", "busiest_share") is None
    assert blocks.finding(bare, "interruptions") is None
    assert blocks.metric_table(bare, "interruptions") is None
    assert blocks.findings_list(bare, "oncall") is None
    assert blocks.waiting_list(bare, "no such kind") is None


def test_metric_without_a_sentence_tells_its_statistics(review: Review) -> None:
    said = text(blocks.finding(review, "release_interval"))
    assert "Median gap between releases: 18 d (14–21 d, n 11)." in said
    assert "Time since the last release: 12 d (n 1)." in said


def test_statistics_that_cannot_be_told_share_their_reason(review: Review) -> None:
    nothing = [not_measurable(name, "hours", "too few releases") for name in ("median", "longest")]
    other = with_metrics(review, *(("release_interval", row) for row in nothing))
    said = text(blocks.finding(other, "release_interval"))
    assert said.count("cannot be told: too few releases.") == 1


def test_metric_told_by_person_alone_has_no_sentence(review: Review) -> None:
    assert blocks.finding(review, "oncall_share") is None


def test_nothing_missing_is_not_told(review: Review) -> None:
    assert blocks.not_told(review, *MISSING) is None


def test_finding_stands_beside_the_earlier_cycles(review: Review) -> None:
    said = text(blocks.finding(review, "response_attainment"))
    assert "within 3 d (40–64 %). Earlier cycles: 60 to 82 %. Seen in #826" in said
    assert findings_json()[1]["claim"] in said


def test_metric_table_names_groups_as_people_read_them(review: Review) -> None:
    said = text(blocks.metric_table(review, "review_load"))
    assert "Reviews otter 21" in said


def test_model_map_shows_owners_deputies_and_what_is_not_declared(review: Review) -> None:
    said = text(blocks.operating_model_map(review))
    for words in (
        "triage-lead otter heron sorts new issues",
        "2 weeks on tuesday",
        "otter, then heron, then lynx",
        "triage-lead (otter) 4 h direct message",
        "at least 75 % within 3 d",
        "when the retrospective happens",
        "Last reviewed on 2026-06-02",
    ):
        assert words in said


def test_empty_model_shows_what_it_could_say(review: Review) -> None:
    nothing = {part: [] for part in ("roles", "areas", "channels", "escalation", "promises")}
    rhythm = dict.fromkeys(("triage", "release", "duty", "retrospective"))
    empty = model_json() | nothing | {"rhythm": rhythm, "reviewed": None}
    (review.folder / "operating_model.json").write_text(json.dumps(empty), "utf-8")
    said = text(
        blocks.operating_model_map(open_review("demo", "2026-10", outputs=review.folder.parents[1]))
    )
    assert said.startswith("What is not declared")


def test_team_without_a_model_is_told_where_to_write_one(bare: Review) -> None:
    assert "params/bare/operating_model.yaml" in text(blocks.operating_model_map(bare))
