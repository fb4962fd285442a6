"""The runbook's first page: what is promised, what recurs, when it was reviewed, what is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opsreview.operating_model.promise import Promise
from opsreview.operating_model.shape import MeetingEntry, ReleaseEntry
from opsreview.publish.markdown import plain, table
from opsreview.publish.names import NOT_DECLARED, Names

_LATEST_CHANGES = 5


def overview(
    team: str, names: Names, promises: Sequence[Promise], not_declared: Sequence[str]
) -> Iterator[str]:
    """The page; ``promises`` and ``not_declared`` are the loaded model's."""
    yield from (f"# How {plain(team)} works", "")
    yield "- [Who owns what](ownership.md): roles, areas, documentation"
    yield "- [Who decides what](decisions.md): when, handed to whom, recorded where"
    yield "- [Who to call](who-to-call.md): duty, escalation, severities"
    yield "- [Beginning here](onboarding.md): for a new maintainer"
    yield ""
    yield from _reviewed(names)
    yield from _promises(names, promises)
    yield from _rhythm(names)
    yield from _standards(names)
    yield from _changes(names)
    yield from ("## Not declared", "")
    yield from (f"- {plain(part)}" for part in not_declared or ["nothing of the first level"])
    yield ""


def _reviewed(names: Names) -> Iterator[str]:
    said = names.entry.reviewed
    if said is None:
        yield from ("**Nobody has signed this model: who reviewed it is not declared.**", "")
        return
    every = f"to be read again every {plain(said.every)}"
    yield from (f"Reviewed by {names.who(said.by)} on {said.on}, {every}.", "")


def _promises(names: Names, promises: Sequence[Promise]) -> Iterator[str]:
    yield from ("## What we promise", "")
    commitments = names.entry.commitments
    if not promises and not commitments:
        yield from ("Promises are not declared.", "")
        return
    rows = [(plain(said.says), names.who(said.owner), _checked(said)) for said in promises]
    rows += [
        (
            plain(said.says),
            names.who(said.owner),
            _unchecked(said.unchecked)
            if said.unchecked
            else f"{plain(said.kind)}: {plain(said.wanted)}",
        )
        for said in commitments
    ]
    yield from table(("promise", "held by", "checked by"), rows)


def _checked(promise: Promise) -> str:
    if promise.metric is None:
        return _unchecked(promise.unchecked)
    group = "" if promise.group == "all" else f" of {plain(promise.group)}"
    metric = plain(promise.metric.replace("_", " "))
    return f"{metric}{group}: {plain(promise.in_words)}"


def _unchecked(why: str | None) -> str:
    return f"not checked: {plain(why or '')}"


def _rhythm(names: Names) -> Iterator[str]:
    rhythm = names.entry.rhythm
    yield from ("## What recurs", "")
    yield from table(
        ("what", "when", "by"),
        (
            ("triage", *_meeting(names, rhythm.triage)),
            ("release", *_meeting(names, rhythm.release)),
            ("retrospective", *_meeting(names, rhythm.retrospective)),
            (
                "duty",
                f"every {plain(rhythm.duty.every)}" if rhythm.duty else NOT_DECLARED,
                "[in turn](who-to-call.md)" if rhythm.duty else NOT_DECLARED,
            ),
        ),
    )


def _meeting(names: Names, said: MeetingEntry | None) -> tuple[str, str]:
    if said is None:
        return NOT_DECLARED, NOT_DECLARED
    slot = (
        f", on {plain(said.on)}, counted from {said.starting}"
        if isinstance(said, ReleaseEntry)
        else ""
    )
    return f"every {plain(said.every)}{slot}", names.who(said.by)


def _standards(names: Names) -> Iterator[str]:
    entry = names.entry
    yield from ("## Reviews and backlog", "")
    reviews = entry.reviews
    said: list[str] = []
    if reviews is None:
        said.append("Review standards are not declared.")
    else:
        if reviews.approvals is not None:
            said.append(f"A pull request needs {reviews.approvals} approvals.")
        if reviews.first_within:
            said.append(f"A first review comes within {plain(reviews.first_within)}.")
        if reviews.self_merge:
            said.append(f"Merging one's own work without a review: {reviews.self_merge}.")
        if reviews.says:
            said.append(plain(reviews.says))
    if not entry.backlog:
        said.append("Backlog rules are not declared.")
    for rule in entry.backlog.values():
        by = f" (by {names.who(rule.by)})" if rule.by else ""
        closed = f"; closed after {plain(rule.close_after)} of quiet" if rule.close_after else ""
        most = f"; at most {rule.most_open} open" if rule.most_open is not None else ""
        said.append(f"{plain(rule.says)}{by}{closed}{most}")
    yield from (f"- {line}" for line in said)
    yield ""


def _changes(names: Names) -> Iterator[str]:
    changelog = names.entry.changelog
    if not changelog:
        return
    yield from ("## Latest changes", "")
    latest = sorted(changelog, key=lambda change: change.effective_from, reverse=True)
    for change in latest[:_LATEST_CHANGES]:
        yield f"- from {change.effective_from}: {plain(change.says)} ({plain(change.decision)})"
    yield ""
