"""What recurs in a drafted model: triage, releases, duty; asked for where no habit is seen."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median, quantiles

from opsreview.metrics.habits import ReleaseHabit
from opsreview.operating_model.draft_lines import Line, ask, listed, mapping
from opsreview.operating_model.draft_roles import Cast
from opsreview.operating_model.facts import Facts, RotaFacts

FEWEST_GAPS = 4
USUAL_SHARE = 0.6  # of weekdays with triage, from which on it is daily
ON_DAY_SHARE = 0.4  # of releases on one weekday, from which on it is their day
_UNKNOWN_TRAIN = "release: {every: ???, on: ???, starting: ???, by: ???}"
WIDEST = 4.0  # times that the upper quarter of gaps may be the lower one


def rhythm(facts: Facts, cast: Cast) -> Iterator[Line]:
    """When triage, releases, duty and the retrospective happen."""
    yield from _triage(facts, cast)
    yield from _release(facts, cast)
    yield from _duty(facts, cast)
    yield ask("retrospective: {every: month, by: ???}", "no source tells who leads one")


def every_of(days: float) -> str | None:
    """The rhythm that gaps of so many days are: ``2 weeks``, ``month``; None for none."""
    weeks = round(days / 7)
    if 26 <= days <= 36:
        return "month"
    if 80 <= days <= 100:
        return "quarter"
    if weeks < 1 or weeks > 12 or abs(days - 7 * weeks) > 2:
        return None
    return "week" if weeks == 1 else f"{weeks} weeks"


def _triage(facts: Facts, cast: Cast) -> Iterator[Line]:
    if cast.triager is None:
        yield ask("triage: {every: ???, by: ???}", "nobody is known to triage")
        return
    done, of = facts.triage_weekdays
    seen = f"an issue was first seen to on {done} of {of} weekdays"
    if done >= USUAL_SHARE * of:
        yield Line(f"triage: {{every: weekday, by: {cast.on_watch}}}", seen)
    elif facts.triage_weeks[0] >= USUAL_SHARE * facts.triage_weeks[1] and not cast.preset:
        weekly = f"{seen}, in {facts.triage_weeks[0]} of {facts.triage_weeks[1]} weeks"
        yield Line(f"triage: {{every: week, by: {cast.on_watch}}}", weekly)
    elif cast.preset:
        why = f"preset {cast.preset.name}; {seen}"
        yield Line(f"triage: {{every: weekday, by: {cast.on_watch}}}", why)
    else:
        yield ask(f"triage: {{every: ???, by: {cast.on_watch}}}", f"{seen}: no habit")


def _release(facts: Facts, cast: Cast) -> Iterator[Line]:
    found = facts.release
    if found is None:
        why = facts.unknown.get("release", "no stable release is known")
        yield ask(_UNKNOWN_TRAIN, why)
        return
    gaps = found.gaps_days
    if len(gaps) < FEWEST_GAPS:
        why = f"{found.count} stable releases since {facts.since:%Y-%m}: too few to see a rhythm"
        yield ask(_UNKNOWN_TRAIN, why)
        return
    days, (low, _, high) = median(gaps), quantiles(gaps, n=4)
    every = every_of(days)
    gap = f"{len(gaps)} gaps, the middle one {days:.0f} days, half of them {low:.0f} to {high:.0f}"
    on = f"{found.on_weekday_count} of {found.count} on a {found.weekday}"
    if every is None or high > WIDEST * max(low, 1.0):
        yield ask(_UNKNOWN_TRAIN, f"{gap}: no rhythm that holds")
    elif found.on_weekday_count < ON_DAY_SHARE * found.count or cast.releaser is None:
        missing = "nobody is known to release" if cast.releaser is None else f"only {on}"
        yield ask(_UNKNOWN_TRAIN.replace("???", every, 1), f"{gap}; {missing}")
    else:
        yield Line(f"release: {_train(found, every, cast)}", f"{gap}; {on}")


def _train(found: ReleaseHabit, every: str, cast: Cast) -> str:
    pairs = {"every": every, "on": found.weekday, "starting": f"{found.last_on_weekday}"}
    pairs |= {"by": cast.releaser or ""}
    if cast.preset and cast.preset.hotfix:
        pairs["hotfix"] = cast.preset.hotfix
    return mapping(pairs)


def _duty(facts: Facts, cast: Cast) -> Iterator[Line]:
    found, preset = facts.rota, cast.preset
    extra = f", {preset.duty}" if preset and preset.duty else ""
    if found and (found.order or found.source) and every_of(found.days):
        entry = _turns(found, every_of(found.days) or "week")
        yield Line(f"duty: {{{entry}{extra}}}", _why_turns(found, facts))
    elif preset and cast.members:
        why = facts.unknown.get("rota", "no source tells of a rota")
        many = "one person: no promise can rest on a rota" if len(cast.members) == 1 else ""
        turns = f'every: week, handover: "monday 09:00", order: {listed(cast.members)}'
        said = "; ".join(filter(None, [f"preset {preset.name}: {why}", many]))
        yield Line(f"duty: {{{turns}{extra}}}", said)
    else:
        why = facts.unknown.get("rota", "no source tells of a rota")
        yield ask("duty: {every: ???, handover: ???, order: [???]}", why)


def _turns(found: RotaFacts, every: str) -> str:
    pairs: dict[str, str | None] = {
        "every": every,
        "handover": f'"{found.handover}"' if found.handover else None,
    }
    if found.source:
        pairs["from"] = f'"{found.source}"'
    else:
        pairs["order"] = listed(found.order)
    return mapping(pairs)[1:-1]


def _why_turns(found: RotaFacts, facts: Facts) -> str:
    seen = f"{found.turn_count} turns since {facts.since:%Y-%m}"
    if found.source:
        return f"{seen}; the calendar of review.yaml says who"
    return f"{seen}; {'they repeat in this order' if found.is_steady else 'no fixed order is seen'}"
