import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from factories import at

from opsreview.errors import SourceError, StoppedError, StoreError
from opsreview.store import SCHEMA_VERSION, Node, Reading, Store

DUMP = "github_dump:dump"
OLD = [Node("team/product", "issues", str(number), {"number": number}) for number in (1, 2)]
NEW = [Node("team/product", "issues", "3", {"number": 3})]
ELSE = [Node("team/else", "issues", "1", {"number": 1}), Node("team/else", "pulls", "2", {})]
OLD_READING = Reading(DUMP, "team/product", at("2026-10-01"), 2)


@pytest.fixture
def path(tmp_path) -> Path:
    """A store that holds two issues of one dump."""
    path = tmp_path / "outputs" / "store" / "demo.sqlite"
    with Store.open(path) as store:
        store.replace(DUMP, OLD, [OLD_READING])
    return path


def held(path: Path) -> list[Node]:
    with Store.read(path) as store:
        return store.nodes(DUMP, "issues")


def test_store_is_made_with_its_folders(tmp_path):
    path = tmp_path / "new" / "store" / "demo.sqlite"
    with Store.open(path) as store:
        assert store.nodes(DUMP, "issues") == []
        assert store.readings(DUMP) == []
    assert path.is_file()


def test_nodes_come_back_as_they_were_put(path):
    assert held(path) == OLD


def test_node_keeps_text_of_any_language_and_nested_values(path):
    odd = Node("", "rows", "ключ '\"; DROP", {"title": "naïve 🦊", "labels": [{"name": None}]})
    with Store.open(path) as store:
        store.replace("csv:a", [odd], [])
        assert store.nodes("csv:a", "rows") == [odd]


def test_nodes_come_in_the_order_of_their_numbers(path):
    shuffled = [Node("a/b", "issues", key, {}) for key in ("10", "9", "100", "1")]
    with Store.open(path) as store:
        store.replace(DUMP, shuffled, [])
        assert [node.key for node in store.nodes(DUMP, "issues")] == ["1", "9", "10", "100"]


def test_same_key_put_again_is_updated(path):
    newer = Node("team/product", "issues", "2", {"number": 2, "state": "closed"})
    with Store.open(path) as store:
        with store.page():
            store.put(DUMP, [newer])
        assert store.nodes(DUMP, "issues") == [OLD[0], newer]


def test_same_key_of_another_source_repo_or_kind_is_another_node(path):
    with Store.open(path) as store, store.page():
        store.put("github_dump:other", OLD)
        store.put(
            DUMP, [Node("team/else", "issues", "1", {}), Node("team/product", "pulls", "1", {})]
        )
    assert len(held(path)) == 3


def test_replace_takes_a_sources_old_rows_and_readings_away(path):
    with Store.open(path) as store:
        store.replace("csv:a", OLD, [Reading("csv:a", "", None, 2)])
        store.replace(DUMP, NEW, [])
        assert store.nodes(DUMP, "issues") == NEW
        assert store.readings(DUMP) == []
        assert store.nodes("csv:a", "issues") == OLD
        assert len(store.readings("csv:a")) == 1


def test_reading_comes_back_as_it_was_noted(path):
    whole = Reading(DUMP, "a/b", at("2026-10-03 12:00"), 40, 50, False, "stopped by a limit", "Y3")
    bare = Reading(DUMP, "", None, 0)
    with Store.open(path) as store:
        store.replace(DUMP, [], [whole, bare])
        assert store.readings(DUMP) == [bare, whole]


def test_exception_inside_a_page_leaves_the_store_as_it_was(path):
    with Store.open(path) as store:
        odd = Node("team/product", "issues", "4", {"at": at("2026-11-01")})
        with pytest.raises(TypeError, match="not JSON serializable"):
            store.replace(DUMP, [*NEW, odd], [Reading(DUMP, "team/product", None, 3)])
        assert store.nodes(DUMP, "issues") == OLD
        assert store.readings(DUMP) == [OLD_READING]


def test_interrupt_inside_a_page_leaves_the_store_as_it_was(path):
    def rows():
        yield from NEW
        raise KeyboardInterrupt

    with Store.open(path) as store:
        with pytest.raises(KeyboardInterrupt), store.page():
            store.put(DUMP, rows())
        assert store.nodes(DUMP, "issues") == OLD


def test_replace_that_fails_at_its_last_row_leaves_the_old_rows(path):
    def rows():
        yield from NEW
        raise ValueError("line 4 is damaged")

    with Store.open(path) as store:
        with pytest.raises(ValueError, match="line 4"):
            store.replace(DUMP, rows(), [])
        assert store.nodes(DUMP, "issues") == OLD


def test_page_after_a_page_that_failed_is_stored(path):
    with Store.open(path) as store:
        with pytest.raises(RuntimeError), store.page():
            raise RuntimeError
        store.replace(DUMP, NEW, [])
    assert held(path) == NEW


