"""Tables, metrics, findings and proposals of one cycle, from the store to its folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from opsreview.claims import Spoken, findings
from opsreview.filtering.known import FILE, Known
from opsreview.findings import Finding
from opsreview.metrics.methods import methods
from opsreview.metrics.reading import CycleReading
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.ledger import load_sign_offs
from opsreview.params import Team
from opsreview.pipeline.agenda import agenda
from opsreview.pipeline.artefacts import whole_folder, write_frames, write_json, write_proposals
from opsreview.pipeline.declared_duty import with_declared_duty
from opsreview.pipeline.holding import handoff_rows, held_rows
from opsreview.pipeline.loop import write_loop
from opsreview.pipeline.outlook import next_up, waiting_now
from opsreview.pipeline.proposing import proposal_rows
from opsreview.pipeline.reading import (
    Plan,
    TeamHistory,
    model_in_force,
    plan_of,
    read_team,
    target_steps,
)
from opsreview.pipeline.record import run_record
from opsreview.pipeline.sight import Sight, deep_of, sight_of, stepped, stepped_run
from opsreview.pipeline.signalling import marked, over_the_quarter, signal_rows
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
    history = with_declared_duty(read_team(team, outputs / "store" / f"{team.name}.sqlite"))
    plan = plan_of(history, cycle, as_of)
    model = model_in_force(history, plan)
    seen = sight_of(history, plan)
    longer = stepped(history, seen)
    signals = signal_rows(history, seen, longer)
    called = called_in(history, model)
    spoken = _spoken(seen, model, called)
    held = held_rows(history, plan, model, spoken, called, sign_offs=_sign_offs(team))
    found = marked(findings(spoken, held), signals["headlines"])
    run = run_record(history, plan, seen.reading)
    folder = outputs / team.name / plan.cycle.name
    run["target_hours"] = {"response_attainment": seen.targets.response_hours}
    with whole_folder(folder) as made:
        if longer is not None:
            told = _spoken(longer, model, called)
            of_quarter = marked(findings(told, []), signals["headlines"])
            found = over_the_quarter(found, of_quarter, longer.plan.cycle.title)
            published = _published(told, called)
            _write_quarter(made / "quarter", told, published, of_quarter, longer)
            write_json(made / "quarter" / "run.json", stepped_run(run, seen, longer))
        waiting = called.titled(waiting_now(history, plan, seen.reading, model, called))
        measured = _published(spoken, called) | {"shifts": _shifts(history, plan, called)}
        _write_frames(made, history, seen.reading, spoken, waiting, measured)
        known = Known(history.subject, target_steps(history), called, deep_of(history))
        write_json(made / FILE, known.to_json())
        write_json(made / "methods.json", methods())
        write_json(made / "findings.json", [finding.to_json() for finding in found])
        drift = [claim.to_json() for claim in held]
        write_json(made / "drift.json", drift)
        write_json(made / "signals.json", signals)
        write_json(made / "next.json", next_up(history, plan, seen.reading, model, called))
        proposed = proposal_rows(history, plan, held, found, known)
        write_proposals(made / "proposals.yaml", proposed)
        if model is not None:
            resolved = called.told(model.to_json(shown=called.of), team.people)
            write_json(made / "operating_model.json", resolved)
        handoffs = handoff_rows(history, plan)
        write_json(made / "handoffs.json", handoffs)
        frames = (seen.reading.metrics, seen.earlier.metrics)
        judged = write_loop(made, history, plan, *frames, called)
        topics = agenda(judged, proposed, found, drift, handoffs, window=plan.cycle.window)
        write_json(made / "agenda.json", topics)
        write_json(made / "run.json", run)
        screen = summary(run, found, held, signals["headlines"], judged)
        (made / "summary.md").write_text(screen, encoding="utf-8")
    return folder, run


def _sign_offs(team: Team) -> list[dict[str, Any]] | None:
    """The sign-offs of cycles; None where the team records none."""
    path = sign_offs_path(team)
    if not path.is_file():
        return None
    return [one.model_dump() for one in load_sign_offs(path, team.people)]


def _spoken(seen: Sight, model: OperatingModel | None, called: Appearance) -> Spoken:
    """What was seen, as it is told: people as they appear on pages."""
    return Spoken(
        called.metrics(seen.reading.metrics),
        called.metrics(seen.earlier.metrics),
        {
            name: called.titled(called.measured(rows))
            for name, rows in seen.reading.measured.items()
        },
        seen.targets.response_hours,
        model.promises if model else (),
    )


def _write_quarter(
    folder: Path,
    told: Spoken,
    measured: dict[str, pl.DataFrame],
    found: list[Finding],
    longer: Sight,
) -> None:
    """Triage over three months: what differs from the cycle's own folder, under the same names."""
    write_frames(folder / "measured", measured)
    write_frames(folder, _numbers(told, longer.reading))
    write_json(folder / "findings.json", [finding.to_json() for finding in found])


def _numbers(told: Spoken, reading: CycleReading) -> dict[str, pl.DataFrame]:
    return {
        "metrics": told.metrics,
        "history": told.history,
        "curves": reading.curves,
        "excluded": reading.excluded,
    }


def _write_frames(
    made: Path,
    history: TeamHistory,
    reading: CycleReading,
    spoken: Spoken,
    waiting: pl.DataFrame,
    measured: dict[str, pl.DataFrame],
) -> None:
    derived = {"spells"}
    tables = {name: f for name, f in history.tables.frames.items() if name not in derived}
    write_frames(made / "tables", tables)
    write_frames(made / "rejected", history.tables.rejected)
    write_frames(made / "measured", measured)
    write_frames(made, _numbers(spoken, reading) | {"waiting": waiting})


def _shifts(history: TeamHistory, plan: Plan, called: Appearance) -> pl.DataFrame:
    """The shifts that touch the cycle, with people as they appear on pages."""
    window = plan.cycle.window
    touches = (pl.col("start_at") < window.end_at) & (pl.col("end_at") > window.start_at)
    return called.published(called.measured(history.tables.frames["shifts"].filter(touches)))


def _published(spoken: Spoken, called: Appearance) -> dict[str, pl.DataFrame]:
    return {name: called.published(rows) for name, rows in spoken.measured.items()}


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
    known = frames["people"].select("person_id", "kind", "account")
    listed = sorted(history.team.people)
    others = set(named.drop_nulls().to_list() + listed) - set(known["person_id"])
    extra = pl.DataFrame(
        {"person_id": sorted(others), "kind": "human", "account": sorted(others)},
        schema=known.schema,
    )
    return pl.concat([known, extra])
