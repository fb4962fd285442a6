"""A store, and sources declared as ``review.yaml`` in ``tmp_path`` of a team in Madrid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from opsreview.sources import Source, SourceRows
from opsreview.store import Store

Declare = Callable[..., Any]
Read = Callable[[Source], SourceRows]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "outputs" / "store.sqlite") as store:
        yield store


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    def declare(source: Any, **said: Any) -> Any:
        context = {"folder": tmp_path, "timezone": "Europe/Madrid"}
        return source.model_validate(said, context=context)

    return declare


@pytest.fixture
def read(store: Store) -> Read:
    def read(source: Source) -> SourceRows:
        source.fetch(store)
        return source.rows(store)

    return read
