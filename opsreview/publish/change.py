"""An accepted change as a pull request's text: the diff, the reason, the evidence, the effect."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from opsreview.operating_model.decisions import Decision, Expectation
from opsreview.publish.markdown import code, link, mark, one_line, plain, unheard

_MOST_DIFF_LINES = 400


def branch_of(decision: Decision) -> str:
    """The branch that a decision's change is put on."""
    return f"opsreview/{decision.id}"


def pull_request_title(decision: Decision) -> str:
    return unheard(f"Operating model: {one_line(decision.title)}")[:250]


def commit_message(decision: Decision, name: str) -> str:
    """Names alone: a title could close issues or skip checks."""
    return f"{name}: decision {decision.id}"


def pull_request_body(
    team: str,
    decision: Decision,
    *,
    diff: str | None,
    findings: Sequence[Mapping[str, Any]],
    cycle: str | None,
) -> str:
    """The body; it names people as the files in the pull request do.

    Args:
        team: The folder in params.
        decision: What was decided.
        diff: Of the model, from what the base branch says; None where that cannot be known.
        findings: Those of ``cycle``, as ``findings.json`` has them.
        cycle: The built cycle whose evidence is linked; None where none is built.
    """
    facts = f"owner {plain(decision.owner)}, due {decision.due}, decided on {decision.decided_on}"
    said = [
        f"**{plain(decision.title)}**",
        "",
        *_change(decision),
        f"Decision {code(decision.id)}: {facts}, in force from {decision.effective_from}.",
        "",
        *_why(decision, findings, cycle),
        *_expected(decision),
    ]
    lines = [mark("decision", team, decision.id), *map(unheard, said), *_diff(diff)]
    return "\n".join([*lines, "---", "", "Made by opsreview from the team's params."]) + "\n"


def unified(before: str | None, after: str, path: str) -> str:
    """The diff from ``before`` (None: no such file) to ``after``; empty where they are the same."""
    old = [] if before is None else before.splitlines()
    origin = "/dev/null" if before is None else f"a/{path}"
    lines = difflib.unified_diff(old, after.splitlines(), origin, f"b/{path}", lineterm="")
    return "\n".join(lines)


def _change(decision: Decision) -> Iterator[str]:
    change = decision.change
    if change is None:
        return
    before = "*nothing*" if change.before is None else code(change.before)
    after = "*nothing*" if change.to is None else code(change.to)
    yield from (f"{code(change.path)}: {before} → {after}", "")


def _why(
    decision: Decision, findings: Sequence[Mapping[str, Any]], cycle: str | None
) -> Iterator[str]:
    yield from ("## Why", "")
    by_id = {finding["id"]: finding for finding in findings}
    for reason in decision.because:
        finding = by_id.get(reason)
        yield f"- {plain(finding['claim'] if finding else reason)}"
        evidence: Iterable[Mapping[str, str]] = finding.get("evidence") or () if finding else ()
        if links := ", ".join(link(said["text"], said["url"]) for said in evidence):
            yield f"  - seen in {links}"
    if not decision.because:
        yield "No reason is recorded."
    source = f"Findings are those of cycle {cycle}." if cycle else "No built cycle was at hand."
    yield from ("", source, "")


def _expected(decision: Decision) -> Iterator[str]:
    yield from ("## What is expected", "")
    expects = decision.expects
    if isinstance(expects, Expectation):
        at_least = plain(expects.at_least)
        metric = plain(expects.metric.replace("_", " "))
        statistic = plain(expects.statistic.replace("_", " "))
        looks = " and ".join(str(look) for look in decision.looks)
        yield f"- {metric} ({statistic}) goes {expects.direction} by at least {at_least}"
        yield f"- looked at after {looks} cycles"
    else:
        yield "- that it is done: no number is to move"
    if decision.revert_if:
        yield f"- taken back if {plain(decision.revert_if)}"
    yield ""


def _diff(diff: str | None) -> Iterator[str]:
    yield from ("## The model", "")
    if diff is None:
        yield from ("*What the base branch says could not be read, so no diff is made here.*", "")
        return
    if not diff:
        yield from ("The base branch says the same already.", "")
        return
    lines = diff.splitlines()
    longest = max(len(run) for run in ["``", *re.findall("`+", diff)])
    fence = "`" * (longest + 1)
    yield f"{fence}diff"
    yield from lines[:_MOST_DIFF_LINES]
    yield from (fence, "")
    if len(lines) > _MOST_DIFF_LINES:
        yield from (f"*{len(lines) - _MOST_DIFF_LINES} more lines are in the files.*", "")
