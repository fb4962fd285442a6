"""A metric over the items of one area, priority, label or relation: the same statistics again."""

from datetime import datetime
from typing import Any

import polars as pl
import pytest
from factories import REPO, at, comments, events, issues, people, pull_requests, reviews, window

from metrics.views import AS_OF, OCTOBER, TABLES, TARGETS, frames, subject
from opsreview.metrics.reading import read_cycle
from opsreview.metrics.strata import author_relations
from opsreview.metrics.view import Groups

GROUPS = Groups(priorities={"p1": ["urgent"]}, areas={"docs": ["docs*"]})
RESPONSE = "time_to_first_response"


def numbered(count: int, first: int = 1, **said: Any) -> list[dict[str, Any]]:
    return [{"number": number, **said} for number in range(first, first + count)]


def answered(*hours: float) -> pl.DataFrame:
    """A team member's comment so long after the opening of number 1, 2, ..."""
    return comments(
        *(
            {"number": number, "created_at": f"2026-10-01 {int(waited):02}:00"}
            for number, waited in enumerate(hours, 1)
        )
    )


def read(groups: Groups = GROUPS, as_of: datetime = AS_OF, **stated: Any) -> pl.DataFrame:
    team = subject(groups=groups, **stated)
    return read_cycle(team, window=OCTOBER, as_of=as_of, targets=TARGETS).metrics


def rows_of(metrics: pl.DataFrame, group: str, metric: str = RESPONSE) -> list[dict[str, Any]]:
    """The medians of a group; of a metric that has none, all its statistics."""
    is_asked = (pl.col("metric") == metric) & (pl.col("group") == group)
    rows = metrics.filter(is_asked & (pl.col("scope") == "all"))
    medians = rows.filter(statistic="median")
    return (medians if medians.height else rows).to_dicts()


def groups_of(metrics: pl.DataFrame, kind: str, metric: str = RESPONSE) -> set[str]:
    is_asked = (pl.col("metric") == metric) & pl.col("group").str.starts_with(f"{kind}:")
    return set(metrics.filter(is_asked)["group"])


def test_stratum_has_the_statistics_of_its_own_items_alone() -> None:
    opened = issues(*numbered(11, labels=["urgent"]), *numbered(11, 12))
    metrics = read(issues=opened, comments=answered(*[2] * 11, *[20] * 11))

    (p1,) = rows_of(metrics, "priority:p1")
    assert (p1["statistic"], p1["value"], p1["n"], p1["unit"]) == ("median", 2, 11, "hours")
    (whole,) = rows_of(metrics, "all")
    assert whole["n"] == 22


def test_small_priority_says_so_and_a_small_label_is_left_out() -> None:
    opened = issues(*numbered(9, labels=["urgent", "crash"]))
    metrics = read(issues=opened, comments=answered(*[2] * 9))

    (p1,) = rows_of(metrics, "priority:p1")
    assert (p1["value"], p1["n"]) == (None, 0)
    assert p1["reason"] == "9 in the group: groups under 10 are not shown"
    assert not groups_of(metrics, "label")


def test_priority_without_items_says_why_it_has_no_number() -> None:
    (p1,) = rows_of(read(issues=issues(*numbered(12))), "priority:p1")

    assert (p1["value"], p1["n"], p1["reason"]) == (None, 0, "no issue was opened in the window")


def test_label_of_a_priority_or_area_is_no_label_group_of_its_own() -> None:
    metrics = read(issues=issues(*numbered(10, labels=["urgent", "docs-api", "crash"])))

    assert groups_of(metrics, "label") == {"label:crash"}
    assert rows_of(metrics, "area:docs")[0]["n"] == 10


def test_twelve_most_frequent_labels_are_told_and_the_rest_is_not() -> None:
    often = [f"often-{place:02}" for place in range(12)]
    opened = issues(*numbered(11, labels=often), *numbered(10, 12, labels=["rare"]))

    assert groups_of(read(issues=opened), "label") == {f"label:{name}" for name in often}


def test_labels_are_those_borne_then_and_not_todays() -> None:
    opened = issues(*numbered(10, labels=["late"]))
    labelled = events(
        *(
            {"number": number, "event": "labeled", "label": "late", "created_at": "2026-11-20"}
            for number in range(1, 11)
        )
    )

    assert not groups_of(read(issues=opened, events=labelled), "label")
    later = read(issues=opened, events=labelled, as_of=at("2026-11-21"))
    assert groups_of(later, "label") == {"label:late"}


