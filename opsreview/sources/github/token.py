"""The token: from the environment, else from GitHub's own command line tool."""

from __future__ import annotations

import os
import shutil
import subprocess
from urllib.parse import urlsplit

from opsreview.errors import SourceError
from opsreview.secrets import Secret

_SECONDS = 20


def github_token(api_url: str) -> Secret:
    """The token that ``GITHUB_TOKEN`` holds, else what ``gh auth token`` gives for the host.

    Raises:
        SourceError: There is none.
    """
    if text := os.environ.get("GITHUB_TOKEN", "").strip() or _from_gh(api_url):
        return Secret(text)
    raise SourceError(
        f"there is no token for {api_url}: set GITHUB_TOKEN (fine-grained, read-only: Issues, "
        "Pull requests, Contents; Discussions where they are read), or run `gh auth login`"
    )


def _from_gh(api_url: str) -> str:
    gh = shutil.which("gh")
    if gh is None:
        return ""
    host = (urlsplit(api_url).hostname or "").removeprefix("api.")
    try:
        done = subprocess.run(  # noqa: S603
            [gh, "auth", "token", "--hostname", host],
            capture_output=True,
            check=True,
            encoding="utf-8",
            timeout=_SECONDS,
        )
    except (subprocess.SubprocessError, OSError):
        return ""
    return done.stdout.strip()
