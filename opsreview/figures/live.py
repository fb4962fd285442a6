"""Figures that are drawn anew in place, for JupyterLab."""

from __future__ import annotations

import plotly.graph_objects as go

WIDTH = 900  # pixels: a live figure does not grow with its cell
CONFIG = {"showSendToCloud": False, "displaylogo": False}


def live(name: str) -> go.FigureWidget:
    """An empty figure to draw in; its PNG is a file of that name."""
    widget = go.FigureWidget()
    widget._config = CONFIG | {"toImageButtonOptions": {"format": "png", "filename": name}}
    return widget


def redraw(widget: go.FigureWidget, figure: go.Figure) -> None:
    """Show the figure in place of what the widget shows."""
    widget.data = []  # traces that are changed in place lose what only dates or names say
    widget.add_traces(figure.data)
    layout = {"shapes": [], "annotations": []} | figure.layout.to_plotly_json()
    with widget.batch_update():
        widget.layout.update(layout, overwrite=True)
        widget.layout.width = WIDTH
