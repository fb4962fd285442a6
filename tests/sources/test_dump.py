import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsreview.errors import SourceError
from opsreview.sources.github.dump import GithubDump
from opsreview.window import Window

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "github"
REPO = "a/one"
HEAD = {"repo": REPO, "fetched_at": "2026-06-01T12:00:00Z"}
API = "https://api.github.com/repos/a/one"


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def issue(number=1, **said):
    return {
        "number": number,
        "state": "open",
        "created_at": "2026-05-01T08:00:00Z",
        "closed_at": None,
        "user": {"login": "ada", "type": "User"},
        "labels": [{"name": "bug"}],
        "assignees": [],
        "title": f"Issue {number}",
    } | said


@pytest.fixture
def dump(tmp_path, declare):
    def dump(head=HEAD, said=None, **files):
        folder = tmp_path / "dump"
        folder.mkdir(exist_ok=True)
        (folder / "dump.json").write_text(json.dumps(head))
        for kind, bodies in files.items():
            lines = "\n".join(json.dumps(body) for body in bodies)
            (folder / f"{kind}.jsonl").write_text(lines, encoding="utf-8")
        return declare(GithubDump, kind="github_dump", path="dump", **(said or {}))

    return dump


def test_issue_becomes_a_row(dump, read):
    closed = {"state": "closed", "closed_at": "2026-05-02T08:00:00Z", "milestone": {"title": "1.0"}}
    (row,) = read(dump(issues=[issue(**closed)])).tables["issues"].rows(named=True)
    assert row == {
        "repo": REPO,
        "number": 1,
        "opened_at": at(2026, 5, 1, 8),
        "closed_at": at(2026, 5, 2, 8),
        "state": "closed",
        "state_reason": None,
        "author_account": "ada",
        "author_association": None,
        "labels": ["bug"],
        "assignees": [],
        "milestone": "1.0",
        "title": "Issue 1",
        "url": None,
    }


def test_deleted_account_is_a_ghost_and_an_absent_one_unknown(dump, read):
    unknown = {name: value for name, value in issue(2).items() if name != "user"}
    issues = read(dump(issues=[issue(1, user=None), unknown])).tables["issues"]
    assert issues["author_account"].to_list() == ["ghost", None]


def test_absent_list_is_unknown_and_an_empty_one_is_none(dump, read):
    unknown = {name: value for name, value in issue(2).items() if name != "labels"}
    issues = read(dump(issues=[issue(1, labels=[]), unknown])).tables["issues"]
    assert issues["labels"].to_list() == [[], None]


def test_pull_requests_are_told_from_issues_and_filled_from_pulls(dump, read):
    merged = {"merged_at": "2026-05-03T08:00:00Z"}
    rows = read(
        dump(
            issues=[
                issue(1, pull_request=None),
                issue(2, pull_request=merged),
                issue(3, pull_request={}),
                issue(4),
            ],
            pulls=[
                issue(3, draft=True),
                issue(4, merged_at="2026-05-04T08:00:00Z", merged_by={"login": "bob"}),
                issue(5, draft=False),
            ],
        )
    )
    assert rows.tables["issues"]["number"].to_list() == [1]
    pulls = rows.tables["pull_requests"]
    found = pulls.select("number", "is_draft", "merged_at", "merged_by_account").rows()
    assert found == [
        (2, None, at(2026, 5, 3, 8), None),
        (3, True, None, None),
        (4, None, at(2026, 5, 4, 8), "bob"),
        (5, False, None, None),
    ]


def test_comments_reviews_events_and_releases_become_rows(dump, read):
    rows = read(
        dump(
            issues=[issue()],
            issue_comments=[
                {"id": 7, "issue_url": f"{API}/issues/1", "created_at": "2026-05-01T09:00:00Z"}
            ],
            reviews=[
                {
                    "id": 8,
                    "pull_request_url": f"{API}/pulls/2",
                    "state": "APPROVED",
                    "submitted_at": None,
                }
            ],
            issue_events=[
                {
                    "id": 9,
                    "issue": {"number": 1},
                    "event": "labeled",
                    "actor": {"login": "ada", "type": "User"},
                    "label": {"name": "bug"},
                    "created_at": "2026-05-01T10:00:00Z",
                }
            ],
            releases=[
                {"tag_name": "v1", "published_at": "2026-05-05T00:00:00Z", "prerelease": False}
            ],
        )
    )
    assert rows.rejected == []
    assert rows.tables["comments"]["number"].to_list() == [1]
    assert rows.tables["reviews"].select("number", "review_id", "state").rows() == [
        (2, "8", "approved")
    ]
    assert rows.tables["events"].select("number", "event", "label", "actor_account").rows() == [
        (1, "labeled", "bug", "ada")
    ]
    assert rows.tables["releases"].select("repo", "tag", "is_prerelease").rows() == [
        (REPO, "v1", False)
    ]
    assert rows.tables["accounts"].rows() == [("ada", "User")]


