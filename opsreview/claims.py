"""What there is to talk about, in plain sentences: number, n, interval; no word of change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from opsreview.estimate import Estimate, in_words
from opsreview.findings import Finding
from opsreview.operating_model.conformance import Held
from opsreview.operating_model.promise import Promise
from opsreview.usual import usual_range
from opsreview.wording import capitalised, counted, interval_in_words, value_in_words

EVIDENCE_LINKS = 3


@dataclass(frozen=True)
class Spoken:
    """What the sentences are made from.

    ``estimate(metric, statistic)`` is the cycle's own, scope and group ``all``; ``history`` the
    earlier cycles' rows; ``measured`` the things measured by metric; ``response_hours`` the target
    that attainment is judged at; ``promises`` by (metric, group).
    """

    metrics: pl.DataFrame
    history: pl.DataFrame
    measured: Mapping[str, pl.DataFrame]
    response_hours: float
    promises: Mapping[tuple[str, str], Promise]

    def estimate(self, metric: str, statistic: str, group: str = "all") -> Estimate:
        rows = self.metrics.filter(
            (pl.col("metric") == metric)
            & (pl.col("statistic") == statistic)
            & (pl.col("group") == group)
            & (pl.col("scope") == "all")
        )
        return estimate_of(rows, statistic, group)


def estimate_of(rows: pl.DataFrame, statistic: str, group: str) -> Estimate:
    """The one estimate in ``rows`` of ``metrics.parquet``; not measurable where there is none."""
    if rows.is_empty():
        reason = "nothing in the cycle carries it"
        return Estimate(statistic, None, "count", 0, reason=reason, group=group)
    row = rows.row(0, named=True)
    fields = {name: row[name] for name in Estimate.__dataclass_fields__}
    return Estimate(**fields)


def findings(spoken: Spoken, held: Sequence[Held]) -> list[Finding]:
    """One finding a headline statistic, then one for each promise that does not hold.

    Statistics that cannot be measured make no finding; the pages say why in their place.
    """
    found = [
        _finding(spoken, topic, metric, statistic, say)
        for topic, metric, statistic, say in _SENTENCES
        if spoken.estimate(metric, statistic).n or spoken.estimate(metric, statistic).value == 0
    ]
    return found + [_of_promise(spoken, promise) for promise in held if promise.verdict == "drifts"]


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


def _finding(
    spoken: Spoken, topic: str, metric: str, statistic: str, say: Callable[[Spoken], str]
) -> Finding:
    estimate = spoken.estimate(metric, statistic)
    usual = usual_range(
        spoken.history.filter(
            (pl.col("metric") == metric)
            & (pl.col("statistic") == statistic)
            & (pl.col("group") == "all")
            & (pl.col("scope") == "all")
        ).with_columns(is_current=pl.lit(False))
    )
    promise = spoken.promises.get((metric, "all"))
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
        target=promise.target if promise and promise.statistic == statistic else None,
        usual_low=usual.low,
        usual_high=usual.high,
        is_signal=False,
        origin="metric",
        evidence=evidence(spoken.measured.get(metric)),
    )


def _of_promise(spoken: Spoken, held: Held) -> Finding:
    promise = next(p for p in spoken.promises.values() if p.id == held.id)
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


def _noted(estimate: Estimate, *, n: str = "") -> str:
    """``(5 h to 2 d, n 18)``: the interval and n, in brackets."""
    parts = [interval_in_words(estimate), n or f"n {estimate.n}"]
    return f"({', '.join(part for part in parts if part)})"


def _within(hours: float) -> str:
    return in_words(hours, "hours")


def _attainment(spoken: Spoken) -> str:
    answered = spoken.estimate("response_attainment", "share_answered")
    in_time, closed, waiting = (
        round((spoken.estimate("response_attainment", f"share_{part}").value or 0) * answered.n)
        for part in ("answered", "closed_unanswered", "waiting")
    )
    share = f"{in_words(answered.value, 'share')}, {interval_in_words(answered)}"
    verb = "was" if in_time == 1 else "were"
    return (
        f"{in_time} of {counted(answered.n, 'issue')} due {verb} answered by the team within "
        f"{_within(spoken.response_hours)} ({share}); {closed} closed without a word, "
        f"{waiting} still waiting then"
    )


def _half(metric: str, statistic: str, reached: str, open_: str) -> Callable[[Spoken], str]:
    """A sentence for a median that may not be reached."""

    def say(spoken: Spoken) -> str:
        estimate = spoken.estimate(metric, statistic)
        if estimate.value is None:
            return f"{open_.format(n=estimate.n)} within {_within(estimate.lower or 0)}"
        return f"{reached.format(value=value_in_words(estimate), n=estimate.n)} {_noted(estimate)}"

    return say


def _backlog(spoken: Spoken) -> str:
    change = spoken.estimate("backlog", "change").value or 0
    at_end = int(spoken.estimate("backlog", "at_end").value or 0)
    by = f"{'grew' if change > 0 else 'shrank'} by {abs(change):.0f}"
    has_pulls = spoken.estimate("backlog", "at_end", "kind:pull_request").value is not None
    what = "issues and pull requests" if has_pulls else "issues"
    return f"The backlog {by if change else 'stayed level'} to {at_end} open {what}"


def _flow(metric: str, done: str) -> Callable[[Spoken], str]:
    def say(spoken: Spoken) -> str:
        parts = [
            counted(int(found.value), noun)
            for kind, noun in (("issue", "issue"), ("pull_request", "pull request"))
            if (found := spoken.estimate(metric, "count", f"kind:{kind}")).value is not None
        ]
        rate = spoken.estimate(metric, "rate_per_week")
        named = capitalised(" and ".join(parts))
        return (
            f"{named} were {done}: {in_words(rate.value, 'per_week')} ({interval_in_words(rate)})"
        )

    return say


def _waiting(spoken: Spoken) -> str:
    count = spoken.estimate("waiting_on_team", "count")
    median = spoken.estimate("waiting_on_team", "median")
    if not count.value:
        return "No open issue waits on the team"
    if count.value == 1:
        return f"One open issue waits on the team, for {value_in_words(median)} by now"
    return (
        f"{int(count.value)} open issues wait on the team, half of them for more than "
        f"{value_in_words(median)} {_noted(median)}"
    )


def _ages(spoken: Spoken) -> str:
    median = spoken.estimate("issue_age", "median")
    older = value_in_words(median)
    return f"Half of the {median.n} open issues are older than {older} {_noted(median)}"


def _top_reviewer(spoken: Spoken) -> str:
    top = spoken.estimate("review_load", "top_share")
    share = in_words(top.value, "share")
    return f"The busiest reviewer did {share} of {counted(top.n, 'review')} {_noted(top)}"


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
    taken, band = round((share.value or 0) * share.n), round((upper.value or 0) * share.n)
    people = share.method.partition("among ")[2]
    return (
        f"One person took {taken} of {counted(share.n, 'interruption')}; by chance the busiest of "
        f"{people or 'the team'} has up to {band}"
    )


def _releases(spoken: Spoken) -> str:
    by_kind = [
        counted(int(spoken.estimate("release_frequency", "count", f"kind:{kind}").value or 0), word)
        for kind, word in (
            ("stable", "stable release"),
            ("hotfix", "hotfix"),
            ("prerelease", "pre-release"),
        )
    ]
    words = f"{by_kind[0]}, {by_kind[1].replace('hotfixs', 'hotfixes')} and {by_kind[2]}"
    return capitalised(f"{words} were published")


def _interval(spoken: Spoken) -> str:
    median = spoken.estimate("release_interval", "median")
    longest = spoken.estimate("release_interval", "longest")
    return (
        f"Stable releases came {value_in_words(median)} apart at the median over the last twelve "
        f"months {_noted(median, n=counted(median.n, 'gap'))}; the longest gap was "
        f"{value_in_words(longest)}"
    )


def _unreleased(spoken: Spoken) -> str:
    count = spoken.estimate("unreleased_changes", "count")
    median = spoken.estimate("unreleased_changes", "median")
    if not count.value:
        return "Everything merged has been released"
    if count.value == 1:
        return f"One merged change is not released, for {value_in_words(median)} by now"
    return (
        f"{int(count.value)} merged changes are not released, half of them for more than "
        f"{value_in_words(median)} {_noted(median)}"
    )


_SENTENCES: tuple[tuple[str, str, str, Callable[[Spoken], str]], ...] = (
    ("triage", "response_attainment", "share_answered", _attainment),
    (
        "triage",
        "time_to_first_response",
        "median",
        _half(
            "time_to_first_response",
            "median",
            "Half of all issues opened had a first answer within {value}",
            "Fewer than half of the {n} issues opened were answered",
        ),
    ),
    (
        "triage",
        "issue_resolution_duration",
        "median",
        _half(
            "issue_resolution_duration",
            "median",
            "Half of the issues opened were closed within {value}",
            "Fewer than half of the {n} issues opened were closed",
        ),
    ),
    ("triage", "backlog", "change", _backlog),
    ("triage", "issues_new", "count", _flow("issues_new", "opened")),
    ("triage", "issues_closed", "count", _flow("issues_closed", "closed")),
    ("triage", "waiting_on_team", "count", _waiting),
    ("triage", "issue_age", "median", _ages),
    (
        "triage",
        "time_to_first_review",
        "median",
        _half(
            "time_to_first_review",
            "median",
            "Half of the pull requests had a first review within {value}",
            "Fewer than half of the {n} pull requests were reviewed",
        ),
    ),
    (
        "triage",
        "change_request_duration",
        "median",
        _half(
            "change_request_duration",
            "median",
            "Half of the pull requests were merged within {value}",
            "Fewer than half of the {n} pull requests were merged",
        ),
    ),
    ("triage", "review_load", "top_share", _top_reviewer),
    ("oncall", "interruptions", "count", _interruptions),
    ("oncall", "busiest_share", "share", _busiest),
    (
        "oncall",
        "time_to_resolve",
        "median",
        _half(
            "time_to_resolve",
            "median",
            "Half of the incidents were resolved within {value}",
            "Fewer than half of the {n} incidents were resolved",
        ),
    ),
    ("releases", "release_frequency", "count", _releases),
    ("releases", "release_interval", "median", _interval),
    (
        "releases",
        "change_lead_time",
        "median",
        _half(
            "change_lead_time",
            "median",
            "Half of the merged changes were released within {value}",
            "Fewer than half of the {n} merged changes were released",
        ),
    ),
    ("releases", "unreleased_changes", "count", _unreleased),
)
