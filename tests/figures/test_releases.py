from datetime import UTC, date, datetime

import polars as pl
from cycle_documents import AS_OF, WINDOW, ZONE
from cycle_factory import gaps_frame, releases_frame

from opsreview.figures import batch_sizes, release_calendar, release_gaps

from .release_frames import batches

SLOTS = [date(2026, 10, 13), date(2026, 10, 27), date(2020, 1, 1)]


def test_calendar_counts_the_cycle_and_the_year() -> None:
    figure = release_calendar(releases_frame(), SLOTS, window=WINDOW, zone=ZONE, as_of=AS_OF)
    assert figure is not None
    assert figure.layout.title.text == "2 stable releases in the cycle, 19 in twelve months"
    assert "2 slots" in figure.layout.title.subtitle.text
    assert "Europe/Madrid" in figure.layout.xaxis.title.text


def test_calendar_tells_the_rule_that_told_each_release() -> None:
    figure = release_calendar(releases_frame(), [], window=WINDOW, zone=ZONE, as_of=AS_OF)
    assert figure is not None
    assert figure.data[0].customdata[0][1] == "stable: a version of its line"
    assert figure.layout.meta["table"]["rows"][0][3] == "stable: a version of its line"


def test_calendar_without_slots_has_no_row_for_them() -> None:
    figure = release_calendar(releases_frame(), [], window=WINDOW, zone=ZONE, as_of=AS_OF)
    assert figure is not None
    assert "slot" not in figure.layout.yaxis.categoryarray


def test_releases_after_the_cycle_are_not_in_its_calendar() -> None:
    later = releases_frame().filter(pl.col("published_at") >= WINDOW.end_at)
    assert release_calendar(later, SLOTS, window=WINDOW, zone=ZONE, as_of=AS_OF) is None
    assert release_calendar(pl.DataFrame(), SLOTS, window=WINDOW, zone=ZONE, as_of=AS_OF) is None


def test_drafts_and_what_came_after_is_known_are_not_in_the_calendar() -> None:
    drafts = releases_frame().with_columns(is_draft=pl.lit(True))
    assert release_calendar(drafts, [], window=WINDOW, zone=ZONE, as_of=AS_OF) is None

    half = datetime(2026, 10, 16, tzinfo=UTC)
    figure = release_calendar(releases_frame(), [], window=WINDOW, zone=ZONE, as_of=half)
    assert figure is not None
    assert max(row[2] for row in figure.layout.meta["table"]["rows"]) < "2026-10-16"
    assert "known until Fri 16 Oct 2026" in figure.layout.title.subtitle.text


def test_nothing_known_is_no_calendar() -> None:
    assert release_calendar(releases_frame(), [], window=WINDOW, zone=ZONE, as_of=None) is None


def test_tags_of_several_repositories_are_told_with_them() -> None:
    other = releases_frame().with_columns(repo=pl.lit("demo/other"))
    both = pl.concat([releases_frame(), other])
    figure = release_calendar(both, [], window=WINDOW, zone=ZONE, as_of=AS_OF)
    assert figure is not None
    assert {row[0].split("@")[0] for row in figure.layout.meta["table"]["rows"]} == {
        "demo/extension",
        "demo/other",
    }


def test_gap_still_open_is_drawn_and_told() -> None:
    figure = release_gaps(gaps_frame(), open_hours=288.0, window=WINDOW, zone=ZONE, as_of=AS_OF)
    assert figure is not None
    assert list(figure.data[1].y) == [12.0]
    assert "12 d from the last one to Sun 8 Nov 2026" in figure.layout.title.subtitle.text


def test_gaps_without_an_open_one_have_no_hatched_bar() -> None:
    figure = release_gaps(gaps_frame(), open_hours=None, window=WINDOW, zone=ZONE, as_of=AS_OF)
    assert figure is not None
    assert len(figure.data) == 1


