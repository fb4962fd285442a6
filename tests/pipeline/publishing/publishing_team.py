"""A team whose params lie in a clone, whose cycle is built, and whose GitHub is on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clone_factory import new_clone
from commands import opsreview
from cycle_factory import write_cycle
from dump_factory import SmallTeam, write_yaml
from github_stand_in import GithubStandIn, Request
from github_world import Item, Repository
from typer.testing import Result

REPO = "team/product"
MODEL = """\
version: 1
# how we work
roles:
  lead: {owner: ada, deputy: ben}
rhythm:
  release: {every: 2 weeks, on: tuesday, starting: 2026-10-13, by: lead}
escalation:
  - {who: lead, after: 1 h, how: "call --> \\"now\\""}
"""
BEFORE = MODEL.replace("2 weeks", "1 month")
DECISIONS = """\
- {id: 2026-08-d1, title: Write it down, owner: ben, due: 2026-08-02, decided_on: 2026-08-01,
   effective_from: 2026-08-01, status: done}
- {id: 2026-09-d1, title: "Release often, fixes #3", owner: ada, due: 2026-10-02,
   decided_on: 2026-10-01, effective_from: 2026-10-01, because: [response_attainment],
   change: {path: rhythm.release.every, from: 1 month, to: 2 weeks}, status: open}
"""
MODEL_PATH, LEDGER_PATH = "params/small/operating_model.yaml", "params/small/decisions.yaml"


@dataclass
class PublishingTeam:
    """The team, and the world that it publishes to."""

    github: GithubStandIn
    team: SmallTeam

    @property
    def repository(self) -> Repository:
        return self.github.world.repository

    @property
    def cycle(self) -> Path:
        return self.team.outputs / "small" / "2026-10"

    @property
    def ticks(self) -> dict[str, Any]:
        path = self.team.outputs / "small" / "ticks.json"
        return dict(json.loads(path.read_text("utf-8")))

    def publish(self, *arguments: str) -> Result:
        return opsreview(self.team, "publish", *arguments)

    def done(self, *arguments: str) -> str:
        """What is told by a command that is well."""
        done = self.publish(*arguments)
        assert done.exit_code == 0, done.output
        return done.stdout

    def issues(self) -> list[Item]:
        """Those that were published."""
        return [item for item in self.repository.items.values() if "opsreview:small" in item.body]

    def writes(self) -> list[Request]:
        return [each for each in self.github.requests if each.method != "GET"]

    def sent(self) -> list[str]:
        return [f"{each.method} {each.path}" for each in self.writes()]


def publishing_team(root: Path, github: GithubStandIn, **review: Any) -> PublishingTeam:
    """Write params in a clone, and a built cycle."""
    clone = new_clone(root / "clone")
    team = SmallTeam(clone)
    given = {
        "repos": [REPO],
        "timezone": "Europe/Madrid",
        "sources": [{"kind": "github", "api_url": github.url}],
        "privacy": {"names": "pseudonyms"},
    }
    write_yaml(team.folder / "review.yaml", given | review)
    write_yaml(team.folder / "people.yaml", {"ada": {}, "ben": {}})
    (team.folder / "operating_model.yaml").write_text(MODEL, "utf-8")
    (team.folder / "decisions.yaml").write_text(DECISIONS, "utf-8")
    folder = write_cycle(team.outputs, team="small")
    (folder / "summary.md").write_text("# small: October 2026\n\n- The backlog grew.\n", "utf-8")
    github.world.repository.branches.files["main"] = {MODEL_PATH: BEFORE, "README.md": "hello\n"}
    return PublishingTeam(github, team)


def tick(item: Item, *names: str) -> None:
    """People tick boxes in an issue."""
    item.body = "\n".join(_ticked(item.body.splitlines(), names))


def _ticked(lines: Iterable[str], names: Iterable[str]) -> Iterable[str]:
    for line in lines:
        is_meant = any(f"proposal {name} -->" in line for name in names)
        yield line.replace("[ ]", "[x]") if is_meant else line
