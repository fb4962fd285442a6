"""A real history read through the API gives the tables that its dump gives."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from shared_double import SCRIPT, running_double

from opsreview.sources.github.api import Github
from opsreview.sources.github.dump import GithubDump
from opsreview.store import Store

REPO = "bitcoin-core/gui"
DUMP = SCRIPT.parents[1] / "data" / "github" / "bitcoin-core__gui"
pytestmark = pytest.mark.skipif(not DUMP.is_dir(), reason="the real histories are not here")

Tables = dict[str, pl.DataFrame]
# The stand-in numbers comments, reviews and events anew, and calls every item an issue in its url.
OWN = {
    "issues": [],
    "pull_requests": ["url"],
    "comments": ["comment_id"],
    "reviews": ["review_id"],
    "events": ["event_id", "reviewer"],
}
# Events that no metric needs are not asked of the API.
NOT_ASKED = {
    *("head_ref_force_pushed", "head_ref_deleted", "head_ref_restored", "locked", "unlocked"),
    *("renamed", "connected", "issue_type_added", "copilot_work_started"),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tables, Tables]]:
    """What the API gives, and what the dump gives."""
    folder = tmp_path_factory.mktemp("gui")
    with running_double("--repo", f"{REPO}={DUMP}") as double, pytest.MonkeyPatch.context() as set_:
        set_.setenv("GITHUB_TOKEN", "ghp_canary0000")
        declared = {"kind": "github", "api_url": double.url}
        api = Github.model_validate(declared, context={"repos": [REPO]})
        with Store.open(folder / "gui.sqlite") as store:
            api.fetch(store)
            assert store.readings(api.key)[0].is_complete
            dump = GithubDump.model_validate({"kind": "github_dump", "path": str(DUMP)})
            dump.fetch(store)
            yield api.rows(store).tables, dump.rows(store).tables


@pytest.mark.parametrize("table", OWN)
def test_a_real_history_is_the_same_by_api_and_from_its_dump(
    table: str, tables: tuple[Tables, Tables]
) -> None:
    by_api, from_dump = (_comparable(table, each[table]) for each in tables)
    assert by_api.height > 300
    assert_frame_equal(by_api, from_dump)


def _comparable(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    kept = frame.drop(OWN[table])
    if table == "events":
        kept = kept.filter(~pl.col("event").is_in(NOT_ASKED))
    lists = [name for name, dtype in kept.schema.items() if isinstance(dtype, pl.List)]
    accounts = [name for name in kept.columns if name.endswith("_account")]
    return kept.with_columns(
        *(pl.col(name).list.sort() for name in lists),
        # What GraphQL calls a bot gets the ending that REST gives to apps.
        *(pl.col(name).str.replace("^Copilot$", "Copilot[bot]") for name in accounts),
    ).sort(pl.all().exclude(lists), nulls_last=True)
