"""The key: from the environment alone, and kept to what a key can be."""

from __future__ import annotations

import os
import re

from opsreview.errors import SourceError
from opsreview.secrets import Secret

KEY_NAME = "PAGERDUTY_API_KEY"
LEAST_SCOPE = "a read-only REST API key of the account (Integrations, API Access Keys)"


def pagerduty_key() -> Secret:
    """The key that ``PAGERDUTY_API_KEY`` holds.

    Raises:
        SourceError: There is none, or it holds what no key does.
    """
    text = os.environ.get(KEY_NAME, "").strip()
    if not text:
        raise SourceError(f"there is no key for PagerDuty: set {KEY_NAME} to {LEAST_SCOPE}")
    # A line break or quote in it would end up in the message of whoever refuses the header.
    if not re.fullmatch(r"[A-Za-z0-9_+/=.-]+", text):
        raise SourceError(
            f"{KEY_NAME} holds a character that is in no key of PagerDuty: copy the key again"
        )
    return Secret(text)
