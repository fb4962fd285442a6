"""What many tests look at and is dear to make: the demo team's cycle, built once a run."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opsreview.cli import app

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``outputs/demo/2026-10/`` of the whole demo review; made by the first worker that asks."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    outputs = shared / "demo-outputs"
    with (shared / "demo-outputs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (outputs / "demo" / "index.html").is_file():
            arguments = ["run", "demo", "--params", str(ROOT / "params")]
            done = CliRunner().invoke(app, [*arguments, "--outputs", str(outputs)])
            assert done.exit_code == 0, done.output
    return outputs / "demo" / "2026-10"
