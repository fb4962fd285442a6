import os

import pytest

from opsreview.cores import cores


@pytest.mark.parametrize(("told", "cores_used"), [("1", 1), ("3", 3)])
def test_cores_are_those_that_polars_is_told(monkeypatch, told, cores_used):
    monkeypatch.setenv("POLARS_MAX_THREADS", told)
    assert cores() == cores_used


@pytest.mark.parametrize("told", [None, "", "0", "many"])
def test_without_word_to_polars_the_whole_machine_is_used(monkeypatch, told):
    if told is None:
        monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    else:
        monkeypatch.setenv("POLARS_MAX_THREADS", told)
    assert cores() == os.cpu_count()
