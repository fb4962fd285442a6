"""What goes wrong at GitHub, by kind: answers of its own, answers spoilt, connections lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

JSON = "application/json; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_AFTER_SECONDS = 2.0
_BARE_SECONDS = 60.0  # what a client is to wait where GitHub does not say
_TOO_MANY = 20_000


@dataclass
class Reply:
    """An answer as it goes out; ``stay_away_seconds`` is what it asks of the client."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    stay_away_seconds: float | None = None


@dataclass
class Fault:
    """Meets the request ``at`` and those after it: ``times`` of them, or each ``every``-th.

    Requests are counted from 0, from when the fault is planned, and only those it is for: ``of`` a
    query (``pulls``) or path (``/tags``), of ``over`` so many possible nodes. ``every`` without
    ``times`` has no end.

    ``seconds`` is how long GitHub asks to stay away, ``to`` where it sends the client, ``call``
    what is done before the answer, of any kind; it must not ask the stand-in itself. Holes are
    made of every ``each``-th node, of the outermost connections or of those called ``within``.
    """

    kind: str
    at: int = 0
    times: int | None = None
    every: int | None = None
    of: str | None = None
    over: int | None = None
    seconds: float | None = None
    to: str = ""
    call: Callable[[], object] | None = None
    each: int = 1
    within: str | None = None
    seen: int = 0
    met: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault {self.kind}: {', '.join(sorted(KINDS))}")
        if self.kind == "too_many_nodes":
            self.over = self.over or _TOO_MANY
            self.every = self.every or 1

    def meets(self, query: str | None, path: str, possible_nodes: int) -> bool:
        """Whether it is this request's turn; asked once for every request."""
        of_path = self.of is not None and self.of.startswith("/") and self.of in path
        if self.of not in (None, query) and not of_path:
            return False
        if self.over is not None and possible_nodes <= self.over:
            return False
        number = self.seen - self.at
        self.seen += 1
        times = self.times or (None if self.every else 1)
        is_due = number >= 0 and number % (self.every or 1) == 0
        if not is_due or (times is not None and self.met >= times):
            return False
        self.met += 1
        return True


def replied(fault: Fault, now: float) -> Reply | None:
    """What GitHub answers instead; None where a fault leaves the answer or spoils it."""
    make = _ANSWERS.get(fault.kind)
    return make(fault, now) if make else None


def spoilt(fault: Fault, data: Mapping[str, Any]) -> dict[str, Any]:
    """A GraphQL answer with holes, and with errors for them unless they are silent."""
    errors = []
    for path, nodes in _node_lists(data.get("data"), []):
        is_meant = fault.within in path[-2:-1] if fault.within else "nodes" not in path[:-1]
        for place in range(0, len(nodes), fault.each) if is_meant else ():
            nodes[place] = None
            errors.append({**_TOO_MUCH, "path": [*path, place]})
    if fault.kind == "holes" or not errors:
        return dict(data)
    return {**data, "errors": [*data.get("errors", ()), *errors]}


