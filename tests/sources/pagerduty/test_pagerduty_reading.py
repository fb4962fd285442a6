import json
import subprocess
import sys
from datetime import timedelta

import pytest
from pagerduty_stand_in import AROUND, Fault, at, written

from opsreview.sources.pagerduty import lists


def spans(asked):
    return sorted((one["since"], one["until"]) for one in asked)


def test_list_longer_than_a_page_is_read_to_its_end(account, rows):
    for number in range(250):
        account.incident(f"P{number}", "2026-11-01 10:00")
    assert len(rows("incidents")) == 250
    pages = [
        one["offset"] for one in account.of("/incidents") if one["until"] == written(account.now)
    ]
    assert pages == ["0", "100", "200"]


def test_incident_that_leaves_the_list_as_it_is_paged_hides_no_other(account, rows):
    for number in range(150):
        account.incident(f"P{number}", "2026-11-01 10:00")
    account.after["/incidents"] = lambda: account.incidents.pop("P0")
    found = {row["incident_id"] for row in rows("incidents", since="2026-11-01")}
    assert found == set(account.incidents)


def test_first_fetch_reads_two_years_in_stretches_that_leave_nothing_out(account, rows):
    opened = [at("2024-11-10 12:00") + timedelta(days=days) for days in range(730)]
    for number, moment in enumerate(opened):
        account.incident(f"P{number}", f"{moment:%Y-%m-%d %H:%M}")
    assert {row["opened_at"] for row in rows("incidents")} == set(opened)
    asked = spans(account.of("/log_entries"))
    assert asked[0][0] == "2024-11-10T00:00:00Z"
    assert asked[-1][1] == "2026-11-10T12:00:00Z"
    assert [until for _, until in asked[:-1]] == [since for since, _ in asked[1:]]


def test_since_says_how_far_back_in_the_zone_of_the_team(account, source, read):
    account.incident("P1", "2026-08-31 21:59")
    account.incident("P2", "2026-08-31 22:00")
    found = read(source(since="2026-09-01"))
    assert found.tables["incidents"]["incident_id"].to_list() == ["P2"]
    assert found.covers["incidents", ""].start_at == at("2026-08-31 22:00")


def test_since_that_is_still_to_come_is_refused(refused):
    assert "since: 2027-01-01" in refused(since="2027-01-01")


@pytest.mark.parametrize("is_counting", [True, False])
def test_stretch_that_holds_more_than_can_be_paged_is_halved(
    account, rows, monkeypatch, is_counting
):
    account.is_counting = is_counting
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    monkeypatch.setattr(lists, "MOST_OBJECTS", 4)
    account.most_objects = 4
    for day in range(1, 29):
        account.incident(f"P{day}", f"2026-10-{day:02} 10:00")
        account.log(f"P{day}", "acknowledge", f"2026-10-{day:02} 10:01", "ada")
    assert len(rows("incidents")) == 28
    assert len(rows("incident_events")) == 28


def test_second_that_holds_more_than_can_be_paged_is_refused(account, refused, monkeypatch):
    monkeypatch.setattr(lists, "MOST_OBJECTS", 2)
    for number in range(3):
        account.incident(f"P{number}", "2026-11-01 10:00")
    assert "more than 2 incidents at once" in refused()


def test_only_the_services_that_are_named_are_read_with_their_own_logs(account, rows):
    account.incident("P1", "2026-11-01 10:00", service="PMAIL")
    account.incident("P2", "2026-11-01 10:00")
    for incident in ("P1", "P2"):
        account.log(incident, "acknowledge", "2026-11-01 10:05", "ada")
    assert [row["incident_id"] for row in rows("incident_events", services=["PMAIL"])] == ["P1"]
    assert account.of("/log_entries") == account.of("/incidents/P2/log_entries") == []


