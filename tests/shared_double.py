"""The shared stand-in for GitHub, where this machine has one; tests that want it skip elsewhere."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "shared" / "tools" / "github_double.py"


@dataclass
class Double:
    """One running stand-in; what it is told and asked goes over its control paths."""

    url: str
    skew_seconds: float = 0.0

    def stats(self) -> dict[str, Any]:
        """Requests, points and violations since the last reset."""
        return dict(self._control("stats"))

    def reset(self) -> None:
        """No faults, no memory of requests."""
        self.faults()
        self._control("reset", {})

    def faults(self, *rules: dict[str, Any]) -> None:
        self._control("faults", list(rules))

    def mutate(self, *operations: dict[str, Any]) -> None:
        self._control("mutate", list(operations))

    def advance(self, seconds: float) -> None:
        """Let its clock run ahead."""
        self.skew_seconds += seconds
        self._control("skew", {"seconds": self.skew_seconds})

    def _control(self, what: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/_double/{what}", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def running_double(*arguments: str) -> Iterator[Double]:
    """The stand-in as a process of its own, ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(SCRIPT), "--port", str(port), *arguments]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            assert "github_double" in said, said
            _listens(port)
            yield Double(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def _listens(port: int) -> None:
    """Return when somebody answers at the port."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
    raise TimeoutError("the shared stand-in did not start")
