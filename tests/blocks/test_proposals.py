import pytest
from cycle_documents import PROPOSALS

from opsreview import blocks, open_review
from opsreview.blocks.proposals import expected
from opsreview.review import Review

from .reading import text


def proposing(review: Review, written: str) -> Review:
    (review.folder / "proposals.yaml").write_text(written, "utf-8")
    return open_review(review.team, review.cycle, outputs=review.folder.parents[1])


def test_proposal_names_change_reason_past_effect_and_how_to_decide(review: Review) -> None:
    said = text(blocks.proposals(review))
    assert "promises.first-answer.within 3 days → 5 days" in said
    assert "First answers drift." in said
    assert "met in 9 of the last 12 cycles" in said
    assert "share answered in time up by at least 10 points" in said
    assert "opsreview decide demo 1" in said


def test_at_most_three_proposals_are_shown(review: Review) -> None:
    said = text(blocks.proposals(proposing(review, PROPOSALS * 5)))
    assert "decide demo 3" in said
    assert "decide demo 4" not in said


def test_person_to_be_chosen_and_values_of_many_kinds_are_said_in_words(review: Review) -> None:
    said = text(
        blocks.proposals(
            proposing(
                review,
                "- {id: p-1, path: rhythm.duty.order, current: [otter], proposed: null,"
                " because: [], expects: done, what_if: null}",
            )
        )
    )
    assert "rhythm.duty.order otter → to be chosen – that it is done" in said


def test_team_without_proposals_shows_none(bare: Review) -> None:
    assert blocks.proposals(bare) is None


@pytest.mark.parametrize(
    ("expects", "words"),
    [
        ("done", "that it is done"),
        (None, "that it is done"),
        (
            {
                "metric": "time_to_first_review",
                "statistic": "median",
                "direction": "down",
                "at_least": "25 %",
            },
            "median time to a first review down by at least 25 %",
        ),
        (
            {"metric": "backlog", "statistic": "change", "direction": "down", "at_least": 5},
            "change of the backlog down by at least 5",
        ),
    ],
)
def test_expected_effect_is_said_in_words(expects: object, words: str) -> None:
    assert expected(expects) == words
