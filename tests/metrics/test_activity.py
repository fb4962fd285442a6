"""Issues that anybody did anything about."""

from typing import Any

import pytest
from factories import at, comments, events, issues

from metrics.views import stated, value, view
from opsreview.metrics.activity import active_measured

OLD = {"opened_at": "2026-09-01"}
DAY = {"created_at": "2026-10-10"}


def test_opening_speaking_and_changing_are_activity_and_each_issue_counts_once() -> None:
    measured = active_measured(
        view(
            issues=issues({}, OLD, OLD, OLD),
            comments=comments(DAY, DAY | {"number": 2}, DAY | {"number": 2, "author": "rae"}),
            events=events(DAY | {"number": 3, "event": "labeled", "label": "x"}),
        )
    )

    assert sorted(measured.rows.select("number", "act_count").rows()) == [(1, 2), (2, 2), (3, 1)]
    assert value(measured, "count") == 3
    assert stated(measured)["rate_per_week"].value == pytest.approx(3 * 7 / 31)


@pytest.mark.parametrize(
    "tables",
    [
        {"comments": comments(DAY | {"author": "helper[bot]"}, DAY | {"author": "ghost"})},
        {"events": events(DAY | {"event": "labeled", "actor": "stale[bot]"})},
        {"events": events(DAY | {"event": "mentioned"})},
        {"events": events(DAY | {"event": "assigned", "assignee": "ada"})},
        {"comments": comments({"created_at": "2026-09-30 23:59"}, {"created_at": "2026-11-01"})},
    ],
)
def test_bots_ghosts_mentions_and_other_months_are_no_activity(tables: dict[str, Any]) -> None:
    assert value(active_measured(view(issues=issues(OLD), **tables)), "count") == 0


def test_what_comes_after_as_of_is_no_activity_yet() -> None:
    found = view(issues=issues(OLD), comments=comments(DAY), as_of=at("2026-10-09"))

    assert value(active_measured(found), "count") == 0


def test_issue_that_nobody_known_opened_is_left_out_and_not_counted_as_quiet() -> None:
    measured = active_measured(view(issues=issues({}, {"author": None})))

    assert (stated(measured)["count"].value, stated(measured)["count"].n_excluded) == (1, 1)
    assert measured.excluded()["key"].to_list() == ["2"]
    nobody = stated(active_measured(view(issues=issues({"author": None}))))["count"]
    assert (nobody.value, nobody.n) == (None, 0)
