import polars as pl
from cycle_documents import ZONE
from cycle_factory import CURVES, age_curve, backlog_curve, estimates, history_frame, metrics_frame

from opsreview.figures import age_by_week, backlog_by_day, opened_and_closed


def rates(metric: str) -> pl.DataFrame:
    frames = [
        history_frame().with_columns(is_current=False),
        metrics_frame(estimates()).with_columns(is_current=True),
    ]
    wanted = {"metric": metric, "statistic": "rate_per_week", "group": "kind:issue"}
    return pl.concat(frames).filter(**wanted)


def test_backlog_tells_issues_from_pull_requests() -> None:
    figure = backlog_by_day(backlog_curve(), zone=ZONE)
    assert figure is not None
    assert [trace.name for trace in figure.data] == ["issues", "pull requests"]
    assert figure.layout.title.text == "93 issues and 20 pull requests open at the end"


def test_days_are_those_of_the_teams_zone_and_say_so() -> None:
    figure = backlog_by_day(backlog_curve(), zone=ZONE)
    assert figure is not None
    assert figure.data[0].x[0] == "2026-10-02T00:00"
    assert "Europe/Madrid" in figure.layout.xaxis.title.text


def test_backlog_of_nothing_is_no_picture() -> None:
    for curve in (pl.DataFrame(), pl.DataFrame(schema=CURVES)):
        assert backlog_by_day(curve, zone=ZONE) is None
        assert age_by_week(curve, zone=ZONE) is None


def test_age_says_how_old_half_of_it_is() -> None:
    figure = age_by_week(age_curve(), zone=ZONE)
    assert figure is not None
    assert figure.layout.title.text == "Half of the open issues are older than 78 d"


def test_flow_is_per_week_and_cycle() -> None:
    figure = opened_and_closed(rates("issues_new"), rates("issues_closed"))
    assert figure is not None
    assert figure.layout.title.text == "A week of Oct 2026: 14 opened, 12 closed"
    assert [len(trace.x) for trace in figure.data] == [15, 15]


def test_flow_with_one_side_unknown_says_unknown_not_zero() -> None:
    closed = rates("issues_closed").with_columns(value=pl.lit(None, pl.Float64))
    figure = opened_and_closed(rates("issues_new"), closed)
    assert figure is not None
    assert figure.layout.title.text.endswith("14 opened, unknown closed")
    assert figure.layout.meta["table"]["rows"][-1] == ["Oct 2026", 13.8, None]


def test_flow_of_nothing_is_no_picture() -> None:
    nothing = rates("issues_new").with_columns(value=pl.lit(None, pl.Float64))
    assert opened_and_closed(nothing, nothing) is None
