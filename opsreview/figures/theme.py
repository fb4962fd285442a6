"""The one look of all figures: colours that read on light and dark paper, one small template."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio

# After Okabe and Ito, told apart by the colour-blind; at least 3:1 against white and near-black.
BLUE = "#2b7bba"
ORANGE = "#d55e00"
GREEN = "#12946c"
AMBER = "#b8860b"
PURPLE = "#b0679f"
GREY = "#7d8794"
INK = "#7a828e"
GRID = "rgba(125,135,148,0.22)"
BAND = "rgba(43,123,186,0.16)"
FAINT = "rgba(125,135,148,0.28)"
CLEAR = "rgba(0,0,0,0)"

NOTE_WIDTH = 110  # characters in JupyterLab; a page makes title and note a caption that wraps
TITLE_LINE, NOTE_LINE, LEGEND_LINE = 22, 17, 28  # pixels
FONT = 'system-ui, "Segoe UI", Roboto, sans-serif'

pio.renderers["plotly_mimetype"].config = {"showSendToCloud": False, "displaylogo": False}
pio.renderers.default = "plotly_mimetype"

_AXIS = {
    "gridcolor": GRID,
    "linecolor": GRID,
    "zeroline": False,
    "automargin": True,
    "title": {"font": {"size": 12}},
    "tickfont": {"size": 12},
}
TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "colorway": [BLUE, ORANGE, GREEN, PURPLE, AMBER, GREY],
        "xaxis": {**_AXIS, "showgrid": False, "ticks": "outside", "tickcolor": GRID},
        "yaxis": _AXIS,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "bgcolor": CLEAR,
            "traceorder": "normal",
        },
        "hoverlabel": {"font": {"family": FONT, "size": 13}, "namelength": -1, "align": "left"},
        "modebar": {"bgcolor": CLEAR, "orientation": "v"},
        "dragmode": False,  # a finger on a figure scrolls the page
        "bargap": 0.3,
    }
)


@dataclass(frozen=True)
class Told:
    """What a figure says in words: its title, the note under it, and the numbers as a table."""

    title: str
    note: str
    alt: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float | int | None]]


def drawn(traces: Sequence[Any], told: Told, *, height: int = 250, **layout: Any) -> go.Figure:
    """A figure with our look; ``height`` is the plotting area's, in pixels."""
    # A tag or an entity of escaped text is never cut: both are free of spaces.
    note = textwrap.wrap(told.note, NOTE_WIDTH, break_long_words=False, break_on_hyphens=False)
    has_legend = layout.get("showlegend", len(traces) > 1)
    top = 24 + TITLE_LINE + NOTE_LINE * len(note) + LEGEND_LINE * has_legend
    total = top + height + 52
    return go.Figure(
        data=traces,
        layout={
            "template": TEMPLATE,
            "height": total,
            "margin": {"t": top, "r": 16, "b": 52, "l": 48},
            "title": {
                "text": told.title,
                "font": {"size": 15},
                "subtitle": {"text": "<br>".join(note), "font": {"size": 12.5, "color": INK}},
                "x": 0,
                "xanchor": "left",
                "y": 1 - 4 / total,
                "yanchor": "top",
            },
            "meta": {
                "alt": html.unescape(told.alt),
                "table": {"columns": list(told.columns), "rows": [list(row) for row in told.rows]},
            },
            "showlegend": has_legend,
            **layout,
        },
    )


def escaped(text: object) -> str:
    """Text from outside, shown as it is: plotly would read tags in it."""
    return html.escape(str(text))


def shortened(text: object, *, to: int = 22) -> str:
    """A name that fits an axis, escaped."""
    said = str(text)
    return escaped(said if len(said) <= to else said[: to - 1] + "…")


def marked_line(
    at: float | str, text: str, *, axis: str = "x", color: str = ORANGE
) -> dict[str, list[dict[str, Any]]]:
    """The shape and the label of a line across the figure, such as a target."""
    across = {"x": "y", "y": "x"}[axis]
    line = {
        "type": "line",
        f"{axis}0": at,
        f"{axis}1": at,
        f"{across}0": 0,
        f"{across}1": 1,
        f"{across}ref": "paper",
        "line": {"color": color, "width": 1.5, "dash": "dash"},
    }
    label = {
        axis: at,
        across: 1 if axis == "x" else 0,
        f"{across}ref": "paper",
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "top" if axis == "x" else "bottom",
        "xshift": 4,
        "font": {"size": 12, "color": color},
    }
    return {"shapes": [line], "annotations": [label]}


def band(low: float, high: float, *, axis: str = "y") -> dict[str, Any]:
    """A shaded stretch behind the marks, such as the range of the earlier cycles."""
    across = {"x": "y", "y": "x"}[axis]
    return {
        "type": "rect",
        "layer": "below",
        f"{axis}0": low,
        f"{axis}1": high,
        f"{across}0": 0,
        f"{across}1": 1,
        f"{across}ref": "paper",
        "fillcolor": BAND,
        "line": {"width": 0},
    }


def rounded(values: Sequence[float | None], digits: int = 4) -> list[float | None]:
    """Values with the digits a picture needs."""
    return [None if value is None else round(value, digits) for value in values]
