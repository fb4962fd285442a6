from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from opsreview.sources.columns import REQUIRED, SCHEMAS, typed

MADRID = ZoneInfo("Europe/Madrid")


def test_cells_of_text_take_the_types_of_their_columns():
    cells = {
        "number": "12",
        "opened_at": "2026-07-01T12:00:00Z",
        "labels": "bug; area/preview;",
        "is_draft": "No",
        "title": "It breaks",
        "closed_at": "",
    }
    row, assumed_count = typed("pull_requests", cells, MADRID)
    assert row == {
        "number": 12,
        "opened_at": datetime(2026, 7, 1, 12, tzinfo=UTC),
        "labels": ["bug", "area/preview"],
        "is_draft": False,
        "title": "It breaks",
        "closed_at": None,
    }
    assert assumed_count == 0


def test_times_without_zone_are_counted_one_by_one():
    cells = {"opened_at": "2026-07-01 12:00", "resolved_at": "2026-07-01 13:00"}
    assert typed("incidents", cells, MADRID)[1] == 2


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("number", "twelve", "number: 'twelve' is not a whole number"),
        ("number", "1_000", "number: '1_000' is not a whole number"),
        ("number", True, "number: True is not a whole number"),
        ("number", 10**30, "is not a whole number"),
        ("is_draft", "perhaps", "is_draft: 'perhaps' is not true or false"),
        ("opened_at", "2024-08-13T015:00:00", "opened_at: '2024-08-13T015:00:00' is not a time"),
        ("opened_at", 7, "opened_at: '7' is not a time"),
        ("title", 5, "title: 5 is not text"),
        ("labels", 5, "labels: 5 is not a list"),
        ("labels", ["bug", 5], "labels: 5 is not text"),
    ],
)
def test_bad_cell_is_refused_by_column_and_value(column, value, reason):
    with pytest.raises(ValueError, match=reason):
        typed("pull_requests", {column: value}, MADRID)


def test_half_a_character_does_not_break_a_frame():
    row, _ = typed("issues", {"title": "cut \ud83d"}, MADRID)
    assert pl.DataFrame([row])["title"].to_list() == ["cut ?"]


def test_required_columns_are_columns():
    assert all(set(names) <= set(SCHEMAS[table]) for table, names in REQUIRED.items())
