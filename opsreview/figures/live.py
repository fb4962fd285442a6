"""Figures that are drawn anew in place, for JupyterLab."""

from __future__ import annotations

import plotly.graph_objects as go

CONFIG = {"showSendToCloud": False, "displaylogo": False, "responsive": True}


def live(name: str) -> go.FigureWidget:
    """An empty figure to draw in; its PNG is a file of that name."""
    widget = go.FigureWidget()
    widget._config = CONFIG | {"toImageButtonOptions": {"format": "png", "filename": name}}
    return widget


def redraw(widget: go.FigureWidget, figure: go.Figure) -> None:
    """Show the figure in place of what the widget shows."""
    with widget.batch_update():
        if [trace.type for trace in widget.data] == [trace.type for trace in figure.data]:
            for shown, trace in zip(widget.data, figure.data, strict=True):
                shown.update(trace.to_plotly_json(), overwrite=True)
        else:
            widget.data = []
            widget.add_traces(figure.data)
        widget.layout.update(figure.layout.to_plotly_json(), overwrite=True)
