import json
from datetime import date

import plotly.graph_objects as go
import plotly.io as pio
import pytest
from cycle_factory import write_cycle

from opsreview import figures, open_review
from opsreview.estimate import not_measurable
from opsreview.figures import theme
from opsreview.review import Review

from .flow_frames import answers, hours, life
from .load_frames import absence, half_a_year, incidents, nights, shares
from .release_frames import batches, release_times, slots

LIGHT, DARK = "#ffffff", "#12171e"


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    outputs = tmp_path_factory.mktemp("outputs")
    write_cycle(outputs)
    return open_review("demo", "2026-10", outputs=outputs)


@pytest.fixture(scope="module")
def drawn(review: Review) -> list[go.Figure]:
    """One of each figure."""
    zone, window = review.zone, review.window
    rates = (review.history(name, "rate_per_week") for name in ("issues_new", "issues_closed"))
    made = [
        figures.waiting_curve(review.curve("time_to_first_response"), target_hours=72),
        figures.duration_curve(review.curve("issue_resolution_duration"), target_hours=None),
        figures.headline_history(review.history("backlog", "change")),
        figures.backlog_by_day(review.curve("backlog", group=None), zone=zone),
        figures.age_by_week(review.curve("issue_age"), zone=zone),
        figures.opened_and_closed(*rates),
        figures.review_load_bars(review.metric("review_load")),
        figures.shift_timeline(
            review.measured("shifts"), review.measured("time_to_resolve"), window=window, zone=zone
        ),
        figures.duty_shares(review.metric("oncall_share")),
        figures.load_per_person(review.metric("interruptions"), review.metric("busiest_share")),
        figures.interruptions_by_day_part(review.metric("interruptions")),
        figures.release_calendar(
            review.table("releases"),
            review.release_slots,
            window=window,
            zone=zone,
            as_of=review.as_of,
        ),
        figures.release_gaps(
            review.measured("release_interval"),
            open_hours=None,
            window=review.window,
            zone=zone,
            as_of=review.as_of,
        ),
        figures.release_hours(release_times(("working", 1, 14))),
        figures.slot_slips(slots((date(2026, 10, 13), "late", "v1.1.0", 6))),
        figures.time_by_phase(life("issue", 9.0, queue=0.4, waiting_on_us=0.6)),
        figures.arrivals_against_acts(
            hours("arrivals", ("mon", 9, 2)),
            hours("team_acts", ("sun", 10, 1)),
            at_work=not_measurable("share_in_working_hours", "share", "no calendar"),
        ),
        figures.answers_by_person(answers(("ada", 6))),
        figures.batch_sizes(batches(("v1.0.0", 3), ("v1.1.0", 5)), zone=zone),
        figures.incident_dots(incidents((1, 2.0, False)), window=window, zone=zone),
        figures.disrupted_nights(nights(("ada", 5, 1)), window=window, zone=zone),
        figures.load_over_half_a_year(*half_a_year()),
        figures.work_on_few(absence(answer=0.5), shares("off_rotation_share", "share")),
        figures.off_hours_by_person(
            shares("off_hours_activity", "share", all=0.3, person__ada=0.3)
        ),
    ]
    return [figure for figure in made if figure is not None]


def test_every_figure_of_the_package_is_drawn(drawn: list[go.Figure]) -> None:
    assert len(drawn) == len(figures.__all__)


def test_every_figure_tells_its_numbers_without_the_picture(drawn: list[go.Figure]) -> None:
    for figure in drawn:
        meta = figure.layout.meta
        assert figure.layout.title.text
        assert meta["alt"].endswith(".")
        assert meta["table"]["rows"]
        assert {len(row) for row in meta["table"]["rows"]} == {len(meta["table"]["columns"])}
        json.dumps(meta)


def test_figures_are_small_and_need_no_webgl(drawn: list[go.Figure]) -> None:
    for figure in drawn:
        assert len(figure.to_json()) < 20_000
        assert {trace.type for trace in figure.data} <= {"scatter", "bar", "heatmap"}


def test_same_frame_gives_the_same_bytes(review: Review) -> None:
    metric = review.metric("review_load")
    one, two = (figures.review_load_bars(metric) for _ in range(2))
    assert one is not None
    assert two is not None
    assert one.to_json() == two.to_json()


def test_nothing_is_uploaded_and_no_logo_is_shown() -> None:
    assert pio.renderers.default == "plotly_mimetype"
    config = pio.renderers["plotly_mimetype"].config
    assert config == {"showSendToCloud": False, "displaylogo": False}


@pytest.mark.parametrize("color", [theme.BLUE, theme.ORANGE, theme.GREEN, theme.AMBER])
@pytest.mark.parametrize("paper", [LIGHT, DARK])
def test_colours_read_on_light_and_dark_paper(color: str, paper: str) -> None:
    assert contrast(color, paper) >= 3


def test_long_names_are_shortened_and_escaped() -> None:
    assert theme.shortened("<b>" + "x" * 40, to=8) == "&lt;b&gt;xxxx…"


def contrast(one: str, other: str) -> float:
    """WCAG's ratio."""
    lower, higher = sorted((_luminance(one), _luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
