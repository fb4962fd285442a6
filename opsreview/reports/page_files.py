"""What the pages share on disk: style, script, plotly.js, the policy, and how a page is written."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from opsreview.errors import OutputsError

ASSETS = Path(__file__).parent / "assets"
OWN_ASSETS = ("page.css", "page.js")


def policy(scripts: str) -> str:
    """The Content-Security-Policy of a page that may run ``scripts`` and load nothing else."""
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; connect-src 'none'; base-uri 'none'; "
        "form-action 'none'"
    )


def source_hash(script: str) -> str:
    """What a policy says to allow exactly this inline script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def plotly_js() -> Path:
    """plotly.js as the installed plotly brings it, found without importing plotly."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise OutputsError("plotly is not installed: `make review` installs it")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


def copy_assets(into: Path) -> None:
    """Put the shared files beside the pages; plotly.js is copied only when it changed size."""
    try:
        into.mkdir(parents=True, exist_ok=True)
        for name in OWN_ASSETS:
            shutil.copyfile(ASSETS / name, into / name)
        plotly, copied = plotly_js(), into / "plotly.min.js"
        if not copied.exists() or copied.stat().st_size != plotly.stat().st_size:
            shutil.copyfile(plotly, copied)
    except OSError as error:
        raise OutputsError(
            f"{into} cannot be written ({error.strerror}): check the folder's rights"
        ) from error


def write_page(path: Path, text: str) -> Path:
    """Write a page whole or not at all.

    Raises:
        OutputsError: The folder cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, path)
    except OSError as error:
        raise OutputsError(
            f"{path} cannot be written ({error.strerror}): check the folder's rights"
        ) from error
    return path
