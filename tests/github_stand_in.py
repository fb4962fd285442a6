"""GitHub on loopback: a small stand-in that behaves, and misbehaves, as the real one does.

    world = small_world()
    with GithubStandIn(world) as github:
        github.fail("bad_gateway", at=2)                # the third request from now
        github.fail("partial", of="pulls", times=2)     # the next two `pulls` queries
        ...                                             # a client on github.url, token github.token
        github.clock += 3600                            # time passes only so
        world.repository.update(3)                      # somebody comments on number 3
        assert github.violations == 0                   # no request where GitHub asked for none
        assert [each.query for each in github.requests] == ["repository", "issues", ...]

- ``github.url`` is as https://api.github.com, ``github.enterprise_url`` as https://HOST/api/v3.
- The world's own changes are methods of ``Repository`` and ``World`` (``github_world.py``).
- Kinds of fault and how they are placed: ``github_faults.py``. ``github.heal()`` ends them all.
- GraphQL is checked against GitHub's schema and charged as GitHub charges it; ``github.budgets``
  holds what is left of each. ``github.tokens`` are those it accepts.
- An error inside the stand-in itself is raised where its ``with`` ends.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from github_answers import Asked, answer, asked
from github_faults import HOLES, JSON, LOST, Fault, Reply, message, replied, spoilt
from github_rest import rest_answer
from github_schema import github_schema
from github_small_world import small_world
from github_world import World

__all__ = ["TOKEN", "GithubStandIn", "Request", "World", "small_world"]

TOKEN = "ghp_canary0000"
_HOUR = 3600


@dataclass
class Request:
    """One request that came in. ``status`` is 0 where the connection was lost."""

    method: str
    path: str
    headers: dict[str, str]
    at: float
    is_early: bool
    query: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    points: int = 1
    possible_nodes: int = 0
    fault: str | None = None
    status: int = 0


@dataclass
class Budget:
    """What a token may ask for in an hour."""

    resource: str
    limit: int
    used: int = 0
    reset_at: float = 0.0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    def charge(self, points: int, now: float) -> bool:
        """Whether there was anything left."""
        if now >= self.reset_at:
            self.used, self.reset_at = 0, now + _HOUR
        was_left = self.remaining > 0
        self.used += points if was_left else 0
        return was_left

    def headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-used": str(min(self.used, self.limit)),
            "x-ratelimit-reset": str(int(self.reset_at)),
            "x-ratelimit-resource": self.resource,
        }


class GithubStandIn:
    """Serves a world while its ``with`` lasts."""

    def __init__(self, world: World, *, limit: int = 5000) -> None:
        self.world = world
        self.token = TOKEN
        self.tokens = {TOKEN}
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.budgets = {name: Budget(name, limit) for name in ("core", "graphql")}
        self._stay_away_until = 0.0
        self._one_at_a_time = threading.Lock()
        self._server = _Server(self)

    def __enter__(self) -> GithubStandIn:
        github_schema()  # dear to make: the first client would lose its patience
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        if self._server.errors:
            raise self._server.errors[0]

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def enterprise_url(self) -> str:
        return f"{self.url}/api/v3"

    @property
    def clock(self) -> float:
        """Seconds since the world began; set it to let time pass."""
        return self.world.clock.offset

    @clock.setter
    def clock(self, seconds: float) -> None:
        self.world.clock.offset = seconds

    @property
    def violations(self) -> int:
        """How many requests came before the moment GitHub had asked to stay away until."""
        return sum(request.is_early for request in self.requests)

    def fail(self, kind: str, **how: Any) -> Fault:
        """Plan a fault; see ``Fault`` for how it is placed. Of several the first planned counts."""
        fault = Fault(kind, **how)
        self.faults.append(fault)
        return fault

    def heal(self) -> None:
        """No fault is planned any more, and nobody is asked to stay away."""
        self.faults.clear()
        self._stay_away_until = 0.0

    def respond(self, method: str, target: str, headers: dict[str, str], body: bytes) -> _Response:
        """The answer to a request, and how it is to be delivered."""
        with self._one_at_a_time:
            base, path = self._placed(target)
            now = self.world.clock.now
            request = Request(method, path, headers, now, now < self._stay_away_until)
            self.requests.append(request)
            query = asked(body) if path == "/graphql" else None
            if query:
                request.query, request.variables = query.name, dict(query.variables)
                request.points = query.price.points
                request.possible_nodes = query.price.possible_nodes
            fault = self._due(request)
            reply = self._reply(request, query, base, fault, body)
            is_lost = fault is not None and fault.kind in LOST
            request.status = 0 if is_lost else reply.status
            return _Response(reply, fault.kind if fault and is_lost else None)

    def _placed(self, target: str) -> tuple[str, str]:
        if target.startswith("/api/v3"):
            return self.enterprise_url, target.removeprefix("/api/v3")
        return self.url, target.removeprefix("/api")

    def _due(self, request: Request) -> Fault | None:
        asked_for = (request.query, request.path, request.possible_nodes)
        due = [each for each in self.faults if each.meets(*asked_for)]
        if not due:
            return None
        request.fault = due[0].kind
        if due[0].call:
            due[0].call()
        return due[0]

    def _reply(
        self,
        request: Request,
        query: Asked | None,
        base: str,
        fault: Fault | None,
        body: bytes,
    ) -> Reply:
        now = self.world.clock.now
        budget = self.budgets["graphql" if query else "core"]
        was_left = budget.charge(request.points, now)
        reply = replied(fault, now) if fault else None
        if reply is None:
            reply = self._regular(request, query, base, fault, was_left, body)
        if reply.stay_away_seconds is not None:
            self._stay_away_until = max(self._stay_away_until, now + reply.stay_away_seconds)
        limits = budget.headers() if fault is None or fault.kind != "norate" else {}
        always = {"Content-Type": JSON, "Date": formatdate(now, usegmt=True)}
        reply.headers = {**always, **limits, **reply.headers}
        return reply

    def _regular(
        self,
        request: Request,
        query: Asked | None,
        base: str,
        fault: Fault | None,
        was_left: bool,
        body: bytes,
    ) -> Reply:
        if request.headers.get("authorization", "").rpartition(" ")[2] not in self.tokens:
            return Reply(401, message("Bad credentials"))
        if not was_left:
            return self._used_up(is_graphql=query is not None)
        if query is None:
            return rest_answer(self.world, request.path, base, request.method, body)
        told = answer(self.world, query)
        if fault and fault.kind in HOLES:
            told = spoilt(fault, told)
        return Reply(200, json.dumps(told).encode())

    def _used_up(self, *, is_graphql: bool) -> Reply:
        budget = self.budgets["graphql" if is_graphql else "core"]
        now = self.world.clock.now
        kind = "gql_rate_limited" if is_graphql else "primary_403"
        reply = replied(Fault(kind, seconds=budget.reset_at - now), now)
        assert reply is not None
        return reply


@dataclass
class _Response:
    reply: Reply
    loss: str | None


class _Server(ThreadingHTTPServer):
    """One thread a connection; all of them end with the server."""

    daemon_threads = False

    def __init__(self, github: GithubStandIn) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.github = github
        self.errors: list[BaseException] = []
        self._open: set[Any] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self.errors.append(error)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            response = self.server.github.respond(self.command, self.path, headers, body)
        except Exception as error:
            self.server.errors.append(error)
            response = _Response(Reply(400, message(repr(error))), None)
        if response.loss in ("reset", "kill"):
            self._reset()
            return
        content = response.reply.body
        self.send_response_only(response.reply.status)
        for name, value in response.reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if response.loss is None:
            self.wfile.write(content)
            return
        self.close_connection = True
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()
        if response.loss == "stall":
            self.connection.recv(1)  # nothing comes until one of the two sides ends it

    def _reset(self) -> None:
        self.close_connection = True
        at_once = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        os.close(self.connection.detach())
