"""Sentences about who does the work: answers, support, merges that nobody else looked at."""

from __future__ import annotations

from opsreview.claims.spoken import Sentence, Spoken, noted
from opsreview.estimate import in_words
from opsreview.wording import counted, interval_in_words


def _support(spoken: Spoken) -> str:
    two = spoken.estimate("support_questions", "top_two_share")
    one = spoken.estimate("support_questions", "top_share")
    answers = counted(two.n, "answer")
    if one.value == 1:
        return f"One person gave {_all_of(one.n, 'answer')} to users' questions"
    if two.value == 1:
        return f"Two people gave all {answers} to users' questions"
    return f"Two people gave {in_words(two.value, 'share')} of {answers} to users' questions " + (
        noted(two)
    )


def _absence(spoken: Spoken) -> str:
    factor = spoken.estimate("contributor_absence_factor", "count")
    top = spoken.estimate("contributor_absence_factor", "top_share")
    if top.value == 1:
        return f"One person gave {_all_of(top.n, 'answer')}"
    who = "one person" if factor.value == 1 else f"{int(factor.value or 0)} people"
    share = in_words(top.value, "share")
    return (
        f"Half of {counted(factor.n, 'answer')} came from {who}; "
        f"the busiest gave {share} {noted(top)}"
    )


def _unreviewed(spoken: Spoken) -> str:
    share = spoken.estimate("unreviewed_merge_share", "share")
    found = round((share.value or 0) * share.n)
    verb = "was" if 1 in (found, share.n) else "were"
    return (
        f"{found} of {counted(share.n, 'pull request')} merged {verb} reviewed by nobody else "
        f"({in_words(share.value, 'share')}, {interval_in_words(share)})"
    )


def _all_of(count: int, noun: str) -> str:
    return f"the only {noun}" if count == 1 else f"all {counted(count, noun)}"


SENTENCES: tuple[Sentence, ...] = (
    ("support_questions", "top_two_share", _support),
    ("contributor_absence_factor", "count", _absence),
    ("unreviewed_merge_share", "share", _unreviewed),
)
