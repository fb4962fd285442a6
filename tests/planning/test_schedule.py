"""The fairest schedule that keeps what has to be kept, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest
from factories import at, leave, people, shifts, window

from opsreview.cadence import Cadence
from opsreview.errors import ScheduleError
from opsreview.metrics.ledger import cover_ledger
from opsreview.planning.constraints import Candidate
from opsreview.planning.schedule import Schedule, candidates, schedule, turns_to_fill
from opsreview.privacy import Appearance
from opsreview.rotation import Rotation
from opsreview.window import Window

MADRID = ZoneInfo("Europe/Madrid")
WEEKLY = Rotation((), MADRID, weekday=0)
FIRST_ON = date(2026, 11, 30)
WEEK = 168.0


def weeks(count: int) -> list[Window]:
    return turns_to_fill(WEEKLY, FIRST_ON, count)


def somebody(
    person: str,
    turns: Sequence[Window],
    *,
    away: Sequence[int] = (),
    share: float = 1.0,
    balance: float = 0.0,
    secondary: float = 0.0,
    last_turn_at: datetime | None = None,
) -> Candidate:
    """A member of the team who is on leave in the turns of these numbers."""
    present = [turn for number, turn in enumerate(turns) if number not in away]
    whole = Window(turns[0].start_at, turns[-1].end_at)
    eligible = share * sum(turn.hours for turn in present)
    balances = {"primary": balance, "secondary": secondary}
    return Candidate(person, person, present, [whole], eligible, balances, last_turn_at)


def order(found: Schedule, role: str = "primary") -> str:
    """Who holds the turns, by their first letters."""
    return "".join(person[0] for person in found.turns.filter(role=role)["person"])


def counts(found: Schedule, role: str = "primary") -> dict[str, int]:
    return dict(found.people.filter(role=role).select("person", "turns").iter_rows())


def team(turns: Sequence[Window], *names: str) -> list[Candidate]:
    return [somebody(name, turns) for name in names]


def why_not(rotation: Rotation, turns: Sequence[Window], people: Sequence[Candidate]) -> str:
    with pytest.raises(ScheduleError) as refused:
        schedule(rotation, turns, people, None)
    return str(refused.value)


def test_equals_take_turns_one_after_the_other() -> None:
    turns = weeks(6)

    assert order(schedule(WEEKLY, turns, team(turns, "ada", "ben", "cleo"), None)) == "abcabc"


def test_who_waited_longest_begins_and_takes_the_turn_that_is_left_over() -> None:
    turns = weeks(4)
    three = [
        somebody("ada", turns, last_turn_at=at("2026-11-23 00:00")),
        somebody("ben", turns, last_turn_at=at("2026-11-09 00:00")),
        somebody("cleo", turns, last_turn_at=at("2026-11-16 00:00")),
    ]
    found = schedule(WEEKLY, turns, three, None)

    assert counts(found) == {"ada": 1, "ben": 2, "cleo": 1}
    assert order(found)[0] == "b"


def test_who_is_on_leave_gets_no_turn_that_leave_touches_and_less_in_all() -> None:
    turns = weeks(6)
    two = [somebody("ada", turns, away=(0, 1, 2)), somebody("ben", turns)]
    found = schedule(WEEKLY, turns, two, None)

    assert order(found)[:3] == "bbb"
    assert counts(found) == {"ada": 2, "ben": 4}
    assert found.people["fair_hours"].to_list() == [2 * WEEK, 4 * WEEK]


def test_half_of_full_time_takes_half_as_many_turns() -> None:
    turns = weeks(5)
    three = [somebody("ada", turns, share=0.5), *team(turns, "ben", "cleo")]

    assert counts(schedule(WEEKLY, turns, three, None)) == {"ada": 1, "ben": 2, "cleo": 2}


def test_who_held_too_little_so_far_gets_more() -> None:
    turns = weeks(6)
    two = [
        somebody("ada", turns, balance=2 * WEEK),
        somebody("ben", turns, balance=-2 * WEEK),
    ]
    found = schedule(WEEKLY, turns, two, None)

    assert counts(found) == {"ada": 1, "ben": 5}
    assert found.people["balance_after_hours"].to_list() == [0.0, 0.0]
    assert found.sentence == (
        "6 turns of duty from 2026-11-30 to 2027-01-11: ben 5, ada 1; "
        "the largest distance from a fair part goes from 14 d to 0 h."
    )
    assert replace(found, is_proven=False).sentence.endswith("a fairer one may exist.")


def test_debts_beside_one_that_cannot_be_paid_are_still_shared_evenly() -> None:
    turns = weeks(6)
    three = [
        somebody("ada", turns, balance=20 * WEEK),
        somebody("ben", turns, balance=-10 * WEEK),
        somebody("cleo", turns, balance=-10 * WEEK),
    ]

    assert order(schedule(WEEKLY, turns, three, None)) == "bcbcbc"


def test_turns_follow_on_another_of_the_same_person_only_where_they_must() -> None:
    turns = weeks(7)
    two = [somebody("ada", turns, balance=-WEEK), somebody("ben", turns, balance=WEEK)]
    found = order(schedule(WEEKLY, turns, two, None))

    assert (found.count("a"), found.count("b")) in {(4, 3), (5, 2)}
    assert found.count("aa") + found.count("bb") == max(0, found.count("a") - found.count("b") - 1)


def test_who_was_on_duty_until_the_first_turn_does_not_begin() -> None:
    turns = weeks(4)
    two = [
        somebody("ada", turns, last_turn_at=turns[0].start_at, balance=-WEEK),
        somebody("ben", turns, balance=WEEK),
    ]

    assert order(schedule(WEEKLY, turns, two, None)) == "baaa"


def test_what_former_members_held_is_everybodys_by_their_part() -> None:
    turns = weeks(4)
    two = [
        somebody("ada", turns, balance=-3 * WEEK),
        somebody("ben", turns, balance=-WEEK),
    ]

    assert counts(schedule(WEEKLY, turns, two, None)) == {"ada": 3, "ben": 1}


def test_rest_is_kept_between_turns_in_whatever_role() -> None:
    turns = weeks(6)
    strict = replace(WEEKLY, has_secondary=True, rest_hours=WEEK)
    found = schedule(strict, turns, team(turns, "ada", "ben", "cleo", "dev"), None)
    on_duty = [set(pair) for pair in zip(order(found), order(found, "secondary"), strict=True)]

    assert all(len(pair) == 2 for pair in on_duty)
    assert all(not before & after for before, after in pairwise(on_duty))


def test_rest_reaches_back_to_the_last_turn_before() -> None:
    turns = weeks(2)
    strict = replace(WEEKLY, rest_hours=WEEK)
    two = [
        somebody("ada", turns, last_turn_at=turns[0].start_at),
        somebody("ben", turns, last_turn_at=at("2026-11-22 23:00")),
    ]

    assert order(schedule(strict, turns, two, None)) == "ba"


def test_most_share_of_the_time_holds_whatever_the_debts() -> None:
    turns = weeks(8)
    four = [somebody("ada", turns, balance=-9 * WEEK), *team(turns, "ben", "cleo", "dev")]
    found = schedule(replace(WEEKLY, most_share=0.25), turns, four, None)

    assert set(counts(found).values()) == {2}


def test_most_share_is_rounded_up_to_whole_turns() -> None:
    turns = weeks(6)
    quarter = replace(WEEKLY, most_share=0.25)
    found = schedule(quarter, turns, team(turns, "ada", "ben", "cleo", "dev"), None)

    assert max(counts(found).values()) == 2


def test_fixed_turn_stays_and_the_others_go_round_it() -> None:
    turns = weeks(3)
    three = team(turns, "ada", "ben", "cleo")
    fixed = {("primary", turns[0].start_at): "cleo"}

    assert order(schedule(WEEKLY, turns, three, fixed)) == "cab"


def test_turn_that_is_not_in_the_schedule_cannot_be_fixed() -> None:
    turns = weeks(3)
    fixed = {("secondary", turns[0].start_at): "ada"}
    with pytest.raises(ScheduleError, match=r"ada cannot be fixed as secondary of the turn of"):
        schedule(WEEKLY, turns, team(turns, "ada", "ben"), fixed)


def test_secondary_hours_have_a_balance_of_their_own() -> None:
    turns = weeks(4)
    three = [
        somebody("ada", turns, secondary=4 * WEEK),
        somebody("ben", turns, secondary=-2 * WEEK),
        somebody("cleo", turns, secondary=-2 * WEEK),
    ]
    found = schedule(replace(WEEKLY, has_secondary=True), turns, three, None)

    assert counts(found, "secondary") == {"ada": 0, "ben": 2, "cleo": 2}


def test_same_people_in_another_order_give_the_same_schedule() -> None:
    turns = weeks(9)
    strict = replace(WEEKLY, has_secondary=True, rest_hours=WEEK)
    five = [
        somebody("ada", turns, away=(2,), balance=100.0),
        somebody("ben", turns, share=0.5),
        somebody("cleo", turns, balance=-60.0, secondary=20.0),
        *team(turns, "dev", "eli"),
    ]
    first = schedule(strict, turns, five, None)

    for again in (five, five[::-1], five[2:] + five[:2]):
        found = schedule(strict, turns, again, None)
        assert found.turns.equals(first.turns)
        assert found.people.equals(first.people)


def assignments(
    rotation: Rotation, turns: Sequence[Window], people: Sequence[Candidate]
) -> Iterator[tuple[int, ...]]:
    """Every way to give the turns to people who can hold them, one by one."""
    for given in product(range(len(people)), repeat=len(turns)):
        is_there = all(people[who].is_there(turns[turn]) for turn, who in enumerate(given))
        rests = rotation.rest_hours is None or all(a != b for a, b in pairwise(given))
        if is_there and rests:
            yield given


def unfairness(
    given: Sequence[int], turns: Sequence[Window], people: Sequence[Candidate]
) -> tuple[float, float]:
    """The largest distance from a fair part, and the sum of squares, in turns."""
    total = sum(one.eligible_hours for one in people)
    owed = sum(one.balance_hours["primary"] for one in people)
    apart = [
        one.balance_hours["primary"] / WEEK
        + given.count(who)
        - (len(turns) + owed / WEEK) * one.eligible_hours / total
        for who, one in enumerate(people)
    ]
    return round(max(map(abs, apart)), 4), round(sum(each**2 for each in apart), 4)


@pytest.mark.parametrize(
    ("balances", "away", "rest_hours"),
    [
        ((0, 0, 0), ((), (), ()), None),
        ((0, 0, 0), ((0, 1), (5,), ()), WEEK),
        ((100, -37, -63), ((), (2,), (3, 4)), None),
        ((400, 50, -450), ((1,), (), (4,)), WEEK),
        ((-900, -10, 300), ((0, 1, 2, 3), (), ()), None),
        ((10, -900, 300), ((), (1, 3), ()), WEEK),
    ],
)
def test_no_schedule_is_fairer_of_all_there_are(
    balances: tuple[float, ...], away: tuple[tuple[int, ...], ...], rest_hours: float | None
) -> None:
    turns = weeks(6)
    rotation = replace(WEEKLY, rest_hours=rest_hours)
    three = [
        somebody(name, turns, away=gone, share=share, balance=balance)
        for name, gone, share, balance in zip(
            ("ada", "ben", "cleo"), away, (1.0, 0.5, 1.0), balances, strict=True
        )
    ]
    found = schedule(rotation, turns, three, None)
    given = ["abc".index(letter) for letter in order(found)]

    every = list(assignments(rotation, turns, three))
    assert tuple(given) in every
    assert unfairness(given, turns, three) == min(unfairness(one, turns, three) for one in every)
    assert found.is_proven


def test_turns_of_unequal_length_are_weighed_by_their_hours() -> None:
    monthly = Rotation((), MADRID, every=Cadence(1, "month", "month"))
    turns = turns_to_fill(monthly, date(2026, 2, 1), 17)
    assert [turn.start_at.astimezone(MADRID).month for turn in turns] == [2, 3, 4, 5]
    two = [somebody("ada", turns), somebody("ben", turns)]
    found = schedule(monthly, turns, two, None)

    # Sundays: 28, 28, 35 and 28 days; 63 to 56 is the nearest that there is.
    hours = sorted(found.people["hours"])
    assert hours[1] - hours[0] < 8 * 24


def test_a_change_of_clocks_is_nobodys_debt() -> None:
    turns = turns_to_fill(WEEKLY, date(2026, 10, 19), 2)
    assert [turn.hours for turn in turns] == [169.0, 168.0]
    two = [somebody("ada", turns), somebody("ben", turns, last_turn_at=at("2026-01-01 00:00"))]
    found = schedule(WEEKLY, turns, two, None)

    assert order(found) == "ab"
    assert found.people["hours"].to_list() == [169.0, 168.0]


def test_names_the_week_in_which_all_are_away() -> None:
    turns = weeks(6)
    three = [
        somebody("ada", turns, away=(3,)),
        somebody("ben", turns, away=(1, 3)),
        somebody("cleo", turns, away=(0,), last_turn_at=None),
    ]
    two = three[:2]

    assert why_not(WEEKLY, turns, two) == (
        "no schedule of ada and ben keeps all of these: somebody is primary in the week of "
        "2026-12-21; ada and ben are on leave. Let go of one of them."
    )


def test_names_rest_where_the_one_who_is_there_was_on_duty_the_week_before() -> None:
    turns = weeks(4)
    two = [somebody("ada", turns), somebody("ben", turns, away=(2, 3))]

    assert why_not(replace(WEEKLY, rest_hours=WEEK), turns, two) == (
        "no schedule of ada and ben keeps all of these: somebody is primary in the weeks of "
        "2026-12-14 and 2026-12-21; ben is on leave; nobody is on duty two weeks running. "
        "Let go of one of them."
    )


def test_names_a_fixed_turn_of_somebody_who_is_away() -> None:
    turns = weeks(2)
    two = [somebody("ada", turns, away=(1,)), somebody("ben", turns)]
    fixed = {("primary", turns[1].start_at): "ada"}
    with pytest.raises(ScheduleError) as refused:
        schedule(WEEKLY, turns, two, fixed)

    assert str(refused.value) == (
        "no schedule of ada and ben keeps all of these: ada is primary in the week of 2026-12-07, "
        "as is fixed; ada is on leave. Let go of one of them."
    )


def test_names_the_share_of_time_that_too_few_people_cannot_keep() -> None:
    turns = weeks(12)

    assert why_not(replace(WEEKLY, most_share=0.25), turns, team(turns, "ada", "ben", "cleo")) == (
        "no schedule of ada, ben and cleo keeps all of these: somebody is primary in the 10 weeks "
        "from 2026-11-30 to 2027-02-01; nobody is on duty for more than 25 % of the time. "
        "Let go of one of them."
    )


def test_names_the_last_turn_and_who_is_not_in_the_team_yet() -> None:
    turns = weeks(1)
    later = Window(turns[0].end_at, turns[0].end_at.replace(year=2027))
    two = [
        somebody("ada", turns, last_turn_at=turns[0].start_at),
        Candidate("ben", "ben", [later], [later], 0.0),
    ]

    assert why_not(replace(WEEKLY, rest_hours=72.0), turns, two) == (
        "no schedule of ada and ben keeps all of these: somebody is primary in the week of "
        "2026-11-30; ben is not in the team then; ada rests 3 d after a turn that ends on "
        "2026-11-30. Let go of one of them."
    )


def test_one_person_cannot_be_primary_and_secondary() -> None:
    turns = weeks(1)
    both = replace(WEEKLY, has_secondary=True)

    assert why_not(both, turns, team(turns, "ada")) == (
        "no schedule of ada keeps all of these: somebody is primary in the week of 2026-11-30; "
        "somebody is secondary in the week of 2026-11-30; primary and secondary are two people. "
        "Let go of one of them."
    )


def test_nobody_and_nothing_make_no_schedule() -> None:
    turns = weeks(1)

    assert why_not(WEEKLY, turns, []).startswith("no schedule can be made: there is no person")
    assert why_not(WEEKLY, [], team(turns, "ada")).startswith(
        "no schedule can be made: there is no turn"
    )


def test_turns_begin_at_the_next_handover_and_keep_a_rhythm_that_has_begun() -> None:
    fortnightly = replace(WEEKLY, every=Cadence(2, "week", "2 weeks"))
    begun = replace(fortnightly, starting=date(2026, 11, 23))

    assert [turn.first_day(MADRID) for turn in turns_to_fill(WEEKLY, date(2026, 12, 1), 2)] == [
        date(2026, 12, 7),
        date(2026, 12, 14),
    ]
    assert [turn.first_day(MADRID) for turn in turns_to_fill(begun, date(2026, 12, 1), 4)] == [
        date(2026, 12, 7),
        date(2026, 12, 21),
    ]


def test_candidates_are_told_from_people_leave_and_ledger() -> None:
    whole = window("2026-12-06 23:00", "2027-01-03 23:00")
    tables = {
        "people": people({"person_id": "ada"}, {"person_id": "ben", "share": 0.5}),
        "leave": leave({"from_on": date(2026, 12, 21), "to_on": date(2026, 12, 27)}),
    }
    held = shifts(
        {"person": "ada", "start_at": "2026-11-29 23:00", "end_at": "2026-12-06 23:00"},
        {"person": "ben", "role": "secondary", "start_at": "2026-11-29 23:00",
         "end_at": "2026-12-06 23:00"},
    )  # fmt: skip
    ledger = cover_ledger(
        held,
        tables["people"],
        tables["leave"],
        None,
        window=window("2026-11-08 23:00", "2026-12-06 23:00"),
        as_of=whole.start_at,
    )
    called = Appearance("pseudonyms", {"ada": "person-1", "ben": "person-2"})
    ada, ben = candidates(["ada", "ben"], tables, ledger, window=whole, called=called)

    assert (ada.name, ben.name) == ("person-1", "person-2")
    assert (ada.eligible_hours, ben.eligible_hours) == (3 * WEEK, 2 * WEEK)
    assert ada.balance_hours["primary"] == pytest.approx(WEEK / 3)
    assert ben.balance_hours == pytest.approx({"primary": -WEEK / 3, "secondary": WEEK * 2 / 3})
    assert ada.last_turn_at == at("2026-12-06 23:00")
    christmas = window("2026-12-20 23:00", "2026-12-27 23:00")
    assert not ada.is_there(christmas)
    assert ada.is_of_team(christmas)


def test_half_a_year_of_eight_with_a_secondary_is_solved_to_the_end() -> None:
    turns = weeks(26)
    strict = replace(WEEKLY, has_secondary=True, rest_hours=WEEK)
    eight = [
        somebody(f"p{n}", turns, away=(3 * n, 3 * n + 1), balance=37.0 * n - 129.5)
        for n in range(8)
    ]
    found = schedule(strict, turns, eight, None)

    assert found.is_proven
    assert found.turns.height == 52
    on_duty = [
        set(rows["person"]) for _, rows in found.turns.group_by("start_at", maintain_order=True)
    ]
    assert all(len(pair) == 2 for pair in on_duty)
    assert all(not before & after for before, after in pairwise(on_duty))
    after = found.people.filter(role="primary")["balance_after_hours"]
    assert after.abs().max() < WEEK
