"""Sentences about triage: answers, backlog, reviews."""

from __future__ import annotations

from opsreview.claims.spoken import Say, Sentence, Spoken, half, noted, within
from opsreview.estimate import in_words
from opsreview.wording import capitalised, counted, interval_in_words, value_in_words


def _attainment(spoken: Spoken) -> str:
    share = spoken.estimate("response_attainment", "share_answered")
    parts = spoken.measured["response_attainment"]["part"].to_list()
    in_time = parts.count("answered")
    verb = "was" if 1 in (in_time, share.n) else "were"
    return (
        f"{in_time} of {counted(share.n, 'issue')} due {verb} answered by the team within "
        f"{within(spoken.response_hours)} ({in_words(share.value, 'share')}, "
        f"{interval_in_words(share)}); {parts.count('closed_unanswered')} closed without a word, "
        f"{parts.count('waiting')} still waiting then"
    )


def _backlog(spoken: Spoken) -> str:
    change = spoken.estimate("backlog", "change").value or 0
    at_end = int(spoken.estimate("backlog", "at_end").value or 0)
    by = f"{'grew' if change > 0 else 'shrank'} by {abs(change):.0f}"
    has_pulls = spoken.estimate("backlog", "at_end", "kind:pull_request").value is not None
    what = "issues and pull requests" if has_pulls else "issues"
    return f"The backlog {by if change else 'stayed level'} to {at_end} open {what}"


def _flow(metric: str, done: str) -> Say:
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
        f"{value_in_words(median)} {noted(median)}"
    )


def _ages(spoken: Spoken) -> str:
    median = spoken.estimate("issue_age", "median")
    older = value_in_words(median)
    return f"Half of the {median.n} open issues are older than {older} {noted(median)}"


def _reopened(spoken: Spoken) -> str:
    share = spoken.estimate("reopen_rate", "share")
    reopened = int(spoken.measured["reopen_rate"]["is_reopened"].sum())
    verb = "was" if 1 in (reopened, share.n) else "were"
    return (
        f"{reopened} of {counted(share.n, 'close')} of issues {verb} undone within 30 days "
        f"({in_words(share.value, 'share')}, {interval_in_words(share)})"
    )


def _top_reviewer(spoken: Spoken) -> str:
    top = spoken.estimate("review_load", "top_share")
    share = in_words(top.value, "share")
    return f"The busiest reviewer did {share} of {counted(top.n, 'review')} {noted(top)}"


SENTENCES: tuple[Sentence, ...] = (
    ("response_attainment", "share_answered", _attainment),
    (
        "time_to_first_response",
        "median",
        half(
            "time_to_first_response",
            "Half of all issues opened had a first answer within {value}",
            "Fewer than half of the {n} issues opened were answered",
        ),
    ),
    (
        "time_to_first_attention",
        "median",
        half(
            "time_to_first_attention",
            "Half of all issues opened had something done about them by the team within {value}",
            "For fewer than half of the {n} issues opened the team did anything",
        ),
    ),
    (
        "time_to_triage",
        "median",
        half(
            "time_to_triage",
            "Half of all issues opened were triaged within {value}",
            "Fewer than half of the {n} issues opened were triaged",
        ),
    ),
    (
        "issue_resolution_duration",
        "median",
        half(
            "issue_resolution_duration",
            "Half of the issues opened were closed within {value}",
            "Fewer than half of the {n} issues opened were closed",
        ),
    ),
    ("backlog", "change", _backlog),
    ("issues_new", "count", _flow("issues_new", "opened")),
    ("issues_closed", "count", _flow("issues_closed", "closed")),
    ("reopen_rate", "share", _reopened),
    ("waiting_on_team", "count", _waiting),
    ("issue_age", "median", _ages),
    (
        "time_to_first_review",
        "median",
        half(
            "time_to_first_review",
            "Half of the pull requests had a first review within {value}",
            "Fewer than half of the {n} pull requests were reviewed",
        ),
    ),
    (
        "change_request_duration",
        "median",
        half(
            "change_request_duration",
            "Half of the pull requests were merged within {value}",
            "Fewer than half of the {n} pull requests were merged",
        ),
    ),
    ("review_load", "top_share", _top_reviewer),
)
