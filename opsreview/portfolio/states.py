"""What a lead needs to know of a team beside its numbers: data, decisions, model. No names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opsreview.operating_model.verdict_rows import counted_verdicts, is_only_overdue, overdue
from opsreview.wording import counted

Document = Mapping[str, Any]

NO_MODEL = "no operating model"
NEVER_SIGNED = "model never signed off"
READ_AGAIN = "model to be read again"


def incomplete(run: Document) -> str:
    """What of a cycle's data is not whole, in words; empty where all is.

    Neither repositories nor reasons are named: both may hold a person's name.
    """
    parts = [*_repositories(run.get("repos") or []), *_sources(run.get("sources") or [])]
    return f"incomplete data: {', '.join(parts)}" if parts else ""


def early(run: Document) -> str:
    """That a cycle is read before its numbers settle; empty where it is not."""
    if run.get("is_over") is False:
        return "the cycle is not over"
    return "read early: numbers will settle" if run.get("is_mature") is False else ""


def decisions(verdicts: Sequence[Document]) -> str:
    """How many decisions have which verdict; empty where nothing was decided."""
    judged = [row for row in verdicts if not is_only_overdue(row)]
    if not judged:
        return ""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in counted_verdicts(judged))
    return f"{counted(len(judged), 'decision')}: {counts}"


def overdue_actions(verdicts: Sequence[Document]) -> str:
    """How many actions are past their day; empty where none is."""
    late = len(overdue(verdicts))
    return f"{counted(late, 'action')} overdue" if late else ""


def sign_off(model: Document | None, signed: Document | None) -> str:
    """What is to be said of the model's sign-off; empty where all is well."""
    if model is None:
        return NO_MODEL
    said = signed.get("model") if signed else model.get("reviewed")
    if not said or said.get("by") is None:
        return NEVER_SIGNED
    return READ_AGAIN if said.get("is_overdue") else ""


def areas(model: Document | None) -> frozenset[str]:
    """The areas of the model, by their ids."""
    return frozenset(area["id"] for area in (model or {}).get("areas", []))


def _repositories(repos: Sequence[Document]) -> Iterator[str]:
    lacking = sum(repo.get("complete") is False for repo in repos)
    if lacking:
        yield f"{lacking} of {counted(len(repos), 'repository', 'repositories')}"


def _sources(sources: Sequence[Document]) -> Iterator[str]:
    """The kinds of sources that lack something of their own."""
    for source in sources:
        if source.get("complete") is False and not source.get("incomplete_repos"):
            yield f"source {source.get('kind')}"
