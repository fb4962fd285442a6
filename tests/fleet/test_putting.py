"""What was made is put back whole or not at all."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any

import pytest
import s3fs
from fsspec.implementations.memory import MemoryFileSystem

from opsreview.errors import CycleError, PlaceError, StoppedError
from opsreview.fleet.places import cycles, half_written
from opsreview.place import Place
from opsreview.reports.cycles import write_team_index
from opsreview.reports.pages import write_pages
from opsreview.store import Store

from .team_places import ISSUE, Places, cycle_files, made, nodes, stored


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let so many files pass on their way to a place, or within it, and then none."""
    left = [1_000]

    def counted() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError("the line is cut")

    def counting(way: Any) -> Any:
        def passing(self: Any, *args: Any, **kwargs: Any) -> Any:
            counted()
            return way(self, *args, **kwargs)

        return passing

    def counting_later(way: Any) -> Any:
        async def passing(self: Any, *args: Any, **kwargs: Any) -> Any:
            counted()
            return await way(self, *args, **kwargs)

        return passing

    def after(count: int) -> None:
        left[0] = count

    for way in ("put_file", "cp_file"):
        monkeypatch.setattr(MemoryFileSystem, way, counting(getattr(MemoryFileSystem, way)))
    for way in ("_put_file", "_cp_file"):
        later = counting_later(getattr(s3fs.S3FileSystem, way))
        monkeypatch.setattr(s3fs.S3FileSystem, way, later)
    return after


def test_store_comes_back_as_it_was_put(away):
    with away.work() as here:
        stored(here)
        here.put_store()
    with away.work() as here:
        assert nodes(here) == [ISSUE]
    assert Place.of(away.outputs).files() == ["store/demo.sqlite"]


def test_store_is_put_with_what_is_only_in_its_log_yet(away):
    with away.work() as here:
        stored(here)
        path = here.outputs / "store" / "demo.sqlite"
        copy = here.outputs / "copy.sqlite"
        with closing(sqlite3.connect(path)) as other:
            other.execute("UPDATE nodes SET body = '{\"number\": 2}'")
            other.commit()
            for suffix in ("", "-wal"):  # as it is where a process was killed
                shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
        for suffix in ("", "-wal"):
            shutil.move(f"{copy}{suffix}", f"{path}{suffix}")
        here.put_store()
    with away.work() as here:
        assert [node.body for node in nodes(here)] == [{"number": 2}]


def test_store_that_is_open_is_not_put(away):
    with away.work() as here:
        stored(here)
        with Store.read(here.outputs / "store" / "demo.sqlite") as store, store.snapshot():
            store.nodes("csv:a", "issues")
            with pytest.raises(StoppedError, match="is still open"):
                here.put_store()
    assert away.there("store") == {}


def test_store_that_did_not_change_is_not_put_again(away, cut_off):
    with away.work() as here:
        stored(here)
        here.put_store()
    with away.work() as here:
        cut_off(0)
        here.put_store()


def test_team_without_a_store_puts_none(away):
    with away.work() as here:
        here.put_store()
    assert away.there("store") == {}


def test_cycle_is_there_as_it_was_made(away):
    with away.work() as here:
        made(here, cycle_files() | {"demo/index.html": "index"})
        here.put_cycle("2026-10")
    assert away.there() == cycle_files() | {"demo/index.html": "index"}
    assert cycles(away.outputs, "demo") == ["2026-10"]
    assert half_written(away.outputs, "demo") == []


def test_files_of_an_earlier_build_are_gone(away):
    away.lay(cycle_files(pages=9) | cycle_files("2026-09"))
    with away.work() as here:
        made(here, cycle_files(word="new"))
        here.put_cycle("2026-10")
    assert away.there() == cycle_files(word="new") | cycle_files("2026-09")


def test_cycle_that_is_not_built_is_not_put(away):
    away.lay(cycle_files())
    with away.work() as here, pytest.raises(CycleError, match="2026-09 of demo is not built"):
        here.put_cycle("2026-09")
    assert away.there() == cycle_files()


@pytest.mark.parametrize("passing", [0, 1, 5, 9])  # of ten files
def test_put_that_is_cut_off_on_the_way_leaves_the_whole_cycle_before(away, cut_off, passing):
    away.lay(cycle_files())
    with away.work() as here:
        stored(here)
        here.put_store()
        made(here, cycle_files(word="new"))
        cut_off(passing)
        with pytest.raises(PlaceError, match="the line is cut"):
            here.put_cycle("2026-10")
    assert away.there("demo/2026-10") == cycle_files()
    assert cycles(away.outputs, "demo") == ["2026-10"]
    assert half_written(away.outputs, "demo") == []
    with away.work() as here:
        assert nodes(here) == [ISSUE]


