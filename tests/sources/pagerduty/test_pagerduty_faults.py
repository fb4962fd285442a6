import json
import logging
import traceback

import pytest
from pagerduty_stand_in import AROUND, KEY, Fault
from pydantic import ValidationError

from opsreview.errors import SourceError, StoppedError
from opsreview.sources.pagerduty.source import PagerDuty
from opsreview.sources.terms import Terms, Unwatched

LIMITED = Fault(429, '{"error": {"message": "Rate Limit Exceeded", "code": 2020}}')


@pytest.mark.parametrize("key", ["", "  ", None])
def test_missing_key_says_which_variable_and_the_least_right(monkeypatch, refused, key):
    if key is None:
        monkeypatch.delenv("PAGERDUTY_API_KEY")
    else:
        monkeypatch.setenv("PAGERDUTY_API_KEY", key)
    message = refused()
    assert "PAGERDUTY_API_KEY" in message
    assert "read-only REST API key" in message


def test_key_with_a_line_break_is_refused_without_showing_it(monkeypatch, refused):
    monkeypatch.setenv("PAGERDUTY_API_KEY", "canary\nkey")
    message = refused()
    assert "copy the key again" in message
    assert "canary" not in message


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "does not accept the key in PAGERDUTY_API_KEY"),
        (402, "plan does not give log_entries"),
        (403, "may not read log_entries"),
        (404, "has no log_entries"),
        (400, "refuses our request for log_entries (400): Invalid Query Date Range"),
        (302, "sends us elsewhere (302)"),
    ],
)
def test_lasting_refusal_says_what_and_the_next_step(account, refused, status, says):
    error = {"error": {"message": "Invalid Query Date Range"}}
    account.incident("P1", "2026-11-01 10:00")
    where = {"Location": "http://elsewhere.example/log_entries"}
    account.lasting["/log_entries"] = Fault(status, json.dumps(error), where)
    assert says in refused()
    assert len(account.of("/log_entries")) == 1


def test_wrong_key_is_refused_with_the_right_it_needs(account, refused):
    account.key = "another"
    assert "read-only REST API key" in refused()


def test_named_schedule_that_cannot_be_seen_is_refused_with_those_that_can(account, refused):
    account.schedule("PABC", "Triage")
    message = refused(schedules=["PABC", "PXYZ"])
    assert "no schedule PXYZ" in message
    assert "it shows PABC" in message


def test_named_service_that_cannot_be_seen_is_refused(refused):
    assert "has no services/PXYZ" in refused(services=["PXYZ"])


@pytest.mark.parametrize("body", ["[]", '{"schedules": {}}', "<html>", '{"schedules": [{"id"'])
def test_answer_that_is_none_is_refused(account, refused, body):
    account.lasting["/schedules"] = Fault(200, body)
    assert "PagerDuty" in refused()


@pytest.mark.parametrize(
    "fault",
    [Fault(500), Fault(502, "<html>"), Fault(503), Fault(408), Fault(200, '{"sche', cut=True)],
)
def test_failure_that_passes_is_tried_again(account, rows, fault):
    account.incident("P1", "2026-11-01 10:00")
    account.faults = [fault, fault, fault]
    assert len(rows("incidents")) == 1


def test_failure_that_lasts_is_an_error_after_a_few_tries(account, refused):
    account.lasting["/log_entries"] = Fault(502)
    assert "no answer to log_entries after 4 tries (it answered 502)" in refused()
    assert len(account.of("/log_entries")) == 4


def test_server_that_is_not_there_is_an_error(source, refused):
    message = refused(api_url="http://127.0.0.1:9")
    assert "ConnectError" in message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit-reset": "20"}, 20),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "7", "ratelimit-reset": "9"}, 9),
        ({"Retry-After": "Tue, 10 Nov 2026 12:00:30 GMT"}, 30),
        ({"ratelimit-reset": "0"}, 1),
        ({"ratelimit-reset": "-5"}, 1),
        ({"ratelimit-reset": "soon"}, 5),
        ({}, 5),
    ],
)
def test_limit_is_waited_out_as_long_as_pagerduty_says(account, rows, waits, headers, seconds):
    account.incident("P1", "2026-11-01 10:00")
    account.faults = [Fault(429, "{}", headers)]
    assert len(rows("incidents")) == 1
    assert sum(waits) == seconds


def test_limit_that_says_nothing_is_given_longer_each_time_in_a_row(account, rows, waits):
    fine = Fault(200, '{"schedules": [], "more": false}')
    account.faults = [LIMITED, LIMITED, LIMITED, fine, LIMITED]
    rows("incidents")
    assert sum(waits) == (5 + 10 + 20) + 5


def test_limit_longer_than_we_may_wait_stops_at_once_and_says_until_when(
    account, source, store, waits
):
    account.faults = [Fault(429, "{}", {"ratelimit-reset": "600"})]
    with pytest.raises(StoppedError, match=r"asked again at .* UTC") as stopped:
        source().fetch(store, Terms(max_wait_seconds=599))
    assert f"{stopped.value.until:%Y-%m-%d %H:%M} UTC" in str(stopped.value)
    assert waits == []
    assert store.readings(source().key) == []


