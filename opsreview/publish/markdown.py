"""Text from outside, as Markdown, Mermaid and GitHub take it literally."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlsplit

_SIGNS = set("\\`*_[]<>#|~$")
_IN_A_NODE = set(" .,:-()/'")
_GAP = "\u200b"  # has no width, and keeps what stands on its two sides from being one word
_CLOSING = re.compile(
    r"(?i)\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)"
    r"(?=:?\s+(?:\\?#|\[|https?:|[\w.-]+/[\w.-]+\\?#))"
)


def one_line(text: object) -> str:
    """``text`` on one line, without signs that cannot be seen."""
    return " ".join("".join(s if s.isprintable() else " " for s in str(text)).split())


def plain(text: object) -> str:
    """``text`` on one line, none of which is Markdown or HTML."""
    escaped = (f"\\{sign}" if sign in _SIGNS else sign for sign in one_line(text))
    return "".join(escaped).replace("&", "&amp;").replace("<!", "<\\!")


def code(text: object) -> str:
    """``text`` as code, in a table too."""
    line = one_line(text).replace("<!--", f"<{_GAP}!--").replace("-->", f"--{_GAP}>")
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    gap = " " if longest or not line else ""
    return f"{fence}{gap}{line}{gap}{fence}".replace("|", "\\|")


def link(text: object, url: str) -> str:
    """A link; the text alone where the address is none of the web."""
    try:
        is_web = urlsplit(url).scheme in ("http", "https")
    except ValueError:
        is_web = False
    return f"[{plain(text)}]({quote(url, safe=_IN_A_URL)})" if is_web else plain(text)


_IN_A_URL = ":/?#!$&'*+,;=%~-._"  # what an address is made of, but for brackets and @


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; its cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cell or ' ' for cell in cells)} |" for cells in lines] + [""]


def node(text: object) -> str:
    """``text`` inside the quotes of a Mermaid node."""
    return "".join(
        sign if sign.isalnum() or sign in _IN_A_NODE else f"#{ord(sign)};"
        for sign in one_line(text)
    )


def unheard(text: str) -> str:
    """Markdown that calls nobody by ``@`` and closes no issue, wherever GitHub shows it."""
    quiet = re.sub(r"@(?=[A-Za-z0-9])", f"@{_GAP}", text)
    return _CLOSING.sub(rf"\1{_GAP}", quiet)


def mark(*words: str) -> str:
    """A comment that nobody sees, by which what was made is known again."""
    return f"<!-- opsreview:{':'.join(quote(word, safe='') for word in words)} -->"
