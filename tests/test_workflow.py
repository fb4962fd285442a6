"""The workflow for users: off until asked for, least rights, nothing local among its artifacts."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / ".github/workflows/retrospective.yml").read_text("utf-8")
WORKFLOW: dict[str, Any] = YAML(typ="safe").load(TEXT)
JOB = WORKFLOW["jobs"]["retrospective"]
STEPS: list[dict[str, Any]] = JOB["steps"]
STORE = "opsreview-store"


def step(name: str) -> dict[str, Any]:
    (found,) = [one for one in STEPS if one.get("name") == name]
    return found


@dataclass(frozen=True)
class Ended:
    """How a step ended."""

    code: int
    said: str
    outputs: str
    summary: str

    @property
    def is_warned(self) -> bool:
        return "::warning " in self.said


def ended(script: str, folder: Path, **variables: str) -> Ended:
    """Run a step's script as Actions does."""
    outputs, summary = folder / "outputs.txt", folder / "summary.txt"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "TEAM": "tool",
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_REPOSITORY": "analysts/reviews",
            "GITHUB_REF_NAME": "main",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    read = [path.read_text("utf-8") if path.is_file() else "" for path in (outputs, summary)]
    return Ended(done.returncode, done.stdout + done.stderr, *read)


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/usr/bin/env bash\n{script}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def opsreview_ends(folder: Path, code: int) -> None:
    """An opsreview that writes down its arguments, names a page and ends with ``code``."""
    cycle = folder / "outputs" / "tool" / "2026-10"
    cycle.mkdir(parents=True)
    (cycle / "summary.md").write_text("# tool: October 2026\n", "utf-8")
    page = "" if code in (1, 2) else "echo outputs/tool/2026-10/index.html"
    script = f'printf "%s\\n" "$@" > arguments.txt\n{page}\nexit {code}'
    program(folder / ".venv/bin/opsreview", script)


def arguments(folder: Path) -> list[str]:
    return (folder / "arguments.txt").read_text("utf-8").splitlines()


def test_it_fetches_every_week_and_reviews_every_month():
    weekly, monthly = (entry["cron"].split() for entry in WORKFLOW["on"]["schedule"])
    assert weekly[2:] == ["*", "*", "1"]
    assert monthly[2:] == ["2,9", "*", "*"]
    assert step("Review")["if"] == f"github.event.schedule != '{' '.join(weekly)}'"
    assert set(WORKFLOW["on"]) == {"schedule", "workflow_dispatch"}


def test_it_does_nothing_until_a_team_is_named():
    assert list(WORKFLOW["jobs"]) == ["retrospective"]
    assert JOB["if"] == "vars.OPSREVIEW_TEAM != ''"


def test_it_may_read_and_nothing_else():
    assert WORKFLOW["permissions"] == dict.fromkeys(
        ["actions", "contents", "issues", "pull-requests"], "read"
    )
    assert "permissions" not in JOB
    (checkout,) = [one for one in STEPS if "checkout" in one.get("uses", "")]
    assert checkout["with"]["persist-credentials"] is False


def test_two_runs_never_fetch_at_once():
    assert WORKFLOW["concurrency"] == {
        "group": "opsreview-retrospective",
        "cancel-in-progress": False,
    }


def test_the_token_is_given_to_the_step_that_fetches_alone():
    assert not {"GITHUB_TOKEN", "GH_TOKEN"} & set(WORKFLOW["env"])
    holders = [one["name"] for one in STEPS if "GITHUB_TOKEN" in one.get("env", {})]
    assert holders == ["Fetch"]
    assert TEXT.count("secrets.OPSREVIEW_GITHUB_TOKEN") == 1
    (keyed,) = [one["name"] for one in STEPS if "OPSREVIEW_PSEUDONYM_KEY" in one.get("env", {})]
    assert keyed == "Review"


def test_nothing_from_outside_is_pasted_into_a_script():
    assert not [one["run"] for one in STEPS if "${{" in one.get("run", "")]