def test_labels_of_pull_requests_make_strata_of_their_metrics() -> None:
    pulls = pull_requests(*numbered(10, labels=["urgent", "big"]))
    done = reviews(*({"number": n, "submitted_at": "2026-10-01 03:00"} for n in range(1, 11)))
    metrics = read(pull_requests=pulls, reviews=done)

    assert rows_of(metrics, "priority:p1", "time_to_first_review")[0]["value"] == 3
    assert groups_of(metrics, "label", "time_to_first_review") == {"label:big"}


def test_strata_that_a_metric_states_itself_are_not_stated_again() -> None:
    metrics = read(issues=issues(*numbered(12, labels=["urgent"])), comments=answered(*[2] * 12))

    parts = [row["statistic"] for row in rows_of(metrics, "priority:p1", "response_attainment")]
    assert len(parts) == len(set(parts))
    assert {"share_answered", "share_closed_unanswered", "share_waiting"} <= set(parts)


def test_strata_are_of_all_repositories_together_alone() -> None:
    metrics = read(issues=issues(*numbered(12, labels=["crash"])))

    assert set(metrics.filter(pl.col("group") == "label:crash")["scope"]) == {"all"}


def test_partly_covered_cycle_says_so_in_its_strata_too() -> None:
    covers = {(table, REPO): window("2026-10-18", "2030-01-01") for table in TABLES}
    opened = issues(*numbered(12, labels=["crash"], opened_at="2026-10-20"))

    (row,) = rows_of(read(issues=opened, covers=covers), "label:crash")
    assert row["reason"].endswith("; known from 2026-10-18 to 2026-11-01 only")


# The author's relation to the team


def relations(since: str = "2020-01-01", **stated: pl.DataFrame) -> list[str]:
    tables = frames(**stated)
    found = author_relations(
        tables["issues"], tables["pull_requests"], tables["people"], known_since={REPO: at(since)}
    )
    return found.sort("number")["relation"].to_list()


def test_second_item_of_an_author_is_no_newcomers_whichever_kind_the_first_was() -> None:
    pulls = pull_requests({"number": 1, "author": "rae", "opened_at": "2026-09-01"})
    opened = issues({"number": 2, "author": "rae"}, {"number": 3, "author": "sam"})

    assert relations(issues=opened, pull_requests=pulls) == ["newcomer", "returning", "newcomer"]


def test_newcomer_of_then_who_is_a_member_today_was_a_newcomer() -> None:
    opened = issues({"author": "ada", "opened_at": "2026-01-10"}, {"author": "ada"})
    joined = people({"person_id": "ada", "joined_on": at("2026-06-01").date()})

    assert relations(issues=opened, people=joined) == ["newcomer", "team"]


def test_who_had_left_the_team_is_returning() -> None:
    opened = issues({"author": "ada", "opened_at": "2026-01-10"}, {"author": "ada"})
    left = people({"person_id": "ada", "left_on": at("2026-06-01").date()})

    assert relations(issues=opened, people=left) == ["team", "returning"]


def test_relation_that_the_source_gives_of_today_is_not_read() -> None:
    contributor = {"author": "rae", "author_association": "CONTRIBUTOR"}

    assert relations(issues=issues(contributor)) == ["newcomer"]


@pytest.mark.parametrize(("since", "known"), [("2026-04-04", ["newcomer"]), ("2026-04-05", [])])
def test_nobody_is_called_new_before_the_data_covers_half_a_year(
    since: str, known: list[str]
) -> None:
    assert relations(since, issues=issues({"author": "rae"})) == known


def test_who_came_before_is_returning_however_short_the_data() -> None:
    opened = issues({"author": "rae", "opened_at": "2026-09-30"}, {"author": "rae"})

    assert relations("2026-09-01", issues=opened) == ["returning"]


@pytest.mark.parametrize("author", ["helper[bot]", "ghost", None])
def test_bots_ghosts_and_unknown_authors_have_no_relation(author: str | None) -> None:
    assert relations(issues=issues({"author": author})) == []


def test_where_nothing_says_who_is_in_the_team_nobody_has_a_relation() -> None:
    assert relations(issues=issues({"author": "rae", "author_is_team": None})) == []


def test_relation_of_the_author_is_a_stratum() -> None:
    opened = issues(*numbered(10, author="ada"), *numbered(3, 11, author="rae"))

    assert groups_of(read(issues=opened), "relation") == {"relation:team"}