def test_second_fetch_reads_the_last_thirty_days_again(account, twice):
    account.incident("P1", "2026-10-20 10:00")
    account.incident("P2", "2026-01-01 10:00")

    def happens():
        account.incident("P3", "2026-11-19 10:00")
        account.log("P1", "annotate", "2026-11-19 11:00", "ada")

    found = twice(happens)
    assert spans(account.of("/incidents"))[0][0] == "2026-10-11T12:00:00Z"
    assert found.tables["incidents"]["incident_id"].to_list() == ["P1", "P2", "P3"]
    assert found.tables["incident_events"]["event"].to_list() == ["comment"]


def test_older_incident_that_was_open_is_looked_at_again(account, twice):
    account.incident("P1", "2026-01-01 10:00", resolved=None)
    account.incident("P2", "2026-01-01 10:00")
    found = twice(lambda: account.incident("P1", "2026-01-01 10:00", resolved="2026-11-15 10:00"))
    assert found.tables["incidents"]["resolved_at"][0] == at("2026-11-15 10:00")
    assert len(account.of("/incidents/P1")) == 1
    assert account.of("/incidents/P2") == []


def test_older_incident_that_the_log_speaks_of_is_looked_at_again(account, twice):
    account.incident("P1", "2026-01-01 10:00")

    def happens():
        account.incident("P1", "2026-01-01 10:00", resolved=None)
        account.log("P1", "acknowledge", "2026-11-15 10:00", "ada")

    assert twice(happens).tables["incidents"]["resolved_at"].to_list() == [None]


def test_older_incident_of_a_named_service_is_looked_at_again_with_its_log(account, twice):
    account.incident("P1", "2026-01-01 10:00", resolved=None)
    happens = lambda: account.log("P1", "resolve", "2026-11-15 10:00", "ada")  # noqa: E731
    found = twice(happens, services=["PSHOP"])
    assert found.tables["incident_events"]["event"].to_list() == ["resolution"]


@pytest.mark.parametrize("services", [[], ["PSHOP"]])
def test_incident_that_pagerduty_no_longer_knows_is_set_aside(account, twice, services):
    account.incident("P1", "2026-01-01 10:00", resolved=None)
    account.log("P1", "acknowledge", "2026-01-01 10:05", "ada")
    found = twice(account.incidents.clear, services=services)
    assert [(bad.key, bad.reason) for bad in found.rejected] == [
        ("P1", "PagerDuty no longer knows this incident")
    ]
    assert found.tables["incident_events"].is_empty()


def test_log_of_what_was_opened_before_all_we_read_is_not_kept(account, rows, store, source):
    account.incident("P1", "2024-01-01 10:00")
    account.log("P1", "annotate", "2026-11-01 10:00", "ada")
    assert rows("incident_events") == []
    assert store.nodes(source().key, "log_entries") == []


def test_sweep_reads_everything_again(account, twice):
    account.incident("P1", "2026-01-01 10:00")
    found = twice(lambda: account.incident("P1", "2026-01-01 10:00", urgency="low"), is_sweep=True)
    assert found.tables["incidents"]["severity"].to_list() == ["low"]


def test_override_entered_after_the_fact_changes_who_held_the_shift(account, twice):
    account.schedule("PABC", "Triage", (*AROUND, "ada"))
    found = twice(lambda: account.schedule("PABC", "Triage", (*AROUND, "ben")))
    assert found.tables["shifts"]["person"].to_list() == ["ben"]


def test_earlier_day_in_since_is_read_from_there_without_anything_twice(account, source, store):
    account.schedule("PABC", "Triage", ("2026-08-01 00:00", "2026-10-01 00:00", "ada"))
    account.incident("P1", "2026-08-20 10:00")
    source(since="2026-09-10").fetch(store)
    account.schedule("PABC", "Triage", ("2026-08-01 00:00", "2026-10-01 00:00", "ben"))
    source(since="2026-08-10").fetch(store)
    found = source().rows(store)
    assert found.tables["incidents"]["incident_id"].to_list() == ["P1"]
    held = found.tables["shifts"].select("person", "start_at", "end_at").rows()
    assert held == [("ben", at("2026-08-09 22:00"), at("2026-10-01 00:00"))]


