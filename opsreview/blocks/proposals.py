"""What could change in the model: why, what is expected of it, and how to decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.blocks.values import value_said
from opsreview.estimate import in_words
from opsreview.review import Review
from opsreview.wording import statistic_name

MOST_PROPOSALS = 3


def proposals(review: Review) -> Block | None:
    """At most three changes, each with its reason, what it should do, and how to decide on it."""
    if not review.proposals:
        return None
    claims = {found.id: found.claim for found in review.findings()}
    numbered = list(enumerate(review.proposals, start=1))[:MOST_PROPOSALS]
    return rendered(
        "proposals",
        rows=[_row(number, proposal, claims) for number, proposal in numbered],
        team=review.team,
    )


def expected(expects: Any) -> str:
    """``share answered in time up by at least 10 points``; for ``done`` that somebody does it."""
    if not isinstance(expects, Mapping):
        return "that it is done" if expects in (None, "done") else str(expects)
    name = statistic_name(expects["metric"], expects["statistic"], expects.get("group", "all"))
    least = expects["at_least"]
    said = in_words(least, "share") if isinstance(least, float) and least <= 1 else str(least)
    if "share" in expects["statistic"]:
        said = said.replace("%", "points")
    return f"{name} {expects['direction']} by at least {said}"


def _row(number: int, proposal: Mapping[str, Any], claims: Mapping[str, str]) -> dict[str, Any]:
    because = [claims[name] for name in proposal.get("because", []) if name in claims]
    return {
        "number": number,
        "path": proposal["path"],
        "current": value_said(proposal["current"]),
        "proposed": value_said(proposal["proposed"], absent="to be chosen"),
        "because": because[:1],
        "expects": expected(proposal.get("expects")),
        "what_if": proposal.get("what_if") or "",
    }
