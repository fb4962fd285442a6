"""``opsreview decide``: what it lists, what it records, and what it leaves untouched."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from commands import OUR_ERROR, WHOLE, WRONG_USAGE, assert_refused, everything_in, opsreview
from decision_factory import (
    LEDGER,
    MODEL,
    decide,
    deciding_team,
    ledger_text,
    model_text,
)
from dump_factory import SmallTeam
from typer.testing import CliRunner

from opsreview import cli
from opsreview.operating_model.decisions import Decision, in_force, load_decisions, value_at
from opsreview.params import load_team
from opsreview.pipeline.answers import Wanted
from opsreview.pipeline.deciding import Session
from opsreview.pipeline.desk import Desk
from opsreview.privacy import KEY_VARIABLE, appearance
from opsreview.yaml_file import read_yaml

TODAY = datetime(2026, 11, 3, 12, tzinfo=UTC)
BOTH = ("--owner", "ben", "--due", "2026-12-01")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.model, "now", lambda: TODAY)


@pytest.fixture
def team(tmp_path: Path) -> SmallTeam:
    return deciding_team(tmp_path)


def last(team: SmallTeam) -> Decision:
    return load_decisions(team.folder / "decisions.yaml")[-1]


def at_a_terminal(
    team: SmallTeam, monkeypatch: pytest.MonkeyPatch, answers: str, *words: str
) -> str:
    """The command's stdout when a person types these answers."""
    monkeypatch.setattr(cli.shared, "_is_somebody_there", lambda: True)
    places = ["--params", str(team.params), "--outputs", str(team.outputs)]
    done = CliRunner().invoke(cli.app, ["decide", team.name, *words, *places], input=answers)
    assert done.exit_code == WHOLE, done.output
    return done.stdout


# ---- listing


def test_alone_it_lists_the_proposals_of_the_latest_cycle_and_how_to_accept_one(team):
    said = decide(team).stdout
    assert said.startswith("2026-10 proposes:\n  1  promises.first-answer.within: 3 days → 5 days")
    assert "because: 54 % were answered (n 63)." in said
    assert "because: p9" in said
    assert "what if: It would have been kept." in said
    assert "3  roles.lead.owner: ada → a person has to choose" in said
    assert "accept one: opsreview decide small 1 --owner ID --due DAY" in said


def test_listing_writes_nothing_and_says_what_was_decided(team):
    decide(team, "1", *BOTH)
    decide(team, "2", "--not-now", "too early")
    before = everything_in(team.root)
    said = decide(team).stdout
    assert "decided already: 2026-10-d1" in said
    assert "declined already: 2026-10-d2" in said
    assert everything_in(team.root) == before


# ---- accepting


def test_accepting_records_the_decision_and_changes_the_models_line(team):
    done = decide(team, "1", *BOTH)

    assert done.exit_code == WHOLE, done.output
    assert ledger_text(team) == LEDGER + (
        "\n- id: 2026-10-d1\n  title: promises.first-answer.within: 3 days → 5 days\n".replace(
            "promises.first-answer.within: 3 days → 5 days",
            '"promises.first-answer.within: 3 days → 5 days"',
        )
        + "  owner: ben\n  due: 2026-12-01\n  decided_on: 2026-11-03\n"
        "  effective_from: 2026-12-01\n"
        "  change: {path: promises.first-answer.within, from: 3 days, to: 5 days}\n"
        "  because:\n    - 54 % were answered (n 63).\n    - p9\n"
        "  expects: done\n  status: open\n"
    )
    changed = MODEL.replace("within: 3 days", "within: 5 days")
    noted = (
        "changelog:\n  - {effective_from: 2026-12-01, decision: 2026-10-d1, "
        'says: "promises.first-answer.within: 3 days → 5 days"}\n'
    )
    assert model_text(team) == changed.replace("# The end.", f"{noted}# The end.")


def test_accepting_tells_what_it_wrote(team):
    said = decide(team, "1", *BOTH).stdout
    assert "decided as 2026-10-d1" in said
    assert "counts from 2026-12-01: the month of a decision is neither before nor after" in said
    assert "-      within: 3 days, at_least: 75 %}" in said
    assert "+      within: 5 days, at_least: 75 %}" in said


