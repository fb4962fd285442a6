"""What a page says about its cycle before any number: read from ``run.json``, as sentences."""

from __future__ import annotations

import json
import re
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
    "pseudonyms": "names as pseudonyms, but links to GitHub show who did what",
    "roles": "roles instead of names, but links to GitHub show who did what",
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
    repos, sources = run.get("repos") or [], run.get("sources") or []
    missing = [*_missing_items(repos, cycle.zone), *_missing_rows(sources)]
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


def _missing_items(repos: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> Iterator[str]:
    """What repositories lack, how old what they have is, and why; those that say the same once."""
    names: dict[str, list[str]] = {}
    for repo in repos:
        if repo.get("complete") is False:
            names.setdefault(_lack(repo, zone), []).append(str(repo.get("repo")))
    yield from (f"{', '.join(known)}: {said}" for said, known in names.items())


def _lack(repo: Mapping[str, Any], zone: ZoneInfo) -> str:
    items, expected, why = repo.get("n_items"), repo.get("n_expected"), _in_short(repo)
    counts = f"{items:,} of {expected:,}" if expected and items not in (None, expected) else ""
    if counts and counts in why:
        said, why = why, ""
    elif counts:
        said = f"{counts} items fetched"
    else:
        said = "not whole" if why else "not all items fetched"
    if repo.get("fetched_at"):
        said += f", as of {local_time(repo['fetched_at'], zone)}"
    return f"{said} ({why})" if why else said


def _in_short(part: Mapping[str, Any]) -> str:
    """A reason without what to do about it: that is for who fetches, and told to them."""
    return re.split(r"[:;] ", str(part.get("reason") or ""))[0].rstrip(".")


def _missing_rows(sources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What sources lack, but for what their repositories say."""
    for source in sources:
        if source.get("complete") is False and not source.get("incomplete_repos"):
            yield f"{source.get('kind')}: {_in_short(source) or 'incomplete'}"
