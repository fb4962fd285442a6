"""Models of a few lines, and what the checks of the document say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from model_people import TEAM, Somebody

from opsreview.metrics.registry import METRICS
from opsreview.operating_model.consistency import Measurable, consistency
from opsreview.operating_model.decisions import load_decisions
from opsreview.operating_model.document import load_model
from opsreview.operating_model.references import Surroundings
from opsreview.operating_model.remark import Remark
from opsreview.sources.table import GIVES

TODAY = date(2026, 11, 25)
NEEDS = {name: metric.needs for name, metric in METRICS.items()}


Said = list[tuple[str, str, str, int | None]]


@dataclass(frozen=True)
class Found:
    """What the checks say, but for what is not declared."""

    remarks: list[Remark]

    @property
    def said(self) -> Said:
        """Severity, check, path and line of every remark."""
        return [
            (one.severity, one.check.removeprefix("consistency."), one.path, one.line)
            for one in self.remarks
        ]

    def the(self, check: str) -> Remark:
        (one,) = [one for one in self.remarks if one.check == f"consistency.{check}"]
        return one

    def has(self, check: str) -> bool:
        return any(one.check == f"consistency.{check}" for one in self.remarks)


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., Found]:
    """Checks a model of the text, which begins on line 2 of its file."""

    def check(
        text: str,
        *,
        people: Mapping[str, Somebody] = TEAM,
        sources: Sequence[str] = ("simulated",),
        ledger: str = "[]",
        today: date = TODAY,
        **around: Any,
    ) -> Found:
        path, decisions = tmp_path / "model.yaml", tmp_path / "decisions.yaml"
        path.write_text("version: 1\n" + text, "utf-8")
        decisions.write_text(ledger, "utf-8")
        tables = frozenset(table for kind in sources for table in GIVES[kind])
        remarks = consistency(
            load_model(path, people, METRICS, Surroundings(**around)),
            people,
            measurable=Measurable(tables, NEEDS),
            decisions=load_decisions(decisions),
            today=today,
        )
        assert not any(name in remark.says.split() for name in people for remark in remarks)
        return Found([one for one in remarks if one.check != "consistency.not-declared"])

    return check
