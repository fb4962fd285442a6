"""Held: what the model says, what became of it, and the rule that judges a share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from opsreview.estimate import Estimate, in_words
from opsreview.wording import interval_in_words

Verdict = Literal["holds", "drifts", "cannot tell"]
Kind = Literal["promise", "rhythm", "role", "area", "rota", "review", "backlog", "severity"]
Evidence = list[dict[str, str]]  # [{"text": ..., "url": ...}]

EVIDENCE_LINKS = 3
FEWEST = 5  # below it a share that was missed is not held against anybody
AS_A_RULE = 0.8  # the model says no share: four times in five is as a rule


@dataclass(frozen=True)
class Held:
    """One thing the model says and what became of it.

    ``happened`` and ``why`` are sentences for the page. ``estimate`` is the number behind the
    verdict, where there is one: the share kept, or of the work that who is named for it did.
    """

    id: str
    path: str
    says: str
    happened: str
    verdict: Verdict
    why: str
    evidence: Evidence
    kind: Kind = "promise"
    estimate: Estimate | None = None

    def to_json(self) -> dict[str, Any]:
        """One row of ``drift.json``."""
        row = asdict(self)
        del row["estimate"]
        return row


@dataclass(frozen=True)
class Line:
    """One thing the model says: where, of which kind, and in a sentence for the page."""

    path: str
    kind: Kind
    says: str

    def held(
        self,
        judged: tuple[Verdict, str],
        happened: str,
        *,
        evidence: Sequence[dict[str, str]] = (),
        estimate: Estimate | None = None,
    ) -> Held:
        """The line with its verdict and why; at most three links."""
        verdict, why = judged
        links = list(evidence[:EVIDENCE_LINKS])
        return Held(
            self.path, self.path, self.says, happened, verdict, why, links, self.kind, estimate
        )

    def unknown(self, why: str) -> Held:
        """The line where nothing can be told, and why."""
        return self.held(("cannot tell", why), "not measurable")


def judged_share(share: Estimate, at_least: float) -> tuple[Verdict, str]:
    """The verdict on a share and why: what drifts is an interval wholly below ``at_least``."""
    wanted, interval = in_words(at_least, "share"), interval_in_words(share)
    if share.value is None:
        return "cannot tell", share.reason or "there was nothing to measure"
    if share.value >= at_least:
        return "holds", f"{in_words(share.value, 'share')} is {wanted} or more"
    if share.n < FEWEST:
        return "cannot tell", f"fewer than {FEWEST} are too few to tell"
    if share.upper is None or share.upper >= at_least:
        return "cannot tell", f"the interval ({interval}) reaches {wanted}"
    return "drifts", f"the whole interval ({interval}) is below {wanted}"


def noted(why: str, reason: str | None) -> str:
    """``why``, with what is known only in part."""
    return f"{why}; {reason}" if reason else why
