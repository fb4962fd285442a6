import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from clone_factory import commit_history, git, new_clone
from clone_factory import upptime_file as file
from dump_factory import ROTA, small_team, value_of, write_shifts
from pydantic import ValidationError

from opsreview.errors import SourceError
from opsreview.sources.upptime import Upptime
from opsreview.window import Window

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "incidents" / "dhbern-upptime.csv"
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture
def clone(tmp_path):
    return new_clone(tmp_path / "upptime")


@pytest.fixture
def monitor(declare):
    def monitor(**said):
        return declare(Upptime, **({"kind": "upptime", "path": "upptime"} | said))

    return monitor


@pytest.fixture
def commit(clone):
    return partial(commit_history, clone)


def outages(rows):
    columns = ("service", "opened_at", "resolved_at", "severity")
    return rows.tables["incidents"].select(columns).rows()


def test_outage_runs_from_the_commit_that_says_down_to_the_one_that_says_up(commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="up")
    commit("2026-01-02T10:00:00+02:00", api="down")
    commit("2026-01-02T09:30:00Z", api="up")
    assert read(monitor()).tables["incidents"].rows(named=True) == [
        {
            "source": "upptime",
            "incident_id": "api 2026-01-02T08:00:00Z",
            "opened_at": at(2026, 1, 2, 8),
            "acknowledged_at": None,
            "resolved_at": at(2026, 1, 2, 9, 30),
            "severity": "down",
            "service": "api",
            "repo": None,
            "url": None,
        }
    ]


def test_outage_still_open_at_the_end_is_not_resolved(commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="up")
    commit("2026-01-02T10:00:00Z", api="down")
    assert outages(read(monitor())) == [("api", at(2026, 1, 2, 10), None, "down")]


def test_services_have_outages_of_their_own(commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="up", docs="up")
    commit("2026-01-02T10:00:00Z", api="down")
    commit("2026-01-02T11:00:00Z", docs="down")
    commit("2026-01-02T12:00:00Z", api="up", docs="up")
    assert outages(read(monitor())) == [
        ("api", at(2026, 1, 2, 10), at(2026, 1, 2, 12), "down"),
        ("docs", at(2026, 1, 2, 11), at(2026, 1, 2, 12), "down"),
    ]


@pytest.mark.parametrize(
    ("statuses", "severity"),
    [
        (["degraded"], "degraded"),
        (["degraded", "down"], "down"),
        (["down", "degraded"], "down"),
        (["degraded", "down", "degraded"], "down"),
    ],
)
def test_degraded_and_down_without_an_up_between_are_one_outage(
    commit, monitor, read, statuses, severity
):
    commit("2026-01-01T10:00:00Z", api="up")
    for hour, status in enumerate(statuses, 10):
        commit(f"2026-01-02T{hour}:00:00Z", api=status)
    commit("2026-01-02T20:00:00Z", api="up")
    found = outages(read(monitor()))
    assert found == [("api", at(2026, 1, 2, 10), at(2026, 1, 2, 20), severity)]


def test_daily_commits_that_repeat_a_status_change_nothing(commit, monitor, read, store):
    commit("2026-01-01T10:00:00Z", api="up")
    commit("2026-01-02T10:00:00Z", api="down")
    commit("2026-01-03T23:00:00Z", api=file("down", code=503, responseTime=12))
    commit("2026-01-04T10:00:00Z", api="up")
    commit("2026-01-04T23:00:00Z", api=file("up", responseTime=80))
    rows = read(monitor())
    assert outages(rows) == [("api", at(2026, 1, 2, 10), at(2026, 1, 4, 10), "down")]
    (reading,) = store.readings(monitor().key)
    assert (reading.n_items, reading.is_complete, reading.reason) == (5, True, None)
    assert len(store.nodes(monitor().key, "versions")) == 3


def test_files_of_the_first_upptime_are_read_too(commit, monitor, read):
    old = "- url: https://example.org\n- status: {}\n- code: 200\n- responseTime: 327\n"
    commit("2020-08-09T02:00:00Z", api=old.format("up"))
    commit("2020-08-09T03:00:00Z", api=old.format("down"))
    commit("2020-08-09T04:00:00Z", api=file("up"))
    assert outages(read(monitor())) == [("api", at(2020, 8, 9, 3), at(2020, 8, 9, 4), "down")]


