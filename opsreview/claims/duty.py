"""Sentences about duty: what was covered, what the rotation can promise, who should cover next."""

from __future__ import annotations

import polars as pl

from opsreview.claims.spoken import Sentence, Spoken
from opsreview.estimate import in_words
from opsreview.metrics.feasibility import MOST_OF_TIME
from opsreview.wording import capitalised, counted


def _feasible(spoken: Spoken) -> str:
    share, people, needed, hours = (
        spoken.estimate("rotation_feasibility", name)
        for name in ("share", "people", "people_needed", "hours_a_week")
    )
    taking, wanted = int(people.value or 0), int(needed.value or 0)
    verb = "takes" if taking == 1 else "take"
    each = "" if taking == 1 else " each"
    said = (
        f"{capitalised(counted(taking, 'person', 'people'))} {verb} turns at duty: "
        f"{in_words(share.value, 'share')} of the time{each}, {in_words(hours.value, 'hours')} "
        "a week"
    )
    limit = in_words(MOST_OF_TIME, "share")
    if taking >= wanted:
        return f"{said}; Google SRE advises at most {limit} of anybody's time"
    return (
        f"{said}; the limit asks for {counted(wanted, 'person', 'people')} (Google SRE: at most "
        f"{limit}), so answers at all of these hours cannot be promised: business hours, or best "
        "effort, can"
    )


def _gaps(spoken: Spoken) -> str:
    gaps = spoken.estimate("coverage_gap_hours", "hours")
    required = spoken.estimate("coverage_gap_hours", "required_hours")
    whole = in_words(required.value, "hours")
    if not gaps.value:
        return f"Somebody held duty for all of the {whole} that the model wants covered"
    missing = in_words(gaps.value, "hours")
    return f"Nobody held duty for {missing} of the {whole} that the model wants covered"


def _swaps(spoken: Spoken) -> str:
    kept = spoken.estimate("duty_swaps", "share_as_planned")
    late, after = (spoken.estimate("duty_swaps", name) for name in ("late", "retroactive"))
    count = round((kept.value or 0) * kept.n)
    turns = counted(kept.n, "planned turn")
    said = f"{count} of {turns} {'was' if count == 1 else 'were'} held by whom the order names"
    if late.value is None:
        return said
    return f"{said}; {late.value:.0f} were settled less than 48 h before, {after.value:.0f} after"


def _ledger(spoken: Spoken) -> str:
    weeks = counted(int(spoken.estimate("cover_ledger", "weeks").value or 0), "week")
    rows = spoken.measured["cover_ledger"].filter(pl.col("next") == 1)
    if rows.is_empty():
        return f"Nobody of those who could cover next is there (duty added up over {weeks})"
    balance = float(rows["balance_hours"][0])
    than = "less" if balance < 0 else "more"
    return (
        f"Over {weeks}, who should cover next held {in_words(abs(balance), 'hours')} {than} than a "
        "fair part of duty"
    )


SENTENCES: tuple[Sentence, ...] = (
    ("rotation_feasibility", "share", _feasible),
    ("coverage_gap_hours", "hours", _gaps),
    ("duty_swaps", "share_as_planned", _swaps),
    ("cover_ledger", "weeks", _ledger),
)
