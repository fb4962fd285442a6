from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from opsreview.errors import SourceError
from opsreview.sources.csv_file import CsvFile
from opsreview.window import Window

REAL = Path(__file__).parents[2].parent / "shared" / "data"
INCIDENTS = {"incident_id": "id", "opened_at": "started_at", "resolved_at": "resolved_at"}
TAGS = {"repo": "repo", "tag": "tag_name", "published_at": "published_at"}


@pytest.fixture
def incidents(tmp_path, declare):
    def incidents(text, **said):
        (tmp_path / "incidents.csv").write_text(text, encoding="utf-8")
        declared = {"columns": INCIDENTS, "path": "incidents.csv", "table": "incidents"} | said
        return declare(CsvFile, kind="csv", **declared)

    return incidents


@pytest.fixture
def tags(tmp_path, declare):
    def tags(text, **said):
        (tmp_path / "tags.csv").write_text(text, encoding="utf-8")
        declared = {"columns": TAGS, "path": "tags.csv", "table": "releases"} | said
        return declare(CsvFile, kind="csv", **declared)

    return tags


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_lines_become_rows_of_the_table(incidents, read):
    file = incidents(
        "id,started_at,resolved_at\n"
        "inc-1,2026-05-01T10:00:00Z,2026-05-01T12:00:00Z\n"
        "inc-2,2026-05-02T10:00:00+02:00,\n"
    )
    rows = read(file)
    found = rows.tables["incidents"]
    assert found["incident_id"].to_list() == ["inc-1", "inc-2"]
    assert found["opened_at"].to_list() == [at(2026, 5, 1, 10), at(2026, 5, 2, 8)]
    assert found["resolved_at"].to_list() == [at(2026, 5, 1, 12), None]
    assert found["source"].to_list() == ["incidents", "incidents"]
    assert found["repo"].to_list() == [None, None]
    assert rows.rejected == []
    assert rows.assumed_zone_count == 0
    assert rows.fetched_at is None


def test_byte_order_mark_and_spaces_do_no_harm(incidents, read):
    file = incidents("\ufeffid , started_at,resolved_at\n inc-1 , 2026-05-01T10:00:00Z ,\n")
    assert read(file).tables["incidents"]["incident_id"].to_list() == ["inc-1"]


def test_bad_cell_rejects_its_row_with_line_column_and_value(incidents, read):
    file = incidents(
        "id,started_at,resolved_at\n"
        "inc-1,2024-08-13T015:00:00,\n"
        "inc-2,2026-05-02T10:00:00Z,later\n"
        "inc-3,2026-05-03T10:00:00Z,\n"
    )
    rows = read(file)
    assert rows.tables["incidents"]["incident_id"].to_list() == ["inc-3"]
    assert [(bad.key, bad.reason.split(" is")[0]) for bad in rows.rejected] == [
        ("line 2", "opened_at: '2024-08-13T015:00:00'"),
        ("line 3", "resolved_at: 'later'"),
    ]
    assert rows.rejected[0].row == {
        "id": "inc-1",
        "started_at": "2024-08-13T015:00:00",
        "resolved_at": "",
    }


def test_row_without_its_key_is_rejected(incidents, read):
    rows = read(incidents("id,started_at,resolved_at\n,2026-05-02T10:00:00Z,\n"))
    assert [bad.reason for bad in rows.rejected] == ["incident_id is empty"]


def test_row_with_too_many_cells_is_rejected_and_a_short_one_is_unknown_at_its_end(incidents, read):
    rows = read(
        incidents(
            "id,started_at,resolved_at\n"
            "inc-1,2026-05-01T10:00:00Z,2026-05-01T11:00:00Z,API\n"
            "inc-2,2026-05-02T10:00:00Z\n"
            ",,\n"
            "inc-3,2026-05-03T10:00:00Z,,,\n"
        )
    )
    assert rows.tables["incidents"]["incident_id"].to_list() == ["inc-2", "inc-3"]
    assert [bad.key for bad in rows.rejected] == ["line 2"]
    assert "more cells than the header" in rows.rejected[0].reason


