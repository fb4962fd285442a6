"""On how few people answers, reviews, merges and releases rest."""

from __future__ import annotations

from typing import Any

import pytest
from factories import (
    REPO,
    at,
    comments,
    issues,
    people,
    pull_requests,
    releases,
    reviews,
    support_requests,
)

from metrics.views import AS_OF, LONG, OCTOBER, TABLES, TARGETS, stated, subject, value, view
from opsreview.metrics.absence import absence_estimates, absence_measured
from opsreview.metrics.reading import read_metric


def answered(*authors: str | None, **changed: Any) -> dict[str, Any]:
    """An issue for each of ``authors``, answered by them."""
    said = [
        {"number": number, "author": author, "created_at": "2026-10-02"}
        for number, author in enumerate(authors, 1)
    ]
    return {"issues": issues(*({} for _ in authors)), "comments": comments(*said), **changed}


@pytest.mark.parametrize(
    ("authors", "factor", "top", "two"),
    [
        (["ada"] * 4, 1, 1, 1),
        (["ada", "ada", "ben", "cleo"], 1, 0.5, 0.75),
        (["ada", "ada", "ben", "cleo", "dev"], 2, 0.4, 0.6),
        (["ada", "ben", "cleo", "dev"], 2, 0.25, 0.5),
    ],
)
def test_factor_is_the_fewest_people_who_together_gave_half(
    authors: list[str], factor: int, top: float, two: float
) -> None:
    measured = absence_measured(view(**answered(*authors)))

    found = stated(measured)
    assert found["count"].value == factor
    assert (found["top_share"].value, found["top_two_share"].value) == (top, two)
    assert {part.n for part in found.values()} == {len(authors)}
    assert stated(measured, "work:answer") == {
        name: part.of("work:answer") for name, part in found.items()
    }


def test_several_words_of_one_person_on_one_issue_are_one_answer() -> None:
    said = comments({"author": "ada"}, {"author": "ada"}, {"author": "ada"}, {"author": "ben"})
    measured = absence_measured(view(issues=issues({}), comments=said))

    assert stated(measured)["top_share"].n == 2


@pytest.mark.parametrize("author", ["rae", "mia", "helper[bot]", "ghost", None])
def test_words_of_users_bots_and_nobody_known_carry_no_team(author: str | None) -> None:
    measured = absence_measured(view(**answered(author)))

    assert stated(measured)["count"].value is None
    assert stated(measured)["count"].reason == "no answer was given in the window"


def test_where_nobody_is_known_as_the_team_everybodys_answers_count_and_it_is_said() -> None:
    nobody = people({"person_id": "ada", "is_team": None})
    measured = absence_measured(view(**answered("mia", "ada"), people=nobody))

    assert stated(measured)["count"].n == 2
    assert stated(measured)["count"].reason == (
        "nothing says who is in the team: everybody's answers count"
    )


def test_answers_given_elsewhere_count_with_those_on_issues() -> None:
    asked = support_requests(
        {"answered_at": "2026-10-02", "answered_by": "ben"},
        {"answered_at": "2026-10-02", "answered_by": "mia"},
    )
    measured = absence_measured(view(**answered("ada"), support_requests=asked))

    found = measured.rows.select("thing", "person").rows()
    assert sorted(found) == [("support:1", "ben"), (f"{REPO}#1", "ada")]


def test_each_kind_of_work_has_a_factor_of_its_own() -> None:
    measured = absence_measured(
        view(
            pull_requests=pull_requests({"merged_at": "2026-10-05", "merged_by": "ada"}),
            reviews=reviews({"author": "mia"}, {"author": "ben"}, {"author": "ben"}),
            releases=releases({"author": "cleo"}, {"author": "ship[bot]"}),
        )
    )

    assert value(measured, "top_share", "work:review") == 0.5
    people_by_work = measured.rows.filter(measured.rows["work"] != "review")
    assert people_by_work.select("work", "person").rows() == [
        ("release", "cleo"),
        ("merge", "ada"),
    ]
    assert measured.rows["url"].null_count() == 1


def test_acts_after_as_of_or_outside_the_window_do_not_count() -> None:
    said = comments(
        {"author": "ada", "created_at": "2026-09-30"},
        {"author": "ben", "created_at": "2026-10-02"},
        {"author": "cleo", "created_at": "2026-10-20"},
        {"author": "dev", "created_at": "2026-11-01"},
    )
    measured = absence_measured(view(issues=issues({}), comments=said, as_of=at("2026-10-15")))

    assert measured.rows["person"].to_list() == ["ben"]


def test_work_that_no_source_tells_of_is_unknown_and_not_without_people() -> None:
    covers = {(table, REPO): LONG for table in TABLES if table != "reviews"}
    team = subject(covers=covers, **answered("ada"), reviews=reviews())
    measured = read_metric(
        "contributor_absence_factor", team, window=OCTOBER, as_of=AS_OF, targets=TARGETS
    )

    assert stated(measured, "work:review")["count"].reason == "no source gives reviews"
    assert value(measured, "count") == 1


def test_estimates_of_all_rows_are_those_of_the_metric() -> None:
    measured = absence_measured(view(**answered("ada", "ben", "ben")))

    assert absence_estimates(measured.rows) == list(stated(measured).values())


def test_releases_are_the_stable_ones_and_hotfixes_and_no_prereleases() -> None:
    known = releases(
        {"author": "ada"},
        {"author": "ben", "kind": "hotfix"},
        *({"author": "cleo", "kind": kind} for kind in ("prerelease", "nightly", "moving")),
    )
    measured = absence_measured(view(releases=known))

    found = stated(measured, "work:release")
    assert (found["count"].value, found["count"].n) == (1, 2)