def test_source_speaks_from_since_until_pagerdutys_own_clock(account, source, read):
    account.schedule("PABC", "Triage", (*AROUND, "ada"))
    found = read(source())
    assert found.fetched_at == at("2026-11-10 12:00")
    assert sorted(found.covers) == [("incident_events", ""), ("incidents", ""), ("shifts", "")]
    assert {window.start_at for window in found.covers.values()} == {at("2024-11-10 00:00")}
    assert {window.end_at - window.end_at.resolution for window in found.covers.values()} == {
        at("2026-11-10 12:00")
    }


def test_empty_account_has_no_incident_and_an_unknown_rota(account, source, store, read):
    found = read(source())
    assert sorted(found.covers) == [("incident_events", ""), ("incidents", "")]
    assert found.tables["incidents"].is_empty()
    (reading,) = store.readings(source().key)
    assert (reading.n_items, reading.n_expected, reading.is_complete) == (0, 0, True)


def test_account_that_does_not_count_leaves_open_how_many_there_are(account, source, store):
    account.is_counting = False
    account.incident("P1", "2026-11-01 10:00")
    source().fetch(store)
    (reading,) = store.readings(source().key)
    assert (reading.n_items, reading.n_expected, reading.is_complete) == (1, None, True)


def test_source_that_was_never_fetched_speaks_for_nothing(source, store):
    found = source().rows(store)
    assert (found.tables, found.covers) == ({}, {})


def test_more_counted_than_given_is_not_complete_and_read_again_from_there(account, source, store):
    account.incident("P1", "2025-01-01 10:00")
    account.counts_too_many = 1
    source().fetch(store)
    (reading,) = store.readings(source().key)
    assert not reading.is_complete
    assert reading.reason == "PagerDuty counts 5 incidents more than it gave"
    assert (reading.n_items, reading.n_expected) == (1, 6)
    account.asked.clear()
    account.counts_too_many = 0
    source().fetch(store)
    assert spans(account.of("/incidents"))[0][0] == "2024-11-10T00:00:00Z"
    assert store.readings(source().key)[0].is_complete


def test_list_that_goes_on_but_gives_nothing_is_refused(account, refused):
    body = {"schedules": [], "more": True, "limit": 100, "offset": 0, "total": None}
    account.lasting["/schedules"] = Fault(200, json.dumps(body))
    assert "goes on" in refused()


def test_forecast_counts_what_a_fetch_would_ask_and_stores_nothing(account, source, store):
    for number in range(250):
        account.incident(f"P{number}", "2026-11-01 10:00")
        account.log(f"P{number}", "acknowledge", "2026-11-01 10:01", "ada")
    account.schedule("PABC", "Triage")
    line = source(since="2026-10-01").forecast(store)
    assert line.startswith("250 incidents and 1 schedules since 2026-09-30: about ")
    assert store.readings(source().key) == []
    account.asked.clear()
    source(since="2026-10-01").fetch(store)
    told = int(line.partition("about ")[2].partition(" ")[0])
    assert abs(told - len(account.asked)) <= 2


def test_forecast_of_named_services_counts_a_request_an_incident(account, source, store):
    for number in range(20):
        account.incident(f"P{number}", "2026-11-01 10:00")
    said = {"services": ["PSHOP"], "since": "2026-10-01"}
    line = source(**said).forecast(store)
    account.asked.clear()
    source(**said).fetch(store)
    told = int(line.partition("about ")[2].partition(" ")[0])
    assert abs(told - len(account.asked)) <= 2


def test_reading_the_params_does_not_load_pagerdutys_client():
    code = "import sys, opsreview.params; sys.exit('pagerduty' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