def test_dump_speaks_for_the_kinds_it_holds_until_it_was_made(dump, read):
    rows = read(dump(issues=[issue()], issue_comments=[]))
    spoken = Window(at(2026, 5, 1, 8), at(2026, 6, 1, 12) + timedelta(microseconds=1))
    assert rows.covers == {("comments", REPO): spoken, ("issues", REPO): spoken}
    assert rows.fetched_at == at(2026, 6, 1, 12)


def test_issues_that_list_pull_requests_speak_for_them(dump, read):
    assert ("pull_requests", REPO) in read(dump(issues=[issue(pull_request={})])).covers


def test_kind_that_lost_all_its_rows_is_unknown(dump, read):
    rows = read(dump(issues=[issue()], issue_events=[{"id": 1, "event": "labeled"}]))
    assert ("events", REPO) not in rows.covers
    assert [bad.reason for bad in rows.rejected] == ["issue is missing"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"number": "one"}, "number: 'one' is not a whole number"),
        ({"number": None}, "number is missing"),
        ({"state": None}, "state is missing"),
        ({"created_at": "soon"}, "opened_at: 'soon' is not a time like 2026-10-31T18:00:00Z"),
        ({"title": 5}, "title: 5 is not text"),
        ({"user": "ada"}, "user: 'ada' is not an account with a login"),
        ({"milestone": "1.0"}, "milestone: '1.0' is not an object with a title"),
    ],
)
def test_object_that_cannot_be_believed_is_rejected_alone(dump, read, said, reason):
    rows = read(dump(issues=[issue(1), issue(2) | said]))
    assert rows.tables["issues"]["number"].to_list() == [1]
    assert [bad.reason for bad in rows.rejected] == [reason]


def test_comment_on_nothing_is_rejected(dump, read):
    comment = {"id": 1, "issue_url": "nowhere", "created_at": "2026-05-01T09:00:00Z"}
    rows = read(dump(issues=[issue()], issue_comments=[comment]))
    assert [bad.reason for bad in rows.rejected] == ["number: 'nowhere' is not a whole number"]


def test_times_without_zone_are_the_teams_and_counted(dump, read):
    rows = read(
        dump(
            head={"repo": REPO, "fetched_at": "2026-06-01T12:00:00"},
            issues=[issue(created_at="2026-05-01T08:00:00")],
        )
    )
    assert rows.tables["issues"]["opened_at"].to_list() == [at(2026, 5, 1, 6)]
    assert rows.fetched_at == at(2026, 6, 1, 10)
    assert rows.assumed_zone_count == 1


def test_declared_repo_overrides_the_dumps_own(dump, read):
    rows = read(dump(issues=[issue()], said={"repo": "b/two"}))
    assert rows.tables["issues"]["repo"].to_list() == ["b/two"]


def test_where_keeps_issues_by_their_own_fields(dump, read):
    found = read(dump(issues=[issue(1), issue(2, state="closed")], said={"where": {"number": 2}}))
    assert found.tables["issues"]["number"].to_list() == [2]


def test_objects_without_an_id_are_told_apart_by_their_line(dump, read):
    comment = {"issue_url": f"{API}/issues/1", "created_at": "2026-05-01T09:00:00Z", "id": None}
    comments = read(dump(issues=[issue()], issue_comments=[comment, comment])).tables["comments"]
    assert comments["comment_id"].to_list() == ["line 1", "line 2"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("issues.json", "[{0}]\n[{1}]\n"),
        ("issues.json", "[[{0}], [{1}]]"),
        ("issues.json", "\ufeff [{0}, {1}]"),
        ("issues.jsonl", "{0}\n\n{1}"),
        ("issues.jsonl", "[{0}, {1}]"),
    ],
)
def test_pages_are_read_however_they_were_saved(dump, read, tmp_path, name, text):
    source = dump()
    bodies = [json.dumps(issue(number)) for number in (1, 2)]
    (tmp_path / "dump" / name).write_text(
        text.replace("{0}", bodies[0]).replace("{1}", bodies[1]), encoding="utf-8"
    )
    assert read(source).tables["issues"]["number"].to_list() == [1, 2]


