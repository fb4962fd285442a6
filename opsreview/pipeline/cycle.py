"""Tables, metrics, findings and proposals of one cycle, from the store to its folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from opsreview.claims import Spoken, findings
from opsreview.metrics.methods import methods
from opsreview.metrics.reading import CycleReading, read_cycle, read_history
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.ledger import load_sign_offs
from opsreview.params import Team
from opsreview.pipeline.agenda import agenda
from opsreview.pipeline.artefacts import whole_folder, write_frames, write_json, write_proposals
from opsreview.pipeline.holding import handoff_rows, held_rows
from opsreview.pipeline.loop import write_loop
from opsreview.pipeline.outlook import next_up, waiting_now
from opsreview.pipeline.proposing import proposal_rows
from opsreview.pipeline.reading import (
    Plan,
    TeamHistory,
    first_moment,
    model_in_force,
    plan_of,
    read_team,
    targets_of,
)
from opsreview.pipeline.record import run_record
from opsreview.pipeline.signing import sign_offs_path
from opsreview.pipeline.summary import summary
from opsreview.privacy import Appearance, appearance


def build_cycle(
    team: Team, outputs: Path, *, cycle: str | None, as_of: datetime | None
) -> tuple[Path, dict[str, Any]]:
    """Build one cycle's folder, without the network; the folder and its ``run.json``.

    Raises:
        OpsReviewError: Params, store or cycle are not fit; a cycle built before stays as it was.
    """
    pl.Config.set_engine_affinity("in-memory")  # many small frames: streaming costs twice as much
    history = read_team(team, outputs / "store" / f"{team.name}.sqlite")
    plan = plan_of(history, cycle, as_of)
    model = model_in_force(history, plan)
    targets = targets_of(history, plan)
    reading = read_cycle(
        history.subject, window=plan.cycle.window, as_of=plan.as_of, targets=targets
    )
    earlier = _earlier(history, plan)
    called = called_in(history, model)
    spoken = Spoken(
        called.metrics(reading.metrics),
        called.metrics(earlier),
        {name: called.measured(rows) for name, rows in reading.measured.items()},
        targets.response_hours,
        model.promises if model else (),
    )
    held = held_rows(history, plan, model, spoken, called, sign_offs=_sign_offs(team))
    found = findings(spoken, held)
    run = run_record(history, plan, reading)
    folder = outputs / team.name / plan.cycle.name
    run["target_hours"] = {"response_attainment": targets.response_hours}
    with whole_folder(folder) as made:
        waiting = waiting_now(history, plan, reading, model, called)
        shifts = _shifts(history, plan, called)
        _write_frames(made, history, reading, spoken, waiting, shifts)
        write_json(made / "methods.json", methods())
        write_json(made / "findings.json", [finding.to_json() for finding in found])
        drift = [claim.to_json() for claim in held]
        write_json(made / "drift.json", drift)
        write_json(made / "next.json", next_up(history, plan, model, called))
        proposed = proposal_rows(history, plan, held, found, called)
        write_proposals(made / "proposals.yaml", proposed)
        if model is not None:
            resolved = called.told(model.to_json(shown=called.of), team.people)
            write_json(made / "operating_model.json", resolved)
        handoffs = handoff_rows(history, plan)
        write_json(made / "handoffs.json", handoffs)
        judged = write_loop(made, history, plan, reading.metrics, earlier, called)
        topics = agenda(judged, proposed, found, drift, handoffs, window=plan.cycle.window)
        write_json(made / "agenda.json", topics)
        write_json(made / "run.json", run)
        (made / "summary.md").write_text(summary(run, found, held, judged), encoding="utf-8")
    return folder, run


def _sign_offs(team: Team) -> list[dict[str, Any]] | None:
    """The sign-offs of cycles; None where the team records none."""
    path = sign_offs_path(team)
    if not path.is_file():
        return None
    return [one.model_dump() for one in load_sign_offs(path, team.people)]


def _earlier(history: TeamHistory, plan: Plan) -> pl.DataFrame:
    first_at = first_moment(history.tables)
    earlier = list(plan.earlier(first_at)) if first_at else []
    return read_history(
        history.subject,
        ((past.cycle.window, past.as_of, targets_of(history, past)) for past in earlier),
    )


def _write_frames(
    made: Path,
    history: TeamHistory,
    reading: CycleReading,
    spoken: Spoken,
    waiting: pl.DataFrame,
    shifts: pl.DataFrame,
) -> None:
    derived = {"spells"}
    tables = {name: f for name, f in history.tables.frames.items() if name not in derived}
    write_frames(made / "tables", tables)
    write_frames(made / "rejected", history.tables.rejected)
    write_frames(made / "measured", spoken.measured)
    write_frames(made / "measured", {"shifts": shifts})
    write_frames(
        made,
        {
            "metrics": spoken.metrics,
            "history": spoken.history,
            "curves": reading.curves,
            "excluded": reading.excluded,
            "waiting": waiting,
        },
    )


def _shifts(history: TeamHistory, plan: Plan, called: Appearance) -> pl.DataFrame:
    """The shifts that touch the cycle, with people as they appear on pages."""
    window = plan.cycle.window
    touches = (pl.col("start_at") < window.end_at) & (pl.col("end_at") > window.start_at)
    return called.measured(history.tables.frames["shifts"].filter(touches))


def called_in(history: TeamHistory, model: OperatingModel | None) -> Appearance:
    """What everybody whom the history names is called on pages."""
    roles: dict[str, str] = {}
    if model is not None:
        for name in model.entry.roles:
            for person in model.holder(name).people:
                roles.setdefault(person, name)
    return appearance(
        history.team.review.privacy.names,
        _everyone(history),
        roles,
        folder=history.team.folder,
    )


def _everyone(history: TeamHistory) -> pl.DataFrame:
    """PEOPLE, and who only rotas and incidents name."""
    frames = history.tables.frames
    named = pl.concat([frames["shifts"]["person"], frames["incident_events"]["person"]])
    known = frames["people"].select("person_id", "kind")
    listed = sorted(history.team.people)
    others = set(named.drop_nulls().to_list() + listed) - set(known["person_id"])
    extra = pl.DataFrame(
        {"person_id": sorted(others), "kind": ["human"] * len(others)}, schema=known.schema
    )
    return pl.concat([known, extra])
