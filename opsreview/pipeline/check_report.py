"""What ``opsreview check`` prints: remarks most urgent first, the map of decisions, the counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from opsreview.operating_model.consistency.recurring import IN_SHORT
from opsreview.operating_model.remark import Remark, Severity
from opsreview.pipeline.checking import Checked
from opsreview.wording import counted

_NOT_DECLARED = "consistency.not-declared"
_HEADINGS: dict[Severity, str] = {
    "error": "errors: what is written is false or cannot be kept",
    "warning": "warnings: a person should decide",
    "info": "to know",
}
_COLUMNS = ("decision", "when", "who decides", "not written")
_WIDEST = 34  # a cell of the table; what is longer is cut
_GAP = "  "


def report_lines(found: Checked) -> Iterator[str]:
    """Everything about a team's params, a line each."""
    yield from _files(found)
    if found.model is None:
        return
    for severity, heading in _HEADINGS.items():
        said = [each for each in found.remarks if each.severity == severity]
        spoken = [each for each in said if each.check != _NOT_DECLARED]
        if spoken:
            yield ""
            yield heading
            yield from (f"  {_line(remark, found)}" for remark in spoken)
    missing = [each for each in found.remarks if each.check == _NOT_DECLARED]
    if missing:
        yield ""
        yield "not declared, in the order in which it helps most"
        yield from (f"  {one.path}: {one.says.removeprefix('not declared: ')}" for one in missing)
    yield from _map(found.decision_map)
    yield ""
    yield _counts(found.remarks)


def _files(found: Checked) -> Iterator[str]:
    team, model = found.team, found.model
    kinds = ", ".join(source.kind for source in team.review.sources)
    yield f"review.yaml: reads {', '.join(team.review.repos)} from {kinds}"
    people = counted(len(team.people), "person", "people")
    yield f"people.yaml: {people}" if team.people else "people.yaml: not there"
    if model is None:
        yield "operating_model.yaml: not there, so nothing is promised or held against a cycle"
        return
    parts = [
        counted(len(model.entry.roles), "role"),
        counted(len(model.entry.areas), "area"),
        counted(len(model.entry.decisions), "recurring decision"),
        counted(len(model.promises), "promise"),
    ]
    yield f"operating_model.yaml: every name is known; {', '.join(parts)}"
    if team.decisions_path.is_file():
        yield f"decisions.yaml: {counted(len(found.decisions), 'decision')}"


def _line(remark: Remark, found: Checked) -> str:
    who = f" ({', '.join(remark.people)})" if remark.people else ""
    if remark.line is None and remark.check.startswith("surfaces."):  # of the repository alone
        return f"{remark.path}{who}: {remark.says}"
    place = str(found.file_of(remark)) + (f":{remark.line}" if remark.line else "")
    return f"{place}: {remark.path}{who}: {remark.says}"


def _map(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    cells = [_COLUMNS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    yield ""
    yield "recurring decisions, the most unclear first"
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {_GAP.join(padded)}".rstrip()


def _cells(row: dict[str, Any]) -> tuple[str, str, str, str]:
    unclear = ", ".join(IN_SHORT[each] for each in row["unclear"]) or "-"
    return _cut(row["id"]), _cut(row["when"] or "?"), _cut(row["decides"] or "?"), unclear


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1].rstrip()}…"


def _counts(remarks: Sequence[Remark]) -> str:
    severities = [remark.severity for remark in remarks]
    errors, warnings, notes = (severities.count(each) for each in _HEADINGS)
    return ", ".join(
        [counted(errors, "error"), counted(warnings, "warning"), f"{notes or 'nothing'} to know"]
    )
