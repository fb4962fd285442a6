import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from dump_factory import ROTA, small_team, value_of, write_shifts
from factories import at
from github_frames import OPENED, REPO, history

from opsreview.sources import SourceRows
from opsreview.sources.columns import SCHEMAS
from opsreview.sources.github.dump import GithubDump
from opsreview.sources.github.incidents import labelled_incidents, with_labelled_incidents
from opsreview.window import Window

LABELS = ["incident"]
OCTOBER, LATER = at("2026-10-01"), at("2026-12-01")
STRETCH = Window(at("2026-01-01"), at("2026-11-01"))


def incidents(tables, labels=LABELS):
    return labelled_incidents(tables, labels, source="github")[0]


def acts(tables):
    found = labelled_incidents(tables, LABELS, source="github")[1]
    return found.select("at", "person", "event").rows()


def acknowledged_at(**said):
    return incidents(history(**said))["acknowledged_at"].item()


def labelling(event, label, moment):
    return {"event": event, "label": label, "created_at": moment}


def test_labelled_issue_is_an_incident():
    closed = {"state": "closed", "closed_at": "2026-10-06 09:00", "url": "https://example.org/1"}
    (row,) = incidents(history(issues=[closed])).rows(named=True)
    assert row == {
        "source": "github",
        "incident_id": "a/one#1",
        "opened_at": at(OPENED),
        "acknowledged_at": None,
        "resolved_at": at("2026-10-06 09:00"),
        "severity": None,
        "service": None,
        "repo": REPO,
        "url": "https://example.org/1",
    }


def test_frames_have_the_columns_of_their_tables():
    found = labelled_incidents(history(), LABELS, source="github")
    empty = labelled_incidents(history(issues=[]), LABELS, source="github")
    for table, one, other in zip(("incidents", "incident_events"), found, empty, strict=True):
        assert dict(one.schema) == dict(other.schema) == SCHEMAS[table]
    assert [frame.height for frame in empty] == [0, 0]


def test_open_issue_is_not_resolved():
    assert incidents(history())["resolved_at"].to_list() == [None]


@pytest.mark.parametrize(
    ("pattern", "label", "is_incident"),
    [
        ("incident", "incident", True),
        ("Incident", "incident", True),
        ("incident", "incident/minor", False),
        ("incident*", "incident/minor", True),
        ("kind/*", "incident", False),
        ("[outage]", "[outage]", True),
    ],
)
def test_label_matches_as_a_pattern(pattern, label, is_incident):
    found = incidents(history(issues=[{"labels": ["bug", label]}]), [pattern])
    assert found.height == is_incident


@pytest.mark.parametrize("labels", [[], ["bug"], None])
def test_issue_without_the_label_is_no_incident(labels):
    assert incidents(history(issues=[{"labels": labels}])).is_empty()


def test_issue_from_which_the_label_was_taken_off_is_no_incident():
    on = labelling("labeled", "incident", "2026-10-05 10:00")
    off = labelling("unlabeled", "incident", "2026-10-05 11:00")
    assert incidents(history(issues=[{"labels": ["bug"]}], events=[off, on])).is_empty()


@pytest.mark.parametrize("labels", [["post-mortem"], None])
def test_label_that_was_renamed_or_deleted_since_still_counts(labels):
    on = labelling("labeled", "incident", "2026-10-05 10:00")
    assert incidents(history(issues=[{"labels": labels}], events=[on])).height == 1


def test_label_that_was_taken_off_and_put_on_again_counts():
    changes = [
        labelling("labeled", "incident", "2026-10-05 10:00"),
        labelling("unlabeled", "incident", "2026-10-05 11:00"),
        labelling("labeled", "incident", "2026-10-05 12:00"),
    ]
    assert incidents(history(issues=[{"labels": None}], events=changes)).height == 1


def test_label_of_another_issue_or_repository_does_not_count():
    on = labelling("labeled", "incident", "2026-10-05 10:00")
    events = [on | {"number": 2}, on | {"repo": "b/two"}]
    assert incidents(history(issues=[{"labels": ["bug"]}], events=events)).is_empty()