def test_gaps_stand_beside_the_range_of_those_before_the_cycle() -> None:
    gaps = gaps_frame()
    earlier = gaps.filter(pl.col("published_at") < WINDOW.start_at)["interval_hours"]

    figure = release_gaps(gaps, open_hours=None, window=WINDOW, zone=ZONE, as_of=AS_OF)

    assert figure is not None
    shaded = next(shape for shape in figure.layout.shapes if shape.type == "rect")
    assert (shaded.y0, shaded.y1) == (earlier.min() / 24, earlier.max() / 24)
    assert "shaded: 14 d to 26 d, the gaps before the cycle" in figure.layout.title.subtitle.text


def test_few_gaps_before_the_cycle_are_no_range() -> None:
    figure = release_gaps(
        gaps_frame().tail(7), open_hours=None, window=WINDOW, zone=ZONE, as_of=AS_OF
    )
    assert figure is not None
    assert {shape.type for shape in figure.layout.shapes} == {"line"}


def test_no_gap_is_no_picture() -> None:
    assert (
        release_gaps(pl.DataFrame(), open_hours=288.0, window=WINDOW, zone=ZONE, as_of=AS_OF)
        is None
    )


def test_same_tag_in_two_repositories_is_two_bars() -> None:
    two = pl.concat(
        [gaps_frame().tail(1), gaps_frame().tail(1).with_columns(repo=pl.lit("demo/other"))]
    )
    figure = release_gaps(two, open_hours=None, window=WINDOW, zone=ZONE, as_of=AS_OF)
    assert figure is not None
    assert len(set(figure.data[0].x)) == 2


def test_tags_are_escaped_in_the_picture_and_plain_in_the_table() -> None:
    named = gaps_frame().tail(1).with_columns(tag=pl.lit("<b>v1</b>"))
    figure = release_gaps(named, open_hours=None, window=WINDOW, zone=ZONE, as_of=AS_OF)
    assert figure is not None
    assert figure.data[0].x[0] == "&lt;b&gt;v1&lt;/b&gt;"
    assert figure.layout.meta["table"]["rows"][0][0] == "<b>v1</b>"


def test_more_gaps_than_fit_are_all_counted_and_the_last_forty_drawn() -> None:
    gap = gaps_frame().tail(1)
    days = [gap.with_columns(interval_hours=pl.lit(24.0 * day)) for day in range(1, 61)]
    many = pl.concat(
        each.with_columns(
            published_at=pl.lit(datetime(2026, 1, 1, tzinfo=UTC)) + pl.duration(days=n)
        )
        for n, each in enumerate(days)
    )
    figure = release_gaps(many, open_hours=None, window=WINDOW, zone=ZONE, as_of=AS_OF)
    assert figure is not None
    assert figure.layout.title.text == "Half of 60 gaps between releases are up to 30 d"
    assert "the last 40 are drawn" in figure.layout.title.subtitle.text
    assert len(figure.data[0].x) == 40


def test_one_gap_and_one_release_are_said_as_one() -> None:
    one = gaps_frame().tail(1).with_columns(interval_hours=pl.lit(48.0))
    figure = release_gaps(one, open_hours=None, window=WINDOW, zone=ZONE, as_of=AS_OF)
    assert figure is not None
    assert figure.layout.title.text == "The only gap between releases is 2 d"

    alone = batch_sizes(batches(("v1.0.0", 3)), zone=ZONE)
    assert alone is not None
    assert alone.layout.title.text == "The only release that tells held 3 changes"


def test_batches_of_an_even_number_have_a_middle_between_two() -> None:
    figure = batch_sizes(batches(("v1.0.0", 2), ("v1.1.0", 3)), zone=ZONE)
    assert figure is not None
    assert figure.layout.title.text == "Half of 2 releases held 2.5 changes or more"


def test_batches_say_the_middle_and_the_largest() -> None:
    figure = batch_sizes(batches(("v1.0.0", 3), ("v1.1.0", 9), ("v1.2.0", 4)), zone=ZONE)

    assert figure is not None
    assert figure.layout.title.text == "Half of 3 releases held 4 changes or more"
    assert figure.layout.title.subtitle.text == "the largest held 9"
    assert batch_sizes(pl.DataFrame(), zone=ZONE) is None
