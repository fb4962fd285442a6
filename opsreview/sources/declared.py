"""What every source in ``review.yaml`` may say of itself: covers, repo, timezone, where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)

from opsreview.sources.terms import DEFAULT_TERMS, Terms
from opsreview.store import Store
from opsreview.window import Window


def _zone_name(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is not a time zone: write it like Europe/Madrid") from error
    return value


def _repo_name(value: str) -> str:
    is_name = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_.-]{1,100}", value)
    if not is_name or value.endswith(("/.", "/..")):
        raise ValueError(f"{value!r} is not owner/name: write it like bitcoin-core/gui")
    return value


RepoName = Annotated[str, AfterValidator(_repo_name)]
ZoneName = Annotated[str, AfterValidator(_zone_name)]


class Covers(BaseModel):
    """The stretch a source speaks for, where its own rows cannot tell. Days include both ends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: date | datetime | None = Field(None, alias="from")
    end: date | datetime | None = Field(None, alias="to")


class DeclaredSource(BaseModel):
    """Base of all sources: one entry of ``sources:`` in ``review.yaml``.

    ``covers`` is what it speaks for (default: its first to its last row), ``repo`` overrides a
    row's own, ``timezone`` is for times that name none (default: the team's), ``where`` keeps the
    rows whose own fields equal the given values.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    covers: Covers | None = None
    repo: RepoName | None = None
    timezone: ZoneName | None = None
    where: Mapping[str, str | int | bool | list[str]] = Field(default_factory=dict)
    _folder: Path = PrivateAttr(default=Path())
    _team_zone: ZoneInfo = PrivateAttr(default=ZoneInfo("UTC"))
    _team_repos: tuple[str, ...] = PrivateAttr(default=())
    _incident_labels: tuple[str, ...] = PrivateAttr(default=())
    _team_bots: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _take_place(self, info: ValidationInfo) -> DeclaredSource:
        context = info.context or {}
        self._folder = context.get("folder", Path())
        self._team_zone = ZoneInfo(context.get("timezone", "UTC"))
        self._team_repos = tuple(context.get("repos", ()))
        self._incident_labels = tuple(context.get("incident_labels", ()))
        self._team_bots = tuple(context.get("bots", ()))
        first_at, last_at = self._declared_edges()
        if first_at and last_at and last_at < first_at:
            raise ValueError("covers ends before it starts: `to` must not be before `from`")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times that name none."""
        return ZoneInfo(self.timezone) if self.timezone else self._team_zone

    def forecast(self, store: Store, terms: Terms = DEFAULT_TERMS) -> str:
        """What a fetch would take; sources that ask the network say more."""
        return "read from files, without a request"

    def located(self, path: str) -> Path:
        """``path`` as seen from the folder of ``review.yaml``."""
        return self._folder / path

    def keeps(self, row: Mapping[str, Any]) -> bool:
        """True where the row's own fields equal what ``where`` asks."""
        return all(_is_one_of(row.get(name), wanted) for name, wanted in self.where.items())

    def covered(self, first_at: datetime | None, last_at: datetime | None) -> Window | None:
        """The stretch spoken for: as declared, else first to last row, both included."""
        declared_first_at, declared_last_at = self._declared_edges()
        start_at, end_at = declared_first_at or first_at, declared_last_at or last_at
        if start_at is None or end_at is None or end_at < start_at:
            return None
        return Window(start_at, end_at + datetime.resolution)

    def _declared_edges(self) -> tuple[datetime | None, datetime | None]:
        if self.covers is None:
            return None, None
        return self._edge(self.covers.start, time.min), self._edge(self.covers.end, time.max)

    def _edge(self, edge: date | datetime | None, at: time) -> datetime | None:
        if edge is None:
            return None
        moment = edge if isinstance(edge, datetime) else datetime.combine(edge, at)
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)


def first_and_last(frame: pl.DataFrame) -> tuple[datetime | None, datetime | None]:
    """The earliest and the latest moment in any of the frame's columns of moments.

    When a shift was changed is none of them: a rota edited today does not tell of today.
    """
    moments = frame.select(pl.selectors.datetime() - pl.selectors.matches("^changed_at$"))
    known = [
        moment
        for column in moments.iter_columns()
        for moment in (column.min(), column.max())
        if isinstance(moment, datetime)
    ]
    return (min(known), max(known)) if known else (None, None)


def _is_one_of(value: Any, wanted: str | int | bool | list[str]) -> bool:
    if isinstance(wanted, bool):  # files write truths as true, True, TRUE
        return str(value).lower() == str(wanted).lower()
    return str(value) in (wanted if isinstance(wanted, list) else [str(wanted)])
