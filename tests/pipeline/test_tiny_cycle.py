"""One tiny October, fetched and built, against numbers worked out by hand.

The window is 2026-09-30 22:00 to 2026-10-31 23:00 UTC (Madrid, the clocks change): 745 hours. It is
read seven days later, on 2026-11-07 at 23:00.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from dump_factory import INCIDENTS, RELEASES, small_team, value_of, write_csv, write_shifts
from factories import at

from opsreview.estimate import METRICS_SCHEMA
from opsreview.review import Review

WEEKS = 745 / 168
ISSUES = [
    {"opened_at": "2026-10-01 08:00", "closed_at": "2026-10-02 08:00", "closed_by": "ben"},
    {"opened_at": "2026-10-05 08:00"},
    {"opened_at": "2026-10-10 08:00", "author": "noel", "closed_at": "2026-10-10 10:00"},
    {"opened_at": "2026-10-20 08:00"},
    {"opened_at": "2026-09-20 08:00"},
]
COMMENTS = [
    {"number": 1, "author": "ben", "created_at": "2026-10-01 20:00"},  # after 12 h
    {"number": 2, "author": "ada", "created_at": "2026-10-09 08:00"},  # after 96 h
    {"number": 4, "author": "ada", "created_at": "2026-11-10 08:00"},  # after the last moment
]
PULLS = [
    {"author": "ben", "opened_at": "2026-10-06 08:00", "merged_at": "2026-10-07 08:00"},
    {"opened_at": "2026-10-21 08:00"},
    {"author": "ada", "opened_at": "2026-10-29 08:00", "merged_at": "2026-10-30 08:00"},
]
REVIEWS = [{"number": 6, "author": "ada", "submitted_at": "2026-10-06 14:00"}]
RELEASED = [
    {"tag": "v1.0.0", "published_at": "2026-09-15T10:00Z"},
    {"tag": "v1.1.0", "published_at": "2026-10-13T10:00Z"},
]
INCIDENT_ROWS = [
    {"id": "i1", "started_at": "2026-10-03T03:00Z", "resolved_at": "2026-10-03T06:00Z"},  # sleep
    {"id": "i2", "started_at": "2026-10-14T12:00Z", "resolved_at": "2026-10-14T13:00Z"},
]
SHIFTS = [("ada", "20260928", "20261012"), ("ben", "20261012", "20261116")]
MODEL = {
    "roles": {"lead": {"owner": "ada", "deputy": "ben", "does": "triage and releases"}},
    "rhythm": {
        "release": {"every": "2 weeks", "on": "tuesday", "starting": "2026-09-15", "by": "lead"}
    },
    "promises": [
        {
            "id": "first-answer",
            "says": "Three of four issues are answered within 3 days.",
            "owner": "lead",
            "metric": "response_attainment",
            "within": "3 days",
            "at_least": "75 %",
        }
    ],
}
BY_HAND = [
    ("issues_new", "count", "all", 7),
    ("issues_new", "count", "kind:issue", 4),
    ("issues_new", "count", "kind:pull_request", 3),
    ("issues_new", "rate_per_week", "all", 7 / WEEKS),
    ("issues_closed", "count", "all", 4),
    ("issues_closed", "count", "kind:issue", 2),
    ("backlog", "at_start", "all", 1),
    ("backlog", "at_end", "all", 4),
    ("backlog", "change", "all", 3),
    ("backlog", "at_end", "kind:issue", 3),
    # 2 h closed silently, 12 h and 96 h answered, the fourth waits: 1/4 by 12 h, 1/2 by 96 h
    ("time_to_first_response", "median", "all", 96),
    ("response_attainment", "share_answered", "all", 1 / 4),
    ("response_attainment", "share_closed_unanswered", "all", 1 / 4),
    ("response_attainment", "share_waiting", "all", 2 / 4),
    ("issue_resolution_duration", "median", "all", 24),
    ("issue_resolution_duration", "median_of_closed", "all", 13),  # of 24 h and 2 h
    ("issue_age", "count", "all", 3),
    ("issue_age", "median", "all", 33 * 24 + 15),  # the second issue's
    ("waiting_on_team", "count", "all", 2),  # the fourth and the fifth
    ("waiting_on_team", "median", "all", (447 + 1167) / 2),
    ("time_to_first_review", "median", "all", None),  # one of three reviewed
    ("change_request_duration", "median", "all", 24),
    ("review_load", "count", "person:ada", 1),
    ("review_load", "top_share", "all", 1),
    ("oncall_share", "hours", "person:ada", 11 * 24),  # until 12 October 00:00 in Madrid
    ("oncall_share", "hours", "person:ben", 745 - 11 * 24),
    ("oncall_share", "fair_share", "person:ben", 1 / 2),
    ("interruptions", "count", "all", 2),
    ("interruptions", "count", "person:ada", 1),
    ("interruptions", "count", "day_part:sleep", 1),
    ("interruptions", "count", "day_part:working", 1),
    ("busiest_share", "share", "all", 1 / 2),
    ("time_to_resolve", "median", "all", 1),  # half of 1 h and 3 h
    ("release_frequency", "count", "kind:stable", 1),
    ("release_frequency", "rate_per_week", "kind:stable", 1 / WEEKS),
    ("release_interval", "median", "all", 28 * 24),
    ("release_interval", "open", "all", 25 * 24 + 13),
    ("change_lead_time", "median", "all", 6 * 24 + 2),
    ("unreleased_changes", "count", "all", 1),
    ("unreleased_changes", "median", "all", 8 * 24 + 15),
    # 2 h, 24 h, 24 + 146 h, and 24 + 207 h so far: half by 24 h
    ("item_life", "median", "all", 24),
    ("item_life", "share", "phase:unreleased", (146 + 207) / (2 + 24 + 170 + 231)),
    ("item_life", "share", "phase:waiting_on_author", 12 / (2 + 24 + 170 + 231)),
    ("item_life", "share", "phase:in_review", 18 / (2 + 24 + 170 + 231)),
    ("item_life", "median", "kind:issue phase:queue", (12 + 2) / 2),
    ("arrivals", "share_in_working_hours", "all", 3 / 4),  # the third came on a Saturday
]


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> Review:
    root = tmp_path_factory.mktemp("tiny")
    write_csv(root / "incidents.csv", *INCIDENT_ROWS)
    write_shifts(root / "rota.ics", *SHIFTS, zone="Europe/Madrid")
    write_csv(root / "tags.csv", *RELEASED)
    covers = {"from": "2026-09-01", "to": "2026-11-15"}
    rota = {"kind": "ics", "path": "../../rota.ics", "person": "on duty: (?P<person>.+)"}
    team = small_team(
        root,
        review={"timezone": "Europe/Madrid"},
        people={"ada": {"accounts": ["ada"]}, "ben": {"accounts": ["ben"]}},
        model=MODEL,
        sources=[INCIDENTS | {"covers": covers}, RELEASES | {"covers": covers}, rota],
        issues=ISSUES,
        pulls=PULLS,
        comments=COMMENTS,
        reviews=REVIEWS,
        releases=None,
    )
    return team.build()


@pytest.mark.parametrize(("metric", "statistic", "group", "expected"), BY_HAND)
def test_statistic_is_what_a_hand_works_out(october, metric, statistic, group, expected):
    assert value_of(october, metric, statistic, group) == pytest.approx(expected)


def test_first_answers_have_the_censored_one_and_the_comment_after_as_of_did_not_happen(october):
    answers = october.measured("time_to_first_response")
    assert answers.select("number", "waited_hours", "ending", "is_censored").rows() == [
        (1, 12.0, "answered", False),
        (2, 96.0, "answered", False),
        (3, 2.0, "closed_by_team", False),
        (4, 447.0, None, True),
    ]
    assert october.estimate("time_to_first_response", "median").n_censored == 1


def test_shares_carry_wilson_bounds_and_counts_none(october):
    share = october.estimate("response_attainment", "share_answered")
    assert (share.lower, share.upper, share.n) == (
        pytest.approx(0.0456, abs=1e-4),
        pytest.approx(0.6994, abs=1e-4),
        4,
    )
    count = october.estimate("issues_new", "count")
    assert (count.lower, count.upper) == (None, None)


def test_metrics_have_the_columns_of_the_contract_window_and_moment(october):
    assert dict(october.metrics.schema) == METRICS_SCHEMA
    windows = october.metrics.select("window_start_at", "window_end_at", "as_of").unique()
    assert windows.rows() == [
        (at("2026-09-30 22:00"), at("2026-10-31 23:00"), at("2026-11-07 23:00"))
    ]


def test_findings_say_the_numbers_in_sentences_triage_over_three_months(october):
    claims = {finding.id: finding.claim for finding in october.findings()}
    assert claims["response_attainment.share_answered"] == (
        "August to October 2026: 1 of 5 issues due was answered by the team within 3 d "
        "(20 %, 4–62 %); 1 closed without a word, 3 still waiting then"
    )
    assert claims["backlog.change"] == (
        "August to October 2026: The backlog grew by 4 to 4 open issues and pull requests"
    )
    assert claims["issues_closed.count"].startswith(
        "August to October 2026: 2 issues and 2 pull requests were closed: "
    )
    assert claims["interruptions.count"] == (
        "2 interruptions: 0 in off-hours and 1 between 22:00 and 08:00"
    )
    assert claims["release_frequency.count"] == (
        "1 release was published: 1 stable release, no hotfixes and no pre-releases"
    )
    assert claims["unreleased_changes.count"] == (
        "One merged change is not released, for 8.6 d by now"
    )


def test_broken_promise_is_a_finding_a_drift_and_a_line_of_the_summary(october):
    verdict = october.held[0]
    assert (verdict["id"], verdict["verdict"]) == ("first-answer", "drifts")
    promise = next(found for found in october.findings() if found.origin == "promise")
    assert (promise.id, promise.value, promise.target) == ("promise.first-answer", 0.25, 0.75)
    assert "## Where we drift from the model" in summary_of(october)


def test_role_and_train_are_held_against_what_happened(october):
    """Ada's traces end on 9 October and begin on 29 October, a slot went by on the 27th."""
    _, role, train = ((row["path"], row["verdict"], row["why"]) for row in october.held)
    away = "the owner was away from 2026-10-12 to 2026-10-28, and the deputy did none of it"
    assert role == ("roles.lead", "drifts", away)
    assert train == ("rhythm.release", "drifts", "the train did not keep to its slots")
    said = [found.id for found in october.findings() if found.origin == "drift"]
    assert said == ["drift.roles.lead", "drift.rhythm.release"]


