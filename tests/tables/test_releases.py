from collections import Counter
from datetime import timedelta

import polars as pl
import pytest
from factories import REPO, at

from opsreview.tables.releases import classified
from opsreview.tables.schemas import RELEASE_KINDS

from .teams import candidates


def released(*tags: tuple[str, str | None], **said) -> pl.DataFrame:
    """Tags and the days on which they were published, classified."""
    default = {"repo": REPO, "is_prerelease": None}
    rows = [{**default, "tag": tag, "published_at": day, **said} for tag, day in tags]
    return classified(candidates("releases", rows))


def kinds(*tags: tuple[str, str | None], **said) -> dict[str, str]:
    return dict(released(*tags, **said).select("tag", "kind").rows())


@pytest.mark.parametrize(
    ("tag", "kind", "line"),
    [
        ("1.2.0", "stable", "1.2"),
        ("v1.2.0", "stable", "1.2"),
        ("v1.2", "stable", "1.2"),
        ("release-1.10", "stable", "1.10"),
        ("survey/v0.1.0", "stable", "0.1"),
        ("preview-server@2.0.0", "stable", "2.0"),
        ("2026.10.3", "stable", "2026.10"),
        ("v1.2.0-rc.1", "prerelease", "1.2"),
        ("v1.2.0-RC1", "prerelease", "1.2"),
        ("0.5.2-beta", "prerelease", "0.5"),
        ("0.7.0-prerelease", "prerelease", "0.7"),
        ("1.2.0.dev1", "prerelease", "1.2"),
        ("1.2.0-insiders.20261003", "prerelease", "1.2"),
        ("latest", "moving", None),
        ("Latest", "moving", None),
        ("nightly", "moving", None),
        ("20261003", "other", None),
        ("2026-10-03", "other", None),
        ("before-the-rewrite", "other", None),
        ("v2", "other", None),
    ],
)
def test_tag_tells_its_kind_and_line(tag, kind, line):
    (row,) = released((tag, "2026-10-01")).to_dicts()
    assert (row["kind"], row["line"]) == (kind, line)


@pytest.mark.parametrize(
    ("tag", "is_marked", "rule"),
    [
        ("latest", True, "moving: the tag is not a version and moves"),
        ("v1.2.0", True, "prerelease: marked as one"),
        ("v1.2.0-rc.1", True, "prerelease: marked as one"),
        ("v1.2.0-rc.1", False, "prerelease: the version says so"),
        ("v1.2.0-rc.1", None, "prerelease: the version says so"),
        ("first", False, "other: the tag is not a version"),
        ("first", True, "prerelease: marked as one"),
        ("v1.2.0", False, "stable: a version of its line"),
        ("v1.2.1", None, "stable: a version of its line"),
    ],
)
def test_first_rule_that_holds_is_named(tag, is_marked, rule):
    (row,) = released((tag, "2026-10-01"), is_prerelease=is_marked).to_dicts()
    assert row["kind_rule"] == rule


def test_hotfix_names_its_rule():
    rules = released(("v1.2.0", "2026-10-01"), ("v1.2.1", "2026-10-02"))["kind_rule"].to_list()
    assert rules == ["stable: a version of its line", "hotfix: a patch within 14 days on its line"]


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        (timedelta(0), "hotfix"),
        (timedelta(days=14), "hotfix"),
        (timedelta(days=14, seconds=1), "stable"),
        (timedelta(days=400), "stable"),
    ],
)
def test_patch_is_a_hotfix_up_to_fourteen_days_after_its_line(days, kind):
    first_at = at("2026-10-01")
    found = kinds(("v1.2.0", first_at), ("v1.2.1", first_at + days))
    assert found == {"v1.2.0": "stable", "v1.2.1": kind}


