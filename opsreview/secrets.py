"""Secrets: what holds one never shows it, and what is printed or logged is cleaned of it."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import Any, NoReturn

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

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied or written to files")


def redacted(text: str) -> str:
    """``text`` without any secret this process knows, and without what looks like a token."""
    for secret in sorted(_known, key=len, reverse=True):  # one may be a part of another
        text = text.replace(secret, HIDDEN)
    return _TOKENS.sub(HIDDEN, text)


def guard_output() -> None:
    """No secret in logs or tracebacks, whichever handler writes them, and a clean last word."""
    logging.setLogRecordFactory(_clean_record)
    sys.excepthook = _last_word


def _clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A record that holds words alone: no arguments and no error that could be shown later."""
    record = logging.LogRecord(*args, **kwargs)
    record.msg, record.args = redacted(_message(record)), ()
    if record.exc_info:
        record.exc_text = redacted("".join(traceback.format_exception(*record.exc_info))).rstrip()
        record.exc_info = None
    if record.stack_info:
        record.stack_info = redacted(record.stack_info)
    return record


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # whoever logs what cannot be written goes on, as everywhere
        return f"{record.msg} {record.args} ({error})"


def _last_word(
    kind: type[BaseException], error: BaseException, where: TracebackType | None
) -> None:
    sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, where))))
