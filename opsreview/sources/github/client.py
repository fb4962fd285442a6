"""GitHub's API through ghapi: one connection, one request at a time, one policy for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx2
import stamina
from ghapi.core import GhSyncTransport

from opsreview.secrets import Secret, redacted
from opsreview.sources.github.answers import (
    graphql_data,
    is_gone,
    rest_list,
    rest_object,
    written,
)
from opsreview.sources.github.faults import Limited, Refused, TooLarge, Transient, Uncertain
from opsreview.sources.headers import answered_at
from opsreview.sources.pace import Clock, Pace, SystemClock
from opsreview.sources.terms import Terms

TRIES = 5
_LONGEST_BACK_OFF_SECONDS = 60.0
_MOST_REDIRECTS = 5
_UNTOLD_SECONDS = 60.0  # "wait at least one minute, then longer", GitHub's docs on secondary limits
_SETTLING_SECONDS = 3.0  # lists lag behind writes
TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
Answer = TypeVar("Answer")

stamina.instrumentation.set_on_retry_hooks([])  # retries are told by our own watch


class Client:
    """Asks GitHub and gives back whole answers, or raises the fault.

    Every request waits for the pace, every answer is checked before it is believed, failures
    that may pass are tried again. Use as a context manager; it closes the connection.
    """

    def __init__(
        self,
        api_url: str,
        token: Secret,
        terms: Terms,
        *,
        reserve_share: float,
        clock: Clock | None = None,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._reserve_share = reserve_share
        self._pace = Pace(
            terms,
            clock or SystemClock(),
            name="GitHub",
            address=self._api_url,
            untold_seconds=_UNTOLD_SECONDS,
        )
        self._watch = terms.watch
        # One connection for all; ghapi's own retries are off, there is one policy: ours.
        self._transport: Any = GhSyncTransport(  # type: ignore[no-untyped-call]
            client=httpx2.Client(timeout=TIMEOUT),
            retries=0,
            base_headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {token.reveal()}",
                "User-Agent": f"opsreview/{version('opsreview')}",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        self.answered_at = datetime.now(UTC)
        self.points_left: int | None = None
        self.request_count = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def query(
        self,
        text: str,
        variables: dict[str, Any],
        *,
        may_miss: bool = False,
        is_small: bool = False,
    ) -> Any:
        """The data of a GraphQL query, whole.

        Args:
            text: The query, as ``queries`` gives it.
            variables: What it is asked with.
            may_miss: Nodes asked for by id may be gone: null where they stood.
            is_small: There is nothing to ask less of: what GitHub gives up on is asked again.

        Raises:
            Fault: GitHub gives no whole answer.
            StoppedError: A limit asks for a longer wait than the terms allow.
        """
        request = {"query": text, "variables": variables}

        def read(response: httpx2.Response) -> dict[str, Any]:
            try:
                return graphql_data(response, may_miss=may_miss)
            except TooLarge as fault:
                if not is_small:
                    raise
                raise Transient(str(fault)) from fault

        return self._ask(
            lambda: self._send("POST", _graphql_url(self._api_url), json=request), read
        )

    def back_off(self, tries: int) -> None:
        """No request for a while, longer after every try."""
        self._pace.hold(2.0**tries, "GitHub gives up on small pages too")

    def pages(self, path: str) -> Iterator[list[Any]]:
        """The pages of a REST list, by the links that GitHub gives.

        Raises:
            Fault: A page is missing, empty though it was linked to, or leads to another host.
            StoppedError: A limit asks for a longer wait than the terms allow.
        """
        url: str | None = f"{self._api_url}/{path}"
        is_linked_to = False
        while url is not None:
            page, url = self._page(url, may_be_empty=not is_linked_to)
            yield page
            is_linked_to = True

    def is_gone(self, path: str) -> tuple[bool, str | None]:
        """Whether something asked for by number is gone, and where it was moved to if it was.

        Raises:
            Fault: GitHub says neither yes nor no.
        """
        url = f"{self._api_url}/{path}"

        def read(response: httpx2.Response) -> tuple[bool, str | None]:
            if response.is_redirect:
                return True, response.headers.get("location")
            return is_gone(response), None

        return self._ask(lambda: self._send("GET", url), read)

    def read(self, path: str) -> dict[str, Any] | None:
        """A REST object, None where there is no such thing.

        Raises:
            Fault: GitHub gives no whole answer.
            StoppedError: A limit asks for a longer wait than the terms allow.
        """
        return self._ask(lambda: self._followed(f"{self._api_url}/{path}"), rest_object)

    def write(
        self, method: str, path: str, body: Mapping[str, Any], *, needs: str
    ) -> dict[str, Any]:
        """Send one REST write, once; only a limit, which did nothing, is waited out and followed.

        Args:
            method: POST, PATCH or PUT.
            path: Below the API's address.
            body: What is sent, as JSON.
            needs: The permission it asks for, in GitHub's words.

        Raises:
            Uncertain: It may have been done: look before it is sent again.
            Fault: It was refused.
            StoppedError: A limit asks for a longer wait than the terms allow.
        """

        def send() -> httpx2.Response:
            try:
                return self._send(method, f"{self._api_url}/{path}", json=dict(body))
            except Transient as fault:
                raise Uncertain(str(fault)) from fault

        return self._unlimited(send, lambda response: written(response, needs=needs))

    def let_settle(self, tries: int, fault: Uncertain) -> None:
        """Let GitHub come to know of what it may have done, longer after every try."""
        seconds = max(_SETTLING_SECONDS * 2.0**tries, fault.seconds or 0)
        self._pace.hold(seconds, f"{fault}, and it may be done: looking again")

    def _page(self, url: str, *, may_be_empty: bool) -> tuple[list[Any], str | None]:
        def read(response: httpx2.Response) -> tuple[list[Any], str | None]:
            rows = rest_list(response)
            if not rows and not may_be_empty:
                raise Transient("GitHub gave an empty page in the middle of a list")
            following = response.links.get("next", {}).get("url")
            return rows, self._ours(url, following) if following else None

        return self._ask(lambda: self._followed(url), read)

    def _followed(self, url: str) -> httpx2.Response:
        """GET, through redirects that stay on the same host: a renamed repository's."""
        for _ in range(_MOST_REDIRECTS):
            response = self._send("GET", url)
            target = response.headers.get("location")
            if not response.is_redirect or not target:
                return response
            url = self._ours(url, target)
        raise Refused("GitHub redirects in a circle")

    def _ours(self, url: str, link: str) -> str:
        """Where ``link`` of ``url`` leads, if to the host we ask: no other one gets the token."""
        try:
            target = urljoin(url, link)
            is_ours = urlsplit(target)[:2] == urlsplit(self._api_url)[:2]
        except ValueError:
            is_ours = False
        if not is_ours:
            raise Refused(
                f"GitHub sends us to another host, which is not followed: {redacted(link)[:200]}"
            )
        return target

    def _ask(
        self, send: Callable[[], httpx2.Response], read: Callable[[httpx2.Response], Answer]
    ) -> Answer:
        """Send until there is an answer; limits are waited out, other failures tried again."""
        for attempt in stamina.retry_context(
            on=Transient,
            attempts=TRIES,
            timeout=None,
            wait_initial=0.5,
            wait_max=_LONGEST_BACK_OFF_SECONDS,
        ):
            with attempt:
                return self._unlimited(send, read)
        raise AssertionError("stamina neither returned nor raised")

    def _unlimited(
        self, send: Callable[[], httpx2.Response], read: Callable[[httpx2.Response], Answer]
    ) -> Answer:
        while True:
            try:
                answer = read(send())
            except Limited as fault:
                self._pace.limited(fault.seconds, str(fault))
            else:
                self._pace.answered()
                return answer

    def _send(self, method: str, url: str, **body: Any) -> httpx2.Response:
        self._pace.wait()
        self.request_count += 1
        try:
            response: httpx2.Response = self._transport.request(method, url, raw=True, **body)
        except httpx2.HTTPStatusError as error:
            response = error.response
        except httpx2.HTTPError as error:
            raise Transient(f"no answer from GitHub ({type(error).__name__})") from error
        self._note(response)
        return response

    def _note(self, response: httpx2.Response) -> None:
        """Remember GitHub's clock, and leave others their part of the budget."""
        self.answered_at = answered_at(response)
        headers = response.headers
        try:
            left = int(headers["x-ratelimit-remaining"])
            limit, reset = int(headers["x-ratelimit-limit"]), int(headers["x-ratelimit-reset"])
        except (KeyError, ValueError):
            return
        self.points_left = left
        reserve = int(limit * self._reserve_share)
        if left <= reserve:
            self._pace.hold(
                max(reset - self.answered_at.timestamp(), 0) + 1,
                f"{left} of {limit} requests an hour are left, and {reserve} are kept for others",
            )


def _graphql_url(api_url: str) -> str:
    """GitHub's own is /graphql; an Enterprise server's is /api/graphql beside /api/v3."""
    return f"{api_url.removesuffix('/v3')}/graphql"
