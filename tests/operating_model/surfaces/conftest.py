"""A repository of a public layout, and a model held against it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from clone_factory import commit_files, new_clone

from opsreview.checkout import Checkout
from opsreview.operating_model.document import load_model
from opsreview.operating_model.references import Surroundings
from opsreview.operating_model.remark import Remark
from opsreview.operating_model.surfaces import surfaces

PEOPLE = ("ada", "ben", "cleo")
ACCOUNTS = {"ada-gh": "ada", "ben-gh": "ben"}
HEAD = "version: 1\nroles: {lead: {owner: ada, deputy: ben}, scribe: {owner: cleo}}\n"

Commit = Callable[..., None]
Check = Callable[..., list[Remark]]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    return new_clone(tmp_path / "clone")


@pytest.fixture
def commit(clone: Path) -> Commit:
    """Commits files by their paths; a day may be given as ``on``."""

    def commit(files: dict[str, str | bytes | None], on: str = "2026-01-01") -> None:
        commit_files(clone, files, on=f"{on}T12:00:00Z")

    return commit


@pytest.fixture
def check(clone: Path) -> Check:
    """The remarks on a model whose first three lines are the version, the roles and ``text``'s."""

    def check(
        text: str,
        today: date = date(2026, 6, 1),
        labels: frozenset[str] | None = None,
        without: tuple[str, ...] = ("surfaces.unmentioned",),
    ) -> list[Remark]:
        path = clone / "params/team/operating_model.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + text, encoding="utf-8")
        model = load_model(path, PEOPLE, (), Surroundings(accounts=ACCOUNTS))
        remarks = surfaces(model, Checkout.open(clone), today=today, labels=labels)
        return [remark for remark in remarks if remark.check not in without]

    return check


@pytest.fixture
def miss(check: Check) -> Callable[..., str | None]:
    """What is said of a model with one surface of the lead; None where it is there."""

    def miss(keys: str, **how: object) -> str | None:
        remarks = check(f"surfaces:\n  - {{of: roles.lead, {keys}}}\n", **how)
        found = [remark for remark in remarks if remark.path == "surfaces[0]"]
        assert len(found) <= 1
        assert all(remark.line == 4 for remark in found)
        return f"{found[0].severity}: {found[0].says}" if found else None

    return miss
