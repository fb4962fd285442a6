"""Is there the test that a claim names, by its file or as file::name?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from opsreview.operating_model.surfaces.claims import Claim, Miss, unknown
from opsreview.operating_model.surfaces.paths import no_file
from opsreview.operating_model.surfaces.repository import Repository, nearest

_SCRIPTS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
_STRING = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"
_STRING_OR_COMMENT = re.compile(rf"({_STRING})|//[^\n]*|/\*.*?\*/", re.DOTALL)
_TITLED = re.compile(
    r"\b(?:describe|suite|context|it|test|specify)(?:\.\w+)*(?:\((?:[^()]|\([^()]*\))*\))?"
    rf"\s*\(\s*({_STRING})"
)


def test_miss(repository: Repository, claim: Claim) -> Miss | None:
    """Why there is no such test. A name in brackets at its end, a case of the test, is not asked.

    Python tests are found by function and class, those of JavaScript and TypeScript by title;
    in other files the name has to be there as a word.
    """
    pattern, *steps = claim.wanted.split("::")
    if not pattern:
        return Miss(f"{claim.wanted} names no file: write the test as file::name")
    files = repository.checkout.matching(pattern)
    if not files:
        return no_file(repository, pattern)
    if not steps:
        return None
    read = {path: text for path in files if (text := repository.text(path)) is not None}
    if not read:
        return unknown(f"{pattern} cannot be read")
    try:
        known = {name for path, text in read.items() for name in _names(path, text, steps)}
    except (SyntaxError, ValueError, RecursionError) as error:
        return unknown(f"{pattern} is no Python that can be read ({error})")
    asked = "::".join(steps)
    if any(name in known for name in (asked, re.sub(r"\[.*\]$", "", asked, flags=re.DOTALL))):
        return None
    among = f" among {len(known)}" if known else ""
    return Miss(
        f"{pattern} has no test “{asked}”{among}{nearest(asked, known)}: "
        "correct the name in the model, or write the test"
    )


def _names(path: str, text: str, steps: list[str]) -> Iterable[str]:
    if path.endswith(".py"):
        return list(_functions(ast.parse(text).body, ""))
    if path.endswith(_SCRIPTS):
        return _titles(text, steps)
    return [step for step in steps if re.search(rf"(?<!\w){re.escape(step)}(?!\w)", text)]


def _functions(body: list[ast.stmt], inside: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield inside + node.name
        elif isinstance(node, ast.ClassDef):
            yield inside + node.name
            yield from _functions(node.body, f"{inside}{node.name}::")


def _titles(text: str, steps: list[str]) -> list[str]:
    """Every title, and the titles asked for as one where all of them are there."""
    code = _STRING_OR_COMMENT.sub(lambda found: found[1] or " ", text)
    titles = [re.sub(r"\\(.)", r"\1", quoted[1:-1]) for quoted in _TITLED.findall(code)]
    together = "::".join(steps)
    every_step = [step.strip() for each in steps for step in each.split(" > ")]
    is_there = all(step in titles for step in every_step)
    return [*titles, together] if is_there else titles
