"""A plotly figure as the page shows it: caption, sentence, data table, and JSON to draw from."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PLOTLY = "application/vnd.plotly.v1+json"
HEIGHT = 360  # pixels, when a figure does not say
TOP = 100  # plotly's own top margin
TOP_WITHOUT_TITLE = 14
TOP_WITH_LABELS = 42  # a legend or annotation above the plot still needs room
NOTHING = "–"
TAGS = re.compile(r"<[^>]*>")
UNSAFE = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


@dataclass(frozen=True)
class Cell:
    """One value of a data table, as text."""

    text: str
    is_number: bool


@dataclass(frozen=True)
class Chart:
    """One figure of a page. Texts are plain, to be escaped where they are shown."""

    caption: str
    note: str
    alt: str
    height: int
    columns: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    source: str


def chart(figure: Mapping[str, Any]) -> Chart:
    """Take a figure of plotly's JSON apart.

    The title becomes a caption, because SVG text does not wrap on a narrow screen; ``meta.alt``
    and ``meta.table`` become the sentence for screen readers and the table.
    """
    layout = dict(figure.get("layout") or {})
    title, meta = _mapping(layout.pop("title", None)), _mapping(layout.pop("meta", None))
    caption = plain(title.get("text"))
    columns, rows = _table(_mapping(meta.get("table")))
    freed = _give_back_top(layout) if caption else 0
    height = int(layout.pop("height", None) or HEIGHT) - freed
    drawn = {"data": figure.get("data") or [], "layout": layout}
    return Chart(
        caption=caption,
        note=plain(_mapping(title.get("subtitle")).get("text")),
        alt=str(meta.get("alt") or caption or "A figure without a description"),
        height=height,
        columns=columns,
        rows=rows,
        source=script_safe(json.dumps(drawn, ensure_ascii=False, separators=(",", ":"))),
    )


def script_safe(text: str) -> str:
    """JSON that cannot end its ``<script>`` element."""
    return text.translate(UNSAFE)


def plain(text: object) -> str:
    """Plotly's small HTML (``<b>``, ``<br>``, escaped outside text) as plain text."""
    return " ".join(html.unescape(TAGS.sub(" ", str(text or ""))).split())


def cell(value: object) -> Cell:
    """A value of a data table: thousands separated, at most three significant decimals."""
    if value is None:
        return Cell(NOTHING, is_number=False)
    if isinstance(value, bool):
        return Cell("yes" if value else "no", is_number=False)
    if isinstance(value, int):
        return Cell(f"{value:,}", is_number=True)
    if isinstance(value, float):
        return Cell(_decimal(value), is_number=True)
    return Cell(str(value), is_number=False)


def _decimal(value: float) -> str:
    if 0 < abs(value) < 1:
        return f"{value:.3g}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _table(table: Mapping[str, Any]) -> tuple[tuple[Cell, ...], tuple[tuple[Cell, ...], ...]]:
    rows = tuple(tuple(cell(value) for value in row) for row in table.get("rows") or [])
    columns = tuple(
        Cell(str(name), is_number=_is_numeric([row[place] for row in rows if place < len(row)]))
        for place, name in enumerate(table.get("columns") or [])
    )
    return columns, rows


def _is_numeric(cells: Sequence[Cell]) -> bool:
    filled = [each for each in cells if each.text != NOTHING]
    return bool(filled) and all(each.is_number for each in filled)


def _give_back_top(layout: dict[str, Any]) -> int:
    """Take the room of the title that moved out from the top margin; the pixels it was."""
    margin = _mapping(layout.get("margin"))
    now = int(margin.get("t", TOP))
    needed = TOP_WITH_LABELS if _has_labels_above(layout) else TOP_WITHOUT_TITLE
    layout["margin"] = {**margin, "t": min(now, needed)}
    return max(now - needed, 0)


def _has_labels_above(layout: Mapping[str, Any]) -> bool:
    template = _mapping(_mapping(layout.get("template")).get("layout"))
    legend = {**_mapping(template.get("legend")), **_mapping(layout.get("legend"))}
    has_legend = layout.get("showlegend") is not False and legend.get("y", 0) >= 1
    return has_legend or any(
        note.get("yref") == "paper" and note.get("y", 0) >= 1 and note.get("yanchor") != "top"
        for note in layout.get("annotations") or []
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {"text": value} if value else {}
