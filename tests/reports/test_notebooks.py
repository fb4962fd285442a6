import json
import subprocess
import sys
from pathlib import Path

import pytest

from opsreview.errors import NotebookError, OutputsError
from opsreview.reports.notebooks import NotebookRun, check_parameters, run_notebooks

from .samples import PARAMETERS, code, parameters, text, write_notebook

DEAD = "import os; os._exit(3)"
ENDLESS = "import threading; threading.Event().wait()"


def cells_of(run: NotebookRun) -> list[dict]:
    return json.loads(run.path.read_text(encoding="utf-8"))["cells"]


def printed(run: NotebookRun) -> str:
    outputs = [output for cell in cells_of(run) for output in cell.get("outputs", [])]
    return "".join("".join(output.get("text", "")) for output in outputs)


def test_runs_come_back_in_the_order_given(runs):
    assert [run.name for run in runs] == ["retrospective", "oncall_load"]
    assert all(run.seconds > 0 for run in runs)


def test_kernel_is_this_python_without_secrets_and_without_the_slow_grammar(runs):
    seen = printed(runs[0]).strip().split("|")
    assert seen == ["te{am}", "/somewhere", sys.executable, "None", "None", "None"]


def test_failed_notebook_tells_its_error_and_cell(runs):
    assert runs[0].error is None
    assert runs[1].error == "ZeroDivisionError: division by zero (cell 4: 1 / 0)"


def test_failed_notebook_keeps_what_ran_and_papermill_adds_nothing(runs):
    given_and_injected = 5 + 1
    assert len(cells_of(runs[1])) == given_and_injected
    assert "never" not in printed(runs[1])
    assert "application/vnd.plotly.v1+json" in str(cells_of(runs[1])[3]["outputs"])


def test_error_travels_with_the_notebook(runs):
    metadata = json.loads(runs[1].path.read_text(encoding="utf-8"))["metadata"]
    assert metadata["opsreview"]["error"] == runs[1].error
    assert "input_path" not in metadata["papermill"]


def test_nothing_unfinished_is_left_behind(runs):
    files = sorted(path.name for path in runs[0].path.parent.iterdir())
    assert files == ["oncall_load.ipynb", "retrospective.ipynb"]


def test_dead_kernel_and_endless_cell_are_errors_told_without_noise(tmp_path, capfd):
    notebooks = [
        write_notebook(tmp_path / "dead.ipynb", parameters(), code(DEAD)),
        write_notebook(tmp_path / "endless.ipynb", text("# Waits"), parameters(), code(ENDLESS)),
    ]
    dead, endless = run_notebooks(
        notebooks, {}, tmp_path / "done", on_done=lambda run: None, cell_timeout_seconds=3
    )
    assert dead.error == f"DeadKernelError: Kernel died (cell 2: {DEAD})"
    assert endless.error is not None
    assert endless.error.startswith("CellTimeoutError: ")
    assert endless.error.endswith(f"(cell 3: {ENDLESS})")
    assert dead.path.exists()
    assert endless.path.exists()
    assert capfd.readouterr() == ("", "")


def test_undeclared_parameter_is_an_error_before_anything_runs(tmp_path):
    notebook = write_notebook(tmp_path / "a.ipynb", parameters())
    with pytest.raises(NotebookError, match="does not declare the parameter 'teem': it has cycle"):
        run_notebooks([notebook], {"teem": "x"}, tmp_path / "done", on_done=print)
    assert not (tmp_path / "done").exists()


def test_parameter_that_is_no_name_is_an_error(tmp_path):
    notebook = write_notebook(tmp_path / "a.ipynb", parameters())
    with pytest.raises(NotebookError, match="is not a Python name"):
        check_parameters(notebook, {"team=1\nimport os": "x"})


def test_value_that_papermill_would_turn_into_text_is_an_error(tmp_path):
    notebook = write_notebook(tmp_path / "a.ipynb", parameters())
    with pytest.raises(NotebookError, match="parameter 'team' is a PosixPath"):
        check_parameters(notebook, {"team": Path("x")})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (code(PARAMETERS), "a.ipynb has no cell tagged `parameters`"),
        (code("team = = 1", tags=("parameters",)), "is not Python"),
    ],
)
def test_notebook_without_readable_parameters_is_an_error(tmp_path, cell, message):
    with pytest.raises(NotebookError, match=message):
        check_parameters(write_notebook(tmp_path / "a.ipynb", cell), {})


def test_plain_assignments_declare_parameters_too(tmp_path):
    cell = code('team = "demo"\nimport os', tags=("parameters",))
    check_parameters(write_notebook(tmp_path / "a.ipynb", cell), {"team": "x"})


def test_missing_notebook_is_an_error_that_names_it(tmp_path):
    with pytest.raises(NotebookError, match=r"none\.ipynb cannot be read .* check the path"):
        check_parameters(tmp_path / "none.ipynb", {})


def test_file_that_is_no_notebook_is_an_error(tmp_path):
    (tmp_path / "a.ipynb").write_text("[]", encoding="utf-8")
    with pytest.raises(NotebookError, match="is not a notebook"):
        check_parameters(tmp_path / "a.ipynb", {})


def test_folder_that_cannot_be_made_is_an_error(tmp_path):
    notebook = write_notebook(tmp_path / "a.ipynb", parameters())
    with pytest.raises(OutputsError, match="cannot be written"):
        run_notebooks([notebook], {}, notebook / "below a file", on_done=print)


def test_importing_the_reports_imports_no_jupyter():
    script = (
        "import sys, opsreview.reports.notebooks, opsreview.reports.pages\n"
        "print([name for name in ('papermill', 'nbconvert', 'nbformat', 'plotly', 'bleach')"
        " if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"