def test_model_counts_as_changed_only_from_the_day_it_takes_effect(team):
    decide(team, "1", *BOTH)
    data = read_yaml(team.folder / "operating_model.yaml").data
    decisions = load_decisions(team.folder / "decisions.yaml")
    path = "promises.first-answer.within"
    assert value_at(in_force(data, decisions, date(2026, 11, 30)), path) == "3 days"
    assert value_at(in_force(data, decisions, date(2026, 12, 1)), path) == "5 days"


def test_at_a_terminal_only_owner_and_due_are_asked_with_defaults(team, monkeypatch):
    said = at_a_terminal(team, monkeypatch, "\n\n", "1")
    assert "owner ada, due 2026-11-17" in said, "the promise's owner; two weeks"


def test_due_is_the_next_retrospective_where_one_is_declared(team, monkeypatch):
    path = team.folder / "operating_model.yaml"
    meeting = "rhythm:\n  retrospective: {every: month, by: ben}"
    path.write_text(MODEL.replace("rhythm:", meeting), "utf-8")
    assert "owner ada, due 2026-12-03" in at_a_terminal(team, monkeypatch, "\n\n", "2")


def test_proposal_that_leaves_the_choice_open_asks_for_it(team, monkeypatch):
    at_a_terminal(team, monkeypatch, "cleo\n\n\n", "3")
    assert "lead: {owner: cleo, deputy: ben}   # since May" in model_text(team)
    assert last(team).title == "Change roles.lead.owner", "titles go on pages"


def test_flags_say_all_in_ci(team):
    words = ("3", "--to", "cleo", *BOTH, "--from", "2026-11-10", "--title", "A new lead")
    assert decide(team, *words, "--because", "ada leaves").exit_code == WHOLE
    said = last(team)
    assert (said.title, said.because) == ("A new lead", ("ada leaves",))
    assert said.effective_from == date(2026, 11, 10)


@pytest.mark.parametrize("given", [(), BOTH[:2], BOTH[2:]])
def test_without_a_terminal_both_flags_are_needed(team, given):
    before = everything_in(team.params)
    done = decide(team, "1", *given)
    assert done.exit_code == WRONG_USAGE
    assert "nobody can be asked here" in done.stderr
    assert everything_in(team.params) == before


def test_earlier_cycle_is_decided_on_by_name(team):
    decide(team, "1", *BOTH, "--cycle", "2026-09")
    assert last(team).id == "2026-09-d2"


def test_first_decision_makes_the_ledger(tmp_path):
    team = deciding_team(tmp_path, ledger=None)
    decide(team, "1", *BOTH)
    assert ledger_text(team).startswith("# What the team decided in its retrospectives")
    assert last(team).id == "2026-10-d1"


# ---- names as pages show them


def test_shown_name_becomes_the_person_again(tmp_path, monkeypatch):
    import polars as pl

    monkeypatch.setenv(KEY_VARIABLE, "a key")
    people = pl.DataFrame({"person_id": ["ada", "ben", "cleo"], "kind": ["human"] * 3})
    called = appearance("pseudonyms", people, {}, folder=tmp_path / "small")
    shown = (called.of("cleo"), called.of("ada"))
    team = deciding_team(tmp_path, names="pseudonyms", called=shown)
    assert decide(team, "2", *BOTH).exit_code == WHOLE
    assert "release-manager: {owner: ada, deputy: cleo}" in model_text(team)
    assert last(team).change.to == "cleo"
    assert decide(team, "3", "--to", "cleo", *BOTH).exit_code == WHOLE
    assert "person-" not in model_text(team) + ledger_text(team)


def test_name_that_several_have_is_asked_for(tmp_path):
    team = deciding_team(tmp_path, names="roles", called=("a contributor", "a contributor"))
    before = everything_in(team.root)
    assert_refused(decide(team, "2", *BOTH), "several people are called so", "--to")
    assert everything_in(team.root) == before
    assert decide(team, "2", "--to", "ben", *BOTH).exit_code == WHOLE


