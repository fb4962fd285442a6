"""A fleet from end to end: params in a bucket, outputs into it, whoever does the work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from functools import partial

import pytest
from cycle_bytes import cycle_bytes, differing
from dump_factory import small_team

from opsreview.fleet import Done, Task, run_fleet
from opsreview.fleet.executors import dask_workers, local_processes
from opsreview.fleet.places import cycles, half_written, team_names
from opsreview.place import Place

from .clusters import running_cluster
from .fleet_work import killed_while_it_puts, with_its_front_page

CYCLE = "2026-10"
TEAMS = ["alpha", "beta", "gamma"]
Digests = dict[str, str]
Make = Callable[[], Executor]


@pytest.fixture(scope="module")
def params(shared_s3: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three teams in a bucket, each with its dump beside its review.yaml."""
    place = Place.of(f"{shared_s3}/params")
    for number, name in enumerate(TEAMS):
        root = tmp_path_factory.mktemp(name)
        issues = [{}, {"closed_at": "2026-10-09 09:00"}, *[{}] * number]
        source = [{"kind": "github_dump", "path": "dump"}]
        team = small_team(root, name=name, issues=issues, review={"sources": source})
        (root / "dump").rename(team.folder / "dump")
        files = [path for path in team.folder.rglob("*") if path.is_file()]
        place.put([path.relative_to(team.params).as_posix() for path in files], team.params)
    return f"{shared_s3}/params"


@pytest.fixture(scope="module")
def by_one_process(shared_s3: str, params: str) -> Digests:
    """What one process makes of them."""
    outputs = f"{shared_s3}/alone"
    assert all_whole(run(params, outputs, partial(local_processes, 1), at_once=1))
    return cycle_bytes(outputs, CYCLE)


@pytest.fixture(scope="module")
def cluster(params: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers that may use the bucket."""
    with running_cluster(tmp_path_factory.mktemp("dask")) as address:
        yield address


def run(
    params: str,
    outputs: str,
    make: Make,
    *,
    at_once: int | None,
    work: Callable[[Task], Done] = with_its_front_page,
) -> list[Done]:
    tasks = [Task(team, params, outputs, cycle=CYCLE) for team in team_names(params)]
    return list(run_fleet(tasks, make, at_once=at_once, work=work))


def all_whole(found: list[Done]) -> bool:
    assert [(done.task.team, done.problems) for done in found if done.state != "whole"] == []
    return sorted(done.task.team for done in found) == TEAMS


def test_processes_beside_each_other_make_the_same_bytes(shared_s3, params, by_one_process):
    outputs = f"{shared_s3}/processes"
    assert all_whole(run(params, outputs, partial(local_processes, 2), at_once=2))
    assert differing(cycle_bytes(outputs, CYCLE), by_one_process) == set()
    of_each = [{name for name in by_one_process if name.startswith(f"{team}/")} for team in TEAMS]
    assert min(map(len, of_each)) > 80
    told = {by_one_process[f"{team}/{CYCLE}/metrics.parquet"] for team in TEAMS}
    assert len(told) == len(TEAMS)  # the teams differ


def test_workers_of_a_cluster_make_the_same_bytes_though_one_is_killed_while_it_puts(
    shared_s3, params, by_one_process, cluster, tmp_path
):
    outputs, mark = f"{shared_s3}/dask", tmp_path / "killed"
    work = partial(killed_while_it_puts, str(mark))
    with dask_workers(cluster) as executor:
        found = run(params, outputs, lambda: executor, at_once=None, work=work)
    assert mark.exists()
    assert all_whole(found)
    assert differing(cycle_bytes(outputs, CYCLE), by_one_process) == set()
    for team in TEAMS:
        assert (cycles(outputs, team), half_written(outputs, team)) == ([CYCLE], [])
        assert not [name for name in Place.of(outputs).files(team) if "/." in name]


def test_bucket_holds_the_stores_the_pages_and_what_leads_to_them(shared_s3, by_one_process):
    names = Place.of(f"{shared_s3}/alone").files()
    assert "alpha/index.html" in names
    assert "store/alpha.sqlite" in names
    assert f"alpha/{CYCLE}/index.html" in names
