"""Rows that cannot be believed beside what else their source says."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from factories import REPO, at

from opsreview.sources import Rejected, SourceRows
from opsreview.tables.build import TeamTables, build_tables

from .teams import issue, source, team

DUMP, OTHER = "github_dump:dump", "csv:other"
COMMENT = {"repo": REPO, "number": 1, "author_account": "rae"}
EVENT = {"source": "pager", "incident_id": "1", "at": "2026-10-02"}
INCIDENT = {"source": "pager", "incident_id": "1", "opened_at": "2026-10-02"}
SHIFT = {"source": "r", "rotation": "d", "role": "primary", "person": "a"}
FETCHED_AT = at("2026-11-10")
# One believable row of every table that sources give.
ROWS: dict[str, dict[str, Any]] = {
    "issues": dict(issue(labels=["bug"])),
    "pull_requests": dict(issue(2, labels=["bug"])),
    "comments": {**COMMENT, "comment_id": "1", "created_at": "2026-10-02"},
    "reviews": {**COMMENT, "review_id": "1", "state": "approved", "submitted_at": "2026-10-02"},
    "events": {
        "repo": REPO,
        "number": 1,
        "event_id": "1",
        "event": "labeled",
        "created_at": "2026-10-02",
    },
    "releases": {"repo": REPO, "tag": "v1.0.0", "published_at": "2026-10-02"},
    "incidents": INCIDENT,
    "incident_events": {**EVENT, "person": "ada", "event": "notified"},
    "shifts": {**SHIFT, "start_at": "2026-10-02", "end_at": "2026-10-03"},
    "support_requests": {"source": "chat", "request_id": "1", "opened_at": "2026-10-02"},
}


def built(*sources: SourceRows) -> TeamTables:
    return build_tables(dict(zip([DUMP, OTHER], sources, strict=False)), team())


def reasons(tables: TeamTables, table: str) -> list[str]:
    return tables.rejected[table]["reason"].to_list() if table in tables.rejected else []


def read_at(moment: datetime, rows: SourceRows) -> SourceRows:
    """The source, when it can know of nothing after ``moment``."""
    return replace(rows, latest_at=moment)


# Twice in one source


@pytest.mark.parametrize("table", sorted(ROWS))
def test_doubled_rows_change_nothing_but_the_count_of_what_is_set_aside(table: str) -> None:
    once, twice = (
        built(source(**{table: [ROWS[table]]})),
        built(source(**{table: [ROWS[table]] * 3})),
    )

    for name in once.frames:
        assert once.frames[name].equals(twice.frames[name], null_equal=True), name
    assert reasons(twice, table) == ["the row is there twice in its source"] * 2
    assert once.rejected == {}
    assert once.coverage == twice.coverage
    assert once.disagreements == twice.disagreements
    assert twice.doubts.is_empty()


def test_key_that_is_there_twice_with_other_values_is_doubted_and_says_which() -> None:
    closed = issue(closed_at="2026-10-03", state="closed")
    tables = built(source(issues=[issue(), closed]))

    assert tables.frames["issues"]["state"].to_list() == ["closed"]
    assert reasons(tables, "issues") == [
        "the key is there twice in its source, with another closed_at, state"
    ]
    assert tables.doubts.rows() == [("issues", REPO, at("2026-10-01"))]


def test_which_of_two_rows_of_a_key_stays_does_not_hang_on_their_order() -> None:
    rows = [
        issue(title="A", milestone=None, labels=["a"]),
        issue(title="B", milestone="1.0", labels=["b"]),
        issue(title="C", milestone="1.0", labels=["a"]),
    ]
    stays = {
        str(built(source(issues=[rows[i] for i in order])).frames["issues"].to_dicts())
        for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2))
    }
    assert len(stays) == 1
    assert "'1.0'" in stays.pop()  # the one that knows less never stays


def test_same_row_in_two_sources_is_no_doubled_row() -> None:
    tables = built(source(issues=[issue()]), source(issues=[issue()]))

    assert tables.rejected == {}
    assert tables.frames["issues"].height == 1


def test_two_things_a_person_does_to_an_incident_in_one_second_are_both_believed() -> None:
    acts = [{**EVENT, "person": "ada", "event": event} for event in ("notified", "acknowledged")]

    assert built(source(incident_events=acts)).rejected == {}


def test_rows_that_nothing_tells_apart_stay() -> None:
    # Status pages write to the minute and name nobody: two equal lines are two updates.
    unnamed = {**EVENT, "person": None, "event": "update"}

    assert built(source(incident_events=[unnamed] * 2)).frames["incident_events"].height == 2


# Later than the source can know


@pytest.mark.parametrize(
    ("table", "moment"),
    [
        ("issues", "closed_at"),
        ("pull_requests", "merged_at"),
        ("comments", "created_at"),
        ("reviews", "submitted_at"),
        ("events", "created_at"),
        ("releases", "published_at"),
        ("incidents", "resolved_at"),
        ("incident_events", "at"),
        ("support_requests", "answered_at"),
    ],
)
def test_time_that_has_not_come_yet_sets_its_row_aside(table: str, moment: str) -> None:
    rows = [{**ROWS[table], moment: "2062-10-03"}]
    tables = built(read_at(FETCHED_AT, source(**{table: rows})))

    assert tables.frames[table].is_empty()
    assert reasons(tables, table) == [f"{moment} is later than its source was read, 2026-11-10"]


def test_rota_may_tell_of_what_is_to_come() -> None:
    shift = {**SHIFT, "start_at": "2026-12-01", "end_at": "2026-12-08"}

    assert built(read_at(FETCHED_AT, source(shifts=[shift]))).rejected == {}


def test_what_happened_while_the_source_was_being_read_is_believed() -> None:
    tables = built(read_at(FETCHED_AT, source(issues=[issue(opened_at="2026-11-10 09:00")])))

    assert tables.frames["issues"].height == 1


def test_source_that_names_no_moment_is_not_judged_by_anothers() -> None:
    later = issue(2, opened_at="2027-03-01")
    tables = built(read_at(FETCHED_AT, source(issues=[issue()])), source(issues=[later]))

    assert tables.frames["issues"]["number"].to_list() == [1, 2]


def test_where_one_source_is_wrong_of_a_row_the_others_stands() -> None:
    wrong = source(issues=[issue(closed_at="2062-01-01", state="closed")])
    tables = built(read_at(FETCHED_AT, wrong), source(issues=[issue()]))

    assert tables.frames["issues"]["state"].to_list() == ["open"]
    assert tables.rejected["issues"]["source"].to_list() == [DUMP]


def test_time_of_a_rejected_row_is_what_can_be_believed_of_it() -> None:
    rows = [issue(1, closed_at="2062-01-01"), issue(2, opened_at="2062-01-01")]
    tables = built(read_at(FETCHED_AT, source(issues=rows)))

    assert tables.doubts["at"].to_list() == [at("2026-10-01"), None]


# What is believed


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("comments", {**ROWS["comments"], "created_at": "2020-01-01"}),
        ("reviews", {**ROWS["reviews"], "submitted_at": "2020-01-01"}),
        ("events", {**ROWS["events"], "created_at": "2020-01-01"}),
    ],
)
def test_what_is_older_than_its_item_moved_with_it_and_is_believed(
    table: str, row: dict[str, Any]
) -> None:
    tables = built(source(issues=[issue()], **{table: [row]}))

    assert tables.frames[table].height == 1
    assert tables.rejected == {}


def test_answer_before_its_question_is_not_believed() -> None:
    asked = {**ROWS["support_requests"], "answered_at": "2026-10-01"}

    assert reasons(built(source(support_requests=[asked])), "support_requests") == [
        "answered_at is before opened_at"
    ]


# What is missing


def test_rows_that_are_not_ours_or_are_gone_are_not_missed() -> None:
    dump = source(issues=[issue(), issue(2, repo="team/else")])
    gone = Rejected("issues", f"{REPO}#3", "deleted on GitHub", {}, is_doubted=False)
    dump.rejected.append(gone)
    tables = built(dump)

    assert len(reasons(tables, "issues")) == 2
    assert tables.doubts.is_empty()


def test_doubted_rows_are_known_by_repository_and_time_as_far_as_they_say() -> None:
    dump = source(issues=[issue(2, state="odd")])
    dump.rejected.extend(
        [
            Rejected("issues", f"{REPO}#3", "state is missing", {}, at("2026-10-05")),
            Rejected("incidents", "line 4", "opened_at: 'soon' is not a time", {}),
        ]
    )

    assert built(dump).doubts.sort("table", "at", nulls_last=True).rows() == [
        ("incidents", None, None),
        ("issues", REPO, at("2026-10-01")),
        ("issues", REPO, at("2026-10-05")),
    ]


def test_tables_of_rows_in_any_order_are_the_same() -> None:
    rows = [
        *(issue(n, title=f"{n}") for n in (3, 1, 2, 1)),
        issue(2, title="another"),
        issue(4, closed_at="2026-09-01"),
    ]
    one, other = (built(source(issues=order)) for order in (rows, rows[::-1]))

    assert one.frames["issues"].equals(other.frames["issues"], null_equal=True)
    assert one.rejected["issues"].equals(other.rejected["issues"])
    assert one.doubts.sort(pl.all()).equals(other.doubts.sort(pl.all()), null_equal=True)