def test_what_is_published_is_pages_and_summary_and_nothing_local(built_demo, tmp_path):
    outputs = tmp_path / "outputs"
    shutil.copytree(built_demo.parent, outputs / "demo")
    shutil.copytree(built_demo.parent.parent / "store", outputs / "store")
    shutil.copytree(built_demo / "notebooks", outputs / "demo" / "lab" / "2026-10")
    published = uploaded("Publish the pages", tmp_path)
    names = {path.relative_to(outputs / "demo").as_posix() for path in published}
    assert {"index.html", "2026-10/index.html", "2026-10/summary.md"} <= names
    pages = {name for name in names if name.endswith(".html")}
    assets = {name for name in names if name.startswith("2026-10/assets/")}
    assert names == pages | assets | {"2026-10/summary.md"}
    assert all(_linked(path) <= names for path in published if path.suffix == ".html")
    kept = {path.name for path in uploaded("Keep the store", tmp_path)}
    assert "demo.sqlite" in kept
    assert kept <= {"demo.sqlite", "demo.sqlite-wal", "demo.sqlite-shm"}


def uploaded(name: str, folder: Path) -> list[Path]:
    """The files that an upload of the demo's outputs takes."""
    given = step(name)["with"]
    paths = given["path"].replace("${{ vars.OPSREVIEW_TEAM }}", "demo").splitlines()
    found = [path for pattern in paths for path in folder.glob(pattern)]
    inside = [path for folder in found if folder.is_dir() for path in folder.rglob("*")]
    return [path for path in (*found, *inside) if path.is_file()]


def _linked(page: Path) -> set[str]:
    """The local files that a page of the demo needs or leads to."""
    links = re.findall(r'(?:href|src)="([^"#:]+)"', page.read_text("utf-8"))
    team = page.parents[1] if page.parent.name == "2026-10" else page.parent
    return {(page.parent / link).resolve().relative_to(team).as_posix() for link in links}


def test_store_and_pages_are_artifacts_of_their_own():
    names = [one["with"]["name"] for one in STEPS if "upload-artifact" in one.get("uses", "")]
    assert names == [STORE, "retrospective"]


@pytest.mark.parametrize(
    ("code", "ends_with", "is_warned"),
    [(0, 0, False), (1, 1, False), (2, 2, False), (3, 0, True), (4, 0, True)],
)
def test_fetch_goes_on_where_what_was_read_is_worth_keeping(tmp_path, code, ends_with, is_warned):
    opsreview_ends(tmp_path, code)
    done = ended(step("Fetch")["run"], tmp_path, SWEEP="")
    assert (done.code, done.is_warned) == (ends_with, is_warned)
    assert done.outputs == f"code={code}\n"
    assert arguments(tmp_path) == ["fetch", "tool", "--max-wait", "65"]
    is_kept = f'"{code}"' in step("Keep the store")["if"]
    assert is_kept == (ends_with == 0)


def test_fetch_by_hand_may_look_at_everything(tmp_path):
    opsreview_ends(tmp_path, 0)
    assert ended(step("Fetch")["run"], tmp_path, SWEEP="--sweep").code == 0
    assert arguments(tmp_path)[-1] == "--sweep"


@pytest.mark.parametrize(
    ("code", "fetch", "ends_with", "is_warned"),
    [
        (0, "0", 0, False),
        (4, "0", 0, False),
        (4, "3", 0, False),
        (1, "0", 1, False),
        (1, "3", 0, True),
        (2, "3", 2, False),
    ],
)
def test_review_is_published_whole_or_not(tmp_path, code, fetch, ends_with, is_warned):
    opsreview_ends(tmp_path, code)
    variables = {"FETCH": fetch, "CYCLE": "", "OPSREVIEW_PSEUDONYM_KEY": "key"}
    done = ended(step("Review")["run"], tmp_path, **variables)
    assert (done.code, done.is_warned) == (ends_with, is_warned)
    assert done.outputs == f"code={code}\n"
    is_told = code in (0, 4)
    assert done.summary == ("# tool: October 2026\n" if is_told else "")
    assert (f'"{code}"' in step("Publish the pages")["if"]) == is_told
    assert arguments(tmp_path) == ["run", "tool", "--offline"]


