"""From the store to ``signals.json``: what is a signal, what is not, and over which window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dump_factory import FETCHED_AT, SmallTeam, small_team, value_of

from opsreview import blocks
from opsreview.errors import ParamsError
from opsreview.review import Review

PEOPLE = {"ada": {"accounts": ["ada"]}, "ben": {"accounts": ["ben"]}}
START = datetime(2025, 9, 1, tzinfo=UTC)  # fourteen months to the end of October 2026
SLOW_FROM = datetime(2026, 9, 1, tzinfo=UTC)


def team(
    root: Path,
    *,
    a_month: int,
    slow_hours: float = 20.0,
    fetched_at: str = FETCHED_AT,
    **review: Any,
) -> SmallTeam:
    """Issues at an even pace, answered after 2 to 40 hours; the last two months ``slow_hours``."""
    gap = timedelta(days=30.4 / a_month)
    opened = [START + gap * i for i in range(a_month * 14)]
    waits = [
        timedelta(hours=slow_hours if at >= SLOW_FROM else 2 + 38 * ((i * 7) % 11) / 10)
        for i, at in enumerate(opened)
    ]
    comments = [
        {"number": i + 1, "author": "ada", "created_at": said(at + wait)}
        for i, (at, wait) in enumerate(zip(opened, waits, strict=True))
    ]
    issues = [{"opened_at": said(at)} for at in opened]
    dump = {"issues": issues, "comments": comments, "fetched_at": fetched_at}
    return small_team(root, people=PEOPLE, review=review, **dump)


def said(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def row(review: Review, headline: str) -> dict[str, Any]:
    return next(each for each in review.signals["headlines"] if each["id"] == headline)


ANSWERED = "response_attainment.share_answered"


def test_answers_that_become_late_are_a_signal_wherever_it_is_told(tmp_path: Path) -> None:
    review = team(tmp_path, a_month=30, slow_hours=400).build()

    found = row(review, ANSWERED)
    assert found["is_signal"]
    assert found["p"] < 0.001
    assert found["says"].startswith("a signal: slower than the")
    assert [each.id for each in review.findings() if each.is_signal] == [ANSWERED]
    changed = [topic for topic in review.agenda if topic["topic"].startswith("What changed")]
    assert len(changed) == 1
    assert "a signal: slower" in blocks.opening(review).html
    assert "**Signal.**" in (review.folder / "summary.md").read_text("utf-8")


def test_answers_as_ever_are_no_signal_and_say_what_would_show(tmp_path: Path) -> None:
    review = team(tmp_path, a_month=30).build()

    found = row(review, ANSWERED)
    assert not found["is_signal"]
    assert found["says"].startswith("no signal: as the")
    assert found["visible"].startswith("waits × ")
    assert not [topic for topic in review.agenda if topic["topic"].startswith("What changed")]


def test_headline_without_data_says_so_and_is_no_signal(tmp_path: Path) -> None:
    found = row(team(tmp_path, a_month=12).build(), "busiest_share.share")

    assert not found["is_signal"]
    assert found["says"] == "not measurable in this cycle"


def test_team_leads_with_the_headlines_of_its_own_choice(tmp_path: Path) -> None:
    chosen = ["time_to_first_response.median", "issue_age.median"]
    review = team(tmp_path, a_month=30, slow_hours=400, headlines=chosen).build()

    assert [each["id"] for each in review.signals["headlines"]] == chosen
    assert row(review, chosen[0])["is_signal"]
    assert "carries over" in row(review, chosen[1])["says"]
    assert blocks.headlines(review).html.count("<article") == 2


def test_releases_are_told_by_slots_kept_where_the_model_declares_a_train(tmp_path: Path) -> None:
    train = {"every": "2 weeks", "on": "tuesday", "starting": "2026-09-01", "by": "ada"}
    declaring = small_team(tmp_path / "train", people=PEOPLE, model={"rhythm": {"release": train}})
    kept, counted = "release_punctuality.share_on_time", "release_frequency.count"

    with_a_train = [each["id"] for each in declaring.build().signals["headlines"]]
    without = [each["id"] for each in team(tmp_path, a_month=3).build().signals["headlines"]]

    assert (with_a_train[-1], without[-1]) == (kept, counted)
    assert with_a_train[:-1] == without[:-1]


def test_headline_that_no_metric_states_is_refused_with_the_choice(tmp_path: Path) -> None:
    wrong = team(tmp_path, a_month=3, headlines=["backlog.chnage"])
    with pytest.raises(
        ParamsError, match=r"review.yaml: headlines: 'backlog.chnage' is no"
    ) as told:
        wrong.build()
    assert "backlog.change" in str(told.value)


def test_few_issues_a_month_are_read_over_three_months_and_it_is_said(tmp_path: Path) -> None:
    review = team(tmp_path, a_month=4).build()

    triage = review.triage
    assert triage.title == "August to October 2026"
    assert value_of(triage, "issues_new", "count") == 12
    assert value_of(review, "issues_new", "count") == 4
    note = blocks.stepped(triage)
    assert note is not None
    assert "About 4 issues are opened a month" in note.html
    assert "August to October 2026 instead of October 2026" in note.html
    assert "August to October 2026" in blocks.headlines(review).html
    claims = {each.id: each.claim for each in review.findings("triage")}
    assert claims[ANSWERED].startswith("August to October 2026: ")


def test_earlier_quarters_are_read_alike_and_do_not_overlap(tmp_path: Path) -> None:
    triage = team(tmp_path, a_month=4).build().triage

    windows = triage.history("issues_new", "count").select("window_start_at", "window_end_at")
    starts, ends = windows["window_start_at"].to_list(), windows["window_end_at"].to_list()
    assert starts[1:] == ends[:-1]
    assert all(end - start > timedelta(days=88) for start, end in zip(starts, ends, strict=True))


def test_enough_issues_and_a_quarter_under_review_stay_as_they_are(tmp_path: Path) -> None:
    enough = team(tmp_path / "enough", a_month=12).build()
    assert enough.triage is enough
    assert blocks.stepped(enough) is None
    quarter = team(tmp_path / "quarter", a_month=4).build("2026-q3")
    assert quarter.triage is quarter


def test_stepped_triage_still_finds_what_only_the_cycle_holds(tmp_path: Path) -> None:
    review = team(tmp_path, a_month=4).build()
    assert review.triage.table("issues").height == review.table("issues").height
    assert review.triage.next == review.next
    assert isinstance(review.triage.measured("issues_new"), pl.DataFrame)


def test_what_is_not_due_yet_in_a_cycle_under_way_is_pending(tmp_path: Path) -> None:
    under_way = team(tmp_path, a_month=30, fetched_at="2026-10-20 00:00").build()
    share = under_way.estimate("response_attainment", "share_answered")
    assert share.n_pending > 0
    assert not under_way.run["is_over"]


def test_what_the_quarter_does_not_hold_is_the_cycle_s_own(tmp_path: Path) -> None:
    review = team(tmp_path, a_month=4).build()
    assert review.triage.metric("unreleased_changes").equals(review.metric("unreleased_changes"))
    assert "no stable release" in (
        review.triage.estimate("unreleased_changes", "count").reason or ""
    )


def test_variants_of_one_number_are_not_looked_at_twice(tmp_path: Path) -> None:
    review = team(tmp_path, a_month=30, slow_hours=400).build()
    routine = review.signals["routine"]
    looked_at = {row["statistic"] for row in routine["unusual"]}
    assert routine["looked_at"] > 5
    assert not {name for name in looked_at if "working_hours" in name or "_of_" in name}
    assert routine["by_luck"] < len(routine["unusual"])
