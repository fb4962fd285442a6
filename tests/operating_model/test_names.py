"""Every name of a model stands for somebody, or loading says which does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsreview.errors import ParamsError
from opsreview.operating_model.document import OperatingModel

Load = Callable[[str], OperatingModel]
ROLE = "roles:\n  lead: {owner: ada, deputy: ben}\n"


def refusal(model_of: Load, text: str) -> str:
    with pytest.raises(ParamsError) as refused:
        model_of(text)
    return "\n".join(line.rpartition("/")[2] for line in str(refused.value).splitlines())


def test_role_stands_for_its_owner_and_deputy(model_of: Load) -> None:
    lead = model_of(ROLE).holder("lead")

    assert (lead.owner, lead.deputy, lead.people) == ("ada", "ben", ("ada", "ben"))


def test_person_stands_for_themselves(model_of: Load) -> None:
    assert model_of("").holder("ada").people == ("ada",)


def test_duty_stands_for_everyone_in_the_rota_once_and_no_single_owner(model_of: Load) -> None:
    duty = model_of("rhythm:\n  duty: {every: week, order: [ada, ben, ada]}\n").holder("duty")

    assert (duty.owner, duty.people) == (None, ("ada", "ben"))


def test_area_has_its_own_deputy_before_the_owning_roles(model_of: Load) -> None:
    text = ROLE + (
        "areas:\n  one: {owner: lead, label: area/one}\n"
        "  two: {owner: lead, deputy: cleo, label: area/two}\n"
    )
    one, two = (model_of(text).owner_of_area(label) for label in ("area/one", "area/two"))

    assert one is not None
    assert (one.owner, one.deputy) == ("ada", "ben")
    assert two is not None
    assert (two.owner, two.deputy) == ("ada", "cleo")


def test_area_on_duty_has_the_rota_and_no_owner(model_of: Load) -> None:
    text = (
        "rhythm: {duty: {every: week, order: [ada, ben]}}\nareas: {all: {owner: duty, label: x}}\n"
    )

    area = model_of(text).owner_of_area("x")

    assert area is not None
    assert (area.owner, area.people) == (None, ("ada", "ben"))


def test_label_of_no_area_has_no_owner(model_of: Load) -> None:
    assert model_of(ROLE).owner_of_area("area/none") is None


def test_role_is_held_by_a_person_and_the_error_names_the_near_one(model_of: Load) -> None:
    assert refusal(model_of, "roles:\n  lead:\n    owner: adda\n") == (
        "model.yaml:4: roles.lead.owner: adda is not a person of people.yaml; "
        "did you mean ada? known: ada, ben, cleo, dev"
    )


def test_role_held_by_a_role_is_refused(model_of: Load) -> None:
    text = ROLE + "  second: {owner: lead}\n"

    assert "model.yaml:4: roles.second.owner: lead is not a person" in refusal(model_of, text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("areas: {one: {owner: zed}}\n", "areas.one.owner"),
        ("areas: {one: {owner: ada, deputy: zed}}\n", "areas.one.deputy"),
        ("channels: {chat: {where: here, watched_by: zed}}\n", "channels.chat.watched_by"),
        ("rhythm: {triage: {every: day, by: zed}}\n", "rhythm.triage.by"),
        ("rhythm: {duty: {every: week, order: [ada, zed]}}\n", "rhythm.duty.order[1]"),
        ("escalation: [{who: zed, after: 1 h}]\n", "escalation[0].who"),
        ("promises: [{id: p, says: x, owner: zed, unchecked: y}]\n", "promises[0].owner"),
        ("reviewed: {by: zed, on: 2026-01-06}\n", "reviewed.by"),
    ],
)
def test_unknown_name_is_refused_wherever_it_stands(model_of: Load, text: str, place: str) -> None:
    message = refusal(model_of, text)

    assert message.startswith(f"model.yaml:2: {place}: zed is ")
    assert "known: ada, ben, cleo, dev" in message


def test_duty_is_unknown_without_a_rota(model_of: Load) -> None:
    text = "channels: {chat: {where: here, watched_by: duty}}\n"

    assert "duty is no person of people.yaml and no role here" in refusal(model_of, text)


def test_role_with_a_persons_id_is_refused(model_of: Load) -> None:
    assert refusal(model_of, "roles: {ada: {owner: ben}}\n") == (
        "model.yaml:2: roles.ada: ada is a person of people.yaml too: give the role another name"
    )


def test_all_unknown_names_come_in_one_error(model_of: Load) -> None:
    text = "roles:\n  lead: {owner: x1}\nareas:\n  one: {owner: x2}\n"

    assert [line[:12] for line in refusal(model_of, text).splitlines()] == [
        "model.yaml:3",
        "model.yaml:5",
    ]