def test_monitor_speaks_from_its_first_to_its_last_commit(clone, commit, monitor, read):
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "template", on="2025-01-01T00:00:00Z")
    commit("2026-01-01T10:00:00Z", api="up")
    commit("2026-02-01T10:00:00Z", api=file("up", responseTime=80))
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "docs", on="2026-03-01T00:00:00Z")
    rows = read(monitor())
    assert outages(rows) == []
    last = timedelta(microseconds=1)
    window = Window(at(2026, 1, 1, 10), at(2026, 2, 1, 10) + last)
    assert rows.covers == {("incidents", ""): window}
    assert rows.fetched_at is None


def test_service_that_is_down_when_it_is_first_checked_is_out_since_then(commit, monitor, read):
    commit("2026-01-05T10:00:30Z", api=file("down", startTime="2026-01-05T10:00:01.123Z"))
    assert outages(read(monitor())) == [("api", at(2026, 1, 5, 10, 0, 30), None, "down")]


@pytest.mark.parametrize(
    "started",
    ["2025-06-01T10:00:00.000Z", "Sun Jun 01 2025 10:00:00 GMT+0000 (Coordinated Universal Time)"],
)
def test_outage_that_began_before_a_squashed_history_is_rejected(commit, monitor, read, started):
    commit("2026-01-05T10:00:00Z", api=file("down", startTime=started), docs="up")
    commit("2026-01-05T11:00:00Z", api=file("degraded", startTime=started))
    commit("2026-01-05T12:00:00Z", api=file("up", startTime=started))
    commit("2026-01-06T10:00:00Z", api=file("down", startTime=started))
    rows = read(monitor())
    assert outages(rows) == [("api", at(2026, 1, 6, 10), None, "down")]
    assert [bad.reason for bad in rows.rejected] == [
        "api was down already when its history begins, and watched since 2025-06-01T10:00:00+00:00"
    ]


@pytest.mark.parametrize("started", ["soon", "[2025]", "", "2025-06-01"])
def test_unreadable_start_of_the_watch_is_unknown(commit, monitor, read, started):
    commit("2026-01-05T10:00:00Z", api=file("down", startTime=started))
    assert outages(read(monitor())) == [("api", at(2026, 1, 5, 10), None, "down")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("status: [down\n", "the file is not YAML (while parsing a flow sequence)"),
        ("<<<<<<< HEAD\nstatus: up\n=======\nstatus: down\n>>>>>>> x\n", "the file is not YAML"),
        ("status: degraded\nlastUpdated: 2026-13-45\n", "the file is not YAML (month must"),
        ("[" * 5000, "the file is not YAML"),
        ("\x00", "the file is not YAML"),
        ("", "the file names no status"),
        ("url: https://example.org\n", "the file names no status"),
        ("status:\n", "the file names no status"),
        ("- down\n", "the file names no status"),
        (file("unknown"), "status 'unknown' is not up, degraded, down"),
        (file("[down]"), "status ['down'] is not up, degraded, down"),
    ],
)
def test_version_that_names_no_status_is_rejected_and_the_last_one_holds(
    commit, monitor, read, text, reason
):
    commit("2026-01-01T10:00:00Z", api="up")
    commit("2026-01-02T10:00:00Z", api="down")
    commit("2026-01-02T11:00:00Z", api=text or "\n")
    commit("2026-01-02T12:00:00Z", api="up")
    rows = read(monitor())
    assert outages(rows) == [("api", at(2026, 1, 2, 10), at(2026, 1, 2, 12), "down")]
    (bad,) = rows.rejected
    assert bad.reason.startswith(reason)
    assert (bad.table, bad.row["service"], bad.row["at"]) == (
        "incidents",
        "api",
        "2026-01-02T11:00:00+00:00",
    )


def test_monitor_whose_versions_are_all_lost_is_unknown(commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="nonsense")
    rows = read(monitor())
    assert len(rows.rejected) == 1
    assert rows.covers == {}


def test_commit_with_an_impossible_date_is_rejected_alone(commit, clone, monitor, read):
    commit("2026-01-01T10:00:00Z", api="up")
    commit("@9999999999 +0000", api="down")
    commit("2026-01-03T10:00:00Z", api="up")
    rows = read(monitor())
    assert outages(rows) == []
    (bad,) = rows.rejected
    assert bad.reason == "the commit's date '2286-11-20T17:46:39+00:00' is no time"


