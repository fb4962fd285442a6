"""Notebooks tell; they compute nothing. What that means, held for every one of them."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
OF_A_CYCLE = {
    "retrospective",
    "triage_throughput",
    "oncall_load",
    "release_regularity",
    "operating_model",
}
MOST_LINES, MOST_CELL_LINES = 100, 10
PARAMETERS = {"team": "demo", "cycle": "2026-10", "outputs": "outputs"}
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.Try,
    ast.If,
    ast.With,
    ast.comprehension,
)
ours = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str = "code") -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text("utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_every_page_has_its_notebook() -> None:
    assert {path.stem for path in NOTEBOOKS} >= OF_A_CYCLE


@ours
def test_notebook_is_committed_without_outputs(path: Path) -> None:
    for cell in cells(path):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@ours
def test_first_code_cell_alone_is_tagged_parameters(path: Path) -> None:
    tagged = ["parameters" in cell["metadata"].get("tags", []) for cell in cells(path)]
    assert tagged[0]
    assert sum(tagged) == 1


@pytest.mark.parametrize("name", sorted(OF_A_CYCLE))
def test_parameters_are_team_cycle_and_outputs_with_the_demos_defaults(name: str) -> None:
    first = ast.parse(source(cells(FOLDER / f"{name}.ipynb")[0]))
    found = {}
    for statement in first.body:
        assert isinstance(statement, ast.AnnAssign)
        assert isinstance(statement.target, ast.Name)
        assert isinstance(statement.value, ast.Constant)
        assert ast.unparse(statement.annotation) == "str"
        found[statement.target.id] = statement.value.value
    assert found == PARAMETERS


@ours
def test_notebook_is_thin(path: Path) -> None:
    lengths = [len(source(cell).splitlines()) for cell in cells(path)]
    assert max(lengths) <= MOST_CELL_LINES
    assert sum(lengths) <= MOST_LINES


@ours
def test_notebook_decides_and_defines_nothing(path: Path) -> None:
    nodes = [node for cell in cells(path) for node in ast.walk(ast.parse(source(cell)))]
    assert not [node for node in nodes if isinstance(node, FORBIDDEN)]


@ours
def test_notebook_shows_outside_text_only_through_the_package(path: Path) -> None:
    code = "\n".join(source(cell) for cell in cells(path))
    assert not [word for word in ("HTML(", "Markdown(", "display(") if word in code]


@ours
def test_notebook_has_one_title_and_names_its_kernel(path: Path) -> None:
    headings = [source(cell) for cell in cells(path, "markdown") if source(cell).startswith("# ")]
    assert len(headings) == 1
    assert json.loads(path.read_text("utf-8"))["metadata"]["kernelspec"]["name"] == "python3"
