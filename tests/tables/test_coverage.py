from datetime import timedelta

import pytest
from factories import at, window

from opsreview.tables.coverage import Coverage, Covered

ONE, TWO = "team/one", "team/two"
OCTOBER = window("2026-10-01", "2026-11-01")
AS_OF = at("2026-11-08")
YEAR = window("2026-01-01", "2027-01-01")


def covered(claims, needs=("issues",), repos=(ONE,)) -> Covered:
    """What is covered of October."""
    coverage = Coverage.of(
        ((key, stretch) for key, stretches in claims.items() for stretch in stretches)
    )
    return coverage.covered(needs, repos, OCTOBER, AS_OF)


def test_window_that_all_tables_speak_for_is_covered_whole():
    claims = {("issues", ONE): [YEAR], ("comments", ONE): [YEAR]}
    assert covered(claims, ["issues", "comments"]) == Covered(OCTOBER, AS_OF)


def test_table_of_no_repository_speaks_for_all_of_them():
    claims = {("incidents", ""): [YEAR]}
    assert covered(claims, ["incidents"], [ONE, TWO]) == Covered(OCTOBER, AS_OF)


def test_table_that_no_source_gives_is_said_by_name():
    claims = {("issues", ONE): [YEAR]}
    assert covered(claims, ["issues", "pull_requests"]) == Covered(
        None, AS_OF, "no source gives pull requests"
    )


def test_nothing_at_all_is_not_covered():
    assert covered({}).reason == "no source gives issues"


def test_file_that_ends_before_the_cycle_is_unknown_there_not_zero():
    claims = {("incidents", ""): [window("2026-01-01", "2026-09-15")]}
    assert covered(claims, ["incidents"]) == Covered(
        None, AS_OF, "incidents are known from 2026-01-01 to 2026-09-15 only"
    )


def test_cycle_before_the_data_begins_is_unknown():
    claims = {("issues", ONE): [window("2026-11-01", "2027-01-01")]}
    assert covered(claims).window is None


def test_part_of_a_cycle_is_measured_and_said():
    claims = {("issues", ONE): [window("2026-10-10", "2027-01-01")]}
    assert covered(claims) == Covered(
        window("2026-10-10", "2026-11-01"), AS_OF, "known from 2026-10-10 to 2026-11-01 only"
    )


def test_nothing_is_seen_after_the_data_ends():
    claims = {("issues", ONE): [YEAR], ("comments", ONE): [window("2026-01-01", "2026-11-03")]}
    assert covered(claims, ["issues", "comments"]) == Covered(OCTOBER, at("2026-11-03"))


def test_parts_of_several_tables_are_what_all_of_them_speak_for():
    claims = {
        ("issues", ONE): [window("2026-10-05", "2027-01-01")],
        ("comments", ONE): [window("2026-01-01", "2026-10-20")],
    }
    found = covered(claims, ["issues", "comments"])
    assert found.window == window("2026-10-05", "2026-10-20")
    assert found.as_of == at("2026-10-20")


def test_tables_whose_parts_do_not_meet_cover_nothing():
    claims = {
        ("issues", ONE): [window("2026-10-20", "2027-01-01")],
        ("comments", ONE): [window("2026-01-01", "2026-10-20")],
    }
    found = covered(claims, ["issues", "comments"])
    assert found == Covered(None, AS_OF, "comments are known from 2026-01-01 to 2026-10-20 only")


def test_sources_that_touch_speak_as_one():
    claims = {
        ("incidents", ""): [window("2026-10-12", "2027-01-01"), window("2026-01-01", "2026-10-12")]
    }
    assert covered(claims, ["incidents"]) == Covered(OCTOBER, AS_OF)


def test_source_inside_another_adds_nothing():
    claims = {("incidents", ""): [YEAR, window("2026-02-01", "2026-03-01")]}
    assert covered(claims, ["incidents"]) == Covered(OCTOBER, AS_OF)


def test_gap_between_sources_in_the_cycle_leaves_the_longer_part():
    gap = timedelta(seconds=1)
    claims = {
        ("incidents", ""): [
            window("2026-01-01", "2026-10-20"),
            YEAR.overlap(window("2026-10-20", "2027-01-01")).shifted(gap),
        ]
    }
    found = covered(claims, ["incidents"])
    assert found.window == window("2026-10-01", "2026-10-20")
    assert found.as_of == at("2026-10-20")