def test_where_keeps_rows_by_the_files_own_columns(incidents, read):
    file = incidents(
        "id,kind,started_at,resolved_at\n"
        "inc-1,maintenance,unreadable,\n"
        "inc-2,incident,2026-05-02T10:00:00Z,\n",
        where={"kind": "incident"},
    )
    rows = read(file)
    assert rows.tables["incidents"]["incident_id"].to_list() == ["inc-2"]
    assert rows.rejected == []


def test_times_without_zone_are_the_teams_and_counted(incidents, read):
    rows = read(incidents("id,started_at,resolved_at\ninc-1,2026-07-01 10:00,2026-07-01 11:00\n"))
    assert rows.tables["incidents"]["opened_at"].to_list() == [at(2026, 7, 1, 8)]
    assert rows.assumed_zone_count == 2


ZONES = """id,started_at,resolved_at
inc-1,2026-07-01T10:00:00Z,2026-07-01T13:00:00+02:00
inc-2,2026-07-02 10:00,
inc-3,2026-07-03T10:00:00Z,2026-07-03 11:00
inc-4,2026-07-04,
"""


def test_times_without_zone_beside_times_with_one_are_set_aside_and_days_are_not(incidents, read):
    rows = read(incidents(ZONES))
    assert rows.tables["incidents"]["incident_id"].to_list() == ["inc-1", "inc-4"]
    assert [(bad.key, bad.reason) for bad in rows.rejected] == [
        (
            "line 3",
            "opened_at: '2026-07-02 10:00' names no zone where other times of the file do: say "
            "with `timezone` which is meant",
        ),
        (
            "line 4",
            "resolved_at: '2026-07-03 11:00' names no zone where other times of the file do: say "
            "with `timezone` which is meant",
        ),
    ]


def test_times_without_zone_are_believed_beside_others_where_the_source_says_its_zone(
    incidents, read
):
    rows = read(incidents(ZONES, timezone="Europe/Madrid"))
    assert rows.tables["incidents"].height == 4
    assert rows.rejected == []
    assert rows.assumed_zone_count == 3


def test_rejected_row_keeps_the_time_that_can_be_read(incidents, read):
    rows = read(
        incidents(
            "id,started_at,resolved_at\n"
            "inc-1,T9:06,2026-07-01T11:00:00Z\n"
            "inc-2,soon,later\n"
            "inc-3,2026-07-03T10:00:00Z,\n"
        )
    )
    assert [bad.at for bad in rows.rejected] == [at(2026, 7, 1, 11), None]


def test_source_speaks_from_its_first_to_its_last_moment(incidents, read):
    text = (
        "id,started_at,resolved_at\n"
        "inc-1,2026-05-02T10:00:00Z,2026-05-09T10:00:00Z\n"
        "inc-2,2026-05-01T10:00:00Z,\n"
    )
    window = Window(at(2026, 5, 1, 10), at(2026, 5, 9, 10) + timedelta(microseconds=1))
    assert read(incidents(text)).covers == {("incidents", ""): window}


def test_what_is_dated_in_the_future_stretches_nothing(tags, read):
    lines = "a/one,v1,2026-05-01T10:00:00Z\na/one,v2,2098-05-01T10:00:00Z\n"
    rows = read(tags("repo,tag_name,published_at\n" + lines))

    assert rows.tables["releases"].height == 2
    assert rows.latest_at < at(2098, 1, 1)
    assert rows.covers[("releases", "a/one")].end_at < at(2026, 5, 2)


def test_rota_speaks_of_the_weeks_to_come(tmp_path, declare, read):
    (tmp_path / "rota.csv").write_text("who,from,to\nann,2098-05-01,2098-05-08\n", "utf-8")
    columns = {"person": "who", "start_at": "from", "end_at": "to"}
    declared = {"table": "shifts", "path": "rota.csv", "columns": columns}
    rows = read(declare(CsvFile, kind="csv", **declared))

    assert rows.covers[("shifts", "")].end_at > at(2098, 5, 1)


