import polars as pl
import pytest

from opsreview.sources.columns import SCHEMAS as GIVEN
from opsreview.tables.schemas import KEYS, SCHEMAS

MOMENT = pl.Datetime("us", "UTC")


@pytest.mark.parametrize("table", sorted(SCHEMAS))
def test_moments_are_utc_and_called_at(table):
    columns = SCHEMAS[table].create_empty().schema
    moments = {name for name, dtype in columns.items() if isinstance(dtype, pl.Datetime)}
    assert moments == {name for name in columns if name == "at" or name.endswith("_at")}
    assert all(columns[name] == MOMENT for name in moments)


@pytest.mark.parametrize("table", sorted(SCHEMAS))
def test_truths_are_called_is_or_has(table):
    columns = SCHEMAS[table].create_empty().schema
    truths = {name for name, dtype in columns.items() if dtype == pl.Boolean}
    assert all(name.startswith("is_") or "_is_" in name for name in truths)


@pytest.mark.parametrize("table", sorted(GIVEN.keys() & SCHEMAS.keys()))
def test_every_column_that_a_source_may_give_is_in_the_contract(table):
    assert set(GIVEN[table]) <= set(SCHEMAS[table].column_names())


@pytest.mark.parametrize("table", sorted(SCHEMAS))
def test_account_comes_with_its_person_and_kind(table):
    columns = set(SCHEMAS[table].column_names())
    for account in (name for name in columns if name.endswith("_account")):
        role = account.removesuffix("_account")
        assert {f"{role}_id", f"{role}_kind"} <= columns


@pytest.mark.parametrize("table", sorted(SCHEMAS))
def test_every_table_says_what_a_row_is_and_has_a_key(table):
    assert SCHEMAS[table].__doc__.startswith("One row per")
    assert KEYS[table]
