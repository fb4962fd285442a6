"""The JSON Schema of ``operating_model.yaml``, with which editors complete and validate."""

from __future__ import annotations

from typing import Any

from opsreview.operating_model.shape import ModelEntry

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAMED = (
    "properties",
    "$defs",
    "patternProperties",
)  # whose keys are names, never words of schemas


def model_schema() -> dict[str, Any]:
    """The schema of the whole document; what only resolving can tell is left to ``check``."""
    schema = _for_editors(ModelEntry.model_json_schema(by_alias=True))
    return {"$schema": DIALECT, "title": "operating_model.yaml", **schema}


def _for_editors(schema: Any) -> Any:
    """Without titles and empty defaults, which say nothing; maps closed to keys that are no id."""
    if isinstance(schema, list):
        return [_for_editors(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {
        key: _of_properties(value) if key in _NAMED else _for_editors(value)
        for key, value in schema.items()
        if not (key == "title" or (key == "default" and not isinstance(value, bool | str)))
    }
    return inner | ({"additionalProperties": False} if "patternProperties" in inner else {})


def _of_properties(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: _for_editors(value) for name, value in properties.items()}