def test_labelled_pull_request_is_no_incident():
    pull = {"labels": ["incident"], "opened_at": OPENED}
    on = labelling("labeled", "incident", "2026-10-05 10:00") | {"number": 90}
    assert incidents(history(issues=[], pulls=[pull], events=[on])).is_empty()


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        (["incident", "severity/high", "sev1"], "severity/high"),
        (["incident", "SEV-2"], "SEV-2"),
        (["incident", "sev1"], "sev1"),
        (["incident", "severity: low"], "severity: low"),
        (["incident", "several-users", "severity", "p1/severe"], None),
    ],
)
def test_severity_is_the_first_label_that_names_one(labels, severity):
    found = incidents(history(issues=[{"labels": labels}]))
    assert found["severity"].to_list() == [severity]


@pytest.mark.parametrize(
    "said",
    [
        {"comments": [{"created_at": "2026-10-05 10:00"}]},
        {"events": [labelling("labeled", "incident", "2026-10-05 10:00")]},
        {"events": [{"event": "assigned", "assignee": "ben", "created_at": "2026-10-05 10:00"}]},
        {"events": [{"event": "closed", "created_at": "2026-10-05 10:00"}]},
    ],
)
def test_first_trace_of_another_maintainer_acknowledges(said):
    assert acknowledged_at(**said) == at("2026-10-05 10:00")


def test_earliest_trace_counts():
    comments = [{"created_at": "2026-10-05 12:00"}, {"created_at": "2026-10-05 11:00"}]
    on = labelling("labeled", "incident", "2026-10-05 13:00")
    assert acknowledged_at(comments=comments, events=[on]) == at("2026-10-05 11:00")


@pytest.mark.parametrize("author", ["ada", None])
def test_author_does_not_acknowledge_nor_an_unknown_one_anybody(author):
    issue = {"author_account": author, "author_association": "MEMBER"}
    comment = {"created_at": "2026-10-05 10:00"}
    on = labelling("labeled", "incident", "2026-10-05 10:00")
    assert acknowledged_at(issues=[issue], comments=[comment], events=[on]) is None


def test_events_of_other_kinds_acknowledge_nothing():
    events = [
        {"event": event, "created_at": "2026-10-05 10:00"}
        for event in ("mentioned", "subscribed", "referenced", "renamed")
    ]
    assert acknowledged_at(events=events, comments=[{"number": 2, "created_at": OPENED}]) is None


def test_trace_older_than_the_issue_acknowledges_nothing():
    assert acknowledged_at(comments=[{"created_at": "2026-10-04 10:00"}]) is None


def test_comment_after_the_last_close_is_no_trace_of_the_response():
    closed = {"state": "closed", "closed_at": "2026-10-05 11:00"}
    comments = [{"created_at": "2026-10-05 11:00"}, {"created_at": "2026-11-05 11:00"}]
    found = history(issues=[closed], comments=comments)
    assert acts(found) == [(at("2026-10-05 11:00"), "ada", "comment")]


def test_comments_assignments_and_closes_are_incident_events():
    tables = history(
        issues=[{"state": "closed", "closed_at": "2026-10-05 13:00"}],
        comments=[{"created_at": "2026-10-05 10:00"}],
        events=[
            {"event": "assigned", "assignee": "ben", "created_at": "2026-10-05 11:00"},
            {"event": "closed", "created_at": "2026-10-05 13:00"},
            {"event": "reopened", "created_at": "2026-10-05 12:00"},
            labelling("labeled", "incident", "2026-10-05 12:30"),
        ],
    )
    assert acts(tables) == [
        (at("2026-10-05 10:00"), "ada", "comment"),
        (at("2026-10-05 11:00"), "ben", "assignment"),
        (at("2026-10-05 13:00"), "ada", "resolution"),
    ]
    (named, *_) = labelled_incidents(tables, LABELS, source="github")[1].rows(named=True)
    assert (named["source"], named["incident_id"]) == ("github", "a/one#1")


def test_close_that_is_written_down_a_second_late_is_still_the_resolution():
    closed = {"event": "closed", "created_at": "2026-10-05 13:00:01"}
    tables = history(issues=[{"closed_at": "2026-10-05 13:00"}], events=[closed])
    assert acts(tables) == [(at("2026-10-05 13:00:01"), "ada", "resolution")]


