"""Another rotation beside what was: words that a lead changes, and what they would have meant."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets
import polars as pl

from opsreview.errors import FilterError
from opsreview.estimate import in_words
from opsreview.explore.view import LiveView
from opsreview.figures.load import hours_today_and_then
from opsreview.operating_model.quantities import WEEKDAYS
from opsreview.planning.history import History
from opsreview.planning.wanted import COVERS
from opsreview.planning.what_if import WhatIf
from opsreview.review import Review

BY_ROLE = "People appear by role: no figure tells of single persons."
EVERY = ("day", "week", "2 weeks", "3 weeks", "4 weeks")
CYCLES = 6


def what_if_panel(review: Review, cycles: int = CYCLES) -> WhatIfPanel:
    """The last cycles' duty under a rotation that is put together from widgets."""
    try:
        return WhatIfPanel(History.of_folder(review.folder, cycles))
    except FilterError as error:
        return WhatIfPanel(None, str(error))


class WhatIfPanel:
    """A rotation's parts, and the load it would have meant; a cell that ends with it shows it."""

    def __init__(self, history: History | None, why: str = "") -> None:
        self.history = history
        self.sentence = widgets.HTML()
        self.table = widgets.HTML()
        self.view = LiveView("what_if")
        if history is None:
            self.view.show(None, pl.DataFrame(), f"There is nothing to try out: {why}.")
            self.box = self.view.box
            return
        self._make_controls(history)
        self.box = widgets.VBox([self.controls, self.sentence, self.view.box, self.table])
        self.redraw()
        for each in self.moved:
            each.observe(lambda _: self.redraw(), "value")

    def _repr_mimebundle_(self, **asked: Any) -> Any:
        return self.box._repr_mimebundle_(**asked)

    @property
    def asked(self) -> WhatIf:
        """What the widgets ask for, replayed."""
        assert self.history is not None  # noqa: S101  else there are no widgets
        return self.history.what_if(
            people=list(self.people.value) or list(dict(self.people.options).values()),
            every=self.every.value,
            handover=f"{self.weekday.value} {self.clock.value}",
            secondary=self.secondary.value,
            cover=COVERS[int(self.by_day.value)],
        )

    def redraw(self) -> None:
        """Show what is asked for beside what was."""
        try:
            found = self.asked
        except FilterError as error:
            self.sentence.value = f"<p>{html.escape(str(error))}</p>"
            return
        self.sentence.value = f"<p>{html.escape(found.sentence)}</p>"
        self.table.value = table_of(found.compared)
        figure = hours_today_and_then(found.people)
        self.view.show(figure, found.compared, BY_ROLE)

    def _make_controls(self, history: History) -> None:
        begun = history.rotation()
        self.people = widgets.SelectMultiple(
            options=[(history.known.called.of(name), name) for name in begun.people],
            value=begun.people,
            description="People",
            rows=min(6, len(begun.people) + 1),
        )
        self.every = _one_of("Turns of a", EVERY, begun.every.text)
        self.weekday = _one_of("Handover", WEEKDAYS, WEEKDAYS[begun.weekday or 0])
        hours = [f"{hour:02}:00" for hour in range(24)]
        self.clock = _one_of("at", hours, f"{begun.handover:%H:%M}")
        self.secondary = widgets.Checkbox(value=begun.has_secondary, description="Secondary")
        self.by_day = widgets.Checkbox(
            value=begun.covered is not None, description="Business hours only"
        )
        timing = (self.every, self.weekday, self.clock)
        checks = (self.secondary, self.by_day)
        self.moved = (self.people, *timing, *checks)
        columns = [timing, checks] if self._by_role else [[self.people], timing, checks]
        self.controls = widgets.HBox(
            [widgets.VBox(column) for column in columns], layout={"flex_flow": "row wrap"}
        )

    @property
    def _by_role(self) -> bool:
        """Single persons are not told of: everybody stays in the rotation."""
        return self.history is not None and self.history.known.called.names == "roles"


def table_of(compared: pl.DataFrame) -> str:
    """Every measure, today beside then, as HTML; names are escaped."""
    rows = [
        f"<tr><td>{html.escape(measure)}</td><td>{_said(today, unit)}</td>"
        f"<td>{_said(then, unit)}</td></tr>"
        for measure, unit, today, then in compared.iter_rows()
    ]
    head = "<tr><th>measure</th><th>today</th><th>then</th></tr>"
    return f'<table style="text-align: left; border-spacing: 1.5em 0">{head}{"".join(rows)}</table>'


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return "not known"
    return f"{value:.0f}" if unit in ("nights", "count") else in_words(value, unit)


def _one_of(name: str, options: Sequence[str], now: str) -> widgets.Dropdown:
    """A list to choose one of, with what is now in it."""
    known = options if now in options else [now, *options]
    return widgets.Dropdown(options=known, value=now, description=name)