@pytest.mark.parametrize("name", ["issues.jsonl.gz", "issues.json.gz"])
def test_compressed_files_are_read(dump, read, tmp_path, name):
    source = dump()
    with gzip.open(tmp_path / "dump" / name, "wt") as file:
        file.write(json.dumps(issue()))
    assert read(source).tables["issues"].height == 1


def test_reading_counts_issues_and_pull_requests_once(dump, store):
    source = dump(issues=[issue(1), issue(2, pull_request={})], pulls=[issue(2)], reviews=[])
    source.fetch(store)
    (reading,) = store.readings(source.key)
    assert (reading.repo, reading.n_items, reading.is_complete) == (REPO, 2, True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("issues.jsonl", b"{broken"),
        ("issues.jsonl", b'"text"'),
        ("issues.jsonl", b"\xff\xfe"),
        ("issues.jsonl.gz", b"no archive"),
        ("issues.jsonl.gz", gzip.compress(b"{}" * 9999, mtime=0)[:-12]),
        ("issues.jsonl.gz", gzip.compress(b"{}" * 9999, mtime=0)[:12] + b"\xff" * 30),
        ("dump.json", b"[]"),
        ("dump.json", b'{"repo": "a/one"}'),
        ("dump.json", b'{"repo": null, "fetched_at": "2026-06-01T12:00:00Z"}'),
        ("dump.json", b'{"repo": "a/one", "fetched_at": 5}'),
    ],
)
def test_damaged_file_is_an_error_and_keeps_the_store(dump, read, store, tmp_path, name, content):
    source = dump(issues=[issue()])
    read(source)
    (tmp_path / "dump" / "issues.jsonl").unlink()
    (tmp_path / "dump" / name).write_bytes(content)
    with pytest.raises(SourceError, match=r"cannot be read|holds no issues"):
        source.fetch(store)
    assert source.rows(store).tables["issues"].height == 1


def test_dump_without_issues_or_head_is_an_error_that_says_what_to_save(dump, store, tmp_path):
    source = dump(pulls=[issue()])
    with pytest.raises(SourceError, match=r"save the issues as issues\.jsonl"):
        source.fetch(store)
    (tmp_path / "dump" / "dump.json").unlink()
    with pytest.raises(SourceError, match=r"a dump is a folder with dump\.json"):
        source.fetch(store)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (issue(1, title="again"), r"issues\.jsonl holds number 1 twice: save it again"),
        (
            issue(2, html_url="https://github.com/b/two/issues/2"),
            r"issues\.jsonl mixes the repositories a/one and b/two: a dump is of one",
        ),
    ],
)
def test_dump_put_together_wrongly_is_an_error_and_keeps_the_store(
    dump, read, store, second, message
):
    first = issue(1, html_url="https://github.com/A/One/issues/1")
    read(dump(issues=[first]))
    source = dump(issues=[first, second])
    with pytest.raises(SourceError, match=message):
        source.fetch(store)
    assert source.rows(store).tables["issues"]["title"].to_list() == ["Issue 1"]


def test_same_number_among_issues_and_pulls_is_one_pull_request(dump, read):
    both = issue(1, html_url="https://github.com/a/one/pull/1")
    tables = read(dump(issues=[both], pulls=[both])).tables
    assert [tables["issues"].height, tables["pull_requests"].height] == [0, 1]


def test_dump_that_was_never_fetched_knows_nothing(dump, store):
    assert dump().rows(store).tables == {}


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real histories beside the repository")
@pytest.mark.parametrize(
    ("name", "item_count"),
    [("bitcoin-core__gui", 878), ("quicwg__qlog", 549), ("mlswg__mls-architecture", 80)],
)
def test_real_history_is_read_whole(declare, read, name, item_count):
    rows = read(declare(GithubDump, kind="github_dump", path=str(REAL / name)))
    assert rows.tables["issues"].height + rows.tables["pull_requests"].height == item_count
    assert rows.rejected == []
