"""A page as Chromium sees it: its document after the scripts, what it said, what it asked for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # Chromium asks its maker things of its own
    "--virtual-time-budget=8000",
)
BROWSER_ITSELF = "not an origin"


@dataclass(frozen=True)
class Opened:
    """``document`` is the HTML after the scripts ran; ``requests`` leave the disk."""

    document: str
    console: list[str]
    requests: list[str]


def opened(page: Path, *switches: str) -> Opened:
    """Open a file in headless Chromium; skips where there is none, unless CI says there must be."""
    program = chromium()
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        log = Path(profile) / "net.json"
        done = subprocess.run(
            [
                program,
                *QUIET,
                f"--user-data-dir={profile}",
                f"--log-net-log={log}",
                *switches,
                "--dump-dom",
                page.resolve().as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return Opened(done.stdout, console, _requests(log))


def chromium() -> str:
    """The program; skips where there is none, unless CI says there must be."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None and os.environ.get("CI"):
        pytest.fail("Chromium is not installed, and CI must look at the pages")
    if program is None:
        pytest.skip("Chromium is not installed: the pages are not looked at")
    return program


def _requests(log: Path) -> list[str]:
    """Addresses asked for by the page, from Chromium's own log."""
    recorded: dict[str, Any] = json.loads(log.read_text(encoding="utf-8"))
    asked = [event.get("params", {}) for event in recorded["events"]]
    urls = [
        each["url"] for each in asked if each.get("initiator", BROWSER_ITSELF) != BROWSER_ITSELF
    ]
    return [url for url in urls if not url.startswith(("file:", "data:", "blob:"))]
