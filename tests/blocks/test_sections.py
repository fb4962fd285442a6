import json

from cycle_documents import findings_json, model_json
from cycle_factory import NO_INCIDENTS

from opsreview import blocks, open_review
from opsreview.estimate import Estimate, not_measurable
from opsreview.review import Review

from .reading import text, with_metrics

MISSING = ("interruptions", "busiest_share", "time_to_resolve", "oncall_share")


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


def test_metric_that_is_unknown_over_all_is_left_to_what_cannot_be_told(review: Review) -> None:
    unknown = not_measurable("share", "share", "nobody declares it")
    suspected = Estimate("share", 0.5, "share", 8, group="kind:suspected")
    other = with_metrics(review, ("change_fail_rate", unknown), ("change_fail_rate", suspected))

    assert blocks.finding(other, "change_fail_rate") is None
    assert "Nobody declares it" in text(blocks.not_told(other, "change_fail_rate"))


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
    ):
        assert words in said
    rest = text(blocks.not_declared(review))
    assert "when the retrospective happens" in rest
    assert "Last reviewed on Tue 2 Jun 2026 by triage-lead (otter)" in rest


def test_empty_model_shows_what_it_could_say(review: Review) -> None:
    nothing = {part: [] for part in ("roles", "areas", "channels", "escalation", "promises")}
    rhythm = dict.fromkeys(("triage", "release", "duty", "retrospective"))
    empty = model_json() | nothing | {"rhythm": rhythm, "reviewed": None}
    (review.folder / "operating_model.json").write_text(json.dumps(empty), "utf-8")
    reopened = open_review("demo", "2026-10", outputs=review.folder.parents[1])
    assert blocks.operating_model_map(reopened) is None
    assert text(blocks.not_declared(reopened)).startswith("What is not declared")


def test_team_without_a_model_is_told_where_to_write_one(bare: Review) -> None:
    assert "params/bare/operating_model.yaml" in text(blocks.operating_model_map(bare))
