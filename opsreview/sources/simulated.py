"""A simulated team as a source: history made on the spot, in the shapes of real sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import Field

from opsreview.sources import SourceRows
from opsreview.sources.columns import SCHEMAS, typed
from opsreview.sources.declared import DeclaredSource, first_and_last
from opsreview.sources.github.dump import KEYS, TABLE_OF
from opsreview.sources.github.nodes import github_tables
from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Node, Reading, Store
from opsreview.window import Cycle, Window

if TYPE_CHECKING:
    from opsreview.simulate import TeamPlan

# The simulator is imported where it is needed: it brings numpy, which no other source waits for.
_ROW_TABLES = ("incidents", "incident_events", "shifts")


class Simulated(DeclaredSource):
    """``{kind: simulated, team: extension, seed: 7}``: invented people, a known truth."""

    kind: Literal["simulated"]
    team: Literal["extension"]
    seed: int | None = Field(None, ge=0)

    @property
    def key(self) -> str:
        return f"simulated:{self.team}:{self.plan.seed}"

    @property
    def plan(self) -> TeamPlan:
        """The team's plan, with the seed and repository that are declared here."""
        from opsreview.simulate import TEAMS

        plan = TEAMS[self.team]
        seed = plan.seed if self.seed is None else self.seed
        return replace(plan, seed=seed, repo=self.repo or plan.repo)

    def fetch(self, store: Store, terms: Terms = DEFAULT_TERMS) -> None:
        """Make the history and put it in place of the last one, in one transaction."""
        from opsreview.simulate import simulate

        history = simulate(self.plan)
        nodes = [
            Node(history.repo, kind, str(body.get(KEYS.get(kind, ""), position)), body)
            for kind, bodies in history.nodes.items()
            for position, body in enumerate(bodies, start=1)
            if kind not in ("issues", "pulls") or self.keeps(body)
        ]
        n_items = sum(node.kind == "issues" for node in nodes)
        reading = Reading(self.key, history.repo, history.fetched_at, n_items)
        store.replace(self.key, nodes, [reading])

    def rows(self, store: Store) -> SourceRows:
        """GitHub's tables, incidents with what was done about them, and shifts."""
        readings = store.readings(self.key)
        if not readings:
            return SourceRows({}, {})
        nodes = {kind: store.nodes(self.key, kind) for kind in KEYS}
        tables, rejected, _ = github_tables(nodes, zone=self.zone)
        tables |= {table: self._frame(table, store) for table in _ROW_TABLES}
        repo, fetched_at = readings[0].repo, readings[0].fetched_at
        covers = self._covers(tables, repo, fetched_at)
        return SourceRows(tables, covers, rejected, fetched_at=fetched_at)

    def _frame(self, table: str, store: Store) -> pl.DataFrame:
        rows = [
            typed(table, {"source": self.key} | node.body, self.zone)[0]
            for node in store.nodes(self.key, table)
        ]
        return pl.DataFrame(rows, schema=SCHEMAS[table])

    def _covers(
        self, tables: dict[str, pl.DataFrame], repo: str, fetched_at: datetime | None
    ) -> dict[tuple[str, str], Window]:
        """From the plan's first day to the last moment; shifts from the first to the last."""
        plan = self.plan
        began_at = Cycle(plan.first_month, ZoneInfo(plan.zone)).window.start_at
        history = self.covered(began_at, fetched_at)
        planned = self.covered(*first_and_last(tables["shifts"]))
        spoken = {(table, repo): history for table in TABLE_OF.values()}
        spoken |= {("incidents", ""): history, ("incident_events", ""): history}
        spoken[("shifts", "")] = planned
        return {claim: window for claim, window in spoken.items() if window is not None}
