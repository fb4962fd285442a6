"""The demo team's model and ledger are valid and fit each other."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsreview.operating_model.decisions import in_force, load_decisions, value_at
from opsreview.operating_model.document import OperatingModel, load_model
from opsreview.window import Cycle
from opsreview.wording import METRIC_NAMES
from opsreview.yaml_file import read_yaml

DEMO = Path(__file__).parents[2] / "params" / "demo"
MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture(scope="module")
def model() -> OperatingModel:
    people = read_yaml(DEMO / "people.yaml").data
    return load_model(DEMO / "operating_model.yaml", people, METRIC_NAMES)


def test_deputy_for_releases_is_the_first_thing_that_is_not_declared(model: OperatingModel) -> None:
    assert model.not_declared[0] == "a deputy for release-manager"
    assert sum("deputy" in part for part in model.not_declared) == 1


def test_next_slot_after_october_is_the_tenth_of_november(model: OperatingModel) -> None:
    assert model.release_slots(Cycle("2026-11", MADRID).window, zone=MADRID)[0] == date(
        2026, 11, 10
    )


def test_ledger_says_what_the_model_says_today(model: OperatingModel) -> None:
    known = {*model.people, *model.entry.roles}
    decisions = load_decisions(DEMO / "decisions.yaml", known, METRIC_NAMES)

    changed = [decision.change for decision in decisions if decision.change]

    assert changed
    for change in changed:
        assert value_at(model.file.data, change.path) == change.to


def test_model_of_every_earlier_month_is_valid(model: OperatingModel) -> None:
    decisions = load_decisions(DEMO / "decisions.yaml")

    july = model.as_written(in_force(model.file.data, decisions, date(2026, 7, 31)))

    assert july.release_slots(Cycle("2026-07", MADRID).window, zone=MADRID) == [date(2026, 7, 14)]


def test_json_names_the_people_as_they_are_shown(model: OperatingModel) -> None:
    said = model.to_json(shown=lambda person: f"person {person[0]}")

    assert said["roles"][0]["owner"] == "person a"
    assert said["rhythm"]["duty"]["order"] == ["person a", "person b", "person c", "person d"]
    assert said["promises"][2]["owner"] == "person b"
    assert said["promises"][0]["owner"] == "triage-lead"
    assert said["reviewed"] == {
        "by": {
            "name": "person a",
            "owner": "person a",
            "deputy": None,
            "people": ["person a"],
        },
        "on": "2026-06-02",
        "every": "quarter",
    }
    assert not {"ada", "ben", "cleo", "dev", "eli"} & set(_strings(said))


def _strings(said: object) -> list[str]:
    if isinstance(said, dict):
        return [text for inner in said.values() for text in _strings(inner)]
    if isinstance(said, list):
        return [text for inner in said for text in _strings(inner)]
    return [said] if isinstance(said, str) else []
