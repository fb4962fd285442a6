"""Levels 2 and 3: decisions, rules, pages, commitments, surfaces, and what they refer to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from opsreview.errors import ParamsError
from opsreview.operating_model.document import OperatingModel, load_model
from opsreview.operating_model.references import Surroundings

Load = Callable[[str], OperatingModel]
LEAD = "roles: {lead: {owner: ada, deputy: ben}}\n"
DUTY = "rhythm: {duty: {every: week, order: [ada, ben, cleo]}}\n"
WHOLE = """\
roles: {lead: {owner: ada, deputy: ben}}
areas: {preview: {owner: cleo, deputy: dev, label: area/preview, path: src/preview/}}
rhythm:
  duty: {every: week, order: [ada, ben], cover: business hours, most_share: 50 %, rest: 1 week,
    best_effort: nobody answers at night}
  release: {every: 2 weeks, on: tuesday, starting: 2025-05-13, by: lead,
    freezes: [{from: 2026-12-18, to: 2027-01-06, why: holidays}],
    hotfix: {when: a release broke, by: duty, within: 1 day}}
decisions:
  new-issue: {what: whose it is, trigger: an issue is opened, decides: duty, consulted: [lead],
    handed_to: area-owner, within: 1 day, recorded_in: labels, if_nobody: the lead decides}
severities:
  p0: {means: it is broken, answer_within: 4 h, resolve_within: 2 days, calls: lead}
reviews: {approvals: 1, first_within: 2 days, self_merge: never}
backlog:
  needs-info: {says: closed when quiet, label: needs-info, close_after: 7 days, by: duty}
docs: {readme: {path: README.md, owner: lead, fresh_for: 180 days, covers: [src/]}}
onboarding: {buddy: ben, steps: [{id: build, does: builds it, within: 1 week, see: readme}]}
commitments:
  - {id: tests, says: every change is tested, owner: ada, workflow: ci.yml}
  - {id: kind, says: we are kind, owner: ada, unchecked: nobody can measure it}
surfaces:
  - {of: roles.lead, path: README.md, heading: Who leads}
  - {of: areas.preview, codeowners: src/preview/}
