"""A checkout of the team's repository: which files git tracks, what they say, when they changed.

Nothing outside of its folder is ever read, and nothing in it is written.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path, PureWindowsPath

from opsreview.errors import ParamsError, SourceError
from opsreview.sources.git import has_working_files, is_shallow, last_commit_on, tracked_files

# Folders whose files are copies of somebody else's work, made by a program, or made up for a test:
# a RELEASE.md in one of them says nothing of how the team releases. Compared in lower case.
# Not here: examples (written for users, and kept true) and build (often a team's own scripts).
NOT_OURS = frozenset(
    {
        *("node_modules", "bower_components", "vendor", "third_party", "third-party"),
        *(".venv", "venv", "site-packages", "dist", "__snapshots__", "testdata", "test-data"),
        *("fixtures", "fixture", "__fixtures__", "test-fixtures", "test_fixtures", "testfixtures"),
    }
)
LARGEST_BYTES = 2_000_000


@dataclass(frozen=True)
class Checkout:
    """The root of a checkout and the paths of all files that git tracks in it, in order."""

    root: Path
    tracked: tuple[str, ...]
    is_shallow: bool = False
    """Whether it was made without its older history, so that no day in it can be believed."""

    @classmethod
    def open(cls, folder: Path) -> Checkout:
        """The checkout in a folder.

        Raises:
            SourceError: The folder does not exist, is no checkout, lies inside one, or is bare.
        """
        if not folder.is_dir():
            raise SourceError(f"{folder} is no folder: name the folder of a git checkout")
        root = folder.resolve()
        around = next((each for each in root.parents if (each / ".git").exists()), None)
        if around and not (root / ".git").exists() and not (root / "HEAD").exists():
            raise SourceError(f"{folder} lies inside the checkout {around}: name that folder")
        if not has_working_files(root):
            raise SourceError(
                f"{folder} is a bare clone, without files to look at: clone without --bare"
            )
        return cls(root, tuple(tracked_files(root)), is_shallow(root))

    @cached_property
    def _tracked(self) -> frozenset[str]:
        return frozenset(self.tracked)

    @cached_property
    def ours(self) -> tuple[str, ...]:
        """The tracked files that can be a surface: those below no folder of ``NOT_OURS``."""
        return tuple(path for path in self.tracked if not is_below(path, NOT_OURS))

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a tracked file; the root is ``.``."""
        return frozenset(folder for path in self.tracked for folder in _folders_of(path))

    def holds(self, path: str) -> bool:
        """Whether a tracked file or a folder of tracked files is there, links followed.

        Raises:
            ParamsError: As ``inside``.
        """
        inside = self.inside(path)
        return inside in self._tracked or inside in self.folders

    def inside(self, path: str) -> str:
        """The path from the root, links followed; a pattern's wildcards stay as they are.

        Raises:
            ParamsError: It is absolute, or leads out of the checkout.
        """
        refused = ParamsError(
            f"{path} leads out of the checkout: write a path inside it, as seen from its root"
        )
        if path.startswith("/") or PureWindowsPath(path).drive:
            raise refused
        try:
            real = (self.root / posixpath.normpath(path)).resolve()
            return real.relative_to(self.root).as_posix()
        except (OSError, RuntimeError, ValueError):  # a loop of links, a name no disk can hold
            raise refused from None

    def matching(self, pattern: str, *, ours: bool = True) -> list[str]:
        """The files at or below what a path or pattern names, in order.

        ``*`` and ``?`` stay within a name, ``**`` spans folders. A path that ends with ``/`` is a
        folder. With ``ours=False`` fixtures and vendored files count too.

        Raises:
            ParamsError: As ``inside``.
        """
        inside = self.inside(pattern)
        if inside == ".":
            return list(self.ours if ours else self.tracked)
        below = "/.+" if pattern.endswith("/") else "(?:/.+)?"
        wanted = re.compile(regex_of(inside) + below, re.DOTALL)
        return [path for path in (self.ours if ours else self.tracked) if wanted.fullmatch(path)]

    def text(self, path: str) -> str:
        """What a tracked file says.

        Raises:
            ParamsError: As ``inside``.
            SourceError: The file is not tracked, not there, no UTF-8 text, or very large.
        """
        inside = self.inside(path)
        if inside not in self._tracked:
            raise SourceError(f"{path} is not tracked by git in {self.root}: add it")
        file = self.root / inside
        try:
            if file.stat().st_size > LARGEST_BYTES:
                megabytes = LARGEST_BYTES // 1_000_000
                raise SourceError(f"{path} is larger than {megabytes} MB, too much to read here")
            return file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SourceError(f"{path} is not UTF-8 text: save it as UTF-8") from None
        except OSError as error:
            raise SourceError(f"{path} cannot be read ({error.strerror}): check it out") from None

    def last_commit_on(self, patterns: Iterable[str]) -> date | None:
        """The day of the newest commit that touched any of these paths or patterns.

        Changes of fixtures and vendored files do not count. None where no commit did, or where
        the older history is missing.

        Raises:
            ParamsError: As ``inside``.
            SourceError: git cannot read the history.
        """
        inside = [self.inside(pattern) for pattern in patterns]
        if self.is_shallow or not inside:
            return None
        escaped = [path.replace("[", r"\[") for path in inside]  # git would read a range of signs
        wanted = [f":(glob){path}{end}" for path in escaped for end in ("", "/**")]
        unwanted = [f":(exclude,glob,icase)**/{name}/**" for name in sorted(NOT_OURS)]
        return last_commit_on(self.root, [*wanted, *unwanted])


def is_below(path: str, names: Iterable[str]) -> bool:
    """Whether one of the folders above the path has one of the names, in lower case."""
    return not {step.lower() for step in path.split("/")[:-1]}.isdisjoint(names)


def regex_of(pattern: str) -> str:
    """A regular expression of whole paths: ``*`` and ``?`` stay in a name, ``**`` spans folders.

    A backslash takes its meaning from the sign after it; brackets have none, as in CODEOWNERS.
    """
    *above, last = pattern.strip("/").split("/")
    folders = "".join("(?:[^/]+/)*" if step == "**" else _name_regex(step) + "/" for step in above)
    return folders + (".+" if last == "**" else _name_regex(last))


def _name_regex(name: str) -> str:
    if name == "*":
        return "[^/]+"
    signs = re.findall(r"\\.|\*+|.", name, re.DOTALL)
    return "".join(
        "[^/]*" if sign[0] == "*" else "[^/]" if sign == "?" else re.escape(sign[-1])
        for sign in signs
    )


def _folders_of(path: str) -> Iterable[str]:
    steps = path.split("/")
    return [".", *("/".join(steps[:end]) for end in range(1, len(steps)))]
