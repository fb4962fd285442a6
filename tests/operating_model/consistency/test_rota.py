"""Turns of duty that cannot keep what they say."""

from __future__ import annotations

import pytest


def rota(*order: str, **said: str) -> str:
    words = "".join(f", {key}: {value}" for key, value in said.items())
    return f"rhythm:\n  duty: {{every: week, order: [{', '.join(order)}]{words}}}\n"


def test_rota_of_four_can_cover_always_with_a_quarter_of_the_time_each(found):
    text = rota("ada", "ben", "cleo", "dev", cover="always", most_share="25 %", rest="3 weeks")
    assert found(text).said == []


def test_share_that_three_people_cannot_keep_says_how_many_it_takes(found):
    remarks = found(rota("ada", "ben", "cleo", most_share="25 %"))
    assert remarks.said == [("error", "too-few-for-share", "rhythm.duty.most_share", 3)]
    says = remarks.the("too-few-for-share").says
    assert "with 3 people duty takes at least 33 % of everybody's time, more than 25 %" in says
    assert "it takes 4 (Google SRE: at most 25 % of anybody's time takes 4 people, 8 with" in says


def test_secondary_takes_twice_as_many(found):
    text = rota("ada", "ben", "cleo", "dev", most_share="25 %", secondary="true")
    says = found(text).the("too-few-for-share").says
    assert "with 4 people and a secondary duty takes at least 50 %" in says
    assert "it takes 8" in says


def test_no_share_at_all_is_nothing_anybody_can_keep(found):
    assert (
        "nobody can keep that"
        in found(rota("ada", "ben", most_share="0 %")).the("too-few-for-share").says
    )


def test_order_that_gives_one_person_more_than_the_share_is_an_error(found):
    remarks = found(rota("ada", "ben", "ada", "cleo", most_share="40 %"))
    assert remarks.said == [("error", "uneven-order", "rhythm.duty.most_share", 3)]
    assert remarks.the("uneven-order").people == ("ada",)
    assert "2 of 4 turns" in remarks.the("uneven-order").says


def test_rota_from_a_calendar_of_people_nobody_listed_is_left_alone(found):
    text = "rhythm: {duty: {every: week, from: rota.ics, most_share: 20 %, cover: always}}\n"
    assert found(text, people={}).said == []


def test_rest_longer_than_the_order_allows_is_an_error(found):
    remarks = found(rota("ada", "ben", "ada", "cleo", rest="2 weeks"))
    assert remarks.said == [("error", "too-little-rest", "rhythm.duty.rest", 3)]
    assert remarks.the("too-little-rest").people == ("ada",)
    assert "the order leaves 7 d between two turns" in remarks.the("too-little-rest").says
    assert found(rota("ada", "ben", "ada", "cleo", rest="1 week")).said == []


@pytest.mark.parametrize("order", [("ada", "ada", "ben"), ("ada", "ben", "cleo", "ada")])
def test_two_turns_in_a_row_are_a_warning_round_the_end_too(found, order):
    remarks = found(rota(*order))
    assert remarks.said == [("warning", "double-turn", "rhythm.duty.order", 3)]
    assert remarks.the("double-turn").people == ("ada",)


def test_rota_of_one_is_a_warning(found):
    assert found(rota("ada")).said == [("warning", "rota-of-one", "rhythm.duty.order", 3)]


@pytest.mark.parametrize("order", [("ada", "ben"), ("ada", "ben", "cleo")])
def test_small_team_cannot_promise_to_cover_always(found, order):
    remarks = found(rota(*order, cover="always"))
    assert remarks.said == [("warning", "too-few-for-always", "rhythm.duty.cover", 3)]
    assert remarks.the("too-few-for-always").says.startswith(
        f"{len(order)} people cannot promise cover by day and night"
    )
    assert found(rota(*order, cover="always", best_effort="nights")).said == []


def test_four_with_a_secondary_cannot_promise_to_cover_always(found):
    assert found(rota("ada", "ben", "cleo", "dev", cover="always", secondary="true")).has(
        "too-few-for-always"
    )


def test_turns_of_a_calendar_are_not_judged_by_the_document_alone(found):
    """How many people hold them, only the cycle tells."""
    text = "rhythm: {duty: {every: week, from: rota.ics, cover: always, most_share: 10 %}}\n"
    assert found(text).said == []
