"""The sign-off of the model and of a cycle by a named person."""

from __future__ import annotations

from pathlib import Path

from opsreview.errors import ParamsError
from opsreview.operating_model.edit import edited
from opsreview.operating_model.ledger import SignOff, load_sign_offs, with_sign_off
from opsreview.params import Team
from opsreview.pipeline.desk import Desk
from opsreview.pipeline.replacing import Draft, bytes_of, replace_together, text_of

MODEL = "model"  # what `--sign` names beside cycles


def sign_offs_path(team: Team) -> Path:
    """``params/<team>/sign_offs.yaml``; there is none before the first sign-off."""
    return team.folder / "sign_offs.yaml"


def sign_model(desk: Desk, by: str) -> list[str]:
    """Set who reviewed the model, and that it was today; what was written, in lines.

    Raises:
        ParamsError: It is signed by that person today, or the file changed meanwhile.
    """
    said = desk.model.file.data.get("reviewed")
    text = edited(
        desk.model_text,
        "reviewed",
        current=said,
        proposed={**(said or {}), "by": by, "on": desk.today},
        file=desk.team.model_path,
    )
    return [f"{by} signed the model", *desk.write(None, text)]


def sign_cycle(desk: Desk, cycle: str, by: str) -> list[str]:
    """Add a cycle's sign-off; what was written, in lines.

    Raises:
        ParamsError: The cycle is signed already, or the file changed meanwhile.
    """
    path = sign_offs_path(desk.team)
    held = bytes_of(path)
    signed = {said.cycle: said for said in load_sign_offs(path, desk.team.people)}
    if cycle in signed:
        earlier = signed[cycle]
        raise ParamsError(f"{path}: {cycle} is signed already, by {earlier.by} on {earlier.on}")
    text = None if held is None else text_of(path, held)
    made = with_sign_off(text, SignOff(cycle=cycle, by=by, on=desk.today), file=path)
    news = f"{path} changed while you were signing: look at it and run this again"
    replace_together(desk.team.folder, [Draft(path, held, made)], news=lambda _: news)
    return [f"{by} signed {cycle} off: {path}"]
