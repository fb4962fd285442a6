"""The store as a subject to read: tables of all sources, and who, what and where they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from opsreview.errors import CycleError, ParamsError, StoreError
from opsreview.metrics.reading import Subject
from opsreview.metrics.registry import METRICS
from opsreview.metrics.view import Groups, Targets
from opsreview.operating_model.decisions import Decision, in_force, load_decisions
from opsreview.operating_model.document import OperatingModel, load_model
from opsreview.operating_model.references import Surroundings
from opsreview.params import DAYS, Person, Team
from opsreview.sources import SourceRows
from opsreview.store import Reading, Store
from opsreview.tables.build import TeamTables, build_tables
from opsreview.window import MATURITY, Cycle, last_full_month
from opsreview.working_time import WorkingCalendar

UNPROMISED_RESPONSE_HOURS = 72.0  # what attainment is shown at where the model promises nothing


@dataclass(frozen=True)
class TeamHistory:
    """A team's history as the store holds it: rows and readings by source, tables, the model."""

    team: Team
    rows: Mapping[str, SourceRows]
    readings: Mapping[str, list[Reading]]
    tables: TeamTables
    model: OperatingModel | None
    decisions: Sequence[Decision]
    fetched_at: datetime

    @property
    def has_train(self) -> bool:
        """Whether the model declares a release train."""
        return self.model is not None and self.model.entry.rhythm.release is not None

    @cached_property
    def subject(self) -> Subject:
        """What the metrics read, made once: it holds what all cycles share."""
        return Subject(
            self.tables,
            self.team.review.repos,
            self.team.zone,
            _groups(self.team, self.model),
            _calendars(self.team),
        )


@dataclass(frozen=True)
class Plan:
    """Which cycle is read, and as of when."""

    cycle: Cycle
    as_of: datetime

    @property
    def is_over(self) -> bool:
        return self.as_of >= self.cycle.window.end_at

    @property
    def is_mature(self) -> bool:
        return self.as_of >= self.cycle.window.end_at + MATURITY

    def earlier(self, first_at: datetime) -> Iterator[Plan]:
        """Every cycle since ``first_at`` before this one, at its own end with the same maturity."""
        maturity = self.as_of - self.cycle.window.end_at
        for cycle in self.cycle.before(first_at):
            yield Plan(cycle, cycle.window.end_at + maturity)


def read_team(team: Team, store_path: Path) -> TeamHistory:
    """Everything the store holds of a team, typed.

    Raises:
        StoreError: Nothing was fetched yet.
        ParamsError: The operating model or the decisions are not valid.
    """
    history = read_history(team, store_path)
    model = _model(team)
    return replace(history, model=model, decisions=_decisions(team, model))


def read_history(team: Team, store_path: Path) -> TeamHistory:
    """What the store holds of a team, typed, whatever its model says.

    Raises:
        StoreError: Nothing was fetched yet.
    """
    with Store.read(store_path) as store, store.snapshot():
        readings = {source.key: store.readings(source.key) for source in team.review.sources}
        rows = {source.key: source.rows(store) for source in team.review.sources}
    unread = [key for key, found in readings.items() if not found]
    if len(unread) == len(readings):
        raise StoreError(
            f"the store {store_path} holds nothing of {', '.join(unread)}: "
            f"run `opsreview fetch {team.name}` first"
        )
    tables = build_tables(rows, team)
    return TeamHistory(team, rows, readings, tables, None, (), _fetched_at(rows, store_path))


def plan_of(history: TeamHistory, cycle: str | None, as_of: datetime | None) -> Plan:
    """The cycle asked for, or the last full month before the last fetch.

    ``as_of`` is by default the cycle's end plus seven days, or the last fetch when that is earlier.

    Raises:
        CycleError: The cycle has not begun, or ``as_of`` is later than the last fetch.
    """
    zone = history.team.zone
    chosen = Cycle(cycle, zone) if cycle else last_full_month(history.fetched_at, zone)
    until = f"the data speaks until {history.fetched_at:%Y-%m-%d %H:%M} UTC"
    if as_of is not None and as_of > history.fetched_at:
        raise CycleError(f"as of {as_of:%Y-%m-%d %H:%M} UTC cannot be told: {until}; fetch first")
    seen_at = as_of or min(chosen.window.end_at + MATURITY, history.fetched_at)
    if seen_at <= chosen.window.start_at:
        raise CycleError(f"cycle {chosen.name} has not begun: {until}; name an earlier cycle")
    return Plan(chosen, seen_at)


