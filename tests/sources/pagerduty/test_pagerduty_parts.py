from datetime import timedelta

from pagerduty_stand_in import at

from opsreview.sources.pagerduty.parts import number, parts
from opsreview.window import Window

UNTIL_AT = at("2026-11-10 12:00")


def cut(since):
    return list(parts(Window(at(since), UNTIL_AT), 60))


def test_parts_follow_each_other_from_edge_to_edge():
    found = cut("2026-01-05")
    assert (found[0].start_at, found[-1].end_at) == (at("2026-01-05"), UNTIL_AT)
    assert [one.end_at for one in found[:-1]] == [one.start_at for one in found[1:]]
    assert {one.hours for one in found[1:-1]} == {60 * 24.0}


def test_longer_stretch_is_cut_at_the_same_moments():
    short, long = cut("2026-05-05"), cut("2025-02-01")
    assert long[-len(short) + 1 :] == short[1:]
    assert number(long[-len(short)].start_at, 60) == number(short[0].start_at, 60)


def test_stretch_without_a_length_has_no_parts():
    assert list(parts(Window(UNTIL_AT, UNTIL_AT), 60)) == []


def test_every_part_has_its_own_number():
    numbers = [number(one.start_at, 60) for one in cut("2025-02-01")]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert number(UNTIL_AT + timedelta(days=60), 60) == number(UNTIL_AT, 60) + 1
