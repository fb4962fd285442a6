"""Records are added as text, statuses set in place, and sign-offs say what is overdue."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from opsreview.cadence import later_by
from opsreview.errors import ParamsError
from opsreview.operating_model.decisions import load_decisions
from opsreview.operating_model.ledger import (
    SignOff,
    load_sign_offs,
    next_id,
    sign_off_state,
    with_decision,
    with_sign_off,
    with_status,
)
from opsreview.operating_model.quantities import cadence_of
from opsreview.operating_model.shape import ModelEntry
from opsreview.window import Cycle

FILE = Path("decisions.yaml")
DAY = date(2026, 11, 3)
OCTOBER = Cycle("2026-10", ZoneInfo("Europe/Madrid"))


def record(**said: Any) -> dict[str, Any]:
    given = {"id": "2026-10-d1", "title": "Talk: more", "owner": "ada", "due": DAY}
    given |= {"decided_on": DAY, "effective_from": DAY, "expects": "done", "status": "open"}
    return given | said


def read(folder: Path, text: str) -> list[Any]:
    path = folder / "decisions.yaml"
    path.write_bytes(text.encode())
    return load_decisions(path)


def reviewed(**said: Any) -> ModelEntry:
    return ModelEntry.model_validate({"version": 1, "reviewed": {"by": "ada", **said}})


def state(entry: ModelEntry | None, today: date, *signed: SignOff) -> dict[str, Any]:
    return sign_off_state(entry, signed, cycle=OCTOBER, today=today, shown=str.upper)


def test_first_record_makes_the_file_with_a_heading(tmp_path: Path) -> None:
    text = with_decision(None, record(), file=FILE)
    assert text.startswith("# What the team decided in its retrospectives, oldest first.\n- id: ")
    assert '  title: "Talk: more"\n' in text
    assert read(tmp_path, text)[0].title == "Talk: more"


@pytest.mark.parametrize(
    "before",
    [
        "# old\n- {id: a, title: x, owner: ada, due: 2026-01-01, decided_on: 2026-01-01,\n"
        "   effective_from: 2026-01-01, status: done}  # kept\n# the end\n\n",
        "  - id: a\n    title: x\n    owner: ada\n    due: 2026-01-01\n"
        "    decided_on: 2026-01-01\n    effective_from: 2026-01-01\n    status: done",
        "\ufeff- id: a\r\n  title: x\r\n  owner: ada\r\n  due: 2026-01-01\r\n"
        "  decided_on: 2026-01-01\r\n  effective_from: 2026-01-01\r\n  status: done\r\n",
        "---\n- id: a\n  title: x\n  owner: ada\n  due: 2026-01-01\n"
        "  decided_on: 2026-01-01\n  effective_from: 2026-01-01\n  status: done\n",
    ],
)
def test_what_stands_in_the_ledger_stays_byte_for_byte(tmp_path: Path, before: str) -> None:
    after = with_decision(before, record(because=["a", "b: c"], revert_if=None), file=FILE)
    assert after.startswith(before)
    assert ("\r\n" in before) == ("\r\n" in after)
    assert after.count("\r\n") in (0, after.count("\n"))
    old, new = read(tmp_path, after)
    assert (old.id, new.because, new.revert_if) == ("a", ("a", "b: c"), None)


def test_ledger_of_brackets_alone_gets_its_first_record(tmp_path: Path) -> None:
    assert read(tmp_path, with_decision("[]  # none\n", record(), file=FILE))[0].owner == "ada"


def test_ledger_that_ends_in_something_else_is_refused() -> None:
    text = with_decision(None, record(), file=FILE) + "...\n"
    with pytest.raises(ParamsError, match="nothing can be added after the last line"):
        with_decision(text, record(id="d2"), file=FILE)


def test_ids_count_on_within_a_cycle(tmp_path: Path) -> None:
    text = with_decision(None, record(id="2026-10-d9"), file=FILE)
    decisions = read(tmp_path, with_decision(text, record(id="2026-10-extra"), file=FILE))
    assert next_id(decisions, "2026-10") == "2026-10-d10"
    assert next_id(decisions, "2026-11") == "2026-11-d1"
    assert next_id([], "2026-q3") == "2026-q3-d1"


def test_status_is_set_on_its_line_whatever_the_layout() -> None:
    text = "- {id: a, status: open}  # a\n- id: b\n  status: 'open' # b\n"
    assert with_status(text, "a", "done", file=FILE) == text.replace("open}", "done}")
    assert with_status(text, "b", "dropped", file=FILE) == text.replace("'open'", "'dropped'")
    with pytest.raises(ParamsError, match="no decision c; known: a, b"):
        with_status(text, "c", "done", file=FILE)


def test_sign_offs_are_read_strictly(tmp_path: Path) -> None:
    path = tmp_path / "sign_offs.yaml"
    assert load_sign_offs(path) == []
    sign_off = SignOff(cycle="2026-10", by="ada", on=DAY)
    text = with_sign_off(None, sign_off, file=path)
    path.write_text(text, "utf-8")
    assert load_sign_offs(path, {"ada"}) == [sign_off]
    with pytest.raises(ParamsError, match="ada is not a person"):
        load_sign_offs(path, {"ben"})
    path.write_text(with_sign_off(text, sign_off, file=path), "utf-8")
    with pytest.raises(ParamsError, match=r"\[1\].cycle: 2026-10 is signed above already"):
        load_sign_offs(path)


def test_model_is_overdue_the_day_after_its_time_or_never_reviewed() -> None:
    entry = reviewed(on=date(2026, 6, 2))
    said = {"by": "ADA", "on": "2026-06-02", "due_on": "2026-09-02"}
    assert state(entry, date(2026, 9, 2))["model"] == said | {"is_overdue": False}
    assert state(entry, date(2026, 9, 3))["model"] == said | {"is_overdue": True}
    monthly = reviewed(on=date(2026, 6, 2), every="month")
    assert state(monthly, DAY)["model"]["due_on"] == "2026-07-02"
    never = state(ModelEntry(version=1), DAY)["model"]
    assert never == {"by": None, "on": None, "due_on": None, "is_overdue": True}
    assert state(None, DAY)["model"] is None


def test_role_that_reviewed_is_no_person_to_hide() -> None:
    role = {"lead": {"owner": "ada"}}
    said = {"version": 1, "roles": role, "reviewed": {"by": "lead", "on": DAY}}
    assert state(ModelEntry.model_validate(said), DAY)["model"]["by"] == "lead"


def test_cycle_is_overdue_unsigned_three_weeks_after_its_end() -> None:
    assert not state(None, date(2026, 11, 22))["cycle_is_overdue"]
    assert state(None, date(2026, 11, 23))["cycle_is_overdue"]
    signed = state(None, date(2027, 1, 1), SignOff(cycle="2026-10", by="ben", on=DAY))
    assert signed["cycle"] == {"by": "BEN", "on": "2026-11-03"}
    assert not signed["cycle_is_overdue"]


@pytest.mark.parametrize(
    ("every", "day", "later"),
    [
        ("month", date(2027, 1, 31), date(2027, 2, 28)),
        ("quarter", date(2026, 11, 30), date(2027, 2, 28)),
        ("2 weeks", date(2026, 12, 24), date(2027, 1, 7)),
        ("3 days", DAY, date(2026, 11, 6)),
        ("weekday", date(2026, 11, 6), date(2026, 11, 9)),
        ("7 weekdays", date(2026, 11, 6), date(2026, 11, 17)),
    ],
)
def test_one_turn_of_a_rhythm_later(every: str, day: date, later: date) -> None:
    assert later_by(cadence_of(every), day) == later