def test_pseudonym_of_another_key_is_no_person_and_makes_no_key(tmp_path, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    team = deciding_team(tmp_path, names="pseudonyms", called=("person-1", "person-2"))
    before = everything_in(team.root)
    assert_refused(decide(team, "2", *BOTH), "person-1", "nobody of people.yaml is called so")
    assert everything_in(team.root) == before


# ---- the team's own, declining, done, dropped


def test_decision_of_ones_own_changes_the_model_and_expects_a_number(team):
    effect = "time_to_first_review median down 25 %"
    words = ("--path", "rhythm.release.every", "--to", "2 weeks", "--expects", effect)
    more = ("--revert-if", "two hotfixes in a row", "--because", "work waits")
    assert decide(team, "--title", "More often", *words, *more, *BOTH).exit_code == WHOLE
    said = last(team)
    assert (said.title, said.expects.metric, said.expects.at_least) == (
        "More often",
        "time_to_first_review",
        "25 %",
    )
    assert (said.looks, said.revert_if) == ((2, 4), "two hotfixes in a row")
    assert "release: {every: 2 weeks, on: tuesday" in model_text(team)


def test_decision_without_a_change_leaves_the_model_as_it_is(team):
    assert decide(team, "--title", "Talk more", *BOTH).exit_code == WHOLE
    assert model_text(team) == MODEL


def test_values_are_read_as_the_model_writes_them(team):
    words = ("--path", "rhythm.duty.order", "--to", "[ada, cleo]")
    assert decide(team, "--title", "cleo joins", *words, *BOTH).exit_code == WHOLE
    assert "order: [ada, cleo]}  # in turn" in model_text(team)
    words = ("--path", "roles.lead.deputy", "--to", "null")
    assert decide(team, "--title", "no deputy", *words, *BOTH).exit_code == WHOLE
    assert "lead: {owner: ada}   # since May" in model_text(team)


def test_declined_proposal_is_known_and_changes_nothing(team):
    assert decide(team, "1", "--not-now", "after the summer").exit_code == WHOLE
    said = last(team)
    assert (said.status, said.owner, said.because) == ("dropped", "ada", ("after the summer",))
    assert model_text(team) == MODEL
    assert decide(team, "1", *BOTH).exit_code == WHOLE, "it can be accepted later"


def test_status_is_set_in_place(team):
    assert decide(team, "--done", "2026-09-d1").exit_code == WHOLE
    assert ledger_text(team) == LEDGER.replace("status: open", "status: done")
    assert_refused(decide(team, "--drop", "2026-09-d1"), "is done already")


def test_dropping_before_it_counts_takes_the_change_back(team):
    decide(team, "1", *BOTH)
    assert decide(team, "--drop", "2026-10-d1").exit_code == WHOLE
    assert "within: 3 days" in model_text(team)
    assert "Taken back: promises.first-answer.within" in model_text(team)
    assert last(team).status == "dropped"


def test_what_is_in_force_is_taken_back_by_a_decision_of_its_own(team):
    decide(team, "1", *BOTH, "--from", "2026-11-03")
    before = everything_in(team.params)
    done = decide(team, "--drop", "2026-10-d1")
    assert_refused(done, "is in force since 2026-11-03", "--to '3 days'")
    assert everything_in(team.params) == before


# ---- sign-offs


def test_cycle_is_signed_once_by_a_person(team):
    assert decide(team, "--sign", "2026-10", "--by", "ben").exit_code == WHOLE
    text = (team.folder / "sign_offs.yaml").read_text("utf-8")
    assert text.endswith("- {cycle: 2026-10, by: ben, on: 2026-11-03}\n")
    assert_refused(decide(team, "--sign", "2026-10", "--by", "ada"), "signed already, by ben")
    assert_refused(decide(team, "--sign", "2026-09", "--by", "lead"), "not a person of people")
    assert_refused(decide(team, "--sign", "2026-08", "--by", "ada"), "is not built", "2026-09")
    assert decide(team, "--sign", "2026-09", "--by", "ada").exit_code == WHOLE
    added = (team.folder / "sign_offs.yaml").read_text("utf-8")
    assert added == text + "- {cycle: 2026-09, by: ada, on: 2026-11-03}\n"


def test_model_is_signed_in_its_own_lines(team):
    assert decide(team, "--sign", "model", "--by", "ben").exit_code == WHOLE
    assert "reviewed: {by: ben, on: 2026-11-03}\n" in model_text(team)
    text = model_text(team).replace("2026-11-03}", "2026-10-01, every: month}  # monthly")
    (team.folder / "operating_model.yaml").write_text(text, "utf-8")
    assert decide(team, "--sign", "model", "--by", "ada").exit_code == WHOLE
    assert "reviewed: {by: ada, on: 2026-11-03, every: month}  # monthly" in model_text(team)


# ---- refusals


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("9", *BOTH), ("no proposal 9", "there are: 1, 2, 3")),
        (("1", *BOTH, "--cycle", "2026-08"), ("2026-08", "is not built", "2026-09, 2026-10")),
        (("--title", "x", *BOTH, "--cycle", "2026-08"), ("is not built",)),
        (("1", *BOTH, "--cycle", "tomorrow"), ("tomorrow",)),
        (("1", "--owner", "zed", "--due", "2026-12-01"), ("--owner zed", "ada, ben, cleo")),
        (("1", "--owner", "ben", "--due", "soon"), ("--due 'soon' is not a day",)),
        (("1", "--owner", "ben", "--due", "2026-11-02"), ("before today, 2026-11-03",)),
        (("1", *BOTH, "--from", "2026-10-01"), ("--from 2026-10-01 is before today",)),
        (("1", *BOTH, "--expects", "better"), ("--expects 'better' is not an expectation",)),
        (("1", *BOTH, "--expects", "speed median up 9 %"), ("speed is no metric",)),
        (("1", *BOTH, "--to", "soon"), ("operating_model.yaml:", "'soon' is not a duration")),
        (("2", *BOTH, "--to", "zed"), ("zed",)),
        (("--done", "2026-09-d7"), ("no decision 2026-09-d7", "2026-09-d1")),
        (("--title", "x", "--path", "a.b", "--to", "1", *BOTH), ("a", "unknown key")),
        (("--title", "x", "--path", "a..b", "--to", "1", *BOTH), ("a..b",)),
        (("--title", "x", "--path", "version", "--to", "2", *BOTH), ("leave it as it is",)),
        (("--title", "x", "--path", "changelog", "--to", "null", *BOTH), ("leave it as it is",)),
        (("--title", "x", "--path", "roles", "--to", " ", *BOTH), ("--to is empty",)),
    ],
)
def test_what_cannot_be_decided_is_told_and_leaves_the_files_untouched(team, words, parts):
    before = everything_in(team.root)
    assert_refused(decide(team, *words), *parts)
    assert everything_in(team.root) == before