def test_file_without_rows_is_unknown_unless_it_says_what_it_covers(incidents, read):
    header = "id,started_at,resolved_at\n"
    may = {"from": date(2026, 5, 1), "to": date(2026, 5, 31)}
    assert read(incidents(header)).covers == {}
    assert read(incidents(header, covers=may)).covers == {
        ("incidents", ""): Window(at(2026, 4, 30, 22), at(2026, 5, 31, 22))
    }


def test_file_that_lost_all_its_rows_is_unknown(incidents, read):
    may = {"from": date(2026, 5, 1), "to": date(2026, 5, 31)}
    rows = read(incidents("id,started_at,resolved_at\ninc-1,soon,\n", covers=may))
    assert rows.covers == {}
    assert len(rows.rejected) == 1


def test_events_join_their_incidents_by_the_files_name(incidents, read):
    columns = {"incident_id": "incident_id", "at": "at", "person": "person"}
    text = "incident_id,at,person\ninc-1,2026-05-01T10:00:00Z,ada\n"
    for name in ("packit-updates.csv", "packit_events.csv", "packit.csv"):
        file = incidents(text, table="incident_events", columns=columns)
        assert file.model_copy(update={"path": name}).source_name == "packit"
    named = incidents(text, table="incident_events", columns=columns, name="pages")
    rows = read(named)
    assert rows.tables["incident_events"]["source"].to_list() == ["pages"]
    assert list(rows.covers) == [("incident_events", "")]


def test_shifts_of_days_are_midnights_in_the_sources_zone(incidents, read):
    file = incidents(
        "person,start_on,end_on\nada,2026-03-23,2026-03-30\nbob,2026-03-30,\n",
        table="shifts",
        columns={"person": "person", "start_at": "start_on", "end_at": "end_on"},
    )
    rows = read(file)
    (shift,) = rows.tables["shifts"].rows(named=True)
    assert (shift["start_at"], shift["end_at"]) == (at(2026, 3, 22, 23), at(2026, 3, 29, 22))
    assert (shift["source"], shift["rotation"], shift["role"]) == (
        "incidents",
        "incidents",
        "primary",
    )
    assert rows.assumed_zone_count == 2
    assert [bad.reason for bad in rows.rejected] == ["end_at is empty"]


def test_releases_are_covered_repository_by_repository(tags, read):
    rows = read(
        tags(
            "repo,tag_name,published_at\n"
            "a/one,v1,2026-01-01T00:00:00Z\n"
            "b/two,v1,2026-02-01T00:00:00Z\n"
            "a/one,v2,2026-03-01T00:00:00Z\n"
            ",v3,2026-03-01T00:00:00Z\n"
        )
    )
    last = timedelta(microseconds=1)
    assert rows.covers == {
        ("releases", "a/one"): Window(at(2026, 1, 1), at(2026, 3, 1) + last),
        ("releases", "b/two"): Window(at(2026, 2, 1), at(2026, 2, 1) + last),
    }
    assert [bad.reason for bad in rows.rejected] == ["repo is empty"]


def test_declared_repo_overrides_the_rows_own(tags, read):
    file = tags("repo,tag_name,published_at\nx/y,v1,2026-01-01T00:00:00Z\n", repo="a/one")
    rows = read(file)
    assert rows.tables["releases"]["repo"].to_list() == ["a/one"]
    assert list(rows.covers) == [("releases", "a/one")]


def test_declared_repo_stands_in_for_a_column(tags, read):
    columns = {"tag": "tag_name", "published_at": "published_at"}
    file = tags("tag_name,published_at\nv1,2026-01-01T00:00:00Z\n", repo="a/one", columns=columns)
    assert read(file).tables["releases"]["repo"].to_list() == ["a/one"]


