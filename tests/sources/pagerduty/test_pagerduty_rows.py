import json

import pagerduty_stand_in as stand_in
import pytest
from pagerduty_stand_in import AROUND, Fault, at, person, written

from opsreview.params import load_team
from opsreview.tables.build import build_tables


def doings(rows):
    return [(f"{row['at']:%H:%M}", row["person"], row["event"]) for row in rows]


def test_incident_is_a_row_with_its_course_and_where_to_see_it(account, rows):
    account.incident("P1", "2026-11-01 10:00", resolved="2026-11-01 12:00")
    account.log("P1", "acknowledge", "2026-11-01 10:05", "ada")
    account.log("P1", "acknowledge", "2026-11-01 11:00", "ben")
    assert rows("incidents") == [
        {
            "source": "pagerduty",
            "incident_id": "P1",
            "opened_at": at("2026-11-01 10:00"),
            "acknowledged_at": at("2026-11-01 10:05"),
            "resolved_at": at("2026-11-01 12:00"),
            "severity": "high",
            "service": "Shop",
            "repo": None,
            "url": "https://team.pagerduty.example/incidents/P1",
        }
    ]


def test_incident_says_the_name_and_repository_that_are_declared(account, rows):
    account.incident("P1", "2026-11-01 10:00")
    (row,) = rows("incidents", name="on-call", repo="team/product")
    assert (row["source"], row["repo"]) == ("on-call", "team/product")


def test_severity_is_the_priority_where_one_was_set(account, rows):
    account.incident("P1", "2026-11-01 10:00", priority=stand_in.ref("priority", "PP", "P2"))
    account.incident("P2", "2026-11-02 10:00", urgency="low")
    assert [row["severity"] for row in rows("incidents")] == ["P2", "low"]


def test_incident_nobody_acknowledged_or_resolved_has_no_such_moment(account, rows):
    account.incident("P1", "2026-11-01 10:00", resolved=None)
    (row,) = rows("incidents")
    assert (row["acknowledged_at"], row["resolved_at"]) == (None, None)


def test_incident_opened_again_is_not_resolved_whatever_was_written_before(account, rows):
    account.incident("P1", "2026-11-01 10:00", status="acknowledged")
    account.log("P1", "resolve", "2026-11-01 11:00", "ada")
    assert rows("incidents")[0]["resolved_at"] is None


@pytest.mark.parametrize(
    ("is_logged", "resolved"), [(True, "2026-11-01 11:30"), (False, "2026-11-01 12:00")]
)
def test_log_tells_when_an_incident_was_resolved_if_it_does_not_itself(
    account, rows, is_logged, resolved
):
    account.incident("P1", "2026-11-01 10:00", resolved="2026-11-01 12:00", resolved_at=None)
    if is_logged:
        account.log("P1", "resolve", "2026-11-01 10:30", "ada")
        account.log("P1", "resolve", "2026-11-01 11:30", "ada")
    assert rows("incidents")[0]["resolved_at"] == at(resolved)


def test_where_keeps_the_incidents_that_are_asked_for_and_their_events(account, rows):
    account.incident("P1", "2026-11-01 10:00", urgency="low")
    account.incident("P2", "2026-11-01 10:00", service="PMAIL")
    for incident in ("P1", "P2"):
        account.log(incident, "acknowledge", "2026-11-01 10:05", "ada")
    assert [row["incident_id"] for row in rows("incidents", where={"urgency": "low"})] == ["P1"]
    assert [row["incident_id"] for row in rows("incident_events", where={"service": "Mail"})] == [
        "P2"
    ]


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("acknowledge", "acknowledgement"),
        ("resolve", "resolution"),
        ("annotate", "comment"),
        ("status_update", "update"),
        ("escalate", "escalation"),
        ("assign", "reassignment"),
        ("delegate", "reassignment"),
        ("snooze", "snooze"),
        ("trigger", "trigger"),
        ("urgency_change", "urgency change"),
    ],
)
def test_what_a_person_did_is_an_event_of_theirs(account, rows, kind, event):
    account.incident("P1", "2026-11-01 10:00")
    account.log("P1", kind, "2026-11-01 10:05", "ada")
    assert rows("incident_events") == [
        {
            "source": "pagerduty",
            "incident_id": "P1",
            "at": at("2026-11-01 10:05"),
            "person": "ada",
            "event": event,
        }
    ]


def test_page_is_an_event_of_who_was_notified_not_of_the_machine_that_did(account, rows):
    account.incident("P1", "2026-11-01 10:00")
    account.log("P1", "notify", "2026-11-01 10:01", "ben")
    assert doings(rows("incident_events")) == [("10:01", "ben", "page")]


def test_what_a_machine_did_is_no_event(account, rows):
    account.incident("P1", "2026-11-01 10:00")
    account.log("P1", "trigger", "2026-11-01 10:00", stand_in.ref("service", "PSHOP"))
    account.log("P1", "resolve", "2026-11-01 10:10", stand_in.ref("events_api_v2_inbound", "PI"))
    assert rows("incident_events") == []


