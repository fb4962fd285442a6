"""The checkout as the checks see it: each file read once, what cannot be read noted once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, cached_property
from typing import Any

from opsreview.checkout import Checkout
from opsreview.errors import OpsReviewError, ParamsError
from opsreview.operating_model.codeowners import PLACES, CodeOwners, Rule, read_codeowners
from opsreview.operating_model.surfaces.markdown import SUFFIXES, Page, read_page

MOST_NAMED = 3


class Repository:
    """What a checkout holds, read when it is first asked for.

    ``unreadable`` says of each file that could not be read or understood, why.
    """

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout
        self.unreadable: dict[str, str] = {}
        self.text = cache(self._text)
        self.page = cache(self._page)
        self.rule_for = cache(self._rule_for)

    @cached_property
    def codeowners_path(self) -> str | None:
        """Where the CODEOWNERS file that counts is, or None."""
        return next((path for path in PLACES if path in self.checkout.tracked), None)

    @cached_property
    def codeowners(self) -> CodeOwners | None:
        """The rules that count; None where there are none, or they cannot be read."""
        path = self.codeowners_path
        text = None if path is None else self.text(path)
        return None if text is None else read_codeowners(text)

    @cached_property
    def manifests(self) -> dict[str, dict[str, Any]]:
        """Every package.json of ours, by its path: one a package of a monorepo."""
        read = {path: self._json(path) for path in self.named("package.json")}
        return {path: said for path, said in read.items() if said is not None}

    @cached_property
    def python_projects(self) -> dict[str, dict[str, Any]]:
        """Every pyproject.toml of ours, by its path."""
        read = {path: self._toml(path) for path in self.named("pyproject.toml")}
        return {path: said for path, said in read.items() if said is not None}

    def named(self, *names: str) -> list[str]:
        """The files of ours whose name, without its folders, is one of these."""
        return [path for path in self.checkout.ours if path.rpartition("/")[2] in names]

    def files(self, pattern: str, *, ours: bool = True) -> list[str]:
        """What ``Checkout.matching`` finds; nothing for a path that leads out of the checkout."""
        try:
            return self.checkout.matching(pattern, ours=ours)
        except ParamsError:
            return []

    def _text(self, path: str) -> str | None:
        try:
            return self.checkout.text(path)
        except OpsReviewError as error:
            self.unreadable.setdefault(path, str(error))
            return None

    def _rule_for(self, path: str) -> Rule | None:
        return self.codeowners.rule_for(path) if self.codeowners else None

    def _page(self, path: str) -> Page | None:
        text = self.text(path)
        return None if text is None else read_page(text)

    def _json(self, path: str) -> dict[str, Any] | None:
        return self._mapping(path, json.loads)

    def _toml(self, path: str) -> dict[str, Any] | None:
        return self._mapping(path, tomllib.loads)

    def _mapping(self, path: str, loads: Any) -> dict[str, Any] | None:
        text = self.text(path)
        try:
            said = None if text is None else loads(text)
        except (ValueError, RecursionError) as error:
            self.unreadable.setdefault(path, f"{path} cannot be understood ({error}): correct it")
            return None
        return said if isinstance(said, dict) else None


def is_page(path: str) -> bool:
    """Whether a file is Markdown."""
    return path.lower().endswith(SUFFIXES)


def mapping_at(said: Any, *keys: str) -> dict[str, Any]:
    """The mapping at nested keys; empty where the file says something else there."""
    for key in keys:
        said = said.get(key) if isinstance(said, dict) else None
    return said if isinstance(said, dict) else {}


def nearest(wanted: str, known: Iterable[str]) -> str:
    """``; nearest: a, b`` where names come near, ``; there are: a, b`` where there are few."""
    names = sorted(set(known))
    folded = {name.casefold(): name for name in names}
    close = get_close_matches(wanted.casefold(), folded, n=MOST_NAMED)
    if close:
        return f"; nearest: {', '.join(folded[name] for name in close)}"
    return f"; there are: {', '.join(names)}" if 0 < len(names) <= MOST_NAMED else ""


def listed(names: Iterable[str], most: int = 5) -> str:
    """``a, b and 7 more``."""
    every = list(names)
    more = len(every) - most
    return ", ".join(every[:most]) + (f" and {more} more" if more > 0 else "")
