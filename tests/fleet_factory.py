"""Small built cycles of several teams on disk, each with what a test of all teams cares about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cycle_documents import ZONE, model_json, run_json, sign_off_json, signals_json, verdicts_json
from cycle_factory import estimates, history_frame, metrics_frame

from opsreview.window import Cycle, Window

NEVER_SIGNED = {"model": {"by": None, "on": None, "due_on": None, "is_overdue": True}}


def write_team(
    outputs: Path,
    team: str,
    *,
    cycle: str = "2026-10",
    signals: Mapping[str, float] | None = None,
    p: float | None = 0.5,
    run: Mapping[str, Any] | None = None,
    areas: Sequence[str] | None = ("preview",),
    sign_off: Mapping[str, Any] | None = None,
    verdicts: Sequence[Mapping[str, Any]] = (),
    drift: float = 0.0,
) -> Path:
    """Write ``outputs/<team>/<cycle>/`` with its page, and return it.

    Args:
        outputs: Where.
        team: Its name.
        cycle: A month.
        signals: The headlines (by id) that are signals to the team, each with its p.
        p: That of all other headlines; None where the team has too few cycles.
        run: What ``run.json`` says otherwise.
        areas: Of the model; None for a team without one.
        sign_off: ``sign_off.json``; signed where it is not given.
        verdicts: ``verdicts.json``.
        drift: How far its numbers are from the others'.
    """
    folder = outputs / team / cycle
    folder.mkdir(parents=True)
    window = Cycle(cycle, ZONE).window
    metrics_frame(estimates(drift=drift), window, window.end_at).write_parquet(
        folder / "metrics.parquet"
    )
    history_frame().write_parquet(folder / "history.parquet")
    documents: dict[str, Any] = {
        "run": {**run_json(), "team": team, "cycle": cycle, **stretch(window), **(run or {})},
        "signals": _signals(signals or {}, p),
        "verdicts": list(verdicts),
        "sign_off": {**sign_off_json(), **(sign_off or {})},
    }
    if areas is not None:
        documents["operating_model"] = model_of(areas)
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    (folder / "index.html").write_text("<p>the team's own page</p>", "utf-8")
    return folder


def model_of(areas: Sequence[str]) -> dict[str, Any]:
    """``operating_model.json`` with these areas."""
    model = model_json()
    return model | {"areas": [{**model["areas"][0], "id": area} for area in areas]}


def lacking(count: int, of: int) -> dict[str, Any]:
    """What ``run.json`` says where so many of a team's repositories are incomplete."""
    repo = {"repo": "otter/tool", "n_items": 9, "n_expected": 900, "reason": "otter's limit"}
    return {"repos": [{**repo, "complete": at >= count} for at in range(of)]}


def late_verdicts() -> list[dict[str, Any]]:
    """A ledger with one action overdue and three decisions judged."""
    return verdicts_json()


def stretch(window: Window) -> dict[str, Any]:
    return {
        "window": {
            "start_at": window.start_at.isoformat(),
            "end_at": window.end_at.isoformat(),
        }
    }


def _signals(signals: Mapping[str, float], p: float | None) -> dict[str, Any]:
    document = signals_json(*signals)
    for row in document["headlines"]:
        row["p"] = signals.get(row["id"], p)
    return document
