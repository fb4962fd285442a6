"""The files of a built cycle, their columns and keys: what other tools rely on, known by heart."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ruamel.yaml import YAML

METRICS = [
    "metric",
    "scope",
    "group",
    "statistic",
    "value",
    "lower",
    "upper",
    "unit",
    "method",
    "n",
    "n_censored",
    "n_pending",
    "n_excluded",
    "reason",
    "window_start_at",
    "window_end_at",
    "as_of",
]
FINDING = [
    "id",
    "topic",
    "metric",
    "scope",
    "group",
    "claim",
    "value",
    "lower",
    "upper",
    "unit",
    "n",
    "target",
    "usual_low",
    "usual_high",
    "is_signal",
    "origin",
    "evidence",
]
PROPOSAL = ["id", "path", "current", "proposed", "because", "expects", "what_if"]
RUN = {
    *("schema_version", "team", "cycle", "title", "zone", "window", "as_of", "fetched_at"),
    *("is_over", "is_mature", "privacy", "simulated", "code_version", "params_sha256"),
    *("repos", "sources"),
}
ITEM = [
    "repo",
    "number",
    "opened_at",
    "closed_at",
    "state",
    "state_reason",
    "author_account",
    "author_id",
    "author_kind",
    "author_association",
    "labels",
    "assignees",
    "milestone",
    "title",
    "url",
]
TABLES = {
    "issues": ITEM,
    "pull_requests": [*ITEM, "is_draft", "merged_at", "merged_by_account", "merged_by_id"],
    "comments": [
        "repo",
        "number",
        "comment_id",
        "author_account",
        "author_id",
        "author_kind",
        "author_association",
        "created_at",
    ],
    "reviews": [
        "repo",
        "number",
        "review_id",
        "author_account",
        "author_id",
        "author_kind",
        "state",
        "submitted_at",
    ],
    "events": [
        "repo",
        "number",
        "event_id",
        "event",
        "actor_account",
        "actor_id",
        "actor_kind",
        "created_at",
        "label",
        "assignee",
        "reviewer",
        "milestone",
    ],
    "releases": [
        "repo",
        "tag",
        "name",
        "published_at",
        "author_account",
        "author_id",
        "author_kind",
        "is_prerelease",
        "is_draft",
        "line",
        "kind",
        "kind_rule",
        "is_failed",
    ],
    "incidents": [
        "source",
        "incident_id",
        "opened_at",
        "acknowledged_at",
        "resolved_at",
        "severity",
        "service",
        "repo",
        "url",
    ],
    "incident_events": ["source", "incident_id", "at", "person", "event"],
    "shifts": ["source", "rotation", "role", "person", "start_at", "end_at"],
    "support_requests": [
        "source",
        "request_id",
        "channel",
        "opened_at",
        "answered_at",
        "answered_by",
    ],
    "people": ["person_id", "account", "kind", "zone", "joined_on", "left_on"],
    "leave": ["person_id", "from_on", "to_on"],
}
FRAMES = {
    "metrics.parquet": METRICS,
    "history.parquet": METRICS,
    "curves.parquet": [
        "metric",
        "scope",
        "group",
        "curve",
        "hours",
        "at",
        "value",
        "lower",
        "upper",
        "n_at_risk",
    ],
    "excluded.parquet": ["metric", "repo", "key", "reason"],
    "waiting.parquet": [
        "kind",
        "repo",
        "number",
        "title",
        "url",
        "waiting_hours",
        "area",
        "owner",
        "rank",
    ],
}
METRIC_IDS = {
    *("time_to_first_response", "response_attainment", "issue_resolution_duration", "issue_age"),
    *("issues_new", "issues_closed", "backlog", "waiting_on_team", "time_to_first_review"),
    *("change_request_duration", "review_load", "oncall_share", "interruptions"),
    *("busiest_share", "time_to_resolve", "release_frequency", "release_interval"),
    *("change_lead_time", "unreleased_changes", "time_to_first_attention", "time_to_triage"),
    *("issues_active", "backlog_management_index", "reopen_rate"),
    *("item_life", "arrivals", "team_acts", "unreviewed_merge_share", "self_merge_share"),
    *("change_request_acceptance_ratio", "support_questions", "first_time_share", "work_mix"),
    *("contributor_absence_factor", "busiest_share_cumulated", "load_gini"),
    *("off_rotation_share", "off_hours_activity", "incident_clusters", "disrupted_hours"),
    *("disrupted_nights", "incidents_per_shift", "time_to_acknowledge", "cover_ledger"),
    *("rotation_feasibility", "coverage_gap_hours", "double_booked_hours", "duty_swaps"),
    "gap_between_shifts",
    *("batch_size", "release_punctuality", "off_hours_release_share", "hotfix_chains"),
    "release_absence_factor",
    "what_if_train",
    *("deployment_frequency", "change_fail_rate", "failed_deployment_recovery_time"),
    "deployment_rework_rate",
}


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_cycle_has_the_files_of_the_scheme(built_demo):
    names = {path.name for path in built_demo.iterdir()}
    files = {"run.json", "findings.json", "proposals.yaml", "summary.md", "next.json", "drift.json"}
    files |= {"verdicts.json", "checks.json", "decision_map.json", "sign_off.json"}
    files |= {"handoffs.json", "agenda.json", "signals.json", "methods.json"}
    pages = {"index.html", "triage_throughput.html", "oncall_load.html"}
    pages |= {"release_regularity.html", "operating_model.html"}
    folders = {"tables", "rejected", "measured", "notebooks", "assets"}
    assert names == {*FRAMES, *files, *pages, *folders, "operating_model.json"}
    tables = {path.name for path in (built_demo / "tables").iterdir()}
    assert tables == {"subject.json", *(f"{name}.parquet" for name in TABLES)}
    assert {path.stem for path in (built_demo / "measured").iterdir()} == {*METRIC_IDS, "shifts"}


@pytest.mark.parametrize(("name", "columns"), FRAMES.items())
def test_frame_has_its_columns_in_their_order(built_demo, name, columns):
    assert pl.read_parquet(built_demo / name).columns == columns


@pytest.mark.parametrize(("name", "columns"), TABLES.items())
def test_table_has_its_columns_and_its_key_first(built_demo, name, columns):
    table = pl.read_parquet(built_demo / "tables" / f"{name}.parquet")
    assert set(columns) <= set(table.columns)
    assert table.columns[:2] == columns[:2]


def test_every_metric_states_something_in_words_of_the_scheme(built_demo):
    metrics = pl.read_parquet(built_demo / "metrics.parquet")
    assert set(metrics["metric"]) == METRIC_IDS
    assert set(metrics["scope"]) == {"all", "example/analyst-extension"}
    assert set(metrics["unit"]) == {
        *("hours", "working_hours", "share", "count", "per_week", "per_shift", "ratio"),
        *("changes", "days", "days_per_slot"),
    }
    kinds = {group.partition(":")[0] for group in metrics["group"].unique()}
    known = {"all", "kind", "person", "day_part", "priority", "area", "label", "relation"}
    assert kinds == known | {"closed_as", "work", "phase", "channel", "evidence", "train"}
    assert metrics.select("metric", "scope", "group", "statistic").is_unique().all()


def test_missing_values_say_why_and_numbers_have_nine_digits(built_demo):
    for name in ("metrics.parquet", "history.parquet"):
        metrics = pl.read_parquet(built_demo / name)
        unknown = metrics.filter(pl.col("value").is_null())
        assert unknown["reason"].is_not_null().all()
        unreached = unknown.filter(pl.col("n") > 0)
        assert unreached["lower"].is_not_null().all()
        for column in ("value", "lower", "upper"):
            assert (metrics[column] == metrics[column].round(9)).drop_nulls().all()


def test_exact_counts_carry_no_bounds_and_shares_and_rates_do(built_demo):
    metrics = pl.read_parquet(built_demo / "metrics.parquet").filter(pl.col("value").is_not_null())
    counts = metrics.filter(unit="count")
    assert counts["lower"].is_null().all()
    assert counts["upper"].is_null().all()
    rates = metrics.filter(unit="per_week")
    shares = metrics.filter(method="Wilson 95 %")
    for bounded in (rates, shares):
        assert bounded.height
        assert (
            bounded.select(
                pl.col("value").is_between(pl.col("lower") - 1e-9, pl.col("upper") + 1e-9)
            )
            .to_series()
            .all()
        )


def test_methods_say_what_every_metric_is_and_where_it_is_from(built_demo):
    said = read(built_demo / "methods.json")
    assert {row["metric"] for row in said} == METRIC_IDS
    for row in said:
        assert list(row) == ["metric", "topic", "summary", "standard", "source"]
        assert row["source"].startswith("https://") or row["standard"] == "ours"


def test_findings_have_their_keys(built_demo):
    findings = read(built_demo / "findings.json")
    assert findings
    for finding in findings:
        assert list(finding) == FINDING
        assert finding["origin"] in ("metric", "promise", "drift")
        assert all(set(link) == {"text", "url"} for link in finding["evidence"])
    assert len({finding["id"] for finding in findings}) == len(findings)


def test_the_planted_hero_is_the_one_signal(built_demo):
    findings = read(built_demo / "findings.json")
    signals = {finding["id"] for finding in findings if finding["is_signal"]}
    assert signals == {"busiest_share.share"}


def test_proposals_have_their_keys_and_name_findings(built_demo):
    proposals = YAML(typ="safe").load((built_demo / "proposals.yaml").read_text("utf-8"))
    known = {finding["id"] for finding in read(built_demo / "findings.json")}
    assert proposals
    for proposal in proposals:
        assert list(proposal) == PROPOSAL
        assert set(proposal["because"]) <= known


def test_run_has_its_keys(built_demo):
    run = read(built_demo / "run.json")
    assert set(run) >= RUN
    assert set(run["window"]) == {"start_at", "end_at"}
    for repo in run["repos"]:
        assert set(repo) >= {"repo", "n_items", "n_expected", "complete"}
    for source in run["sources"]:
        assert set(source) >= {"kind", "rows", "rejected", "complete", "reason"}


def test_next_and_drift_have_their_keys(built_demo):
    coming = read(built_demo / "next.json")
    assert set(coming) >= {"on_duty", "release_slot", "fill_in"}
    for shift in coming["on_duty"]:
        assert list(shift) == ["person", "role", "rotation", "start_at", "end_at"]
    for verdict in read(built_demo / "drift.json"):
        keys = {"id", "kind", "path", "says", "happened", "verdict", "why", "evidence"}
        assert set(verdict) == keys
        assert verdict["verdict"] in ("holds", "drifts", "cannot tell")


def test_history_holds_every_earlier_month_at_its_own_end(built_demo):
    history = pl.read_parquet(built_demo / "history.parquet")
    moments = history.select("window_end_at", "as_of").unique()
    assert moments["window_end_at"].n_unique() == 17  # May 2025 to September 2026
    assert (moments["as_of"] - moments["window_end_at"] <= timedelta(days=7)).all()
