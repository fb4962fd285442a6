"""Secrets: what holds one never shows it, and what is printed or logged is cleaned of it."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from types import TracebackType

# What GitHub's tokens look like, whoever printed them.
_TOKENS = re.compile(r"gh[pousr]_[A-Za-z0-9_]{4,}|github_pat_[A-Za-z0-9_]{4,}")
_known: set[str] = set()
HIDDEN = "[secret]"


class Secret:
    """A token or key. Its text comes out only where it is asked for by ``reveal``."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        _known.add(text)

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"


def redacted(text: str) -> str:
    """``text`` without any secret this process knows, and without what looks like a token."""
    for secret in _known:
        text = text.replace(secret, HIDDEN)
    return _TOKENS.sub(HIDDEN, text)


class Redacting(logging.Filter):
    """Cleans every record, its traceback too, before its handler writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = redacted("".join(traceback.format_exception(*record.exc_info)))
        return True


def guard_output() -> None:
    """No secret in logs or tracebacks: a filter on every handler, and a clean last word."""
    handlers = [*logging.root.handlers, logging.lastResort]
    for handler in filter(None, handlers):
        if not any(isinstance(known, Redacting) for known in handler.filters):
            handler.addFilter(Redacting())
    sys.excepthook = _last_word


def _last_word(
    kind: type[BaseException], error: BaseException, where: TracebackType | None
) -> None:
    sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, where))))
