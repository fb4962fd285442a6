"""The history of a real project, where its data lies beside the checkout."""

from pathlib import Path

import polars as pl
import pytest
from factories import at

from opsreview.params import load_team
from opsreview.store import Store
from opsreview.tables.build import TeamTables, build_tables

DATA = Path(__file__).parents[2].parent / "shared" / "data"
DUMP = DATA / "github" / "bitcoin-core__gui"

pytestmark = pytest.mark.skipif(not DUMP.is_dir(), reason=f"real histories are not at {DATA}")

REVIEW = f"""\
repos: [bitcoin-core/gui]
timezone: UTC
sources:
  - {{kind: github_dump, path: {DUMP}}}
bots: [DrahtBot]
"""


@pytest.fixture(scope="module")
def gui(tmp_path_factory) -> TeamTables:
    folder = tmp_path_factory.mktemp("params")
    (folder / "gui").mkdir()
    (folder / "gui" / "review.yaml").write_text(REVIEW, encoding="utf-8")
    team = load_team("gui", folder)
    with Store.open(folder / "gui.sqlite") as store:
        for source in team.review.sources:
            source.fetch(store)
        rows = {source.key: source.rows(store) for source in team.review.sources}
    return build_tables(rows, team)


@pytest.mark.parametrize(
    ("moment", "open_count"), [("2026-08-01 00:00", 156), ("2026-08-21 19:51", 154)]
)
def test_as_many_items_are_open_as_there_were(gui, moment, open_count):
    was_open = (pl.col("start_at") <= at(moment)) & (
        pl.col("end_at").is_null() | (pl.col("end_at") > at(moment))
    )
    assert gui.frames["spells"].filter(was_open).height == open_count


def test_what_is_open_now_is_what_the_project_calls_open(gui):
    keys = ["repo", "number"]
    items = pl.concat(
        [gui.frames[name].select(*keys, "state") for name in ("issues", "pull_requests")]
    )
    is_open = pl.col("end_at").is_null() & pl.col("is_end_known")
    rebuilt = gui.frames["spells"].filter(is_open).select(keys).sort(keys)
    assert rebuilt.equals(items.filter(pl.col("state") == "open").select(keys).sort(keys))


def test_no_item_has_two_spells_at_once(gui):
    spells = gui.frames["spells"].sort("repo", "number", "spell")
    previous_end_at = pl.col("end_at").shift(1).over("repo", "number")
    overlapping = spells.filter(
        (pl.col("spell") > 0) & (previous_end_at.is_null() | (pl.col("start_at") < previous_end_at))
    )
    assert overlapping.is_empty()
    assert spells.filter(pl.col("end_at") < pl.col("start_at")).is_empty()


def test_all_rows_are_believed_and_every_item_has_a_spell(gui):
    assert gui.rejected == {}
    count = gui.frames["issues"].height + gui.frames["pull_requests"].height
    assert count == 878
    assert gui.frames["spells"].select("repo", "number").n_unique() == count
    assert gui.frames["spells"].filter(~pl.col("is_end_known")).is_empty()


def test_plain_user_that_the_team_calls_a_bot_is_one(gui):
    bots = gui.frames["people"].filter(pl.col("kind") == "bot")["account"].to_list()
    assert "DrahtBot" in bots
