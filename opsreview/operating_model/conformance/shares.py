"""Who really did the work of each role and in each area, against who is named for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from opsreview.estimate import Estimate, in_words
from opsreview.metrics.intervals import share
from opsreview.metrics.work import first_touches, presence
from opsreview.operating_model.conformance.held import (
    FEWEST,
    Held,
    Line,
    Verdict,
    judged_share,
    noted,
)
from opsreview.operating_model.conformance.observed import NO_TEAM, Observed
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.names import Holder, holder_of_area
from opsreview.operating_model.shape import ModelEntry
from opsreview.window import Window
from opsreview.wording import certainty_in_words
from opsreview.working_time import WorkingCalendar

AWAY_DAYS = 5  # working days in a row without a trace
TRACES = ("issues", "comments", "events")  # without them nobody is said to be away
OURS = 0.5  # the least that who is named should do of it
KIND_OF_METRIC = {
    "response_attainment": "answer",
    "time_to_first_response": "answer",
    "waiting_on_team": "answer",
    "time_to_first_review": "review",
    "review_load": "review",
    "change_request_duration": "review",
    "release_frequency": "release",
    "release_interval": "release",
    "interruptions": "incident",
    "busiest_share": "incident",
    "time_to_resolve": "incident",
}
WORDS = {
    "triage": "triage",
    "answer": "first answers",
    "review": "reviews",
    "release": "releases",
    "incident": "incidents",
}


def kinds_of_work(role: str, entry: ModelEntry) -> tuple[str, ...]:
    """The kinds of work that the model gives to a role, by where it names it."""
    return tuple(dict.fromkeys(_kinds(role, entry)))


def _kinds(role: str, entry: ModelEntry) -> Iterator[str]:
    rhythm = entry.rhythm
    if rhythm.triage and rhythm.triage.by == role:
        yield "triage"
    if rhythm.release and rhythm.release.by == role:
        yield "release"
    if rhythm.release and rhythm.release.hotfix and rhythm.release.hotfix.by == role:
        yield "release"
    if any(channel.watched_by == role for channel in entry.channels.values()):
        yield "answer"
    for promise in entry.promises:
        if promise.owner == role and promise.metric in KIND_OF_METRIC:
            yield KIND_OF_METRIC[promise.metric]
    if any(severity.calls == role for severity in entry.severities.values()):
        yield "incident"


def role_rows(model: OperatingModel, seen: Observed) -> list[Held]:
    """Each role: whether its owner is there, its deputy deputises, and the two do its work."""
    return [_role_row(name, model, seen) for name in model.entry.roles]


def area_rows(model: OperatingModel, seen: Observed) -> list[Held]:
    """Each area: whether who is named for it answers and reviews in it."""
    return [_area_row(name, model, seen) for name in model.entry.areas]


@dataclass(frozen=True)
class _Done:
    """The work of one cycle that somebody is named for."""

    acts: pl.DataFrame
    holder: Holder
    seen: Observed
    reason: str | None

    def count(self, *people: str | None) -> int:
        return self.acts.filter(pl.col("person").is_in([one for one in people if one])).height

    @property
    def ours(self) -> Estimate:
        return share(self.count(*self.holder.people), self.acts.height)

    def in_words(self) -> str:
        """``who is named for it did 17 of 20 (...): the owner 14, the deputy 3``."""
        ours = self.ours
        done = f"{self.count(*self.holder.people)} of {self.acts.height}"
        said = f"who is named for it did {done} ({in_words(ours.value, 'share')}"
        said += f", {certainty})" if (certainty := certainty_in_words(ours)) else ")"
        if not self.seen.tells_persons or self.holder.owner is None:
            return said
        parts = [f"the owner {self.count(self.holder.owner)}"]
        if self.holder.deputy:
            parts.append(f"the deputy {self.count(self.holder.deputy)}")
        return f"{said}: {', '.join(parts)}"

    def by_others(self) -> list[dict[str, str]]:
        """Links to what others did, the latest first."""
        theirs = self.acts.filter(~pl.col("person").is_in(list(self.holder.people)))
        linked = theirs.filter(pl.col("url").is_not_null()).reverse()
        return [
            {"text": f"#{number}" if number else thing, "url": url}
            for number, thing, url in linked.select("number", "thing", "url").head(3).iter_rows()
        ]


def _role_row(name: str, model: OperatingModel, seen: Observed) -> Held:
    holder, kinds = model.holder(name), kinds_of_work(name, model.entry)
    said = ", ".join(WORDS[kind] for kind in kinds)
    line = Line(f"roles.{name}", "role", _named(name, holder, seen) + (f": {said}" if said else ""))
    if not kinds:
        return line.unknown(
            "nothing in the model says what its work is: name it under rhythm, channels or promises"
        )
    done = _done(kinds, holder, seen)
    if isinstance(done, str):
        return line.unknown(done)
    if done.acts.is_empty():
        return line.unknown(noted("none of its work came up", done.reason))
    judged = _judged_role(done, kinds)
    evidence = done.by_others() if judged[0] == "drifts" else []
    return line.held(
        (judged[0], noted(judged[1], done.reason)),
        done.in_words(),
        evidence=evidence,
        estimate=done.ours,
    )


def _judged_role(done: _Done, kinds: Iterable[str]) -> tuple[Verdict, str]:
    return _absence(done, kinds) or _judged_work(done)


def _absence(done: _Done, kinds: Iterable[str]) -> tuple[Verdict, str] | None:
    """Whether the owner was away and nobody stood in, as far as traces of people are known."""
    owner, deputy, seen = done.holder.owner, done.holder.deputy, done.seen
    window = seen.part(*TRACES).window
    if owner is None or window is None:
        return None
    traces = presence(seen.tables, [owner], window=window, as_of=seen.as_of)
    away = _away(owner, traces, window, seen)
    if away and traces.is_empty():
        return "drifts", "the owner has gone quiet: nothing of theirs is recorded in the cycle"
    missed = [days for days in away if _came_up(days, done, kinds)]
    if not deputy or not missed or any(_within(days, done.acts, deputy, seen) for days in away):
        return None
    first, last = missed[0]
    return "drifts", f"the owner was away from {first} to {last}, and the deputy did none of it"


def _judged_work(done: _Done) -> tuple[Verdict, str]:
    n, owner = done.acts.height, done.holder.owner
    if n < FEWEST:
        return "cannot tell", f"fewer than {FEWEST} are too few to tell"
    if owner and not done.count(owner):
        return "drifts", f"the owner did none of {n}"
    return judged_share(done.ours, OURS)


def _area_row(name: str, model: OperatingModel, seen: Observed) -> Held:
    area, holder = model.entry.areas[name], holder_of_area(name, model.entry)
    line = Line(f"areas.{name}", "area", _named(name, holder, seen) + ": first answers and reviews")
    if area.label is None:
        return line.unknown("the area has no label, so nothing says which issues are its own")
    if not holder.people:
        return line.unknown("its owner is not known here")
    done = _done(("answer", "review"), holder, seen, label=area.label)
    if isinstance(done, str):
        return line.unknown(done)
    if done.acts.is_empty():
        return line.unknown(noted("nothing was answered or reviewed in it", done.reason))
    verdict, why = _judged_work(done)
    evidence = done.by_others() if verdict == "drifts" else []
    return line.held(
        (verdict, noted(why, done.reason)),
        done.in_words(),
        evidence=evidence,
        estimate=done.ours,
    )


def _done(
    kinds: Iterable[str], holder: Holder, seen: Observed, *, label: str | None = None
) -> _Done | str:
    """The acts of those kinds that are known, or why none is."""
    if not seen.has_team:
        return NO_TEAM
    parts = {kind: seen.part_of_work(kind) for kind in kinds}
    known = [kind for kind, part in parts.items() if part.window]
    reasons = list(dict.fromkeys(part.reason for part in parts.values() if part.reason))
    if not known:
        return reasons[0] if reasons else "nothing is known of its work"
    acts = pl.concat(seen.work(kind) for kind in known)
    if label is not None:
        acts = acts.join(seen.labelled(label), on=["repo", "number"], how="semi")
    each_once = acts.sort("at", "thing", "person").unique(
        ["thing", "person"], keep="first", maintain_order=True
    )
    return _Done(each_once, holder, seen, "; ".join(reasons) or None)


def _named(name: str, holder: Holder, seen: Observed) -> str:
    """``triage-lead is ada, deputy ben``, people as pages call them."""
    if not seen.tells_persons:
        return name
    if holder.owner is None:
        return f"{name} has several owners"
    deputy = f", deputy {seen.shown(holder.deputy)}" if holder.deputy else ""
    return f"{name} is {seen.shown(holder.owner)}{deputy}"


def _away(
    owner: str, traces: pl.DataFrame, window: Window, seen: Observed
) -> list[tuple[date, date]]:
    """The stretches of working days without a trace of the owner: first and last day."""
    calendar = seen.subject.calendars.get(owner, WorkingCalendar(seen.zone))
    theirs = traces.filter(pl.col("person") == owner)["at"]
    active = {at.astimezone(calendar.zone).date() for at in theirs}
    whole = (day for day in seen.days(window) if _ends(day, seen) <= window.end_at)
    stretches: list[list[date]] = [[]]
    for day in (day for day in whole if calendar.works_on(day) or day in active):
        if day in active:
            stretches.append([])
        else:
            stretches[-1].append(day)
    return [(days[0], days[-1]) for days in stretches if len(days) >= AWAY_DAYS]


def _came_up(days: tuple[date, date], done: _Done, kinds: Iterable[str]) -> bool:
    """Whether others did the role's work in those days, or an issue came in for it."""
    stretch = _stretch(days, done.seen)
    if not done.acts.filter(stretch.has("at")).is_empty():
        return True
    if not {"triage", "answer"} & set(kinds):
        return False
    names = ("issues", "comments", "events")
    frames = (done.seen.tables[name] for name in names)
    asked = first_touches(*frames, as_of=done.seen.as_of)
    return not asked.filter(stretch.has("opened_at")).is_empty()


def _within(
    days: tuple[date, date], acts: pl.DataFrame, person: str | None, seen: Observed
) -> bool:
    theirs = acts.filter((pl.col("person") == person) & _stretch(days, seen).has("at"))
    return not theirs.is_empty()


def _stretch(days: tuple[date, date], seen: Observed) -> Window:
    return Window(seen.begins(days[0]), _ends(days[1], seen))


def _ends(day: date, seen: Observed) -> datetime:
    return seen.begins(day + timedelta(days=1))
