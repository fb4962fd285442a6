"""The operating model itself: who owns what, what recurs, whom to call, what is promised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.blocks.checks import checks_in_words
from opsreview.blocks.days import day
from opsreview.blocks.values import holder_said, hours_said
from opsreview.review import Review
from opsreview.wording import counted

RHYTHMS = ("triage", "release", "duty", "retrospective")


def model_at_a_glance(review: Review) -> Block | None:
    """One line of what the page holds and how it stands; None for a team without a model."""
    if review.model is None:
        return None
    unclear = sum(bool(row["unclear"]) for row in review.decision_map)
    drifts = sum(row["verdict"] == "drifts" for row in review.held)
    parts = [
        ("map", review.decision_map, f"{unclear} of {len(review.decision_map)} decisions unclear"),
        ("held", review.held, f"{drifts} of {counted(len(review.held), 'claim')} drift"),
        ("checks", review.checks, checks_in_words(review)),
        ("handoffs", review.handoffs, counted(len(review.handoffs), "unclear handoff")),
        ("decisions", review.verdicts, counted(len(review.verdicts), "decision")),
    ]
    return rendered("glance", parts=[(anchor, says) for anchor, rows, says in parts if rows])


def operating_model_map(review: Review) -> Block | None:
    """Roles, areas, channels, rhythm, escalation and promises; None where none is declared."""
    model = review.model
    if model is None:
        return rendered("no_model", team=review.team)
    rhythm = model["rhythm"]
    parts: dict[str, Any] = {
        "roles": model["roles"],
        "areas": model["areas"],
        "channels": [
            {**channel, "within": hours_said(channel["answer_within_hours"])}
            for channel in model["channels"]
        ],
        "rhythm": [_recurs(name, rhythm[name]) for name in RHYTHMS if rhythm.get(name)],
        "escalation": [_step(step) for step in model["escalation"]],
        "promises": model["promises"],
    }
    return rendered("model", **parts) if any(parts.values()) else None


def not_declared(review: Review) -> Block | None:
    """What the model does not say, and who last read it; None for a team without a model.

    Where the checks tell what is not declared, it is not told here once more.
    """
    if review.model is None:
        return None
    is_told = any(row["check"] == "consistency.not-declared" for row in review.checks)
    reviewed = review.model.get("reviewed")
    return rendered(
        "not_declared",
        missing=None if is_told else review.model.get("not_declared", []),
        reviewed=reviewed and f"{day(reviewed['on'])} by {holder_said(reviewed['by'])}",
    )


def _recurs(name: str, said: Mapping[str, Any]) -> dict[str, str]:
    if name == "duty":
        handover = f", handed over {said['handover']}" if said.get("handover") else ""
        return {
            "what": name,
            "every": f"{said['every']}{handover}",
            "who": ", then ".join(said["order"]) or str(said.get("from") or ""),
        }
    on = f" on {said['on']}" if said.get("on") else ""
    return {"what": name, "every": f"{said['every']}{on}", "who": holder_said(said["by"])}


def _step(step: Mapping[str, Any]) -> dict[str, str]:
    after = hours_said(step["after_hours"])
    return {"who": holder_said(step["who"]), "after": after, "how": step.get("how") or ""}
