"""The workers of a Dask cluster: a scheduler and workers as processes on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from opsreview.errors import FleetError
from opsreview.fleet import executors
from opsreview.fleet.executors import dask_workers, versions, work_alike
from opsreview.fleet.running import run_fleet
from opsreview.fleet.task import Task

from .clusters import running_cluster
from .fleet_work import killed_once, whole


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with running_cluster(tmp_path_factory.mktemp("dask")) as address:
        yield address


def test_teams_are_done_by_the_workers_of_a_cluster(cluster: str) -> None:
    with dask_workers(cluster) as executor:
        teams = [Task(team, "params", "outputs") for team in "abcd"]
        found = list(run_fleet(teams, lambda: executor, work=whole))
    assert {done.task.team for done in found} == set("abcd")
    assert {done.state for done in found} == {"whole"}


def test_worker_killed_in_the_middle_costs_no_team(cluster: str, tmp_path: Path) -> None:
    work = partial(killed_once, str(tmp_path / "killed"))
    with dask_workers(cluster) as executor:
        teams = [Task(team, "params", "outputs") for team in ("a", "bad", "c")]
        found = list(run_fleet(teams, lambda: executor, work=work))

    assert (tmp_path / "killed").exists()
    assert sorted(done.task.team for done in found) == ["a", "bad", "c"]
    assert {done.state for done in found} == {"whole"}


def test_scheduler_that_does_not_answer_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "ANSWER_WITHIN", 0.5)
    with (
        pytest.raises(FleetError, match=r"scheduler at tcp://127\.0\.0\.1:1 does not answer"),
        dask_workers("tcp://127.0.0.1:1"),
    ):
        pass


def test_address_that_is_none_is_one_clear_error() -> None:
    with (
        pytest.raises(FleetError, match="unknown address scheme"),
        dask_workers("here://and there"),
    ):
        pass


def test_folder_that_workers_do_not_see_is_refused(cluster: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    mark.touch()
    with dask_workers(cluster, seen=[mark]):
        pass

    said = f"do not see the folder {tmp_path / 'elsewhere'} .*name a URL that all of them reach"
    with (
        pytest.raises(FleetError, match=said),
        dask_workers(cluster, seen=[mark, tmp_path / "elsewhere" / "mark"]),
    ):
        pass


def test_worker_of_another_version_is_refused(
    cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "_ours", lambda: versions() | {"polars": "0.1"})
    said = r"polars \S+ there and 0\.1 here.*install the same lock"
    with pytest.raises(FleetError, match=said), dask_workers(cluster):
        pass


def test_worker_that_joined_later_with_another_version_refuses_its_tasks(
    cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dask_workers(cluster) as executor:
        monkeypatch.setattr(executors, "_ours", lambda: versions() | {"polars": "0.1"})
        (done,) = run_fleet(
            [Task("a", "params", "outputs")], lambda: executor, work=work_alike(), offline=True
        )
    assert done.state == "failed"
    assert "that joined later, has other versions (polars" in done.problems[0]