def test_reader_sees_the_last_whole_page_while_a_writer_is_in_one(path):
    with Store.open(path) as writer, writer.page():
        writer.put(DUMP, NEW)
        assert held(path) == OLD
    assert held(path) == OLD + NEW


def test_snapshot_shows_one_moment_whatever_is_written_meanwhile(path):
    with Store.read(path) as reader, Store.open(path) as writer:
        with reader.snapshot():
            before = reader.nodes(DUMP, "issues")
            with writer.page():
                writer.put(DUMP, NEW)
            assert reader.nodes(DUMP, "issues") == before == OLD
        assert reader.nodes(DUMP, "issues") == OLD + NEW


def test_second_writer_is_told_to_come_back(path):
    with Store.open(path) as writer, Store.open(path) as other:
        other._connection.execute("PRAGMA busy_timeout = 0")
        with writer.page(), pytest.raises(StoppedError, match="written by another process"):
            other.replace(DUMP, NEW, [])
    assert held(path) == OLD


KILLED_WHILE_WRITING = """
import sys
from pathlib import Path
from opsreview.store import Node, Store

def rows():
    for number in range(20_000):
        yield Node("team/product", "issues", str(number), {"title": "x" * 200})
    print("half", flush=True)
    sys.stdin.read()

with Store.open(Path(sys.argv[1])) as store:
    store.replace("github_dump:dump", rows(), [])
"""


