"""What others call that which somebody did about an incident, in our words."""

from __future__ import annotations

_THEIRS = {
    "page": "notified notify paged triggered called",
    "acknowledgement": "ack acked acknowledge acknowledged acknowledgment",
    "comment": "commented note noted annotated",
    "update": "updated",
    "assignment": "assign assigned",
    "resolution": "resolve resolved close closed",
}
_OURS = {word: ours for ours, words in _THEIRS.items() for word in (ours, *words.split())}


def evidence_kind(said: str | None) -> str | None:
    """The kind of event that a word of the field stands for, whatever its case.

    A word that is none of them stays as it is written; null stays null.
    """
    return None if said is None else _OURS.get(said.strip().lower(), said)