def test_person_who_is_only_assigned_has_not_acted(account, rows):
    account.incident("P1", "2026-11-01 10:00")
    machine = stand_in.ref("escalation_policy", "PE")
    account.log("P1", "assign", "2026-11-01 10:00", machine, assignees=[person("ada")])
    assert rows("incident_events") == []


def test_of_two_doings_at_one_moment_the_stronger_counts(account, rows):
    account.incident("P1", "2026-11-01 10:00")
    for kind in ("notify", "annotate", "acknowledge", "trigger"):
        account.log("P1", kind, "2026-11-01 10:05", "ada")
    account.log("P1", "notify", "2026-11-01 10:05", "ben")
    assert doings(rows("incident_events")) == [
        ("10:05", "ada", "acknowledgement"),
        ("10:05", "ben", "page"),
    ]


def test_person_without_a_name_goes_by_their_id_and_a_deleted_one_by_none(account, rows):
    account.incident("P1", "2026-11-01 10:00")
    account.log("P1", "notify", "2026-11-01 10:01", {"id": "UADA", "type": "user_reference"})
    account.log("P1", "notify", "2026-11-01 10:02", None)
    account.log("P1", "acknowledge", "2026-11-01 10:03", None)
    assert doings(rows("incident_events")) == [
        ("10:01", "UADA", "page"),
        ("10:02", None, "page"),
        ("10:03", None, "acknowledgement"),
    ]


def test_name_in_pagerduty_is_the_person_of_people_yaml(account, store, tmp_path):
    folder = tmp_path / "params" / "team"
    folder.mkdir(parents=True)
    entry = f"{{kind: pagerduty, api_url: '{account.url}'}}"
    head = f"repos: [team/product]\ntimezone: UTC\nsources: [{entry}]\n"
    (folder / "review.yaml").write_text(head, encoding="utf-8")
    people = "ada: {name: Ada Example}\nben: {accounts: [UBEN]}\n"
    (folder / "people.yaml").write_text(people, encoding="utf-8")
    account.incident("P1", "2026-11-01 10:00")
    account.log("P1", "acknowledge", "2026-11-01 10:05", "Ada Example")
    account.schedule("PABC", "Triage", (*AROUND, {"id": "UBEN", "type": "user_reference"}))
    team = load_team("team", tmp_path / "params")
    (source,) = team.review.sources
    source.fetch(store)
    frames = build_tables({source.key: source.rows(store)}, team).frames
    assert frames["incident_events"]["person"].to_list() == ["ada"]
    assert frames["shifts"]["person"].to_list() == ["ben"]


def test_what_cannot_be_believed_is_rejected_with_the_reason(account, rejected):
    account.incident("P1", "2026-11-01 10:00", created_at=None)
    account.incident("P2", "2026-11-01 10:00", status=None)
    account.incident("P3", "2026-11-01 10:00", resolved_at="soon")
    account.incident("P4", "2026-11-01 10:00")
    account.log("P4", "acknowledge", "2026-11-01 10:00", "ada", type=None)
    account.log("P4", "acknowledge", "2026-11-01 10:00", 7)
    account.log("P4", "acknowledge", "2026-11-01 10:00", "ada", incident=None)
    account.incident("P5", "2026-11-01 10:00", priority="P1")
    assert sorted(rejected()) == [
        ("incident_events", "R1", "type is missing"),
        ("incident_events", "R2", "7 is not a reference to a user"),
        ("incident_events", "R3", "incident is missing"),
        ("incidents", "P1", "created_at is missing"),
        ("incidents", "P2", "status is missing"),
        ("incidents", "P3", "resolved_at: 'soon' is not a time like 2026-10-31T18:00:00Z"),
        ("incidents", "P5", "priority: 'P1' is not a reference"),
    ]


def test_shift_of_a_deleted_person_or_without_a_length_is_rejected(account, rejected):
    entries = [
        {"start": written(AROUND[0]), "end": written(AROUND[1]), "user": None},
        {"start": written(AROUND[1]), "end": written(AROUND[0]), "user": person("ada")},
        {"start": None, "end": written(AROUND[1]), "user": person("ada")},
        "nothing",
    ]
    final = {
        "id": "PABC",
        "name": "Triage",
        "final_schedule": {"rendered_schedule_entries": entries},
    }
    account.schedule("PABC", "Triage")
    account.lasting["/schedules/PABC"] = Fault(200, json.dumps({"schedule": final}))
    found = rejected(since="2026-11-01")
    assert {table for table, _, _ in found} == {"shifts"}
    assert [reason for _, _, reason in found] == [
        "nobody is named: the user may have been deleted",
        "it ends at 2026-11-01T00:00:00Z, not after its start at 2026-11-03T00:00:00Z",
        "start: None is not a time",
        "nobody is named: the user may have been deleted",
    ]
