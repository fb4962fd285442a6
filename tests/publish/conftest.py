"""A model written and loaded, for what is published of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsreview.operating_model.document import OperatingModel, load_model

from .models import PEOPLE, MakeModel


@pytest.fixture
def model_of(tmp_path: Path) -> MakeModel:
    def load(text: str) -> OperatingModel:
        path = tmp_path / "operating_model.yaml"
        path.write_text("version: 1\n" + text, encoding="utf-8")
        return load_model(path, PEOPLE, ("response_attainment",))

    return load