@pytest.mark.parametrize("passing", [10, 11, 15, 19])  # ten are on the way, then ten take place
def test_put_that_is_cut_off_while_it_takes_its_place_is_no_whole_cycle(away, cut_off, passing):
    away.lay(cycle_files() | cycle_files("2026-09"))
    with away.work() as here:
        made(here, cycle_files(word="new"))
        cut_off(passing)
        with pytest.raises(PlaceError, match="the line is cut"):
            here.put_cycle("2026-10")
    assert "demo/2026-10/run.json" not in away.there()
    assert cycles(away.outputs, "demo") == ["2026-09"]
    assert half_written(away.outputs, "demo") == ["2026-10"]
    with away.work() as here:
        assert not (here.outputs / "demo" / "2026-10").exists()


@pytest.mark.parametrize("passing", [3, 13])
def test_next_put_repairs_what_was_cut_off(away, cut_off, passing):
    away.lay(cycle_files(pages=9))
    with away.work() as here:
        made(here, cycle_files(word="cut"))
        cut_off(passing)
        with pytest.raises(PlaceError):
            here.put_cycle("2026-10")
    cut_off(1_000)
    with away.work() as here:
        made(here, cycle_files(word="new"))
        here.put_cycle("2026-10")
    assert away.there() == cycle_files(word="new")
    assert half_written(away.outputs, "demo") == []


@pytest.mark.parametrize("passing", [0, 1])  # on the way, then into its place
def test_store_whose_put_is_cut_off_is_the_one_before(away, cut_off, passing):
    with away.work() as here:
        stored(here)
        here.put_store()
        with Store.open(here.outputs / "store" / "demo.sqlite") as store:
            store.replace("csv:a", [], [])
        cut_off(passing)
        with pytest.raises(PlaceError, match="the line is cut"):
            here.put_store()
    with away.work() as here:
        assert nodes(here) == [ISSUE]


def test_store_of_who_lost_the_team_is_not_put_and_leaves_no_trace_in_the_stores(away):
    def taken_over() -> None:
        raise StoppedError("demo was taken over")

    with away.work() as here:
        stored(here)
        with pytest.raises(StoppedError):
            here.put_store(check=taken_over)
    assert away.there("store") == {}
    assert cycles(away.outputs, "demo") == half_written(away.outputs, "demo") == []


HALF = ["2026-10"]


@pytest.mark.parametrize(("steps", "half"), [(1, []), (2, []), (3, HALF), (4, HALF), (5, HALF)])
def test_put_ends_where_the_team_was_taken_over(away, steps, half):
    away.lay(cycle_files())
    asked = []

    def taken_over() -> None:
        asked.append(sorted(away.there()))
        if len(asked) == steps:
            raise StoppedError("demo was taken over")

    with away.work() as here:
        made(here, cycle_files(word="new"))
        with pytest.raises(StoppedError):
            here.put_cycle("2026-10", check=taken_over)
    assert asked[0] == sorted(cycle_files())
    assert half_written(away.outputs, "demo") == half
    assert half or away.there("demo/2026-10") == cycle_files()
    assert len(asked) == steps


def test_only_who_has_the_team_takes_away_what_another_left_beside(away):
    left = {"demo/.put-left/demo/2026-10/run.json": "left"}
    away.lay(left)

    def taken_over() -> None:
        raise StoppedError("demo was taken over")

    with away.work() as here:
        made(here, cycle_files())
        with pytest.raises(StoppedError):
            here.put_cycle("2026-10", check=taken_over)
        assert away.there() == left
        here.put_cycle("2026-10")
    assert away.there() == cycle_files()


def test_what_another_puts_beside_meanwhile_stays(away):
    others = {"demo/.put-other/demo/2026-10/run.json": "other"}
    asked = []

    def others_come() -> None:
        asked.append(1)
        if len(asked) == 2:
            away.lay(others)

    with away.work() as here:
        made(here, cycle_files())
        stored(here)
        here.put_cycle("2026-10", check=others_come)
        here.put_store()
    assert away.there() == cycle_files() | others


def test_files_of_an_earlier_build_are_gone_before_the_cycle_is_whole(away, monkeypatch):
    old = {"demo/2026-10/quarter/run.json": "old"}
    away.lay(cycle_files() | old)
    remove = Place.remove

    def cut(place: Place, names: Iterable[str]) -> None:
        there = list(names)
        if set(there) & set(old):
            raise PlaceError("the line is cut")
        remove(place, there)

    monkeypatch.setattr(Place, "remove", cut)
    with away.work() as here:
        made(here, cycle_files(word="new"))
        with pytest.raises(PlaceError, match="the line is cut"):
            here.put_cycle("2026-10")
    assert cycles(away.outputs, "demo") == []
    assert half_written(away.outputs, "demo") == ["2026-10"]