def test_author_who_works_on_the_incident_is_told_of():
    issue = {"author_account": "ada", "author_association": "MEMBER"}
    comments = [{"created_at": "2026-10-05 10:00"}]
    assert acts(history(issues=[issue], comments=comments)) == [
        (at("2026-10-05 10:00"), "ada", "comment")
    ]


@pytest.mark.parametrize("association", ["NONE", "CONTRIBUTOR", None])
def test_users_who_comment_on_or_close_their_issue_are_not_told_of(association):
    comment = {"author_account": "rae", "author_association": association, "created_at": OPENED}
    other = comment | {"author_account": "sam"}
    closed = {"event": "closed", "actor_account": "rae", "created_at": "2026-10-06 10:00"}
    tables = history(comments=[comment, other], events=[closed])
    assert acts(tables) == []
    assert incidents(tables)["acknowledged_at"].to_list() == [None]


@pytest.mark.parametrize(
    "hand",
    [
        {"events": [{"number": 7, "event": "closed", "actor_account": "cleo"}]},
        {"events": [{"number": 7, "event": "labeled", "actor_account": "cleo"}]},
        {"pulls": [{"merged_by_account": "cleo"}]},
    ],
)
def test_private_member_is_known_by_what_only_maintainers_can_do(hand):
    comment = {"author_account": "cleo", "author_association": "NONE", "created_at": OPENED}
    elsewhere = {"number": 7, "labels": []}
    tables = history(issues=[{}, elsewhere], comments=[comment], **hand)
    assert acts(tables) == [(at(OPENED), "cleo", "comment")]


@pytest.mark.parametrize("event", ["mentioned", "subscribed", "assigned", "renamed"])
def test_what_anybody_can_do_makes_no_maintainer(event):
    comment = {"author_account": "cleo", "author_association": "NONE", "created_at": OPENED}
    elsewhere = {"number": 7, "labels": []}
    done = {"number": 7, "event": event, "actor_account": "cleo", "assignee": "cleo"}
    assert acts(history(issues=[{}, elsewhere], comments=[comment], events=[done])) == []


@pytest.mark.parametrize("bot", ["fixer[bot]", "stale", "Robot", "ghost"])
def test_bots_and_ghosts_are_nobody(bot):
    tables = history(
        accounts=[("robot", "Bot"), ("ada", "User")],
        comments=[{"author_account": bot, "created_at": OPENED}],
        events=[
            {"event": "assigned", "assignee": bot, "created_at": OPENED},
            {"event": "closed", "actor_account": bot, "created_at": "2026-10-05 10:00"},
        ],
    )
    assert acts(tables) == []


def test_bots_that_the_team_names_are_nobody():
    rows = SourceRows(history(comments=[{"created_at": OPENED}]), {})
    found = with_labelled_incidents(rows, LABELS, ["ADA"]).tables
    assert found["incident_events"].is_empty()
    assert found["incidents"]["acknowledged_at"].to_list() == [None]
    assert found["accounts"].is_empty()


def test_person_whom_a_bot_assigned_is_told_of_but_has_acknowledged_nothing():
    assigned = {"event": "assigned", "actor_account": "fixer[bot]", "assignee": "ben"}
    tables = history(events=[assigned | {"created_at": OPENED}])
    assert acts(tables) == [(at(OPENED), "ben", "assignment")]
    assert incidents(tables)["acknowledged_at"].to_list() == [None]


def test_assignment_of_nobody_known_is_no_event():
    assigned = {"event": "assigned", "assignee": None, "created_at": OPENED}
    assert acts(history(events=[assigned])) == []


def covers(*tables, repo=REPO, window=STRETCH):
    return {(table, repo): window for table in tables}


def spoken(tables, said):
    found = with_labelled_incidents(SourceRows(tables, said), LABELS, [])
    return {table: window for (table, repo), window in found.covers.items() if repo == ""}


def test_incidents_are_known_where_issues_are_and_acts_where_comments_and_events_are_too():
    known = covers("issues", "comments") | covers("events", window=Window(OCTOBER, LATER))
    assert spoken(history(), known) == {
        "incidents": STRETCH,
        "incident_events": Window(OCTOBER, STRETCH.end_at),
    }


