"""The table of sources knows which tables each kind could give."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import TypeAdapter

from opsreview.sources.columns import SCHEMAS
from opsreview.sources.table import GIVES, AnySource, tables_given

KINDS = {
    get_args(model.model_fields["kind"].annotation)[0] for model in get_args(get_args(AnySource)[0])
}
CSV = {"kind": "csv", "table": "shifts", "path": "x.csv"}
COLUMNS = {"person": "who", "start_at": "from", "end_at": "to"}


def source(**said: object) -> AnySource:
    return TypeAdapter(AnySource).validate_python(said)


def test_every_kind_but_csv_says_which_tables_it_gives() -> None:
    assert set(GIVES) == KINDS - {"csv"}


def test_only_tables_of_ours_are_given() -> None:
    assert {table for given in GIVES.values() for table in given} <= set(SCHEMAS)


def test_csv_file_gives_its_table() -> None:
    assert tables_given([source(**CSV, columns=COLUMNS)], []) == {"shifts"}


@pytest.mark.parametrize("kind", [{"kind": "github"}, {"kind": "github_dump", "path": "x"}])
def test_github_gives_incidents_only_where_a_label_tells_them(kind: dict[str, str]) -> None:
    assert "incidents" not in tables_given([source(**kind)], [])
    assert {"incidents", "incident_events"} <= tables_given([source(**kind)], ["incident"])


def test_several_sources_give_the_tables_of_all() -> None:
    dump = source(kind="github_dump", path="x")
    given = tables_given([dump, source(**CSV, columns=COLUMNS)], [])
    assert {"issues", "reviews", "shifts"} <= given
