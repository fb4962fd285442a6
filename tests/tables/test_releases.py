from collections import Counter
from datetime import timedelta

import polars as pl
import pytest
from factories import REPO, at

from opsreview.params import ReleaseRules
from opsreview.tables.releases import FEWEST, classified
from opsreview.tables.schemas import RELEASE_KINDS

from .teams import candidates

USUAL = ReleaseRules()


def released(*tags: tuple[str, str | None], rules: ReleaseRules = USUAL, **said) -> pl.DataFrame:
    """Tags and the days on which they were published, classified."""
    default = {"repo": REPO, "is_prerelease": None, "is_draft": None}
    rows = [{**default, "tag": tag, "published_at": day, **said} for tag, day in tags]
    return classified(candidates("releases", rows), rules)


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
        ("v1.2.0-20200101-010b12e", "nightly", "1.2"),
        ("1.2.0-nightly.7", "nightly", "1.2"),
        ("preview-server@2.0.0", "stable", "2.0"),
        ("2026.10.3", "stable", "2026.10"),
        ("v1.2.0-rc.1", "prerelease", "1.2"),
        ("v1.2.0-RC1", "prerelease", "1.2"),
        ("0.5.2-beta", "prerelease", "0.5"),
        ("0.7.0-prerelease", "prerelease", "0.7"),
        ("1.2.0.dev1", "prerelease", "1.2"),
        ("1.2.0-insiders.20261003", "prerelease", "1.2"),
        ("1.2.0-canary.1", "prerelease", "1.2"),
        ("4.0.0-SNAPSHOT", "prerelease", "4.0"),
        ("4.0.0-M1", "prerelease", "4.0"),
        ("4.0.0a1", "prerelease", "4.0"),
        ("4.0.0-RELEASE", "stable", "4.0"),
        ("4.0.0-hotfix.1", "stable", "4.0"),
        ("latest", "moving", None),
        ("Latest", "moving", None),
        ("nightly", "moving", None),
        ("20261003", "stable", None),
        ("2026-10-03", "stable", None),
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
        ("latest", True, "moving: the tag is no version and moves"),
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


def test_patch_of_an_older_line_is_a_hotfix_however_late():
    found = released(("v1.2.0", "2026-01-01"), ("v1.3.0", "2026-03-01"), ("v1.2.1", "2026-10-02"))
    assert found["kind_rule"].to_list()[-1] == "hotfix: a patch of an older line"


def test_where_patches_are_the_train_only_one_within_two_days_is_a_hotfix():
    first_at = at("2026-01-01")
    weekly = [(f"0.5.{n}", first_at + timedelta(weeks=n)) for n in range(30)]
    soon = ("0.5.30", first_at + timedelta(weeks=29, days=1))
    found = kinds(*weekly, soon)
    assert Counter(list(found.values())[FEWEST:]) == {"stable": 20, "hotfix": 1}
    assert found["0.5.30"] == "hotfix"


def test_days_beside_versions_are_nightlies():
    found = kinds(("v1.2.0", "2026-10-01"), ("20261002", "2026-10-02"), ("v1.3.0", "2026-10-20"))
    assert found["20261002"] == "nightly"


def test_versions_that_are_the_days_of_their_releases_are_no_patches():
    days = [f"2026-{month:02}-{day:02}" for month in (6, 7, 8) for day in (2, 16, 30)]
    for form in ("{}.{:02}.{:02}", "v{}.{}.{}"):
        tags = [form.format(*map(int, day.split("-"))) for day in days]
        assert set(kinds(*zip(tags, days, strict=True)).values()) == {"stable"}


def test_versions_that_count_patches_of_a_month_are_no_days():
    told = kinds(("2026.6.0", "2026-06-02"), ("2026.6.1", "2026-06-05"), ("2026.7.0", "2026-07-02"))
    assert list(told.values()) == ["stable", "hotfix", "stable"]


def test_another_product_of_the_repository_is_not_on_the_train():
    tags = [("v1.2.0", "2026-10-01"), ("v1.3.0", "2026-11-01"), ("survey/v0.1.0", "2026-11-02")]
    found = released(*tags)
    assert found.select("kind", "line").rows()[-1] == ("other", "survey/0.1")


