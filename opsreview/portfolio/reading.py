"""The latest whole cycle of every team in an outputs folder, or at an address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from opsreview.cycle_folders import RUN
from opsreview.errors import CycleError
from opsreview.holm import holm_adjusted
from opsreview.place import Place
from opsreview.portfolio import states
from opsreview.portfolio.finding import Found, found_teams
from opsreview.portfolio.luck import level_among, smallest_adjusted
from opsreview.portfolio.multiples import (
    Multiple,
    Row,
    Series,
    deadline,
    headline_rows,
    key_of,
    multiple,
)
from opsreview.portfolio.numbers import GROUPS, HISTORY, METRICS, Key, Numbers, read_numbers
from opsreview.portfolio.parquet import AGAIN
from opsreview.portfolio.teams import Portfolio, TeamCycle, Unread
from opsreview.window import Cycle

DOCUMENTS = ("run", "signals", "verdicts", "sign_off", "operating_model")
DAMAGED = (ValueError, LookupError, TypeError, AttributeError, CycleError)


@dataclass(frozen=True)
class Papers:
    """The documents of a cycle that were read; ``quarter`` is the run of its longer window."""

    found: Found
    run: Mapping[str, Any]
    signals: Mapping[str, Any]
    verdicts: Sequence[Mapping[str, Any]]
    sign_off: Mapping[str, Any] | None
    model: Mapping[str, Any] | None

    @property
    def rows(self) -> Sequence[Row]:
        """The headlines, none of which is a person's."""
        return [row for row in headline_rows(self.signals) if row["group"] in GROUPS]

    @property
    def keys(self) -> list[Key]:
        return [key_of(row) for row in self.rows]


def read_portfolio(outputs: str | Path) -> Portfolio:
    """Every team at its latest whole cycle; teams that cannot be read are listed with the reason.

    Args:
        outputs: A folder, or an address that fsspec knows, such as ``s3://bucket/outputs``.

    Raises:
        CycleError: There is no team with a cycle.
        PlaceError: The place cannot be reached or read.
    """
    place = Place.of(str(outputs))
    found = found_teams(place)
    whole = [each for each in found if each.cycle]
    papers, damaged = _papers(place, whole)
    numbers = read_numbers(
        place,
        [file for each in papers for file in _frames(each.found)],
        {key for each in papers for key in each.keys},
    )
    teams, unreadable = _teams(papers, numbers)
    changing = _changing(place, whole)
    unread = [
        *(problem for each in found for problem in _not_whole(each, place)),
        *(each for each in (*damaged, *unreadable) if each.team not in changing),
        *changing.values(),
    ]
    steady = [team for team in teams if team.team not in changing]
    return _beside_each_other(place, steady, sorted(unread, key=lambda each: each.team.casefold()))


def open_portfolio(outputs: str | Path = "outputs") -> Portfolio:
    """As ``read_portfolio``; a relative folder is looked for here and in every folder above."""
    if "://" in str(outputs):
        return read_portfolio(outputs)
    roots = [above / outputs for above in (Path.cwd(), *Path.cwd().parents)]
    return read_portfolio(next((root for root in roots if root.is_dir()), roots[0]))


def _beside_each_other(
    place: Place, teams: Sequence[TeamCycle], unread: Sequence[Unread]
) -> Portfolio:
    """Teams marked by what stands among them, and by who is at an older cycle than the others."""
    level = level_among(team.smallest_p for team in teams)
    behind = _behind(teams)
    marked = [replace(team.marked(level), is_behind=team.team in behind) for team in teams]
    told_count = sum(team.smallest_p is not None for team in teams)
    return Portfolio(place, marked, unread, told_count, len(marked))


def _behind(teams: Sequence[TeamCycle]) -> set[str]:
    """Who is at an older cycle than others: months beside months, quarters beside quarters."""
    latest: dict[bool, date] = {}
    for team in teams:
        if team.is_over:
            ended_on = team.end_at.date()
            latest[team.is_quarter] = max(ended_on, latest.get(team.is_quarter, ended_on))
    return {
        team.team
        for team in teams
        if team.is_quarter in latest and team.end_at.date() < latest[team.is_quarter]
    }


def _not_whole(found: Found, place: Place) -> Iterator[Unread]:
    if found.in_the_way:  # told without the place, which a reader of the page may not know
        said = str(found.in_the_way).removeprefix(place.named(found.team)).lstrip("/ ")
        yield Unread(found.team, said)
    if found.half_written:
        has = "has" if len(found.half_written) == 1 else "have"
        cycles = f"{', '.join(found.half_written)} {has} no {RUN}"
        shown = f"; {found.cycle} is shown" if found.cycle else ""
        command = f"run `opsreview run {found.team} --cycle {found.half_written[0]}`"
        yield Unread(found.team, f"{cycles}{shown}: {command}")


