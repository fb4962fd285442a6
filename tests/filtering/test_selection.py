"""What a filter takes: labels and acts as they stood, and nothing that came later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from factories import comments, events, incidents, issues, people, pull_requests, reviews
from metrics.views import LONG, subject

from filtering.folders import GROUPS, folder_of, pseudonyms, small_review
from opsreview.errors import FilterError
from opsreview.metrics.registry import METRICS
from opsreview.metrics.view import Targets
from opsreview.privacy import Appearance
from opsreview.review import Review

AFTER = "2026-11-20"  # later than the moment that the cycle speaks for


def taken(review: Review, **asked: Any) -> set[int]:
    """The numbers of the issues and pull requests that a filter takes."""
    part = review.filtered(**asked)
    return {*part.table("issues")["number"], *part.table("pull_requests")["number"]}


def test_items_that_bore_the_label_then_are_taken_whatever_they_bear_today(tmp_path: Path) -> None:
    review = small_review(
        tmp_path,
        issues=issues({"labels": ["docs"]}, {"labels": []}, {"labels": ["docs"]}, {}),
        pull_requests=pull_requests({"number": 9, "labels": ["docs", "bug"]}),
        events=events(
            {"number": 2, "event": "unlabeled", "label": "docs", "created_at": AFTER},
            {"number": 3, "event": "labeled", "label": "docs", "created_at": AFTER},
        ),
    )
    assert taken(review, label="docs") == taken(review, area="docs") == {1, 2, 9}
    assert taken(review, label="docs", area="docs") == {1, 2, 9}
    assert taken(review, label="bug") == {9}


def test_labels_of_history_are_those_of_each_cycles_own_end(tmp_path: Path) -> None:
    labelled = {"event": "labeled", "label": "docs", "created_at": "2026-10-20"}
    review = small_review(
        tmp_path,
        issues=issues(
            {"labels": ["docs"], "opened_at": "2026-08-03"},
            {"labels": ["docs"], "opened_at": "2026-10-15"},
        ),
        events=events(labelled),
    )
    opened = review.filtered(label="docs").history("backlog", "at_end").tail(3)
    assert opened["value"].to_list() == [None, None, 2]
    assert opened["reason"].to_list() == ["nothing matches label docs"] * 2 + [None]


def test_an_area_may_be_written_with_a_star(tmp_path: Path) -> None:
    review = small_review(
        tmp_path, issues=issues({"labels": ["app/start"]}, {"labels": ["xapp/start"]}, {})
    )
    assert taken(review, area="app") == {1}
    assert taken(review, label="xapp/start") == {2}


def test_a_person_takes_what_they_opened_answered_reviewed_merged_or_closed(tmp_path: Path) -> None:
    review = small_review(
        tmp_path,
        issues=issues({"author": "cleo"}, {}, {}, {}, {}),
        pull_requests=pull_requests(
            {"number": 11},
            {"number": 12, "merged_at": "2026-10-09", "merged_by": "cleo"},
            {"number": 13, "merged_at": AFTER, "merged_by": "cleo"},
        ),
        comments=comments(
            {"number": 2, "author": "cleo"},
            {"number": 3, "author": "cleo", "created_at": AFTER},
        ),
        reviews=reviews({"number": 11, "author": "cleo"}),
        events=events({"number": 4, "actor": "cleo"}),
    )
    assert taken(review, person="cleo") == {1, 2, 4, 11, 12}


@pytest.mark.parametrize("event", ["assigned", "mentioned", "subscribed"])
def test_what_happens_to_a_person_is_no_act_of_theirs(tmp_path: Path, event: str) -> None:
    review = small_review(
        tmp_path,
        issues=issues({}, {"author": "ben"}),
        events=events({"event": event, "actor": "ben", "assignee": "ben"}),
    )
    assert taken(review, person="ben") == {2}


def test_numbers_by_person_say_what_cannot_be_among_them(tmp_path: Path) -> None:
    review = small_review(tmp_path, issues=issues({}, {}), comments=comments({"author": "ben"}))
    share = review.filtered(person="ben").estimate("response_attainment", "share_answered")
    assert (share.value, share.n) == (1, 1)
    assert share.reason is not None
    assert "of what ben acted on: what nobody acted on is not among it" in share.reason
    assert review.estimate("response_attainment", "share_answered").value == 0.5


def test_an_area_is_judged_by_its_own_target(tmp_path: Path) -> None:
    team = subject(
        issues=issues({"labels": ["docs"]}, {}),
        comments=comments({"created_at": "2026-10-02"}, {"number": 2, "created_at": "2026-10-02"}),
        groups=GROUPS,
    )
    review = folder_of(tmp_path, team, targets=Targets(72.0, {"area:docs": 12.0}))
    docs = review.filtered(area="docs")
    assert docs.estimate("response_attainment", "share_answered").value == 0
    assert review.estimate("response_attainment", "share_answered").value == 1
    assert docs.deadline_hours("response_attainment") == 12.0


def test_bots_ghosts_and_the_unknown_are_no_persons_to_ask_for(tmp_path: Path) -> None:
    review = small_review(
        tmp_path,
        issues=issues({"author": "helper[bot]"}, {"author": "ghost"}, {"author": None}),
        people=people({"person_id": "ada"}, {"person_id": "helper[bot]", "kind": "bot"}),
    )
    for name in ("helper[bot]", "ghost"):
        with pytest.raises(FilterError, match=r"no person .*there is ada"):
            review.filtered(person=name)


def test_a_name_that_pages_do_not_show_cannot_be_asked_for(tmp_path: Path) -> None:
    team = subject(issues=issues({"author": "ada"}))
    review = folder_of(tmp_path, team, called=pseudonyms({"ada", "ben"}))
    with pytest.raises(FilterError) as refused:
        review.filtered(person="ada")
    assert str(refused.value).count("ada") == 1  # as it was asked
    assert "ben" not in str(refused.value)


def test_by_role_nobody_can_be_asked_for(tmp_path: Path) -> None:
    team = subject(issues=issues({"author": "ada"}))
    review = folder_of(tmp_path, team, called=Appearance("roles", {"ada": "triage-lead"}))
    with pytest.raises(FilterError, match="tell of roles, and of no person"):
        review.filtered(person="triage-lead")
    assert not review.filtered().metrics["group"].str.starts_with("person:").any()


def test_a_source_that_does_not_give_comments_is_still_said_to_be_lacking(tmp_path: Path) -> None:
    covers = {("issues", "team/product"): LONG}
    team = subject(issues=issues({"labels": ["docs"]}), covers=covers, groups=GROUPS)
    part = folder_of(tmp_path, team).filtered(area="docs")
    answered = part.estimate("response_attainment", "share_answered")
    assert (answered.value, answered.reason) == (None, "no source gives comments")
    assert part.estimate("issues_new", "count", group="kind:issue").value == 1


def test_what_waits_is_of_the_items_taken_and_ranked_anew(tmp_path: Path) -> None:
    waiting = pl.DataFrame(
        {
            "kind": ["review", "waiting_on_team", "waiting_on_team"],
            "repo": "team/product",
            "number": [9, 1, 2],
            "title": None,
            "url": None,
            "waiting_hours": [3.0, 50.0, 20.0],
            "area": None,
            "rank": [1, 1, 2],
        }
    )
    team = subject(issues=issues({}, {"labels": ["docs"]}), groups=GROUPS)
    part = folder_of(tmp_path, team, waiting=waiting).filtered(area="docs")
    assert part.waiting.select("number", "rank").rows() == [(2, 1)]


def test_what_knows_of_no_items_is_in_no_part_of_them(tmp_path: Path) -> None:
    team = subject(issues=issues({"labels": ["docs"]}), incidents=incidents({}), groups=GROUPS)
    review = folder_of(tmp_path, team)
    assert review.filtered(area="docs").table("incidents").is_empty()
    assert review.filtered(window="2026-09").table("incidents").height == 1


def test_a_metric_of_what_knows_of_no_items_is_not_filtered_by_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = small_review(tmp_path, issues=issues({"labels": ["docs"]}))
    asked = replace(METRICS["issues_new"], id="asked_in_chat", needs=("support_requests",))
    monkeypatch.setitem(METRICS, "asked_in_chat", asked)
    rows = review.filtered(area="docs", window="2026-09").metric("asked_in_chat")
    assert set(rows["reason"]) == {"support requests: not filtered by area"}
    assert rows["value"].null_count() == rows.height > 0
