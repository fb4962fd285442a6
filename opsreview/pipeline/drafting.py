"""What a first model is drafted from: a team's stored history of twelve months, as facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl

from opsreview.metrics.first_response import response_attainment, time_to_first_response
from opsreview.metrics.habits import days_at_work, label_families, release_habit, rota_habit
from opsreview.metrics.view import STRATUM_MINIMUM
from opsreview.metrics.work import by_label, by_person, deeds, maintainers, work_to_do
from opsreview.operating_model.draft_people import ids_of
from opsreview.operating_model.facts import (
    AnswerFacts,
    AreaFacts,
    CheckoutFacts,
    Facts,
    Member,
    RotaFacts,
    Tally,
)
from opsreview.operating_model.quantities import hours_of
from opsreview.pipeline.reading import TeamHistory
from opsreview.window import Window
from opsreview.wording import counted

YEAR, HALF_YEAR, QUARTER = timedelta(days=365), timedelta(days=183), timedelta(days=92)
FEWEST_DEEDS = 3  # who did less in the year is not listed
MOST_MEMBERS = 12
MOST_AREAS = 8
FEWEST_IN_AREA = 5
DEADLINES = ("4 h", "8 h", "1 day", "2 days", "3 days", "5 days", "1 week", "2 weeks", "4 weeks")
MET = 0.75
_NEEDS = {
    "triage": ("comments", "events"),
    "review": ("reviews",),
    "merge": ("pull_requests",),
    "release": ("releases",),
}
_MACHINE = (
    r"(^|[-_])(ro)?bot([-_]|$)|[a-z]Bot$|bot$|[-_]ci$|^ci[-_]|[-_](runner|actions|automation)$"
)
_AREA = r"^(area|component|comp|module|package|pkg|scope|topic)(s?)[/:]"


@dataclass(frozen=True)
class _Year:
    """The stretch that is read, and who is looked at: ids of the draft by ids of the tables."""

    history: TeamHistory
    window: Window
    ids: Mapping[str, str]
    done: pl.DataFrame

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        return self.history.tables.frames

    def tally(self, counted: pl.DataFrame, total: int, unknown: str | None = None) -> Tally:
        """Rows of person_id, count and maybe last_at as a tally of members."""
        named = [row for row in counted.iter_rows(named=True) if row["person_id"] in self.ids]
        long_ago = self.window.end_at - QUARTER
        quiet = {
            self.ids[row["person_id"]]: self.day(row["last_at"])
            for row in named
            if row.get("last_at") and row["last_at"] < long_ago
        }
        counts = tuple((self.ids[row["person_id"]], int(row["count"])) for row in named)
        return Tally(counts, total, quiet, unknown)

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.history.team.zone).date()

    def unknown(self, *tables: str) -> str | None:
        """Why none of the tables can be read in this stretch; None where one can."""
        repos = self.history.team.review.repos
        coverage = self.history.tables.coverage
        found = [coverage.covered([t], repos, self.window, self.window.end_at) for t in tables]
        if any(one.window for one in found):
            return None
        return next((one.reason for one in found if one.reason), "no source tells")


def facts_of(history: TeamHistory, checkout: CheckoutFacts | None) -> Facts:
    """What the twelve months before the last fetch show, and what the checkout adds."""
    window = _window(history)
    frames = history.tables.frames
    listed = {id_ for id_, one in history.team.people.items() if one.left_on is None}
    found = listed or maintainers(frames, window=window)
    machines = set() if listed else {one for one in found if re.search(_MACHINE, one)}
    done = deeds(frames, window=window, people=found - machines)
    members = _members(history, done, listed, window)
    ids = {one.account: one.id for one in members} | {one.id: one.id for one in members}
    year = _Year(history, window, ids, done)
    facts = Facts(
        team=history.team.name,
        since=year.day(window.start_at),
        until=year.day(window.end_at),
        members=tuple(members),
        machines=tuple(sorted(machines)),
        rarely=max(0, len(found - machines) - len(members)),
        tallies=_tallies(year),
        labels=_labels(year),
        channels=_channels(year),
        triage_weekdays=_triage_weekdays(year),
        triage_weeks=_triage_weeks(year),
        checkout=checkout,
    )
    facts = _with_habits(facts, year)
    return replace(facts, areas=_areas(facts, year))


def _window(history: TeamHistory) -> Window:
    """The year before the last fetch, or less where the issues are not known for so long."""
    end_at = history.fetched_at
    stretches = history.tables.coverage.stretches
    starts = [found[0].start_at for (table, _), found in stretches.items() if table == "issues"]
    start_at = max(end_at - YEAR, min(starts, default=end_at - YEAR))
    return Window(min(start_at, end_at - timedelta(days=1)), end_at)


def _members(
    history: TeamHistory, done: pl.DataFrame, listed: set[str], window: Window
) -> list[Member]:
    """Who is in people.yaml; without one who did enough, and lately."""
    people = history.team.people
    if listed:
        accounts = {id_: (people[id_].accounts or [id_])[0] for id_ in people if id_ in listed}
        return [Member(id_, account, _did(done, id_)) for id_, account in accounts.items()]
    active = (
        done.group_by("person_id")
        .agg(count=pl.len(), last_at=pl.col("at").max())
        .filter((pl.col("count") >= FEWEST_DEEDS) & (pl.col("last_at") > window.end_at - HALF_YEAR))
        .sort(["count", "person_id"], descending=[True, False])
    )
    named = active["person_id"].head(MOST_MEMBERS).to_list()
    ids = ids_of(named)
    return [Member(ids[account], account, _did(done, account)) for account in named]


def _did(done: pl.DataFrame, person: str) -> dict[str, int]:
    counted = done.filter(pl.col("person_id") == person).group_by("work").agg(n=pl.len())
    return dict(counted.sort("work").iter_rows())


def _tallies(year: _Year) -> dict[str, Tally]:
    totals = work_to_do(year.frames, window=year.window)
    return {
        work: year.tally(by_person(year.done, work), totals[work], year.unknown(*tables))
        for work, tables in _NEEDS.items()
    }


def _labels(year: _Year) -> dict[str, tuple[tuple[str, int], ...]]:
    families = label_families(year.frames["issues"], window=year.window)
    return {start: tuple(labels) for start, labels in sorted(families.items())}


def _channels(year: _Year) -> dict[str, Tally]:
    asked = year.frames["support_requests"].filter(year.window.has("opened_at"))
    answered = (
        asked.drop_nulls("answered_by")
        .group_by("channel", "answered_by")
        .agg(count=pl.len(), last_at=pl.col("answered_at").max())
        .rename({"answered_by": "person_id"})
        .sort(["count", "person_id"], descending=[True, False])
    )
    totals = asked.drop_nulls("channel").group_by("channel").agg(n=pl.len()).sort("channel")
    return {
        name: year.tally(answered.filter(pl.col("channel") == name), n)
        for name, n in totals.iter_rows()
    }


def _triage_days(year: _Year) -> set[date]:
    zone = year.history.team.zone
    return days_at_work(year.done, "triage", window=year.window, zone=zone)


def _triage_weeks(year: _Year) -> tuple[int, int]:
    weeks = {day - timedelta(days=day.weekday()) for day in _triage_days(year)}
    return len(weeks), round(year.window.weeks)


def _triage_weekdays(year: _Year) -> tuple[int, int]:
    done = _triage_days(year)
    first, last = year.day(year.window.start_at), year.day(year.window.end_at)
    days = (first + timedelta(days=n) for n in range((last - first).days))
    return len(done), sum(day.weekday() < 5 for day in days)


def _with_habits(facts: Facts, year: _Year) -> Facts:
    unknown: dict[str, str] = {}
    release = release_habit(
        year.frames["releases"], window=year.window, zone=year.history.team.zone
    )
    if release is None:
        unknown["release"] = year.unknown("releases") or "no stable release in the year"
    rota = _rota(year, unknown)
    answers = _answers(facts, year, unknown)
    return replace(facts, release=release, rota=rota, answers=answers, unknown=unknown)


def _rota(year: _Year, unknown: dict[str, str]) -> RotaFacts | None:
    zone = year.history.team.zone
    found = rota_habit(year.frames["shifts"], window=year.window, zone=zone)
    if found is None:
        unknown["rota"] = year.unknown("shifts") or "nobody held a turn in the year"
        return None
    order = tuple(year.ids[name] for name in found.order if name in year.ids)
    if len(order) < len(found.order):
        strangers = sorted({name for name in found.order if name not in year.ids})
        unknown["rota"] = f"turns are held by {', '.join(strangers[:6])}: put them into people.yaml"
        order = ()
    facts = RotaFacts(**vars(replace(found, order=order)), source=_calendar(year))
    return facts if order or facts.source else None


def _calendar(year: _Year) -> str | None:
    """The path of the one calendar or file of shifts that review.yaml names."""
    sources = year.history.team.review.sources
    paths = [
        str(getattr(source, "path", ""))
        for source in sources
        if source.kind == "ics" or getattr(source, "table", None) == "shifts"
    ]
    return paths[0] if len(paths) == 1 else None


def _answers(facts: Facts, year: _Year, unknown: dict[str, str]) -> AnswerFacts | None:
    """The first deadline that three of four issues met; the longest looked at where none did."""
    if why := year.unknown("comments"):
        unknown["answers"] = why
        return None
    by_member = pl.col("author_id").is_in(list(year.ids))
    responses = time_to_first_response(
        year.frames["issues"],
        year.frames["comments"].with_columns(author_is_team=by_member),
        year.frames["spells"],
        window=year.window,
        as_of=year.window.end_at,
        by_team=True,
    )
    shares = [_met(responses, within, year) for within in DEADLINES]
    due = [one for one in shares if one.n >= STRATUM_MINIMUM]
    if not due or not facts.members:
        n = max((one.n for one in shares), default=0)
        few = f"{counted(n, 'issue')} could be judged: {STRATUM_MINIMUM} are needed"
        unknown["answers"] = "nobody's name is on the issues" if responses.is_empty() else few
        return None
    return next((one for one in due if one.is_met), due[-1])


def _met(responses: pl.DataFrame, within: str, year: _Year) -> AnswerFacts:
    hours = hours_of(within)
    rows = response_attainment(
        responses,
        window=year.window,
        as_of=year.window.end_at,
        target_hours=hours,
    )
    parts = rows["part"].drop_nulls()
    share = int((parts == "answered").sum()) / max(1, parts.len())
    return AnswerFacts(within, share, parts.len(), share >= MET)


def _areas(facts: Facts, year: _Year) -> tuple[AreaFacts, ...]:
    """Labels like area/NAME with who worked on them, joined with what CODEOWNERS says."""
    used = [
        (label.removeprefix(start), label, count)
        for start, labels in facts.labels.items()
        if re.match(_AREA, start, re.IGNORECASE)
        for label, count in labels
        if count >= FEWEST_IN_AREA
    ]
    worked = by_label(year.done, year.frames)
    owned = _owned(facts, year)
    areas: dict[str, AreaFacts] = {}
    for name, label, count in sorted(used, key=lambda one: -one[2])[:MOST_AREAS]:
        id_ = _id(name)
        path, owners = owned.pop(id_, (None, ()))
        tally = year.tally(worked.filter(pl.col("label") == label), count)
        if id_ not in areas:
            areas[id_] = AreaFacts(id_, label, path, tally, owners)
    for id_, (path, owners) in owned.items():
        if owners and len(areas) < MOST_AREAS:
            areas.setdefault(id_, AreaFacts(id_, None, path, owners=owners))
    return tuple(areas.values())


def _owned(facts: Facts, year: _Year) -> dict[str, tuple[str | None, tuple[str, ...]]]:
    """By the last part of each path that CODEOWNERS names: the path, and which members own it."""
    found: dict[str, tuple[str | None, tuple[str, ...]]] = {}
    accounts = {account.lower(): id_ for account, id_ in year.ids.items()}
    for path, owners in facts.checkout.owned if facts.checkout else ():
        place = path.strip("/").rstrip("*").rstrip("/")
        if place and "*" not in place:
            name = _id(place.rpartition("/")[2])
            found[name] = (
                place + ("/" if path.endswith(("/", "*")) else ""),
                _known(owners, accounts),
            )
    return found


def _known(owners: Sequence[str], accounts: Mapping[str, str]) -> tuple[str, ...]:
    """The members among owners as CODEOWNERS writes them, ``@account``; teams are none."""
    named = (accounts.get(owner.removeprefix("@").lower()) for owner in owners)
    return tuple(dict.fromkeys(filter(None, named)))


def _id(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unnamed"
