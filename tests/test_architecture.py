"""The shape of the package: who may import whom, and what may be imported where.

A part is a module or folder of ``opsreview/``, the package itself, or the notebooks.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "opsreview"

# Each part, in the way of the data, and the parts it may import: only ever ones above it.
ALLOWED: dict[str, str] = {
    # what everything stands on
    "errors": "",
    "secrets": "",
    "cores": "",
    "holm": "",
    "place": "errors secrets",
    "window": "errors",
    "cycle_folders": "errors window",
    "estimate": "window",
    "working_time": "errors",
    "cadence": "",
    "rotation": "window working_time cadence",
    "train": "window working_time cadence",
    "yaml_file": "errors",
    # fetch and read: sources → store → tables
    "store": "errors secrets",
    "simulate": "window",
    "sources": "errors secrets window store simulate",
    "params": "errors yaml_file sources",
    "checkout": "errors sources",
    "tables": "errors window params sources",
    # measure
    "metrics": "cores holm window estimate working_time cadence rotation train tables",
    # say: what happened, beside what usually does and what should
    "usual": "",
    "wording": "estimate usual",
    "operating_model": "errors window estimate working_time cadence rotation train yaml_file "
    "metrics "
    "checkout wording",
    "findings": "",
    "claims": "estimate usual metrics wording operating_model findings",
    "privacy": "errors",
    "publish": "errors operating_model",
    # show a built cycle: all that a notebook sees
    "filtering": "errors cores window estimate working_time cadence rotation train tables metrics "
    "operating_model claims privacy",
    "planning": "errors window estimate working_time rotation metrics operating_model privacy "
    "filtering",
    "review": "errors window estimate usual rotation operating_model findings filtering planning",
    "figures": "window estimate usual wording",
    "blocks": "window estimate usual wording operating_model findings review",
    "explore": "errors estimate window working_time tables metrics operating_model filtering "
    "planning review figures",
    "opening": "errors review",
    "opsreview": "errors opening",
    # tell
    "reports": "errors cores window",
    # all teams beside each other
    "portfolio": "errors place holm window cycle_folders estimate usual wording operating_model "
    "blocks reports",
    "notebooks": "figures blocks explore opsreview portfolio",
    # the whole way, and who calls it
    "pipeline": "errors secrets window estimate working_time cadence rotation train yaml_file "
    "store sources params tables checkout metrics wording operating_model findings claims privacy "
    "publish filtering planning reports",
    # many teams
    "fleet": "errors secrets cores place cycle_folders store params privacy pipeline",
    "terminal": "secrets",
    "cli": "errors secrets place portfolio pipeline fleet terminal",
}

# What may be imported only behind a door: a folder or file of opsreview/.
DOORS: dict[str, str] = {
    "plotly": "figures",
    "anywidget": "explore",
    "ipywidgets IPython": "explore portfolio/panel.py",
    "papermill nbconvert nbclient nbformat jupyter_client": "reports",
    "httpx httpx2 requests urllib.request http.client ghapi socket": "sources",
    "icalendar": "sources planning/files.py",
    "recurring_ical_events": "sources",
    "pagerduty": "sources",
    "sqlite3": "store.py",
    "dataframely": "tables",
    "distributed": "fleet/executors.py",
    "scipy": "metrics planning portfolio/luck.py",
    "fsspec": "place.py",
    "typer": "cli",
    "rich": "terminal.py",
    # git; JupyterLab; and the notebooks' kernels
    "subprocess": "sources/git.py sources/github/token.py reports/working_copies.py "
    "reports/kernels.py",
}

HOMELESS = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
LONGEST_FILE = 400
HEAVY = {"polars", "numpy", "scipy", "dataframely", "pydantic", "plotly", "papermill", "nbconvert"}
HEAVY |= {"fsspec"}


@dataclass(frozen=True)
class Import:
    """One name that a file imports, wherever in the file: for types or in a function too."""

    path: Path
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} imports {self.name}"

    @property
    def module(self) -> str | None:
        """The module of opsreview that the name is, or is in; None for others' names."""
        name = self.name
        while name and name not in MODULES:
            name = name.rpartition(".")[0]
        return name or None

    def is_of(self, package: str) -> bool:
        return self.name == package or self.name.startswith(f"{package}.")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str:
    """``metrics`` for ``opsreview.metrics.view``, ``opsreview`` for the package itself."""
    return module.split(".")[1] if "." in module else module


