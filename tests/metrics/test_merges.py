"""By whom pull requests are merged, and with how many approvals."""

from __future__ import annotations

from typing import Any

import polars as pl
from factories import pull_requests, reviews

from metrics.views import AS_OF, OCTOBER
from opsreview.metrics.merges import merges

MERGED = {"author": "ada", "merged_at": "2026-10-05", "merged_by": "ben"}


def merged(pulls: pl.DataFrame, given: pl.DataFrame | None = None) -> list[tuple[Any, ...]]:
    found = merges(pulls, reviews() if given is None else given, window=OCTOBER, as_of=AS_OF)
    return found.select("number", "is_self_merged", "approval_count").rows()


def test_merge_of_ones_own_is_told_from_anothers_and_from_nobody_knows() -> None:
    pulls = pull_requests(
        MERGED, {**MERGED, "merged_by": "ada"}, {**MERGED, "merged_by": None}, {"author": "ada"}
    )

    assert merged(pulls) == [(1, False, 0), (2, True, 0), (3, None, 0)]


def test_what_a_bot_proposed_is_left_out() -> None:
    assert merged(pull_requests({**MERGED, "author": "renovate[bot]"})) == []


def test_approvals_count_people_once_and_only_before_the_merge() -> None:
    given = reviews(
        {"author": "ben", "submitted_at": "2026-10-02"},
        {"author": "ben", "submitted_at": "2026-10-03"},
        {"author": "cleo", "submitted_at": "2026-10-06"},
        {"author": "dev", "state": "dismissed"},
        {"author": "ada"},
        {"author": "helper[bot]"},
        {"author": "ghost"},
    )

    assert merged(pull_requests(MERGED), given) == [(1, False, 1)]


def test_merge_after_as_of_or_outside_the_window_is_none() -> None:
    september = {"opened_at": "2026-09-01", "merged_at": "2026-09-30"}
    pulls = pull_requests({**MERGED, "merged_at": "2026-11-01"}, MERGED | september)

    assert merged(pulls) == []