def test_file_that_is_taken_away_leaves_its_outage_unresolved(commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="up")
    commit("2026-01-02T10:00:00Z", api="down")
    commit("2026-01-03T10:00:00Z", api=None)
    commit("2026-01-04T10:00:00Z", api="up")
    commit("2026-01-05T10:00:00Z", api="down")
    assert outages(read(monitor())) == [
        ("api", at(2026, 1, 2, 10), None, "down"),
        ("api", at(2026, 1, 5, 10), None, "down"),
    ]


def test_only_files_of_the_history_folder_itself_are_services(clone, commit, monitor, read):
    (clone / "history" / "old").mkdir(parents=True)
    (clone / "history" / "old" / "api.yml").write_text(file("down"))
    (clone / "history" / "summary.json").write_text('{"status": "down"}')
    (clone / "api.yml").write_text(file("down"))
    (clone / "history" / "linked.yml").symlink_to("old/api.yml")
    commit("2026-01-01T10:00:00Z", **{'dé "mo"\t1': "down"})
    rows = read(monitor())
    assert [service for service, *_ in outages(rows)] == ['dé "mo"\t1']
    assert rows.rejected == []


def test_merges_count_when_their_commits_were_made(clone, commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="up")
    git(clone, "switch", "--quiet", "--create", "settings")
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "x", on="2026-01-01T11:00:00Z")
    git(clone, "switch", "--quiet", "main")
    commit("2026-01-02T10:00:00Z", api="down")
    commit("2026-01-02T12:00:00Z", api="up")
    git(clone, "switch", "--quiet", "settings")
    git(clone, "merge", "--quiet", "--no-edit", "main", on="2026-01-04T10:00:00Z")
    assert outages(read(monitor())) == [("api", at(2026, 1, 2, 10), at(2026, 1, 2, 12), "down")]


def test_rebase_moves_no_outage(clone, commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="up")
    commit("2026-01-02T10:00:00Z", api="down")
    commit("2026-01-02T12:00:00Z", api="up")
    git(clone, "rebase", "--quiet", "--force-rebase", "--root", on="2026-06-01T00:00:00Z")
    assert git(clone, "log", "-1", "--format=%cI").startswith("2026-06-01")
    assert outages(read(monitor())) == [("api", at(2026, 1, 2, 10), at(2026, 1, 2, 12), "down")]


def test_where_keeps_services_and_severities(commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="down", docs="degraded", shop="nonsense")
    assert [row[0] for row in outages(read(monitor(where={"service": ["api", "docs"]})))] == [
        "api",
        "docs",
    ]
    rows = read(monitor(where={"severity": "down"}))
    assert [row[0] for row in outages(rows)] == ["api"]
    assert read(monitor(where={"service": "api"})).rejected == []


def test_name_and_repository_are_the_declared_ones(commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="down")
    found = read(monitor(name="status", repo="a/one")).tables["incidents"]
    assert found.select("source", "repo").rows() == [("status", "a/one")]


def test_shallow_clone_is_read_and_said(clone, commit, monitor, store, tmp_path):
    started = "2025-06-01T10:00:00.000Z"
    commit("2026-01-01T10:00:00Z", api="up", docs=file("up", startTime=started))
    commit("2026-01-02T10:00:00Z", docs=file("down", startTime=started))
    commit("2026-01-03T10:00:00Z", api="down")
    git(tmp_path, "clone", "--quiet", "--depth=2", clone.as_uri(), "shallow")
    shallow = monitor(path="shallow")
    shallow.fetch(store)
    (reading,) = store.readings(shallow.key)
    assert reading.reason == "the clone is shallow: older outages are missing"
    rows = shallow.rows(store)
    assert outages(rows) == [("api", at(2026, 1, 3, 10), None, "down")]
    assert [bad.row["service"] for bad in rows.rejected] == ["docs"]
    assert rows.covers[("incidents", "")].start_at == at(2026, 1, 2, 10)


def test_bare_clone_is_read(clone, commit, monitor, read, tmp_path):
    commit("2026-01-01T10:00:00Z", api="down")
    git(tmp_path, "clone", "--quiet", "--bare", str(clone), "bare.git")
    assert read(monitor(path="bare.git")).tables["incidents"]["source"].to_list() == ["bare"]


def test_settings_of_the_reader_change_nothing(clone, commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="down")
    for name, value in {
        "log.showSignature": "true",
        "color.ui": "always",
        "core.quotePath": "true",
        "log.date": "relative",
        "core.abbrev": "4",
    }.items():
        git(clone, "config", name, value)
    assert len(outages(read(monitor()))) == 1


