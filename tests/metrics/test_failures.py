"""Which releases failed: what declares it, what only raises a suspicion, what denies it."""

import polars as pl
import pytest
from factories import REPO, at, incidents, issues, releases

from opsreview.metrics.failures import DENIED, LINKED, SAID, Within, judged_releases

NOVEMBER = "2026-11-30"
PAGE = f"https://github.com/{REPO}/releases/tag/"
BROKEN = {"published_at": "2026-10-05"}
NEXT = {"published_at": "2026-10-19"}


def hotfix(day: str, *, line: str = "1.1", tag: str = "v1.1.1") -> dict[str, object]:
    return {"published_at": day, "kind": "hotfix", "line": line, "tag": tag}


def judged(
    known: pl.DataFrame,
    *,
    reported: pl.DataFrame | None = None,
    happened: pl.DataFrame | None = None,
    as_of: str = NOVEMBER,
    within: Within = Within(),
) -> pl.DataFrame:
    return judged_releases(
        known,
        issues() if reported is None else reported,
        incidents() if happened is None else happened,
        as_of=at(as_of),
        within=within,
    )


def verdicts(rows: pl.DataFrame) -> list[tuple[str, bool, bool]]:
    return rows.select("tag", "is_declared", "is_suspected").rows()


def test_nothing_said_and_no_hotfix_is_no_failure() -> None:
    rows = judged(releases(BROKEN, NEXT))

    assert verdicts(rows) == [("v1.1.0", False, False), ("v1.2.0", False, False)]
    assert rows.select("why", "recovered_at").null_count().row(0) == (2, 2)


# Declared


def test_what_review_yaml_says_is_declared() -> None:
    (failed, fine) = judged(releases({**BROKEN, "is_failed": True}, NEXT)).to_dicts()

    assert (failed["is_declared"], failed["why"]) == (True, SAID)
    assert failed["recovered_at"] == at("2026-10-19")
    assert not fine["is_declared"]


@pytest.mark.parametrize(
    ("opened_at", "laid_at"),
    [
        ("2026-10-04 23:59", None),
        ("2026-10-05", "v1.1.0"),
        ("2026-10-18 23:59", "v1.1.0"),
        ("2026-10-19", "v1.2.0"),
        ("2026-11-02", "v1.2.0"),
        ("2026-11-02 00:01", None),
    ],
)
def test_regression_is_laid_at_the_latest_release_before_it_within_fourteen_days(
    opened_at: str, laid_at: str | None
) -> None:
    rows = judged(releases(BROKEN, NEXT), reported=issues({"opened_at": opened_at, "number": 7}))

    failed = rows.filter("is_declared")
    assert failed["tag"].to_list() == ([laid_at] if laid_at else [])
    assert set(failed["why"]) <= {"issue #7 is a regression"}


def test_two_regressions_of_a_release_are_one_failure_told_by_the_first() -> None:
    reported = issues(
        {"number": 9, "opened_at": "2026-10-08"}, {"number": 8, "opened_at": "2026-10-07"}
    )
    rows = judged(releases(BROKEN), reported=reported)

    assert rows.select("is_declared", "why").rows() == [(True, "issue #8 is a regression")]


def test_regression_of_another_repository_says_nothing() -> None:
    reported = issues({"opened_at": "2026-10-06", "repo": "team/other"})

    assert not judged(releases(BROKEN), reported=reported)["is_declared"].any()


@pytest.mark.parametrize(
    ("row", "is_declared"),
    [
        ({"url": PAGE + "v1.1.0"}, True),
        ({"url": f"https://gitlab.com/{REPO}/-/releases/v1.1.0"}, True),
        ({"url": PAGE + "v1.1.0", "opened_at": "2026-10-04 23:00"}, True),  # it would not publish
        ({"url": PAGE + "v1.1.0", "opened_at": "2026-10-19 00:01"}, False),
        ({"url": PAGE + "v1.1.0", "repo": None}, False),
        ({"url": PAGE + "v1.1"}, False),
        ({"url": "https://status.example/v1.1.0"}, False),
        ({"url": None}, False),
    ],
)
def test_incident_declares_the_release_that_it_links_to_alone(
    row: dict[str, object], is_declared: bool
) -> None:
    happened = incidents({"opened_at": "2026-10-06", "repo": REPO, **row})
    (release,) = judged(releases(BROKEN), happened=happened).to_dicts()

    assert release["is_declared"] == is_declared
    assert release["why"] == (LINKED if is_declared else None)


def test_incident_links_to_a_tag_that_its_address_has_to_write_otherwise() -> None:
    known = releases({**BROKEN, "tag": "app@1.1.0"}, {**NEXT, "tag": "app/1.2.0"})
    happened = incidents(
        *[
            {"repo": REPO, "url": PAGE + tag, "opened_at": "2026-10-06"}
            for tag in ("app%401.1.0", "app%2F1.2.0")
        ]
    )

    assert judged(known, happened=happened)["is_declared"].to_list() == [True, True]


