"""What a checkout of the repository holds that a first model can lean on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from opsreview.errors import ParamsError
from opsreview.operating_model.codeowners import PLACES, read_codeowners
from opsreview.operating_model.facts import CheckoutFacts

_FOLDERS = ("", ".github", ".github/ISSUE_TEMPLATE", ".github/workflows", "docs")


def checkout_facts(checkout: Path) -> CheckoutFacts:
    """Documentation, templates, workflows, commands and owners of a checkout.

    Raises:
        ParamsError: It is no folder, or cannot be read.
    """
    if not checkout.is_dir():
        raise ParamsError(f"--checkout {checkout} is no folder: name a clone of the repository")
    try:
        return CheckoutFacts(
            frozenset(_paths(checkout)), tuple(_owned_paths(checkout)), tuple(_commands(checkout))
        )
    except OSError as error:
        said = error.strerror or error
        raise ParamsError(f"--checkout {checkout} cannot be read ({said}): check it") from error


def _owned_paths(checkout: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Path and owners of each rule of CODEOWNERS, in the order of the file."""
    file = next((checkout / name for name in PLACES if (checkout / name).is_file()), None)
    for rule in read_codeowners(_text(file)).rules if file else ():
        if rule.owners:
            yield rule.pattern, rule.owners


def _paths(checkout: Path) -> Iterator[str]:
    for folder in _FOLDERS:
        place = checkout / folder
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if path.is_file():
                yield path.relative_to(checkout).as_posix()


def _commands(checkout: Path) -> Iterator[str]:
    """The ids of ``contributes.commands``; a package.json of another shape contributes none."""
    file = checkout / "package.json"
    if not file.is_file():
        return
    try:
        listed = json.loads(_text(file))["contributes"]["commands"]
        yield from [one["command"] for one in listed if isinstance(one["command"], str)]
    except (ValueError, KeyError, TypeError):
        return


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig", errors="replace")