def _changing(place: Place, whole: Sequence[Found]) -> dict[str, Unread]:
    """The teams whose ``run.json`` is gone or another by now: what was read may be of two cycles.

    It is taken away before anything else of a cycle changes, and put after all of it.
    """
    now, _ = place.read_many([each.run_file for each in whole])
    return {
        each.team: Unread(each.team, f"{each.cycle} is being written: run this again")
        for each in whole
        if now.get(each.run_file) != each.run
    }


def _papers(place: Place, found: Sequence[Found]) -> tuple[list[Papers], list[Unread]]:
    names = [f"{each.folder}/{name}" for each in found for name in _documents(each)]
    contents, in_the_way = place.read_many(names)
    papers, damaged = [], []
    for each in found:
        read: dict[str, Any] = {}
        for name in _documents(each):
            path = f"{each.folder}/{name}"
            try:
                read[name.removesuffix(".json")] = json.loads(contents[path])
            except (ValueError, KeyError):
                why = in_the_way.get(path, f"cannot be read: {AGAIN}")
                damaged.append(Unread(each.team, f"{each.cycle}/{name} {why}"))
                break
        else:
            papers.append(_paper(each, read))
    return papers, damaged


def _documents(found: Found) -> list[str]:
    return [f"{name}.json" for name in DOCUMENTS if f"{name}.json" in found.names]


def _paper(found: Found, read: Mapping[str, Any]) -> Papers:
    return Papers(
        found=found,
        run=read["run"],
        signals=read.get("signals") or {},
        verdicts=read.get("verdicts") or [],
        sign_off=read.get("sign_off"),
        model=read.get("operating_model"),
    )


def _frames(found: Found) -> list[str]:
    within = {found.folder: found.names, f"{found.folder}/quarter": found.quarter}
    return [
        f"{folder}/{name}"
        for folder, names in within.items()
        for name in (METRICS, HISTORY)
        if name in names
    ]


def _teams(papers: Sequence[Papers], numbers: Numbers) -> tuple[list[TeamCycle], list[Unread]]:
    teams, unread = [], []
    for each in papers:
        found = each.found
        broken = [file for file in _frames(found) if file in numbers.unreadable]
        if METRICS not in found.names:
            unread.append(Unread(found.team, f"{found.cycle} has no {METRICS}: {AGAIN}"))
        elif broken:
            name, why = broken[0].partition("/")[2], numbers.unreadable[broken[0]]
            unread.append(Unread(found.team, f"{name} {why}"))
        else:
            try:
                teams.append(_team(each, numbers))
            except DAMAGED as error:
                said = f"{found.cycle} is damaged ({type(error).__name__}): {AGAIN}"
                unread.append(Unread(found.team, said))
    return teams, unread


def _team(papers: Papers, numbers: Numbers) -> TeamCycle:
    run, found = papers.run, papers.found
    cycle = Cycle(run["cycle"], ZoneInfo(run["zone"]))
    ps = [row.get("p") for row in papers.rows]
    return TeamCycle(
        team=found.team,
        cycle=cycle.name,
        title=cycle.title,
        is_quarter=cycle.is_quarter,
        end_at=cycle.window.end_at.astimezone(cycle.zone),
        is_over=run.get("is_over") is not False,
        has_page="index.html" in found.names,
        multiples=[
            _multiple(papers, row, p, numbers)
            for row, p in zip(papers.rows, holm_adjusted(ps), strict=True)
        ],
        smallest_p=smallest_adjusted(ps),
        incomplete=states.incomplete(run),
        early=states.early(run),
        decisions=states.decisions(papers.verdicts),
        overdue=states.overdue_actions(papers.verdicts),
        model=states.sign_off(papers.model, papers.sign_off),
        areas=states.areas(papers.model),
    )


def _multiple(papers: Papers, row: Row, adjusted_p: float | None, numbers: Numbers) -> Multiple:
    """A headline of triage is read over the longer window where the cycle has one."""
    found = papers.found
    is_longer = bool(found.quarter) and row.get("topic") == "triage"
    folder = f"{found.folder}/quarter" if is_longer else found.folder
    series = Series(numbers.of(folder, key_of(row)), "quarter" if is_longer else "cycle")
    hours = deadline(papers.model, papers.run)
    return multiple(row, series, adjusted_p=adjusted_p, deadline_hours=hours)