def source_of(path: Path) -> str:
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def imports_of(path: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(source_of(path))):
        if isinstance(node, ast.Import):
            yield from (Import(path, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module_name(path.parent / "__init__.py")
            source = resolve_name("." * node.level + (node.module or ""), package)
            for alias in node.names:
                yield Import(path, node.lineno, f"{source}.{alias.name}")


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}
FILES: dict[str, list[Path]] = {"notebooks": sorted((ROOT / "notebooks").glob("*.ipynb"))}
for _module, _path in MODULES.items():
    FILES.setdefault(part_of(_module), []).append(_path)
IMPORTS = {path: list(imports_of(path)) for paths in FILES.values() for path in paths}


def imported_parts(part: str) -> dict[str, list[Import]]:
    """The other parts that a part imports, and where."""
    found: dict[str, list[Import]] = {}
    for each in (each for path in FILES[part] for each in IMPORTS[path]):
        if each.module and part_of(each.module) != part:
            found.setdefault(part_of(each.module), []).append(each)
    return found


def loaded_after(code: str, folder: Path) -> set[str]:
    """The packages that a fresh interpreter has loaded after it ran ``code``."""
    code += "\nimport sys; print('', *{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_every_part_is_in_the_map() -> None:
    assert set(FILES) == set(ALLOWED), "a new part starts in ALLOWED"


@pytest.mark.parametrize("part", sorted(FILES))
def test_a_part_imports_only_what_the_map_allows(part: str) -> None:
    allowed = ALLOWED.get(part, "").split()
    others = [
        str(each)
        for imported, where in imported_parts(part).items()
        if imported not in allowed
        for each in where
    ]
    assert not others, f"{part} may import {', '.join(allowed) or 'no other part'}"


def test_imports_go_one_way_because_the_map_only_points_up() -> None:
    order = list(ALLOWED)
    against = [
        f"{part} → {allowed}"
        for place, part in enumerate(order)
        for allowed in ALLOWED[part].split()
        if allowed not in order[:place]
    ]
    assert not against


def test_the_map_allows_nothing_that_nobody_uses() -> None:
    unused = {
        part: missing
        for part in FILES
        if (missing := set(ALLOWED.get(part, "").split()) - set(imported_parts(part)))
    }
    assert not unused


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {
        module: {each.module for each in IMPORTS[path] if each.module} - {module}
        for module, path in MODULES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" ← ".join(error.args[1]))


@pytest.mark.parametrize("guarded", sorted(DOORS))
def test_a_library_is_imported_only_behind_its_door(guarded: str) -> None:
    doors = [PACKAGE / door for door in DOORS[guarded].split()]
    outside = [
        str(each)
        for path, imports in IMPORTS.items()
        for each in imports
        if any(each.is_of(library) for library in guarded.split())
        and not any(path.is_relative_to(door) for door in doors)
    ]
    assert not outside, f"only behind {DOORS[guarded]}"


def test_nothing_is_imported_by_a_name_that_only_the_run_knows() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in IMPORTS
        for node in ast.walk(ast.parse(source_of(path)))
        if isinstance(node, ast.Name | ast.Attribute)
        and (node.id if isinstance(node, ast.Name) else node.attr)
        in {"import_module", "__import__"}
    ]
    assert not hidden, "write an import, so that the map can see it"


def test_files_stay_short() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in MODULES.values()}
    too_long = {path.name: length for path, length in lengths.items() if length > LONGEST_FILE}
    assert not too_long, f"split at {LONGEST_FILE} lines"


def test_every_file_is_named_for_its_topic() -> None:
    files = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    names = {part for path in files for part in path.relative_to(ROOT).with_suffix("").parts}
    assert not sorted(names & HOMELESS), "if a function has no home, its topic has no name yet"


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    assert not loaded_after("import opsreview", tmp_path) & HEAVY


def test_help_works_where_nothing_heavy_can_be_loaded(tmp_path: Path) -> None:
    code = f"import sys\nsys.modules |= dict.fromkeys({sorted(HEAVY)})\n{_command('--help')}"
    assert "opsreview" in loaded_after(code, tmp_path)


def test_fetch_loads_neither_statistics_nor_contracts_nor_notebooks(tmp_path: Path) -> None:
    code = _command("fetch", "demo", "--params", str(ROOT / "params"), "--outputs", "outputs")
    loaded = loaded_after(code, tmp_path)
    assert (tmp_path / "outputs/store/demo.sqlite").is_file()
    assert not loaded & {"scipy", "dataframely", "papermill", "nbconvert", "plotly"}


def test_a_notebook_loads_neither_statistics_nor_contracts_nor_yaml_models(tmp_path: Path) -> None:
    loaded = loaded_after("import opsreview.review, opsreview.figures, opsreview.blocks", tmp_path)
    assert {"polars", "plotly", "jinja2"} <= loaded
    assert not loaded & {"scipy", "dataframely", "pydantic", "papermill", "nbconvert"}


def test_pages_find_plotly_js_without_loading_plotly(tmp_path: Path) -> None:
    code = "from opsreview.reports.page_files import plotly_js\nassert plotly_js().is_file()"
    assert "plotly" not in loaded_after(code, tmp_path)


def _command(*words: str) -> str:
    """Code that runs ``opsreview`` with these words and goes on when it was well."""
    return (
        "from opsreview.cli import app\n"
        f"try: app({list(words)!r})\n"
        "except SystemExit as end:\n    assert not end.code, end.code"
    )
