"""The six headlines: always shown, each with its interval, n, earlier range and a small picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from opsreview.blocks.block import Block, rendered
from opsreview.blocks.days import known_until
from opsreview.blocks.sparkline import Sparkline, sparkline
from opsreview.estimate import Estimate, in_words
from opsreview.review import Review
from opsreview.usual import FEWEST_TO_TELL, UsualRange
from opsreview.wording import (
    capitalised,
    certainty_in_words,
    counted,
    slots_kept,
    span_in_words,
    statistic_name,
    usual_in_words,
    value_in_words,
)


@dataclass(frozen=True)
class Headline:
    """One number of the front page, in words. ``reason`` says why it has none."""

    metric: str
    sentence: str
    parts: list[str]
    note: str
    estimate: Estimate
    usual: UsualRange
    picture: Sparkline | None
    is_signal: bool
    ruling: str
    visible: str

    @property
    def reason(self) -> str | None:
        """Why there is no number; None when there is one, or a median that is not reached."""
        return (self.estimate.reason or "not known") if not self.is_measured else None

    @property
    def is_measured(self) -> bool:
        return self.estimate.is_measured


@dataclass(frozen=True)
class Card:
    """Which statistic a headline shows, and how it is said."""

    metric: str
    statistic: str
    group: str
    sentence: Callable[[Review, Estimate], str]
    parts: Callable[[Review], list[str]]
    note: Callable[[Review], str]


def headlines(review: Review) -> Block:
    """The headlines as cards, signals marked, and the rest of the numbers folded away."""
    cards = headlines_of(review)
    signals = sum(card.is_signal for card in cards)
    note = f"{counted(signals, 'signal')} among them" if signals else "none is a signal"
    if not can_tell_signals(review):
        note = "too few earlier cycles to tell signals"
    return rendered("headlines", cards=cards, note=note, routine=_routine(review))


def headlines_of(review: Review) -> list[Headline]:
    """The headlines of a cycle, in the order of the team's choice, else the usual six."""
    cards = {f"{card.metric}.{card.statistic}": card for card in CARDS}
    rows = review.signals["headlines"] or [{"id": name} for name in list(cards)[:USUAL]]
    return [_headline(review, cards.get(row["id"]) or _plain_card(row), row) for row in rows]


def can_tell_signals(review: Review) -> bool:
    """Whether any headline that is held against earlier cycles has enough of them."""
    rows = review.signals["headlines"]
    return any(row["p"] is not None and row["earlier_count"] >= FEWEST_TO_TELL for row in rows)


def _routine(review: Review) -> dict[str, object] | None:
    """What the charts of all other numbers come to, beside what luck alone gives; None: nothing."""
    routine = review.signals["routine"]
    if not routine["looked_at"]:
        return None
    count, luck = len(routine["unusual"]), routine["by_luck"]
    verb = "is" if count == 1 else "are"
    says = (
        f"{count or 'None'} of {counted(routine['looked_at'], 'other number')} {verb} unusual; "
        f"luck alone gives about {luck:.1f} a cycle"
    )
    unusual = [(capitalised(row["name"]), row["rule"]) for row in routine["unusual"]]
    return {"says": says, "unusual": unusual}


def _plain_card(row: Mapping[str, str]) -> Card:
    """How a headline of the team's own choice is said."""
    name = statistic_name(row["metric"], row["statistic"], row["group"])

    def sentence(review: Review, estimate: Estimate) -> str:
        return capitalised(f"{name}: {value_in_words(estimate)}")

    said = (row["metric"], row["statistic"], row["group"])
    return Card(*said, sentence, _nothing, partial(_says, ""))


def _headline(cycle: Review, card: Card, row: Mapping[str, Any]) -> Headline:
    review = cycle.triage if row.get("topic") == "triage" else cycle
    estimate = review.estimate(card.metric, card.statistic, group=card.group)
    history = review.history(card.metric, card.statistic, group=card.group)
    usual = review.usual(card.metric, card.statistic, group=card.group)
    name = statistic_name(card.metric, card.statistic, card.group)
    if estimate.value is None and estimate.n == 0:
        sentence, parts = capitalised(f"{name}: not measurable"), []
    else:
        parts = [certainty_in_words(estimate)] if certainty_in_words(estimate) else []
        sentence = card.sentence(review, estimate)
        parts += card.parts(review)
        parts += [review.title] if review is not cycle else []
        noun = review.noun
        parts += [usual_in_words(usual, estimate.unit, noun=noun)] if usual.cycle_count else []
    picture = sparkline(history, usual, name)
    return Headline(
        card.metric,
        sentence,
        parts,
        card.note(review),
        estimate,
        usual,
        picture,
        bool(row.get("is_signal")),
        capitalised(row.get("says") or ""),
        row.get("visible") or "",
    )


def _answered(review: Review, estimate: Estimate) -> str:
    hours = review.deadline_hours("response_attainment")
    within = f"within {in_words(hours, 'hours')}" if hours else "in time"
    return f"{value_in_words(estimate)} of issues answered {within}"


