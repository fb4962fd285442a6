"""The commands as a person types them: one clear message, the right exit code, nothing lost."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from commands import (
    NOT_WHOLE,
    STOPPED,
    WHOLE,
    WRONG_USAGE,
    assert_refused,
    everything_in,
    opsreview,
)
from dump_factory import INCIDENTS, SmallTeam, small_team, write_csv, write_yaml
from factories import REPO
from typer.testing import CliRunner

from opsreview import pipeline
from opsreview.cli import app
from opsreview.errors import SourceError
from opsreview.review import Review
from opsreview.sources.github.dump import GithubDump
from opsreview.store import Store


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A team whose October is built."""
    root = tmp_path_factory.mktemp("october")
    write_csv(root / "incidents.csv", {"id": "i1", "started_at": "x", "resolved_at": ""})
    team = small_team(root, issues=[{}, {"closed_at": "2026-10-09 09:00"}])
    assert opsreview(team, "fetch").exit_code == WHOLE
    assert opsreview(team, "build", "--cycle", "2026-10").exit_code == WHOLE
    return root


@pytest.fixture
def team(october: Path, tmp_path: Path) -> SmallTeam:
    """A copy of it to spoil."""
    return SmallTeam(Path(shutil.copytree(october, tmp_path / "october")))


def with_source(**source: Any) -> Callable[[SmallTeam], object]:
    """A further source in review.yaml."""

    def change(team: SmallTeam) -> None:
        review = json.loads((team.folder / "review.yaml").read_text("utf-8"))
        review["sources"].append(source)
        write_yaml(team.folder / "review.yaml", review)

    return change


def with_review(**keys: Any) -> Callable[[SmallTeam], object]:
    """review.yaml with other keys."""

    def change(team: SmallTeam) -> None:
        review = json.loads((team.folder / "review.yaml").read_text("utf-8"))
        write_yaml(team.folder / "review.yaml", review | keys)

    return change


def cut_short(team: SmallTeam) -> None:
    """The dump's issues as a download leaves them that was broken off."""
    dump = team.root / "dump"
    packed = gzip.compress((dump / "issues.jsonl").read_bytes())
    (dump / "issues.jsonl").unlink()
    (dump / "issues.jsonl.gz").write_bytes(packed[:-20])


def without_issues(team: SmallTeam) -> None:
    (team.root / "dump" / "issues.jsonl").unlink()


def not_yaml(team: SmallTeam) -> None:
    (team.folder / "review.yaml").write_text("repos: [a/b\nsources: }", "utf-8")


def no_dump(team: SmallTeam) -> None:
    (team.root / "dump" / "dump.json").unlink()


BAD_PARAMS = {
    "unknown key": (with_review(repositories=[REPO]), "repositories: unknown key", "known keys: "),
    "repo name": (with_review(repos=["gui"]), "'gui' is not owner/name", "write it like"),
    "unknown zone": (with_review(timezone="Madrid"), "'Madrid' is not a time zone", "write it"),
    "not YAML": (not_yaml, "review.yaml:2: this is not YAML", "correct this line"),
    "unknown kind": (with_source(kind="gitlab"), "'gitlab' is not known", "write one of: "),
    "column that is not ours": (
        with_source(**{**INCIDENTS, "columns": {"incident_id": "id", "begun_at": "started_at"}}),
        "begun_at is no column of incidents",
        "its columns: ",
    ),
}
BAD_SOURCES = {
    "missing path": (
        with_source(**{**INCIDENTS, "path": "../../gone.csv"}),
        "gone.csv is missing",
        "paths are seen from review.yaml",
    ),
    "cut gzip": (cut_short, "issues.jsonl.gz cannot be read", "save the dump again"),
    "no issues": (without_issues, "holds no issues file", "save the issues as issues.jsonl"),
    "no dump": (no_dump, "dump.json is missing", "a dump is a folder with dump.json"),
    "unmapped column": (
        with_source(**{**INCIDENTS, "columns": {"incident_id": "number", "opened_at": "id"}}),
        "incidents.csv has no column 'number'",
        "the columns there are: id, started_at, resolved_at",
    ),
    "calendar that is none": (
        with_source(kind="ics", path="../../incidents.csv", person="(?P<person>.+)"),
        "incidents.csv is not a calendar",
        "export it again as .ics",
    ),
}


