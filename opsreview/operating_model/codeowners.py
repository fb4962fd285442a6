"""CODEOWNERS as GitHub reads it, and the areas of a model that take their owner from it.

Source:
    https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from opsreview.checkout import regex_of
from opsreview.operating_model.shape import ModelEntry
from opsreview.yaml_file import Place

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # the first that is there counts
LARGEST_BYTES = 3_000_000  # GitHub reads no larger one
ANY_FILE = "\0"  # stands for a file of any name in a folder

_OWNER = re.compile(r"@[\w.-]+(/[\w.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")
_WORDS = re.compile(r"(?:\\.|[^\s\\])+")


@dataclass(frozen=True)
class Rule:
    """One line: ``owners`` in lower case, without the @ of accounts and teams; none un-owns."""

    line: int
    pattern: str
    owners: tuple[str, ...]

    def matches(self, path: str) -> bool:
        """Whether the rule speaks of a file; letters' case counts."""
        return self._regex.fullmatch(path) is not None

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        pattern = self.pattern
        steps = pattern.strip("/").split("/")
        is_anchored = pattern.startswith("/") or len(steps) > 1
        # Unlike in .gitignore, a last step of * alone does not reach into folders.
        reaches_in = "" if is_anchored and steps[-1] == "*" else "(?:/.+)?"
        below = "/.+" if pattern.endswith("/") else reaches_in
        return re.compile(("" if is_anchored else "(?:[^/]+/)*") + regex_of(pattern) + below)


@dataclass(frozen=True)
class CodeOwners:
    """The rules in their order, and the lines that GitHub skips, with the reason."""

    rules: tuple[Rule, ...]
    skipped: tuple[tuple[int, str], ...] = ()

    def rule_for(self, path: str) -> Rule | None:
        """The last rule that matches a file; for ``src/author/``, any file straight in it."""
        file = path + ANY_FILE if path.endswith("/") else path
        found = (rule for rule in reversed(self.rules) if rule.matches(file.removeprefix("/")))
        return next(found, None)


def read_codeowners(text: str) -> CodeOwners:
    """The rules of a CODEOWNERS file."""
    rules: list[Rule] = []
    skipped: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        pattern, *owners = _words(line) or [""]
        if not pattern:
            continue
        if problem := _problem(pattern, owners):
            skipped.append((number, problem))
        else:
            names = (owner.removeprefix("@").lower() for owner in owners)
            rules.append(Rule(number, pattern, tuple(names)))
    return CodeOwners(tuple(rules), tuple(skipped))


def with_code_owners(
    entry: ModelEntry, model_path: Path, accounts: Mapping[str, str] | None
) -> tuple[ModelEntry, list[tuple[Place, str]]]:
    """The model with an owner in every area that names a CODEOWNERS file, and what hinders that.

    The first person whom the file names for the area's path is its owner, the second its deputy
    unless the area has one.

    Args:
        entry: The document, validated.
        model_path: Where it is: the files are seen from there.
        accounts: People by account, in lower case; None where nobody said, and owners stay open.
    """
    if accounts is None:
        return entry, []
    areas = dict(entry.areas)
    problems: list[tuple[Place, str]] = []
    for name, area in entry.areas.items():
        if area.source is None or area.path is None:
            continue
        try:
            owners = _owners(area.source, area.path, model_path.parent, accounts)
        except ValueError as error:
            problems.append((("areas", name, "from"), str(error)))
            continue
        owner, deputy = (*owners, None)[:2]
        said = {"owner": owner, "deputy": area.deputy or deputy}
        areas[name] = area.model_copy(update=said)
    return entry.model_copy(update={"areas": areas}), problems


def _owners(source: str, path: str, folder: Path, accounts: Mapping[str, str]) -> list[str]:
    """The people whom the file names for a path, in its order; at least one."""
    file = folder / source
    code_owners = read_codeowners(_text(source, file))
    home = file.resolve().parent
    root = home.parent if home.name in {".github", "docs"} else home
    rule = code_owners.rule_for(path.rstrip("/") + "/" if (root / path).is_dir() else path)
    if rule is None:
        raise ValueError(f"no line of {source} matches {path}: add one, or write owner: here")
    if not rule.owners:
        raise ValueError(f"{source}:{rule.line} leaves {path} to nobody: name an owner there")
    people = dict.fromkeys(accounts[name] for name in rule.owners if name in accounts)
    if not people:
        raise ValueError(
            f"{source}:{rule.line} gives {path} to {' and '.join(rule.owners)}, no account of "
            "people.yaml: add it there, or write owner: here"
        )
    return list(people)


def _text(source: str, file: Path) -> str:
    if Path(source).is_absolute() or file.name != "CODEOWNERS":
        raise ValueError(
            f"{source} is no CODEOWNERS file as seen from here: write ../../.github/CODEOWNERS"
        )
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise ValueError(f"{source} is larger than GitHub reads (3 MB): shorten it")
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{source} is not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise ValueError(f"{source} cannot be read ({error.strerror}): correct the path") from None


def _words(line: str) -> list[str]:
    """The pattern and the owners of a line, without its comment."""
    words: list[str] = []
    for match in _WORDS.finditer(line):
        if match[0].startswith("#"):
            break
        words.append(match[0])
    return words


def _problem(pattern: str, owners: list[str]) -> str | None:
    """Why GitHub skips a line."""
    if pattern.startswith("!"):
        return f"{pattern}: a pattern cannot be negated with !"
    if pattern.startswith("\\#"):
        return f"{pattern}: a pattern cannot begin with #"
    if "[" in pattern or "]" in pattern:
        return f"{pattern}: a pattern has no [ ] ranges"
    if not all(map(_OWNER.fullmatch, owners)):
        return f"{pattern}: an owner is written @account, @org/team or as an e-mail address"
    return None
