"""No byte that a command leaves or prints holds a secret, whatever it meets and who listens."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from commands import NOT_WHOLE, OUR_ERROR, STOPPED, WHOLE
from dump_factory import SmallTeam, write_yaml
from github_faults import Reply
from github_stand_in import GithubStandIn, World, small_world
from pagerduty_stand_in import AROUND, Account, Fault

REPO = "team/product"
OLD = "ghp_CANARYcanary0123456789abcdef7Qz9"
BARE = "CANARYcanary-0123456789_7Qz9"  # nothing tells by its looks what it is
PAGER_KEY = "CANARY+canary_7Qz9"
TRACES = ("CANARY", "7Qz9")  # its beginning, and the end that some libraries show
CUT_AT = 190  # messages are cut, a secret may stand where they are
REFUSALS = (200, 301, 400, 401, 403, 404, 422, 451, 500)

# Everybody listens to everything; waits between tries are left out.
LISTENED_TO = """
import json, logging, os, sys
log, = sys.argv[1:]
logging.basicConfig(level=logging.DEBUG)
for name in (None, "httpx2", "httpcore2", "stamina", "pagerduty", "ghapi", "opsreview"):
    logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger(name).addHandler(logging.FileHandler(log))

import stamina
from opsreview.cli import app
from opsreview.sources.github import client
from opsreview.sources.github.history import History

def broken(self):
    token = os.environ["GITHUB_TOKEN"]
    try:
        raise ValueError(f"{token} is in the cause")
    except ValueError as error:
        logging.getLogger("httpx2").exception("with %s", token)
        logging.getLogger("opsreview").error("%d of %s", token, stack_info=True)
        logging.getLogger("made.later").addHandler(logging.FileHandler(log))
        logging.getLogger("made.later").error("%(it)s", {"it": token})
        error.add_note(f"a note of {token}")
        raise RuntimeError(f"unexpected: {token}", token) from error

with stamina.set_testing(True, attempts=5, cap=True):
    for arguments in json.loads(sys.stdin.read()):
        try:
            if arguments[1] == "broken":
                History.refresh = broken
            app(arguments)
        except SystemExit as ending:
            print("ended with", ending.code or 0, flush=True)