changelog: [{effective_from: 2026-09-01, decision: 2026-09-d1, says: every 2 weeks}]
reviewed: {by: ada, on: 2026-06-02, every: 2 months}
"""


def refusal(load: Callable[[], object]) -> str:
    with pytest.raises(ParamsError) as refused:
        load()
    return str(refused.value)


def test_all_three_levels_can_be_said_at_once(model_of: Load) -> None:
    entry = model_of(WHOLE).entry

    assert entry.decisions["new-issue"].consulted == ["lead"]
    assert entry.rhythm.release is not None
    assert [freeze.why for freeze in entry.rhythm.release.freezes] == ["holidays"]
    assert [said.kind for said in entry.commitments] == ["workflow", None]
    assert [(said.kind, said.wanted) for said in entry.surfaces] == [
        ("heading", "Who leads"),
        ("codeowners", "src/preview/"),
    ]


def test_area_owner_stands_for_the_owners_of_all_areas(model_of: Load) -> None:
    model = model_of(
        "areas: {one: {owner: ada, deputy: ben}, two: {owner: cleo}, three: {owner: ada}}\n"
    )

    assert model.holder("area-owner").people == ("ada", "ben", "cleo")
    assert model.holder("area-owner").owner is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("decisions: {d: {what: x, decides: zoe}}\n", "decisions.d.decides"),
        ("decisions: {d: {what: x, handed_to: zoe}}\n", "decisions.d.handed_to"),
        ("decisions: {d: {what: x, consulted: [ada, zoe]}}\n", "decisions.d.consulted[1]"),
        ("severities: {p0: {means: x, calls: zoe}}\n", "severities.p0.calls"),
        ("backlog: {b: {says: x, by: zoe}}\n", "backlog.b.by"),
        ("docs: {d: {path: README.md, owner: zoe}}\n", "docs.d.owner"),
        ("onboarding: {buddy: zoe}\n", "onboarding.buddy"),
        ("commitments: [{id: c, says: x, owner: zoe, path: y}]\n", "commitments[0].owner"),
    ],
)
def test_name_that_stands_for_nobody_is_refused_where_it_is_written(
    model_of: Load, text: str, place: str
) -> None:
    said = refusal(lambda: model_of(text))

    assert f"model.yaml:2: {place}: zoe is no person of people.yaml and no role here" in said


def test_area_owner_is_known_to_decisions_alone(model_of: Load) -> None:
    areas = "areas: {one: {owner: ada}}\n"

    assert model_of(f"{areas}decisions: {{d: {{what: x, decides: area-owner}}}}\n")
    assert "area-owner is no person" in refusal(
        lambda: model_of(f"{areas}onboarding: {{buddy: area-owner}}\n")
    )


@pytest.mark.parametrize("name", ["duty", "area-owner", "ada"])
def test_role_may_not_take_a_name_that_means_something_else(model_of: Load, name: str) -> None:
    said = refusal(lambda: model_of(f"{DUTY}roles: {{{name}: {{owner: ben}}}}\n"))

    assert f"roles.{name}: {name} is " in said
    assert "give the role another name" in said


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("areas: {a: {label: x}}\n", "areas.a: it has no owner"),
        ("areas: {a: {owner: ada, from: CODEOWNERS, path: x}}\n", "both an owner and from"),
        ("areas: {a: {from: CODEOWNERS}}\n", "write path"),
        ("rhythm: {duty: {every: week}}\n", "it names nobody: write order, or from"),
        ("rhythm: {duty: {every: week, order: [ada], from: r.ics}}\n", "both an order and from"),
        ("rhythm: {duty: {every: week, order: [ada], most_share: 2 days}}\n", "not a percent"),
        ("surfaces: [{of: roles.lead}]\n", "write one of path, heading"),
        ("surfaces: [{of: roles.lead, path: x, label: y}]\n", "it names path and label: keep one"),
        ("surfaces: [{of: roles.lead, heading: x}]\n", "a heading needs its path alone"),
        ("commitments: [{id: c, says: x, owner: ada}]\n", "or unchecked: with the reason"),
        ("commitments: [{id: c, says: x, owner: ada, path: y, unchecked: z}]\n", "keep one"),
        ("docs: {d: {path: x, owner: ada, fresh_for: soon}}\n", "'soon' is not a duration"),
    ],
)
def test_what_does_not_fit_together_is_refused(model_of: Load, text: str, problem: str) -> None:
    assert problem in refusal(lambda: model_of(LEAD.replace("lead:", "other:") + text))


def test_freeze_that_ends_before_it_begins_is_refused(model_of: Load) -> None:
    text = WHOLE.replace("to: 2027-01-06", "to: 2026-01-06")

    assert "it ends before it begins" in refusal(lambda: model_of(text))


def test_surface_of_something_the_model_does_not_say_is_refused(model_of: Load) -> None:
    text = WHOLE.replace("of: roles.lead", "of: roles.led")

    assert "surfaces[0].of: the model says nothing at roles.led" in refusal(lambda: model_of(text))


def test_step_that_points_to_no_page_is_refused_with_the_near_one(model_of: Load) -> None:
    said = refusal(lambda: model_of(WHOLE.replace("see: readme", "see: reame")))

    assert "onboarding.steps[0].see: reame is no page under docs; did you mean readme?" in said


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (WHOLE.replace("id: kind", "id: tests"), "commitments[1].id"),
        ("areas: {a: {owner: ada, path: src/}, b: {owner: ben, path: src/}}\n", "areas.b.path"),
        ("onboarding: {buddy: ben, steps: [{id: a, does: x}, {id: a, does: y}]}\n", "steps[1].id"),
    ],
)
def test_two_owners_of_one_id_or_path_are_refused(model_of: Load, text: str, place: str) -> None:
    said = refusal(lambda: model_of(text))

    assert place in said
    assert "is named above already: keep one of the two" in said


def test_priority_and_rota_are_looked_for_in_review_yaml(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(
        "version: 1\nrhythm: {duty: {every: week, from: rota.ics}}\n"
        "severities: {high: {means: x, priority: p1}}\n",
        encoding="utf-8",
    )
    known = Surroundings(frozenset({"p1"}), frozenset({"rota.ics"}))

    assert load_model(path, ["ada"], [], known)
    said = refusal(
        lambda: load_model(path, ["ada"], [], Surroundings(frozenset({"p0"}), frozenset()))
    )
    assert "severities.high.priority: p1 is no priority of review.yaml" in said
    assert "rhythm.duty.from: rota.ics is no rota of review.yaml; none are known" in said


def test_tag_in_the_model_is_refused_and_nothing_is_run(model_of: Load) -> None:
    said = refusal(lambda: model_of("roles: !!python/object/apply:os.system [true]\n"))

    assert "model.yaml:2: roles: the tag !!python/object/apply:os.system is not read" in said
