"""PagerDuty's answers: what is in them, or why there is none. Pure: no clock, no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from httpx2 import Response

from opsreview.errors import SourceError
from opsreview.secrets import redacted
from opsreview.sources.headers import number_in, retry_after_seconds
from opsreview.sources.pagerduty.key import KEY_NAME, LEAST_SCOPE


class Limited(Exception):
    """The rate limit. ``seconds`` is how long PagerDuty asks us to wait; None: it does not say."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__("PagerDuty's rate limit")
        self.seconds = seconds


class Transient(Exception):
    """A failure that another try may not meet."""


class Refusal(SourceError):
    """PagerDuty will not give what was asked for, however often. ``status`` is its HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def answered(response: Response, path: str) -> dict[str, Any]:
    """The object that an answer holds.

    Raises:
        Transient: The answer is cut short, or PagerDuty failed.
        Refusal: It gives a reason that lasts; the message says which and the next step.
    """
    status = response.status_code
    if status == 408 or status >= 500:
        raise Transient(f"it answered {status}")
    if not response.is_success:
        raise Refusal(_refusal(response, path), status)
    try:
        body = json.loads(response.content)
    except ValueError as error:
        raise Transient("its answer is cut short or no JSON") from error
    if not isinstance(body, dict):
        raise Transient(f"it answered {type(body).__name__} where an object is due")
    return body


def held(answer: Mapping[str, Any], name: str, kind: type, path: str) -> Any:
    """What an answer holds under ``name``.

    Raises:
        SourceError: It holds nothing of that kind there.
    """
    value = answer.get(name)
    if not isinstance(value, kind):
        raise SourceError(
            f"PagerDuty's answer to {path} holds {type(value).__name__} as {name!r}, not "
            f"{kind.__name__}: is `api_url` PagerDuty's REST API?"
        )
    return value


def wait_seconds(response: Response) -> float | None:
    """How long a limited answer asks us to wait; None where it does not say.

    Source:
        https://support.pagerduty.com/main/docs/rest-api-rate-limits (``ratelimit-reset``).
    """
    told = [
        retry_after_seconds(response),
        number_in(response.headers.get("ratelimit-reset")),
    ]
    known = [max(seconds, 1.0) for seconds in told if seconds is not None]
    return max(known, default=None)


def _refusal(response: Response, path: str) -> str:
    status, said = response.status_code, _message(response)
    if status == 401:
        return (
            f"PagerDuty does not accept the key in {KEY_NAME} (401): it is wrong, revoked, or of "
            f"another service region than `api_url`; set {LEAST_SCOPE}"
        )
    if status == 402:
        return f"the PagerDuty account's plan does not give {path} (402){said}"
    if status == 403:
        return (
            f"the key in {KEY_NAME} may not read {path} of PagerDuty (403){said}: set {LEAST_SCOPE}"
        )
    if status == 404:
        return (
            f"PagerDuty has no {path} that the key in {KEY_NAME} can see (404){said}: check "
            "`api_url` and the ids in review.yaml"
        )
    if 300 <= status < 400:
        return f"PagerDuty sends us elsewhere ({status}), which is not followed: check `api_url`"
    return (
        f"PagerDuty refuses our request for {path} ({status}){said}: check the ids in review.yaml"
    )


def _message(response: Response) -> str:
    """What PagerDuty's error says, as the end of a sentence."""
    try:
        error = json.loads(response.content)["error"]
        said = "; ".join(map(str, [error["message"], *(error.get("errors") or [])]))
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return f": {redacted(said)[:200]}"
