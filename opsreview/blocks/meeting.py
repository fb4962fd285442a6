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
    lines = [_of_cycle(signed, review)]
    if signed["model"]:
        lines.append(_of_model(signed["model"], review))
    return rendered("sign_off", lines=lines)


def agenda(review: Review) -> Block | None:
    """The topics of the retrospective with their minutes; None where none was made."""
    if not review.agenda:
        return None
    minutes = sum(topic["minutes"] for topic in review.agenda)
    return rendered("agenda", topics=review.agenda, minutes=minutes)


def _of_cycle(signed: Mapping[str, Any], review: Review) -> dict[str, str]:
    if signed["cycle"]:
        return _line("This cycle", _signed(signed["cycle"]), "signed off")
    how = _how(review.cycle, review)
    if not signed["cycle_is_overdue"]:
        return _line("This cycle", "nobody has signed it off yet", "open", how)
    due = day(signed.get("cycle_due_on"))
    since = f"; due since {due}" if due else ""
    return _line("This cycle", f"nobody has signed this cycle off{since}", "overdue", how)


def _of_model(model: Mapping[str, Any], review: Review) -> dict[str, str]:
    how = _how("model", review)
    if model["by"] is None:
        return _line("The model", "nobody has said that it is right", "overdue", how)
    if model["is_overdue"]:
        says = f"{_signed(model)}; it was to be read again by {day(model['due_on'])}"
        return _line("The model", says, "overdue", how)
    again = f", to be read again by {day(model['due_on'])}" if model["due_on"] else ""
    return _line("The model", _signed(model) + again, "signed off")


def _line(what: str, says: str, chip: str, how: str = "") -> dict[str, str]:
    tone = {"signed off": "good", "overdue": "bad"}.get(chip, "idle")
    return {"what": what, "says": says, "chip": chip, "tone": tone, "how": how}


def _how(what: str, review: Review) -> str:
    return f"opsreview decide {review.team} --sign {what}"


def _signed(said: Mapping[str, Any]) -> str:
    return f"by {said['by']} on {day(said['on'])}"
