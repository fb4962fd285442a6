"""Sentences about on-call load."""

from __future__ import annotations

import polars as pl

from opsreview.claims.spoken import Sentence, Spoken, half
from opsreview.estimate import in_words
from opsreview.metrics.interruptions import NOBODY
from opsreview.metrics.planned_duty import DECLARED_ONLY
from opsreview.wording import capitalised, counted, interval_in_words, value_in_words


def _duty(spoken: Spoken) -> str:
    held = spoken.measured["oncall_share"].filter(pl.col("role") == "primary")
    top = held.sort("held_hours", descending=True).row(0, named=True)
    hours = spoken.estimate("oncall_share", "hours")
    people = capitalised(counted(hours.n, "person", "people"))
    did = "are down for" if DECLARED_ONLY in (hours.reason or "") else "held"
    return (
        f"{people} {did} {value_in_words(hours)} of primary duty; the one with most has "
        f"{in_words(top['share'], 'share')}, where {in_words(top['fair_share'], 'share')} would "
        "be fair"
    )


def _interruptions(spoken: Spoken) -> str:
    total = int(spoken.estimate("interruptions", "count").value or 0)
    asleep = int(spoken.estimate("interruptions", "count", "day_part:sleep").value or 0)
    off = int(spoken.estimate("interruptions", "count", "day_part:off_hours").value or 0)
    if not total:
        return "No incident interrupted anyone"
    if spoken.estimate("interruptions", "count", f"evidence:{NOBODY}").value == total:
        return (
            f"{capitalised(counted(total, 'incident'))}, and nobody knows whom they reached: {off} "
            f"in the team's off-hours and {asleep} between 22:00 and 08:00"
        )
    return (
        f"{capitalised(counted(total, 'interruption'))}: {off} in off-hours and {asleep} between "
        "22:00 and 08:00"
    )


def _busiest(spoken: Spoken) -> str:
    share = spoken.estimate("busiest_share", "share")
    upper = spoken.estimate("busiest_share", "chance_upper")
    taken = spoken.measured["busiest_share"]["count"].to_list()
    band = round((upper.value or 0) * share.n)
    return (
        f"One person took {max(taken)} of {counted(share.n, 'interruption')}; by chance the "
        f"busiest of {len(taken)} people has up to {band}"
    )


def _nights(spoken: Spoken) -> str:
    nights = int(spoken.estimate("disrupted_nights", "count").value or 0)
    run = int(spoken.estimate("disrupted_nights", "longest_run").value or 0)
    people = spoken.measured["disrupted_nights"]["person"].n_unique()
    if not nights:
        return "No incident broke into anybody's night"
    of = "one person" if people == 1 else f"{people} people"
    row = f"; {run} in a row for one person" if run > 1 else ""
    verb = "was" if nights == 1 else "were"
    return f"{capitalised(counted(nights, 'night'))} of {of} {verb} disrupted by incidents{row}"


def _per_shift(spoken: Spoken) -> str:
    rate = spoken.estimate("incidents_per_shift", "rate")
    most = int(spoken.estimate("incidents_per_shift", "most").value or 0)
    over = spoken.estimate("incidents_per_shift", "share_over")
    count = round((over.value or 0) * over.n)
    beyond = "" if not count else f"; {count} of {over.n} held more than the two that SRE allows"
    said = (
        f"{capitalised(counted(rate.n, 'cluster'))} of incidents fell into "
        f"{counted(over.n, 'stretch', 'stretches')} of twelve hours of duty"
    )
    return f"{said}: {value_in_words(rate)} ({interval_in_words(rate)}), the worst {most}{beyond}"


SENTENCES: tuple[Sentence, ...] = (
    ("oncall_share", "hours", _duty),
    ("interruptions", "count", _interruptions),
    ("disrupted_nights", "count", _nights),
    ("incidents_per_shift", "rate", _per_shift),
    ("busiest_share", "share", _busiest),
    (
        "time_to_acknowledge",
        "median",
        half(
            "time_to_acknowledge",
            "Half of the incidents were acknowledged within {value}",
            "Fewer than half of the {n} incidents were acknowledged",
        ),
    ),
    (
        "time_to_resolve",
        "median",
        half(
            "time_to_resolve",
            "Half of the incidents were resolved within {value}",
            "Fewer than half of the {n} incidents were resolved",
        ),
    ),
)
