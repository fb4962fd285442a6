"""The places of one team, and what a build leaves there."""

from __future__ import annotations

from typing import Any

from factories import at

from opsreview.fleet.places import Workspace, workspace
from opsreview.place import Place
from opsreview.store import Node, Reading, Store

REVIEW = """\
repos: [example/product]
timezone: UTC
sources: [{kind: simulated, team: extension, seed: 1}]
"""
SHOWN = REVIEW + "privacy: {names: shown}\n"
ISSUE = Node("example/product", "issues", "1", {"number": 1})


class Places:
    """The params and outputs of a fleet, both in one place."""

    def __init__(self, root: str) -> None:
        self.params, self.outputs = f"{root}/params", f"{root}/outputs"

    def lay(self, files: dict[str, str], where: str | None = None) -> None:
        place = Place.of(where or self.outputs)
        for name, text in files.items():
            place.write(name, text.encode())

    def team(self, name: str = "demo", review: str = SHOWN) -> None:
        self.lay({f"{name}/review.yaml": review}, self.params)

    def there(self, under: str = "demo") -> dict[str, str]:
        place = Place.of(self.outputs)
        return {name: (place.read(name) or b"").decode() for name in place.files(under)}

    def work(self, team: str = "demo", **more: Any) -> Any:
        return workspace(team, params=self.params, outputs=self.outputs, **more)


def cycle_files(cycle: str = "2026-10", *, word: str = "old", pages: int = 6) -> dict[str, str]:
    """A small cycle as a build leaves it, every file saying ``word``."""
    names = ["run.json", "index.html", "findings.json", "tables/issues.parquet"]
    names += [f"page_{number}.html" for number in range(pages)]
    return {f"demo/{cycle}/{name}": word for name in names}


def made(here: Workspace, files: dict[str, str]) -> None:
    for name, text in files.items():
        (here.outputs / name).parent.mkdir(parents=True, exist_ok=True)
        (here.outputs / name).write_text(text)


def stored(here: Workspace) -> None:
    with Store.open(here.outputs / "store" / "demo.sqlite") as store:
        store.replace("csv:a", [ISSUE], [Reading("csv:a", "", at("2026-11-01"), 1)])


def nodes(here: Workspace) -> list[Node]:
    with Store.read(here.outputs / "store" / "demo.sqlite") as store:
        return store.nodes("csv:a", "issues")
