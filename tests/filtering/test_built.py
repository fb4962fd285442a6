"""Filters on what a build leaves: the demo team, from its own folder alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from opsreview import blocks, figures, open_review
from opsreview.filtering.known import Known
from opsreview.metrics.reading import Subject
from opsreview.params import load_team
from opsreview.pipeline.cycle import called_in
from opsreview.pipeline.reading import (
    Plan,
    TeamHistory,
    model_in_force,
    plan_of,
    read_team,
    target_steps,
    targets_of,
)
from opsreview.review import Review

ROOT = Path(__file__).parents[2]
KEY = ["metric", "scope", "group", "statistic"]


@pytest.fixture(scope="module")
def review(built_demo: Path) -> Review:
    return open_review("demo", "2026-10", outputs=built_demo.parents[1])


@pytest.fixture(scope="module")
def history(built_demo: Path) -> TeamHistory:
    team = load_team("demo", ROOT / "params")
    return read_team(team, built_demo.parents[1] / "store" / "demo.sqlite")


def test_everything_that_a_build_knew_is_read_back(review: Review, history: TeamHistory) -> None:
    plan = plan_of(history, "2026-10", None)
    read_back, subject = Known.of_folder(review.folder), history.subject
    for field in fields(Subject):
        if field.name != "tables":
            assert getattr(read_back.subject, field.name) == getattr(subject, field.name)
    assert read_back.subject.tables.coverage == subject.tables.coverage
    for name, frame in subject.tables.frames.items():
        assert_frame_equal(read_back.subject.tables.frames[name], frame)
    assert read_back.called == called_in(history, model_in_force(history, plan))
    assert read_back.subject.calendars


def test_every_cycle_finds_the_targets_that_it_was_judged_by(
    review: Review, history: TeamHistory
) -> None:
    read_back = Known.of_folder(review.folder)
    plan: Plan = plan_of(history, "2026-10", None)
    for each in (plan, *plan.earlier(read_back.first_at or plan.as_of)):
        assert read_back.targets_at(each.cycle.window) == targets_of(history, each)


def test_targets_change_on_the_day_that_a_decision_takes_effect(history: TeamHistory) -> None:
    change = next(made for made in history.decisions if made.change)
    moved = [replace_change(change, date(2026, 3, 10))]
    steps = target_steps(replace(history, decisions=moved))
    assert [since for since, _ in steps] == [None, date(2026, 3, 10)]
    assert [targets.response_hours for _, targets in steps] == [48.0, 72.0]


def replace_change(decision: Any, on: date) -> Any:
    path = "promises.first-answer.within"
    said = decision.change.model_copy(update={"path": path, "before": "2 days", "to": "3 days"})
    return decision.model_copy(update={"change": said, "effective_from": on})


def test_whole_cycle_is_read_again_as_it_was_built(review: Review) -> None:
    whole = review.filtered()
    assert_frame_equal(whole.metrics.sort(KEY), review.metrics.sort(KEY))
    assert_frame_equal(whole._earlier, review._earlier)
    assert (whole.run, whole.findings()) == (review.run, review.findings())
    assert_frame_equal(whole.waiting, review.waiting)
    for metric in review.metrics["metric"].unique():
        assert_frame_equal(whole.measured(metric), review.measured(metric))


def test_an_area_alone_is_answered_as_its_stratum_says(review: Review) -> None:
    numbers = ["statistic", "value", "lower", "upper", "n", "n_pending"]
    strata = review.metric("response_attainment").filter(pl.col("group").str.starts_with("area:"))
    stated = strata.filter(pl.col("value").is_not_null())
    assert stated["group"].n_unique() == 2
    for (group,), rows in stated.group_by("group"):
        alone = review.filtered(area=str(group).removeprefix("area:"))
        found = alone.metric("response_attainment").filter(group="all")
        assert_frame_equal(found.select(numbers), rows.select(numbers), check_row_order=False)


def test_pages_are_made_of_a_part_as_of_the_whole(review: Review) -> None:
    part = review.filtered(area="preview", window=("2026-08-01", "2026-10-31"))
    hours = part.deadline_hours("response_attainment")
    drawn = [
        figures.waiting_curve(part.curve("response_attainment"), target_hours=hours),
        figures.duration_curve(part.curve("issue_resolution_duration"), target_hours=None),
        figures.backlog_by_day(part.curve("backlog", group=None), zone=part.zone),
        figures.headline_history(
            part.history("response_attainment", "share_answered"), target=None
        ),
    ]
    assert None not in drawn
    assert hours == 72.0
    made = blocks.finding(part, "response_attainment")
    share = part.estimate("response_attainment", "share_answered")
    assert made is not None
    found = part.finding("response_attainment")
    assert found is not None
    assert f"of {share.n} issues due" in found.claim
    assert share.n > 40
    assert blocks.not_told(part, "busiest_share", "release_frequency") is not None
    assert blocks.operating_model_map(review.filtered(window="2026-09")) is not None
    assert blocks.waiting_list(part, "issue_unanswered", "waiting_on_team", "review") is not None


def test_what_was_promised_of_everything_is_not_promised_of_a_part(review: Review) -> None:
    assert review.least_share("response_attainment") == 0.75
    assert review.filtered().least_share("response_attainment") == 0.75
    for asked in ({"area": "preview"}, {"person": "ben"}, {"repo": "example/analyst-extension"}):
        part = review.filtered(**asked)
        assert part.least_share("response_attainment") is None
        assert [found.target for found in part.findings()] == [None] * len(part.findings())


def test_what_was_promised_of_an_area_is_that_parts_promise(review: Review, tmp_path: Path) -> None:
    folder = tmp_path / "outputs" / "demo" / "2026-10"
    shutil.copytree(review.folder, folder)
    path = folder / "operating_model.json"
    model = json.loads(path.read_text("utf-8"))
    model["promises"][0] |= {"group": "area:preview", "at_least": 0.9}
    path.write_text(json.dumps(model), "utf-8")
    part = Review(folder).filtered(area="preview")
    assert part.least_share("response_attainment") == 0.9
    assert Review(folder).filtered(area="author").least_share("response_attainment") is None
