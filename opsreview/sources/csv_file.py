"""Any of our tables from a CSV file: a status page's export, a hand-kept list, a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import Field, field_validator, model_validator

from opsreview.errors import SourceError
from opsreview.sources import CLOCKS_DIFFER, Rejected, SourceRows
from opsreview.sources.columns import REQUIRED, SCHEMAS, typed
from opsreview.sources.declared import DeclaredSource, first_and_last
from opsreview.sources.evidence import evidence_kind
from opsreview.sources.moments import first_moment, length_fault, names_zone
from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Node, Reading, Store
from opsreview.window import MOMENT, Window, literal

ALIASES = {
    "author": "author_account",
    "actor": "actor_account",
    "merged_by": "merged_by_account",
}
# A file of what happened to incidents lies beside the incidents and shares their source.
_EVENT_ENDINGS = ("-updates", "_updates", "-events", "_events")
_ENDS = ("closed_at", "merged_at")  # only items have them
_EXTRA = "cells beyond the header"


class CsvFile(DeclaredSource):
    """``{kind: csv, table: incidents, path: FILE, columns: {ours: theirs}}``.

    ``columns`` maps columns of our table to the file's own; ``author``, ``actor`` and ``merged_by``
    stand for the accounts. An empty cell is unknown. ``name`` fills ``source`` of incidents,
    incident_events, shifts and support_requests (default: the file's name without ending and
    ``-updates`` or ``_events``): incidents and their events join where it is the same. A shift
    whose rotation or role is not given has ``name`` as rotation and ``primary`` as role. An item
    whose ``state`` is not mapped is closed where ``closed_at`` or ``merged_at`` says so. Where some
    times name a zone and others none, and ``timezone`` is not said, the others are rejected.
    Common words for what was done about an incident become ours (``evidence.evidence_kind``).
    """

    kind: Literal["csv"]
    table: Literal[
        "issues",
        "pull_requests",
        "comments",
        "reviews",
        "events",
        "releases",
        "incidents",
        "incident_events",
        "shifts",
        "support_requests",
    ]
    path: str
    columns: Mapping[str, str] = Field(min_length=1)
    name: str | None = Field(None, min_length=1)

    @field_validator("columns")
    @classmethod
    def _in_full(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        in_full = {ALIASES.get(ours, ours): theirs for ours, theirs in columns.items()}
        if len(in_full) < len(columns):
            raise ValueError("names one column twice: author stands for author_account")
        return in_full

    @model_validator(mode="after")
    def _fits_table(self) -> CsvFile:
        ours = ", ".join(SCHEMAS[self.table])
        if unknown := sorted(set(self.columns) - set(SCHEMAS[self.table])):
            raise ValueError(
                f"columns: {', '.join(unknown)} is no column of {self.table}; its columns: {ours}"
            )
        given = {*self.columns, *self._given(), *(["repo"] if self.repo else [])}
        if missing := [name for name in REQUIRED[self.table] if name not in given]:
            raise ValueError(
                f"columns: {', '.join(missing)} must be mapped, a row of {self.table} cannot do "
                f"without; its columns: {ours}"
            )
        return self

    @property
    def key(self) -> str:
        parts = ["csv", self.table, self.path, self.name, self.repo]
        return ":".join(part for part in parts if part)

    @property
    def source_name(self) -> str:
        """What the column ``source`` says of this file's rows."""
        stem = Path(self.path).stem
        for ending in _EVENT_ENDINGS:
            stem = stem.removesuffix(ending)
        return self.name or stem or Path(self.path).stem

    def fetch(self, store: Store, terms: Terms = DEFAULT_TERMS) -> None:
        """Put the file's lines in place of the last ones, in one transaction.

        Raises:
            SourceError: No such file, not a CSV in UTF-8, or a column that is named is missing.
        """
        path = self.located(self.path)
        header, lines = _read(path)
        self._check(path, header)
        nodes = [Node("", "rows", str(number), body) for number, body in lines]
        nodes.append(Node("", "reading", "at", {"read_at": datetime.now(UTC).isoformat()}))
        store.replace(self.key, nodes, [Reading(self.key, "", None, len(lines))])

    def rows(self, store: Store) -> SourceRows:
        """The file's rows as a frame of its table, the bad ones with the reason.

        Coverage is by repository where the table's rows are told apart by it, else under "".
        """
        if not store.readings(self.key):
            return SourceRows({}, {})
        good: list[dict[str, Any]] = []
        rejected: list[Rejected] = []
        assumed_count = 0
        nodes = [node for node in store.nodes(self.key, "rows") if self.keeps(node.body)]
        is_mixed = self.timezone is None and self._has_two_kinds_of_times(nodes)
        for node in nodes:
            try:
                row, assumed = self._row(node.body)
                if is_mixed:
                    self._check_zones(node.body)
            except ValueError as error:
                at = first_moment(self._times(node.body).values(), self.zone)
                key = f"line {node.key}"
                rejected.append(Rejected(self.table, key, str(error), node.body, at))
            else:
                good.append(row)
                assumed_count += assumed
        frame = pl.DataFrame(good, schema=SCHEMAS[self.table])
        read_at = self._read_at(store)
        covers = {} if rejected and not good else self._covers(self._believed(frame, read_at))
        tables: dict[str, pl.DataFrame] = {self.table: frame}
        return SourceRows(tables, covers, rejected, assumed_count, latest_at=read_at)

    def _believed(self, frame: pl.DataFrame, read_at: datetime | None) -> pl.DataFrame:
        """The rows that could be known when the file was read; a rota tells of weeks to come."""
        if read_at is None or self.table == "shifts":
            return frame
        return _until(frame, read_at + CLOCKS_DIFFER)

    def _read_at(self, store: Store) -> datetime | None:
        """When the file was read; None in a store that an older version filled."""
        reading = store.node(self.key, "", "reading", "at")
        return datetime.fromisoformat(reading.body["read_at"]) if reading else None

    def _times(self, body: Mapping[str, str]) -> dict[str, str]:
        """The row's cells of moments, by our columns, those that tell when it began first."""
        columns = [name for name, dtype in SCHEMAS[self.table].items() if dtype == MOMENT]
        return {
            ours: cell
            for ours in columns
            if ours in self.columns and (cell := body.get(self.columns[ours], ""))
        }

    def _has_two_kinds_of_times(self, nodes: list[Node]) -> bool:
        kinds = {names_zone(cell) for node in nodes for cell in self._times(node.body).values()}
        return {True, False} <= kinds

    def _check_zones(self, body: Mapping[str, str]) -> None:
        for ours, cell in self._times(body).items():
            if names_zone(cell) is False:
                raise ValueError(
                    f"{ours}: {cell!r} names no zone where other times of the file do: "
                    "say with `timezone` which is meant"
                )

    def _check(self, path: Path, header: list[str]) -> None:
        wanted = {*self.columns.values(), *self.where}
        here = f"the columns there are: {', '.join(header)}"
        if missing := sorted(wanted - set(header)):
            raise SourceError(
                f"{path} has no column {', '.join(map(repr, missing))}, which `columns` or "
                f"`where` names; {here}"
            )
        if twice := sorted(name for name in wanted if header.count(name) > 1):
            raise SourceError(
                f"{path} has the column {', '.join(map(repr, twice))} more than once, so it is "
                f"not clear which is meant: rename one; {here}"
            )

    def _given(self) -> dict[str, str]:
        """Values of columns that the file may leave out."""
        given: dict[str, str] = {}
        if "source" in SCHEMAS[self.table]:
            given["source"] = self.source_name
        if self.table == "shifts":
            given |= {"rotation": self.source_name, "role": "primary"}
        return given

    def _row(self, body: Mapping[str, str]) -> tuple[dict[str, Any], int]:
        if _EXTRA in body:
            raise ValueError("has more cells than the header: is a comma not quoted?")
        cells: dict[str, str] = self._given()
        for ours, theirs in self.columns.items():
            if theirs not in body:
                raise ValueError(f"{ours}: no column {theirs!r} in what was read: fetch again")
            cells[ours] = body[theirs] or cells.get(ours, "")
        if self.repo and "repo" in SCHEMAS[self.table]:
            cells["repo"] = self.repo
        row, assumed_count = typed(self.table, cells, self.zone)
        for name in REQUIRED[self.table]:
            if row[name] is None:
                raise ValueError(f"{name} is empty")
        if self.table == "shifts" and (fault := length_fault(row["start_at"], row["end_at"])):
            raise ValueError(fault)
        if self.table == "incident_events":
            row["event"] = evidence_kind(row.get("event"))
        return row | _in_lower_case(row) | self._state(row), assumed_count

    def _state(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Of an item whose file says when it ended and has no word for it."""
        ends = [name for name in _ENDS if name in self.columns]
        if "state" in self.columns or not ends:
            return {}
        return {"state": "closed" if any(row[name] for name in ends) else "open"}

    def _covers(self, frame: pl.DataFrame) -> dict[tuple[str, str], Window]:
        if "repo" in REQUIRED[self.table]:
            parts = {str(repo): part for (repo,), part in frame.group_by("repo")}
            if self.repo:
                parts.setdefault(self.repo, frame)
        else:
            parts = {"": frame}
        spoken = {repo: self.covered(*first_and_last(part)) for repo, part in parts.items()}
        return {(self.table, repo): window for repo, window in sorted(spoken.items()) if window}


def _until(frame: pl.DataFrame, until: datetime) -> pl.DataFrame:
    """The rows that say of nothing that it happened later."""
    moments = frame.select(pl.selectors.datetime()).columns
    is_late = pl.any_horizontal(pl.lit(False), *(pl.col(name) > literal(until) for name in moments))
    return frame.filter(~is_late.fill_null(False))


def _in_lower_case(row: Mapping[str, Any]) -> dict[str, str]:
    """GitHub's own words, which its two APIs write as OPEN and open."""
    return {name: row[name].lower() for name in ("state", "state_reason") if row.get(name)}


def _read(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip() for name in next(reader, [])]
            lines = list(_lines(reader, header))
    except FileNotFoundError:
        raise SourceError(f"{path} is missing: paths are seen from review.yaml") from None
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not UTF-8 ({error}): save it as UTF-8") from error
    except (OSError, csv.Error) as error:
        raise SourceError(
            f"{path} cannot be read as CSV ({error}): the store keeps what it held"
        ) from error
    if not any(header):
        raise SourceError(f"{path} is empty: its first line must name its columns")
    return header, lines


def _lines(reader: Any, header: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines that hold anything, by their number in the file."""
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            body = dict(zip_longest(header, stripped[: len(header)], fillvalue=""))
            extra = {_EXTRA: ";".join(stripped[len(header) :])}
            yield reader.line_num, body | (extra if any(stripped[len(header) :]) else {})
