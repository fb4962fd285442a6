"""A secret is shown by nothing that holds it, logs it or fails with it, and goes to one host."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from github_stand_in import TOKEN, GithubStandIn, small_world

from opsreview import secrets
from opsreview.errors import SourceError
from opsreview.reports.kernels import kernel_environment
from opsreview.secrets import Secret, guard_output, redacted
from opsreview.sources.github.api import Github
from opsreview.store import Node, Reading, Store

KEY = "canary+of-no/kind="
TOKENS = [
    *(f"gh{kind}_canary0123456789" for kind in "pousr"),
    "github_pat_11CANARY0_canary0123456789",
]


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No secret of other tests; logs and last words are as they were afterwards."""
    monkeypatch.setattr(secrets, "_known", set())
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


@pytest.fixture
def logged() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger with a handler of its own, made before the output is guarded; what it wrote."""
    logger, written = logging.getLogger("canary.early"), io.StringIO()
    handler = logging.StreamHandler(written)
    logger.addHandler(handler)
    guard_output()
    yield logger, written
    logger.removeHandler(handler)


@dataclass
class Holder:
    secret: Secret


def test_secret_shows_itself_only_where_it_is_asked_for() -> None:
    secret = Secret(KEY)
    assert secret.reveal() == KEY
    shown = [
        *(repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", f"{secret!s}", f"{secret!a}"),
        *("%s %r" % (secret, secret), "{}".format(secret), repr([secret]), repr({"a": secret})),  # noqa: UP031, UP032
        *(repr(Holder(secret)), repr(SourceError(secret)), json.dumps(secret, default=str)),
    ]
    for text in shown:
        assert "[secret]" in text
        assert "canary" not in text


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_secret_is_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="a secret is not copied"):
        pickle.dumps([Secret(KEY)], protocol)


def test_secret_is_not_copied_or_written_as_json() -> None:
    for use in (copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError) as error:
            use(Secret(KEY))
        assert "canary" not in str(error.value)


@pytest.mark.parametrize("token", TOKENS)
def test_what_looks_like_a_token_is_hidden_though_nobody_told_us(token: str) -> None:
    assert redacted(f"https://x:{token}@github.com said '{token}'") == (
        "https://x:[secret]@github.com said '[secret]'"
    )


def test_known_secret_is_hidden_whatever_it_looks_like() -> None:
    assert redacted(f"with {KEY}") == f"with {KEY}"
    Secret(KEY)
    assert redacted(f"with {KEY}, {KEY}{KEY}") == "with [secret], [secret][secret]"


def test_secret_that_another_one_begins_with_is_hidden_whole() -> None:
    for text in (KEY, f"{KEY}-longer", f"longer-{KEY}"):
        Secret(text)
    assert redacted(f"{KEY}-longer longer-{KEY} {KEY}") == "[secret] [secret] [secret]"


def test_text_without_a_secret_is_left_alone() -> None:
    text = "ghp_ is a prefix, github_pat_ too; 42 of gh_items, ghx_0123456789, naïve 🦊"
    assert redacted(text) == text


def test_no_record_holds_a_secret_whichever_handler_writes_it(
    logged: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = logged
    Secret(KEY)
    logger.error("with %s and %r", KEY, [KEY])
    logger.error("with %(key)s", {"key": KEY})
    logger.error(KEY, stack_info=True)
    later = logging.getLogger("canary.early.later")
    later.addHandler(logging.StreamHandler(written))
    later.error("later %s", TOKENS[0])
    assert "canary+" not in written.getvalue()
    assert "ghp_" not in written.getvalue()
    assert written.getvalue().startswith(
        "with [secret] and ['[secret]']\nwith [secret]\n[secret]\n"
    )
    assert "Stack (most recent call last)" in written.getvalue()
    assert written.getvalue().endswith("later [secret]\nlater [secret]\n")


def test_no_traceback_in_a_log_holds_a_secret(logged: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = logged
    try:
        fail(Secret(KEY))
    except RuntimeError:
        logger.exception("it failed")
    text = written.getvalue()
    assert "ValueError: the cause [secret]\na note [secret]" in text
    assert text.endswith("RuntimeError: it is [secret]\n")
    assert "canary+" not in text


def test_formatter_that_makes_tracebacks_itself_has_nothing_to_make_them_of(
    logged: tuple[logging.Logger, io.StringIO],
) -> None:
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = seen.append  # type: ignore[method-assign]
    logger, _ = logged
    logger.addHandler(handler)
    try:
        fail(Secret(KEY))
    except RuntimeError:
        logger.error("with %s", KEY, exc_info=True)
    logger.removeHandler(handler)
    (record,) = seen
    assert (record.msg, record.args, record.exc_info) == ("with [secret]", (), None)
    assert "canary+" not in repr(vars(record))


def test_record_that_cannot_be_written_stops_nobody(
    logged: tuple[logging.Logger, io.StringIO], capsys: pytest.CaptureFixture[str]
) -> None:
    logger, written = logged
    Secret(KEY)
    logger.error("%d of %s", KEY)
    assert written.getvalue().startswith("%d of %s ('[secret]',)")
    assert capsys.readouterr().err == ""


def test_last_word_of_a_program_holds_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    guard_output()
    try:
        fail(Secret(KEY))
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    said = capsys.readouterr().err
    assert "canary+" not in said
    assert "ValueError: the cause [secret]\na note [secret]" in said
    assert "in fail" in said
    assert said.endswith("RuntimeError: it is [secret]\n")


def test_guarding_twice_is_guarding_once(logged: tuple[logging.Logger, io.StringIO]) -> None:
    before = logging.getLogRecordFactory(), sys.excepthook, logging.root.handlers[:]
    guard_output()
    assert (logging.getLogRecordFactory(), sys.excepthook, logging.root.handlers) == before
    logger, written = logged
    logger.error("100%% of %s", TOKENS[0])
    assert written.getvalue() == "100% of [secret]\n"


def fail(secret: Secret) -> None:
    try:
        raise ValueError(f"the cause {secret.reveal()}")
    except ValueError as error:
        error.add_note(f"a note {secret.reveal()}")
        raise RuntimeError(f"it is {secret.reveal()}") from error


def test_reason_that_a_store_keeps_holds_no_secret(tmp_path: Path) -> None:
    Secret(KEY)
    path = tmp_path / "small.sqlite"
    with Store.open(path) as store:
        with store.page():
            reason = f"forbidden (403): {KEY} and {TOKENS[0]}"
            store.note(Reading("github:a", "a/b", None, 0, is_complete=False, reason=reason))
            store.put("github:a", [Node("a/b", "issues", "1", {})])
        (reading,) = store.readings("github:a")
    assert reading.reason == "forbidden (403): [secret] and [secret]"
    assert b"canary" not in path.read_bytes()


def test_kernels_of_notebooks_get_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("GITHUB_TOKEN", "GH_TOKEN", "PAGERDUTY_API_KEY")
    enterprise = ("GITHUB_ENTERPRISE_TOKEN", "GH_ENTERPRISE_TOKEN")
    for name in (*names, *enterprise):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("ORDINARY", "value")
    environment = kernel_environment("/somewhere")
    assert environment["ORDINARY"] == "value"
    assert "canary" not in environment.values()


def test_fetch_sends_nothing_to_another_origin_whichever_answer_leads_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    led = ("repository", "issues", "more_comments", "pulls", "releases", "/tags", "refresh")
    with (
        GithubStandIn(small_world()) as elsewhere,
        GithubStandIn(small_world()) as github,
        Store.open(tmp_path / "small.sqlite") as store,
    ):
        source = declared(github.url)
        for of in led:
            github.heal()
            github.fail("redirect", of=of, to=f"{elsewhere.url}/graphql")
            with pytest.raises(SourceError, match="not followed"):
                source.fetch(store)
            assert github.requests[-1].fault == "redirect"
        github.heal()
        source.fetch(store)
        assert [reading.is_complete for reading in store.readings(source.key)] == [True]
        assert elsewhere.requests == []
        assert all(TOKEN in request.headers["authorization"] for request in github.requests)


def declared(api_url: str) -> Github:
    said: dict[str, Any] = {"kind": "github", "api_url": api_url}
    return Github.model_validate(said, context={"repos": ["team/product"]})
