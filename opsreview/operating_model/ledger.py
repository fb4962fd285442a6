"""What a team's ledger and sign-offs say next: further records, as text, and nothing else touched.

``decisions.load_decisions`` reads the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from opsreview.cadence import later_by
from opsreview.errors import ParamsError
from opsreview.operating_model.decisions import Decision
from opsreview.operating_model.edit import rewritten
from opsreview.operating_model.quantities import Text, cadence_of
from opsreview.operating_model.shape import ModelEntry
from opsreview.operating_model.yaml_text import inline, is_same
from opsreview.window import Cycle
from opsreview.yaml_file import (
    Place,
    StrictModel,
    close_names,
    parsed_yaml,
    read_yaml,
    validated,
)

DAYS_TO_SIGN = timedelta(days=21)
"""A cycle that nobody signed this long after its end is overdue."""

LEDGER_HEADING = "# What the team decided in its retrospectives, oldest first.\n"
SIGN_OFFS_HEADING = "# Which cycles were gone through and signed off, by whom.\n"
_ON_ONE_LINE = ("change", "expects", "looks")


class SignOff(StrictModel):
    """One record of sign_offs.yaml: a person has gone through a cycle."""

    cycle: Text
    by: Text
    on: date


def next_id(decisions: Iterable[Decision], cycle: str) -> str:
    """The id of the cycle's next decision: ``2026-10-d3``."""
    taken = (re.fullmatch(re.escape(cycle) + r"-d(\d+)", said.id) for said in decisions)
    return f"{cycle}-d{max((int(found[1]) for found in taken if found), default=0) + 1}"


def with_decision(text: str | None, record: Mapping[str, Any], *, file: Path) -> str:
    """The ledger with one record more at its end; everything in it stays byte for byte.

    Args:
        text: The ledger; None where there is none yet.
        record: The decision as decisions.yaml holds it; keys that are None are left out.
        file: What the text is the content of, for messages.

    Raises:
        ParamsError: The ledger ends in a way that nothing can be added to.
    """
    return _with_record(text, _without_none(record), file, LEDGER_HEADING)


def with_status(
    text: str, decision_id: str, status: Literal["open", "done", "dropped"], *, file: Path
) -> str:
    """The ledger with another status of one decision, changed in place.

    Raises:
        ParamsError: There is no such decision, or its status cannot be edited safely.
    """
    records = parsed_yaml(text, file, list).data
    ids = [said.get("id") for said in records]
    if decision_id not in ids:
        hint = close_names(decision_id, [str(each) for each in ids])
        raise ParamsError(f"{file}: there is no decision {decision_id}; {hint}")
    wanted = deepcopy(records)
    wanted[ids.index(decision_id)]["status"] = status
    return rewritten(text, wanted, file=file, path=f"{decision_id}.status")


def with_sign_off(text: str | None, sign_off: SignOff, *, file: Path) -> str:
    """``sign_offs.yaml`` with one record more.

    Raises:
        ParamsError: It ends in a way that nothing can be added to.
    """
    return _with_record(text, sign_off.model_dump(), file, SIGN_OFFS_HEADING, on_one_line=True)


def load_sign_offs(path: Path, people: Collection[str] | None = None) -> list[SignOff]:
    """Read ``sign_offs.yaml``; an empty list where there is none.

    Args:
        path: The file.
        people: Who may sign; None leaves the names unchecked.

    Raises:
        ParamsError: The file is not valid, a cycle is signed twice, or a name is not known.
    """
    if not path.is_file():
        return []
    file = read_yaml(path, list)
    signed = validated(list[SignOff], file)
    if problems := list(_problems(signed, people)):
        raise file.refusal(problems)
    return signed


