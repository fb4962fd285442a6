"""What a cycle's folder says of the loop: verdicts, the map, checks, sign-offs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from opsreview.errors import OpsReviewError
from opsreview.operating_model.decision_map import decision_map
from opsreview.operating_model.ledger import load_sign_offs, sign_off_state
from opsreview.operating_model.remark import Remark
from opsreview.pipeline.artefacts import write_json
from opsreview.pipeline.checking import labels_borne, remarks_on
from opsreview.pipeline.judging import verdict_rows
from opsreview.pipeline.reading import Plan, TeamHistory
from opsreview.pipeline.signing import sign_offs_path
from opsreview.privacy import Appearance

CHECKOUT_UNREAD = Remark(
    "warning",
    "surfaces.unreadable",
    "review.checkout",
    "the checkout that review.yaml names cannot be read: run `opsreview check` to see why",
)


def write_loop(
    made: Path,
    history: TeamHistory,
    plan: Plan,
    metrics: pl.DataFrame,
    earlier: pl.DataFrame,
    called: Appearance,
) -> list[dict[str, Any]]:
    """Write ``verdicts.json``, ``checks.json``, ``decision_map.json``, ``sign_off.json``.

    The model is checked, and sign-offs are due, as on the day of the fetch: building again gives
    the same.

    Returns:
        The rows of ``verdicts.json``.
    """
    judged = verdict_rows(history, plan, metrics, earlier, called)
    write_json(made / "verdicts.json", judged)
    if history.model is not None:
        people = history.team.people
        write_json(made / "checks.json", called.told(_checks(history, called), people))
        rows = decision_map(history.model, called.of)
        write_json(made / "decision_map.json", called.told(rows, people))
    write_json(made / "sign_off.json", _sign_off(history, plan, called))
    return judged


def _checks(history: TeamHistory, called: Appearance) -> list[dict[str, Any]]:
    return [
        remark.to_json() | {"people": [called.of(person) for person in remark.people]}
        for remark in _remarks(history)
    ]


def _remarks(history: TeamHistory) -> list[Remark]:
    """The model alone and against the checkout; one that cannot be read stops no build."""
    team, model = history.team, history.model
    if model is None:
        return []
    today = history.fetched_at.astimezone(team.zone).date()
    labels = labels_borne(*(history.tables.frames[name] for name in ("issues", "pull_requests")))

    def remarks(checkout: Path | None) -> list[Remark]:
        return remarks_on(model, history.decisions, team, checkout, today, labels)

    try:
        return remarks(team.checkout)
    except OpsReviewError:
        return [CHECKOUT_UNREAD, *remarks(None)]


def _sign_off(history: TeamHistory, plan: Plan, called: Appearance) -> dict[str, Any]:
    team = history.team
    signed = load_sign_offs(sign_offs_path(team), team.people)
    entry = history.model.entry if history.model else None
    today = history.fetched_at.astimezone(team.zone).date()
    return sign_off_state(entry, signed, cycle=plan.cycle, today=today, shown=called.of)
