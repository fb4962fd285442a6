"""A cycle's own history under another rotation, people as its pages call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, incident_events, incidents, leave, people, shifts, window
from filtering.folders import folder_of, pseudonyms
from metrics.views import TARGETS, subject

from opsreview.errors import FilterError
from opsreview.filtering.known import Known
from opsreview.metrics.interruptions import interruptions
from opsreview.metrics.reading import Subject
from opsreview.metrics.view import Targets
from opsreview.planning.history import HELD, OBSERVED, History
from opsreview.planning.what_if import WhatIf
from opsreview.privacy import Appearance
from opsreview.rotation import Rotation
from opsreview.window import Cycle, Window
from opsreview.working_time import WorkingCalendar

MADRID = ZoneInfo("Europe/Madrid")
TEAM = people({"person_id": "ada"}, {"person_id": "ben"}, {"person_id": "cleo"})
SHOWN = Appearance("shown", {name: name for name in ("ada", "ben", "cleo")})
OCTOBER = Cycle("2026-10", MADRID)
AS_OF = at("2026-11-08")
ALWAYS = window("2026-01-01", "2027-01-01")
COVERS = {("shifts", ""): ALWAYS, ("incidents", ""): ALWAYS}
# Ada held duty until Monday October 26, then Ben.
MONDAYS = [at("2026-09-28 07:00") + timedelta(weeks=week) for week in range(5)]
HELD_BY = ["ada", "ada", "ada", "ada", "ben"]
SHIFTS = shifts(
    *(
        {"person": person, "start_at": monday, "end_at": monday + timedelta(weeks=1)}
        for person, monday in zip(HELD_BY, MONDAYS, strict=True)
    )
)
OPENED = ["2026-10-06 01:00", "2026-10-13 01:00", "2026-10-20 12:00", "2026-10-28 12:00"]
INCIDENTS = incidents(*({"opened_at": moment, "service": moment} for moment in OPENED))


def team(*, covers: Mapping[tuple[str, str], Window] = COVERS, **stated: pl.DataFrame) -> Subject:
    tables = {"people": TEAM, "shifts": SHIFTS, "incidents": INCIDENTS} | stated
    return subject(repos=(), zone=MADRID, covers=covers, **tables)


def history(
    of: Subject | None = None,
    *,
    targets: Targets = TARGETS,
    called: Appearance = SHOWN,
    cycles: int = 1,
) -> History:
    known = Known(of or team(), [(None, targets)], called)
    return History.of(known, OCTOBER, AS_OF, cycles)


def row(found: WhatIf, measure: str) -> tuple[float | None, float | None]:
    rows = found.compared.filter(pl.col("measure") == measure)
    return rows.select("today", "then").row(0)


def test_every_measure_stands_beside_today() -> None:
    found = history().what_if(people=["ada", "ben"], handover="monday 09:00")

    # Ada held from the first to October 26 08:00 in Madrid, where the clocks had gone back.
    assert row(found, "hours of primary duty: ada")[0] == 25 * 24 + 9
    assert row(found, "disrupted nights") == (2, 2)
    assert row(found, "hours to be answered that somebody held") == (1, 1)
    assert row(found, "incidents that nobody held") == (0, 0)
    assert found.people["person"].to_list() == ["ada", "ben"]
    assert found.basis == HELD


def test_turns_begin_at_the_last_handover_before_the_window() -> None:
    found = history().what_if(people=["ada", "ben"], handover="monday 09:00")
    by_person = dict(found.people.select("person", "primary_hours_then").iter_rows())

    # September 28 09:00 on: Ada until October 5 (105 h of October), 12 to 19, and 26 to the end.
    assert by_person == {"ada": 105 + 168 + 135, "ben": 168 + 169}
    assert found.then.interruptions["person"].to_list() == ["ben", "ada", "ben", "ada"]


def test_replaying_the_turns_that_were_held_gives_today() -> None:
    declared = Rotation(
        ("ada", "ada", "ada", "ada", "ben"), ZoneInfo("UTC"), weekday=0, handover=time(7)
    )
    found = history().what_if(replace(declared, starting=date(2026, 9, 28)))

    assert found.then.per_person.equals(found.today.per_person)
    assert found.then.interruptions.equals(found.today.interruptions)
    assert found.compared["today"].equals(found.compared["then"].alias("today"))


def test_cover_of_the_model_in_force_is_what_today_is_held_to() -> None:
    office = Rotation(("ada", "ben"), MADRID, weekday=0, covered=WorkingCalendar(MADRID))
    by_day = history(targets=replace(TARGETS, rotation=office))

    assert row(by_day.what_if(cover="always"), "incidents that waited for duty") == (2, 0)
    # Two incidents at 03:00 wait for 09:00.
    assert row(by_day.what_if(), "longest wait for duty") == (6, 6)


def test_leave_that_is_asked_for_is_beside_the_leave_in_the_tables() -> None:
    away = leave({"person_id": "ben", "from_on": date(2026, 10, 6), "to_on": date(2026, 10, 6)})
    found = history(team(leave=away)).what_if(
        people=["ada", "ben"],
        handover="monday 09:00",
        leave={"ada": [("2026-10-13", date(2026, 10, 14))]},
    )

    assert found.passed_on_count == 2
    assert found.then.interruptions["person"].to_list() == ["ada", "ben", "ben", "ada"]


def test_without_shifts_today_is_who_was_seen_to_act() -> None:
    acts = incident_events(
        {"incident_id": "1", "at": "2026-10-06 02:00", "person": "cleo"},
        {"incident_id": "2", "at": "2026-10-13 02:00", "person": "cleo"},
    )
    found = history(
        team(covers={("incidents", ""): ALWAYS}, incident_events=acts, shifts=shifts())
    ).what_if(people=["ada", "cleo"], handover="monday 09:00")

    assert found.basis == OBSERVED
    assert found.today.interruptions["person"].to_list() == ["cleo", "cleo", None, None]
    assert row(found, "busiest person's share of interruptions") == (1, 0.5)
    assert row(found, "hours of primary duty: cleo")[0] is None
    assert row(found, "incidents that nobody held") == (None, 0)


def test_without_incidents_hours_alone_are_compared() -> None:
    found = history(team(covers={("shifts", ""): ALWAYS}, incidents=incidents())).what_if(
        people=["ada", "ben"], handover="monday 09:00"
    )

    assert row(found, "disrupted nights") == (None, None)
    assert row(found, "hours of primary duty: ben")[1] == 337
    assert "interruptions" not in found.sentence


def test_history_is_as_long_as_both_shifts_and_incidents_are_known() -> None:
    known_since = window("2026-08-10", "2027-01-01")
    both = team(covers={("shifts", ""): known_since, ("incidents", ""): ALWAYS})

    assert history(both, cycles=6).window == Window(known_since.start_at, OCTOBER.window.end_at)
    with pytest.raises(FilterError, match="there is no duty to replay: no source gives incidents"):
        history(team(covers={}))


def test_people_are_named_as_pages_call_them_and_shown_so() -> None:
    called = pseudonyms({"ada", "ben", "cleo"})
    found = history(called=called).what_if(people=[called.of("ben"), "cleo"])

    everybody = {*found.people["person"], *found.then.interruptions["person"]}
    assert everybody == {called.of(name) for name in ("ada", "ben", "cleo")}
    assert "ada" not in f"{found!r}{found.compared.to_dicts()}"


def test_by_role_there_are_no_rows_of_persons() -> None:
    roles = Appearance("roles", dict.fromkeys(("ada", "ben", "cleo"), "a contributor"))
    found = history(called=roles).what_if(people=["ada", "ben"])

    assert found.people.is_empty()
    assert not found.compared["measure"].str.contains("duty:").any()
    assert row(found, "disrupted nights") == (2, 2)
    with pytest.raises(FilterError, match="3 people are called 'a contributor'"):
        history(called=roles).what_if(people=["a contributor"])


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"people": ["ada", "bem"]}, "there is no person 'bem': there is ben"),
        ({"leave": {"bem": []}}, "there is no person 'bem'"),
        ({"leave": {"ben": [("soon", "2026-10-02")]}}, "leave: 'soon' is no day"),
        ({"every": "fortnight"}, "every: 'fortnight' is not a rhythm"),
        ({"handover": "9"}, "handover: '9' is not a weekly moment"),
        ({"cover": "night"}, "there is no cover 'night': there is always and business hours"),
        ({"evry": "week"}, "there is no part of a rotation 'evry': there is every"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_closest(
    wanted: dict[str, object], message: str
) -> None:
    with pytest.raises(FilterError, match=message):
        history().what_if(**wanted)  # type: ignore[arg-type]


def test_sentence_tells_what_would_have_been_otherwise() -> None:
    found = history().what_if(
        people=["ada", "ben"], handover="monday 09:00", cover="business hours"
    )

    assert found.sentence == (
        "Over the 31 days to 2026-10-31, ada would have held 55 % of duty instead of 82 %; "
        "the busiest would have had 2 of 4 interruptions instead of 3; 0 nights would have been "
        "disrupted instead of 2; and 2 incidents would have waited for duty, the longest 6 h."
    )


def test_review_replays_its_own_folder(tmp_path: Path) -> None:
    review = folder_of(tmp_path, team(), called=SHOWN)
    found = review.what_if(people=["ada", "ben"], handover="monday 09:00", cycles=1)

    assert found.then.interruptions["person"].to_list() == ["ben", "ada", "ben", "ada"]
    assert found.last_on == date(2026, 10, 31)


def test_sentence_says_where_nothing_would_have_changed() -> None:
    same = Rotation(
        HELD_BY, ZoneInfo("UTC"), starting=date(2026, 9, 28), weekday=0, handover=time(7)
    )

    assert history().what_if(same).sentence == (
        "Over the 31 days to 2026-10-31, ada would have held 82 % of duty, as today; "
        "the busiest would have had 3 of 4 interruptions, as today; "
        "and 2 nights would have been disrupted, as today."
    )


def test_sentence_stands_where_nobody_would_have_been_on_duty() -> None:
    gone = people({"person_id": "ada", "left_on": date(2026, 1, 1)}, {"person_id": "ben"})
    found = history(team(people=gone)).what_if(people=["ada"])

    assert row(found, "incidents that nobody held") == (0, 4)
    assert found.sentence == (
        "Over the 31 days to 2026-10-31, ada would have held 0 % of duty instead of 82 %; "
        "0 nights would have been disrupted instead of 2; "
        "and 0 % of the hours to be answered would have been held instead of 100 %."
    )


def test_today_is_what_interruptions_count_where_nobody_is_known_to_have_acted() -> None:
    past = history()
    seen = interruptions(
        INCIDENTS,
        incident_events(),
        SHIFTS,
        window=past.window,
        as_of=AS_OF,
        calendars={},
        otherwise=WorkingCalendar(MADRID),
    )

    columns = ["incident_id", "person", "day_part", "night_on", "cluster"]
    assert past.today.interruptions.select(columns).equals(seen.select(columns))
