"""What is written to GitHub: a plan of single requests, looked at before it is carried out.

Least permissions of a fine-grained token: ``Issues: write`` for the issue; ``Contents: write`` and
``Pull requests: write`` for a pull request (classic tokens: ``repo``, or ``public_repo``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opsreview.errors import SourceError
from opsreview.secrets import redacted
from opsreview.sources.declared import RepoName
from opsreview.sources.github.client import Client
from opsreview.sources.github.faults import Fault, Transient, Uncertain
from opsreview.sources.github.token import github_token
from opsreview.sources.terms import Terms

ISSUES, CONTENTS, PULLS = "Issues: write", "Contents: write", "Pull requests: write"
_TRIES = 4


@dataclass(frozen=True)
class Step:
    """One request that writes, sent as it is shown; no secret is in its texts.

    ``shown`` is what a reader is shown in place of values that nobody can read.
    """

    method: str
    path: str
    body: Mapping[str, Any]
    needs: str
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What is to be sent, in order, and what is there already.

    ``url`` is where it can be read, if it is there; ``notes`` say what a reader should know.
    """

    steps: tuple[Step, ...] = ()
    url: str | None = None
    notes: tuple[str, ...] = ()
    number: int | None = None


@dataclass(frozen=True)
class Repo:
    """A repository as GitHub knows it today: its name may be another than the one asked for."""

    name: str
    default_branch: str
    has_issues: bool


class Unreachable(SourceError):
    """GitHub cannot be asked at all; what would be written can be told but for what it holds."""


@contextmanager
def writer(api_url: str, terms: Terms, *, needs: Iterable[str]) -> Iterator[Client]:
    """Who asks and writes, with the token of the environment; ``needs`` are its permissions.

    Raises:
        Unreachable: There is no token, or no answer.
        SourceError: GitHub refuses; says what is needed.
        StoppedError: A limit asks for a longer wait than the terms allow.
    """
    try:
        token = github_token(api_url)
    except SourceError:
        raise Unreachable(
            f"there is no token for {api_url}: set GITHUB_TOKEN (fine-grained, with "
            f"{' and '.join(needs)}), or run `gh auth login`"
        ) from None
    with Client(api_url, token, terms, reserve_share=0) as client:
        try:
            yield client
        except Transient as fault:
            raise Unreachable(str(fault)) from fault
        except Fault as fault:
            raise SourceError(str(fault)) from fault


def step(method: str, path: str, body: Mapping[str, Any], needs: str, **shown: str) -> Step:
    """A request whose texts hold no secret, whatever they were made of."""
    clean = {key: redacted(said) if isinstance(said, str) else said for key, said in body.items()}
    return Step(method, path, clean, needs, shown)


def repo_today(client: Client, repo: RepoName) -> Repo:
    """The repository; a renamed one under its name of today.

    Raises:
        SourceError: It is not there for this token, or it is archived.
    """
    found = client.read(f"repos/{repo}")
    if found is None:
        raise SourceError(
            f"{repo} is not found (404): check the name given with --repo or in `repos`, and that "
            "the token may see it"
        )
    if found.get("archived"):
        raise SourceError(f"{repo} is archived, so nothing can be written there: unarchive it")
    return Repo(
        name=found.get("full_name", repo),
        default_branch=found.get("default_branch", "main"),
        has_issues=found.get("has_issues", True),
    )


def carry_out(client: Client, plan: Callable[[], Plan]) -> Plan:
    """Send what the plan holds; it is made again before anything is sent a second time.

    Args:
        client: Who asks and writes.
        plan: Looks at GitHub and says what is left to do.

    Returns:
        What there is now; ``steps`` are those that were sent.

    Raises:
        SourceError: After several looks it is still not done.
    """
    sent: list[Step] = []
    doubt: Uncertain | None = None
    for tries in range(_TRIES):
        due = plan()
        try:
            answer: Mapping[str, Any] = {}
            for each in due.steps:
                sent.append(each)
                answer = client.write(each.method, each.path, each.body, needs=each.needs)
        except Uncertain as fault:
            doubt = fault
            client.let_settle(tries, fault)
            continue
        url, number = answer.get("html_url", due.url), answer.get("number", due.number)
        return Plan(tuple(sent), url, due.notes, number)
    raise SourceError(
        f"it is not sure that everything was written ({doubt}): run the command again"
    )
