from datetime import UTC, datetime

import polars as pl

from opsreview.usual import UsualRange, usual_range


def history(*values: float | None, is_last_current: bool = True) -> pl.DataFrame:
    count = len(values)
    starts = [datetime(2020 + i // 12, i % 12 + 1, 1, tzinfo=UTC) for i in range(count)]
    is_current = [is_last_current and i == count - 1 for i in range(count)]
    columns = {"window_start_at": starts, "value": list(values), "is_current": is_current}
    return pl.DataFrame(columns, schema_overrides={"value": pl.Float64})


def test_range_is_of_the_earlier_cycles_alone() -> None:
    assert usual_range(history(3, 5, 4, 99)) == UsualRange(3.0, 5.0, 3)


def test_range_forgets_what_is_more_than_twelve_cycles_back() -> None:
    assert usual_range(history(1000, *range(1, 13), 7)) == UsualRange(1.0, 12.0, 12)


def test_cycle_that_was_not_measurable_is_no_zero() -> None:
    assert usual_range(history(3, None, 5, 4)) == UsualRange(3.0, 5.0, 2)


def test_no_earlier_cycle_gives_no_range() -> None:
    assert usual_range(history(3)) == UsualRange(None, None, 0)
