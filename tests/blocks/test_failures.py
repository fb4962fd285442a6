"""Lines to copy that confirm or deny what is suspected."""

from html import unescape
from pathlib import Path

import polars as pl
import pytest
from cycle_factory import write_cycle
from factories import at
from ruamel.yaml import YAML

from opsreview import blocks, open_review
from opsreview.review import Review

SUSPECTED = "the hotfix {} followed"
ROWS = [
    ("team/product", "v1.4.0", True, SUSPECTED.format("v1.4.1")),
    ("team/product", "1.10", True, SUSPECTED.format("<b>1.10.1</b>\n    other: true")),
    ("team/product", "v1.5.0", False, None),
]


def cycle(folder: Path, *, repos: list[str], rows: list[tuple[object, ...]]) -> Review:
    write_cycle(folder)
    review = open_review("demo", "2026-10", outputs=folder)
    known = pl.DataFrame({"repo": repos, "tag": ["v1.4.0"] * len(repos)})
    known.write_parquet(review.folder / "tables/releases.parquet")
    schema = ["repo", "tag", "is_suspected", "why"]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    frame.write_parquet(review.folder / "measured/change_fail_rate.parquet")
    return review


def lines(review: Review) -> dict[str, object]:
    block = blocks.confirm_failures(review)
    assert block is not None
    (_, stanza) = block.html.split("<pre><code>")
    read = YAML(typ="safe").load(unescape(stanza.split("</code></pre>")[0]))
    return read["releases"]["failed"]


def test_lines_name_each_suspected_release_and_nothing_else(tmp_path: Path) -> None:
    review = cycle(tmp_path, repos=["team/product"], rows=ROWS)

    assert lines(review) == {"v1.4.0": True, "1.10": True}


def test_text_from_outside_is_escaped(tmp_path: Path) -> None:
    block = blocks.confirm_failures(cycle(tmp_path, repos=["team/product"], rows=ROWS))

    assert block is not None
    assert "<b>1" not in block.html
    assert "2 releases of the last twelve months are suspected" in block.html


def test_of_several_repositories_each_tag_is_written_with_its_own(tmp_path: Path) -> None:
    review = cycle(tmp_path, repos=["team/product", "team/other"], rows=ROWS[:1])

    assert lines(review) == {"team/product@v1.4.0": True}


@pytest.mark.parametrize("rows", [[], ROWS[2:]])
def test_nothing_suspected_asks_for_nothing(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    assert blocks.confirm_failures(cycle(tmp_path, repos=["team/product"], rows=rows)) is None


def test_cycle_without_the_metric_asks_for_nothing(review: Review) -> None:
    assert blocks.confirm_failures(review) is None


FAILED = [
    ("v1.4.0", at("2026-09-01 12:00"), True, "issue #7 is a regression", 30.0, False),
    ("v1.5.0", at("2026-10-01 12:00"), False, SUSPECTED.format("<b>"), 48.0, True),
]
RECOVERY = ["tag", "published_at", "is_declared", "why", "waited_hours", "is_censored"]


def recovery(folder: Path, rows: list[tuple[object, ...]]) -> Review:
    write_cycle(folder)
    review = open_review("demo", "2026-10", outputs=folder)
    frame = pl.DataFrame(rows, schema=RECOVERY, orient="row").with_columns(
        repo=pl.lit("a/b"), is_pending=pl.col("published_at") >= at("2026-10-01")
    )
    frame.write_parquet(review.folder / "measured/failed_deployment_recovery_time.parquet")
    return review


def test_failed_releases_say_who_tells_why_and_when_the_next_came(tmp_path: Path) -> None:
    block = blocks.failed_releases(recovery(tmp_path, FAILED))

    assert block is not None
    newest, oldest = block.html.split("<tr>")[2:]
    for said in ("v1.5.0", "suspected", "the hotfix &lt;b&gt; followed", "none for 2\u00a0d"):
        assert said in newest
    for said in ("v1.4.0", "declared", "issue #7 is a regression", "after 30\u00a0h"):
        assert said in oldest


def test_release_too_young_to_tell_counts_in_no_rate_and_says_so(tmp_path: Path) -> None:
    block = blocks.failed_releases(recovery(tmp_path, FAILED))
    assert block is not None
    newest, oldest = block.html.split("<tr>")[2:]
    assert "suspected, young" in newest
    assert "young" not in oldest.split("</table>")[0]
    assert "Young: it counts in the rate once" in block.html

    old = blocks.failed_releases(recovery(tmp_path / "old", FAILED[:1]))
    assert old is not None
    assert "oung" not in old.html


def test_failures_beyond_ten_are_counted(tmp_path: Path) -> None:
    block = blocks.failed_releases(recovery(tmp_path, FAILED * 6))
    assert block is not None
    assert "2 earlier." in block.html


def test_no_failure_is_no_table(tmp_path: Path) -> None:
    assert blocks.failed_releases(recovery(tmp_path, [])) is None
