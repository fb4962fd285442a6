"""The operating model as a map: who owns what, what recurs, whom to call, what is promised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.estimate import in_words
from opsreview.review import Review

UNHELD: Mapping[str, Any] = {"happened": "", "why": "", "verdict": "", "evidence": []}
RHYTHMS = ("triage", "release", "duty", "retrospective")


def operating_model_map(review: Review) -> Block:
    """Roles, areas, channels, rhythm, escalation, promises, and what is not declared."""
    model = review.model
    if model is None:
        return rendered("no_model", team=review.team)
    verdicts = {row["id"]: row for row in review.verdicts}
    promises = [{**said, **UNHELD, **verdicts.get(said["id"], {})} for said in model["promises"]]
    return rendered(
        "model",
        roles=model["roles"],
        areas=model["areas"],
        channels=[_answered(channel) for channel in model["channels"]],
        rhythm=[
            _recurs(name, model["rhythm"][name]) for name in RHYTHMS if model["rhythm"].get(name)
        ],
        escalation=[_step(step) for step in model["escalation"]],
        promises=promises,
        reviewed=model.get("reviewed"),
        not_declared=model.get("not_declared", []),
    )


def _answered(channel: Mapping[str, Any]) -> dict[str, Any]:
    hours = channel["answer_within_hours"]
    return {**channel, "within": in_words(hours, "hours") if hours else ""}


def _recurs(name: str, said: Mapping[str, Any]) -> dict[str, str]:
    if name == "duty":
        handover = f", handed over {said['handover']}" if said.get("handover") else ""
        return {
            "what": name,
            "every": f"{said['every']}{handover}",
            "who": ", then ".join(said["order"]),
        }
    on = f" on {said['on']}" if said.get("on") else ""
    return {"what": name, "every": f"{said['every']}{on}", "who": _who(said["by"])}


def _step(step: Mapping[str, Any]) -> dict[str, str]:
    after = in_words(step["after_hours"], "hours") if step["after_hours"] else "at once"
    return {"who": _who(step["who"]), "after": after, "how": step.get("how") or ""}


def _who(holder: Mapping[str, Any]) -> str:
    owner = holder.get("owner")
    return (
        f"{holder['name']} ({owner})" if owner and owner != holder["name"] else str(holder["name"])
    )