def test_writer_killed_in_the_middle_leaves_the_previous_content(path):
    writer = subprocess.Popen(
        [sys.executable, "-c", KILLED_WHILE_WRITING, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with writer:
        assert writer.stdout.readline() == b"half\n"
        writer.kill()
    assert writer.returncode == -9
    assert held(path) == OLD
    with Store.open(path) as store:
        store.replace(DUMP, NEW, [])
    assert held(path) == NEW


def test_store_of_a_newer_version_is_refused_and_kept(path):
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    content = path.read_bytes()
    with pytest.raises(StoreError, match=r"demo\.sqlite has schema version 2.*upgrade opsreview"):
        Store.open(path)
    assert path.read_bytes() == content


def test_file_that_is_no_store_is_refused_with_what_to_do(path):
    path.write_bytes(b"these are not the nodes you look for" * 100)
    with pytest.raises(StoreError, match=r"is damaged .* move the file away and fetch again"):
        Store.read(path)


def test_store_damaged_inside_is_refused_when_it_is_read(path):
    with Store.open(path) as store:
        store.replace(
            DUMP, [Node("a/b", "issues", str(n), {"t": "x" * 300}) for n in range(500)], []
        )
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    with Store.read(path) as store, pytest.raises(StoreError, match="is damaged"):
        store.nodes(DUMP, "issues")


def test_reading_where_no_fetch_has_been_says_to_fetch(tmp_path):
    with pytest.raises(
        StoreError, match=r"no store at .*demo\.sqlite: run `opsreview fetch` first"
    ):
        Store.read(tmp_path / "demo.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_store_that_cannot_be_made_says_to_name_another_folder(tmp_path):
    (tmp_path / "outputs").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match=r"cannot be used .* --outputs"):
        Store.open(tmp_path / "outputs" / "store" / "demo.sqlite")


def test_tables_that_another_process_has_just_made_are_kept(path):
    with Store.open(path) as store:
        store._make_tables()
        assert store.nodes(DUMP, "issues") == OLD


@pytest.fixture
def full(path) -> Path:
    """The store with another repository beside the first, and the same of another source."""
    with Store.open(path) as store, store.page():
        store.put(DUMP, ELSE)
        store.put("github:other", OLD)
    return path


def test_nodes_of_one_repository_leave_the_others_out(full):
    with Store.read(full) as store:
        assert store.nodes(DUMP, "issues", "team/product") == OLD
        assert store.nodes(DUMP, "issues", "team/else") == ELSE[:1]
        assert store.nodes(DUMP, "issues", "team/nothing") == []
        assert store.nodes(DUMP, "issues") == [*ELSE[:1], *OLD]


def test_one_node_is_found_by_its_whole_key(full):
    with Store.read(full) as store:
        assert store.node(DUMP, "team/else", "issues", "1") == ELSE[0]
        for key in (
            ("csv:a", "team/else", "issues", "1"),
            (DUMP, "team/nothing", "issues", "1"),
            (DUMP, "team/else", "pulls", "1"),
            (DUMP, "team/else", "issues", "2"),
        ):
            assert store.node(*key) is None


def test_keys_are_those_of_one_kind_of_one_repository(full):
    with Store.read(full) as store:
        assert store.keys(DUMP, "team/product", "issues") == {"1", "2"}
        assert store.keys(DUMP, "team/else", "pulls") == {"2"}
        assert store.keys(DUMP, "team/product", "pulls") == set()


def test_drop_takes_one_kind_of_one_repository_away(full):
    with Store.open(full) as store:
        with store.page():
            store.drop(DUMP, "team/else", "issues")
        assert store.nodes(DUMP, "issues") == OLD
        assert store.nodes(DUMP, "pulls") == ELSE[1:]
        assert store.nodes("github:other", "issues") == OLD


def test_drop_of_named_keys_leaves_the_others(full):
    with Store.open(full) as store:
        with store.page():
            store.drop(DUMP, "team/product", "issues", ["2", "99"])
        assert store.nodes(DUMP, "issues", "team/product") == OLD[:1]
        with store.page():
            store.drop(DUMP, "team/product", "issues", [])
        assert store.nodes(DUMP, "issues", "team/product") == OLD[:1]


def test_rename_takes_nodes_and_reading_to_the_new_name(full):
    with Store.open(full) as store:
        with store.page():
            store.rename(DUMP, "team/product", "team/new")
        assert store.keys(DUMP, "team/product", "issues") == set()
        assert store.keys(DUMP, "team/new", "issues") == {"1", "2"}
        assert [(each.repo, each.n_items) for each in store.readings(DUMP)] == [("team/new", 2)]
        assert store.keys(DUMP, "team/else", "issues") == {"1"}
        assert store.keys("github:other", "team/product", "issues") == {"1", "2"}


def test_rename_to_a_name_that_is_stored_keeps_what_is_renamed(full):
    with Store.open(full) as store:
        with store.page():
            store.rename(DUMP, "team/else", "team/product")
        assert store.node(DUMP, "team/product", "issues", "1") == Node(
            "team/product", "issues", "1", {"number": 1}
        )
        assert store.keys(DUMP, "team/product", "issues") == {"1", "2"}
        assert store.keys(DUMP, "team/product", "pulls") == {"2"}


def rename_and_fail(store: Store) -> None:
    with store.page():
        store.rename(DUMP, "team/product", "team/new")
        raise KeyboardInterrupt


def test_rename_is_undone_with_its_page(full):
    with Store.open(full) as store:
        with pytest.raises(KeyboardInterrupt):
            rename_and_fail(store)
        assert store.keys(DUMP, "team/product", "issues") == {"1", "2"}
        assert store.readings(DUMP) == [OLD_READING]


def test_second_fetch_in_the_same_process_is_refused_too(path):
    with Store.open(path) as store, Store.open(path) as other:
        with store.fetching():
            told = rf"demo\.sqlite is being fetched by process {os.getpid()} since \d{{4}}-.* UTC: "
            with pytest.raises(StoppedError, match=told), other.fetching():
                pytest.fail("two fetch at once")
        with other.fetching():
            pass


def test_refused_fetch_leaves_the_lock_to_its_holder(path):
    with Store.open(path) as store, Store.open(path) as other, store.fetching():
        for _ in range(2):
            with pytest.raises(StoppedError, match=str(os.getpid())), other.fetching():
                pass


def test_lock_is_let_go_when_a_fetch_fails(path):
    with Store.open(path) as store:
        with pytest.raises(SourceError), store.fetching():
            raise SourceError("the calendar cannot be read")
        with store.fetching():
            pass


def test_lock_names_the_latest_holder_alone(path):
    path.with_suffix(".lock").write_text("process 4194304999 since 2026-10-01 00:00:00 UTC, long")
    with Store.open(path) as store, store.fetching():
        text = path.with_suffix(".lock").read_text()
        assert re.fullmatch(rf"process {os.getpid()} since [-0-9]+ [:0-9]+ UTC", text)


def test_reading_and_writing_need_no_lock(path):
    with Store.open(path) as store, store.fetching():
        assert held(path) == OLD
        with Store.open(path) as other:
            other.replace(DUMP, NEW, [])
    assert held(path) == NEW


def test_lock_that_cannot_be_made_is_told(path):
    path.with_suffix(".lock").mkdir()
    told = pytest.raises(StoreError, match=r"demo\.sqlite cannot be used .* can be written")
    with Store.open(path) as store, told, store.fetching():
        pytest.fail("fetched without the lock")


def test_settled_store_is_whole_in_its_one_file(path):
    script = (
        "import os, sys; from pathlib import Path; from opsreview.store import Node, Store\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        "store.replace('csv:a', [Node('', 'rows', '1', {})], [])\n"
        "os._exit(0)"  # killed: what was written is in the log beside the file
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    assert path.with_name("demo.sqlite-wal").stat().st_size
    Store.settle(path)
    assert sorted(one.name for one in path.parent.iterdir()) == ["demo.sqlite"]
    with Store.read(path) as store:
        assert store.nodes("csv:a", "rows") == [Node("", "rows", "1", {})]


def test_store_that_is_open_elsewhere_is_not_settled(path):
    with Store.open(path) as store:
        with pytest.raises(StoppedError, match=r"demo\.sqlite is still open"):
            Store.settle(path)
        assert store.nodes(DUMP, "issues") == OLD
    Store.settle(path)


def test_store_that_is_missing_is_not_made_by_settling(tmp_path):
    with pytest.raises(StoreError, match="there is no store"):
        Store.settle(tmp_path / "demo.sqlite")
    assert not list(tmp_path.iterdir())
