"""The address of an API: where a token may be sent, and where not."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

_PLAIN = re.compile(r"[!-\[\]-~]+")  # printable, without spaces and backslashes
_THIS_MACHINE = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:  # its port, or brackets
        is_address = False
    if is_address and (parts.username or parts.password or parts.query or parts.fragment):
        raise ValueError("an api_url holds a host and a path alone; the token is not written here")
    if not is_address or not _PLAIN.fullmatch(url):
        raise ValueError(f"{url!r} is no address: write it like https://HOST")
    if parts.scheme == "http" and not _THIS_MACHINE.fullmatch(parts.hostname or ""):
        raise ValueError(f"{url!r} is not encrypted, and a token is sent there: use https")
    return url.rstrip("/")


# Without its last slash. Refused: what is no address, what is not encrypted and not this
# machine, and an address with a token, a query or a fragment in it.
ApiUrl = Annotated[str, AfterValidator(_checked)]
