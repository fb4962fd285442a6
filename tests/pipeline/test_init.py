"""``opsreview init``: a new team, its drafts from a dump at once or from the store later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import WHOLE, assert_refused, everything_in, opsreview
from dump_factory import SmallTeam, later, small_team, write_dump, write_yaml
from factories import REPO

from opsreview.metrics.registry import METRICS
from opsreview.operating_model.document import OperatingModel, load_model
from opsreview.params import load_team

OPENED = [f"2026-10-{day:02} 09:00" for day in range(1, 13)]


def model_of(team: SmallTeam) -> OperatingModel:
    people = load_team(team.name, team.params).people
    return load_model(team.folder / "operating_model.yaml", people, METRICS)


def busy_dump(folder: Path, *, people: tuple[str, ...] = ("ada", "ada", "ben")) -> Path:
    """A dozen issues that these answer in turn, each within an hour."""
    said = [
        {"number": n, "author": people[n % len(people)], "created_at": later(moment, hours=1)}
        for n, moment in enumerate(OPENED, 1)
    ]
    return write_dump(folder, issues=[{"opened_at": moment} for moment in OPENED], comments=said)


def on_dump(root: Path, *more: str) -> list[str]:
    return ["--repo", REPO, "--dump", str(root / "dump"), *more]


def test_init_drafts_people_and_model_from_a_dump_in_the_same_command(tmp_path):
    busy_dump(tmp_path / "dump")
    team = SmallTeam(tmp_path)
    done = opsreview(team, "init", *on_dump(tmp_path))
    assert done.exit_code == WHOLE, done.output
    assert "review.yaml, people.yaml, operating_model.yaml" in done.stdout
    assert set(load_team("small", team.params).people) == {"ada", "ben"}
    model = model_of(team)
    assert model.entry.roles["triage-lead"].owner == "ada"
    assert model.response_hours() == 4
    assert not team.store.exists()
    assert [path.name for path in team.params.iterdir()] == ["small"]
    assert opsreview(team, "check").exit_code == WHOLE
    assert opsreview(team, "fetch").exit_code == WHOLE
    assert opsreview(team, "build").exit_code == WHOLE


def test_init_again_drafts_from_the_store_what_is_missing_and_leaves_the_rest(tmp_path):
    busy_dump(tmp_path / "dump")
    team = small_team(tmp_path / "other", issues=[{}])
    source = {"kind": "github_dump", "path": str(tmp_path / "dump")}
    given = {"repos": [REPO], "timezone": "UTC", "sources": [source]}
    write_yaml(team.folder / "review.yaml", given)
    assert_refused(opsreview(team, "init"), "run `opsreview fetch` first")
    team.fetch()
    before = (team.folder / "review.yaml").read_bytes()
    done = opsreview(team, "init")
    assert done.exit_code == WHOLE, done.output
    assert "people.yaml, operating_model.yaml" in done.stdout
    assert "left alone: review.yaml" in done.stdout
    assert (team.folder / "review.yaml").read_bytes() == before
    files = everything_in(team.params)
    assert_refused(opsreview(team, "init"), "is there already")
    assert everything_in(team.params) == files


def test_a_draft_names_the_people_that_are_there(tmp_path):
    team = small_team(
        tmp_path,
        people={"anna": {"accounts": ["ada"]}},
        issues=[{"opened_at": moment} for moment in OPENED],
        comments=[
            {"number": n, "created_at": later(at, hours=1)} for n, at in enumerate(OPENED, 1)
        ],
    ).fetch()
    done = opsreview(team, "init")
    assert done.exit_code == WHOLE, done.output
    assert "left alone: review.yaml, people.yaml" in done.stdout
    assert model_of(team).entry.roles["triage-lead"].owner == "anna"


def test_a_model_that_is_there_stays_and_only_people_are_drafted(tmp_path):
    busy_dump(tmp_path / "dump")
    team = SmallTeam(tmp_path)
    assert opsreview(team, "init", *on_dump(tmp_path)).exit_code == WHOLE
    team.fetch()
    (team.folder / "people.yaml").unlink()
    model = (team.folder / "operating_model.yaml").read_bytes()
    done = opsreview(team, "init")
    assert done.exit_code == WHOLE, done.output
    assert (team.folder / "operating_model.yaml").read_bytes() == model
    assert set(load_team("small", team.params).people) == {"ada", "ben"}


def test_a_dump_that_is_not_there_yet_makes_a_team_to_draft_later(tmp_path):
    team = SmallTeam(tmp_path)
    done = opsreview(team, "init", *on_dump(tmp_path, "--preset", "small-team"))
    assert done.exit_code == WHOLE, done.output
    assert "is not there yet" in done.stdout
    assert "opsreview init small --preset small-team" in done.stdout
    assert not (team.folder / "people.yaml").exists()


def test_a_dump_that_cannot_be_read_makes_nothing(tmp_path):
    (busy_dump(tmp_path / "dump") / "issues.jsonl").write_text("{not json", "utf-8")
    team = SmallTeam(tmp_path)
    assert_refused(opsreview(team, "init", *on_dump(tmp_path)), "issues.jsonl")
    assert list(team.params.iterdir()) == []


def test_a_team_of_one_is_drafted(tmp_path):
    busy_dump(tmp_path / "dump", people=("ada",))
    team = SmallTeam(tmp_path)
    done = opsreview(team, "init", *on_dump(tmp_path, "--preset", "vscode-extension"))
    assert done.exit_code == WHOLE, done.output
    assert {role.owner for role in model_of(team).entry.roles.values()} == {"ada"}
    assert opsreview(team, "check").exit_code == WHOLE


def test_an_empty_repository_names_nobody_and_says_so(tmp_path):
    write_dump(tmp_path / "dump")
    team = SmallTeam(tmp_path)
    done = opsreview(team, "init", *on_dump(tmp_path))
    assert done.exit_code == WHOLE, done.output
    assert "names nobody who runs the repositories: write people.yaml by hand" in done.stdout
    assert not (team.folder / "people.yaml").exists()
    assert model_of(team).entry.model_dump(exclude_defaults=True) == {"version": 1}
    assert opsreview(team, "check").exit_code == WHOLE


def test_what_looks_like_a_machine_is_not_drafted_as_a_person(tmp_path):
    busy_dump(tmp_path / "dump", people=("ada", "DrahtBot"))
    path = tmp_path / "dump" / "issue_comments.jsonl"
    said = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    as_member = [json.dumps(one | {"author_association": "MEMBER"}) for one in said]
    path.write_text("\n".join(as_member), "utf-8")
    team = SmallTeam(tmp_path)
    assert opsreview(team, "init", *on_dump(tmp_path)).exit_code == WHOLE
    assert set(load_team("small", team.params).people) == {"ada"}
    text = (team.folder / "operating_model.yaml").read_text("utf-8")
    assert "bots: [DrahtBot]" in text


def test_codeowners_of_a_checkout_give_areas_their_owners(tmp_path):
    busy_dump(tmp_path / "dump")
    checkout = tmp_path / "clone"
    (checkout / ".github").mkdir(parents=True)
    rules = "* @org/all\n/src/preview/ @BEN @stranger\n/docs @stranger # nobody here\n"
    (checkout / ".github/CODEOWNERS").write_text(rules, "utf-8")
    (checkout / "package.json").write_text("no json", "utf-8")
    team = SmallTeam(tmp_path)
    done = opsreview(team, "init", *on_dump(tmp_path, "--checkout", str(checkout)))
    assert done.exit_code == WHOLE, done.output
    (area,) = model_of(team).entry.areas.values()
    assert (area.owner, area.path) == ("ben", "src/preview/")


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ([], "name its repository with --repo OWNER/NAME"),
        (["--repo", REPO, "--preset", "huge"], "write small-team or vscode-extension"),
        (["--repo", REPO, "--checkout", "nowhere"], "--checkout nowhere is no folder"),
        (["--repo", REPO, "--timezone", "Mars"], "'Mars' is not a time zone"),
    ],
)
def test_what_cannot_be_is_told_in_one_message_and_leaves_nothing(tmp_path, asked, what):
    team = SmallTeam(tmp_path)
    assert_refused(opsreview(team, "init", *asked), what)
    assert everything_in(tmp_path) == {}
    assert not list(tmp_path.rglob(".new-*"))


def test_options_of_a_new_team_are_refused_where_one_is_there(tmp_path):
    team = small_team(tmp_path, issues=[{}]).fetch()
    before = everything_in(team.params)
    done = opsreview(team, "init", "--repo", REPO, "--timezone", "UTC")
    assert_refused(done, "leave out --repo and --timezone", "choose another name")
    assert everything_in(team.params) == before