@pytest.mark.parametrize(
    "words",
    [
        ("1", "--title", "x", "--path", "version"),
        ("--title", "x", "--done", "d1"),
        ("--done", "d1", "--drop", "d1"),
        ("--not-now", "x"),
        ("--to", "x"),
        ("--by", "ada"),
        ("one",),
    ],
)
def test_flags_that_do_not_go_together_are_wrong_usage(team, words):
    before = everything_in(team.root)
    assert decide(team, *words).exit_code == WRONG_USAGE
    assert everything_in(team.root) == before


def test_document_that_no_longer_says_current_is_refused(team):
    path = team.folder / "operating_model.yaml"
    path.write_text(MODEL.replace("within: 3 days", "within: 4 days"), "utf-8")
    before = everything_in(team.root)
    assert_refused(decide(team, "1", *BOTH), "it says 4 days, not 3 days", "somebody changed it")
    assert everything_in(team.root) == before


def test_decided_twice_is_refused(team):
    decide(team, "1", *BOTH)
    before = everything_in(team.root)
    assert_refused(decide(team, "1", *BOTH), "2026-10-d1 decided this already")
    assert everything_in(team.root) == before


def test_nothing_to_decide_on_is_told(team):
    (team.folder / "operating_model.yaml").unlink()
    assert_refused(decide(team, "1", *BOTH), "operating_model.yaml", "there is no such file")
    for path in (team.outputs / "small").glob("*/run.json"):
        path.unlink()
    assert_refused(decide(team, "1", *BOTH), "no cycle of small is built")


