"""Facts and drafts of whole histories: the demo's, whose truth is known, and real ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from commands import WHOLE, opsreview
from dump_factory import SmallTeam

from opsreview.operating_model.facts import Facts
from opsreview.params import load_team
from opsreview.pipeline.drafting import facts_of
from opsreview.pipeline.reading import read_history

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "github"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real histories are not at {DATA}")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> SmallTeam:
    """The demo's history with its people, without its model."""
    team = SmallTeam(tmp_path_factory.mktemp("demo"), "demo-again")
    team.folder.mkdir(parents=True)
    for name in ("review.yaml", "people.yaml"):
        shutil.copy(ROOT / "params" / "demo" / name, team.folder)
    return team.fetch()


@pytest.fixture(scope="module")
def facts(demo: SmallTeam) -> Facts:
    return facts_of(read_history(load_team(demo.name, demo.params), demo.store), None)


def test_ada_is_seen_to_triage_review_and_release_most(facts):
    assert {work: facts.tally(work).owner for work in ("triage", "review", "release")} == {
        "triage": "ada",
        "review": "ada",
        "release": "ada",
    }
    assert facts.tally("release").deputy is None
    assert facts.tally("triage").deputy == "cleo"


def test_the_train_is_seen_to_run_every_second_tuesday(facts):
    gaps = sorted(facts.release.gaps_days)
    assert 13 <= gaps[len(gaps) // 2] <= 15
    assert facts.release.weekday == "tuesday"


def test_areas_labels_and_rota_of_the_plan_are_seen(facts):
    assert {area.label for area in facts.areas} == {
        "area/author",
        "area/preview",
        "area/diagnostics",
    }
    assert {"area/", "kind/", "priority/"} <= set(facts.labels)
    assert sorted(facts.rota.order) == ["ada", "ada", "ben", "cleo"]
    assert facts.rota.handover == "monday 09:00"
    assert facts.machines == ()


def test_the_deadline_drafted_is_the_first_that_three_of_four_answers_met(facts):
    assert facts.answers.is_met
    assert 0.75 <= facts.answers.share < 0.85
    assert facts.answers.n > 100


@pytest.mark.parametrize("preset", ["", "small-team", "vscode-extension"])
def test_the_demos_draft_passes_the_check(demo, preset):
    (demo.folder / "operating_model.yaml").unlink(missing_ok=True)
    asked = ["--preset", preset] if preset else []
    done = opsreview(demo, "init", *asked)
    assert done.exit_code == WHOLE, done.output
    assert opsreview(demo, "check").exit_code == WHOLE


def init(root: Path, name: str) -> tuple[SmallTeam, str]:
    team = SmallTeam(root, "real")
    repo = name.replace("__", "/")
    done = opsreview(team, "init", "--repo", repo, "--dump", str(DATA / name))
    assert done.exit_code == WHOLE, done.output
    assert opsreview(team, "check").exit_code == WHOLE
    return team, (team.folder / "operating_model.yaml").read_text("utf-8")


@needs_data
def test_bitcoin_gui_has_a_quiet_year_and_a_machine_that_looks_like_a_user(tmp_path):
    team, text = init(tmp_path, "bitcoin-core__gui")
    people = load_team("real", team.params).people
    assert 1 < len(people) <= 12
    assert "DrahtBot" not in people
    assert "bots: [DrahtBot]" in text
    assert "  # release-manager: {owner: ???}  # no source gives releases" in text
    assert "even within 4 weeks only" in text


@needs_data
def test_a_history_without_events_still_tells_who_answers_and_merges(tmp_path):
    team, text = init(tmp_path, "quicwg__multipath")
    assert load_team("real", team.params).people
    assert "triage-lead: {owner: user-" in text
    assert "merged: user-" in text
    assert "bots:" not in text


@needs_data
def test_a_history_without_authors_names_nobody(tmp_path):
    team, text = init(tmp_path, "quarkusio__quarkus")
    assert not (team.folder / "people.yaml").exists()
    assert "{owner: ???}" in text
    assert "no source gives comments" in text
    assert "area/config" in text


@needs_data
def test_issues_without_authors_leave_the_promise_unchecked(tmp_path):
    _, text = init(tmp_path, "networkx__networkx")
    assert 'unchecked: "nobody\'s name is on the issues"' in text
