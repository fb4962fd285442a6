"""GitHub's answers: what is in them, or which fault they are. Pure: no clock, no network."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from httpx2 import Response

from opsreview.secrets import redacted
from opsreview.sources.github.faults import (
    Defective,
    Fault,
    Limited,
    Refused,
    TooLarge,
    Transient,
    Unauthorized,
    Uncertain,
)
from opsreview.sources.headers import answered_at, number_in, retry_after_seconds

_SHORTEST_WAIT = 1.0  # a reset has whole seconds, so one more is waited
_KEYLESS_NULL = re.compile(rb"[\[,]\s*null\b")
_OURS = {
    "MAX_NODE_LIMIT_EXCEEDED",
    "MISSING_PAGINATION_BOUNDARIES",
    "EXCESSIVE_PAGINATION",
    "undefinedField",
    "argumentNotAccepted",
    "missingRequiredArguments",
    "variableMismatch",
    "undefinedType",
}
_NOT_ALLOWED = {"FORBIDDEN", "INSUFFICIENT_SCOPES", "SAML_FAILURE"}
# Of several errors in one answer the most fatal is told.
_MOST_FATAL = (Unauthorized, Refused, Defective, Limited, TooLarge, Transient)


def graphql_data(response: Response, *, may_miss: bool = False) -> dict[str, Any]:
    """The ``data`` of a GraphQL answer that has no error and no hole.

    Args:
        response: What came back.
        may_miss: Nodes asked for by id may be gone: null where they stood.

    Raises:
        Fault: The answer is none; which kind says what to do.
    """
    _check_status(response, is_graphql=True)
    body = _json(response)
    if not isinstance(body, dict):
        raise Transient(f"GitHub answered {type(body).__name__} where an object is due")
    if faults := list(_graphql_faults(body, response, may_miss=may_miss)):
        raise min(faults, key=lambda fault: _MOST_FATAL.index(type(fault)))
    data = body.get("data")
    if not isinstance(data, dict):
        raise Transient("GitHub answered without data")
    if "repository" in data and data["repository"] is None:
        raise Refused(_GONE[404])
    # Most answers are seen at once to have none: each null in them has a key.
    may_have_hole = _KEYLESS_NULL.search(response.content) is not None
    if may_have_hole and _has_hole(_expected(data) if may_miss else data):
        raise TooLarge("GitHub left holes in its answer")
    return data


def rest_list(response: Response) -> list[Any]:
    """The list a REST answer holds.

    Raises:
        Fault: The answer is none; which kind says what to do.
    """
    _check_status(response, is_graphql=False)
    body = _json(response)
    if not isinstance(body, list):
        if (seconds := wait_seconds(response)) is not None:
            raise Limited("GitHub's rate limit", seconds)
        raise Transient(f"GitHub answered {type(body).__name__} where a list is due")
    return body


def rest_object(response: Response) -> dict[str, Any] | None:
    """The object a REST answer holds; None where there is no such thing.

    Raises:
        Fault: The answer is none; which kind says what to do.
    """
    if response.status_code == 404:
        return None
    _check_status(response, is_graphql=False)
    body = _json(response)
    if not isinstance(body, dict):
        raise Transient(f"GitHub answered {type(body).__name__} where an object is due")
    return body


def written(response: Response, *, needs: str) -> dict[str, Any]:
    """What GitHub answers to a write that it did.

    Args:
        response: What came back.
        needs: The permission that the write asks for, in GitHub's words: ``Issues: write``.

    Raises:
        Limited: It was not done, and may be asked again after a wait.
        Uncertain: It may have been done.
        Fault: It was refused; the text says why.
    """
    status = response.status_code
    if status in (200, 201):
        try:
            body = _json(response)
        except Transient as cut:
            raise Uncertain(str(cut)) from cut
        return body if isinstance(body, dict) else {}
    if status >= 500:
        raise Uncertain(f"GitHub answered {status}", wait_seconds(response))
    if fault := _limit(response):
        raise fault
    message = _message(response)
    if status in (409, 422) and _has_changed(status, response):
        raise Uncertain(f"something changed meanwhile ({status}): {message}")
    if "archived" in message.lower():
        raise Refused("the repository is archived, so nothing can be written there: unarchive it")
    if status == 403:
        raise Refused(f"{_forbidden(response)}; it needs {needs}")
    if status == 404:
        raise Refused(f"not found (404): give the token access and the permission {needs}")
    if status == 410:
        raise Refused(f"gone (410): {message}: turn issues on in the repository's settings")
    if status == 422:
        raise Refused(f"GitHub does not take it (422): {message}{_details(response)}")
    _check_status(response, is_graphql=False)
    raise Defective(f"GitHub answered {status}: {message}")


def _has_changed(status: int, response: Response) -> bool:
    """Whether what is refused was there already, or is another by now than when we looked."""
    said = (_message(response) + _details(response)).lower()
    return status == 409 or "already exists" in said


def _details(response: Response) -> str:
    try:
        errors = json.loads(response.content)["errors"]
    except (ValueError, LookupError, TypeError):
        return ""
    told = [str(each.get("message") or each) if isinstance(each, dict) else each for each in errors]
    return redacted(f" ({'; '.join(map(str, told))})")[:400]


def is_gone(response: Response) -> bool:
    """Whether something asked for by its number is no longer there.

    Raises:
        Fault: The answer says neither yes nor no.
    """
    if response.status_code in (404, 410):
        return True
    _check_status(response, is_graphql=False)
    body = _json(response)
    if not isinstance(body, dict):
        raise Transient(f"GitHub answered {type(body).__name__} where an object is due")
    return False


def wait_seconds(response: Response) -> float | None:
    """How long an answer asks us to stay away; None where it does not say.

    Moments are compared with the clock of the answer, which ours may differ from.
    """
    if (seconds := retry_after_seconds(response)) is not None:
        return max(seconds, _SHORTEST_WAIT)
    reset = number_in(response.headers.get("x-ratelimit-reset"))
    if reset is None or response.headers.get("x-ratelimit-remaining") != "0":
        return None
    return max(reset - answered_at(response).timestamp(), 0) + _SHORTEST_WAIT


def _check_status(response: Response, *, is_graphql: bool) -> None:
    status = response.status_code
    if status == 200:
        return
    if fault := _limit(response):
        raise fault
    if status == 401:
        raise Unauthorized(
            "GitHub does not accept the token (401): it is wrong, expired or revoked. Set a new "
            "one as GITHUB_TOKEN, or run `gh auth login`"
        )
    if status == 403:
        raise Refused(_forbidden(response))
    if status in (404, 410, 451):
        raise Refused(_GONE[status])
    if is_graphql and status in (502, 504):
        raise TooLarge(f"GitHub gave up on the query ({status})")
    if status >= 500:
        raise Transient(f"GitHub answered {status}")
    if 300 <= status < 400:
        raise Refused(f"GitHub sends us elsewhere ({status}), which is not followed")
    raise Defective(f"GitHub answered {status}: {_message(response)}")


_GONE = {
    404: "not found (404): there is no such repository, or the token may not see it; check the "
    "name in `repos`, and that the token may read it",
    410: "gone (410): GitHub does not offer this here any more",
    451: "blocked by GitHub for legal reasons (451)",
}


def _limit(response: Response) -> Limited | None:
    """The rate limit an answer speaks of, in any of the ways GitHub says so."""
    status, headers, message = response.status_code, response.headers, _message(response)
    if status == 503 and "retry-after" in headers:
        return Limited("GitHub is not available", wait_seconds(response))
    if status not in (403, 429):
        return None
    if "secondary rate limit" in message.lower() or "abuse detection" in message.lower():
        return Limited("GitHub's secondary rate limit", wait_seconds(response))
    is_primary = headers.get("x-ratelimit-remaining") == "0" and "rate limit" in message.lower()
    if is_primary:
        return Limited("the hour's budget of requests is used up", wait_seconds(response))
    if status == 429 or "retry-after" in headers:
        return Limited("GitHub's rate limit", wait_seconds(response))
    return None


def _forbidden(response: Response) -> str:
    headers = response.headers
    sso = headers.get("x-github-sso", "")
    if "url=" in sso:
        return f"the token needs single sign-on for this organisation: {sso.partition('url=')[2]}"
    needed = headers.get("x-accepted-github-permissions")
    missing = f"; the token lacks the permission {needed}" if needed else ""
    return f"forbidden (403): {_message(response)}{missing}"


def _graphql_faults(body: Mapping[str, Any], response: Response, *, may_miss: bool) -> list[Fault]:
    errors = body.get("errors") or []
    if not isinstance(errors, list):
        return [Transient("GitHub answered errors that are no list")]
    return [
        fault
        for error in errors
        if (fault := _graphql_fault(error if isinstance(error, dict) else {}, response, may_miss))
    ]


def _graphql_fault(error: Mapping[str, Any], response: Response, may_miss: bool) -> Fault | None:
    message = str(error.get("message", "an error without a message"))
    codes = _codes(error)
    if codes & {"RATE_LIMITED", "RATE_LIMIT"}:
        return Limited("the hour's budget of GraphQL points is used up", wait_seconds(response))
    if "secondary rate limit" in message.lower():
        return Limited("GitHub's secondary rate limit", wait_seconds(response))
    if codes & _NOT_ALLOWED:
        return Refused(f"{message} ({error.get('type')}): give the token the right to read it")
    if "NOT_FOUND" in codes:
        if (error.get("path") or ["repository"]) == ["repository"]:
            return Refused(_GONE[404])
        return None if may_miss else Transient(message)
    if codes & _OURS or message.startswith("Parse error"):
        return Defective(f"{message}: a defect in opsreview, please report it")
    if "RESOURCE_LIMITS_EXCEEDED" in codes:
        return TooLarge("GitHub's limit of work for one query")
    return Transient(message)


def _codes(error: Mapping[str, Any]) -> set[str]:
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    return {each for each in (error.get("type"), code) if isinstance(each, str)}


def _has_hole(value: Any) -> bool:
    """Whether a null stands among the nodes of a list, at any depth."""
    inner = [value]
    while inner:
        each = inner.pop()
        if isinstance(each, list):
            if None in each:
                return True
            inner += each
        elif isinstance(each, dict):
            inner += each.values()
    return False


def _expected(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data without the nodes that were asked for by id and are gone."""
    return {**data, "nodes": [node for node in data.get("nodes") or [] if node is not None]}


def _json(response: Response) -> Any:
    kind = response.headers.get("content-type", "")
    if "json" not in kind:
        raise Transient(f"a page of {kind or 'no kind'} came instead of data: is a proxy between?")
    try:
        return json.loads(response.content)
    except ValueError as error:
        raise Transient("GitHub's answer was cut short") from error


def _message(response: Response) -> str:
    try:
        body = json.loads(response.content)
        return str(body["message"])
    except (ValueError, LookupError, TypeError):
        return redacted(response.text)[:200]
