"""What merged work was for, and whether bugs wait longer than features."""

from __future__ import annotations

from typing import Any

import pytest
from factories import at, events, issues, pull_requests

from metrics.views import OCTOBER, stated, value, view
from opsreview.metrics.view import Groups, Measured
from opsreview.metrics.work_mix import work_mix, work_mix_measured

MERGED = {"merged_at": "2026-10-05", "author": "ada"}


def kind_of(**said: Any) -> str:
    rows = work_mix_measured(view(pull_requests=pull_requests(MERGED | said))).rows
    return str(rows["work"][0])


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["bug"], "fix"),
        (["Kind/Bug"], "fix"),
        (["type: documentation"], "docs"),
        (["dependencies"], "maintenance"),
        (["enhancement"], "feature"),
        (["enhancement", "bug"], "fix"),
        (["enhancement", "documentation"], "docs"),
        (["debugger"], "other"),
        ([], "other"),
    ],
)
def test_labels_tell_the_kind_of_work(labels: list[str], kind: str) -> None:
    assert kind_of(labels=labels) == kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("fix: crash on start", "fix"),
        ("Fix(ui)!: crash", "fix"),
        ("docs: say how", "docs"),
        ("chore(deps): bump", "maintenance"),
        ("refactor: names", "maintenance"),
        ("feat: preview", "feature"),
        ("feat(preview): fix: both", "feature"),
        ("fixture for tests", "other"),
        ("Fix a crash", "other"),
        (None, "other"),
    ],
)
def test_without_a_label_the_conventional_title_tells(title: str | None, kind: str) -> None:
    assert kind_of(title=title) == kind


def test_label_tells_before_the_title_does() -> None:
    assert kind_of(labels=["documentation"], title="feat: help pages") == "docs"


def test_team_may_name_labels_of_its_own_and_keeps_the_usual_ones_of_other_kinds() -> None:
    pulls = pull_requests(*({**MERGED, "labels": [label]} for label in ("defekt", "bug", "docs")))
    measured = work_mix_measured(view(pull_requests=pulls, groups=Groups(work={"fix": ["defekt"]})))

    assert measured.rows["work"].to_list() == ["fix", "other", "docs"]


def test_bots_merges_are_counted_apart_and_drown_no_share() -> None:
    pulls = pull_requests(
        {**MERGED, "title": "fix: it"},
        {**MERGED, "title": "feat: it"},
        *({**MERGED, "author": "renovate[bot]", "title": "fix(deps): it"} for _ in range(8)),
    )
    measured = work_mix_measured(view(pull_requests=pulls))

    assert value(measured, "count") == 2
    assert value(measured, "share", "work:fix") == 0.5
    assert stated(measured, "work:fix")["share"].n == 2
    assert value(measured, "count", "work:bots") == 8


def test_label_put_on_after_as_of_was_not_there() -> None:
    pulls = pull_requests({**MERGED, "labels": ["bug"]})
    later = events({"event": "labeled", "label": "bug", "created_at": "2026-11-09"})

    rows = work_mix(pulls, later, window=OCTOBER, as_of=at("2026-11-08"), labels={})
    assert rows["work"].to_list() == ["other"]


def test_merges_outside_the_window_and_after_as_of_are_no_work_of_it() -> None:
    pulls = pull_requests(
        {"opened_at": "2026-09-01", "merged_at": "2026-09-30"},
        {"merged_at": "2026-10-20"},
        {"merged_at": "2026-11-01"},
    )
    measured = work_mix_measured(view(pull_requests=pulls, as_of=at("2026-10-15")))

    assert value(measured, "count") == 0
    assert stated(measured, "work:docs")["share"].reason == (
        "no pull request of a person was merged in the window"
    )


def waits(*opened: dict[str, Any]) -> Measured:
    return work_mix_measured(view(issues=issues(*opened)))


def test_wait_of_bugs_stands_beside_that_of_features_and_counts_what_is_open() -> None:
    bug, feature = {"labels": ["bug"]}, {"labels": ["enhancement"]}
    measured = waits(
        {**bug, "closed_at": "2026-10-02"},
        {**bug, "closed_at": "2026-10-03"},
        {**feature, "closed_at": "2026-10-02"},
        feature,
        feature,
        {"closed_at": "2026-10-01 01:00"},
    )

    bugs, features = (stated(measured, f"work:{kind}")["median"] for kind in ("fix", "feature"))
    assert (bugs.value, bugs.n) == (24, 2)
    assert (features.value, features.n, features.n_censored) == (None, 3, 2)


def test_issues_without_such_labels_have_no_wait() -> None:
    median = stated(waits({}), "work:fix")["median"]

    assert (median.value, median.reason) == (
        None,
        "no issue opened in the window bears a label of bugs",
    )
