import polars as pl

from opsreview.figures.heroics import off_hours_by_person, work_on_few

from .load_frames import absence, shares


def test_the_work_that_rests_on_one_person_most_is_said_first() -> None:
    off = shares("off_rotation_share", "share", work__answer=0.4)

    figure = work_on_few(absence(answer=0.5, release=0.9), off)

    assert figure is not None
    assert figure.layout.title.text == "One person did 90 % of the releases"
    by_name = {trace.name: list(zip(trace.y, trace.x, strict=True)) for trace in figure.data}
    assert by_name["by one person"] == [("Answers", 0.5), ("Releases", 0.9)]
    assert by_name["by two people"] == [("Answers", 0.7), ("Releases", 1.0)]
    assert by_name["by who was not on duty"] == [("Answers", 0.4)]


def test_too_little_work_is_not_drawn() -> None:
    assert work_on_few(absence(n=4, answer=0.5), pl.DataFrame()) is None
    assert work_on_few(pl.DataFrame(), pl.DataFrame()) is None


def test_off_hours_are_shown_by_person_the_most_first() -> None:
    metric = pl.concat(
        [
            shares("off_hours_activity", "share", 40, all=0.3, person__otter=0.1, person__wren=0.6),
            shares("off_hours_activity", "nights", 3, person__wren=3),
        ]
    )

    figure = off_hours_by_person(metric)

    assert figure is not None
    assert figure.layout.title.text == "30 % of 40 acts came outside of working hours"
    assert list(figure.data[0].y) == ["wren", "otter"]
    assert list(figure.data[0].text) == ["60 %, 3 nights", "10 %"]


def test_off_hours_of_nobody_are_not_drawn() -> None:
    assert off_hours_by_person(shares("off_hours_activity", "share", all=0.3)) is None