@pytest.mark.parametrize("name", ["decisions.yaml", "operating_model.yaml"])
def test_file_that_is_not_text_is_told(team, name):
    (team.folder / name).write_bytes(b"\xff\xfe")
    assert_refused(decide(team, "1", *BOTH), name, "not UTF-8")


# ---- written whole


def test_links_stay_links_and_modes_stay(team, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    for name in ("decisions.yaml", "operating_model.yaml"):
        (team.folder / name).rename(kept / name)
        (kept / name).chmod(0o640)
        (team.folder / name).symlink_to(kept / name)
    assert decide(team, "1", *BOTH).exit_code == WHOLE
    for name in ("decisions.yaml", "operating_model.yaml"):
        assert (team.folder / name).is_symlink()
        assert stat.S_IMODE((kept / name).stat().st_mode) == 0o640
    assert "2026-10-d1" in (kept / "operating_model.yaml").read_text("utf-8")
    assert sorted(path.name for path in kept.iterdir()) == sorted(
        ["decisions.yaml", "operating_model.yaml"]
    )


def test_killed_between_the_two_files_the_same_command_completes_it(team):
    decide(team, "1", *BOTH)
    whole = everything_in(team.params)
    (team.folder / "operating_model.yaml").write_text(MODEL, "utf-8")
    done = decide(team, "1")
    assert done.exit_code == WHOLE, done.output
    assert "2026-10-d1 was recorded already; now it is carried out" in done.stdout
    assert everything_in(team.params) == whole


def test_own_decision_that_was_interrupted_is_completed_too(team):
    words = ("--title", "x", "--path", "rhythm.release.every", "--to", "2 weeks", *BOTH)
    decide(team, *words)
    whole = everything_in(team.params)
    (team.folder / "operating_model.yaml").write_text(MODEL, "utf-8")
    assert decide(team, *words).exit_code == WHOLE
    assert everything_in(team.params) == whole


def test_file_that_cannot_be_replaced_leaves_both_as_they_were(team, monkeypatch):
    from opsreview.pipeline import replacing

    before, replace = everything_in(team.params), replacing.os.replace

    def fails_for_the_model(source: Path, target: Path) -> None:
        if Path(target).name == "operating_model.yaml":
            raise OSError(28, "No space left on device", str(source), None, str(target))
        replace(source, target)

    monkeypatch.setattr(replacing.os, "replace", fails_for_the_model)
    done = decide(team, "1", *BOTH)
    assert done.exit_code == OUR_ERROR
    assert "cannot be written (No space left on device), so nothing is changed" in done.stderr
    assert everything_in(team.params) == before


def test_foresight_is_told_after_what_was_written(team):
    loaded = load_team("small", team.params)
    folder = team.outputs / "small" / "2026-10"
    wanted = Wanted(number=1, owner="ben", due="2026-12-01")
    asked = Session(
        Desk.of(loaded, TODAY.date()),
        wanted,
        lambda *_: "",
        lambda _: folder,
        foresight=lambda decision, team, folder: [f"look at {decision.id} of {folder.name}"],
    )
    assert asked.decide()[-1] == "look at 2026-10-d1 of 2026-10"


def test_check_reads_what_decide_wrote(team):
    decide(team, "1", *BOTH)
    decide(team, "--sign", "model", "--by", "ben")
    assert "decisions.yaml: 2 decisions" in opsreview(team, "check").stdout


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("1", "--not-now", "", *BOTH), "--not-now is empty"),
        (("--done", ""), "--done is empty"),
        (("--title", "", *BOTH), "--title is empty"),
        (("--because", "work waits", *BOTH), "nothing says what is decided"),
    ],
)
def test_empty_or_missing_word_decides_nothing(team, words, part):
    """A variable that is not set in CI must not accept what it was to decline."""
    before = everything_in(team.root)
    done = decide(team, *words)
    assert done.exit_code == WRONG_USAGE
    assert part in done.stderr
    assert everything_in(team.root) == before


def test_value_with_a_hash_is_kept_whole(team):
    words = ("--path", "roles.release-manager.does", "--to", "reads the #help channel")
    assert decide(team, "--title", "x", *words, *BOTH).exit_code == WHOLE
    assert last(team).change.to == "reads the #help channel"
