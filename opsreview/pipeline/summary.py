"""``summary.md``: one screen of Markdown for a CI job summary or an issue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from opsreview.findings import Finding
from opsreview.operating_model.conformance import Held
from opsreview.operating_model.verdict_rows import is_only_overdue, overdue, told_first
from opsreview.pipeline.record import incomplete
from opsreview.window import Window
from opsreview.wording import span_in_words, statistic_name

MOST_LINES = 5


def summary(
    run: Mapping[str, Any],
    found: Sequence[Finding],
    held: Sequence[Held],
    headlines: Sequence[Mapping[str, Any]],
    verdicts: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Verdicts and overdue actions, the cycle's headlines, and what drifts, as Markdown.

    Args:
        run: ``run.json``.
        found: The findings of the cycle.
        held: What the model says against what happened.
        headlines: Those of ``signals.json``.
        verdicts: Rows of ``verdicts.json``.
    """
    parts = [
        _head(run),
        _decided(verdicts, run),
        _overdue(verdicts),
        _headlines(found, headlines),
    ]
    parts.append(_drift([claim for claim in held if claim.verdict == "drifts"]))
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part))) + "\n"


def _head(run: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {plain(run['team'])}: {run['title']}"
    yield ""
    yield f"{_state(run)} Names: {run['privacy']}. Data up to {run['as_of'][:16]} UTC."
    problems = incomplete(run)
    if problems:
        yield ""
        yield from (f"- **{plain(problem)}**" for problem in problems)


def _decided(verdicts: Sequence[Mapping[str, Any]], run: Mapping[str, Any]) -> Iterator[str]:
    rows = [row for row in verdicts if not is_only_overdue(row)]
    told, folded = told_first(rows, _window(run))
    if not told:
        return
    yield "## Did what we decided work?"
    yield ""
    for row in told:
        says = f": {plain(row['says'])}" if row["says"] else ""
        yield f"- {plain(row['title'])}: **{row['verdict']}**{says}"
    if folded:
        yield f"- and {len(folded)} more, settled or still watched"


def _overdue(verdicts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    late = overdue(verdicts)
    if not late:
        return
    yield "## Overdue"
    yield ""
    for row in late[:MOST_LINES]:
        yield f"- {plain(row['owner'])}: {plain(row['title'])}, due {row['due']}"
    yield from _more(len(late))


def _headlines(found: Sequence[Finding], headlines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "## Headlines"
    yield ""
    by_id = {finding.id: finding for finding in found}
    for row in headlines:
        finding = by_id.get(row["id"])
        if finding is not None:
            mark = "**Signal.** " if row["is_signal"] else ""
            yield f"- {mark}{plain(finding.claim)}{_beside(finding)}."
        else:
            yield f"- {statistic_name(row['metric'], row['statistic'])}: {plain(row['says'])}"


def _drift(drifting: Sequence[Held]) -> Iterator[str]:
    if not drifting:
        return
    yield "## Where we drift from the model"
    yield ""
    for claim in drifting[:MOST_LINES]:
        yield f"- {plain(claim.says)}: {plain(claim.happened)}"
    yield from _more(len(drifting))


def _window(run: Mapping[str, Any]) -> Window:
    said = run["window"]
    return Window(*(datetime.fromisoformat(said[end]) for end in ("start_at", "end_at")))


def _more(count: int) -> Iterator[str]:
    if count > MOST_LINES:
        yield f"- and {count - MOST_LINES} more"


def _beside(finding: Finding) -> str:
    """The range of the earlier cycles, where there were any."""
    if finding.usual_low is None:
        return ""
    span = span_in_words(finding.usual_low, finding.usual_high, finding.unit, to=" to ")
    return f" (earlier cycles: {span})"


def plain(text: str) -> str:
    """Text from outside that Markdown takes literally, on one line, and that mentions nobody."""
    on_one_line = " ".join(text.split()).replace("@", "@\u200b")
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in on_one_line)


def _state(run: Mapping[str, Any]) -> str:
    said = "**Data incomplete.**" if incomplete(run) else "Data complete."
    if not run["is_over"]:
        return f"{said} **The cycle is not over.**"
    return said if run["is_mature"] else f"{said} **The cycle is not mature yet.**"