def test_author_stands_for_the_account_and_github_words_are_lower_case(tags, read):
    file = tags(
        "n,who,state\n7,ada,OPEN\n8,,CLOSED\n",
        table="issues",
        repo="a/one",
        columns={"number": "n", "author": "who", "state": "state"},
    )
    issues = read(file).tables["issues"]
    assert issues["author_account"].to_list() == ["ada", None]
    assert issues["state"].to_list() == ["open", "closed"]


def test_missing_column_is_an_error_that_names_those_there(incidents, store):
    file = incidents("number,started_at,resolved_at\n1,2026-05-01T10:00:00Z,\n")
    with pytest.raises(SourceError, match=r"has no column 'id'.*number, started_at, resolved_at"):
        file.fetch(store)
    assert store.readings(file.key) == []


def test_misspelt_where_is_an_error(incidents, store):
    file = incidents("id,started_at,resolved_at\n", where={"knd": "incident"})
    with pytest.raises(SourceError, match="has no column 'knd'"):
        file.fetch(store)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "is missing"),
        (b"", "is empty"),
        (b"\xff\xfei\x00d\x00", "is not UTF-8"),
        (b'id,started_at,resolved_at\n"inc-1,2026\n', "cannot be read as CSV"),
        (b"id,id,started_at,resolved_at\n", "'id' more than once"),
    ],
)
def test_file_that_cannot_be_read_is_an_error_and_keeps_the_store(
    incidents, store, content, reason, tmp_path
):
    file = incidents("id,started_at,resolved_at\ninc-1,2026-05-01T10:00:00Z,\n")
    file.fetch(store)
    (tmp_path / "incidents.csv").unlink()
    if content is not None:
        (tmp_path / "incidents.csv").write_bytes(content)
    with pytest.raises(SourceError, match=reason):
        file.fetch(store)
    assert file.rows(store).tables["incidents"].height == 1


def test_second_fetch_forgets_lines_that_are_gone(incidents, read):
    header = "id,started_at,resolved_at\n"
    read(incidents(header + "inc-1,2026-05-01T10:00:00Z,\ninc-2,2026-05-02T10:00:00Z,\n"))
    rows = read(incidents(header + "inc-9,2026-05-01T10:00:00Z,\n"))
    assert rows.tables["incidents"]["incident_id"].to_list() == ["inc-9"]


def test_source_that_was_never_fetched_knows_nothing(incidents, store):
    rows = incidents("id,started_at,resolved_at\n").rows(store)
    assert (rows.tables, rows.covers) == ({}, {})


def test_column_mapped_since_the_fetch_asks_for_another(incidents, read, store):
    text = "id,started_at,resolved_at\ninc-1,2026-05-01T10:00:00Z,\n"
    read(incidents(text))
    remapped = incidents(text, columns=INCIDENTS | {"severity": "level"})
    assert "fetch again" in remapped.rows(store).rejected[0].reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"columns": INCIDENTS | {"colour": "x"}}, "colour is no column of incidents.*severity"),
        ({"columns": {"opened_at": "x"}}, "incident_id must be mapped"),
        ({"columns": {}}, "at least 1"),
        ({"table": "accounts", "columns": {"account": "x", "type": "y"}}, "table"),
        ({"table": "releases", "columns": {"tag": "x"}}, "repo must be mapped"),
        (
            {"table": "shifts", "columns": {"person": "x", "start_at": "y"}},
            "end_at must be mapped",
        ),
        (
            {"table": "releases", "columns": TAGS | {"author": "x", "author_account": "y"}},
            "names one column twice",
        ),
    ],
)
def test_mapping_that_cannot_be_is_an_error_that_names_the_columns(incidents, said, reason):
    with pytest.raises(ValidationError, match=reason):
        incidents("", **said)


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real histories beside the repository")
def test_status_page_typed_by_hand(declare, read):
    file = declare(
        CsvFile,
        kind="csv",
        table="incidents",
        path=str(REAL / "incidents" / "packit-status.csv"),
        columns=INCIDENTS,
        where={"kind": "incident"},
    )
    rows = read(file)
    assert rows.tables["incidents"].height + len(rows.rejected) == 107 - 19
    assert sum("is not a time" in bad.reason for bad in rows.rejected) == 3
    assert sum("names no zone" in bad.reason for bad in rows.rejected) == 4
    assert len(rows.rejected) == 7
    assert all(bad.at is not None and bad.at.year in range(2021, 2025) for bad in rows.rejected)


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real histories beside the repository")
def test_status_page_whose_zone_is_said_loses_only_what_cannot_be_read(declare, read):
    file = declare(
        CsvFile,
        kind="csv",
        table="incidents",
        path=str(REAL / "incidents" / "packit-status.csv"),
        columns=INCIDENTS,
        where={"kind": "incident"},
        timezone="Europe/Prague",
    )
    rows = read(file)
    assert len(rows.rejected) == 3
    assert rows.assumed_zone_count > 0


