"""What drifts becomes a finding, whatever kind of line it is."""

from __future__ import annotations

import polars as pl

from opsreview.claims import Spoken, findings
from opsreview.estimate import METRICS_SCHEMA, Estimate
from opsreview.operating_model.conformance import Held, Verdict

LINK = {"text": "#1", "url": "https://example.org/1"}
NOTHING = Spoken(
    pl.DataFrame(schema=METRICS_SCHEMA), pl.DataFrame(schema=METRICS_SCHEMA), {}, 72.0, ()
)


def line(verdict: Verdict, estimate: Estimate | None = None) -> Held:
    path = "rhythm.release"
    says, happened = "A release every week.", "1 of 2 slots kept"
    return Held(path, path, says, happened, verdict, "why", [LINK], "rhythm", estimate)


def test_line_that_drifts_is_a_finding_with_its_number() -> None:
    (found,) = findings(NOTHING, [line("drifts", Estimate("share", 0.5, "share", 2, 0.1, 0.9))])

    assert (found.id, found.origin, found.topic) == (
        "drift.rhythm.release",
        "drift",
        "operating_model",
    )
    assert found.claim == ("We say: A release every week. What happened: 1 of 2 slots kept.")
    assert (found.value, found.lower, found.upper, found.n) == (0.5, 0.1, 0.9, 2)
    assert found.evidence == (LINK,)


def test_line_that_drifts_without_a_number_has_none() -> None:
    (found,) = findings(NOTHING, [line("drifts")])

    assert (found.value, found.n) == (None, 0)


def test_what_holds_or_cannot_be_told_is_no_finding() -> None:
    assert findings(NOTHING, [line("holds"), line("cannot tell")]) == []
