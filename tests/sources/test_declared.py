from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from pydantic import ValidationError

from opsreview.sources.declared import DeclaredSource, first_and_last
from opsreview.sources.moments import parse_moment
from opsreview.window import Window

MADRID = ZoneInfo("Europe/Madrid")
FIRST = datetime(2026, 1, 10, tzinfo=UTC)
LAST = datetime(2026, 3, 20, tzinfo=UTC)


def test_time_with_a_zone_is_taken_as_it_says():
    moment, is_assumed = parse_moment("2026-07-01T12:00:00+02:00", ZoneInfo("Asia/Tokyo"))
    assert moment == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert not is_assumed


def test_time_without_a_zone_is_the_sources_and_is_told():
    moment, is_assumed = parse_moment(" 2026-07-01 12:00:00 ", MADRID)
    assert moment == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert is_assumed


def test_day_alone_is_its_midnight_in_the_sources_zone():
    moment, is_assumed = parse_moment("2026-01-15", MADRID)
    assert moment == datetime(2026, 1, 14, 23, tzinfo=UTC)
    assert is_assumed


@pytest.mark.parametrize(
    "text", ["", "soon", "T9:06", "2024-08-13T015:00:00", "2026-13-01", "0001-01-01T00:00:00+05:00"]
)
def test_text_that_is_no_time_is_refused_with_the_text(text):
    with pytest.raises(ValueError, match="is not a time like"):
        parse_moment(text, MADRID)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"])
def test_years_that_stand_for_no_time_are_refused(text):
    with pytest.raises(ValueError, match="is not between 1970 and 2200"):
        parse_moment(text, MADRID)


def test_source_speaks_from_its_first_to_its_last_row_both_included(declare):
    assert declare(DeclaredSource).covered(FIRST, LAST) == Window(
        FIRST, LAST + timedelta(microseconds=1)
    )


def test_source_without_rows_speaks_for_nothing(declare):
    assert declare(DeclaredSource).covered(None, None) is None


def test_declared_days_include_both_in_the_teams_zone(declare):
    covers = {"from": date(2026, 1, 1), "to": date(2026, 1, 31)}
    january = declare(DeclaredSource, covers=covers).covered(None, None)
    assert january == Window(
        datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 1, 31, 23, tzinfo=UTC)
    )


def test_declared_end_leaves_the_start_to_the_rows(declare):
    covered = declare(DeclaredSource, covers={"to": date(2026, 12, 31)}).covered(FIRST, LAST)
    assert covered == Window(FIRST, datetime(2026, 12, 31, 23, tzinfo=UTC))


def test_declared_moment_in_the_sources_own_zone(declare):
    covers = {"from": datetime(2026, 1, 1, 9)}  # noqa: DTZ001
    source = declare(DeclaredSource, covers=covers, timezone="Asia/Tokyo")
    assert source.covered(None, LAST).start_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_covers_that_end_before_they_start_are_an_error(declare):
    with pytest.raises(ValidationError, match="ends before it starts"):
        declare(DeclaredSource, covers={"from": date(2026, 2, 1), "to": date(2026, 1, 1)})


@pytest.mark.parametrize(
    "said",
    [
        {"colour": "red"},
        {"covers": {"until": date(2026, 1, 1)}},
        {"timezone": "Mars/Olympus"},
        {"repo": "no-owner"},
        {"repo": "owner/.."},
    ],
)
def test_what_a_source_cannot_say_is_an_error(declare, said):
    with pytest.raises(ValidationError):
        declare(DeclaredSource, **said)


@pytest.mark.parametrize(
    ("where", "is_kept"),
    [
        ({}, True),
        ({"kind": "incident"}, True),
        ({"kind": "maintenance"}, False),
        ({"kind": ["maintenance", "incident"]}, True),
        ({"number": 7}, True),
        ({"is_real": True}, True),
        ({"is_real": False}, False),
        ({"kind": "incident", "number": 8}, False),
        ({"colour": "red"}, False),
    ],
)
def test_where_keeps_rows_whose_own_fields_are_equal(declare, where, is_kept):
    row = {"kind": "incident", "number": "7", "is_real": "TRUE"}
    assert declare(DeclaredSource, where=where).keeps(row) is is_kept


def test_first_and_last_moment_are_sought_in_every_column_of_moments():
    incidents = pl.DataFrame(
        {"at": [FIRST, None], "resolved_at": [LAST, LAST - timedelta(days=1)], "number": [1, 2]}
    )
    assert first_and_last(incidents) == (FIRST, LAST)


def test_first_and_last_moment_of_nothing_are_unknown():
    nothing = pl.DataFrame(schema={"at": pl.Datetime("us", "UTC"), "name": pl.String})
    assert first_and_last(nothing) == (None, None)
