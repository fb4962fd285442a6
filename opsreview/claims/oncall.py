"""Sentences about on-call load."""

from __future__ import annotations

from opsreview.claims.spoken import Sentence, Spoken, half
from opsreview.wording import capitalised, counted


def _interruptions(spoken: Spoken) -> str:
    total = int(spoken.estimate("interruptions", "count").value or 0)
    asleep = int(spoken.estimate("interruptions", "count", "day_part:sleep").value or 0)
    off = int(spoken.estimate("interruptions", "count", "day_part:off_hours").value or 0)
    if not total:
        return "No incident interrupted anyone"
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


SENTENCES: tuple[Sentence, ...] = (
    ("interruptions", "count", _interruptions),
    ("busiest_share", "share", _busiest),
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
