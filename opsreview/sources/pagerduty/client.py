"""PagerDuty's REST API through PagerDuty's own client: an answer, or the reason there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2
import pagerduty
import stamina

from opsreview.errors import SourceError
from opsreview.secrets import Secret
from opsreview.sources.headers import answered_at
from opsreview.sources.pace import Pace, SystemClock
from opsreview.sources.pagerduty.answers import (
    Limited,
    Refusal,
    Transient,
    answered,
    held,
    wait_seconds,
)
from opsreview.sources.terms import Terms, Watch

TRIES = 4
_UNTOLD_SECONDS = 5.0
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
        self._pace = Pace(
            terms,
            SystemClock(),
            name="PagerDuty",
            address=api_url,
            untold_seconds=_UNTOLD_SECONDS,
        )
        self._watch = terms.watch
        self._first_at: datetime | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._requests.close()

    @property
    def watch(self) -> Watch:
        """Who is told how far it is."""
        return self._watch

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
            self._pace.wait()
            try:
                answer = answered(self._send(path, params), path)
            except Limited as limit:
                self._pace.limited(limit.seconds, str(limit))
            else:
                self._pace.answered()
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
