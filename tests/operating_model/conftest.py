"""A small model, written and loaded, for the tests of what is read from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from opsreview.operating_model.document import OperatingModel, load_model

PEOPLE = ("ada", "ben", "cleo", "dev")
METRICS = (
    "response_attainment",
    "time_to_first_review",
    "busiest_share",
    "backlog",
    "release_frequency",
    "release_interval",
)


@pytest.fixture
def model_of(tmp_path: Path) -> Callable[[str], OperatingModel]:
    """Loads a model from its text; the file is called model.yaml."""

    def load(text: str) -> OperatingModel:
        path = tmp_path / "model.yaml"
        path.write_text("version: 1\n" + text, encoding="utf-8")
        return load_model(path, PEOPLE, METRICS)

    return load
