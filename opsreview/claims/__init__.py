"""What there is to talk about, in plain sentences: number, n, interval; no word of change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from opsreview.claims import duty, load, oncall, people, releases, triage
from opsreview.claims.spoken import Sentence, Spoken
from opsreview.estimate import Estimate
from opsreview.findings import Finding
from opsreview.operating_model.conformance import Held

EVIDENCE_LINKS = 3
_SENTENCES: Mapping[str, Sequence[Sentence]] = {
    "triage": (*triage.SENTENCES, *people.SENTENCES),
    "oncall": (*oncall.SENTENCES, *duty.SENTENCES, *load.SENTENCES),
    "releases": releases.SENTENCES,
}

__all__ = ["Spoken", "evidence", "findings"]


def findings(spoken: Spoken, held: Sequence[Held]) -> list[Finding]:
    """One finding a headline statistic, then one for each line of the model that drifts.

    Statistics that cannot be measured make no finding; the pages say why in their place.
    """
    found = [
        _finding(spoken, topic, sentence)
        for topic, sentences in _SENTENCES.items()
        for sentence in sentences
        if spoken.estimate(*sentence[:2]).is_measured
    ]
    drifting = (line for line in held if line.verdict == "drifts")
    return found + [
        _of_promise(spoken, line) if line.kind == "promise" else _of_line(line) for line in drifting
    ]


def evidence(measured: pl.DataFrame | None) -> tuple[dict[str, str], ...]:
    """Links to the things measured that took, or have waited, longest."""
    if measured is None or "url" not in measured.columns:
        return ()
    waits = [name for name in ("waited_hours", "waiting_hours", "first_hours") if name in measured]
    if not waits:
        return ()
    longest = measured.filter(pl.col("url").is_not_null()).sort(
        waits[0], descending=True, maintain_order=True
    )
    return tuple(
        {"text": _link_text(row), "url": row["url"]}
        for row in longest.head(EVIDENCE_LINKS).iter_rows(named=True)
    )


def _link_text(row: Mapping[str, object]) -> str:
    return f"#{row['number']}" if "number" in row else str(row.get("incident_id", "link"))


def _finding(spoken: Spoken, topic: str, sentence: Sentence) -> Finding:
    metric, statistic, say = sentence
    estimate, usual = spoken.estimate(metric, statistic), spoken.usual(metric, statistic)
    promise = spoken.promise(metric, statistic)
    return Finding(
        id=f"{metric}.{statistic}",
        topic=topic,
        metric=metric,
        scope="all",
        group="all",
        claim=say(spoken),
        value=estimate.value,
        lower=estimate.lower,
        upper=estimate.upper,
        unit=estimate.unit,
        n=estimate.n,
        target=promise.target if promise else None,
        usual_low=usual.low,
        usual_high=usual.high,
        is_signal=False,
        origin="metric",
        evidence=evidence(spoken.measured.get(metric)),
    )


def _of_promise(spoken: Spoken, held: Held) -> Finding:
    promise = next(said for said in spoken.promises if said.id == held.id)
    metric, statistic = promise.metric or "", promise.statistic or ""
    estimate = spoken.estimate(metric, statistic, promise.group)
    return Finding(
        id=f"promise.{held.id}",
        topic="operating_model",
        metric=metric,
        scope="all",
        group=promise.group,
        claim=f"We say: {held.says.rstrip('.')}. What happened: {held.happened}.",
        value=estimate.value,
        lower=estimate.lower,
        upper=estimate.upper,
        unit=estimate.unit,
        n=estimate.n,
        target=promise.target,
        usual_low=None,
        usual_high=None,
        is_signal=False,
        origin="promise",
        evidence=tuple(held.evidence),
    )


def _of_line(held: Held) -> Finding:
    """What drifts and is no promise: no metric of ours, and a number where there is one."""
    number = held.estimate or Estimate("share", None, "share", 0)
    return Finding(
        id=f"drift.{held.path}",
        topic="operating_model",
        metric="",
        scope="all",
        group="all",
        claim=f"We say: {held.says.rstrip('.')}. What happened: {held.happened}.",
        value=number.value,
        lower=number.lower,
        upper=number.upper,
        unit=number.unit,
        n=number.n,
        target=None,
        usual_low=None,
        usual_high=None,
        is_signal=False,
        origin="drift",
        evidence=tuple(held.evidence),
    )