def test_hotfix_of_a_hotfix_is_one():
    days = [("v1.2.0", "2026-10-01"), ("v1.2.1", "2026-10-12"), ("v1.2.2", "2026-10-24")]
    assert list(kinds(*days).values()) == ["stable", "hotfix", "hotfix"]


def test_first_of_a_line_is_no_hotfix_even_where_it_is_tagged_twice():
    found = kinds(("v1.2", "2026-10-01"), ("v1.2.0", "2026-10-02"))
    assert set(found.values()) == {"stable"}


def test_next_minor_soon_after_is_no_hotfix():
    found = kinds(("v1.2.0", "2026-10-01"), ("v1.3.0", "2026-10-02"), ("v2.0.0", "2026-10-03"))
    assert set(found.values()) == {"stable"}


def test_patch_of_an_old_line_is_held_against_its_own_line():
    found = kinds(("v1.2.0", "2026-01-01"), ("v1.3.0", "2026-10-01"), ("v1.2.1", "2026-10-02"))
    assert found["v1.2.1"] == "stable"


def test_patch_after_prereleases_alone_is_no_hotfix():
    found = kinds(("v1.2.1-rc.1", "2026-10-01"), ("v1.2.1", "2026-10-02"))
    assert found["v1.2.1"] == "stable"


def test_prerelease_between_does_not_hide_the_stable_release():
    found = kinds(("v1.2.0", "2026-10-01"), ("v1.2.1-rc.1", "2026-10-05"), ("v1.2.1", "2026-10-06"))
    assert found["v1.2.1"] == "hotfix"


def test_lines_of_two_repositories_are_two_lines():
    rows = [
        {"repo": "team/one", "tag": "v1.2.0", "published_at": "2026-10-01"},
        {"repo": "team/two", "tag": "v1.2.1", "published_at": "2026-10-02"},
    ]
    found = classified(candidates("releases", [{**row, "is_prerelease": False} for row in rows]))
    assert set(found["kind"]) == {"stable"}


def test_order_of_the_rows_changes_nothing():
    days = [("v1.2.0", "2026-10-01"), ("v1.2.1", "2026-10-02"), ("latest", "2026-10-03")]
    assert kinds(*days) == kinds(*days[::-1])


def test_release_whose_moment_is_unknown_is_no_hotfix():
    assert kinds(("v1.2.0", "2026-10-01"), ("v1.2.1", None))["v1.2.1"] == "stable"


def test_number_too_long_for_a_version_is_none():
    assert kinds(("v99999999999999999999.1.0", "2026-10-01")) == {
        "v99999999999999999999.1.0": "other"
    }


def test_no_releases_are_none():
    found = released()
    assert found.is_empty()
    assert {"line", "kind", "kind_rule"} <= set(found.columns)


def test_years_of_an_extension_fall_into_their_kinds():
    """58 tags: twelve minors a month apart, most with candidates and fixes, and a moving tag."""
    first_at = at("2025-01-07 10:00")
    tags = [("latest", first_at + timedelta(days=365)), ("20241224", first_at - timedelta(days=14))]
    for minor in range(12):
        released_at = first_at + timedelta(days=30 * minor)
        tags += [(f"v0.{minor}.0-rc.{n}", released_at - timedelta(days=3 - n)) for n in (1, 2)]
        tags += [(f"v0.{minor}.0", released_at)]
        if minor % 2:
            tags += [(f"v0.{minor}.1", released_at + timedelta(days=2))]
        if minor < 8:
            tags += [(f"v0.{minor}.2", released_at + timedelta(days=20))]
    tags += [
        (f"v0.11.{patch}", first_at + timedelta(days=360 + 15 * patch)) for patch in range(3, 9)
    ]
    assert len(tags) == 58
    found = kinds(*tags)
    assert Counter(found.values()) == {
        "stable": 12 + 8 + 6,
        "prerelease": 24,
        "hotfix": 6,
        "moving": 1,
        "other": 1,
    }
    assert set(found.values()) == set(RELEASE_KINDS)
