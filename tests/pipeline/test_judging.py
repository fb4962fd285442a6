"""Verdicts of a built cycle, and what can be foreseen when a decision is taken."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from opsreview.operating_model.decisions import Change, Decision
from opsreview.params import Team, load_team
from opsreview.pipeline.checking import remarks_on
from opsreview.pipeline.cycle import called_in
from opsreview.pipeline.judging import foresight, verdict_rows
from opsreview.pipeline.reading import Plan, TeamHistory, model_in_force, plan_of, read_team
from opsreview.simulate import EXTENSION_TEAM, PlantedDecision
from opsreview.window import Cycle

ROOT = Path(__file__).parents[2]
NAMES = {
    "done",
    "not done",
    "worked",
    "worse",
    "expected effect ruled out",
    "inconclusive",
    "too early",
    "not carried out",
    "cannot separate",
}
# What may be said of a decision that truly did this: never that a flat month worked.
TRUE_OF = {
    "better": {"worked", "too early", "inconclusive"},
    "worse": {"worse"},
    "none": {"expected effect ruled out", "inconclusive", "too early", "cannot separate"},
    None: {"done", "not done", "not carried out"},
}


@pytest.fixture(scope="module")
def team() -> Team:
    return load_team("demo", ROOT / "params")


@pytest.fixture(scope="module")
def history(team: Team, built_demo: Path) -> TeamHistory:
    return read_team(team, built_demo.parents[1] / "store" / "demo.sqlite")


@pytest.fixture(scope="module")
def plan(history: TeamHistory) -> Plan:
    return plan_of(history, "2026-10", None)


def rows(
    history: TeamHistory, plan: Plan, built: Path, *decisions: Decision
) -> list[dict[str, Any]]:
    frames = [pl.read_parquet(built / f"{name}.parquet") for name in ("metrics", "history")]
    judged = replace(history, decisions=decisions) if decisions else history
    return verdict_rows(judged, plan, *frames, called_in(history, history.model))


def decision(**said: Any) -> Decision:
    plain = {"id": "d1", "title": "A change", "owner": "ada", "status": "open"}
    days = {"decided_on": "2026-09-01", "effective_from": "2026-09-01", "due": "2026-12-01"}
    return Decision.model_validate(plain | days | said)


def test_demos_ledger_shows_every_verdict(built_demo: Path) -> None:
    told = json.loads((built_demo / "verdicts.json").read_text("utf-8"))

    assert {row["verdict"] for row in told} == NAMES


@pytest.mark.parametrize("planted", EXTENSION_TEAM.decisions, ids=lambda planted: planted.id)
def test_verdict_is_true_of_what_was_planted(built_demo: Path, planted: PlantedDecision) -> None:
    told = json.loads((built_demo / "verdicts.json").read_text("utf-8"))
    (row,) = [row for row in told if row["decision"] == planted.id]

    assert row["verdict"] in TRUE_OF[planted.truth]
    assert (row["verdict"] in {"not carried out", "not done"}) is not planted.is_carried_out
    assert (row["title"], row["effective_from"]) == (
        planted.title,
        planted.effective_from.isoformat(),
    )


def test_planted_improvement_of_the_review_wait_worked(built_demo: Path) -> None:
    told = json.loads((built_demo / "verdicts.json").read_text("utf-8"))
    (row,) = [row for row in told if row["decision"] == "2026-04-d1"]

    assert row["verdict"] == "worked"
    assert row["lower"] < 0.5 < row["upper"]  # the planted factor lies in the interval
    assert not row["is_news"]


def test_decision_taken_after_the_cycle_was_read_is_not_told_yet(
    history: TeamHistory, plan: Plan, built_demo: Path
) -> None:
    late = decision(decided_on="2026-11-20", effective_from="2026-12-01")

    assert rows(history, plan, built_demo, late) == []


def test_rota_that_never_changed_was_not_carried_out(
    history: TeamHistory, plan: Plan, built_demo: Path
) -> None:
    order = {"path": "rhythm.duty.order", "to": ["ada", "ben", "cleo", "dev"]}

    def told(before: list[str]) -> str:
        change = Change.model_validate(order | {"from": before})
        return rows(history, plan, built_demo, decision(change=change))[0]["verdict"]

    assert told(["ada", "ben", "cleo"]) == "not carried out"
    assert told(["ada", "ben", "dev"]) == "done"  # cleo is new, and held turns


def test_open_and_past_due_is_overdue(history: TeamHistory, plan: Plan, built_demo: Path) -> None:
    (row,) = rows(history, plan, built_demo, decision(due="2026-10-01", expects="done"))

    assert (row["verdict"], row["is_overdue"]) == ("not done", True)


def test_answers_in_time_are_judged_by_one_deadline_throughout(
    history: TeamHistory, plan: Plan, built_demo: Path
) -> None:
    """A deadline that was made ten times longer in August improved nothing by itself."""
    first = history.decisions[0].model_copy(
        update={
            "id": "longer",
            "expects": "done",
            "decided_on": date(2026, 7, 1),
            "effective_from": date(2026, 8, 1),
            "change": Change.model_validate(
                {"path": "promises.first-answer.within", "from": "2 h", "to": "3 days"}
            ),
        }
    )
    up = {"metric": "response_attainment", "statistic": "share_answered", "direction": "up"}
    judged = decision(
        decided_on="2026-05-01",
        effective_from="2026-06-01",
        status="done",
        expects=up | {"at_least": "10 %"},
    )

    longer = next(
        row for row in rows(history, plan, built_demo, first, judged) if row["decision"] == "d1"
    )
    (same,) = rows(history, plan, built_demo, judged)

    assert longer["verdict"] != "worked"
    assert same["verdict"] != "worked"
    assert longer["value"] != same["value"]  # the one is read at 2 h, the other at 3 days


def test_foresight_names_the_cycle_to_look_at(team: Team, built_demo: Path) -> None:
    expects = {"metric": "time_to_first_review", "statistic": "median", "direction": "down"}
    taken = decision(effective_from="2026-11-01", expects=expects | {"at_least": "70 %"})

    (said,) = foresight(taken, team=team, folder=built_demo)

    assert said.startswith("median time to a first review down by at least 70 %: shows after ")
    look = Cycle(said.rpartition(" ")[2], ZoneInfo("Europe/Madrid"))
    assert look.window.start_at > Cycle("2026-11", look.zone).window.start_at


def test_foresight_says_when_no_number_will_show_it(team: Team, built_demo: Path) -> None:
    expects = {"metric": "time_to_first_response", "statistic": "median", "direction": "down"}

    (little,) = foresight(
        decision(expects=expects | {"at_least": "5 %"}), team=team, folder=built_demo
    )
    (done,) = foresight(decision(expects="done"), team=team, folder=built_demo)
    (unknown,) = foresight(
        decision(expects=expects | {"at_least": "50 %", "group": "area:none"}),
        team=team,
        folder=built_demo,
    )

    assert "too little to be seen at this volume" in little
    assert little.endswith("judge without numbers")
    assert done == "it expects to be done: no number has to show it"
    assert "too few earlier cycles" in unknown


def test_cycle_that_is_read_too_early_is_not_judged_yet(
    history: TeamHistory, plan: Plan, built_demo: Path
) -> None:
    """Late answers still come in: a verdict on them would not stay."""
    early = replace(plan, as_of=plan.cycle.window.end_at + timedelta(days=1))

    def seen(read: Plan) -> int:
        told = {row["decision"]: row for row in rows(history, read, built_demo)}
        return int(told["2026-08-d1"]["n_looks"])

    assert (seen(plan), seen(early)) == (2, 1)


@pytest.mark.parametrize(
    ("day", "verdict"), [("2026-09-15", "not carried out"), ("2026-10-20", "too early")]
)
def test_new_rota_is_given_a_whole_round_before_it_is_called_not_carried_out(
    history: TeamHistory, plan: Plan, built_demo: Path, day: str, verdict: str
) -> None:
    order = {"path": "rhythm.duty.order", "to": ["ada", "ben", "cleo", "dev"], "from": ["ada"]}

    (row,) = rows(history, plan, built_demo, decision(change=order, effective_from=day))

    assert row["verdict"] == verdict


def test_month_that_is_known_only_in_part_is_no_month_to_compare_with(
    history: TeamHistory, plan: Plan, built_demo: Path
) -> None:
    frames = [pl.read_parquet(built_demo / f"{name}.parquet") for name in ("metrics", "history")]
    is_march = pl.col("window_start_at") == Cycle("2026-03", history.team.zone).window.start_at
    part = pl.when(is_march).then(pl.lit("known from 2026-03-20 only")).otherwise("reason")
    called = called_in(history, history.model)

    told = verdict_rows(history, plan, frames[0], frames[1].with_columns(reason=part), called)

    before = {row["decision"]: row for row in rows(history, plan, built_demo)}
    now = {row["decision"]: row for row in told}
    assert "10 cycles before" in before["2026-04-d1"]["says"]
    assert "9 cycles before" in now["2026-04-d1"]["says"]
    assert now["2025-12-d1"]["verdict"] == "inconclusive"
    assert now["2025-12-d1"]["says"] == "2026-03 is unknown: known from 2026-03-20 only."


def test_build_a_day_later_tells_the_same(
    history: TeamHistory, plan: Plan, built_demo: Path
) -> None:
    later = replace(plan, as_of=plan.as_of + timedelta(hours=1))

    assert rows(history, later, built_demo) == rows(history, plan, built_demo)


def told_at(history: TeamHistory, built: Path, cycle: str, as_of: str | None) -> dict[str, str]:
    """The verdicts of a cycle that is read at some moment, by the ledger of the demo."""
    moment = None if as_of is None else datetime.fromisoformat(as_of)
    plan = plan_of(history, cycle, moment)
    window = pl.col("window_start_at") < plan.cycle.window.start_at
    frames = [pl.read_parquet(built / f"{name}.parquet") for name in ("metrics", "history")]
    every = pl.concat(frames)
    now = every.filter(pl.col("window_start_at") == plan.cycle.window.start_at)
    called = called_in(history, history.model)
    told = verdict_rows(history, plan, now, every.filter(window), called)
    return {row["decision"]: row["verdict"] for row in told}


@pytest.mark.parametrize(
    ("cycle", "as_of"),
    [
        ("2026-06", None),
        ("2026-06", "2026-07-01T06:00+00:00"),
        ("2026-06", "2026-06-12T00:00+00:00"),
        ("2026-07", "2026-10-20T00:00+00:00"),
    ],
)
def test_verdict_stays_whenever_a_later_cycle_is_read(
    history: TeamHistory, built_demo: Path, cycle: str, as_of: str | None
) -> None:
    assert told_at(history, built_demo, cycle, as_of)["2026-02-d1"] == "worse"


def test_old_cycle_is_judged_by_the_model_of_its_day(
    history: TeamHistory, plan: Plan, built_demo: Path
) -> None:
    """What a decision taken afterwards says of the same part does not undo an earlier one."""
    assert history.model is not None
    later = decision(
        id="later",
        decided_on="2026-11-20",
        effective_from="2026-12-01",
        change={"path": "rhythm.release.every", "from": "2 weeks", "to": "4 weeks"},
    )
    data = deepcopy(history.model.file.data)
    data["rhythm"]["release"]["every"] = "4 weeks"
    model = history.model.as_written(data)
    changed = replace(history, model=model, decisions=[*history.decisions, later])

    told = {row["decision"]: row["verdict"] for row in rows(changed, plan, built_demo)}

    assert told["2026-09-d1"] == "too early"


def test_ledger_that_names_what_is_gone_stops_no_build_and_is_warned_of(
    history: TeamHistory, plan: Plan
) -> None:
    gone = {"path": "areas.preview.owner", "from": "preview-lead", "to": "cleo"}
    lost = decision(id="lost", effective_from="2026-08-01", change=gone)
    changed = replace(history, decisions=[lost])
    july = Plan(Cycle("2026-07", history.team.zone), plan.as_of)

    assert model_in_force(changed, july) is history.model
    assert history.model is not None
    remarks = remarks_on(history.model, [lost], history.team, None, date(2026, 11, 8), None)
    (warned,) = [remark for remark in remarks if remark.check == "consistency.lost-past"]
    assert (warned.severity, warned.path) == ("warning", "ledger.lost")