@pytest.mark.parametrize("late", ["findings.json", "run.json"])
@pytest.mark.parametrize("is_begun", [False, True])
def test_nothing_is_taken_away_while_the_storage_copies_on(away, monkeypatch, late, is_begun):
    behind(monkeypatch, f"demo/2026-10/{late}", is_begun=is_begun)
    with away.work() as here:
        made(here, cycle_files())
        with pytest.raises(PlaceError) as refused:
            here.put_cycle("2026-10")
    assert "the storage has not finished copying" in str(refused.value)
    assert f"{away.outputs}/demo/2026-10/{late}" in str(refused.value)
    beside = [name.partition("/demo/")[2] for name in away.there() if "/.put-" in name]
    assert sorted(f"demo/{name}" for name in beside) == sorted(cycle_files())
    assert late == "run.json" or "demo/2026-10/run.json" not in away.there()


def test_store_stays_beside_while_the_storage_copies_on(away, monkeypatch):
    behind(monkeypatch, "store/demo.sqlite", is_begun=False)
    with away.work() as here:
        stored(here)
        with pytest.raises(PlaceError, match="the storage has not finished copying"):
            here.put_store()
    beside = Place.of(away.outputs).files("demo")
    assert [name for name in beside if name.endswith("/store/demo.sqlite")] == beside != []


def behind(monkeypatch: pytest.MonkeyPatch, late: str, *, is_begun: bool) -> None:
    """Have a place copy one file after the call: it is empty until then, or not there."""
    copied = Place.copy_out

    def copies_on(place: Place, names: Sequence[str], *, under: str) -> None:
        copied(place, names, under=under)
        if late in names:
            place.remove([late])
            if is_begun:
                place.write(late, b"")

    monkeypatch.setattr(Place, "copy_out", copies_on)


def test_half_written_cycles_are_told_but_for_the_one_that_is_to_be_put(away):
    away.lay(cycle_files("2026-09"))
    away.lay({"demo/2026-10/index.html": "", "demo/2026-11/index.html": ""})
    with away.work() as here:
        assert here.half_written() == ["2026-10", "2026-11"]
        assert here.half_written(but="2026-11") == ["2026-10"]
        made(here, cycle_files("2026-11"))
        here.put_cycle("2026-11")
        assert here.half_written() == ["2026-10"]


def test_neighbours_pages_that_changed_are_put_and_the_rest_of_them_stays(away):
    away.lay(cycle_files("2026-09") | {"demo/2026-09/notebooks/oncall.ipynb": "{}"})
    with away.work() as here:
        made(here, cycle_files(word="new"))
        made(here, {"demo/2026-09/index.html": "links to 2026-10", "demo/ticks.json": "{}"})
        here.put_cycle("2026-10")
    changed = {"demo/2026-09/index.html": "links to 2026-10", "demo/ticks.json": "{}"}
    kept = cycle_files("2026-09") | {"demo/2026-09/notebooks/oncall.ipynb": "{}"}
    assert away.there() == kept | changed | cycle_files(word="new")


def test_another_cycle_that_was_built_waits_for_its_own_put(away):
    with away.work() as here:
        made(here, cycle_files("2026-09") | cycle_files("2026-10"))
        here.put_cycle("2026-09")
        assert away.there() == cycle_files("2026-09")
        here.put_cycle("2026-10")
    assert cycles(away.outputs, "demo") == ["2026-09", "2026-10"]


def test_a_fresh_copy_is_enough_for_the_index_and_for_links_to_a_new_neighbour(built_demo, memory):
    places = Places(memory)
    places.team()
    with places.work() as here:
        shutil.copytree(built_demo, here.outputs / "demo" / "2026-10")
        here.put_cycle("2026-10")
    with places.work() as here:
        later = shutil.copytree(built_demo, here.outputs / "demo" / "2026-11")
        run = json.loads((later / "run.json").read_text())
        window = {"start_at": run["window"]["end_at"], "end_at": "2026-12-01T00:00Z"}
        run |= {"cycle": "2026-11", "window": window}
        (later / "run.json").write_text(json.dumps(run))
        write_pages(later)
        here.put_cycle("2026-11")
        index = write_team_index(here.outputs / "demo").read_text()
    there, metrics = Place.of(places.outputs), "metrics.parquet"
    assert (there.read("demo/index.html") or b"").decode() == index
    assert index.count("/index.html") == 2
    assert b'href="../2026-11/index.html"' in (there.read("demo/2026-10/index.html") or b"")
    assert there.read(f"demo/2026-10/{metrics}") == (built_demo / metrics).read_bytes()
