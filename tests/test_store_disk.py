"""A store on a disk that is full, or that lost power: the pages before are whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from fetch_processes import held

from opsreview.errors import StoreError
from opsreview.store import Node, Store

SOURCE = "github:a"


def page(first: int) -> list[Node]:
    """Four large nodes."""
    return [
        Node("team/product", "issues", str(number), {"title": "x" * 5000})
        for number in range(first, first + 4)
    ]


PAGES = [page(4 * count) for count in range(6)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store that holds the first page."""
    path = tmp_path / "store" / "small.sqlite"
    put(path, PAGES[0])
    return path


def put(path: Path, *pages: list[Node], most_disk_pages: int = 10_000) -> None:
    with Store.open(path) as store:
        store._connection.execute(f"PRAGMA max_page_count = {most_disk_pages}")
        for each in pages:
            with store.page():
                store.put(SOURCE, each)


def stored(path: Path) -> list[Node]:
    held(path)  # checks that it is intact
    with Store.read(path) as store:
        return store.nodes(SOURCE, "issues")


def all_of(*pages: list[Node]) -> list[Node]:
    return [node for each in pages for node in each]


def test_full_disk_is_told_and_the_pages_before_stay(path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be used \(.* is full\): .* the disk has room"):
        put(path, *PAGES[1:], most_disk_pages=30)
    kept = len(stored(path)) // 4
    assert 1 < kept < len(PAGES)
    assert stored(path) == all_of(*PAGES[:kept])
    put(path, *PAGES[kept:])
    assert stored(path) == all_of(*PAGES)


def test_page_too_large_for_the_disk_is_not_there_at_all(path: Path) -> None:
    with pytest.raises(StoreError, match="is full"):
        put(path, all_of(*PAGES), most_disk_pages=30)
    assert stored(path) == PAGES[0]


def test_new_source_too_large_for_the_disk_replaces_nothing(path: Path) -> None:
    with Store.open(path) as store:
        store._connection.execute("PRAGMA max_page_count = 30")
        with pytest.raises(StoreError, match="is full"):
            store.replace(SOURCE, all_of(*PAGES[1:], *PAGES[:1]), [])
        assert store.nodes(SOURCE, "issues") == PAGES[0]


@pytest.mark.parametrize("share", [number / 16 for number in range(17)])
def test_log_cut_off_anywhere_leaves_whole_pages(path: Path, tmp_path: Path, share: float) -> None:
    """As after a power cut: the write-ahead log ends in the middle of a page."""
    cut = tmp_path / "cut" / path.name
    with Store.open(path) as store:
        for each in PAGES[1:]:
            with store.page():
                store.put(SOURCE, each)
        shutil.copytree(path.parent, cut.parent)
    log = cut.with_name(f"{cut.name}-wal")
    os.truncate(log, int(share * log.stat().st_size))
    found = stored(cut)
    assert found in [all_of(*PAGES[:count]) for count in range(1, 7)]
    assert (found == all_of(*PAGES)) == (share == 1)
    put(cut, *PAGES)
    assert stored(cut) == all_of(*PAGES)
