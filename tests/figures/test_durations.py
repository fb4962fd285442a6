import plotly.graph_objects as go
import polars as pl
import pytest
from cycle_factory import CURVES, done_curve, rival_curves

from opsreview.figures import duration_curve, waiting_curve

RESPONSE = ("answered", "closed_by_team")


def answers(*steps: tuple[float, float, float], n: int = 10) -> pl.DataFrame:
    """Curves of (hours, share answered, share closed without a word)."""
    rows = [
        {"curve": name, "hours": hours, "value": value, "n_at_risk": n}
        for hours, answered, closed in steps
        for name, value in (
            ("answered", answered),
            ("closed_by_team", closed),
            ("waiting", 1 - answered - closed),
        )
    ]
    named = {"metric": "time_to_first_response", "scope": "all", "group": "all"}
    return pl.DataFrame([{**named, **row} for row in rows], schema=CURVES)


def drawn(figure: go.Figure | None) -> go.Figure:
    assert figure is not None
    return figure


def title(figure: go.Figure | None) -> str:
    return str(drawn(figure).layout.title.text)


def test_title_says_the_share_at_the_target() -> None:
    curve = answers((0, 0, 0), (24, 0.5, 0.1), (100, 0.7, 0.2))
    figure = waiting_curve(curve, target_hours=72)
    assert title(figure) == "50 % of 10 issues opened were answered within 3 d"
    closed = "10 % closed without a word, all of them silently closed by the team"
    assert f"{closed} · 40 % still waiting then" in str(drawn(figure).layout.title.subtitle.text)


def test_answer_exactly_at_the_target_is_in_time() -> None:
    curve = answers((0, 0, 0), (72, 0.6, 0), (100, 0.8, 0))
    assert title(waiting_curve(curve, target_hours=72)).startswith("60 %")


def test_target_nobody_was_followed_to_is_not_claimed() -> None:
    curve = answers((0, 0, 0), (24, 0.2, 0))
    assert title(waiting_curve(curve, target_hours=72)).endswith(
        "20 % of 10 issues opened were answered within 24 h"
    )


def test_all_answered_before_the_target_is_known_at_it() -> None:
    curve = answers((0, 0, 0), (24, 1.0, 0))
    assert title(waiting_curve(curve, target_hours=72)).startswith("100 %")


def test_without_a_target_there_is_no_line() -> None:
    figure = drawn(waiting_curve(answers((0, 0, 0), (24, 0.5, 0)), target_hours=None))
    assert not figure.layout.shapes


def test_three_parts_add_to_one_at_every_place() -> None:
    figure = drawn(waiting_curve(rival_curves("time_to_first_response", RESPONSE), target_hours=72))
    assert [trace.name for trace in figure.data] == [
        "answered",
        "silently closed by the team",
        "still waiting",
    ]
    for parts in zip(*(trace.y for trace in figure.data), strict=True):
        assert sum(parts) == pytest.approx(1, abs=2e-4)


def test_who_closed_without_a_word_is_told_apart() -> None:
    first = answers((0, 0, 0), (24, 0.5, 0.1), (100, 0.6, 0.1))
    bots = first.filter(curve="closed_by_team").with_columns(
        curve=pl.lit("closed_by_bot"), value=pl.col("value") / 2
    )
    waiting = pl.col("value") - pl.when(pl.col("hours") > 0).then(0.05).otherwise(0)
    less = pl.when(pl.col("curve") == "waiting").then(waiting).otherwise("value")
    figure = drawn(
        waiting_curve(pl.concat([first.with_columns(value=less), bots]), target_hours=72)
    )
    assert [trace.name for trace in figure.data] == [
        "answered",
        "silently closed by the team",
        "closed by a bot",
        "still waiting",
    ]
    assert "15 % closed without a word, most of them silently closed by the team" in (
        str(figure.layout.title.subtitle.text)
    )
    assert ["3 d", "50 %", "10 %", "5 %", "35 %"] in figure.layout.meta["table"]["rows"]
    assert sum(trace.y[-1] for trace in figure.data) == pytest.approx(1, abs=1e-3)


def test_thinning_keeps_the_step_before_and_after_the_target() -> None:
    curve = rival_curves("time_to_first_response", RESPONSE, count=5000)
    hours = curve["hours"].unique().sort()
    figure = drawn(waiting_curve(curve, target_hours=72))
    places = list(figure.data[0].x)
    assert len(places) <= 200
    for kept in (hours.filter(hours <= 72)[-1], hours.filter(hours > 72)[0]):
        assert min(abs(place - kept**0.5) for place in places) < 1e-3


