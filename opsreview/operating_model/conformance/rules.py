"""Rules of reviews, the backlog and severities, against what was merged, left and answered."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from opsreview.estimate import in_words
from opsreview.metrics.deadlines import (
    answer_cases,
    due,
    incident_cases,
    kept_share,
    resolution_cases,
    review_cases,
)
from opsreview.metrics.intervals import share
from opsreview.metrics.merges import merges
from opsreview.metrics.quiet import quiet_issues
from opsreview.operating_model.conformance.held import (
    AS_A_RULE,
    Held,
    Line,
    Verdict,
    judged_share,
    noted,
)
from opsreview.operating_model.conformance.observed import NO_TEAM, Observed, Part
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.quantities import hours_of
from opsreview.operating_model.shape_rules import BacklogRule, ReviewRules, SeverityEntry
from opsreview.wording import certainty_in_words, counted

MERGED = ("merged pull request", "merged pull requests")


def review_rows(model: OperatingModel, seen: Observed) -> list[Held]:
    """Approvals, merges of one's own, and how soon a first review comes."""
    said = model.entry.reviews
    if said is None:
        return []
    rows = []
    if said.approvals is not None:
        rows.append(_approvals_row(said.approvals, seen))
    if said.self_merge in ("never", "hotfix"):
        rows.append(_self_merge_row(said, seen))
    if said.first_within:
        line = Line(
            "reviews.first_within", "review", f"A first review comes within {said.first_within}"
        )
        rows.append(_deadline_row(line, said.first_within, "review", seen))
    return rows


def backlog_rows(model: OperatingModel, seen: Observed) -> list[Held]:
    """What each rule of the backlog says should be closed, and how much may be open."""
    return [
        row for name, rule in model.entry.backlog.items() for row in _rule_rows(name, rule, seen)
    ]


def severity_rows(model: OperatingModel, seen: Observed) -> list[Held]:
    """The deadlines of each severity, on issues of its priority or else on incidents."""
    return [
        _deadline_row(
            Line(f"severities.{name}.{key}", "severity", f"{name} is {done} within {within}"),
            within,
            key,
            seen,
            severity=(name, said),
        )
        for name, said in model.entry.severities.items()
        for key, done, within in (
            ("answer_within", "answered", said.answer_within),
            ("resolve_within", "resolved", said.resolve_within),
        )
        if within
    ]


def _approvals_row(wanted: int, seen: Observed) -> Held:
    needs = counted(wanted, "approval")
    line = Line("reviews.approvals", "review", f"A merge needs {needs} by others")
    part = seen.part("pull_requests", "reviews")
    if part.window is None:
        return line.unknown(part.reason or "no review is known")
    merged = _merges(seen, part)
    if merged.is_empty():
        return line.unknown(noted("no pull request of a person was merged", part.reason))
    lacking = merged.filter(pl.col("approval_count") < wanted)
    found = share(merged.height - lacking.height, merged.height)
    happened = f"{lacking.height} of {counted(merged.height, *MERGED)} had fewer"
    judged = _none_of(lacking.height, "merge lacked approvals", "merges lacked approvals", part)
    return line.held(
        judged,
        happened,
        evidence=_numbered(lacking),
        estimate=found,
    )


def _self_merge_row(said: ReviewRules, seen: Observed) -> Held:
    only = "Nobody merges their own" + (" but for a hotfix" if said.self_merge == "hotfix" else "")
    line = Line("reviews.self_merge", "review", only)
    part = seen.part("pull_requests")
    if part.window is None:
        return line.unknown(part.reason or "no pull request is known")
    merged = _merges(seen, part)
    known = merged.drop_nulls("is_self_merged")
    unknown = merged.height - known.height
    beside = f"; of {unknown} more nobody knows who merged them" if unknown else ""
    if known.is_empty():
        why = "nobody knows who merged" if unknown else "no pull request of a person was merged"
        return line.unknown(noted(why, part.reason))
    own = known.filter("is_self_merged")
    happened = f"{own.height} of {counted(known.height, *MERGED)} by who opened them{beside}"
    found = share(known.height - own.height, known.height)
    if own.is_empty():
        verdict: Verdict = "cannot tell" if unknown else "holds"
        return line.held((verdict, noted("none is known", part.reason)), happened, estimate=found)
    if said.self_merge == "hotfix":
        why = "nothing says which of them were hotfixes"
        return line.held(
            ("cannot tell", noted(why, part.reason)), happened, evidence=_numbered(own)
        )
    judged = _none_of(own.height, "merge of one's own", "merges of one's own", part)
    return line.held(judged, happened, evidence=_numbered(own), estimate=found)


def _merges(seen: Observed, part: Part) -> pl.DataFrame:
    tables = seen.tables
    return merges(
        tables["pull_requests"],
        tables["reviews"],
        window=part.window or seen.window,
        as_of=part.as_of,
    )


def _none_of(count: int, noun: str, plural: str, part: Part) -> tuple[Verdict, str]:
    """A rule that knows no exception: one case breaks it."""
    return "drifts" if count else "holds", noted(counted(count, noun, plural), part.reason)


def _rule_rows(name: str, rule: BacklogRule, seen: Observed) -> Iterator[Held]:
    says = rule.says.rstrip(".")
    if rule.label and rule.close_after:
        line = Line(f"backlog.{name}.close_after", "backlog", says)
        yield _quiet_row(line, rule.label, rule.close_after, seen)
    if rule.most_open is not None:
        yield _most_open_row(Line(f"backlog.{name}.most_open", "backlog", says), rule, seen)


