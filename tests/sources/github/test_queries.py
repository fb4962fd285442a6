"""Every query is one that GitHub accepts, gives whole, and charges little for."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from github_answers import MOST_NODES
from github_schema import Price, github_schema, price_of
from graphql import parse, validate

from opsreview.sources.github.pages import SIZES
from opsreview.sources.github.queries import query_names, query_text, text_for_many

# Above this many possible nodes GitHub begins to leave holes (RESOURCE_LIMITS_EXCEEDED).
MOST_NODES_ANSWERED = 20_000
LARGEST_PAGE = 100
ITEMS_AT_ONCE = 20
MOST_POINTS = {"issues": 4, "pulls": 2, "refresh": 4, "sweep_issues": 1, "sweep_pulls": 1}
FORBIDDEN = ("body", "bodyText", "bodyHTML")

NAMES = query_names()
OF_ONE_ITEM = [name for name in NAMES if "$id:" in query_text(name)]
TEXTS = {name: query_text(name) for name in NAMES} | {
    f"{name} of {ITEMS_AT_ONCE}": text_for_many(name, ITEMS_AT_ONCE) for name in OF_ONE_ITEM
}


def price(case: str) -> Price:
    """What a query costs at the page size it is sent with."""
    name = case.partition(" ")[0]
    size = SIZES.get(name, LARGEST_PAGE)
    variables: dict[str, Any] = {"first": size, "pulls": size // 2}
    return price_of(TEXTS[case], variables | {"ids": [str(number) for number in range(size)]})


@pytest.mark.parametrize("case", TEXTS)
def test_githubs_schema_accepts_the_query(case: str) -> None:
    assert validate(github_schema(), parse(TEXTS[case])) == []


def test_a_field_that_github_does_not_have_is_noticed() -> None:
    wrong = TEXTS["issues"].replace("updatedAt", "changedAt")
    assert "changedAt" in validate(github_schema(), parse(wrong))[0].message


@pytest.mark.parametrize("case", TEXTS)
def test_no_connection_is_asked_for_more_than_a_page(case: str) -> None:
    asked = [each for each in price(case).connections if not each.is_count_alone]
    assert all(each.size is not None and 1 <= each.size <= LARGEST_PAGE for each in asked), asked


@pytest.mark.parametrize("case", TEXTS)
def test_every_list_says_whether_it_goes_on_and_where(case: str) -> None:
    silent = [
        each.path
        for each in price(case).connections
        if not each.is_count_alone and not each.page_info >= {"hasNextPage", "endCursor"}
    ]
    assert not silent


@pytest.mark.parametrize("case", TEXTS)
def test_a_full_page_is_small_enough_for_github_to_answer_whole(case: str) -> None:
    assert price(case).possible_nodes < MOST_NODES_ANSWERED < MOST_NODES


@pytest.mark.parametrize("case", TEXTS)
def test_a_query_costs_few_points(case: str) -> None:
    assert price(case).points <= MOST_POINTS.get(case, 2)


@pytest.mark.parametrize("case", TEXTS)
def test_no_query_asks_for_what_people_wrote(case: str) -> None:
    words = TEXTS[case].replace("{", " ").replace("}", " ").replace("(", " ").split()
    assert not set(FORBIDDEN) & set(words)


def test_every_fragment_file_is_spread_by_a_query() -> None:
    folder = files("opsreview.sources.github").joinpath("queries")
    everything = " ".join(TEXTS.values())
    stems = [path.name.removesuffix(".graphql") for path in folder.iterdir()]
    unused = [stem for stem in stems if f"fragment {stem} " not in everything]
    assert sorted(unused) == sorted(NAMES)