def test_product_that_review_yaml_names_is_the_one():
    tags = [("v1.2.0", "2026-10-01"), ("v1.3.0", "2026-11-01"), ("survey/v0.1.0", "2026-11-02")]
    found = kinds(*tags, rules=ReleaseRules(product="survey"))
    assert list(found.values()) == ["other", "other", "stable"]


def test_odd_minors_are_prereleases_where_review_yaml_says_so_and_from_then_on():
    tags = [("v0.41.0", "2026-01-01"), ("v0.42.0", "2026-02-01"), ("v0.43.0", "2026-03-01")]
    since = ReleaseRules(odd_minors="prerelease", odd_minors_since="0.43")
    always = ReleaseRules(odd_minors="prerelease")
    assert list(kinds(*tags).values()) == ["stable"] * 3
    assert list(kinds(*tags, rules=since).values()) == ["stable", "stable", "prerelease"]
    assert list(kinds(*tags, rules=always).values()) == ["prerelease", "stable", "prerelease"]


def test_what_review_yaml_says_of_a_tag_wins():
    rules = ReleaseRules(kinds={"v1.*": "hotfix", "latest": "stable"})
    found = released(("v1.2.0", "2026-10-01"), ("latest", "2026-10-02"), rules=rules)
    assert found["kind_rule"].to_list() == [
        "hotfix: review.yaml says so of v1.*",
        "stable: review.yaml says so of latest",
    ]


def test_what_review_yaml_says_changes_nothing_after_it():
    tags = (("v1.4.0", "2026-02-01"), ("v1.4.1", "2026-02-04"))
    assert kinds(*tags, rules=ReleaseRules(kinds={"v1.4.0": "stable"})) == kinds(*tags)


def test_word_of_review_yaml_may_be_of_one_repository():
    rules = ReleaseRules(kinds={f"{REPO}@v1.*": "other", "some/other@v2.*": "other"})
    told = kinds(("v1.4.0", "2026-02-01"), ("v2.0.0", "2026-02-04"), rules=rules)
    assert told == {"v1.4.0": "other", "v2.0.0": "stable"}


def test_draft_is_not_the_release_before():
    draft = ("v2.0.0", None)
    assert kinds(draft, ("v1.0.1", "2026-02-01"))["v1.0.1"] == "stable"


def test_mistyped_version_is_of_the_line_before_it():
    days = ["0.5.4", "9.5.5", "0.5.6", "0.6.0"]
    found = released(*((tag, f"2026-0{n}-01") for n, tag in enumerate(days, 1)))
    assert found["line"].to_list() == ["0.5", "0.5", "0.5", "0.6"]
    assert set(found["kind"]) == {"stable"}


def test_two_releases_at_one_second_are_two():
    found = kinds(("v1.2.0-rc.1", "2026-10-01"), ("v1.2.0", "2026-10-01"))
    assert found == {"v1.2.0": "stable", "v1.2.0-rc.1": "prerelease"}


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
    marked = [{**row, "is_prerelease": False, "is_draft": False} for row in rows]
    found = classified(candidates("releases", marked), USUAL)
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
    """59 tags: twelve minors a month apart, most with candidates and fixes, and a moving tag."""
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
    tags += [("before-the-rewrite", first_at)]
    assert len(tags) == 59
    found = kinds(*tags)
    assert Counter(found.values()) == {
        "stable": 12 + 8 + 6,
        "prerelease": 24,
        "hotfix": 6,
        "moving": 1,
        "nightly": 1,
        "other": 1,
    }
    assert set(found.values()) == set(RELEASE_KINDS)


# What the team says of failures


def test_team_has_the_word_on_which_releases_failed():
    rules = ReleaseRules(failed={"v1.2.0": True, "v1.3.0": False})
    days = [("v1.2.0", "2026-10-01"), ("v1.3.0", "2026-10-05"), ("v1.4.0", "2026-10-09")]
    assert released(*days, rules=rules)["is_failed"].to_list() == [True, False, None]
    assert released(*days)["is_failed"].to_list() == [None, None, None]


def test_tag_with_its_repository_is_that_of_no_other():
    rules = ReleaseRules(failed={f"{REPO}@v1.2.0": True, "v1.2.0": False})
    assert released(("v1.2.0", "2026-10-01"), rules=rules)["is_failed"].to_list() == [True]
    (row,) = released(("v1.2.0", "2026-10-01"), rules=rules, repo="team/other").to_dicts()
    assert row["is_failed"] is False
