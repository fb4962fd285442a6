"""The panel shows what the pages measure, of what is chosen, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import factories
import polars as pl
import pytest
from commands import everything_in
from filtering.folders import folder_of
from metrics.views import LONG, subject
from oncall_years import PEOPLE, five_years

from opsreview.explore import load_panel, what_if_panel
from opsreview.explore.load import Choice, Record
from opsreview.explore.panel import BY_ROLE, NO_SHIFTS, link_of
from opsreview.privacy import Appearance
from opsreview.review import Review


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return five_years(tmp_path_factory.mktemp("years"))


def test_one_cycle_with_nothing_chosen_counts_as_the_page_does(review: Review) -> None:
    record = Record.of_folder(review.folder)
    part = record.over(record.cycle, record.cycle).part(Choice())
    assert part.interruptions.height == review.estimate("interruptions", "count").value
    assert part.nights.height == review.estimate("disrupted_nights", "count").value
    assert part.busiest is not None
    busiest = review.estimate("busiest_share", "chance_upper")
    assert part.busiest.chance_upper_share == pytest.approx(busiest.value)


def test_what_is_chosen_adds_up_to_all(review: Review) -> None:
    record = Record.of_folder(review.folder)
    stretch = record.over(record.cycles[0], record.cycle)
    whole = stretch.part(Choice()).interruptions.height
    chosen = {
        "severities": record.severities,
        "sources": record.sources,
        "day_parts": ["working", "off_hours", "sleep"],
    }
    for name, values in chosen.items():
        parts = [stretch.part(Choice(**{name: frozenset([each])})) for each in values]  # type: ignore[arg-type]
        heights = [part.interruptions.height for part in parts]
        assert sum(heights) == whole
        assert min(heights) > 0


def test_chance_deals_to_the_chosen_people_alone(review: Review) -> None:
    record = Record.of_folder(review.folder)
    part = record.over(record.cycle, record.cycle).part(Choice(frozenset(["ada", "ben"])))
    assert set(part.dealing.people) == {"ada", "ben"}
    assert set(part.shifts["person"]) <= {"ada", "ben"}


def test_every_widget_moves_the_figures_and_writes_nothing(review: Review) -> None:
    before = everything_in(review.folder)
    panel, other = load_panel(review), what_if_panel(review)
    whole = panel.per_person.rows["count"].sum()
    lists = ("people", "severities", "day_parts", "sources")
    for name in lists:
        control = getattr(panel.controls, name)
        control.index = (0,)
        assert 0 < panel.per_person.rows["count"].sum() < whole
        control.index = ()
    panel.controls.cycles.index = (0, 59)
    assert panel.per_person.rows["count"].sum() > whole
    hours = panel.hours.rows
    panel.controls.clock.index = 1
    assert not panel.hours.rows.equals(hours)
    said = other.sentence.value
    for control, value in ((other.people, ("ada", "ben", "cleo")), (other.every, "2 weeks")):
        control.value = value
        assert other.sentence.value != said
        said = other.sentence.value
    other.secondary.value, other.by_day.value = True, True
    assert other.sentence.value != said
    assert everything_in(review.folder) == before


def test_exports_call_people_as_pages_do(tmp_path: Path) -> None:
    called = Appearance("pseudonyms", {name: f"person-{at}" for at, name in enumerate(PEOPLE)})
    panel = load_panel(five_years(tmp_path, called=called))
    exported = "".join(view.export.csv() for view in panel.views)
    drawn = "".join(view.figure.to_json() for view in panel.views)
    for text in (exported, drawn, str(panel.controls.people.options[0][0])):
        assert "person-" in text
        assert not [name for name in PEOPLE if f'"{name}"' in text or f",{name}," in text]


def test_by_role_no_view_is_of_single_persons(tmp_path: Path) -> None:
    called = Appearance("roles", dict.fromkeys(PEOPLE, "a contributor"))
    panel = load_panel(five_years(tmp_path, called=called))
    assert BY_ROLE in panel.per_person.why.value
    assert panel.per_person.drawn.layout.display == "none"
    assert panel.controls.people.options == ()


def test_without_shifts_or_incidents_each_view_says_why(tmp_path: Path) -> None:
    review = folder_of(
        tmp_path, subject(covers={("issues", ""): LONG}), called=Appearance("shown", {})
    )
    panel, other = load_panel(review), what_if_panel(review)
    assert NO_SHIFTS in panel.timeline.why.value
    assert all(view.drawn.layout.display == "none" for view in panel.views)
    assert "no source gives shifts" in panel.told.value
    assert "There is nothing to try out" in other.view.why.value


def test_text_from_outside_is_shown_as_it_is(tmp_path: Path) -> None:
    bad = "<img src=x onerror=alert(1)>"
    covers = {(table, ""): LONG for table in ("shifts", "incidents", "incident_events")}
    team = subject(
        covers=covers,
        shifts=factories.shifts({"person": bad}),
        incidents=factories.incidents({"service": bad, "opened_at": "2026-10-02 03:00"}),
    )
    panel = load_panel(folder_of(tmp_path, team, called=Appearance("shown", {bad: bad})))
    assert panel.timeline.drawn.layout.display == ""
    drawn = "".join(str(view.figure.to_dict()["data"]) for view in panel.views)
    assert "<img" not in drawn
    assert "&lt;img" in drawn


@pytest.mark.parametrize("url", ["javascript:alert(1)", "None", "data:text/html,x", ""])
def test_only_pages_of_the_web_are_linked(url: str) -> None:
    assert "<a " not in link_of(url, "incident")


def test_a_link_cannot_leave_its_attribute() -> None:
    assert '"onclick' not in link_of('https://pager.example/"onclick="x', "incident")


def test_a_formula_is_exported_as_text(review: Review) -> None:
    panel = load_panel(review)
    panel.nights.rows = pl.DataFrame({"person": ["=1+1", None, "ada"]})
    assert panel.nights.export.csv().splitlines()[1] == "'=1+1"


def test_a_band_that_no_longer_holds_is_taken_away(review: Review) -> None:
    panel = load_panel(review)
    assert panel.per_person.figure.layout.shapes
    panel.controls.people.index = (0,)
    assert not panel.per_person.figure.layout.shapes
