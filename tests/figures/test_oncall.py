import polars as pl
from cycle_documents import WINDOW, ZONE
from cycle_factory import estimates, incidents_frame, metrics_frame, shifts_frame

from opsreview.estimate import Estimate
from opsreview.figures import (
    duty_shares,
    interruptions_by_day_part,
    load_per_person,
    review_load_bars,
    shift_timeline,
)


def metric(name: str) -> pl.DataFrame:
    return metrics_frame(estimates()).filter(metric=name)


def people(name: str, statistic: str, **values: float) -> pl.DataFrame:
    rows = [
        (name, Estimate(statistic, value, "count", 1, group=f"person:{person}"))
        for person, value in values.items()
    ]
    return metrics_frame(rows)


def test_load_stands_beside_what_chance_gives() -> None:
    figure = load_per_person(metric("interruptions"), metric("busiest_share"))
    assert figure is not None
    assert figure.layout.title.text == "One person took 18 of 31 interruptions"
    band = figure.layout.shapes[0]
    assert (round(band.x0), round(band.x1)) == (11, 13)


def test_load_without_a_chance_band_says_so() -> None:
    figure = load_per_person(metric("interruptions"), pl.DataFrame())
    assert figure is not None
    assert not figure.layout.shapes
    assert "too few" in figure.layout.title.subtitle.text


def test_day_parts_say_how_much_came_outside_working_hours() -> None:
    figure = interruptions_by_day_part(metric("interruptions"))
    assert figure is not None
    assert figure.layout.title.text == "12 of 31 interruptions came outside working hours"


def test_reviews_come_most_first() -> None:
    figure = review_load_bars(metric("review_load"))
    assert figure is not None
    assert list(figure.data[0].y) == ["otter", "heron", "lynx"]
    assert figure.layout.title.text == "48 % of 44 reviews came from one person"


def test_one_reviewer_is_said_plainly() -> None:
    figure = review_load_bars(people("review_load", "count", otter=3))
    assert figure is not None
    assert figure.layout.title.text == "All 3 reviews came from one person"


def test_many_people_are_gathered_into_others() -> None:
    many = {f"p{number:02}": 30.0 - number for number in range(20)}
    figure = review_load_bars(people("review_load", "count", **many))
    assert figure is not None
    assert len(figure.data[0].y) == 12
    assert figure.data[0].y[-1] == "9 others"
    assert sum(figure.data[0].x) == sum(many.values())
    assert len(figure.layout.meta["table"]["rows"]) == 20


def test_duty_shows_who_held_none_of_it() -> None:
    figure = duty_shares(metric("oncall_share"))
    assert figure is not None
    assert list(figure.data[0].y) == ["otter", "heron", "lynx", "wren"]
    assert figure.layout.title.text == "One person held 50 % of duty; 25 % would be fair"


def test_timeline_cuts_shifts_to_the_window() -> None:
    figure = shift_timeline(shifts_frame(), incidents_frame(), window=WINDOW, zone=ZONE)
    assert figure is not None
    primary = figure.data[0]
    assert min(primary.base) == "2026-10-01T00:00"
    assert figure.layout.title.text == "4 people held 10 turns of duty"
    assert figure.layout.yaxis.categoryarray[0] == "incidents"


def test_timeline_without_incidents_has_no_row_for_them() -> None:
    figure = shift_timeline(shifts_frame(), pl.DataFrame(), window=WINDOW, zone=ZONE)
    assert figure is not None
    assert "incidents" not in figure.layout.yaxis.categoryarray


def test_logins_are_escaped() -> None:
    figure = review_load_bars(people("review_load", "count", **{"<img src=x>": 3, "otter": 1}))
    assert figure is not None
    assert "<" not in "".join(figure.data[0].y)


def test_nothing_gives_no_picture() -> None:
    nothing = pl.DataFrame()
    assert load_per_person(nothing, nothing) is None
    assert interruptions_by_day_part(nothing) is None
    assert review_load_bars(nothing) is None
    assert duty_shares(nothing) is None
    assert shift_timeline(nothing, nothing, window=WINDOW, zone=ZONE) is None


def test_shifts_outside_the_window_give_no_picture() -> None:
    later = WINDOW.shifted(WINDOW.end_at - WINDOW.start_at + (WINDOW.end_at - WINDOW.start_at))
    assert shift_timeline(shifts_frame(), pl.DataFrame(), window=later, zone=ZONE) is None