@pytest.mark.parametrize("headers", [{}, {"ratelimit-reset": "20"}, {"ratelimit-reset": "1e300"}])
def test_limit_that_persists_stops_within_what_we_may_wait_in_all(
    account, source, store, waits, headers
):
    account.lasting["/log_entries"] = Fault(429, "{}", headers)
    with pytest.raises(StoppedError):
        source().fetch(store, Terms(max_wait_seconds=100))
    assert sum(waits) <= 100
    assert store.readings(source().key) == []


def test_wait_is_shown_with_a_countdown_and_the_reason(account, source, store, waits):
    seen = []

    class Watch(Unwatched):
        def waits(self, seconds_left, reason):
            seen.append((seconds_left, reason))

    account.faults = [Fault(429, "{}", {"ratelimit-reset": "2"})]
    source().fetch(store, Terms(watch=Watch()))
    assert seen == [(left, "PagerDuty's rate limit") for left in (2, 1, 0)]


def test_reading_is_shown_as_it_goes(account, source, store):
    seen = []

    class Watch(Unwatched):
        def reads(self, what, done, expected, points_left):
            seen.append((what, done, expected, points_left))

    account.incident("P0", "2025-01-01 10:00")
    for number in range(101):
        account.incident(f"P{number + 1}", "2026-11-01 10:00")
    source().fetch(store, Terms(watch=Watch()))
    told = [rest for what, *rest in seen if what == "incidents"]
    assert [1, 1, None] in told
    assert told[-2:] == [[101, 102, None], [102, 102, None]]


def test_reading_logs_one_by_one_is_shown_too(account, source, store):
    seen = []

    class Watch(Unwatched):
        def reads(self, what, done, expected, points_left):
            seen.append((what, done, expected))

    for number in range(2):
        account.incident(f"P{number}", "2026-11-01 10:00")
    source(services=["PSHOP"]).fetch(store, Terms(watch=Watch()))
    assert seen[-2:] == [("logs of incidents", 1, 2), ("logs of incidents", 2, 2)]


def test_refused_refresh_leaves_the_store_as_it_was(account, source, store):
    account.incident("P1", "2026-11-01 10:00")
    account.schedule("PABC", "Triage", (*AROUND, "ada"))
    source().fetch(store)
    before = store.readings(source().key), store.nodes(source().key, "incidents")
    account.incident("P2", "2026-11-02 10:00")
    account.lasting["/schedules/PABC/overrides"] = Fault(500)
    with pytest.raises(SourceError):
        source().fetch(store)
    assert (store.readings(source().key), store.nodes(source().key, "incidents")) == before


def test_key_is_nowhere_but_in_the_request(account, source, store, tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    account.incident("P1", "2026-11-01 10:00")
    account.faults = [Fault(500)]
    source().fetch(store)
    account.lasting["/log_entries"] = Fault(400, json.dumps({"error": {"message": f"bad {KEY}"}}))
    said = [repr(source()), source().key]
    for fault in (account.lasting["/log_entries"], Fault(401), Fault(302), Fault(500)):
        account.lasting["/log_entries"] = fault
        with pytest.raises(SourceError) as error:
            source().fetch(store)
        said.append("".join(traceback.format_exception(error.value)))
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    everything = "\n".join([*said, caplog.text, *capfd.readouterr()]).encode() + b"".join(files)
    assert KEY.encode() not in everything
    assert KEY[-4:].encode() not in everything  # which PagerDuty's client likes to show


def test_titles_payloads_and_phone_numbers_stay_at_pagerduty(account, source, store, tmp_path):
    account.incident("P1", "2026-11-01 10:00")
    account.log("P1", "notify", "2026-11-01 10:01", "ada", note="canary-note")
    source().fetch(store)
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"ada" in held
    assert b"canary" not in held


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://api.pagerduty.com", "not encrypted"),
        ("http://127.0.0.1.example.org", "not encrypted"),
        ("http://localhost@example.org", "host and a path alone"),
        ("ftp://api.pagerduty.com", "no address"),
        ("api.pagerduty.com", "no address"),
        ("https://", "no address"),
        ("https://host:port", "no address"),
        ("https://key@api.pagerduty.com", "host and a path alone"),
        ("https://api.pagerduty.com?key=1", "host and a path alone"),
    ],
)
def test_address_that_is_not_safe_is_refused(declare, url, says):
    with pytest.raises(ValidationError, match=says):
        declare(PagerDuty, kind="pagerduty", api_url=url)


@pytest.mark.parametrize(
    "url", ["https://api.eu.pagerduty.com/", "http://localhost:80", "http://[::1]:80"]
)
def test_address_over_https_or_of_this_machine_is_accepted(declare, url):
    assert declare(PagerDuty, kind="pagerduty", api_url=url).api_url == url.rstrip("/")


@pytest.mark.parametrize("name", ["services", "schedules"])
def test_id_that_could_lead_elsewhere_is_refused(declare, name):
    with pytest.raises(ValidationError, match=name):
        declare(PagerDuty, kind="pagerduty", **{name: ["../users"]})


def test_sources_of_other_services_or_schedules_are_kept_apart(source):
    said = [{}, {"services": ["P1"]}, {"schedules": ["P1"]}, {"name": "other"}]
    assert len({source(**each).key for each in said}) == len(said)
