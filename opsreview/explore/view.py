"""One view of a panel: a live figure, or a sentence why there is none, and its exports."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as widgets
import polars as pl

from opsreview.explore.export import VIEW, Export
from opsreview.figures.live import live, redraw

SHOWN, HIDDEN = "", "none"


class LiveView:
    """A figure that is drawn anew; ``box`` is what JupyterLab shows. ``rows`` are those drawn."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = pl.DataFrame()
        self.figure = live(name)
        self.why = widgets.HTML()
        self.export = Export(name, lambda: self.rows)
        self.drawn = widgets.VBox([self.figure, self.export])
        self.box = widgets.VBox([self.why, self.drawn])
        self.box.add_class(VIEW)

    def show(self, figure: Any, rows: pl.DataFrame, why: str) -> None:
        """The figure and its rows; for None the sentence in their place."""
        self.rows = rows
        self.why.value = "" if figure is not None else f"<p>{html.escape(why)}</p>"
        self.drawn.layout.display = HIDDEN if figure is None else SHOWN
        if figure is not None:
            redraw(self.figure, figure)
