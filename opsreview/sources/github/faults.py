"""What can come back instead of an answer, and what each kind asks of us.

Fault
├── Limited        wait, all requests of the token, then ask again
├── Transient      ask again soon, a few times
├── TooLarge       ask again for less
├── Refused        this repository cannot be read; others can
├── Unauthorized   no repository can be read with this token
├── Uncertain      something was to be written: look whether it was, before anything else
└── Defective      our own request is wrong
"""

from __future__ import annotations


class Fault(Exception):
    """Base of all; its text says what GitHub did, and the next step where there is one."""


class Limited(Fault):
    """A rate limit. ``seconds`` is how long GitHub asks us to stay away; None: it does not say."""

    def __init__(self, reason: str, seconds: float | None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Transient(Fault):
    """A failure that another try may not meet."""


class TooLarge(Fault):
    """The answer was too much work: cut short, timed out, or with holes in it."""


class Refused(Fault):
    """The repository is not there, not for this token, or blocked."""


class Uncertain(Fault):
    """A write whose answer was lost, or that met a change made meanwhile: it may have been done.

    ``seconds`` is how long GitHub asks us to stay away, if it does.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Unauthorized(Fault):
    """The token is not known, expired or revoked."""


class Defective(Fault):
    """GitHub does not understand our request: a defect in opsreview."""
