"""The load of on-call duty as widgets: what is chosen, and four views that follow."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as widgets
import polars as pl

from opsreview import figures
from opsreview.explore.controls import OWN_CLOCK, Controls
from opsreview.explore.load import Part, Record, Stretch
from opsreview.explore.view import LiveView
from opsreview.figures.load import hours_of_week, nights_calendar
from opsreview.figures.theme import escaped
from opsreview.metrics.interruptions import INCIDENT
from opsreview.review import Review
from opsreview.window import Cycle

NOBODY = "No interruption of a known person is in what is chosen."
NO_SHIFTS = "No shift is in what is chosen."
BY_ROLE = "People appear by role: no view tells of single persons."
SHOWN_OF = [*INCIDENT, "opened_at", "severity", "service", "person", "evidence", "url"]


def load_panel(review: Review) -> LoadPanel:
    """The widgets and views of a built cycle and those before it.

    Raises:
        FilterError: The cycle's folder holds no tables.
    """
    return LoadPanel(Record.of_folder(review.folder))


class LoadPanel:
    """Four views of what the controls choose, drawn anew at each change; a cell that ends with it
    shows it."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.controls = Controls(record)
        self.told = widgets.HTML()
        self.per_person = LiveView("load_per_person")
        self.hours = LiveView("hours_of_week")
        self.nights = LiveView("disrupted_nights")
        self.timeline = LiveView("duty_timeline")
        self.link = widgets.HTML()
        self.timeline.box.children += (self.link,)
        self.views = (self.per_person, self.hours, self.nights, self.timeline)
        self.box = widgets.VBox([self.controls.box, self.told, *(each.box for each in self.views)])
        self._over: tuple[tuple[Cycle, Cycle], Stretch] | None = None
        self.redraw()
        self.controls.observe(lambda _: self.redraw())

    def _repr_mimebundle_(self, **asked: Any) -> Any:
        return self.box._repr_mimebundle_(**asked)

    def redraw(self) -> None:
        """Show what is chosen."""
        part = self._stretch().part(self.controls.choice)
        self.told.value = f"<p>{html.escape(self._unknown(part))}</p>"
        self.link.value = ""
        self._draw_people(part)
        self._draw_hours(part)
        self._draw_nights(part)
        self._draw_timeline(part)

    def _stretch(self) -> Stretch:
        span = self.controls.span
        if self._over is None or self._over[0] != span:
            self._over = (span, self.record.over(*span))
        return self._over[1]

    def _unknown(self, part: Part) -> str:
        said = {
            f"{table.capitalize()}: {why}."
            for table in ("shifts", "incidents")
            if (why := self.record.missing(table, part.window))
        }
        return " ".join(sorted(said))

    def _draw_people(self, part: Part) -> None:
        called = self.record.known.called
        if called.names == "roles":
            self.per_person.show(None, pl.DataFrame(), BY_ROLE)
            return
        counts = part.interruptions["person"].drop_nulls().value_counts(name="count")
        counts = called.measured(counts.sort("count", "person", descending=[True, False]))
        metric = counts.select(
            group="person:" + pl.col("person"),
            statistic=pl.lit("count"),
            value=pl.col("count").cast(pl.Float64),
        )
        self.per_person.show(figures.load_per_person(metric, _chance(part)), counts, NOBODY)

    def _draw_hours(self, part: Part) -> None:
        known = part.interruptions.drop_nulls("person")
        clocked = self.record.by_clock(known, self.controls.zone)
        clock = OWN_CLOCK if self.controls.zone is None else f"the clock of {self.controls.zone}"
        counted = clocked.group_by("weekday", "hour").len("interruptions").sort("weekday", "hour")
        self.hours.show(hours_of_week(clocked, escaped(clock)), counted, NOBODY)

    def _draw_nights(self, part: Part) -> None:
        why = "No night was disrupted in what is chosen."
        nights = self.record.known.called.measured(part.nights)
        self.nights.show(nights_calendar(part.nights), nights, why)

    def _draw_timeline(self, part: Part) -> None:
        called = self.record.known.called
        figure = figures.shift_timeline(
            called.measured(part.shifts),
            part.incidents,
            window=part.window,
            zone=self.record.known.subject.zone,
        )
        rows = called.measured(part.interruptions).select(SHOWN_OF)
        self.timeline.show(figure, rows, NO_SHIFTS)
        for trace in self.timeline.figure.select_traces({"name": "incident"}):
            trace.on_click(self._show_link)

    def _show_link(self, trace: Any, points: Any, _: Any) -> None:
        for place in points.point_inds[:1]:
            self.link.value = link_of(str(trace.customdata[place]), str(trace.text[place]))


def link_of(url: str, said: str) -> str:
    """A link to an incident, as HTML; ``said`` is escaped already. Only to a page of the web."""
    if not url.startswith(("https://", "http://")):
        return f"<p>{said}: no address is known</p>"
    address = html.escape(url)
    return f'<p>{said}: <a href="{address}" target="_blank" rel="noopener">{address}</a></p>'


def _chance(part: Part) -> pl.DataFrame:
    """The band as ``figures.load_per_person`` takes it; empty where there is none."""
    found = part.busiest
    if found is None:
        return pl.DataFrame()
    shares = {"chance_median": found.chance_median_share, "chance_upper": found.chance_upper_share}
    return pl.DataFrame({"group": "all", "statistic": list(shares), "value": list(shares.values())})
