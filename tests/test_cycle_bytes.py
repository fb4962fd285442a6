"""Two ways of building are told apart by any file of a cycle, also one that is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cycle_bytes import cycle_bytes, differing

CYCLE = "2026-10"


@pytest.fixture
def ways(tmp_path: Path) -> list[Path]:
    """Outputs of three ways, the same cycle of two teams in each."""
    for way in ("alone", "processes", "dask"):
        for team in ("apollo", "bering"):
            for name in ("run.json", "tables/issues.parquet", "notebooks/retrospective.ipynb"):
                path = tmp_path / way / team / CYCLE / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(team, "utf-8")
    return sorted(tmp_path.iterdir())


def found(ways: list[Path]) -> set[str]:
    return differing(*(cycle_bytes(str(way), CYCLE) for way in ways))


def test_the_same_files_do_not_differ_nor_do_notebooks_that_tell_when_they_ran(ways):
    (ways[1] / "apollo" / CYCLE / "notebooks" / "retrospective.ipynb").write_text("later", "utf-8")
    assert found(ways) == set()


def test_any_other_file_differs_by_one_byte(ways):
    (ways[1] / "apollo" / CYCLE / "tables" / "issues.parquet").write_text("apollo ", "utf-8")
    assert found(ways) == {f"apollo/{CYCLE}/tables/issues.parquet"}


@pytest.mark.parametrize("name", ["run.json", "notebooks/retrospective.ipynb"])
def test_file_that_one_way_lacks_differs(ways, name: str):
    (ways[2] / "apollo" / CYCLE / name).unlink()
    assert found(ways) == {f"apollo/{CYCLE}/{name}"}


def test_cycle_that_one_way_lacks_differs_in_all_of_its_files(ways):
    shutil.rmtree(ways[0] / "bering")
    assert {name.partition("/")[0] for name in found(ways)} == {"bering"}
    assert len(found(ways)) == 3
