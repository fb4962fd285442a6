"""``summary.md``: one screen of Markdown for a CI job summary or an issue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opsreview.findings import Finding
from opsreview.operating_model.conformance import Held
from opsreview.pipeline.record import incomplete
from opsreview.wording import span_in_words

HEADLINES = (
    "response_attainment.share_answered",
    "backlog.change",
    "waiting_on_team.count",
    "time_to_first_review.median",
    "busiest_share.share",
    "release_frequency.count",
)


def summary(run: Mapping[str, Any], found: Sequence[Finding], held: Sequence[Held]) -> str:
    """The cycle's headlines and what drifts, as Markdown."""
    return "\n".join(_lines(run, found, held)) + "\n"


def _lines(run: Mapping[str, Any], found: Sequence[Finding], held: Sequence[Held]) -> Iterator[str]:
    yield f"# {plain(run['team'])}: {run['title']}"
    yield ""
    yield f"{_state(run)} Names: {run['privacy']}. Data up to {run['as_of'][:16]} UTC."
    yield ""
    yield from (f"- **{plain(problem)}**" for problem in incomplete(run))
    by_id = {finding.id: finding for finding in found}
    for headline in HEADLINES:
        if headline in by_id:
            finding = by_id[headline]
            yield f"- {plain(finding.claim)}{_beside(finding)}."
        else:
            metric = headline.partition(".")[0].replace("_", " ")
            yield f"- {metric}: not measurable"
    drifting = [promise for promise in held if promise.verdict == "drifts"]
    if drifting:
        yield ""
        yield "## Where we drift from the model"
        yield ""
        for promise in drifting:
            yield f"- {plain(promise.says)}: {plain(promise.happened)}"


def _beside(finding: Finding) -> str:
    """The range of the earlier cycles, where there were any."""
    if finding.usual_low is None:
        return ""
    span = span_in_words(finding.usual_low, finding.usual_high, finding.unit, to=" to ")
    return f" (earlier cycles: {span})"


def plain(text: str) -> str:
    """Text from outside that Markdown takes literally."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text)


def _state(run: Mapping[str, Any]) -> str:
    said = "**Data incomplete.**" if incomplete(run) else "Data complete."
    if not run["is_over"]:
        return f"{said} **The cycle is not over.**"
    return said if run["is_mature"] else f"{said} **The cycle is not mature yet.**"
