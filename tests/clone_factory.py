"""Small git repositories on disk, made at fixed moments and untouched by the machine's settings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

_ROLES = ("AUTHOR", "COMMITTER")
_WHO = {"NAME": "Simulated Person", "EMAIL": "simulated@example.org"}


def git(
    folder: Path, *arguments: str, on: str = "2026-01-01T00:00:00Z", given: str | None = None
) -> str:
    """What git says to a command run in the folder at the moment ``on``, given text to read."""
    said = {f"GIT_{role}_{name}": value for role in _ROLES for name, value in _WHO.items()}
    dates = {f"GIT_{role}_DATE": on for role in _ROLES}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env=os.environ | said | dates | alone,
        input=given,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def new_clone(folder: Path) -> Path:
    """An empty repository on the branch main."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def commit_files(
    clone: Path, files: dict[str, str | bytes | None], on: str = "2026-01-01T00:00:00Z"
) -> None:
    """Commit files anywhere in the clone by their paths; None takes one away."""
    for name, said in files.items():
        path = clone / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if said is None:
            path.unlink()
        else:
            path.write_bytes(said.encode() if isinstance(said, str) else said)
    git(clone, "add", "--all", "--force", "--", *files)
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "work", on=on)


def upptime_file(status: str, **said: Any) -> str:
    """A file of ``history/`` as Upptime writes it today; a test adds ``startTime``."""
    lines = {
        "url": "https://example.org",
        "status": status,
        "code": 200,
        "responseTime": 71,
        "lastUpdated": "2026-01-01T00:00:00.000Z",
        "generator": "Upptime <https://github.com/upptime/upptime>",
    }
    return "".join(f"{name}: {value}\n" for name, value in (lines | said).items())


def commit_history(clone: Path, on: str, **files: str | None) -> None:
    """Commit files of ``history/``: a status, or a whole text; None takes the file away."""
    (clone / "history").mkdir(exist_ok=True)
    for slug, said in files.items():
        path = clone / "history" / f"{slug}.yml"
        if said is None:
            path.unlink()
        else:
            path.write_text(upptime_file(said) if said.isalpha() else said, encoding="utf-8")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "🟩 checked", on=on)