def test_review_names_the_cycle_asked_for_and_misses_the_key(tmp_path):
    opsreview_ends(tmp_path, 0)
    variables = {"FETCH": "0", "CYCLE": "2026-q3 --as-of x", "OPSREVIEW_PSEUDONYM_KEY": ""}
    done = ended(step("Review")["run"], tmp_path, **variables)
    assert arguments(tmp_path)[-2:] == ["--cycle", "2026-q3 --as-of x"]
    assert "::notice title=No pseudonym key::" in done.said


@pytest.mark.parametrize(
    ("fetch", "review", "ends_with"),
    [
        ("0", "", 0),
        ("0", "0", 0),
        ("4", "", 4),
        ("0", "4", 4),
        ("4", "0", 4),
        ("3", "", 0),
        ("3", "4", 0),
    ],
)
def test_job_fails_at_the_end_where_something_is_not_whole(tmp_path, fetch, review, ends_with):
    done = ended(
        step("Fail where something is not whole")["run"], tmp_path, FETCH=fetch, REVIEW=review
    )
    assert done.code == ends_with
    assert STEPS[-1]["name"] == "Fail where something is not whole"


@pytest.mark.parametrize(
    ("private", "allowed", "ends_with"),
    [("true", "", 0), ("false", "", 1), ("false", "yes", 0), ("", "", 1)],
)
def test_public_repository_is_refused_before_anything_is_read(
    tmp_path, private, allowed, ends_with
):
    program(tmp_path / "bin/gh", f"echo {private}")
    first = STEPS[0]
    assert ended(first["run"], tmp_path, IN_PUBLIC=allowed).code == ends_with


def github(folder: Path, runs: list[tuple[int, str, str]]) -> None:
    """A gh that knows runs as (id, event, what its store is: there, expired or none)."""
    listed = [{"databaseId": run, "event": event} for run, event, _ in runs]
    (folder / "list.json").write_text(json.dumps(listed), "utf-8")
    for run, _, store in runs:
        artifacts = [{"name": "retrospective", "expired": False, "id": run * 10}]
        if store:
            artifacts.append({"name": STORE, "expired": store == "expired", "id": run * 10 + 1})
        answer = json.dumps({"artifacts": artifacts})
        (folder / f"{run}.json").write_text(answer, "utf-8")
    program(
        folder / "bin/gh",
        'while [ $# -gt 0 ]; do case "$1" in\n'
        "  list) file=list.json ;; --jq) filter=$2 ;;\n"
        '  repos/*) run=${1%/artifacts}; file=${run##*/}.json; [ -f "$file" ] || exit 1 ;;\n'
        "  download) echo $2 >> downloaded.txt; exit ;;\n"
        'esac; shift; done\njq -r "$filter" "$file"',
    )


RUNS = [
    (9, "pull_request", "there"),
    (8, "schedule", ""),
    (7, "workflow_dispatch", "expired"),
    (6, "workflow_dispatch", "there"),
    (5, "schedule", "there"),
]


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed: gh has its own")
@pytest.mark.parametrize(
    ("runs", "taken"), [(RUNS, "6\n"), (RUNS[4:], "5\n"), (RUNS[:3], ""), ([], "")]
)
def test_store_is_the_one_that_our_last_run_kept(tmp_path, runs, taken):
    github(tmp_path, runs)
    done = ended(step("Restore the store of the last run that kept one")["run"], tmp_path)
    assert done.code == 0, done.said
    downloaded = tmp_path / "downloaded.txt"
    assert (downloaded.read_text("utf-8") if downloaded.is_file() else "") == taken
    assert ("No store yet" in done.said) == (taken == "")


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed: gh has its own")
def test_store_that_cannot_be_asked_for_is_an_error_and_not_a_new_beginning(tmp_path):
    github(tmp_path, RUNS)
    (tmp_path / "8.json").unlink()
    done = ended(step("Restore the store of the last run that kept one")["run"], tmp_path)
    assert done.code == 1
    assert not (tmp_path / "downloaded.txt").exists()


def test_scripts_are_sound_shell():
    for one in STEPS:
        if "run" in one:
            subprocess.run(["bash", "-n", "-c", one["run"]], check=True)