def test_cycle_inside_a_gap_is_told_both_sides_of_it():
    claims = {
        ("incidents", ""): [window("2026-01-01", "2026-09-01"), window("2026-12-01", "2027-01-01")]
    }
    assert covered(claims, ["incidents"]).reason == (
        "incidents are known from 2026-01-01 to 2026-09-01 and from 2026-12-01 to 2027-01-01 only"
    )


def test_repository_without_any_claim_is_left_out():
    claims = {("issues", ONE): [YEAR]}
    assert covered(claims, repos=[ONE, TWO]) == Covered(OCTOBER, AS_OF)
    assert covered(claims, repos=[TWO]).window is None


def test_repository_with_some_tables_but_not_others_cannot_be_measured():
    claims = {
        ("issues", ONE): [YEAR],
        ("issues", TWO): [YEAR],
        ("comments", TWO): [YEAR],
    }
    assert covered(claims, ["issues", "comments"], [ONE, TWO]) == Covered(
        None, AS_OF, "no source gives comments of team/one"
    )
    assert covered(claims, ["issues", "comments"], [TWO]).window == OCTOBER


@pytest.mark.parametrize("repos", [[ONE, TWO], [TWO, ONE]])
def test_shorter_of_two_repositories_decides(repos):
    claims = {("issues", ONE): [YEAR], ("issues", TWO): [window("2026-10-10", "2027-01-01")]}
    assert covered(claims, repos=repos).window == window("2026-10-10", "2026-11-01")


def test_repositories_of_a_table_are_those_with_a_claim():
    coverage = Coverage.of(
        [(("issues", TWO), YEAR), (("issues", ONE), YEAR), (("shifts", ""), YEAR)]
    )
    assert coverage.repos("issues") == [ONE, TWO]
    assert coverage.repos("shifts") == [""]
    assert coverage.repos("releases") == []


def test_cycle_under_way_is_not_cut_where_its_data_ends_with_the_last_moment_seen():
    coverage = Coverage.of([(("issues", ONE), window("2026-01-01", "2026-10-20"))])
    under_way = coverage.covered(["issues"], [ONE], OCTOBER, at("2026-10-20"))
    assert under_way == Covered(OCTOBER, at("2026-10-20"))
    earlier = coverage.covered(["issues"], [ONE], OCTOBER, at("2026-10-25"))
    assert earlier.window == window("2026-10-01", "2026-10-20")


LONG, PAGER = window("2015-01-01", "2026-11-08"), window("2026-03-01", "2026-11-08")


def beside(*windows, asked=OCTOBER) -> Covered:
    """What is covered where each of these is what one source of incidents speaks for."""
    claims = [(("incidents", ""), each) for each in windows]
    coverage = Coverage.of(claims, beside={"incidents": windows, "incident_events": windows})
    return coverage.covered(["incidents"], [ONE], asked, asked.end_at)


def test_before_a_second_source_began_the_reason_says_that_it_is_silent():
    before = window("2025-10-01", "2025-11-01")
    reason = "one source of incidents is known from 2026-03-01 to 2026-11-08 only"
    assert beside(LONG, PAGER, asked=before) == Covered(before, before.end_at, reason)
    assert beside(LONG, PAGER).reason is None


def test_source_that_took_over_from_one_that_ended_is_not_called_silent():
    old = window("2015-01-01", "2026-03-05")
    assert beside(old, PAGER, asked=window("2025-10-01", "2025-11-01")).reason is None
    assert beside(old, PAGER).reason is None
    within = beside(old, PAGER, asked=window("2026-03-01", "2026-04-01"))
    assert within.reason == "one source of incidents is known from 2015-01-01 to 2026-03-05 only"


def test_source_silent_in_two_tables_is_named_once():
    coverage = Coverage.of(
        [(("incidents", ""), LONG), (("incident_events", ""), LONG)],
        beside={"incidents": (LONG, PAGER), "incident_events": (LONG, PAGER)},
    )
    before = window("2025-10-01", "2025-11-01")
    found = coverage.covered(["incidents", "incident_events"], [], before, before.end_at)
    assert str(found.reason).count("one source of") == 1


def test_sources_read_minutes_apart_are_known_alike():
    early = window("2015-01-01", "2026-10-31")
    assert beside(early, window("2015-01-01", "2026-10-31T06:00")).reason is not None
    assert beside(early, LONG, asked=window("2026-10-01", "2026-10-31T12:00")).reason is None