"""


class Echoing(GithubStandIn):
    """Refuses ``team/refuses-403`` and its like, and says back all that it was sent."""

    def __init__(self, world: World, token: str) -> None:
        super().__init__(world)
        self.tokens.add(token)
        self.running: set[str] = set()
        self.fail("meanwhile", every=1, call=self._look_around)

    def respond(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Any:
        response = super().respond(method, target, headers, body)
        if refused := re.search(rb"refuses-(\d+)", body):
            self._refuse(response.reply, int(refused[1]), headers)
        return response

    def _refuse(self, reply: Reply, status: int, headers: dict[str, str]) -> None:
        said, token = " ".join(headers.values()), headers["authorization"].split()[1]
        errors = [{"message": said, "type": "FORBIDDEN"}]
        reply.status = status
        reply.body = json.dumps({"message": said, "errors": errors}).encode()
        reply.headers["Location"] = f"{self.url}/{token}"
        if status == 403:
            reply.headers["x-github-sso"] = f"required; url=https://sso.invalid/?{said}"
        if status == 422:
            reply.body = f"{'x' * CUT_AT} {token}".encode()
        if status == 429:
            reply.headers["Retry-After"] = "7200"

    def _look_around(self) -> None:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.running.add(path.read_bytes().decode(errors="replace"))
            except OSError:
                continue


@dataclass
class Place:
    """A folder in which commands run, listened to."""

    root: Path
    github: Echoing

    def team(self, name: str, repos: Sequence[str] = (REPO,), **source: Any) -> str:
        declared = {"kind": "github", "api_url": self.github.url} | source
        review = {"repos": list(repos), "timezone": "UTC", "sources": [declared]}
        review["privacy"] = {"names": "shown"}
        write_yaml(SmallTeam(self.root, name).folder / "review.yaml", review)
        return name

    def refused(self) -> dict[tuple[str, ...], int]:
        """A fetch for each way to refuse, and how it ends."""
        ends = dict.fromkeys(REFUSALS, OUR_ERROR) | {429: STOPPED}
        return {
            ("fetch", self.team(f"refused-{status}", [f"team/refuses-{status}"])): end
            for status, end in ends.items()
        }

    def run(self, *commands: tuple[str, ...], **secrets: str) -> subprocess.CompletedProcess[str]:
        """Commands one after the other in one process, as a shell would start it."""
        folders = ["--params", str(self.root / "params"), "--outputs", str(self.root / "outputs")]
        return subprocess.run(
            [sys.executable, "-X", "dev", "-c", LISTENED_TO, str(self.root / "log")],
            input=json.dumps([[*command, *folders] for command in commands]),
            env={**os.environ, "PYTHONWARNINGS": "default", "GHAPI_DEBUG": "1", **secrets},
            capture_output=True,
            text=True,
        )


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Any]:
    with ExitStack() as stack:

        def place(token: str) -> Place:
            return Place(tmp_path, stack.enter_context(Echoing(small_world(), token)))

        yield place


def assert_nowhere(place: Place, done: subprocess.CompletedProcess[str]) -> None:
    """No trace of a secret in what was printed, in any file, or in how processes are called."""
    written = {path: path.read_bytes() for path in place.root.rglob("*") if path.is_file()}
    said = {"stdout": done.stdout.encode(), "stderr": done.stderr.encode()}
    called = {"command lines": "".join(place.github.running).encode()}
    for where, content in {**written, **said, **called}.items():
        for trace in TRACES:
            at = content.find(trace.encode())
            assert at < 0, f"{where}: {content[max(0, at - 200) : at + 100]!r}"


def codes(done: subprocess.CompletedProcess[str]) -> list[int]:
    return [int(code) for code in re.findall("^ended with ([0-9]+)$", done.stdout, re.MULTILINE)]


def test_token_is_in_no_byte_of_any_output(places: Any) -> None:
    place: Place = places(OLD)
    small, broken = place.team("small"), place.team("broken")
    mixed = place.team("mixed", [REPO, "team/refuses-403"])
    commands = {
        ("init", "other", "--repo", REPO): WHOLE,
        ("check", small): WHOLE,
        ("fetch", small, "--dry-run"): WHOLE,
        ("fetch", small): WHOLE,
        ("fetch", small, "--sweep"): WHOLE,
        ("run", mixed, "--cycle", "2026-10"): NOT_WHOLE,
        ("publish", mixed, "issue", "--repo", REPO): WHOLE,
        ("publish", mixed, "issue", "--repo", REPO, "--yes"): OUR_ERROR,  # it names a refused one
        **place.refused(),
    }
    done = place.run(*commands, ("fetch", broken), GITHUB_TOKEN=OLD)
    assert codes(done) == list(commands.values())
    assert done.returncode == OUR_ERROR
    assert done.stderr.rstrip().endswith("RuntimeError: ('unexpected: [secret]', '[secret]')")
    assert_nowhere(place, done)
    pages = place.root / "outputs" / "mixed" / "2026-10"
    for path in (place.root / "log", pages / "run.json", pages / "index.html"):
        assert "[secret]" in path.read_text("utf-8"), f"nothing was to be hidden in {path.name}"
    if Path("/proc/self/cmdline").is_file():
        assert any(str(place.root) in line for line in place.github.running)


def test_secrets_without_a_pattern_are_in_no_byte_either(places: Any) -> None:
    place: Place = places(BARE)
    commands = place.refused()
    with ExitStack() as stack:
        accounts = [stack.enter_context(account(status)) for status in (*ANSWERS, None)]
        for number, each in enumerate(accounts):
            name = place.team(f"pager-{number}", kind="pagerduty", api_url=each.url)
            commands[("fetch", name)] = [*ANSWERS.values(), WHOLE][number]
        broken = place.team("broken")
        done = place.run(
            *commands, ("fetch", broken), GITHUB_TOKEN=BARE, PAGERDUTY_API_KEY=PAGER_KEY
        )
        assert all(each.asked for each in accounts)
    assert codes(done) == list(commands.values())
    assert done.stderr.rstrip().endswith("RuntimeError: ('unexpected: [secret]', '[secret]')")
    assert_nowhere(place, done)


# How PagerDuty may refuse, and how the command ends.
ANSWERS = {200: OUR_ERROR, 400: OUR_ERROR, 401: OUR_ERROR, 403: OUR_ERROR, 404: OUR_ERROR}
ANSWERS |= {429: STOPPED, 500: OUR_ERROR}


def account(status: int | None) -> Account:
    """One whose every answer says the key back; one that answers where there is no status."""
    account = Account()
    account.key = PAGER_KEY
    account.incident("P1", AROUND[0])
    if status is not None:
        said = f"{'x' * CUT_AT} {PAGER_KEY} is {PAGER_KEY}"
        error = {"message": said, "errors": [said]}
        fault = Fault(status, json.dumps({"error": error}), {"Retry-After": "7200"})
        account.faults = [fault] * 99
    return account