def _not_answered(review: Review) -> list[str]:
    closed = review.estimate("response_attainment", "share_closed_unanswered")
    waiting = review.estimate("response_attainment", "share_waiting")
    parts = [
        f"{value_in_words(closed)} closed without a word",
        f"{value_in_words(waiting)} still waiting then",
    ]
    if closed.n_pending:
        parts.append(f"{closed.n_pending} more still inside the deadline")
    naive = review.estimate("response_attainment", "share_of_answered_in_time")
    return [*parts, *_counting_only("the answered", naive)]


def _counting_only(what: str, naive: Estimate) -> list[str]:
    """What leaving out who still waits would have said; nothing where nobody knows."""
    if naive.value is None:
        return []
    return [f"counting only {what} would have said {value_in_words(naive)}"]


def _not_reviewed(review: Review) -> list[str]:
    naive = review.estimate("time_to_first_review", "median_of_reviewed")
    return _counting_only("the reviewed", naive)


def _backlog(review: Review, estimate: Estimate) -> str:
    change = round(estimate.value or 0)
    if change == 0:
        return "The backlog stayed as it was"
    return f"The backlog {'grew' if change > 0 else 'shrank'} by {abs(change)}"


def _opened_and_closed(review: Review) -> list[str]:
    opened, closed = (review.estimate(name, "count") for name in ("issues_new", "issues_closed"))
    return [f"opened {value_in_words(opened)}, closed {value_in_words(closed)}"]


def _open_at_end(review: Review) -> str:
    is_known = review.estimate("backlog", "at_end").value is not None
    open_items = value_in_words(review.estimate("backlog", "at_end"))
    return f"Issues and pull requests; {open_items} open at the end." if is_known else ""


def _waiting(review: Review, estimate: Estimate) -> str:
    count = round(estimate.value or 0)
    return capitalised(f"{counted(count, 'issue')} {'waits' if count == 1 else 'wait'} on us")


def _median_wait(review: Review) -> list[str]:
    median = review.estimate("waiting_on_team", "median")
    return [f"half of them for {value_in_words(median)} or longer"] if median.value else []


def _review_wait(review: Review, estimate: Estimate) -> str:
    return f"A first review takes {value_in_words(estimate)}"


def _busiest(review: Review, estimate: Estimate) -> str:
    took = round((estimate.value or 0) * estimate.n)
    return f"One person took {took} of {counted(estimate.n, 'interruption')}"


def _chance(review: Review) -> list[str]:
    low, high = (
        review.estimate("busiest_share", name).value for name in ("chance_median", "chance_upper")
    )
    share = value_in_words(review.estimate("busiest_share", "share"))
    if low is None or high is None:
        return [share]
    return [f"{share}; by chance the busiest has {span_in_words(low, high, 'share')}"]


def _releases(review: Review, estimate: Estimate) -> str:
    return capitalised(counted(round(estimate.value or 0), "stable release"))


def _slots_kept(review: Review, estimate: Estimate) -> str:
    return slots_kept(estimate)


def _slots_missed(review: Review) -> list[str]:
    """What became of the others; nothing of what there was none of."""
    named = ("late", "skipped", "overdue", "unplanned")
    found = {name: review.estimate("release_punctuality", name).value for name in named}
    missed = [f"{round(value)} {name}" for name, value in found.items() if value]
    return [*([", ".join(missed)] if missed else []), *_last_release(review)]


def _last_release(review: Review) -> list[str]:
    since = review.estimate("release_interval", "open")
    if not since.value:
        return []
    until = known_until(review, "release_interval")
    when = f"before {until}, the last day known" if until else "ago"
    return [f"the last one {in_words(since.value, 'hours')} {when}"]


def _says(text: str, review: Review) -> str:
    return text


def _nothing(review: Review) -> list[str]:
    return []


USUAL = 6  # of the cards: those of a team without a release train
CARDS = (
    Card(
        "response_attainment", "share_answered", "all", _answered, _not_answered, partial(_says, "")
    ),
    Card("backlog", "change", "all", _backlog, _opened_and_closed, _open_at_end),
    Card("waiting_on_team", "count", "all", _waiting, _median_wait, partial(_says, "")),
    Card(
        "time_to_first_review",
        "median",
        "all",
        _review_wait,
        _not_reviewed,
        partial(_says, "Median; what still waits counts."),
    ),
    Card(
        "busiest_share",
        "share",
        "all",
        _busiest,
        _chance,
        partial(_says, "Chance: the same clusters dealt at random."),
    ),
    Card("release_frequency", "count", "kind:stable", _releases, _last_release, partial(_says, "")),
    Card(
        "release_punctuality",
        "share_on_time",
        "all",
        _slots_kept,
        _slots_missed,
        partial(_says, "A slot runs from its eve to the day after."),
    ),
)
