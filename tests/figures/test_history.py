import plotly.graph_objects as go
import polars as pl
import pytest
from cycle_documents import AS_OF, CYCLE, WINDOW
from cycle_factory import estimates, history_frame, metrics_frame
from factories import window

from opsreview.estimate import Estimate, not_measurable
from opsreview.figures import headline_history
from opsreview.figures.time_axis import cycle_day, cycle_name
from opsreview.window import Cycle


def history(metric: str, statistic: str, *, now: Estimate | None = None) -> pl.DataFrame:
    """Fourteen earlier cycles and this one."""
    own = [(metric, now)] if now else estimates()
    frames = [
        history_frame().with_columns(is_current=False),
        metrics_frame(own).with_columns(is_current=True),
    ]
    return pl.concat(frames).filter(metric=metric, statistic=statistic, group="all")


def drawn(figure: go.Figure | None) -> go.Figure:
    assert figure is not None
    return figure


def test_title_says_this_cycle_and_the_note_the_earlier_ones() -> None:
    figure = drawn(headline_history(history("response_attainment", "share_answered")))
    assert figure.layout.title.text == "Share answered in time: 52 % in Oct 2026"
    assert figure.layout.title.subtitle.text == "40–64 %, n 61 · earlier 12 cycles: 67 to 82 %"


def test_this_cycle_is_a_dot_of_its_own() -> None:
    earlier, now = drawn(headline_history(history("backlog", "change"))).data
    assert (len(earlier.x), list(now.x), list(now.y)) == (14, ["2026-10-01"], [9.0])
    assert now.marker.size > earlier.marker.size


def test_intervals_are_bars_and_never_negative() -> None:
    _, now = drawn(headline_history(history("response_attainment", "share_answered"))).data
    assert (now.error_y.array[0], now.error_y.arrayminus[0]) == (0.12, 0.12)


def test_long_durations_are_drawn_in_days() -> None:
    figure = drawn(headline_history(history("issue_age", "median")))
    assert figure.layout.yaxis.title.text == "days"


def test_target_is_drawn_in_the_same_unit() -> None:
    figure = drawn(headline_history(history("issue_age", "median"), target=48.0))
    line = figure.layout.shapes[-1]
    assert (line.y0, line.y1) == (2.0, 2.0)
    assert figure.layout.annotations[0].text == "target 2 d"


def test_cycle_not_measurable_is_no_picture() -> None:
    nothing = not_measurable("median", "hours", "no pull request in the window")
    assert headline_history(history("time_to_first_review", "median", now=nothing)) is None


def test_median_not_reached_says_more_than_and_keeps_the_earlier_dots() -> None:
    unreached = Estimate("median", None, "hours", 9, lower=336.0)
    figure = drawn(headline_history(history("time_to_first_review", "median", now=unreached)))
    assert "more than 14 d in Oct 2026" in figure.layout.title.text
    assert "n 9" in figure.layout.title.subtitle.text
    assert [len(trace.x) for trace in figure.data] == [14, 0]


def test_few_cycles_are_named_once_each() -> None:
    figure = drawn(headline_history(history("backlog", "change").tail(3)))
    assert figure.layout.xaxis.dtick == "M1"


def test_no_value_at_all_is_no_picture() -> None:
    nothing = metrics_frame([("backlog", not_measurable("change", "count", "no data"))])
    assert headline_history(nothing.with_columns(is_current=True)) is None


def test_quarters_are_named_as_quarters() -> None:
    quarter = Cycle("2026-q3", CYCLE.zone).window
    own = metrics_frame([("backlog", Estimate("change", 4, "count", 4))], quarter, AS_OF)
    figure = drawn(headline_history(own.with_columns(is_current=True)))
    assert figure.layout.title.text.endswith("in Q3 2026")
    assert list(figure.data[1].x) == ["2026-07-01"]


def test_one_cycle_has_no_band() -> None:
    own = metrics_frame([("backlog", Estimate("change", 4, "count", 4))], WINDOW, AS_OF)
    figure = drawn(headline_history(own.with_columns(is_current=True)))
    assert not figure.layout.shapes


@pytest.mark.parametrize(
    ("start", "end", "name", "day"),
    [
        ("2026-10-01", "2026-11-01", "Oct 2026", "2026-10-01"),
        ("2026-04-01", "2026-07-01", "Q2 2026", "2026-04-01"),
        ("2026-05-01", "2026-08-01", "May to Jul 2026", "2026-05-01"),
        ("2025-11-30", "2026-02-28", "Dec to Feb 2026", "2025-12-01"),
    ],
)
def test_cycle_is_named_by_its_months(start: str, end: str, name: str, day: str) -> None:
    assert (cycle_name(window(start, end)), cycle_day(window(start, end))) == (name, day)