def test_what_waits_on_the_team_is_an_unclear_handoff_with_its_cases(october):
    waiting = october.handoffs[-1]
    assert (waiting["id"], waiting["n"]) == ("waiting", 2)
    assert [case["text"] for case in waiting["cases"]] == ["#5", "#4"]


def test_waiting_holds_the_longest_of_each_kind_first(october):
    waiting = october.waiting.select("kind", "rank", "number", "waiting_hours").rows()
    assert waiting == [
        ("issue_unanswered", 1, 5, 1167.0),
        ("issue_unanswered", 2, 4, 447.0),
        ("review", 1, 7, 423.0),
        ("unreleased", 1, 8, 207.0),
    ]


def test_next_says_who_is_on_duty_and_when_the_train_leaves(october):
    assert october.next["release_slot"] == "2026-11-10"
    assert october.next["slots"] == ["2026-09-15", "2026-09-29", "2026-10-13", "2026-10-27"]
    assert october.next["on_duty"] == [
        {
            "person": "ben",
            "role": "primary",
            "rotation": "duty",
            "start_at": "2026-10-11T22:00:00+00:00",
            "end_at": "2026-11-15T23:00:00+00:00",
        }
    ]
    assert [line["what"] for line in october.next["fill_in"]] == ["Priority labels"]


