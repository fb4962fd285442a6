"""What a reader moves: the cycles, and who and what of them is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import ipywidgets as widgets

from opsreview.explore.load import Choice, Record
from opsreview.metrics.day_parts import DAY_PARTS
from opsreview.window import Cycle

FIRST_SHOWN = 6  # cycles
OWN_CLOCK = "each person's own clock"
DAY_PART_WORDS = dict(
    zip(("working hours", "off-hours", "sleep (22:00 to 08:00)"), DAY_PARTS, strict=True)
)


class Controls:
    """Widgets over a record. Nothing chosen in a list stands for all of it."""

    def __init__(self, record: Record) -> None:
        self._cycles = {cycle.name: cycle for cycle in record.cycles}
        called = record.known.called
        people = (
            {} if called.names == "roles" else {called.of(name): name for name in record.people}
        )
        self.cycles = _range(list(self._cycles))
        self.people = _several("People", sorted(people.items()))
        self.severities = _several("Severity", [(each, each) for each in record.severities])
        self.day_parts = _several("Day part", DAY_PART_WORDS.items())
        self.sources = _several("Source", [(each, each) for each in record.sources])
        self.clock = widgets.Dropdown(
            options=_clocks(record, people), description="Clock", layout={"width": "440px"}
        )
        lists = (self.people, self.severities, self.day_parts, self.sources)
        told = widgets.HTML("<small>Ctrl or ⌘ and a click takes a choice back.</small>")
        self.box = widgets.VBox(
            [
                widgets.HBox([self.cycles, self.clock], layout={"flex_flow": "row wrap"}),
                widgets.HBox(
                    [each for each in lists if each.options], layout={"flex_flow": "row wrap"}
                ),
                told,
            ]
        )

    @property
    def span(self) -> tuple[Cycle, Cycle]:
        """The first and the last cycle."""
        first, last = self.cycles.value
        return self._cycles[first], self._cycles[last]

    @property
    def choice(self) -> Choice:
        lists = (self.people, self.severities, self.day_parts, self.sources)
        return Choice(*(frozenset(each.value) or None for each in lists))

    @property
    def zone(self) -> ZoneInfo | None:
        """Whose clock hours are told by; None: each person's own."""
        found: ZoneInfo | None = self.clock.value
        return found

    def observe(self, moved: Callable[[Any], None]) -> None:
        """Call ``moved`` after each change."""
        for each in (self.cycles, self.people, self.severities, self.day_parts, self.sources):
            each.observe(moved, "value")
        self.clock.observe(moved, "value")


def _range(names: list[str]) -> widgets.SelectionRangeSlider:
    return widgets.SelectionRangeSlider(
        options=names,
        index=(max(0, len(names) - FIRST_SHOWN), len(names) - 1),
        description="Cycles",
        continuous_update=False,
        layout={"width": "560px"},
    )


def _several(name: str, options: Iterable[tuple[str, str]]) -> widgets.SelectMultiple:
    options = list(options)
    rows = min(max(len(options), 2), 6)
    return widgets.SelectMultiple(
        options=options, rows=rows, description=name, layout={"width": "270px"}
    )


def _clocks(record: Record, people: Mapping[str, str]) -> list[tuple[str, ZoneInfo | None]]:
    subject = record.known.subject
    theirs = [
        (f"{shown}, {subject.calendars[name].zone.key}", subject.calendars[name].zone)
        for shown, name in sorted(people.items())
        if name in subject.calendars
    ]
    return [(OWN_CLOCK, None), (f"the team, {subject.zone.key}", subject.zone), *theirs]