def _node_lists(value: Any, path: list[Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _node_lists(inside, [*path, name])
    elif isinstance(value, list):
        for place, inside in enumerate(value):
            yield from _node_lists(inside, [*path, place])
        if path[-1] == "nodes":
            yield path, value


def message(text: str, **more: Any) -> bytes:
    """The body of a refusal."""
    return json.dumps({"message": text, "documentation_url": "", **more}).encode()


_SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes."
_PRIMARY = "API rate limit exceeded for user ID 1."
_WRONG = "Something went wrong while executing your query."
_TOO_MUCH = {
    "type": "RESOURCE_LIMITS_EXCEEDED",
    "message": "Resource limits for this query exceeded.",
}


def _errors(text: str, *, data: Any = None, **more: Any) -> bytes:
    told: dict[str, Any] = {"errors": [{"message": text, **more}]}
    return json.dumps(told if data is None else {"data": data or None, **told}).encode()


def _plain(status: int, body: bytes, **headers: str) -> Callable[[Fault, float], Reply]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda fault, now: Reply(status, body, dict(named))


def _secondary(status: int, body: bytes) -> Callable[[Fault, float], Reply]:
    def make(fault: Fault, now: float) -> Reply:
        seconds = _seconds(fault)
        return Reply(status, body, {"Retry-After": f"{seconds:.0f}"}, seconds)

    return make


def _bare(fault: Fault, now: float) -> Reply:
    return Reply(403, message(_SECONDARY), {}, _BARE_SECONDS)


def _dated(fault: Fault, now: float) -> Reply:
    until = int(now + _seconds(fault))
    headers = {"Retry-After": formatdate(until, usegmt=True)}
    return Reply(429, message(_SECONDARY), headers, until - now)


def _primary(status: int, body: bytes) -> Callable[[Fault, float], Reply]:
    def make(fault: Fault, now: float) -> Reply:
        until = int(now + _seconds(fault))
        headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(until)}
        return Reply(status, body, headers, until - now)

    return make


def _unavailable(fault: Fault, now: float) -> Reply:
    body = b"<html><body>No server is currently available.</body></html>"
    if fault.seconds is None:
        return Reply(503, body, {"Content-Type": _HTML})
    headers = {"Content-Type": _HTML, "Retry-After": f"{fault.seconds:.0f}"}
    return Reply(503, body, headers, fault.seconds)


def _redirect(fault: Fault, now: float) -> Reply:
    return Reply(301, message("Moved Permanently", url=fault.to), {"Location": fault.to})


def _seconds(fault: Fault) -> float:
    return _AFTER_SECONDS if fault.seconds is None else fault.seconds


_LIMITED = _errors(_PRIMARY, type="RATE_LIMITED")
_NO_REPOSITORY = _errors(
    "Could not resolve to a Repository.",
    data={"repository": None},
    type="NOT_FOUND",
    path=["repository"],
)
_NOT_ALLOWED = _errors(
    "Resource not accessible by personal access token",
    data={"repository": None},
    type="FORBIDDEN",
    path=["repository"],
)
_SSO = "required; url=https://github.com/orgs/team/sso?authorization_request=x"
_ANSWERS: dict[str, Callable[[Fault, float], Reply]] = {
    "primary_403": _primary(403, message(_PRIMARY)),
    "primary_429": _primary(429, message(_PRIMARY)),
    "gql_rate_limited": _primary(200, _LIMITED),
    "secondary_403": _secondary(403, message(_SECONDARY)),
    "secondary_429": _secondary(429, message(_SECONDARY)),
    "secondary_bare": _bare,
    "gql_secondary": _secondary(200, _errors(_SECONDARY)),
    "retry_after_date": _dated,
    "forbidden": _plain(
        403,
        message("Resource not accessible by integration"),
        X_Accepted_GitHub_Permissions="issues=read",
    ),
    "sso": _plain(403, message("Resource protected by SAML enforcement."), X_GitHub_SSO=_SSO),
    "unauthorized": _plain(401, message("Bad credentials")),
    "not_found": _plain(404, message("Not Found")),
    "gone": _plain(410, message("This issue was deleted")),
    "legal": _plain(451, message("Repository access blocked", block={"reason": "dmca"})),
    "gql_null_repo": _plain(200, _NO_REPOSITORY),
    "gql_forbidden": _plain(200, _NOT_ALLOWED),
    "bad_gateway": _plain(502, _errors(_WRONG, data={})),
    "gateway_timeout": _plain(504, message("We couldn't respond in time.")),
    "gql_wrong_200": _plain(200, _errors(_WRONG, data={})),
    "server_error": _plain(500, b""),
    "unavailable": _unavailable,
    "html_200": _plain(200, b"<html><body>Sign in</body></html>", Content_Type=_HTML),
    "bad_json_200": _plain(200, b'[{"number": 1, "title": "cut'),
    "empty_200": _plain(200, b"[]"),
    "redirect": _redirect,
}
HOLES = {"partial", "holes", "too_many_nodes"}
LOST = {"reset", "truncate", "stall", "kill"}
WHOLE = {"meanwhile", "norate"}  # whole answers: after a call, and without a word on limits
KINDS = {*_ANSWERS, *HOLES, *LOST, *WHOLE}