def sign_off_state(
    entry: ModelEntry | None,
    sign_offs: Iterable[SignOff],
    *,
    cycle: Cycle,
    today: date,
    shown: Callable[[str], str] = str,
) -> dict[str, Any]:
    """``sign_off.json``: who signed the model and the cycle, and what is overdue.

    The model is overdue on the day after ``reviewed.on`` plus ``reviewed.every``, and as long as
    nobody has reviewed it. A cycle is overdue when nobody signed it within 21 days of its end.

    Args:
        entry: The model; None where the team has none, then nothing is said of it.
        sign_offs: Of the team.
        cycle: The cycle that is shown.
        today: A day in the team's zone; a build takes the day of its ``as_of``.
        shown: What a person is called on pages.
    """
    signed = next((said for said in sign_offs if said.cycle == cycle.name), None)
    ended_on = cycle.window.end_at.astimezone(cycle.zone).date()
    return {
        "model": entry and _model_state(entry, today, shown),
        "cycle": signed and {"by": shown(signed.by), "on": signed.on.isoformat()},
        "cycle_due_on": (ended_on + DAYS_TO_SIGN).isoformat(),
        "cycle_is_overdue": signed is None and today > ended_on + DAYS_TO_SIGN,
    }


def _model_state(entry: ModelEntry, today: date, shown: Callable[[str], str]) -> dict[str, Any]:
    said = entry.reviewed
    if said is None:
        return {"by": None, "on": None, "due_on": None, "is_overdue": True}
    due_on = later_by(cadence_of(said.every), said.on)
    by = said.by if said.by in entry.roles else shown(said.by)
    return {
        "by": by,
        "on": said.on.isoformat(),
        "due_on": due_on.isoformat(),
        "is_overdue": due_on < today,
    }


def _with_record(
    text: str | None,
    record: Mapping[str, Any],
    file: Path,
    heading: str,
    on_one_line: bool = False,
) -> str:
    if text is None:
        return f"{heading}{_entry(record, 0, on_one_line)}"
    before = parsed_yaml(text, file, list).data
    wanted = [*before, dict(record)]
    if not before:  # nothing but brackets
        return rewritten(text, wanted, file=file)
    newline = "\r\n" if "\r\n" in text else "\n"
    lead = "" if text.endswith("\n") else newline
    if not on_one_line and not text.endswith(newline * 2):
        lead += newline
    dash = re.search(r"^\ufeff?( *)- ", text, re.MULTILINE)
    indent = len(dash[1]) if dash else 0
    made = text + lead + _entry(record, indent, on_one_line).replace("\n", newline)
    if not _says(made, wanted, file):
        raise ParamsError(
            f"{file}:{len(text.splitlines())}: nothing can be added after the last line: "
            "make it a list of `- ...` lines that ends the file"
        )
    return made


def _entry(record: Mapping[str, Any], indent: int, on_one_line: bool) -> str:
    lead = " " * indent
    if on_one_line:
        return f"{lead}- {inline(dict(record))}\n"
    lines = []
    for key, value in record.items():
        if isinstance(value, list | tuple) and key not in _ON_ONE_LINE:
            lines += [f"{key}:", *(f"  - {inline(each)}" for each in value)]
        else:
            lines.append(f"{key}: {inline(value)}")
    return "".join(f"{lead}{'  ' if i else '- '}{line}\n" for i, line in enumerate(lines))


def _says(text: str, wanted: Sequence[Any], file: Path) -> bool:
    try:
        return is_same(parsed_yaml(text, file, list).data, list(wanted))
    except ParamsError:
        return False


def _without_none(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value is not None}


def _problems(
    signed: Sequence[SignOff], people: Collection[str] | None
) -> Iterator[tuple[Place, str]]:
    cycles: set[str] = set()
    for i, said in enumerate(signed):
        if said.cycle in cycles:
            yield (i, "cycle"), f"{said.cycle} is signed above already: keep one of the two"
        cycles.add(said.cycle)
        if people is not None and said.by not in people:
            hint = close_names(said.by, people)
            yield (i, "by"), f"{said.by} is not a person of people.yaml; {hint}"
