"""What the meeting does with a cycle: sign-off of model and cycle, and the agenda."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.blocks.days import day
from opsreview.review import Review


def sign_off(review: Review) -> Block | None:
    """Who signed the cycle and the model off, and when; red where it is overdue.

    None where the cycle was built without asking.
    """
    signed = review.sign_off
    if signed is None:
        return None
    return rendered("sign_off", lines=[_of_cycle(signed), _of_model(signed["model"], review)])


def agenda(review: Review) -> Block | None:
    """The topics of the retrospective with their minutes; None where none was made."""
    if not review.agenda:
        return None
    minutes = sum(topic["minutes"] for topic in review.agenda)
    return rendered("agenda", topics=review.agenda, minutes=minutes)


def _of_cycle(signed: Mapping[str, Any]) -> dict[str, Any]:
    cycle = signed["cycle"]
    if cycle:
        return {"what": "This cycle", "says": _signed(cycle), "tone": "good", "chip": "signed off"}
    if not signed["cycle_is_overdue"]:
        says = "nobody has signed it off yet"
        return {"what": "This cycle", "says": says, "tone": "idle", "chip": "open"}
    due = day(signed.get("cycle_due_on"))
    since = f"; due since {due}" if due else ""
    says = f"nobody has signed this cycle off{since}"
    return {"what": "This cycle", "says": says, "tone": "bad", "chip": "overdue"}


def _of_model(model: Mapping[str, Any] | None, review: Review) -> dict[str, Any]:
    if model is None:
        how = f"write reviewed: {{by, on}} in params/{review.team}/operating_model.yaml"
        says = f"nobody has said that it is right: {how}"
        return {"what": "The model", "says": says, "tone": "idle", "chip": "not signed off"}
    if model["is_overdue"]:
        says = f"{_signed(model)}; it was to be read again by {day(model['due_on'])}"
        return {"what": "The model", "says": says, "tone": "bad", "chip": "overdue"}
    again = f", to be read again by {day(model['due_on'])}" if model.get("due_on") else ""
    says = _signed(model) + again
    return {"what": "The model", "says": says, "tone": "good", "chip": "signed off"}


def _signed(said: Mapping[str, Any]) -> str:
    return f"by {said['by']} on {day(said['on'])}"