def targets_of(history: TeamHistory, plan: Plan) -> Targets:
    """What the model in force at the cycle's end promised."""
    return _targets(model_in_force(history, plan), history.team.zone)


def target_steps(history: TeamHistory) -> list[tuple[date | None, Targets]]:
    """What the model promised since ever (None), and since each day a decision changed it."""
    days = sorted({made.effective_from for made in history.decisions if made.change})
    zone = history.team.zone
    steps = [(None, _targets(_model_on(history, date.min), zone))]
    return [*steps, *((day, _targets(_model_on(history, day), zone)) for day in days)]


def _targets(model: OperatingModel | None, zone: ZoneInfo) -> Targets:
    if model is None:
        return Targets(UNPROMISED_RESPONSE_HOURS)
    deadlines = {
        said.group: said.at_most_hours
        for said in model.promises
        if said.metric == "response_attainment" and said.at_most_hours is not None
    }
    response_hours = deadlines.pop("all", UNPROMISED_RESPONSE_HOURS)
    return Targets(response_hours, deadlines, model.rotation(zone), model.train(zone))


def model_in_force(history: TeamHistory, plan: Plan) -> OperatingModel | None:
    """The model as it stood at the cycle's end: changes decided for later are undone.

    Where the ledger names what is no longer there, that model cannot be had again: it is today's
    then, and the check warns of it.
    """
    return _model_on(history, plan.cycle.window.last_day(history.team.zone))


def _model_on(history: TeamHistory, day: date) -> OperatingModel | None:
    model = history.model
    if model is None:
        return None
    then = in_force(model.file.data, history.decisions, day)
    if then == model.file.data:
        return model
    try:
        return model.as_written(then)
    except ParamsError:
        return model


def first_moment(tables: TeamTables) -> datetime | None:
    """Where the sources begin to speak."""
    stretches = tables.coverage.stretches.values()
    return min((windows[0].start_at for windows in stretches), default=None)


def _fetched_at(rows: Mapping[str, SourceRows], store_path: Path) -> datetime:
    """The latest moment a source speaks for; a rota reaches into the future and does not count."""
    stated = [found.fetched_at for found in rows.values() if found.fetched_at]
    spoken = stated or [
        window.end_at
        for found in rows.values()
        for (table, _), window in found.covers.items()
        if table != "shifts"
    ]
    if not spoken:
        raise StoreError(
            f"nothing in {store_path} says until when it speaks: add a source with issues, "
            "incidents or releases, or `covers:` to one"
        )
    return max(spoken).astimezone(UTC)


def _model(team: Team) -> OperatingModel | None:
    if not team.model_path.is_file():
        return None
    return load_model(team.model_path, team.people, METRICS, surroundings(team))


def surroundings(team: Team) -> Surroundings:
    """What the model may refer to in the team's other params."""
    sources = team.review.sources
    rotas = {str(path) for each in sources if (path := getattr(each, "path", None))}
    accounts = {
        account.lower(): person_id
        for person_id, person in team.people.items()
        for account in person.accounts
    }
    return Surroundings(frozenset(team.review.labels.priorities), frozenset(rotas), accounts)


def _decisions(team: Team, model: OperatingModel | None) -> Sequence[Decision]:
    if model is None or not team.decisions_path.is_file():
        return []
    return load_decisions(team.decisions_path, {*model.people, *model.entry.roles}, METRICS)


def _groups(team: Team, model: OperatingModel | None) -> Groups:
    labels, releases = team.review.labels, team.review.releases
    work = {str(kind): patterns for kind, patterns in labels.work.items()}
    return Groups(
        labels.priorities,
        _areas(model),
        labels.triaged_groups,
        labels.triaged_also,
        labels.support,
        work,
        labels.regression,
        releases.regression_within_days,
        releases.hotfix_within_days,
    )


def _areas(model: OperatingModel | None) -> dict[str, list[str]]:
    if model is None:
        return {}
    return {name: [area.label] for name, area in model.entry.areas.items() if area.label}


def _calendars(team: Team) -> dict[str, WorkingCalendar]:
    return {person_id: _calendar(person, team) for person_id, person in team.people.items()}


def _calendar(person: Person, team: Team) -> WorkingCalendar:
    hours = person.working_hours
    return WorkingCalendar(
        person.time_zone or team.zone,
        tuple(DAYS.index(day) for day in hours.days),
        hours.start,
        hours.end,
        person.holidays,
    )
