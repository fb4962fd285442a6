"""What a page says about its cycle before any number: read from ``run.json``, as sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from opsreview.errors import CycleError, OutputsError
from opsreview.window import MATURITY, Cycle

NAMES = {
    "shown": "names shown",
    "pseudonyms": "names as pseudonyms",
    "roles": "roles instead of names",
}
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"  # strftime would ask the locale


@dataclass(frozen=True)
class CycleFacts:
    """One cycle as its pages introduce it.

    ``about`` are the parts of the line under the title, ``warnings`` the reasons to read with
    care as (title, sentence); ``start_at`` orders cycles.
    """

    team: str
    cycle: str
    title: str
    about: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]
    is_simulated: bool
    is_quarter: bool
    start_at: datetime

    @property
    def heading(self) -> str:
        return self.title if self.team in self.title else f"{self.team} · {self.title}"


def cycle_facts(folder: Path) -> CycleFacts:
    """Read ``run.json`` of a cycle's folder.

    Raises:
        OutputsError: It is missing, not JSON, or lacks the team, the cycle or the zone.
    """
    try:
        run: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        zone = ZoneInfo(run["zone"])
        cycle = Cycle(run["cycle"], zone)
        return CycleFacts(
            team=run["team"],
            cycle=cycle.name,
            title=run.get("title") or cycle.title,
            about=tuple(_about(run, zone)),
            warnings=tuple(_warnings(run, cycle)),
            is_simulated=bool(run.get("simulated")),
            is_quarter=cycle.is_quarter,
            start_at=cycle.window.start_at,
        )
    except OSError as error:
        raise OutputsError(
            f"{folder / 'run.json'} cannot be read ({error.strerror}): build the cycle first"
        ) from error
    except (ValueError, LookupError, TypeError, AttributeError, CycleError) as error:
        raise OutputsError(
            f"{folder / 'run.json'} is damaged ({error!r}): build the cycle again"
        ) from error


def local_time(moment: str, zone: ZoneInfo) -> str:
    """An ISO moment as the team reads it: ``1 Nov 2026 00:00 CET``."""
    local = datetime.fromisoformat(moment).astimezone(zone)
    name = local.tzname() or ""
    name = f"UTC{name}" if name[:1] in "+-" else name
    month = MONTHS[3 * local.month - 3 : 3 * local.month]
    return f"{local.day} {month} {local.year} {local:%H:%M} {name}"


def _about(run: Mapping[str, Any], zone: ZoneInfo) -> Iterator[str]:
    if run.get("as_of"):
        yield f"data up to {local_time(run['as_of'], zone)}"
    yield f"days in {zone.key}"
    privacy = run.get("privacy")
    names = privacy.get("names") if isinstance(privacy, Mapping) else privacy
    if names:
        yield NAMES.get(names, f"names: {names}")
    if run.get("code_version"):
        yield f"built from {run['code_version']}"


def _warnings(run: Mapping[str, Any], cycle: Cycle) -> Iterator[tuple[str, str]]:
    missing = [*_missing_items(run.get("repos") or []), *_missing_rows(run.get("sources") or [])]
    if missing:
        yield "Incomplete data", f"{'; '.join(missing)}. What is missing is unknown, not zero."
    if run.get("is_over") is False:
        until = local_time(cycle.window.end_at.isoformat(), cycle.zone)
        yield "Not over yet", f"The cycle runs until {until}; its numbers will still change."
    elif run.get("is_mature") is False:
        days = MATURITY.days
        yield (
            "Read early",
            f"The data stops less than {days} days after the cycle's end: answers that are still "
            "to come are missing, and the numbers will settle.",
        )


def _missing_items(repos: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for repo in repos:
        if repo.get("complete") is False:
            items, expected = repo.get("n_items"), repo.get("n_expected")
            counts = f"{items:,} of {expected:,} items" if items and expected else "not all items"
            yield f"{repo.get('repo')}: {counts} fetched"


def _missing_rows(sources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for source in sources:
        if source.get("complete") is False:
            reason = str(source.get("reason") or "incomplete").rstrip(".")
            yield f"{source.get('kind')}: {reason}"
