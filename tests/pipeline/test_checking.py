"""`opsreview check`: what a lead is told, how it ends, and what it refuses."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from commands import NOT_WHOLE, WHOLE, WRONG_USAGE, assert_refused, everything_in, opsreview
from dump_factory import SmallTeam, small_team, write_yaml
from typer.testing import CliRunner

from opsreview.cli import app
from opsreview.params import load_team
from opsreview.pipeline import checking
from opsreview.pipeline.checking import checked, measurable, today_of

PARAMS = Path(__file__).parents[2] / "params"
TODAY = date(2026, 11, 25)
PEOPLE = {name: {"accounts": [name], "zone": "UTC"} for name in ("ada", "ben")}
ROLES = {"release-manager": {"owner": "ada", "does": "releases"}}
PROMISE = {"id": "late", "says": "x", "owner": "ada", "metric": "time_to_resolve"}


def modelled(root: Path, **model: Any) -> SmallTeam:
    return small_team(root, people=PEOPLE, model={"roles": ROLES, **model})


def test_check_of_a_review_alone_says_what_is_not_there(tmp_path):
    done = opsreview(small_team(tmp_path, issues=[{}]), "check")
    assert done.exit_code == WHOLE
    assert "review.yaml: reads team/product from github_dump" in done.stdout
    assert "people.yaml: not there" in done.stdout
    assert "operating_model.yaml: not there" in done.stdout


def test_warnings_are_told_with_file_and_line_and_end_well(tmp_path):
    team = modelled(tmp_path)
    done = opsreview(team, "check")
    assert done.exit_code == WHOLE
    lines = done.stdout.splitlines()
    assert "operating_model.yaml: every name is known; 1 role, no areas" in done.stdout
    heading = lines.index("warnings: a person should decide")
    assert lines[heading + 1].startswith(f"  {team.folder / 'operating_model.yaml'}:")
    assert "roles.release-manager.deputy (ada): nobody does the work" in lines[heading + 1]
    assert "not declared, in the order in which it helps most" in lines
    assert lines[-1].startswith("no errors, 1 warning, ")


def test_error_comes_first_and_exits_4(tmp_path):
    done = opsreview(modelled(tmp_path, promises=[PROMISE | {"at_most": "1 day"}]), "check")
    assert done.exit_code == NOT_WHOLE
    said = done.stdout
    assert said.index("errors: ") < said.index("warnings: ") < said.index("to know")
    assert "promises.late.metric: it cannot be measured" in said
    assert "gives incidents: add a source" in said
    assert said.splitlines()[-1].startswith("1 error, 1 warning, ")


def test_map_of_decisions_is_a_table_most_unclear_first(tmp_path):
    rule = {"what": "x", "every": "week", "decides": "release-manager", "handed_to": "ben"}
    whole = rule | {"recorded_in": "a", "if_nobody": "b"}
    done = opsreview(modelled(tmp_path, decisions={"cut": whole, "pick": rule}), "check")
    lines = done.stdout.splitlines()
    table = lines[lines.index("recurring decisions, the most unclear first") + 1 :][:3]
    assert [row.split() for row in table[:1]] == [
        ["decision", "when", "who", "decides", "not", "written"]
    ]
    assert table[1].split()[:4] == ["pick", "every", "week", "release-manager"]
    assert table[1].endswith("  record, if nobody decides")
    assert table[2].endswith("  -")


def test_overdue_decision_is_told_with_the_line_of_the_ledger(tmp_path):
    team = modelled(tmp_path)
    days = "due: 2026-10-01\n  decided_on: 2026-09-01\n  effective_from: 2026-10-01"
    record = f"- id: d1\n  title: x\n  owner: ada\n  {days}\n  status: open\n"
    (team.folder / "decisions.yaml").write_text(f"# ledger\n{record}", "utf-8")
    (remark,) = [
        one
        for one in checked(load_team("small", team.params), None, TODAY, None).remarks
        if one.check == "consistency.overdue"
    ]
    assert (remark.path, remark.line) == ("ledger.d1", 2)
    said = opsreview(team, "check").stdout
    assert f"{team.folder / 'decisions.yaml'}:2: ledger.d1: it was due on 2026-10-01" in said


def test_remarks_of_a_team_without_a_model_are_none(tmp_path):
    small_team(tmp_path)
    assert not checked(load_team("small", tmp_path / "params"), None, TODAY, None).remarks


def test_checkout_is_the_one_asked_for_or_the_one_review_names(tmp_path, monkeypatch):
    looked_at: list[Path | None] = []

    def look(*given: Any) -> list[Any]:
        looked_at.append(given[3])
        return []

    monkeypatch.setattr(checking, "remarks_on", look)
    team = modelled(tmp_path)
    opsreview(team, "check")
    opsreview(team, "check", "--checkout", str(tmp_path / "clone"))
    model = {"roles": ROLES}
    small_team(tmp_path, people=PEOPLE, model=model, review={"checkout": "../.."})
    opsreview(team, "check")
    assert looked_at == [None, tmp_path / "clone", team.folder / "../.."]


def test_demo_is_checked_on_the_day_its_history_is_told_whatever_day_it_is():
    team = load_team("demo", PARAMS)
    assert today_of(team, datetime(1999, 1, 1, tzinfo=UTC)) == date(2026, 11, 8)


def test_real_team_lives_in_its_own_zone_today(tmp_path):
    small_team(tmp_path, review={"timezone": "Asia/Kolkata"})
    team = load_team("small", tmp_path / "params")
    assert today_of(team, datetime(2026, 11, 25, 20, tzinfo=UTC)) == date(2026, 11, 26)


def test_demo_has_no_errors():
    done = CliRunner().invoke(app, ["check", "demo", "--params", str(PARAMS)])
    assert done.exit_code == WHOLE, done.output
    assert "who decides" in done.stdout


def test_labels_of_incidents_make_github_a_source_of_incidents(tmp_path):
    small_team(tmp_path)
    team = load_team("small", tmp_path / "params")
    assert measurable(team).missing("busiest_share") == ["incidents"]
    assert measurable(team).missing("oncall_share") == ["shifts"]
    small_team(tmp_path / "other", review={"labels": {"incident": ["incident"]}})
    team = load_team("small", tmp_path / "other" / "params")
    assert measurable(team).missing("busiest_share") == []


def test_schema_is_printed_without_a_team():
    done = CliRunner().invoke(app, ["check", "--schema"])
    assert done.exit_code == WHOLE
    assert json.loads(done.stdout)["title"] == "operating_model.yaml"


def test_check_without_a_team_is_wrong_usage():
    done = CliRunner().invoke(app, ["check"])
    assert done.exit_code == WRONG_USAGE
    assert "name a team, or ask for --schema" in done.output


@pytest.mark.parametrize(
    ("file", "text", "parts"),
    [
        ("operating_model.yaml", "version: 1\nrols: {}\n", [":2: rols: unknown key", "roles?"]),
        (
            "operating_model.yaml",
            "version: 1\nroles:\n  a: {owner: ada}\n  a: {owner: ben}\n",
            [":4: roles: the key a is written twice, first on line 3: remove one"],
        ),
        (
            "operating_model.yaml",
            "version: 1\nroles:\n  a: {owner: ada, owner: ben}\n",
            [":3: roles.a: the key owner is written twice"],
        ),
        (
            "operating_model.yaml",
            "version: 1\nroles: !!python/object/apply:os.system [id]\n",
            [":2: roles: the tag !!python/object/apply:os.system is not read: remove it"],
        ),
        (
            "operating_model.yaml",
            "version: 1\nroles: {a: {owner: adda}}\n",
            [":2: roles.a.owner: adda is not a person of people.yaml; did you mean ada?"],
        ),
        (
            "operating_model.yaml",
            "version: 1\nareas:\n  a: {owner: ada, path: src/}\n  b: {owner: ben, path: src/}\n",
            [":4: areas.b.path: src/ is named above already"],
        ),
        ("decisions.yaml", "- {id: d1}\n- {id: d1}\n", [":1: [0].title: this key is missing"]),
        ("people.yaml", "ada: {zone: Madrid}\n", [":1: ada.zone: 'Madrid' is not a time zone"]),
    ],
)
def test_file_that_is_not_valid_is_one_message_and_stays_as_it_is(tmp_path, file, text, parts):
    team = modelled(tmp_path)
    (team.folder / file).write_text(text, "utf-8")
    before = everything_in(team.params)
    assert_refused(opsreview(team, "check"), f"{file}{parts[0]}", *parts[1:])
    assert everything_in(team.params) == before


def test_check_leaves_the_files_as_they_are(tmp_path):
    shutil.copytree(PARAMS / "demo", tmp_path / "params" / "demo")
    before = everything_in(tmp_path)
    assert opsreview(SmallTeam(tmp_path, "demo"), "check").exit_code == WHOLE
    assert everything_in(tmp_path) == before


def test_name_that_stands_for_nobody_any_more_is_refused(tmp_path):
    team = modelled(tmp_path)
    write_yaml(team.folder / "people.yaml", {"adam": {}})
    assert_refused(opsreview(team, "check"), "ada", "did you mean adam?")
