"""PagerDuty's REST API through PagerDuty's own client: an answer, or the reason there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import httpx2
import pagerduty
import stamina

from opsreview.errors import SourceError, StoppedError
from opsreview.secrets import Secret
from opsreview.sources.pagerduty.answers import (
    Limited,
    Refusal,
    Transient,
    answered,
    answered_at,
    held,
    wait_seconds,
)
from opsreview.sources.terms import Terms, Watch

TRIES = 4
_UNTOLD_SECONDS, _LONGEST_UNTOLD_SECONDS = 5.0, 60.0
_STEP_SECONDS = 1.0
_LIMIT = "PagerDuty's rate limit"
Params = Mapping[str, Any]

stamina.instrumentation.set_on_retry_hooks([])  # retries are told by our own watch


class _Requests(pagerduty.RestApiV2Client):
    """PagerDuty's client, which here neither waits nor repeats: that is for one policy, ours.

    By itself it repeats a limited request without end, in pauses that double whatever PagerDuty
    says, and takes no ``http`` address, not even of this machine.
    """

    max_network_attempts = 0

    @property
    def url(self) -> str:
        return self._api_url

    @url.setter
    def url(self, url: str) -> None:
        self._api_url = url

    def postprocess(self, response: httpx2.Response, suffix: str | None = None) -> None:
        if response.status_code == 429:
            raise Limited(wait_seconds(response))


class Client:
    """Asks PagerDuty, one request at a time. Use as a context manager; it closes the connection.

    Limits are waited out within what the terms allow in all; failures that may pass are tried
    again a few times.
    """

    def __init__(self, api_url: str, key: Secret, terms: Terms) -> None:
        self._requests = _Requests(key.reveal(), base_url=api_url)
        self._terms = terms
        self._waited_seconds = 0.0
        self._limits = 0
        self._first_at: datetime | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._requests.close()

    @property
    def watch(self) -> Watch:
        """Who is told how far it is."""
        return self._terms.watch

    @property
    def first_answered_at(self) -> datetime:
        """PagerDuty's own clock at its first answer: all that was there then can be read since."""
        if self._first_at is None:
            raise AssertionError("nothing was asked yet")
        return self._first_at

    def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """The object that PagerDuty answers.

        Raises:
            SourceError: There is no answer after a few tries, or it is a ``Refusal``.
            StoppedError: The rate limit asks for a longer wait than the terms allow.
        """
        try:
            for attempt in stamina.retry_context(
                on=Transient, attempts=TRIES, timeout=None, wait_initial=1.0, wait_max=30.0
            ):
                with attempt:
                    return self._unlimited(path, params)
        except Transient as fault:
            raise SourceError(
                f"PagerDuty gives no answer to {path} after {TRIES} tries ({fault}): run the same "
                "command again later; the store keeps what it held"
            ) from fault
        raise AssertionError("stamina neither returned nor raised")

    def found(self, path: str, name: str) -> dict[str, Any] | None:
        """One object, which is called ``name`` in its answer; None where it is gone.

        Raises:
            SourceError: There is no answer, or it does not hold the object.
            StoppedError: The rate limit asks for a longer wait than the terms allow.
        """
        try:
            body: dict[str, Any] = held(self.get(path), name, dict, path)
        except Refusal as refusal:
            if refusal.status == 404:
                return None
            raise
        return body

    def _unlimited(self, path: str, params: Params | None) -> dict[str, Any]:
        while True:
            try:
                answer = answered(self._send(path, params), path)
            except Limited as limit:
                self._wait(limit.seconds)
            else:
                self._limits = 0
                return answer

    def _send(self, path: str, params: Params | None) -> httpx2.Response:
        """Whatever answer comes; the client raises some, and says part of the key in doing so."""
        try:
            answer: Any = self._requests.get(path, params=dict(params or {}))
        except (pagerduty.Error, httpx2.HTTPError) as error:
            answer = getattr(error, "response", None)
            if answer is None:
                cause = error.__cause__ or error
                raise Transient(f"no answer, {type(cause).__name__}") from error
        response: httpx2.Response = answer
        self._first_at = self._first_at or answered_at(response)
        return response

    def _wait(self, told_seconds: float | None) -> None:
        """Let a limit pass, longer each time in a row where PagerDuty does not say how long."""
        untold = min(_UNTOLD_SECONDS * 2.0 ** min(self._limits, 9), _LONGEST_UNTOLD_SECONDS)
        left = untold if told_seconds is None else told_seconds
        self._limits += 1
        if self._waited_seconds + left > self._terms.max_wait_seconds:
            raise _too_long(left)
        self._waited_seconds += left
        while left > 0:
            self._terms.watch.waits(left, _LIMIT)
            sleep(min(left, _STEP_SECONDS))
            left -= _STEP_SECONDS
        self._terms.watch.waits(0, _LIMIT)


def _too_long(seconds: float) -> StoppedError:
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return StoppedError(
        f"{_LIMIT}: it can be asked again at {until:%Y-%m-%d %H:%M} UTC, later than --max-wait "
        "allows; run the same command again then",
        until,
    )