def test_thinned_curve_holds_true_values() -> None:
    curve = rival_curves("time_to_first_response", RESPONSE, count=5000)
    answered = dict(curve.filter(curve="answered").select("hours", "value").iter_rows())
    by_place = {round(hours**0.5, 4): value for hours, value in answered.items()}
    trace = drawn(waiting_curve(curve, target_hours=72)).data[0]
    inner = list(zip(trace.x, trace.y, strict=True))[:-1]
    assert all(by_place[x] == pytest.approx(y, abs=1e-3) for x, y in inner)


def test_table_reads_the_curve_at_the_target_too() -> None:
    curve = answers((0, 0, 0), (24, 0.5, 0.1), (100, 0.7, 0.2))
    table = drawn(waiting_curve(curve, target_hours=60)).layout.meta["table"]
    assert ["2.5 d", "50 %", "10 %", "40 %"] in table["rows"]
    assert table["rows"][-1] == ["7 d", None, None, None]


def test_other_rivals_have_their_own_words() -> None:
    curve = rival_curves("change_request_duration", ("merged", "closed_unmerged"))
    assert "pull requests were merged" in title(waiting_curve(curve, target_hours=None))


def test_group_is_named_and_escaped() -> None:
    curve = answers((0, 0, 0), (24, 0.5, 0)).with_columns(group=pl.lit("area:<b>x</b>"))
    figure = drawn(waiting_curve(curve, target_hours=None))
    assert "<b>" not in title(figure)
    assert "<b>x</b>" in figure.layout.meta["alt"]


@pytest.mark.parametrize("curve", [pl.DataFrame(), pl.DataFrame(schema=CURVES)])
def test_nothing_gives_no_picture(curve: pl.DataFrame) -> None:
    assert waiting_curve(curve, target_hours=72) is None
    assert duration_curve(curve, target_hours=None) is None


def test_nothing_but_waiting_is_still_a_picture() -> None:
    figure = waiting_curve(answers((0, 0, 0), (50, 0, 0)), target_hours=24)
    assert title(figure) == "0 % of 10 issues opened were answered within 24 h"


def test_duration_says_its_median_with_the_interval() -> None:
    figure = drawn(
        duration_curve(done_curve("issue_resolution_duration", hours=900), target_hours=None)
    )
    assert title(figure).startswith("Half of 42 issues were closed within 19 d")
    assert "95 % interval" in str(figure.layout.title.subtitle.text)


def test_median_not_reached_is_not_invented() -> None:
    curve = done_curve("time_to_resolve", hours=900).filter(pl.col("value") < 0.4)
    assert title(duration_curve(curve, target_hours=None)).startswith(
        "Fewer than half of 42 incidents were resolved: 38 % so far"
    )


def test_band_stays_around_the_line_where_bounds_are_missing() -> None:
    bounds = {"lower": pl.lit(None, pl.Float64), "upper": pl.lit(None, pl.Float64)}
    curve = done_curve("time_to_resolve", hours=9).with_columns(**bounds)
    lower, upper, line = drawn(duration_curve(curve, target_hours=None)).data
    assert all(low <= y <= up for low, y, up in zip(lower.y, line.y, upper.y, strict=True))


def test_long_waits_get_a_longer_axis() -> None:
    figure = drawn(duration_curve(done_curve("change_lead_time", hours=4000), target_hours=None))
    assert figure.layout.xaxis.ticktext[-1] == "1 y"


def test_durations_longer_than_the_longest_axis_are_still_drawn() -> None:
    figure = drawn(duration_curve(done_curve("change_lead_time", hours=90_000), target_hours=None))
    assert figure.layout.xaxis.ticktext[-1] == "3 y"


def test_interval_does_not_lean_on_the_stand_in_at_all_done() -> None:
    steps = [(0.0, 0.0, 0.0, 0.5), (5.0, 0.75, 0.2, 0.95), (7.0, 1.0, 0.6, 1.0)]
    named = {"metric": "time_to_resolve", "scope": "all", "group": "all", "curve": "done"}
    rows = [
        {**named, "hours": hours, "value": done, "lower": low, "upper": high, "n_at_risk": 4}
        for hours, done, low, high in steps
    ]
    figure = drawn(duration_curve(pl.DataFrame(rows, schema=CURVES), target_hours=None))
    assert figure.layout.title.subtitle.text == "95 % interval 5 h or more"


def test_nothing_done_is_shown_for_as_long_as_it_was_followed() -> None:
    curve = done_curve("change_lead_time", hours=400)
    nothing = curve.with_columns(value=pl.lit(0.0), lower=pl.lit(0.0))
    figure = drawn(duration_curve(nothing, target_hours=None))
    assert figure.layout.xaxis.ticktext[-1] == "90 d"