def test_common_words_for_what_was_done_become_ours_and_others_stay(incidents, read):
    columns = {"incident_id": "id", "at": "at", "person": "person", "event": "what"}
    words = ["Notified", "TRIGGERED", "acked", "commented", "Closed", "update", "Monitoring", ""]
    lines = [f"inc-1,2026-05-01T10:00:0{i}Z,ada,{word}\n" for i, word in enumerate(words)]
    text = "id,at,person,what\n" + "".join(lines)
    events = read(incidents(text, table="incident_events", columns=columns)).tables
    assert events["incident_events"]["event"].to_list() == [
        "page",
        "page",
        "acknowledgement",
        "comment",
        "resolution",
        "update",
        "Monitoring",
        None,
    ]


SHIFTS = {"person": "who", "start_at": "from", "end_at": "to"}


def test_shift_tells_when_it_was_changed_where_a_column_does(incidents, read):
    text = "who,from,to,edited\nada,2026-03-02,2026-03-09,2026-03-10T08:00:00Z\n"
    columns = SHIFTS | {"changed_at": "edited"}
    rows = read(incidents(text, table="shifts", columns=columns, timezone="UTC"))
    assert rows.tables["shifts"]["changed_at"].to_list() == [at(2026, 3, 10, 8)]
    assert rows.covers[("shifts", "")].end_at < at(2026, 3, 10)


def test_shift_longer_than_a_year_is_rejected(incidents, read):
    text = "who,from,to\nada,2026-03-02,2126-03-09\n"
    rows = read(incidents(text, table="shifts", columns=SHIFTS))
    (bad,) = rows.rejected
    assert "longer than a shift can, 366 days" in bad.reason


MERGES = {"repo": "repo", "number": "number", "opened_at": "authored_at", "merged_at": "merged_at"}


@pytest.fixture
def merges(tmp_path, declare):
    def merges(text, **said):
        (tmp_path / "merges.csv").write_text(text, encoding="utf-8")
        declared = {"columns": MERGES, "path": "merges.csv", "table": "pull_requests"} | said
        return declare(CsvFile, kind="csv", **declared)

    return merges


def test_state_that_no_column_gives_follows_from_the_merge(merges, read):
    file = merges(
        "repo,number,authored_at,merged_at\n"
        "a/one,1,2026-05-01T10:00:00Z,2026-05-02T10:00:00Z\n"
        "a/one,2,2026-05-01T10:00:00Z,\n"
    )
    assert read(file).tables["pull_requests"]["state"].to_list() == ["closed", "open"]


def test_state_that_a_column_gives_is_believed(merges, read):
    file = merges(
        "repo,number,authored_at,merged_at,state\na/one,1,2026-05-01,2026-05-02,OPEN\n",
        columns=MERGES | {"state": "state"},
    )
    assert read(file).tables["pull_requests"]["state"].to_list() == ["open"]


def test_tags_may_name_their_commits(tags, read):
    file = tags(
        "repo,tag_name,published_at,sha\na/one,v1.0,2026-05-01T10:00:00Z,b5a186c5c23a\n",
        columns=TAGS | {"commit": "sha"},
    )
    assert read(file).tables["releases"]["commit"].to_list() == ["b5a186c5c23a"]