# Suspected


def test_hotfix_makes_the_release_before_it_on_its_line_suspected() -> None:
    rows = judged(releases(BROKEN, hotfix("2026-10-07"), NEXT))

    assert verdicts(rows.head(2)) == [("v1.1.0", False, True), ("v1.1.1", False, False)]
    (why, *_) = rows["why"]
    assert why == "the hotfix v1.1.1 followed"


def test_hotfix_of_a_hotfix_makes_that_suspected_too() -> None:
    known = releases(BROKEN, hotfix("2026-10-07"), hotfix("2026-10-08", tag="v1.1.2"))

    assert judged(known)["is_suspected"].to_list() == [True, True, False]


@pytest.mark.parametrize(
    ("day", "is_suspected"),
    [("2026-10-05", False), ("2026-10-19", True), ("2026-10-19 00:01", False)],
)
def test_hotfix_is_laid_at_what_came_before_it_within_fourteen_days(
    day: str, is_suspected: bool
) -> None:
    known = releases(BROKEN, hotfix(day))

    assert judged(known).filter(tag="v1.1.0")["is_suspected"].to_list() == [is_suspected]


def test_hotfix_blamed_on_a_release_a_year_older_is_a_known_wrong_way() -> None:
    old_line = releases({"published_at": "2025-10-05"}, {"published_at": "2026-10-01"})
    late = releases(hotfix("2026-10-06"))

    assert not judged(pl.concat([old_line, late]))["is_suspected"].any()


def test_hotfix_of_an_older_line_says_nothing_of_the_newest_release() -> None:
    known = releases(
        {"published_at": "2026-10-01", "line": "1.1", "tag": "v1.1.0"},
        {"published_at": "2026-10-05", "line": "1.2", "tag": "v1.2.0"},
        hotfix("2026-10-06"),
    )

    assert judged(known).filter("is_suspected")["tag"].to_list() == ["v1.1.0"]


def test_patch_on_the_train_raises_no_suspicion() -> None:
    known = releases(BROKEN, {**hotfix("2026-10-07"), "kind": "stable"})

    assert not judged(known)["is_suspected"].any()


def test_declared_failure_is_not_suspected_as_well() -> None:
    reported = issues({"opened_at": "2026-10-06"})
    rows = judged(releases(BROKEN, hotfix("2026-10-07")), reported=reported)

    assert verdicts(rows)[0] == ("v1.1.0", True, False)


def test_denial_outweighs_hotfix_regression_and_incident() -> None:
    rows = judged(
        releases({**BROKEN, "is_failed": False}, hotfix("2026-10-07")),
        reported=issues({"opened_at": "2026-10-06"}),
        happened=incidents({"opened_at": "2026-10-06", "repo": REPO, "url": PAGE + "v1.1.0"}),
    )

    assert verdicts(rows)[0] == ("v1.1.0", False, False)
    assert rows.select("why", "recovered_at").row(0) == (DENIED, None)


# When


def test_what_came_after_as_of_has_not_happened() -> None:
    rows = judged(
        releases(BROKEN, hotfix("2026-10-07"), NEXT),
        reported=issues({"opened_at": "2026-10-08"}),
        happened=incidents({"opened_at": "2026-10-08", "repo": REPO, "url": PAGE + "v1.1.0"}),
        as_of="2026-10-06",
    )

    assert verdicts(rows) == [("v1.1.0", False, False)]


@pytest.mark.parametrize(
    ("within", "as_of", "is_pending"),
    [
        (Within(14, 14), "2026-10-18 23:59", True),
        (Within(14, 14), "2026-10-19", False),
        (Within(7, 21), "2026-10-19", True),
        (Within(21, 7), "2026-10-26", False),
    ],
)
def test_release_is_pending_for_the_longer_of_both_times(
    within: Within, as_of: str, is_pending: bool
) -> None:
    (row,) = judged(releases(BROKEN), as_of=as_of, within=within).to_dicts()

    assert row["is_pending"] == is_pending


def test_next_release_of_the_repository_ends_a_failure_whatever_its_line() -> None:
    known = releases(
        {**BROKEN, "is_failed": True},
        {"published_at": "2026-10-06", "kind": "prerelease"},
        {"published_at": "2026-10-07", "repo": "team/other"},
        {"published_at": "2026-10-08", "is_draft": True},
        NEXT,
    )

    (row,) = judged(known).filter("is_declared").to_dicts()
    assert row["recovered_at"] == at("2026-10-19")


def test_release_of_the_same_second_ends_no_failure() -> None:
    known = releases({**BROKEN, "is_failed": True}, BROKEN, NEXT)

    (row,) = judged(known).filter("is_declared").to_dicts()
    assert row["recovered_at"] == at("2026-10-19")
