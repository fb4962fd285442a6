"""Sentences about whether the load is fair, and who carries what no rota gives them."""

from __future__ import annotations

from opsreview.claims.spoken import Sentence, Spoken, noted
from opsreview.estimate import in_words
from opsreview.metrics.chance import UNLIKELY
from opsreview.wording import counted

_CUMULATED = "busiest_share_cumulated"


def _cumulated(spoken: Spoken) -> str:
    said = {name: spoken.estimate(_CUMULATED, name) for name in ("share", "chance_upper", "mid_p")}
    people = spoken.measured[_CUMULATED].height
    total, weeks = said["share"].n, int(spoken.estimate(_CUMULATED, "weeks").value or 0)
    most, upto = (round((said[name].value or 0) * total) for name in ("share", "chance_upper"))
    return (
        f"Over {counted(weeks, 'week')} one person took {most} of "
        f"{counted(total, 'interruption')}; by chance the busiest of {people} people has up to "
        f"{upto}: {_ruling(spoken, most - upto)}"
    )


def _ruling(spoken: Spoken, beyond: int) -> str:
    mid_p = spoken.estimate(_CUMULATED, "mid_p").value or 0.0
    seen = int(spoken.estimate(_CUMULATED, "clusters").value or 0)
    needed = spoken.estimate(_CUMULATED, "clusters_for_triple").value
    if mid_p <= UNLIKELY:
        luck = "more than bad luck" if beyond > 0 else "as much as chance rarely gives"
        return f"{luck}, by {counted(seen, 'cluster')} of incidents"
    if needed is not None and seen < needed:
        return (
            f"too few to tell, {seen} of the {needed:.0f} clusters of incidents that would show "
            "one person with three times the load of each other"
        )
    return f"chance alone does as much, by {counted(seen, 'cluster')} of incidents"


def _off_rotation(spoken: Spoken) -> str:
    off = spoken.estimate("off_rotation_share", "share")
    top = spoken.estimate("off_rotation_share", "top_share")
    said = (
        f"{in_words(off.value, 'share')} of the answers and incidents were dealt with by people "
        f"who were not on duty {noted(off)}"
    )
    if top.value is None:
        return said
    return f"{said}; one person did {in_words(top.value, 'share')} of that"


def _off_hours(spoken: Spoken) -> str:
    outside = spoken.estimate("off_hours_activity", "share")
    nights = int(spoken.estimate("off_hours_activity", "nights").value or 0)
    return (
        f"{in_words(outside.value, 'share')} of what the team did came outside of each person's "
        f"own working hours {noted(outside)}; {counted(nights, 'night')} had some"
    )


SENTENCES: tuple[Sentence, ...] = (
    (_CUMULATED, "share", _cumulated),
    ("off_rotation_share", "share", _off_rotation),
    ("off_hours_activity", "share", _off_hours),
)
