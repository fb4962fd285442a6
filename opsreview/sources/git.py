"""The only way to git: local clones are read with it, their remotes never."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from opsreview.errors import SourceError

_SECONDS = 120
# Set inside git hooks: they would point git at another repository than the one asked for.
_REDIRECTS = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
}
_COMMIT = "commit "  # begins what the log says of a commit, apart from its files


def clone_around(folder: Path) -> Path | None:
    """The root of the clone that a folder lies in; None where it lies in none."""
    at = folder.resolve()
    return next((each for each in (at, *at.parents) if (each / ".git").exists()), None)


@dataclass(frozen=True)
class Version:
    """A file as one commit left it: ``content`` is None where the commit took it away.

    ``authored_at`` is as git writes it, ISO 8601 with an offset; a damaged commit may say anything.
    """

    path: str
    commit: str
    authored_at: str
    content: bytes | None


def git(clone: Path, *arguments: str) -> str:
    """What a git command says of the clone, as text; what is no UTF-8 in it is replaced.

    Raises:
        SourceError: git is not installed, the path is no clone, or git refuses to read it.
    """
    return git_bytes(clone, *arguments).decode(errors="replace")


def git_bytes(clone: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What a git command says of the clone, to the byte; ``given`` is what it reads.

    Raises:
        SourceError: As ``git``.
    """
    program = shutil.which("git")
    if program is None:
        raise SourceError("git is not installed, and clones are read with it: install git")
    if not clone.is_dir():
        raise SourceError(f"{clone} is no folder: paths are seen from review.yaml")
    try:
        done = subprocess.run(  # noqa: S603
            [program, "-C", str(clone), *arguments],
            capture_output=True,
            check=True,
            env=_environment(clone),
            input=given,
            timeout=_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip()
        raise SourceError(
            f"{clone} cannot be read as a git clone ({reason}): "
            "clone the repository there, with all its history and tags"
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(f"git cannot read {clone} ({error}): try it by hand") from error
    return done.stdout


def is_shallow(clone: Path) -> bool:
    """True where the clone was made without its older history.

    Raises:
        SourceError: As ``git``.
    """
    return git(clone, "rev-parse", "--is-shallow-repository").strip() == "true"


def has_working_files(clone: Path) -> bool:
    """False for a bare clone, and for the folder in which git keeps its own files.

    Raises:
        SourceError: As ``git``.
    """
    return git(clone, "rev-parse", "--is-inside-work-tree").strip() == "true"


def tracked_files(clone: Path) -> list[str]:
    """The path of every file that git tracks, in order, whether it is on disk or not.

    Raises:
        SourceError: As ``git``.
    """
    # A clone's own settings may name a program that lists changed files: it is not run.
    said = git(clone, "-c", "core.fsmonitor=false", "ls-files", "-z")
    return sorted(set(said.split("\0")) - {""})


def last_commit_on(clone: Path, pathspecs: Iterable[str]) -> date | None:
    """The day, as its committer's clock said, of the newest commit that touched the paths.

    None where no commit did, as in a clone without commits.

    Raises:
        SourceError: As ``git``; or the commit's date is damaged.
    """
    if not git(clone, "rev-list", "--max-count=1", "--all"):
        return None
    log = ["log", "--max-count=1", "--format=%cs", "--no-show-signature", "--no-color"]
    said = git(clone, *log, "--", *pathspecs).strip()
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise SourceError(f"{clone}: a commit is dated {said!r}: look at it with git log") from None


def versions(clone: Path, paths: str) -> list[Version]:
    """Every version of the files that ``paths`` names (``*`` stays in its folder), oldest first.

    What led to the commit that is checked out is read, merges themselves apart.

    Raises:
        SourceError: As ``git``; or the clone was made without the contents of its files.
    """
    changes = list(_changes(clone, paths))
    blobs = {blob for *_, blob in changes if blob is not None}
    contents = _contents(clone, sorted(blobs))
    return [
        Version(path, commit, authored_at, None if blob is None else contents[blob])
        for commit, authored_at, path, blob in changes
    ]


def _changes(clone: Path, paths: str) -> Iterator[tuple[str, str, str, str | None]]:
    """Commit, author's date, path and blob of every change; no blob where the file went away."""
    log = ["log", "--reverse", "--author-date-order", "--full-history", "--no-merges"]
    form = ["--raw", "-z", "--no-abbrev", "--no-renames", f"--format={_COMMIT}%H %aI"]
    plain = ["--no-show-signature", "--no-color"]  # whatever the reader's settings say
    words = iter(git(clone, *log, *form, *plain, "--", f":(glob){paths}").split("\0"))
    commit = authored_at = ""
    for word in map(str.strip, words):
        if word.startswith(_COMMIT):
            commit, _, authored_at = word.removeprefix(_COMMIT).partition(" ")
        elif word.startswith(":"):
            _, mode, _, blob, _ = word.split(" ")
            path = next(words)
            if mode.startswith("100"):
                yield commit, authored_at, path, blob
            elif mode == "000000":
                yield commit, authored_at, path, None


def _contents(clone: Path, blobs: list[str]) -> dict[str, bytes]:
    said = git_bytes(clone, "cat-file", "--batch", given="\n".join([*blobs, ""]).encode())
    contents: dict[str, bytes] = {}
    start = 0
    for blob in blobs:
        head_end = said.find(b"\n", start)
        name, *rest = said[start:head_end].decode().split(" ")
        if name != blob or rest[:1] != ["blob"]:
            raise SourceError(
                f"{clone} lacks the contents of its files ({blob} is missing): "
                "clone the repository again, without --filter"
            )
        start = head_end + 1 + int(rest[1]) + 1
        contents[blob] = said[head_end + 1 : start - 1]
    return contents


def _environment(clone: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _REDIRECTS}
    # A folder that is no clone must not be taken for the repository around it.
    ceiling = str(clone.resolve().parent)
    return kept | {"GIT_CEILING_DIRECTORIES": ceiling, "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