def test_run_says_what_was_read(october):
    run = october.run
    assert run["window"] == {
        "start_at": "2026-09-30T22:00:00+00:00",
        "end_at": "2026-10-31T23:00:00+00:00",
    }
    assert (run["is_over"], run["is_mature"], run["simulated"]) == (True, True, False)
    (repo,) = run["repos"]
    assert (repo["n_items"], repo["complete"]) == (8, True)
    read = {source["kind"]: source["rows"] for source in run["sources"]}
    items, comments, reviews, closes = 8, 3, 1, 4
    assert read["github_dump"] == items + comments + reviews + closes
    assert [source["rejected"] for source in run["sources"]] == [0, 0, 0, 0]


def test_history_holds_september_read_as_early_as_october(october):
    earlier = october.history("issues_new", "count").select("is_current", "value", "as_of").rows()
    assert earlier == [
        (False, 1.0, at("2026-10-07 22:00")),
        (True, 7.0, at("2026-11-07 23:00")),
    ]


def test_summary_fits_a_screen(october):
    text = summary_of(october)
    assert text.startswith("# small: October 2026\n\nData complete. Names: shown.")
    assert "- August to October 2026: The backlog grew by 4 to 4 open issues" in text
    assert len(text.splitlines()) <= 25


def test_nothing_is_rejected_where_everything_can_be_believed(october):
    assert list((october.folder / "rejected").iterdir()) == []
    assert json.loads((october.folder / "run.json").read_text("utf-8"))["disagreements"] == {}
    assert october.excluded.filter(pl.col("metric") == "time_to_first_response").is_empty()


def summary_of(october: Review) -> str:
    return (Path(october.folder) / "summary.md").read_text("utf-8")
