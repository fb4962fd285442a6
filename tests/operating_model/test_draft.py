"""A first model drafted from facts: it loads, carries its evidence and invents nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from opsreview.metrics.habits import ReleaseHabit
from opsreview.metrics.registry import METRICS
from opsreview.operating_model.document import OperatingModel, load_model
from opsreview.operating_model.draft import draft_model
from opsreview.operating_model.draft_lines import Line, ask, plain, section
from opsreview.operating_model.draft_people import draft_people, ids_of
from opsreview.operating_model.draft_rhythm import every_of
from opsreview.operating_model.facts import (
    AnswerFacts,
    AreaFacts,
    CheckoutFacts,
    Facts,
    Member,
    RotaFacts,
    Tally,
)
from opsreview.operating_model.presets import PRESETS
from opsreview.params import load_team

MEMBERS = tuple(Member(name, f"sim-{name}", {"triage": 3}) for name in ("ada", "ben", "cleo"))
TRIAGE = Tally((("ada", 61), ("ben", 30), ("cleo", 1)), 140)
NOBODY = Facts("tool", date(2025, 11, 8), date(2026, 11, 8))
KNOWN = replace(
    NOBODY,
    members=MEMBERS,
    tallies={
        "triage": TRIAGE,
        "review": Tally((("ben", 40), ("ada", 9)), 90),
        "merge": Tally((("ben", 80),), 88),
        "release": Tally((("ada", 13),), 14),
    },
    areas=(AreaFacts("preview", "area/preview", "src/preview/", TRIAGE, ("cleo",)),),
    labels={"area/": (("area/preview", 50),), "": (("bug", 3),)},
    triage_weekdays=(200, 260),
    release=ReleaseHabit((14.0,) * 12, "tuesday", 10, 13, date(2026, 11, 3)),
    rota=RotaFacts(("ada", "ben"), True, 7.0, "monday 09:00", 51),
    answers=AnswerFacts("3 days", 0.764, 140, True),
)
ALONE = replace(
    NOBODY,
    members=MEMBERS[:1],
    tallies={"triage": Tally((("ada", 9),), 12)},
    triage_weekdays=(9, 260),
)


@pytest.fixture
def loaded(tmp_path: Path):
    """Writes both drafts and loads them as every command does; the model and its text."""

    def load(facts: Facts, preset: str | None = None) -> tuple[OperatingModel, str]:
        folder = tmp_path / "tool"
        folder.mkdir(exist_ok=True)
        review = "{repos: [team/tool], timezone: UTC, sources: [{kind: github}]}"
        (folder / "review.yaml").write_text(review, "utf-8")
        if people := draft_people(facts):
            (folder / "people.yaml").write_text(people, "utf-8")
        text = draft_model(facts, preset)
        path = folder / "operating_model.yaml"
        path.write_text(text, "utf-8")
        return load_model(path, load_team("tool", tmp_path).people, METRICS), text

    return load


def entries_without_reason(text: str) -> list[str]:
    """Entries of a section (two spaces in) that have no comment on their line or the one above."""
    lines = text.splitlines()
    return [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if re.match(r"  \S", line) and "# " not in line and not above.lstrip().startswith("#")
    ]


@pytest.mark.parametrize("facts", [KNOWN, ALONE, NOBODY], ids=["known", "alone", "nobody"])
@pytest.mark.parametrize("preset", [None, *PRESETS])
def test_every_draft_loads_and_every_line_has_its_evidence_or_reason(loaded, facts, preset):
    model, text = loaded(facts, preset)
    assert entries_without_reason(text) == []
    assert model.entry.reviewed is None
    assert "reviewed: {by: ???" in text
    assert "opsreview check tool" in text
    assert "# yaml-language-server: $schema=operating_model.schema.json" in text


def test_a_draft_of_level_one_is_about_thirty_lines(loaded):
    model, text = loaded(KNOWN)
    assert 25 <= len(text.splitlines()) <= 45
    assert not model.entry.decisions
    assert not model.entry.surfaces


def test_roles_are_held_by_who_does_the_work_and_say_how_often(loaded):
    model, text = loaded(KNOWN)
    held = {name: (role.owner, role.deputy) for name, role in model.entry.roles.items()}
    assert held == {
        "triage-lead": ("ada", "ben"),
        "review-lead": ("ben", "ada"),
        "release-manager": ("ada", None),
    }
    assert "first to see to 61 of 140 issues since 2025-11 (next: ben 30, cleo 1)" in text
    assert "# release-manager.deputy: ???  # nobody else did it twice" in text
    assert "merged: ben 80" in text


def test_who_was_quiet_for_long_holds_nothing_and_is_told(loaded):
    quiet = replace(TRIAGE, quiet={"ada": date(2026, 3, 2)})
    model, text = loaded(replace(KNOWN, tallies={"triage": quiet}))
    assert model.entry.roles["triage-lead"].owner == "ben"
    assert "next: ada 61 until 2026-03" in text


def test_codeowners_go_before_who_worked_there(loaded):
    model, text = loaded(KNOWN)
    area = model.entry.areas["preview"]
    assert (area.owner, area.deputy, area.path) == ("cleo", "ada", "src/preview/")
    assert "CODEOWNERS: cleo; most worked there: ada 61" in text


def test_the_rhythm_is_what_history_shows(loaded):
    rhythm = loaded(KNOWN)[0].entry.rhythm
    assert rhythm.triage is not None
    assert rhythm.triage.every == "weekday"
    assert rhythm.release is not None
    assert (rhythm.release.every, rhythm.release.on) == ("2 weeks", "tuesday")
    assert rhythm.release.starting == date(2026, 11, 3)
    assert rhythm.duty is not None
    assert rhythm.duty.order == ["ada", "ben"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"gaps_days": (14.0, 14.0)}, "too few to see a rhythm"),
        ({"gaps_days": (1.0, 2.0, 30.0, 60.0, 61.0)}, "no rhythm that holds"),
        ({"gaps_days": (2.0, 2.0, 2.0, 3.0)}, "no rhythm that holds"),
        ({"on_weekday_count": 3}, "only 3 of 13 on a tuesday"),
    ],
)
def test_releases_without_a_rhythm_are_asked_for(loaded, change, why):
    assert KNOWN.release is not None
    model, text = loaded(replace(KNOWN, release=replace(KNOWN.release, **change)))
    assert model.entry.rhythm.release is None
    assert why in text


@pytest.mark.parametrize(
    ("days", "every"),
    [(7, "week"), (14.2, "2 weeks"), (18, None), (30.4, "month"), (91, "quarter"), (2, None)],
)
def test_gaps_become_the_rhythm_that_they_are_near(days, every):
    assert every_of(days) == every


def test_a_rota_in_a_calendar_is_referred_to_not_copied(loaded):
    assert KNOWN.rota is not None
    rota = replace(KNOWN.rota, order=(), source="../../rota.ics")
    model, _ = loaded(replace(KNOWN, rota=rota))
    assert model.entry.rhythm.duty is not None
    assert (model.entry.rhythm.duty.source, model.entry.rhythm.duty.order) == ("../../rota.ics", [])


def test_the_promise_is_the_deadline_that_history_already_meets(loaded):
    model, text = loaded(KNOWN)
    assert model.response_hours() == 72
    assert "76 % of 140 issues since 2025-11" in text


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (replace(KNOWN, answers=AnswerFacts("4 weeks", 0.43, 14, False)), "only 43 % of 14 issues"),
        (
            replace(KNOWN, answers=None, unknown={"answers": "no source gives comments"}),
            "no source gives",
        ),
    ],
)
def test_a_promise_that_nothing_meets_or_measures_is_unchecked(loaded, facts, why):
    model, text = loaded(facts)
    (promise,) = model.promises
    assert promise.metric is None
    assert promise.unchecked
    assert why in text


def test_nobody_known_means_nobody_named(loaded):
    model, text = loaded(replace(NOBODY, tallies={"triage": Tally(total=40)}))
    assert draft_people(NOBODY) is None
    assert model.entry.model_dump(exclude_defaults=True) == {"version": 1}
    assert "{owner: ???}" in text


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_adds_level_two_with_the_drafted_people_as_holders(loaded, preset):
    model, text = loaded(KNOWN, preset)
    assert {"new-issue", "release-go", "hotfix"} <= set(model.entry.decisions)
    assert all(rule.decides and rule.if_nobody for rule in model.entry.decisions.values())
    assert model.entry.rhythm.duty is not None
    assert model.entry.rhythm.duty.cover == "business hours"
    assert model.entry.rhythm.duty.best_effort
    assert model.entry.rhythm.release is not None
    assert model.entry.rhythm.release.hotfix
    assert {role.owner for role in model.entry.roles.values()} <= {"ada", "ben", "cleo"}
    assert f"preset {preset}" in text


def test_vs_codes_practice_names_its_source_and_its_rules(loaded):
    model, text = loaded(KNOWN, "vscode-extension")
    assert "https://github.com/microsoft/vscode/wiki" in text
    assert set(model.entry.roles) == {"inbox-lead", "build-champion", "endgame-champion"}
    assert {"needs-info", "breaking-change"} <= set(model.entry.decisions)
    assert model.entry.backlog["needs-info"].close_after == "7 days"
    assert "make it" in text
    asked = replace(KNOWN, labels={"": (("info-needed", 12),)})
    model, text = loaded(asked, "vscode-extension")
    assert model.entry.backlog["needs-info"].label == "info-needed"
    assert "the label is on 12 issues" in text


@pytest.mark.parametrize("preset", PRESETS)
def test_one_person_holds_all_roles_of_a_preset_and_the_comment_says_so(loaded, preset):
    model, text = loaded(ALONE, preset)
    assert {role.owner for role in model.entry.roles.values()} == {"ada"}
    assert re.search(r"1 person for \d roles, so one holds (triage|inbox)-lead too", text)
    assert "one person: no promise can rest on a rota" in text


def test_a_checkout_gives_pages_commands_and_templates_only_where_they_are(loaded):
    assert not loaded(KNOWN, "vscode-extension")[0].entry.docs
    paths = {
        "README.md",
        "CHANGELOG.md",
        ".github/CONTRIBUTING.md",
        ".github/workflows/release.yml",
    }
    paths |= {".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/config.yml", "SUPPORT.md"}
    checkout = CheckoutFacts(frozenset(paths), (), ("tool.preview.open", "tool.about"))
    model, text = loaded(replace(KNOWN, checkout=checkout), "vscode-extension")
    assert {page.path for page in model.entry.docs.values()} == {
        "README.md",
        "CHANGELOG.md",
        ".github/CONTRIBUTING.md",
    }
    assert [(one.of, one.wanted) for one in model.entry.surfaces] == [
        ("areas.preview", "tool.preview.open"),
        ("channels.issues", "bug.yml"),
        ("roles.endgame-champion", "release.yml"),
    ]
    assert "SUPPORT.md names places where users ask" in text


def test_support_through_discussions_is_a_channel_of_who_answers_there(loaded):
    asked = {"Q&A": Tally((("cleo", 20),), 31), 'Odd: "one"': Tally(total=2)}
    model, text = loaded(replace(KNOWN, channels=asked))
    assert model.entry.channels["discussions-q-a"].watched_by == "cleo"
    assert model.entry.channels["discussions-odd-one"].watched_by == "triage-lead"
    assert "31 asked since 2025-11; cleo 20" in text


def test_ids_are_made_of_accounts_and_are_nobody_elses():
    accounts = ["Ada-L", "ada_l", "404", "null", "duty", "triage-lead", "---"]
    assert list(ids_of(accounts).values()) == [
        "ada-l",
        "ada-l-2",
        "user-404",
        "user-null",
        "user-duty",
        "user-triage-lead",
        "someone",
    ]


def test_people_have_accounts_and_evidence_but_no_invented_names_or_zones(loaded):
    loaded(replace(KNOWN, machines=("DrahtBot",), rarely=4))
    text = draft_people(replace(KNOWN, machines=("DrahtBot",), rarely=4)) or ""
    assert "accounts: [sim-ada]  # first to see to 3 issues" in text
    assert "DrahtBot" in text
    assert "Left out: 4" in text
    assert not re.search(r"^  (name|zone):", text, re.MULTILINE)


@pytest.mark.parametrize("text", ["a: b", "# c", "yes", "12", "", 'say "x"', "[a]", "é", "*x"])
def test_odd_text_is_quoted(loaded, text):
    model, _ = loaded(replace(KNOWN, areas=(AreaFacts("odd", text or "x", None, TRIAGE),)))
    assert model.entry.areas["odd"].label == (text or "x")
    assert plain(text) != text


def test_a_section_of_questions_alone_is_a_comment():
    lines = section("areas", [ask("NAME: {owner: ???}", "no\nlabels \x07")])
    assert lines == ["", "# areas:", "  # NAME: {owner: ???}  # no labels  "]
    assert section("areas", []) == []
    assert section("areas", [Line("a: {owner: ada}", "why")])[1:] == [
        "areas:",
        "  a: {owner: ada}  # why",
    ]