@pytest.fixture
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are not written: they are dear, and tested elsewhere."""

    def report(name: str, *, outputs: Path, cycle: str, **_: Any) -> pipeline.Outcome:
        return pipeline.Outcome(outputs / name / cycle / "index.html")

    monkeypatch.setattr(pipeline, "report", report)


def history_in(team: SmallTeam) -> list[str]:
    """What the store holds, but for how far it was read."""
    with closing(sqlite3.connect(team.store)) as store:
        return [line for line in store.iterdump() if 'INTO "readings"' not in line]


@pytest.mark.parametrize("bad", BAD_PARAMS)
def test_bad_params_are_one_message_and_nothing_is_touched(team, bad):
    change, what, next_step = BAD_PARAMS[bad]
    before = everything_in(team.outputs)
    change(team)
    for command in ("fetch", "run"):
        assert_refused(opsreview(team, command), what, next_step)
    assert everything_in(team.outputs) == before


@pytest.mark.parametrize("bad", BAD_SOURCES)
def test_source_that_cannot_be_read_is_one_message_and_no_history_is_lost(team, bad, no_pages):
    change, what, next_step = BAD_SOURCES[bad]
    before = history_in(team)
    change(team)
    assert_refused(opsreview(team, "fetch"), what, next_step)
    done = opsreview(team, "run")
    assert done.exit_code == NOT_WHOLE
    assert what in done.stderr
    assert next_step in done.stderr
    assert done.stdout == f"{team.outputs / 'small' / '2026-10' / 'index.html'}\n"
    assert history_in(team) == before


def test_very_first_run_that_reads_nothing_is_the_sources_error(tmp_path):
    team = small_team(tmp_path, issues=[{}])
    no_dump(team)
    assert_refused(opsreview(team, "run"), "dump.json is missing", "a dump is a folder with")


def test_unknown_team_names_the_teams_there_are(team):
    done = opsreview(SmallTeam(team.root, "larger"), "run")
    assert_refused(done, "there is no team 'larger'", "teams in", "small", "opsreview init larger")


def test_no_team_is_called_store(team):
    assert_refused(opsreview(SmallTeam(team.root, "store"), "run"), "no team is called 'store'")


@pytest.mark.parametrize(
    ("cycle", "what"),
    [
        ("October", "cycle 'October' is neither a month nor a quarter"),
        ("2026-13", "cycle '2026-13' is neither a month nor a quarter"),
        ("2026-12", "cycle 2026-12 has not begun: the data speaks until 2026-11-20 00:00 UTC"),
    ],
)
def test_cycle_that_cannot_be_built_is_refused(team, cycle, what):
    before = everything_in(team.outputs)
    assert_refused(opsreview(team, "build", "--cycle", cycle), what)
    assert everything_in(team.outputs) == before


def test_report_of_a_cycle_that_is_not_built_names_those_that_are(team):
    for command in ("report", "lab"):
        done = opsreview(team, command, "--cycle", "2026-09")
        assert_refused(done, "cycle 2026-09 of small is not built (built: 2026-10)", "--cycle")


def test_build_before_any_fetch_says_to_fetch(tmp_path):
    done = opsreview(small_team(tmp_path, issues=[{}]), "build")
    assert_refused(done, "there is no store at", "run `opsreview fetch")


@pytest.mark.parametrize("command", ["fetch", "run"])
def test_outputs_that_cannot_be_written_are_told(tmp_path, command):
    team = small_team(tmp_path, issues=[{}])
    team.outputs.write_text("a file in its place", "utf-8")
    assert_refused(opsreview(team, command), "cannot be used", "--outputs")


def test_cycle_folder_that_cannot_be_written_is_told_and_the_store_stays(team):
    before = team.store.read_bytes()
    blocked = team.outputs / "blocked"
    small_team(team.root, name="blocked", issues=[{}])
    other = SmallTeam(team.root, "blocked")
    assert opsreview(other, "fetch").exit_code == WHOLE
    blocked.write_text("a file in its place", "utf-8")
    assert_refused(opsreview(other, "build"), "blocked cannot be written", "--outputs")
    assert team.store.read_bytes() == before


def test_store_that_is_no_store_is_told(team):
    team.store.write_bytes(b"not a database, whatever its name says" * 100)
    assert_refused(opsreview(team, "build"), "is damaged", "move the file away and fetch again")


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "small", "--as-of", "yesterday"],
        ["build", "small", "--until", "2026-10"],
        ["build"],
        ["rebuild", "small"],
        ["init"],
    ],
)
def test_wrong_usage_is_exit_two(team, arguments):
    places = ["--params", str(team.params), "--outputs", str(team.outputs)]
    done = CliRunner().invoke(app, [*arguments, *places])
    assert done.exit_code == WRONG_USAGE
    assert "Traceback" not in done.output


def test_as_of_later_than_the_data_is_an_error_of_ours(team):
    done = opsreview(team, "build", "--as-of", "2027-01-01T00:00Z")
    assert_refused(done, "as of 2027-01-01 00:00 UTC cannot be told", "fetch first")


def test_as_of_without_a_zone_is_utc(team):
    assert opsreview(team, "build", "--as-of", "2026-11-02").exit_code == WHOLE
    review = Review(team.outputs / "small" / "2026-10")
    assert review.run["as_of"] == "2026-11-02T00:00:00+00:00"


def test_source_that_was_never_fetched_is_not_whole(team):
    with_source(**INCIDENTS)(team)
    done = opsreview(team, "build")
    assert done.exit_code == NOT_WHOLE
    assert "not whole: csv:incidents:incidents.csv is incomplete: never fetched" in done.stderr
    assert done.stdout.strip().endswith("small/2026-10")


def test_repository_without_a_source_is_not_whole(team):
    with_review(repos=[REPO, "team/other"])(team)
    done = opsreview(team, "build")
    assert done.exit_code == NOT_WHOLE
    assert "team/other is incomplete: no source gives its issues" in done.stderr


def test_progress_goes_to_stderr_and_the_path_to_stdout(team):
    done = opsreview(team, "fetch")
    assert done.stdout == f"{team.store}\n"
    assert done.stderr == "fetching github_dump:../../dump\n"


def test_store_that_another_process_writes_is_stopped_and_resumable(team, monkeypatch):
    other = sqlite3.connect(team.store, isolation_level=None)
    impatient = partial(sqlite3.connect, timeout=0)
    monkeypatch.setattr("opsreview.store.sqlite3.connect", impatient)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        done = opsreview(team, "fetch")
        assert done.exit_code == STOPPED
        assert "is being written by another process: run this again" in done.stderr
        other.execute("ROLLBACK")
    assert opsreview(team, "fetch").exit_code == WHOLE


def test_help_of_every_command_is_there_and_imports_nothing_heavy():
    script = (
        "import sys; from typer.testing import CliRunner; from opsreview.cli import app\n"
        "for words in ([], ['run'], ['decide'], ['lab']):\n"
        "    assert CliRunner().invoke(app, [*words, '--help']).exit_code == 0\n"
        "print([n for n in ('polars', 'scipy', 'dataframely', 'papermill') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_no_message_holds_a_token(team, monkeypatch):
    canary = "ghp_canary0123456789"

    def fetch(self: Any, store: Store, terms: pipeline.Terms) -> None:
        terms.watch.say(f"asking with {canary}")
        raise SourceError(f"GitHub does not know {canary}")

    monkeypatch.setattr(GithubDump, "fetch", fetch)
    for command in ("fetch", "run"):
        done = opsreview(team, command)
        assert canary not in done.output
        assert "asking with [secret]" in done.stderr
        assert "GitHub does not know [secret]" in done.stderr
    assert canary not in "".join(map(str, everything_in(team.outputs).values()))
    assert canary not in opsreview(SmallTeam(team.root, canary), "run").output


def test_no_traceback_or_log_holds_a_token():
    script = (
        "import logging\n"
        "from opsreview import pipeline\n"
        "from opsreview.cli import app\n"
        "from opsreview.secrets import Secret\n"
        "secret = Secret('canary-of-another-shape')\n"
        "def check(*_, **__):\n"
        "    logging.getLogger('x').warning('asking with %s', 'ghp_canary0123456789')\n"
        "    raise KeyError('ghp_canary0123456789 and ' + secret.reveal())\n"
        "pipeline.check = check\n"
        "app(['check', 'demo'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert "KeyError: '[secret] and [secret]'" in done.stderr
    assert "asking with [secret]" in done.stderr
    assert "canary0123456789" not in done.stdout + done.stderr.replace(script, "")
    assert "canary-of-another-shape" not in done.stdout + done.stderr
