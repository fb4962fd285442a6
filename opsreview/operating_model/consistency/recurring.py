"""What a recurring decision leaves open: who takes it, when, and what becomes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from opsreview.operating_model.consistency.known import Known, listed
from opsreview.operating_model.names import AREA_OWNER
from opsreview.operating_model.remark import Remark
from opsreview.operating_model.shape_rules import DecisionRule

NO_DECIDER = "nobody is named who decides"
_OPEN = {  # what is not written, by the keys of which one would say it
    ("trigger", "every"): "what brings it up",
    ("handed_to",): "who acts on it",
    ("within",): "by when it is decided",
    ("recorded_in",): "where it can be read afterwards",
    ("if_nobody",): "what happens if nobody decides",
}
_SHORT = ("when", "handoff", "deadline", "record", "if nobody decides")  # for tables
IN_SHORT = {
    f"{NO_DECIDER.capitalize()}.": "who decides",
    **{
        f"It is not written {each}.": short
        for each, short in zip(_OPEN.values(), _SHORT, strict=True)
    },
}


def recurring_remarks(known: Known) -> Iterator[Remark]:
    """One warning for all that a decision leaves open; an error where nobody takes it."""
    for name, rule in known.entry.decisions.items():
        place = ("decisions", name)
        if not rule.decides:
            says = f"{NO_DECIDER}: write decides with a person, a role, duty or area-owner"
            yield known.remark("error", "no-decider", (*place, "decides"), says)
        if keys := open_keys(rule):
            unsaid = listed(_OPEN[each] for each in keys)
            write = listed(" or ".join(each) for each in keys)
            says = f"it is not written {unsaid}: write {write}"
            yield known.remark("warning", "unclear-decision", place, says)
        for key in ("decides", "handed_to"):
            if getattr(rule, key) == AREA_OWNER and not known.entry.areas:
                says = "area-owner is nobody, for no area is declared: write areas, or name a role"
                yield known.remark("error", "no-area", (*place, key), says)


def open_keys(rule: DecisionRule) -> list[tuple[str, ...]]:
    """The keys of what is not written; a rhythm alone says by when, too."""
    has_rhythm = bool(rule.every and not rule.trigger)
    return [
        keys
        for keys in _OPEN
        if not any(getattr(rule, key) for key in keys) and not (has_rhythm and keys == ("within",))
    ]


def unclear(rule: DecisionRule, settled: Collection[str] = ()) -> list[str]:
    """The same as sentences, for the map of decisions; ``settled`` keys go without saying."""
    open_ones = (keys for keys in open_keys(rule) if not set(keys) & set(settled))
    said = [f"It is not written {_OPEN[keys]}." for keys in open_ones]
    return said if rule.decides else [f"{NO_DECIDER.capitalize()}.", *said]
