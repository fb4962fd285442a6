"""The first commands a new team runs: init, lab."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from commands import WHOLE, assert_refused, everything_in, opsreview
from dump_factory import SmallTeam, small_team
from factories import REPO

from opsreview.params import load_team


@pytest.fixture
def team(tmp_path: Path) -> SmallTeam:
    """A team whose October is built."""
    team = small_team(tmp_path, issues=[{}])
    team.build()
    return team


def test_init_makes_a_team_that_fetches_and_builds(tmp_path):
    old = small_team(tmp_path, issues=[{}])
    new = SmallTeam(tmp_path, "new-team")
    asked = ["--repo", REPO, "--dump", str(tmp_path / "dump"), "--timezone", "Europe/Madrid"]
    done = opsreview(new, "init", *asked)
    assert done.exit_code == WHOLE, done.output
    assert "then opsreview run new-team" in done.stdout
    assert opsreview(new, "fetch").exit_code == WHOLE
    assert opsreview(new, "build").exit_code == WHOLE
    run = json.loads((new.outputs / "new-team" / "2026-10" / "run.json").read_text("utf-8"))
    assert (run["zone"], run["privacy"], run["repos"][0]["n_items"]) == (
        "Europe/Madrid",
        "pseudonyms",
        1,
    )
    before = everything_in(tmp_path / "params")
    assert_refused(opsreview(new, "init", *asked), "is there already", "choose another name")
    assert_refused(opsreview(old, "init", *asked), "is there already")
    assert everything_in(tmp_path / "params") == before


def test_init_without_a_dump_makes_a_team_that_reads_github(tmp_path):
    team = SmallTeam(tmp_path)
    done = opsreview(team, "init", "--repo", REPO, "--timezone", "Europe/Madrid")
    assert done.exit_code == WHOLE, done.output
    assert "GITHUB_TOKEN in the environment, then opsreview fetch small" in done.stdout
    (source,) = load_team("small", team.params).review.sources
    assert source.key == "github:https://api.github.com"
    assert f"reads {REPO} from github" in opsreview(team, "check").stdout


@pytest.mark.parametrize(
    ("commented", "key"),
    [
        ("{kind: github, api_url: .*}", "github:https://HOST/api/v3"),
        ("{kind: github_dump, .*}", "github_dump:../../dumps/NAME"),
    ],
)
def test_what_init_leaves_as_a_comment_can_take_the_sources_place(tmp_path, commented, key):
    team = SmallTeam(tmp_path)
    assert opsreview(team, "init", "--repo", REPO).exit_code == WHOLE
    path = team.folder / "review.yaml"
    text = path.read_text("utf-8")
    (entry,) = re.findall(commented, text)
    path.write_text(re.sub("- {kind: github} .*", f"- {entry}", text), "utf-8")
    (source,) = load_team("small", team.params).review.sources
    assert source.key == key


@pytest.mark.parametrize(
    ("name", "repo", "what"),
    [
        ("new", "product", "'product' is not owner/name"),
        ("../new", REPO, "cannot be a team's name"),
        ("store", REPO, "cannot be a team's name"),
    ],
)
def test_init_refuses_what_would_not_load_and_leaves_nothing(tmp_path, name, repo, what):
    team = small_team(tmp_path)
    before = everything_in(tmp_path)
    asked = ["--repo", repo, "--dump", str(tmp_path / "dump")]
    assert_refused(opsreview(SmallTeam(team.root, name), "init", *asked), what)
    assert everything_in(tmp_path) == before


def test_init_takes_a_dump_in_a_folder_of_any_name(tmp_path):
    team = SmallTeam(tmp_path)
    odd = Path(shutil.move(small_team(tmp_path / "a", issues=[{}]).root, tmp_path / "it's, {a} #1"))
    asked = ["--repo", REPO, "--dump", str(odd / "dump")]
    assert opsreview(team, "init", *asked).exit_code == WHOLE
    assert opsreview(team, "fetch").exit_code == WHOLE


def test_init_tells_of_a_params_folder_that_cannot_be_written(tmp_path):
    team = SmallTeam(tmp_path)
    team.params.write_text("a file in its place", "utf-8")
    done = opsreview(team, "init", "--repo", REPO, "--dump", str(tmp_path))
    assert_refused(done, "small cannot be made", "--params")


def test_folder_that_a_killed_build_left_is_no_cycle(team, monkeypatch):
    monkeypatch.setattr("opsreview.reports.working_copies.open_lab", lambda folder, first: 0)
    cycle = team.outputs / "small" / "2026-10"
    shutil.copytree(cycle, cycle.with_name(".2026-11-abc"))
    assert opsreview(team, "lab").exit_code == WHOLE


def test_lab_opens_working_copies_with_the_cycle_filled_in(team, monkeypatch):
    opened: list[Path] = []

    def open_lab(folder: Path, first: Path) -> int:
        opened.extend([folder, first])
        return 0

    monkeypatch.setattr("opsreview.reports.working_copies.open_lab", open_lab)
    assert opsreview(team, "lab").exit_code == WHOLE
    folder, first = opened
    assert first.name == "retrospective.ipynb"
    copies = sorted(path.name for path in folder.glob("*.ipynb"))
    assert len(copies) == 6
    cells = json.loads(first.read_text("utf-8"))["cells"]
    (filled,) = [c for c in cells if "injected-parameters" in c["metadata"].get("tags", [])]
    source = "".join(filled["source"])
    assert 'team = "small"' in source
    assert 'cycle = "2026-10"' in source
    first.write_text("my own notes", "utf-8")
    assert opsreview(team, "lab").exit_code == WHOLE
    assert first.read_text("utf-8") == "my own notes"


@pytest.mark.parametrize("names", ["shown", "pseudonyms", "roles"])
def test_new_team_says_how_its_people_appear(tmp_path, names):
    team = SmallTeam(tmp_path, "new")
    done = opsreview(team, "init", "--repo", REPO, "--names", names)

    assert done.exit_code == WHOLE
    review = (team.folder / "review.yaml").read_text("utf-8")
    assert f"privacy: {{names: {names}}}" in review
    assert "pseudonyms, where others read them too" in review


def test_new_team_that_was_not_asked_appears_under_pseudonyms(tmp_path):
    team = SmallTeam(tmp_path, "new")
    opsreview(team, "init", "--repo", REPO)

    assert load_team("new", team.folder.parent).review.privacy.names == "pseudonyms"


def test_other_names_than_the_three_are_wrong_usage(tmp_path):
    assert (
        opsreview(SmallTeam(tmp_path, "new"), "init", "--repo", REPO, "--names", "x").exit_code == 2
    )