@pytest.mark.parametrize("files", [{}, {"README.md": "text"}, {"history.yml": "status: down\n"}])
def test_clone_without_history_is_an_error_that_says_what_to_name(clone, monitor, store, files):
    for name, text in files.items():
        (clone / name).write_text(text)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "work")
    with pytest.raises(SourceError, match="name the clone of an Upptime repository"):
        monitor().fetch(store)


def test_no_commit_or_no_folder_is_an_error(clone, monitor, store):
    with pytest.raises(SourceError, match="cannot be read as a git clone"):
        monitor().fetch(store)
    with pytest.raises(SourceError, match="is no folder"):
        monitor(path="nowhere").fetch(store)


def test_clone_without_contents_is_an_error_that_says_how_to_clone(clone, commit, monitor, store):
    commit("2026-01-01T10:00:00Z", api="down")
    blob = git(clone, "rev-parse", "HEAD:history/api.yml")
    (clone / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(SourceError, match=f"{blob} is missing.*without --filter"):
        monitor().fetch(store)


def test_failed_fetch_keeps_what_the_store_held(clone, commit, monitor, store):
    commit("2026-01-01T10:00:00Z", api="down")
    monitor().fetch(store)
    shutil.rmtree(clone / ".git")
    with pytest.raises(SourceError):
        monitor().fetch(store)
    assert len(outages(monitor().rows(store))) == 1


def test_second_fetch_adds_only_what_is_new(commit, monitor, read):
    commit("2026-01-01T10:00:00Z", api="up")
    commit("2026-01-02T10:00:00Z", api="down")
    (opened,) = read(monitor()).tables["incidents"]["incident_id"]
    commit("2026-01-02T11:00:00Z", api="up")
    (resolved,) = read(monitor()).tables["incidents"].rows(named=True)
    assert (resolved["incident_id"], resolved["resolved_at"]) == (opened, at(2026, 1, 2, 11))


def test_monitor_that_was_never_fetched_knows_nothing(monitor, store):
    assert monitor().rows(store).tables == {}


def test_empty_name_is_an_error(monitor):
    with pytest.raises(ValidationError, match="name"):
        monitor(name="")


def test_oncall_counts_outages_for_who_was_on_duty(commit, tmp_path):
    commit("2026-10-01T10:00:00Z", api="up")
    commit("2026-10-13T10:00:00Z", api="down")
    commit("2026-10-13T14:00:00Z", api="up")
    commit("2026-11-20T10:00:00Z", api=file("up", responseTime=80))
    team = small_team(tmp_path, sources=[{"kind": "upptime", "path": "../../upptime"}, ROTA])
    write_shifts(tmp_path / "rota.ics", ("cleo", "20261012", "20261019"))
    built = team.build()
    assert value_of(built, "interruptions", "count", "person:cleo") == 1
    assert value_of(built, "time_to_resolve", "median") == 4


@pytest.mark.skipif(not REAL.is_file(), reason="needs the real histories beside the repository")
def test_real_outages_written_as_upptime_does_are_found_again(clone, monitor, read):
    real = pl.read_csv(REAL, try_parse_dates=True)
    services = real["affected"].unique().to_list()
    began = ((real["started_at"].min() - timedelta(days=1), service, "up") for service in services)
    changes = [
        *began,
        *((row["started_at"], row["affected"], "down") for row in real.rows(named=True)),
        *(
            (row["resolved_at"], row["affected"], "up")
            for row in real.rows(named=True)
            if row["resolved_at"]
        ),
    ]
    stream = []
    for moment, service, status in sorted(changes):
        who = f"committer bot <bot@example.org> {int(moment.timestamp())} +0000"
        text = file(status, startTime="2026-01-19T21:28:00.000Z")
        stream.append(f"commit refs/heads/main\n{who}\ndata 0\n")
        stream.append(f"M 100644 inline history/{service}.yml\ndata {len(text)}\n{text}\n")
    git(clone, "fast-import", "--quiet", given="".join(stream))
    found = read(monitor()).tables["incidents"].select("service", "opened_at", "resolved_at")
    expected = real.select("affected", "started_at", "resolved_at")
    assert sorted(found.rows()) == sorted(expected.rows(), key=lambda row: row[:2])