def _quiet_row(line: Line, label: str, close_after: str, seen: Observed) -> Held:
    part = seen.now("issues", "comments", "events")
    if part.window is None:
        return line.unknown(part.reason or "no issue is known")
    marked = _open_with(label, seen, part)
    if marked.is_empty():
        return line.held(("holds", f"no open issue bears {label}"), f"no open issue bears {label}")
    left = marked.filter(pl.col("quiet_hours") > hours_of(close_after))
    happened = (
        f"{left.height} of {counted(marked.height, 'open issue')} with {label} had been quiet "
        f"for more than {close_after}"
    )
    why = "they are open still" if left.height else "none was left open for longer"
    return line.held(
        ("drifts" if left.height else "holds", why), happened, evidence=_numbered(left)
    )


def _most_open_row(line: Line, rule: BacklogRule, seen: Observed) -> Held:
    part = seen.now("issues")
    if part.window is None:
        return line.unknown(part.reason or "no issue is known")
    still_open = _open_with(rule.label, seen, part)
    most, n = rule.most_open or 0, still_open.height
    happened = f"{counted(n, 'issue')} open" + (f" with {rule.label}" if rule.label else "")
    if n <= most:
        return line.held(("holds", f"{most} is the most"), happened)
    return line.held(
        ("drifts", f"{n - most} more than {most}"), happened, evidence=_numbered(still_open)
    )


def _open_with(label: str | None, seen: Observed, part: Part) -> pl.DataFrame:
    """The open issues, of one label where one is given, the quietest first."""
    names = ("issues", "comments", "events", "spells")
    still_open = quiet_issues(*(seen.tables[name] for name in names), as_of=part.as_of)
    if label is None:
        return still_open
    return still_open.join(
        seen.labelled(label), on=["repo", "number"], how="semi", maintain_order="left"
    )


def _deadline_row(
    line: Line,
    within: str,
    key: str,
    seen: Observed,
    *,
    severity: tuple[str, SeverityEntry] | None = None,
) -> Held:
    hours = hours_of(within)
    part, cases = _cases(key, hours, seen, severity)
    if isinstance(cases, str) or part.window is None:
        return line.unknown(cases if isinstance(cases, str) else part.reason or "nothing is known")
    found = due(cases, window=part.window, as_of=part.as_of, within_hours=hours)
    kept = kept_share(found)
    pending = f"{kept.n_pending} more still inside their deadline" if kept.n_pending else ""
    if kept.value is None:
        nothing = "; ".join(filter(None, [kept.reason, pending, part.reason]))
        return line.unknown(nothing)
    in_time = int(found["is_kept"].sum())
    notes = ", ".join(filter(None, [certainty_in_words(kept), pending]))
    happened = f"{in_time} of {kept.n} in time ({in_words(kept.value, 'share')}, {notes})"
    verdict, why = judged_share(kept, AS_A_RULE)
    missed = found.filter(~pl.col("is_kept"))
    return line.held(
        (verdict, noted(why, part.reason)),
        happened,
        evidence=_named(missed) if verdict == "drifts" else [],
        estimate=kept,
    )


def _cases(
    key: str, hours: float, seen: Observed, severity: tuple[str, SeverityEntry] | None
) -> tuple[Part, pl.DataFrame | str]:
    """What has this deadline, and the part of the cycle for which it is known; or why not."""
    if severity is None:
        part = seen.part("pull_requests", "reviews")
        window = part.window or seen.window
        return part, review_cases(seen.tables, window=window, as_of=part.as_of, within_hours=hours)
    name, said = severity
    if said.priority:
        return _issue_cases(said.priority, key, hours, seen)
    part = seen.part("incidents", *(["incident_events"] if key == "answer_within" else []))
    incidents = seen.tables["incidents"].filter(pl.col("severity").str.to_lowercase() == name)
    cases = incident_cases(
        incidents,
        seen.tables["incident_events"],
        as_of=part.as_of,
        resolved=key == "resolve_within",
    )
    return part, cases


def _issue_cases(
    priority: str, key: str, hours: float, seen: Observed
) -> tuple[Part, pl.DataFrame | str]:
    patterns = seen.subject.groups.priorities.get(priority, ())
    if not patterns:
        return seen.part("issues"), f"review.yaml names no label of the priority {priority}"
    if not seen.has_team:
        return seen.part("issues"), NO_TEAM
    bearing = pl.concat(seen.labelled(pattern) for pattern in patterns).unique()
    issues = seen.tables["issues"].join(bearing, on=["repo", "number"], how="semi")
    is_answer = key == "answer_within"
    part = seen.part("issues", *(["comments"] if is_answer else []))
    read = answer_cases if is_answer else resolution_cases
    window = part.window or seen.window
    return part, read(seen.tables, issues, window=window, as_of=part.as_of, within_hours=hours)


def _numbered(items: pl.DataFrame) -> list[dict[str, str]]:
    linked = items.filter(pl.col("url").is_not_null()).head(3)
    return [{"text": f"#{number}", "url": url} for number, url in linked["number", "url"].rows()]


def _named(cases: pl.DataFrame) -> list[dict[str, str]]:
    linked = cases.filter(pl.col("url").is_not_null()).head(3)
    return [{"text": thing, "url": url} for thing, url in linked["thing", "url"].rows()]
