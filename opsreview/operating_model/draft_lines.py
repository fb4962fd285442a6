"""Lines of a drafted YAML document: each an entry with its evidence, or a comment that asks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

WIDTH = 150  # a line longer than this has its evidence above it
_PLAIN = r"[A-Za-z][A-Za-z0-9_./-]*"
_NOT_TEXT = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


@dataclass(frozen=True)
class Line:
    """One entry of a section, and the evidence or reason for it; without text, a comment.

    An entry that goes on in further lines has its evidence above it.
    """

    text: str
    why: str

    def rendered(self) -> list[str]:
        """As it stands in the file, below its section's key."""
        why = "# " + "".join(c if c.isprintable() else " " for c in self.why)
        if not self.text:
            return [f"  {why}"]
        lines = [f"  {line}" for line in self.text.splitlines()]
        whole = f"{lines[0]}  {why}"
        return [whole] if len(lines) == 1 and len(whole) <= WIDTH else [f"  {why}", *lines]

    def commented_out(self) -> Line:
        """The same as something to fill in."""
        return Line("", f"{self.text}  # {self.why}" if self.text else self.why)


def ask(what: str, why: str) -> Line:
    """A commented-out line: what to write, ``???`` where it is not known, and why it is not."""
    return Line("", f"{what}  # {why}")


def section(key: str, lines: Iterable[Line]) -> list[str]:
    """A section; one without an entry is a comment as a whole, so that it is not empty YAML."""
    made = list(lines)
    if not made:
        return []
    has_entry = any(line.text for line in made)
    head = f"{key}:" if has_entry else f"# {key}:"
    return ["", head, *(text for line in made for text in line.rendered())]


def plain(text: str) -> str:
    """Text as a YAML value or key that is read as text, whatever is in it."""
    is_plain = re.fullmatch(_PLAIN, text) and text.lower() not in _NOT_TEXT
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def mapping(pairs: Mapping[str, str | None]) -> str:
    """``{owner: ada, deputy: ben}`` of values that are YAML already; None is left out."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items() if value) + "}"


def listed(texts: Iterable[str]) -> str:
    return "[" + ", ".join(plain(text) for text in texts) + "]"
