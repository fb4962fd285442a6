"""A new team's folder."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from opsreview.errors import ParamsError
from opsreview.params import load_team

_REVIEW = """\
# How to read this team's data. Every key is described in the README; unknown keys are errors.
repos: [{repo}]
timezone: {timezone}            # of the team: cycles and calendar days
sources:
{github}
  # - {{kind: git_tags, path: ../../clones/NAME, repo: {repo}}}
  # - {{kind: ics, path: rota.ics, role: primary, person: "on duty: (?P<person>.+)"}}
  # - {{kind: csv, table: incidents, path: incidents.csv,
  #    columns: {{incident_id: id, opened_at: started_at, resolved_at: resolved_at}}}}
# labels: {{priorities: {{p1: [priority/critical]}}}}
# bots: [some-bot]                # machine users that GitHub takes for people
privacy: {{names: pseudonyms}}    # on pages: shown | pseudonyms | roles
"""
_API = """\
  - {kind: github}                # GitHub Enterprise: {kind: github, api_url: "https://HOST/api/v3"}
  # - {kind: github_dump, path: ../../dumps/NAME}"""
_DUMP = "  - {{kind: github_dump, path: {dump}}}"


def new_team(name: str, *, params: Path, repo: str, dump: Path | None, timezone: str) -> Path:
    """Make ``params/<name>/`` with a ``review.yaml`` that reads GitHub, or a dump of it.

    Raises:
        ParamsError: The folder is there already or cannot be made, or what was given is not valid.
    """
    folder = params / name
    if folder.exists():
        raise ParamsError(f"{folder} is there already: edit it, or choose another name")
    if name in {"store", "demo"} or not name.replace("-", "").replace("_", "").isalnum():
        raise ParamsError(f"{name!r} cannot be a team's name: use letters, digits, - and _")
    github = _API if dump is None else _DUMP.format(dump=_quoted(os.path.relpath(dump, folder)))
    text = _REVIEW.format(repo=repo, timezone=timezone, github=github)
    try:
        params.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=params, prefix=".new-") as scratch:
            made = Path(scratch) / name
            made.mkdir()
            (made / "review.yaml").write_text(text, encoding="utf-8")
            (made / ".gitignore").write_text("pseudonyms.key\n", encoding="utf-8")
            _check(name, Path(scratch), folder)
            shutil.move(made, folder)
    except OSError as error:
        raise ParamsError(
            f"{folder} cannot be made ({error.strerror or error}): free it or name another folder "
            "with --params"
        ) from error
    return folder


def _quoted(text: str) -> str:
    """Text as YAML takes it whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


def _check(name: str, scratch: Path, folder: Path) -> None:
    """Read what was written; a refusal names the folder it was meant for."""
    try:
        load_team(name, scratch)
    except ParamsError as error:
        raise ParamsError(str(error).replace(str(scratch / name), str(folder))) from None