@pytest.mark.parametrize("missing", ["comments", "events"])
def test_acts_are_unknown_without_comments_or_events(missing):
    known = covers(*{"issues", "comments", "events"} - {missing})
    assert spoken(history(), known) == {"incidents": STRETCH}


def test_where_labels_are_unknown_incidents_are_known_as_far_as_events_are():
    tables = history(issues=[{}, {"number": 2, "labels": None}])
    part = covers("events", window=Window(OCTOBER, LATER))
    assert spoken(tables, covers("issues")) == {}
    assert spoken(tables, covers("issues") | part) == {"incidents": Window(OCTOBER, STRETCH.end_at)}


def test_several_repositories_are_known_for_the_stretch_they_share():
    two = {"repo": "b/two"}
    later = covers("issues", "comments", "events", repo="b/two", window=Window(OCTOBER, LATER))
    both = covers("issues", "comments", "events") | later
    shared = Window(OCTOBER, STRETCH.end_at)
    expected = {"incidents": shared, "incident_events": shared}
    assert spoken(history(issues=[{}, two]), both) == expected
    assert spoken(history(issues=[{}, two]), covers("issues", "comments", "events")) == {}


def test_without_patterns_nothing_is_derived():
    rows = SourceRows(history(), covers("issues"))
    assert with_labelled_incidents(rows, [], []) is rows


@pytest.fixture
def dump(tmp_path):
    def dump(*labels, **context):
        issue = {"number": 1, "state": "open", "created_at": "2026-10-05T09:00:00Z"}
        (tmp_path / "dump.json").write_text('{"repo": "a/one", "fetched_at": "2026-11-01T00:00Z"}')
        issue["labels"] = [{"name": "incident"}]
        (tmp_path / "issues.jsonl").write_text(json.dumps(issue))
        context = {"folder": tmp_path, "incident_labels": labels}
        return GithubDump.model_validate({"kind": "github_dump", "path": "."}, context=context)

    return dump


def test_dump_gives_incidents_of_the_labels_that_review_yaml_names(dump, read):
    rows = read(dump("incident"))
    assert rows.tables["incidents"]["incident_id"].to_list() == ["a/one#1"]
    last = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(microseconds=1)
    assert rows.covers[("incidents", "")] == Window(at(OPENED), last)
    assert ("incident_events", "") not in rows.covers


def test_dump_gives_none_where_review_yaml_names_no_label(dump, read):
    rows = read(dump())
    assert "incidents" not in rows.tables
    assert ("incidents", "") not in rows.covers


def test_oncall_counts_labelled_incidents(tmp_path):
    closed = {"closed_at": "2026-10-05 15:00", "closed_by": "ben"}
    team = small_team(
        tmp_path,
        review={"labels": {"incident": ["incident"]}, "bots": ["dev"]},
        people={name: {} for name in ("ada", "ben", "cleo")},
        issues=[
            {"opened_at": "2026-10-05 09:00", "labels": ["incident", "sev1"], **closed},
            {"opened_at": "2026-10-13 09:00", "labels": ["incident"]},
            {"opened_at": "2026-10-14 09:00", "labels": ["bug"]},
            {"opened_at": "2026-10-15 09:00", "labels": []},
        ],
        comments=[
            {"number": 1, "author": "ada", "created_at": "2026-10-05 10:00"},
            {"number": 1, "author": "rae", "created_at": "2026-10-05 11:00"},
            {"number": 1, "author": "dev", "created_at": "2026-10-05 09:01"},
        ],
        events=[
            {
                "number": 4,
                "event": "labeled",
                "label": "incident",
                "created_at": "2026-10-15 10:00",
            },
            {
                "number": 4,
                "event": "unlabeled",
                "label": "incident",
                "created_at": "2026-10-15 11:00",
            },
        ],
        sources=[ROTA],
    )
    write_shifts(tmp_path / "rota.ics", ("cleo", "20261012", "20261019"))
    built = team.build()
    counted = built.metric("interruptions")
    persons = counted.filter(pl.col("group").str.starts_with("person:")).select("group", "value")
    assert dict(persons.iter_rows()) == {"person:ada": 1, "person:ben": 1, "person:cleo": 1}
    assert value_of(built, "interruptions", "count") == 3
    assert value_of(built, "time_to_resolve", "median") == 6
