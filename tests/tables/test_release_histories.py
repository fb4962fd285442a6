"""Tags of real extensions: every one is told, and a sample was checked by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from opsreview.params import ReleaseRules
from opsreview.tables.releases import classified

TAGS = Path(__file__).parents[3] / "shared" / "data" / "releases"
pytestmark = pytest.mark.skipif(not TAGS.is_dir(), reason="the real histories are not here")
# Since v0.43 this extension publishes odd minors as pre-releases, as the Marketplace asks for.
ODD_SINCE_43 = ReleaseRules(odd_minors="prerelease", odd_minors_since="0.43")


def kinds(name: str, rules: ReleaseRules) -> dict[str, str]:
    read = pl.read_csv(TAGS / f"{name}-tags.csv")
    releases = read.select(
        "repo",
        tag="tag_name",
        published_at=pl.col("published_at").str.to_datetime(time_zone="UTC"),
        is_prerelease=pl.lit(None, pl.Boolean),
        is_draft=pl.lit(None, pl.Boolean),
    )
    return dict(classified(releases, rules).select("tag", "kind").iter_rows())


@pytest.mark.parametrize(
    ("name", "rules", "expected"),
    [
        ("ruff-vscode", ReleaseRules(), {"stable": 105, "hotfix": 13}),
        (
            "vscode-R",
            ReleaseRules(),
            {"stable": 49, "nightly": 17, "hotfix": 10, "moving": 1},
        ),
        ("vscode-dbt-power-user", ReleaseRules(), {"stable": 198, "hotfix": 173}),
        (
            "vscode-go",
            ODD_SINCE_43,
            {"prerelease": 152, "stable": 66, "hotfix": 9, "nightly": 2, "other": 2},
        ),
        ("vscode-yaml", ReleaseRules(), {"stable": 43, "hotfix": 11, "prerelease": 4}),
    ],
)
def test_no_tag_is_unaccounted_for(
    name: str, rules: ReleaseRules, expected: dict[str, int]
) -> None:
    assert Counter(kinds(name, rules).values()) == expected


@pytest.mark.parametrize(
    ("name", "tag", "kind"),
    [
        ("vscode-yaml", "1.19.0", "stable"),
        ("vscode-yaml", "1.19.1", "hotfix"),  # twelve days after 1.19.0
        ("vscode-yaml", "1.10.1", "stable"),  # there never was a 1.10.0
        ("vscode-yaml", "0.5.2-beta", "prerelease"),
        ("vscode-R", "v1.2.0-20200101-010b12e", "nightly"),
        ("vscode-R", "latest", "moving"),
        ("vscode-R", "v2.8.7", "stable"),  # ten months after v2.8.6
        ("vscode-go", "20200616", "nightly"),
        ("vscode-go", "survey/v0.1.0", "other"),
        ("vscode-go", "v0.43.1", "prerelease"),
        ("vscode-go", "v0.41.4", "stable"),  # before odd minors were pre-releases
        ("vscode-dbt-power-user", "0.38.9", "hotfix"),  # between 0.39.8 and 0.39.10
        ("vscode-dbt-power-user", "9.5.5", "stable"),  # mistyped, between 0.5.4 and 0.5.6
        ("ruff-vscode", "2022.0.5", "hotfix"),  # the day after 2022.0.3
    ],
)
def test_sample_is_as_read_by_hand(name: str, tag: str, kind: str) -> None:
    rules = ODD_SINCE_43 if name == "vscode-go" else ReleaseRules()
    assert kinds(name, rules)[tag] == kind
