import plotly.graph_objects as go
import polars as pl
import pytest
from cycle_factory import CURVES, metrics_frame

from opsreview.estimate import Estimate, not_measurable
from opsreview.figures import answers_by_person, arrivals_against_acts, time_by_phase

from .flow_frames import answers, hours, life

AT_WORK = Estimate("share_in_working_hours", 0.5, "share", 4, 0.15, 0.85)
UNKNOWN = not_measurable("share_in_working_hours", "share", "nothing says when the team works")


def drawn(figure: go.Figure | None) -> go.Figure:
    assert figure is not None
    return figure


def words(figure: go.Figure | None) -> tuple[str, str]:
    layout = drawn(figure).layout
    return str(layout.title.text), str(layout.title.subtitle.text)


def test_title_names_what_took_most_of_each_kinds_time() -> None:
    changes = life("pull_request", 336.0, queue=0.2, in_review=0.18, unreleased=0.62)
    both = pl.concat([life("issue", None, queue=0.4, waiting_on_us=0.6), changes])
    title, note = words(time_by_phase(both))
    assert title == (
        "Pull requests spent 62 % of their time merged, not released; "
        "issues spent 60 % of their time waiting on us"
    )
    assert note == (
        "half of 40 pull requests took 14 d or more · 40 issues, fewer than half of them over yet"
    )


def test_parts_of_a_bar_add_to_one_and_a_phase_a_kind_cannot_have_is_no_zero() -> None:
    both = pl.concat(
        [life("issue", 9.0, queue=0.4, waiting_on_us=0.6), life("pull_request", 9.0, queue=1.0)]
    )
    figure = drawn(time_by_phase(both))
    for lengths in zip(*(bar.x for bar in figure.data), strict=True):
        assert sum(lengths) == pytest.approx(1)
    assert figure.layout.meta["table"]["rows"][0] == ["Pull requests", "100 %", "–"]


def test_nothing_finished_is_no_picture() -> None:
    nothing = not_measurable("median", "hours", "nothing was closed")
    assert time_by_phase(metrics_frame([("item_life", nothing)])) is None
    assert time_by_phase(pl.DataFrame()) is None


def test_arrivals_go_up_and_acts_down_each_a_share_of_its_own() -> None:
    came = hours("arrivals", ("mon", 9, 2), ("tue", 9, 1), ("sat", 22, 1))
    acted = hours("team_acts", ("wed", 10, 10))
    figure = drawn(arrivals_against_acts(came, acted, at_work=AT_WORK))
    assert [bar.name for bar in figure.data] == [
        "issues opened",
        "issues opened, weekends",
        "acts of the team",
    ]
    assert (figure.data[0].y[9], figure.data[1].y[22], figure.data[2].y[10]) == (0.75, 0.25, -1)
    assert all("-" not in text for text in figure.layout.yaxis.ticktext)
    title, note = words(figure)
    assert title == "50 % of 4 issues came while somebody of the team was at work"
    assert note == "15–85 % · 25 % came at a weekend, and 0 % of 10 acts of the team"


def test_arrivals_without_calendars_or_acts_are_still_drawn() -> None:
    came = hours("arrivals", ("sun", 9, 2))
    figure = arrivals_against_acts(came, pl.DataFrame(), at_work=UNKNOWN)
    assert words(figure) == ("100 % of 2 issues came at a weekend", "100 % came at a weekend")


def test_no_arrival_is_no_picture() -> None:
    acted = hours("team_acts", ("wed", 10, 10))
    assert arrivals_against_acts(pl.DataFrame(schema=CURVES), acted, at_work=UNKNOWN) is None


def test_who_answers_says_the_first_and_the_first_two() -> None:
    title, note = words(answers_by_person(answers(("ada", 6), ("ben", 3), ("cleo", 1))))
    assert title == "60 % of 10 answers came from one person, 90 % from two"
    assert note == "3 people answered"


def test_one_person_alone_is_said() -> None:
    title, note = words(answers_by_person(answers(("ada", 6))))
    assert (title, note) == ("100 % of 6 answers came from one person", "nobody else answered")


@pytest.mark.parametrize("metric", [pl.DataFrame(), answers()])
def test_answers_that_no_cycle_tells_are_no_picture(metric: pl.DataFrame) -> None:
    assert answers_by_person(metric) is None
