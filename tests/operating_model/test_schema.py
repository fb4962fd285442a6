"""The JSON Schema of operating_model.yaml agrees with what loading it accepts and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from opsreview.errors import ParamsError
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.schema import DIALECT, model_schema
from opsreview.yaml_file import read_yaml

PARAMS = Path(__file__).parents[2] / "params"
ROLE = "roles: {lead: {owner: ada}}\n"
HOURS = "rhythm: {duty: {every: week, order: [ada], cover: always}}\n"
DUTY = "rhythm: {duty: {every: week, order: [ada]}}\n"
PROMISE = "promises: [{id: a, says: x, owner: ada, metric: backlog, at_most: 0}]\n"


def problems(data: Any) -> list[str]:
    plain = json.loads(json.dumps(data, default=str))
    return [error.message for error in Draft202012Validator(model_schema()).iter_errors(plain)]


def test_schema_is_valid_and_names_its_dialect() -> None:
    schema = model_schema()
    Draft202012Validator.check_schema(schema)
    assert (schema["$schema"], schema["title"]) == (DIALECT, "operating_model.yaml")


@pytest.mark.parametrize("path", sorted(PARAMS.glob("*/operating_model.yaml")), ids=str)
def test_models_of_this_repository_fit_the_schema(path: Path) -> None:
    assert problems(read_yaml(path).data) == []


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (ROLE, ROLE.replace("roles", "rols")),
        (ROLE, ROLE.replace("lead:", "Lead Person:")),
        (ROLE, ROLE.replace("owner", "ownr")),
        (ROLE, "roles: {lead: {deputy: ada}}\n"),
        (DUTY, DUTY.replace("week", "fortnight")),
        (DUTY, DUTY.replace("order: [ada]", "cover: always")),
        (DUTY, DUTY.replace("[ada]", "[ada], from: rota.ics")),
        (
            DUTY.replace("[ada]", "[ada], cover: always"),
            DUTY.replace("[ada]", "[ada], cover: 24/7"),
        ),
        (DUTY.replace("[ada]", "[ada], rest: 1 week"), DUTY.replace("[ada]", "[ada], rest: 1")),
        (PROMISE, PROMISE.replace("id: a", "id: A b")),
        (PROMISE, PROMISE.replace("at_most: 0", "at_most: []")),
        ("reviewed: {by: ada, on: 2026-06-02}\n", "reviewed: {by: ada}\n"),
        ("reviews: {self_merge: never}\n", "reviews: {self_merge: sometimes}\n"),
        (
            "areas: {a: {from: CODEOWNERS, path: src/}}\n",
            "areas: {a: {from: CODEOWNERS, path: src/, owner: ada}}\n",
        ),
    ],
)
def test_schema_and_loading_agree(
    model_of: Callable[[str], OperatingModel], text: str, broken: str
) -> None:
    assert problems(model_of(text).file.data) == []
    with pytest.raises(ParamsError) as refused:
        model_of(broken)
    path = Path(str(refused.value).partition(":")[0])
    assert problems(read_yaml(path).data)


def test_every_part_of_the_document_is_described_to_editors() -> None:
    schema = model_schema()
    named = {name for name in schema["properties"] if name != "version"}
    silent = {name for name in named if "description" not in schema["properties"][name]}
    assert not silent
    assert all("description" in entry for entry in schema["$defs"].values())


def test_keys_are_as_they_are_written_in_the_file() -> None:
    entries = model_schema()["$defs"]
    assert {"from", "to"} <= set(entries["FreezeEntry"]["properties"])
    assert "from" in entries["DutyEntry"]["properties"]
    assert not any("title" in entry for entry in entries.values())
