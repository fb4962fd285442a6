import polars as pl

from opsreview.figures import release_hours

from .release_frames import release_times

ROWS = release_times(("working", 1, 14), ("working", 1, 14), ("sleep", 4, 1), ("off_hours", 4, 19))


def test_hours_say_how_many_came_outside_on_fridays_and_at_night() -> None:
    figure = release_hours(ROWS)

    assert figure is not None
    assert figure.layout.title.text == "2 of 4 releases came outside of working hours"
    note = "2 on a Friday · 1 at night · in the hours of who published"
    assert figure.layout.title.subtitle.text == note


def test_hours_of_nobody_known_are_the_team_s_and_say_so() -> None:
    figure = release_hours(ROWS.with_columns(person=pl.lit(None, pl.String)))

    assert figure is not None
    assert "in the team's zone: who published is not known" in figure.layout.title.subtitle.text


def test_each_hour_of_the_week_has_one_mark_that_grows_with_its_releases() -> None:
    figure = release_hours(ROWS)

    assert figure is not None
    working, outside = figure.data
    assert (list(working.y), list(working.x)) == (["Tue"], [14.5])
    assert list(outside.y) == ["Fri", "Fri"]
    assert working.marker.size[0] > outside.marker.size[0]
    assert working.marker.symbol != outside.marker.symbol


def test_no_release_is_no_picture() -> None:
    assert release_hours(pl.DataFrame()) is None
