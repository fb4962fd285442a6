"""The JSON Schema of ``operating_model.yaml``, with which editors complete and validate."""

from __future__ import annotations

from typing import Any

from opsreview.operating_model.shape import ModelEntry

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def model_schema() -> dict[str, Any]:
    """The schema of the whole document; what only resolving can tell is left to ``check``."""
    schema = ModelEntry.model_json_schema(by_alias=True)
    said: dict[str, Any] = {"$schema": DIALECT, "title": "operating_model.yaml"}
    return said | {key: _closed(value) for key, value in schema.items() if key not in said}


def _closed(schema: Any) -> Any:
    """The same with maps closed to keys that are no id: their pattern alone would let them pass."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _closed(value) for key, value in schema.items()}
    return inner | ({"additionalProperties": False} if "patternProperties" in inner else {})
