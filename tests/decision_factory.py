"""A team with a model, a ledger and a cycle built by hand: what decisions are made on."""

from __future__ import annotations

import json
from pathlib import Path

from commands import opsreview
from dump_factory import SmallTeam, write_yaml
from typer.testing import Result

MODEL = """\
# How the team works.
version: 1
roles:
  lead: {owner: ada, deputy: ben}   # since May
  release-manager: {owner: ada}     # no deputy yet
rhythm:
  release: {every: 1 month, on: tuesday, starting: 2026-09-15, by: release-manager}
  duty: {every: week, order: [ada, ben]}  # in turn
promises:
  - {id: first-answer, says: We answer, owner: lead, metric: response_attainment,
     within: 3 days, at_least: 75 %}
# The end.
"""
LEDGER = """\
# What we decided.
- id: 2026-09-d1
  title: Remind reviewers   # every morning
  owner: ben
  due: 2026-09-08
  decided_on: 2026-09-01
  effective_from: 2026-09-01
  expects: done
  status: open
"""
PROPOSALS = """\
- {id: p-1, path: promises.first-answer.within, current: 3 days, proposed: 5 days,
   because: [response_attainment, p9], expects: done, what_if: It would have been kept.}
- {id: p-2, path: roles.release-manager.deputy, current: null, proposed: %s,
   because: [], expects: done, what_if: Nobody stands in.}
- {id: p-3, path: roles.lead.owner, current: %s, proposed: null, because: [], expects: done,
   what_if: null}
"""
FINDINGS = [{"id": "response_attainment", "claim": "54 % were answered (n 63)."}]


def deciding_team(
    root: Path,
    *,
    names: str = "shown",
    called: tuple[str, str] = ("ben", "ada"),
    cycles: tuple[str, ...] = ("2026-09", "2026-10"),
    ledger: str | None = LEDGER,
) -> SmallTeam:
    """``called`` is what the pages of a cycle call ben and ada."""
    team = SmallTeam(root)
    review = {"repos": ["team/product"], "timezone": "Europe/Madrid"}
    dump = {"kind": "github_dump", "path": "../../dump"}
    write_yaml(
        team.folder / "review.yaml", {**review, "sources": [dump], "privacy": {"names": names}}
    )
    write_yaml(team.folder / "people.yaml", {"ada": {}, "ben": {}, "cleo": {}})
    (team.folder / "operating_model.yaml").write_text(MODEL, "utf-8")
    if ledger is not None:
        (team.folder / "decisions.yaml").write_text(ledger, "utf-8")
    for cycle in cycles:
        folder = team.outputs / team.name / cycle
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps({}), "utf-8")
        (folder / "findings.json").write_text(json.dumps(FINDINGS), "utf-8")
        (folder / "proposals.yaml").write_text(PROPOSALS % called, "utf-8")
    return team


def decide(team: SmallTeam, *words: str) -> Result:
    """``opsreview decide`` where nobody can be asked."""
    return opsreview(team, "decide", *words)


def model_text(team: SmallTeam) -> str:
    return (team.folder / "operating_model.yaml").read_text("utf-8")


def ledger_text(team: SmallTeam) -> str:
    return (team.folder / "decisions.yaml").read_text("utf-8")
