"""What a filter takes of a team's history, as things stood at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property

import polars as pl

from opsreview.errors import FilterError
from opsreview.filtering.asked import Asked, check_known
from opsreview.filtering.items import (
    acts_of,
    bearing,
    ever_bearing,
    known_items,
    known_labels,
    narrowed,
)
from opsreview.filtering.known import Known
from opsreview.metrics.reading import Subject
from opsreview.metrics.view import ITEM, Targets
from opsreview.window import Window, literal

WITHOUT_ITEMS = ("support_requests", "incidents", "incident_events", "shifts")


class Selection:
    """The items and repositories that a filter takes of what a build knew.

    Raises:
        FilterError: Something is asked for that is not known at ``as_of``.
    """

    def __init__(self, known: Known, asked: Asked, as_of: datetime) -> None:
        self._known, self._asked = known, asked
        self._check(as_of)
        self._tables = self._ever_taken()

    def subject_at(self, as_of: datetime) -> Subject:
        """The team's subject, with what the filter takes at ``as_of`` alone."""
        subject = self._known.subject
        tables = replace(subject.tables, frames=self._tables)
        repo, items = self._asked.repo, self.items_at(as_of)
        frames = dict(tables.of_repo(repo) if repo else tables.frames)
        if items is not None:
            frames = narrowed(frames, items)
            frames |= {name: frames[name].clear() for name in WITHOUT_ITEMS if name in frames}
        repos = [repo] if repo else subject.repos
        return replace(subject, tables=replace(tables, frames=frames), repos=repos)

    def items_at(self, as_of: datetime) -> pl.DataFrame | None:
        """The items that the filter takes at ``as_of``; None where it takes all."""
        if not self._asked.is_of_items:
            return None
        items = known_items(self._tables, as_of=as_of)
        for patterns in self._patterns:
            borne = bearing(self._tables, patterns, as_of=as_of)
            items = items.join(borne, on=ITEM, how="semi")
        if self._acts is not None:
            acted = self._acts.filter(pl.col("acted_at") <= literal(as_of))
            items = items.join(acted, on=ITEM, how="semi")
        return items

    def is_empty_at(self, as_of: datetime) -> bool:
        """Whether it takes items and finds none."""
        items, repo = self.items_at(as_of), self._asked.repo
        return items is not None and (items.filter(repo=repo) if repo else items).is_empty()

    def targets_at(self, window: Window) -> Targets:
        """What was promised then; of an area that has a target of its own, that one."""
        targets = self._known.targets_at(window)
        hours = targets.group_hours.get(f"area:{self._asked.area}", targets.response_hours)
        return replace(targets, response_hours=hours)

    def _ever_taken(self) -> Mapping[str, pl.DataFrame]:
        """The tables with what may be taken at any moment: to look for it there is much faster."""
        tables = self._known.subject.tables.frames
        for patterns in self._patterns:
            tables = narrowed(tables, ever_bearing(tables, patterns))
        return tables if self._acts is None else narrowed(tables, self._acts.select(ITEM))

    @cached_property
    def _patterns(self) -> list[list[str]]:
        """Of each label that an item must bear, what it may be written as."""
        areas = self._known.subject.groups.areas
        wanted = [list(areas[self._asked.area])] if self._asked.area else []
        return [*wanted, [self._asked.label]] if self._asked.label else wanted

    @cached_property
    def _acts(self) -> pl.DataFrame | None:
        person = self._asked.person
        tables = self._known.subject.tables.frames
        return acts_of(tables, self._people[person]) if person else None

    @cached_property
    def _people(self) -> Mapping[str, str]:
        """Ids of people by what pages call them."""
        people = self._known.subject.tables.frames["people"]
        bots = set(people.filter(pl.col("kind") == "bot")["person_id"])
        called = self._known.called.called
        return {shown: person for person, shown in called.items() if person not in bots}

    def _check(self, as_of: datetime) -> None:
        asked, subject = self._asked, self._known.subject
        if asked.area is not None:
            without = "the model gives no area a label"
            check_known("area", asked.area, subject.groups.areas, without=without)
        if asked.label is not None:
            labels = known_labels(subject.tables.frames, as_of=as_of)
            check_known("label", asked.label, labels, without="no item bears a label")
        if asked.repo is not None:
            check_known("repository", asked.repo, subject.repos, without="there is none")
        if asked.person is not None:
            if self._known.called.names == "roles":
                raise FilterError(
                    f"person {asked.person!r} cannot be asked for: pages of this team tell of "
                    "roles, and of no person (`privacy: {names: roles}` in review.yaml)"
                )
            check_known("person", asked.person, self._people, without="nobody is named")
