"""A team's files come from folders or URLs, and what was made is there whole or not at all."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
import s3fs
from factories import at
from fsspec.implementations.memory import MemoryFileSystem

from opsreview.errors import CycleError, ParamsError, PlaceError, StoppedError
from opsreview.fleet.places import Workspace, cycles, half_written, team_names, workspace
from opsreview.place import Place
from opsreview.reports.cycles import write_team_index
from opsreview.reports.pages import write_pages
from opsreview.secrets import redacted
from opsreview.store import Node, Reading, Store

from .buckets import asks_for_rights

REVIEW = """\
repos: [example/product]
timezone: UTC
sources: [{kind: simulated, team: extension, seed: 1}]
"""
SHOWN = REVIEW + "privacy: {names: shown}\n"
ISSUE = Node("example/product", "issues", "1", {"number": 1})


class Places:
    """The params and outputs of a fleet, both in one place."""

    def __init__(self, root: str) -> None:
        self.params, self.outputs = f"{root}/params", f"{root}/outputs"

    def lay(self, files: dict[str, str], where: str | None = None) -> None:
        place = Place.of(where or self.outputs)
        for name, text in files.items():
            place.write(name, text.encode())

    def team(self, name: str = "demo", review: str = SHOWN) -> None:
        self.lay({f"{name}/review.yaml": review}, self.params)

    def there(self, under: str = "demo") -> dict[str, str]:
        place = Place.of(self.outputs)
        return {name: (place.read(name) or b"").decode() for name in place.files(under)}

    def work(self, team: str = "demo", **more: Any) -> Any:
        return workspace(team, params=self.params, outputs=self.outputs, **more)


def cycle_files(cycle: str = "2026-10", *, word: str = "old", pages: int = 6) -> dict[str, str]:
    """A small cycle as a build leaves it, every file saying ``word``."""
    names = ["run.json", "index.html", "findings.json", "tables/issues.parquet"]
    names += [f"page_{number}.html" for number in range(pages)]
    return {f"demo/{cycle}/{name}": word for name in names}


def made(here: Workspace, files: dict[str, str]) -> None:
    for name, text in files.items():
        (here.outputs / name).parent.mkdir(parents=True, exist_ok=True)
        (here.outputs / name).write_text(text)


def stored(here: Workspace) -> None:
    with Store.open(here.outputs / "store" / "demo.sqlite") as store:
        store.replace("csv:a", [ISSUE], [Reading("csv:a", "", at("2026-11-01"), 1)])


def nodes(here: Workspace) -> list[Node]:
    with Store.read(here.outputs / "store" / "demo.sqlite") as store:
        return store.nodes("csv:a", "issues")


@pytest.fixture
def places(root: str) -> Places:
    """One team in a place of each kind."""
    found = Places(root)
    found.team()
    return found


@pytest.fixture
def away(remote: str) -> Places:
    """One team in a place that is on no disk of ours."""
    found = Places(remote)
    found.team()
    return found


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


def test_teams_are_the_folders_that_hold_a_review(places):
    places.team("atlas")
    places.lay({"notes/readme.md": "", "review.yaml": "", ".new/review.yaml": ""}, places.params)
    places.lay({"atlas/older/review.yaml": ""}, places.params)
    assert team_names(places.params) == ["atlas", "demo"]


def test_file_url_is_the_folder_itself(tmp_path):
    places = Places(f"file://{tmp_path}")
    places.team()
    with places.work() as here:
        assert here.params == tmp_path / "params"
        assert here.outputs == tmp_path / "outputs"
    assert team_names(places.params) == ["demo"]


def test_folders_are_worked_on_in_place_and_nothing_is_put(tmp_path):
    places = Places(str(tmp_path))
    places.team(review=REVIEW)  # a key is made there, once
    with places.work() as here:
        assert (here.params, here.outputs) == (tmp_path / "params", tmp_path / "outputs")
        stored(here)
        made(here, cycle_files())
        before = places.there()
        here.put_store()
        here.put_cycle("2026-10")
    assert places.there() == before
    assert cycles(places.outputs, "demo") == ["2026-10"]


def test_params_in_a_folder_stay_there_where_outputs_are_elsewhere(memory, tmp_path):
    places = Places(memory)
    places.params = str(tmp_path / "params")
    places.team()
    with places.work() as here:
        assert here.params == tmp_path / "params"
        made(here, cycle_files())
        here.put_cycle("2026-10")
    assert cycles(places.outputs, "demo") == ["2026-10"]


def test_outputs_in_a_folder_stay_there_where_params_are_elsewhere(memory, tmp_path):
    places = Places(memory)
    places.outputs = str(tmp_path / "outputs")
    places.team()
    with places.work() as here:
        assert here.outputs == tmp_path / "outputs"
        assert (here.params / "demo" / "review.yaml").read_text() == SHOWN


def test_all_of_the_teams_params_come_along_and_no_other_teams(away, tmp_path):
    away.team("atlas")
    away.lay({"demo/rota/2026.ics": "BEGIN"}, away.params)
    with away.work(scratch=tmp_path) as here:
        assert here.params.is_relative_to(tmp_path)
        assert (here.params / "demo/rota/2026.ics").read_text() == "BEGIN"
        assert not (here.params / "atlas").exists()
    assert not list(tmp_path.glob("opsreview-*"))


def test_scratch_is_gone_after_an_error(away, tmp_path):
    with pytest.raises(ZeroDivisionError), away.work(scratch=tmp_path):
        raise ZeroDivisionError
    assert not list(tmp_path.glob("opsreview-*"))


def test_store_comes_back_as_it_was_put(away):
    with away.work() as here:
        stored(here)
        here.put_store()
    with away.work() as here:
        assert nodes(here) == [ISSUE]
    assert Place.of(away.outputs).files("store") == ["store/demo.sqlite"]


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


def test_store_whose_put_is_cut_off_is_the_one_before(away, cut_off):
    with away.work() as here:
        stored(here)
        here.put_store()
        with Store.open(here.outputs / "store" / "demo.sqlite") as store:
            store.replace("csv:a", [], [])
        cut_off(0)
        with pytest.raises(PlaceError, match="the line is cut"):
            here.put_store()
    with away.work() as here:
        assert nodes(here) == [ISSUE]


@pytest.mark.parametrize(("steps", "half"), [(1, []), (2, []), (3, ["2026-10"])])
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


def test_half_written_cycles_do_not_come_along(away):
    half = cycle_files()
    del half["demo/2026-10/run.json"]
    away.lay(half | cycle_files("2026-09") | {"demo/rota/rota.csv": "", "demo/ticks.json": "{}"})
    assert cycles(away.outputs, "demo") == ["2026-09"]
    assert half_written(away.outputs, "demo") == ["2026-10"]
    with away.work() as here:
        found = {p.relative_to(here.outputs).as_posix() for p in here.outputs.rglob("*.*")}
    assert found == {
        "demo/2026-09/run.json",
        "demo/2026-09/index.html",
        "demo/2026-09/findings.json",
        "demo/ticks.json",
    }


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


def test_outputs_where_nothing_is_yet_have_no_cycles(root):
    outputs = Places(root).outputs
    assert (cycles(outputs, "demo"), half_written(outputs, "demo")) == ([], [])


def test_team_whose_name_begins_as_anothers_has_its_own_cycles(places):
    places.lay({"demo-two/2026-09/run.json": "{}", "demo/2026-10/run.json": "{}"})
    assert cycles(places.outputs, "demo") == ["2026-10"]
    assert cycles(places.outputs, "dem") == []


def test_what_another_worker_put_is_seen_at_once(s3):
    places = Places(s3)
    places.team()
    assert cycles(places.outputs, "demo") == []
    other = s3fs.S3FileSystem(skip_instance_cache=True)
    other.pipe_file(f"{places.outputs}/demo/2026-10/run.json", b"{}")
    assert cycles(places.outputs, "demo") == ["2026-10"]


def test_pseudonyms_that_no_other_worker_would_make_are_refused(away, monkeypatch):
    away.team(review=REVIEW)
    monkeypatch.delenv("OPSREVIEW_PSEUDONYM_KEY", raising=False)
    with pytest.raises(ParamsError) as refused, away.work():
        pass
    assert str(refused.value) == (
        f"{away.params}/demo: every worker would make other pseudonyms: set "
        "OPSREVIEW_PSEUDONYM_KEY to the same text for all, or put a pseudonyms.key beside "
        "review.yaml"
    )


def test_pseudonyms_with_a_key_that_all_workers_have_are_made(away, monkeypatch):
    away.team(review=REVIEW)
    monkeypatch.setenv("OPSREVIEW_PSEUDONYM_KEY", "the same for all")
    with away.work():
        pass
    monkeypatch.delenv("OPSREVIEW_PSEUDONYM_KEY")
    away.lay({"demo/pseudonyms.key": "the same for all"}, away.params)
    with away.work() as here:
        assert (here.params / "demo" / "pseudonyms.key").read_text() == "the same for all"


@pytest.mark.parametrize("name", ["atlas", "..", "", "../params/demo", "demo/sub"])
def test_team_that_is_none_is_told_with_those_that_are(away, name):
    with pytest.raises(ParamsError, match="there is no team") as refused, away.work(name):
        pass
    assert "teams there: demo" in str(refused.value)


def test_params_that_are_not_valid_are_told_where_they_are(away):
    away.team(review="repos: 7\n")
    with pytest.raises(ParamsError) as refused, away.work():
        pass
    assert f"{away.params}/demo/review.yaml" in str(refused.value)
    assert "opsreview-" not in str(refused.value)


def test_file_whose_name_leads_out_of_the_copy_is_refused(memory):
    places = Places(memory)
    places.team()
    MemoryFileSystem.store["/fleet/params/demo/../../../out"] = MemoryFileSystem().open(
        "/fleet/params/demo/review.yaml"
    )
    with pytest.raises(PlaceError, match="leads out of it"), places.work():
        pass


def told(url: str, ask: Callable[[str], object] = team_names) -> str:
    """The one message that a place is refused with."""
    with pytest.raises(PlaceError) as refused:
        ask(url)
    message = str(refused.value)
    assert "\n" not in message
    assert refused.value.__cause__ is None
    return message


def outputs_of_demo(url: str) -> list[str]:
    return cycles(url, "demo")


def test_unknown_protocol_is_told():
    assert told("s4://bucket/params") == (
        "s4://bucket/params: s4:// is not known: write a folder, s3://bucket/folder, "
        "gs://bucket/folder or abfs://container/folder"
    )


@pytest.mark.parametrize(
    ("url", "driver"), [("gs://bucket/params", "gcsfs"), ("abfs://box/params", "adlfs")]
)
def test_driver_that_is_not_installed_is_told_with_how_to(url, driver, monkeypatch):
    monkeypatch.setitem(sys.modules, driver, None)
    protocol = url.partition(":")[0]
    assert told(url) == f"{url}: {protocol}:// needs {driver}: pip install {driver}"


def test_folder_of_params_that_is_missing_is_told(tmp_path, memory, s3):
    for url in (str(tmp_path / "params"), f"{memory}/params", f"{s3}/params"):
        assert url in told(url)


@pytest.mark.parametrize("ask", [team_names, outputs_of_demo])
def test_bucket_that_is_missing_is_told(s3, ask):
    assert told("s3://no-such-bucket/outputs", ask) == (
        "s3://no-such-bucket/outputs is not there (The specified bucket does not exist): "
        "make the bucket or folder, or correct the URL"
    )


@pytest.mark.parametrize("ask", [team_names, outputs_of_demo])
def test_missing_credentials_are_told(unmet_s3, monkeypatch, ask):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert told(f"{unmet_s3}/params", ask) == (
        f"{unmet_s3}/params may not be used (Unable to locate credentials): check the "
        "credentials of whoever runs this and what they may list, read, write and delete"
    )


def test_credentials_without_rights_are_told_without_them(unmet_s3, s3_server, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "canary-key-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret")
    asks_for_rights(s3_server, "0")
    try:
        message = told(f"{unmet_s3}/params")
    finally:
        asks_for_rights(s3_server, "inf")
    assert message.startswith(f"{unmet_s3}/params may not be used (")
    assert "canary" not in message


def test_server_that_does_not_answer_is_told(memory, monkeypatch):
    def refuses(*_: object, **__: object) -> None:
        raise OSError("could not connect to https://host/bucket?X-Amz-Signature=canary")

    monkeypatch.setattr(MemoryFileSystem, "find", refuses)
    assert told(memory) == (
        "memory://fleet cannot be reached (could not connect to https://host/bucket): check the "
        "URL and the network, and run this again"
    )


def test_password_in_a_url_is_in_no_message(monkeypatch):
    monkeypatch.setattr("opsreview.secrets._known", set())
    message = told("s5://anna:canary%21@host/params?sig=canary-signature")
    assert message.startswith("s5://host/params: s5:// is not known")
    assert "canary" not in message
    assert redacted("canary! canary%21 canary-signature") == "[secret] [secret] [secret]"


def test_container_of_an_account_is_no_secret():
    assert told("abfs9://box@account.host/params").startswith("abfs9://box@account.host/params:")
