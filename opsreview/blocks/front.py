"""The front page around its headlines: what was read, what to say, what waits, who is next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from opsreview.blocks.block import Block, rendered
from opsreview.blocks.days import day
from opsreview.blocks.decisions import tone
from opsreview.blocks.headlines import can_tell_signals, headlines_of
from opsreview.blocks.sections import WAITS, waiting_row
from opsreview.estimate import in_words
from opsreview.operating_model.verdict_rows import is_news
from opsreview.review import Review
from opsreview.wording import counted, day_in_words, uncapitalised

OLDEST = 5


def banner(review: Review) -> Block:
    """One line on the data: what is whole, what was set aside, what it stands beside."""
    run = review.run
    sources = run.get("sources", [])
    whole = sum(bool(source["complete"]) for source in sources)
    earlier = review.history("issues_new", "count").height - 1
    return rendered(
        "banner",
        whole=whole,
        source_count=len(sources),
        rejected=sum(source["rejected"] for source in sources),
        earlier=counted(max(earlier, 0), "earlier cycle"),
        state=_state(run),
    )


def opening(review: Review) -> Block:
    """Two sentences: what matters most in this cycle, and what became of what was decided."""
    drifting = [row for row in review.held if row["verdict"] == "drifts"]
    promise = review.commitment(drifting[0]["id"]) if drifting else None
    said = promise.metric if promise else None
    sentences = [*_on_drift(drifting, review), *_on_headlines(review, said), *_on_model(review)]
    decided = list(_on_decisions(review))
    return rendered("opening", sentences=[*sentences[: 2 - len(decided)], *decided])


def waiting_now(review: Review) -> Block:
    """The five oldest waits of issues, and how many reviews and releases wait."""
    waiting = review.waiting
    known = review.estimate("waiting_on_team", "count")
    reason = None if known.is_measured else known.reason
    issues = waiting.filter(pl.col("kind").is_in(list(WAITS))) if waiting.height else waiting
    oldest = (
        issues.sort("waiting_hours", "number", descending=[True, False])
        if issues.height
        else issues
    )
    rows = [waiting_row(row, review) for row in oldest.head(OLDEST).iter_rows(named=True)]
    others = list(_other_waits(waiting))
    return rendered(
        "waiting",
        rows=rows,
        more=issues.height - len(rows),
        others=others,
        reason=None if rows else reason,
    )


def next_up(review: Review) -> Block | None:
    """Who is on duty next, and the next release slot; None when neither is known."""
    turns = [
        {
            "who": turn["person"],
            "role": turn["role"],
            "start": _day(turn["start_at"], review),
            "end": _day(turn["end_at"], review),
        }
        for turn in review.next["on_duty"]
    ]
    slot = review.next["release_slot"]
    if not turns and not slot:
        return None
    return rendered("next_up", turns=turns, slot=day(slot))


def fill_in(review: Review) -> Block | None:
    """The next things to tell opsreview, at most three; None when nothing is missing."""
    wanted = review.next["fill_in"][:3]
    return rendered("fill_in", wanted=wanted) if wanted else None


def _state(run: Mapping[str, Any]) -> str | None:
    if not run.get("is_over", True):
        return "the cycle is not over: its numbers will change"
    if not run.get("is_mature", True):
        return "read early: answers may still come in"
    return None


def _on_drift(drifting: Sequence[Mapping[str, Any]], review: Review) -> Iterator[str]:
    if drifting:
        those = f"{len(drifting)} of {counted(len(review.held), 'claim')}"
        leading = "" if len(drifting) == 1 else ", the first being"
        first = drifting[0]
        drift = _verb(len(drifting), "drift")
        yield f"{those} {drift}{leading}: “{first['says']}”, but {first['happened']}."


def _on_headlines(review: Review, said: str | None) -> Iterator[str]:
    """The first headline that is a signal, else that none is.

    ``said`` is the metric that the sentence before was about.
    """
    signals = [card for card in headlines_of(review) if card.is_signal]
    news = [card for card in signals if card.metric != said]
    if news:
        yield f"{news[0].sentence}, {uncapitalised(news[0].ruling)}."
    elif signals:
        yield f"That is {uncapitalised(signals[0].ruling)}; no other headline is a signal."
    elif can_tell_signals(review):
        yield "No headline is a signal: they do what the earlier cycles did by themselves."
    else:
        yield "There are too few earlier cycles to hold the headlines against."


def _on_decisions(review: Review) -> Iterator[str]:
    """The best and the worst news of what was decided; nothing where no verdict is news."""
    news = [row for row in review.verdicts if is_news(row, review.window)]
    good = [row for row in news if tone(row) == "good"]
    bad = [row for row in news if tone(row) == "bad"]
    said = [f"“{row['title']}” {_became(row)}" for row in [*good[:1], *bad[:1]]]
    if said:
        yield f"{', but '.join(said)}."


def _became(row: Mapping[str, Any]) -> str:
    verdict = str(row["verdict"])
    if verdict == "worse":
        return "made it worse"
    if verdict == "expected effect ruled out":
        return "has not had the effect that was expected"
    return verdict if verdict == "worked" else f"was {verdict}"


def _on_model(review: Review) -> Iterator[str]:
    if review.model is None:
        yield "What should happen is not declared yet, so nothing is held against it."
        return
    held = sum(row["verdict"] == "holds" for row in review.held)
    if held:
        yield f"{counted(held, 'claim')} of the model {_verb(held, 'hold')}, and none drifts."
    else:
        yield "Nothing that the model says could be told."


def _verb(count: int, verb: str) -> str:
    return f"{verb}s" if count == 1 else verb


def _other_waits(waiting: pl.DataFrame) -> Iterator[dict[str, Any]]:
    said = {
        "review": ("pull request", "{} for a first review", "wait"),
        "unreleased": ("merged change", "{} not released", "is"),
    }
    for kind, (noun, pattern, verb) in said.items():
        rows = waiting.filter(kind=kind) if waiting.height else waiting
        if rows.is_empty():
            continue
        oldest = rows.sort("waiting_hours", descending=True).row(0, named=True)
        plural = "are" if verb == "is" else verb
        form = (verb if verb == "is" else f"{verb}s") if rows.height == 1 else plural
        yield {
            "says": f"{counted(rows.height, noun)} {pattern.format(form)}",
            "oldest": in_words(oldest["waiting_hours"], "hours"),
            "text": f"#{oldest['number']}",
            "url": oldest["url"],
        }


def _day(moment: str, review: Review) -> str:
    return day_in_words(datetime.fromisoformat(moment), review.zone)
