"""A fragment of a page, and the one place where fragments are rendered: autoescape is on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"
NUMBER_AND_UNIT = re.compile(r"(\d) (%|min|h|d|kB)(?![\w-])")


@dataclass(frozen=True)
class Block:
    """A fragment of HTML that JupyterLab and the pages show."""

    html: str

    def __repr__(self) -> str:
        return f"Block of {len(self.html)} characters"

    def _repr_html_(self) -> str:
        return self.html


def rendered(template: str, **values: Any) -> Block:
    """A Block of ``templates/<template>.html.j2``; every value in it is escaped."""
    said = _environment().get_template(f"{template}.html.j2").render(**values)
    return Block("\n".join(line for line in said.splitlines() if line.strip()))


def web_link(url: object) -> str | None:
    """The address when it leads to a web page; None for anything that could run or open a file."""
    said = str(url or "")
    return said if said.startswith(("https://", "http://")) else None


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_units_kept,
    )
    made.filters["web_link"] = web_link
    return made


def _units_kept(value: Any) -> Any:
    """A number and its unit stay on one line."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return NUMBER_AND_UNIT.sub("\\1\u00a0\\2", value)
