"""What the model says against the cycle, and where work falls between two people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from opsreview.claims import Spoken, evidence
from opsreview.estimate import in_words
from opsreview.metrics.handoffs import (
    SILENT,
    assigned_at,
    passed_around,
    unanswered_mentions,
    unanswered_requests,
    unassigned,
)
from opsreview.metrics.quiet import quiet_issues
from opsreview.metrics.view import ITEM, is_label_of
from opsreview.metrics.waiting import waiting_on_team
from opsreview.operating_model.conformance import Held, Observed, held_against, observed_rows
from opsreview.operating_model.conformance.observed import NO_TEAM, Part
from opsreview.operating_model.document import OperatingModel
from opsreview.pipeline.reading import Plan, TeamHistory
from opsreview.privacy import Appearance
from opsreview.wording import counted

CASES = 3
UNTOLD = "cannot tell: "


def held_rows(
    history: TeamHistory,
    plan: Plan,
    model: OperatingModel | None,
    spoken: Spoken,
    called: Appearance,
    *,
    sign_offs: Sequence[Mapping[str, Any]] | None = None,
) -> list[Held]:
    """``drift.json``: promises first, then whatever else the model says; people as on pages."""
    if model is None:
        return []
    promises = held_against(
        model,
        estimates=spoken.estimate,
        evidence=lambda promise: list(evidence(spoken.measured.get(promise.metric or ""))),
    )
    seen = Observed(
        history.subject,
        plan.cycle.window,
        plan.as_of,
        called.of,
        tells_persons=called.names != "roles",
    )
    rows = promises + observed_rows(model, seen, sign_offs=sign_offs)
    return [replace(row, says=called.told(row.says, history.team.people)) for row in rows]


def handoff_rows(history: TeamHistory, plan: Plan) -> list[dict[str, Any]]:
    """``handoffs.json``: each way in which a handoff is unclear, with its longest cases.

    Returns:
        ``id, says, n, cases`` each; ``n`` is None where it cannot be told, and ``says`` why. A case
        is ``text, url, says``. Nobody is named.
    """
    seen = Observed(history.subject, plan.cycle.window, plan.as_of)
    return [
        _passed_around(seen),
        _unassigned(seen),
        _mentions(seen),
        _requests(seen),
        _waiting(seen),
    ]


def _passed_around(seen: Observed) -> dict[str, Any]:
    part = seen.part("issues", "events")
    if part.window is None:
        return _untold("passed-around", "what was passed around", part)
    found = passed_around(seen.tables, window=part.window, as_of=part.as_of)
    says = f"{_items(found.height)} assigned to and fro, or to three people or more"
    cases = (
        f"{row['turn_count']} turns among {row['person_count']} people"
        for row in found.head(CASES).iter_rows(named=True)
    )
    return _row("passed-around", says, part, found, cases)


def _unassigned(seen: Observed) -> dict[str, Any]:
    part = seen.now("issues", "comments", "events")
    what = "labelled as triaged, assigned to nobody and silent"
    if part.window is None:
        return _untold("unassigned", what, part)
    areas = [label for labels in seen.subject.groups.areas.values() for label in labels]
    groups = seen.subject.groups.triaged or ([areas] if areas else [])
    if not groups:
        reason = "no label says what is triaged: name it under labels.triaged in review.yaml"
        return _untold("unassigned", what, Part(None, seen.as_of, reason))
    tables, now = seen.tables, part.as_of
    quiet = quiet_issues(
        tables["issues"], tables["comments"], tables["events"], tables["spells"], as_of=now
    )
    assigned = assigned_at(tables["issues"], tables["events"], moment=now)
    found = unassigned(quiet, assigned, _bearing(groups, seen))
    says = f"{_items(found.height, 'open issue')} {what} for more than {SILENT.days} days"
    cases = (f"silent for {_wait(row)}" for row in found.head(CASES).iter_rows(named=True))
    return _row("unassigned", says, part, found, cases)


def _mentions(seen: Observed) -> dict[str, Any]:
    part = seen.part("issues", "comments", "events")
    events = seen.tables["events"]["event"]
    if part.window is not None and not (events == "mentioned").any():
        part = Part(None, seen.as_of, "no source gives mentions")
    if part.window is None:
        return _untold("mentions", "mentions without an answer", part)
    asked = unanswered_mentions(seen.tables, window=part.window, as_of=part.as_of)
    return _asked("mentions", "mention", asked, part)


def _requests(seen: Observed) -> dict[str, Any]:
    part = seen.part("pull_requests", "reviews", "events")
    if part.window is None:
        return _untold("review-requests", "requests for a review without an answer", part)
    asked = unanswered_requests(seen.tables, window=part.window, as_of=part.as_of)
    return _asked("review-requests", "request for a review", asked, part)


def _asked(handoff: str, noun: str, asked: pl.DataFrame, part: Part) -> dict[str, Any]:
    over = asked.drop_nulls("is_answered")
    found = over.filter(~pl.col("is_answered"))
    plural = noun.replace("request", "requests", 1) if noun.startswith("request") else None
    says = f"{found.height} of {counted(over.height, noun, plural)} had no answer within a week"
    if not over.height:
        says = f"No {noun} is older than a week"
    if pending := asked.height - over.height:
        says += f" ({pending} more still inside theirs)"
    cases = (f"waited {_wait(row)}" for row in found.head(CASES).iter_rows(named=True))
    return _row(handoff, says, part, found, cases)


def _waiting(seen: Observed) -> dict[str, Any]:
    part = seen.now("issues", "comments")
    if part.window is not None and not seen.has_team:
        part = Part(None, seen.as_of, NO_TEAM)
    if part.window is None:
        return _untold("waiting", "what waits on the team", part)
    tables = seen.tables
    found = waiting_on_team(
        tables["issues"], tables["comments"], tables["spells"], as_of=part.as_of
    ).rename({"waiting_hours": "waited_hours"})
    says = f"{_items(found.height, 'open issue')} whose last word came from outside the team"
    cases = (f"waiting for {_wait(row)}" for row in found.head(CASES).iter_rows(named=True))
    return _row("waiting", says, part, found, cases)


def _bearing(groups: Sequence[Sequence[str]], seen: Observed) -> pl.DataFrame:
    """The items that bear a label of every group."""
    bearing = [seen.labels.filter(is_label_of(group)).select(ITEM).unique() for group in groups]
    found = bearing[0]
    for other in bearing[1:]:
        found = found.join(other, on=ITEM, how="semi")
    return found


def _row(
    handoff: str, says: str, part: Part, found: pl.DataFrame, cases: Iterator[str]
) -> dict[str, Any]:
    links = found.head(CASES).select("number", "url").iter_rows()
    noted = f"{says} ({part.reason})" if part.reason else says
    return {
        "id": handoff,
        "says": noted,
        "n": found.height,
        "cases": [
            {"text": f"#{number}", "url": url, "says": said}
            for (number, url), said in zip(links, cases, strict=True)
        ],
    }


def _untold(handoff: str, what: str, part: Part) -> dict[str, Any]:
    says = f"{what[0].upper()}{what[1:]}: {UNTOLD}{part.reason or 'nothing is known'}"
    return {"id": handoff, "says": says, "n": None, "cases": []}


def _items(count: int, noun: str = "issue or pull request") -> str:
    plural = "issues and pull requests" if noun.endswith("request") else None
    said = counted(count, noun, plural)
    return said[:1].upper() + said[1:]


def _wait(row: Mapping[str, Any]) -> str:
    return in_words(row["waited_hours"], "hours")
