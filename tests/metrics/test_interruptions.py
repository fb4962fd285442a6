"""Who was interrupted, by what, and when in their day."""

from datetime import time
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from factories import at, incident_events, incidents, people, shifts

from metrics.views import OCTOBER, stated, value, view
from opsreview.metrics.interruptions import (
    clusters_measured,
    interruptions,
    interruptions_measured,
)
from opsreview.working_time import WorkingCalendar

MADRID = WorkingCalendar(ZoneInfo("Europe/Madrid"))
NOBODY = people({"person_id": "rae", "is_team": False, "share": None})
TWO = people({"person_id": "ada"}, {"person_id": "ben"})


def touched(
    opened: pl.DataFrame,
    acts: pl.DataFrame | None = None,
    held: pl.DataFrame | None = None,
    *,
    calendars: dict[str, WorkingCalendar] | None = None,
    as_of: str = "2026-11-08",
) -> pl.DataFrame:
    return interruptions(
        opened,
        incident_events() if acts is None else acts,
        shifts() if held is None else held,
        window=OCTOBER,
        as_of=at(as_of),
        calendars=calendars or {},
        otherwise=MADRID,
    )


def test_several_acts_of_one_person_are_one_interruption() -> None:
    acts = incident_events(
        {"at": "2026-10-02 10:00"},
        {"at": "2026-10-02 10:05", "event": "acknowledged"},
        {"at": "2026-10-02 10:06", "person": "ben"},
        {"at": "2026-10-02 10:07", "person": None},
    )

    rows = touched(incidents({"opened_at": "2026-10-02 10:00"}), acts)
    assert rows.select("person", "evidence").rows() == [
        ("ada", "page"),
        ("ben", "page"),
    ]


def test_where_nobody_acted_the_person_on_primary_duty_was_touched() -> None:
    held = shifts({"person": "ben"}, {"person": "cleo", "role": "secondary"})

    rows = touched(incidents({"opened_at": "2026-10-02"}), held=held)
    assert rows.select("person", "evidence").rows() == [("ben", "on duty")]


def test_shift_holds_its_start_and_not_its_end() -> None:
    held = shifts({}, {"person": "ben", "start_at": "2026-10-08", "end_at": "2026-10-15"})

    rows = touched(incidents({"opened_at": "2026-10-08"}), held=held)
    assert rows["person"].to_list() == ["ben"]


def test_incident_that_touched_nobody_known_stays_in_without_a_person() -> None:
    rows = touched(incidents({"opened_at": "2026-10-20"}))

    assert rows.select("person", "evidence").rows() == [(None, "nobody known")]
    measured = interruptions_measured(view(incidents=incidents({})))
    assert value(measured, "count") == 1
    assert not [part for part in measured.estimates if part.group.startswith("person:")]


def test_window_holds_its_start_and_not_its_end() -> None:
    opened = incidents(
        *[{"opened_at": moment} for moment in ("2026-09-30 23:59", "2026-10-01", "2026-11-01")]
    )

    assert touched(opened)["incident_id"].to_list() == ["2"]


def test_what_happened_after_as_of_did_not_happen() -> None:
    opened = incidents({}, {"opened_at": "2026-10-20"})
    acts = incident_events({"at": "2026-10-16", "person": "ben"})

    rows = touched(opened, acts, as_of="2026-10-15")
    assert rows.select("incident_id", "evidence").rows() == [("1", "nobody known")]


def test_same_id_at_two_sources_is_two_incidents() -> None:
    opened = incidents({"incident_id": "7"}, {"incident_id": "7", "source": "chat"})
    acts = incident_events({"incident_id": "7", "source": "chat", "person": "ben"})

    rows = touched(opened, acts)
    assert rows.select("source", "person").rows() == [("chat", "ben"), ("pager", None)]


@pytest.mark.parametrize(
    ("moment", "part"),
    [
        ("2026-10-14 09:00+02:00", "working"),
        ("2026-10-14 16:59+02:00", "working"),
        ("2026-10-14 17:00+02:00", "off_hours"),
        ("2026-10-14 08:00+02:00", "off_hours"),
        ("2026-10-14 21:59+02:00", "off_hours"),
        ("2026-10-14 22:00+02:00", "sleep"),
        ("2026-10-14 07:59+02:00", "sleep"),
        ("2026-10-17 12:00+02:00", "off_hours"),
        ("2026-10-12 12:00+02:00", "off_hours"),
        ("2026-10-12 23:00+02:00", "sleep"),
        ("2026-10-26 09:00+01:00", "working"),
        ("2026-10-26 09:00+02:00", "off_hours"),
    ],
)
def test_day_part_is_the_persons_own_with_holidays_and_sleep_wins(moment: str, part: str) -> None:
    # October 12 is a holiday in Spain, the 17th a Saturday; on the 25th the clock went back.
    spain = WorkingCalendar(ZoneInfo("Europe/Madrid"), holidays="ES")
    opened = incidents({"opened_at": moment})
    acts = incident_events({"at": moment})

    assert touched(opened, acts, calendars={"ada": spain})["day_part"].to_list() == [part]


def test_one_incident_is_night_for_one_and_day_for_another() -> None:
    tokyo = WorkingCalendar(ZoneInfo("Asia/Tokyo"))
    moment = "2026-10-14 02:00"  # 04:00 in Madrid, 11:00 in Tokyo
    acts = incident_events({"at": moment}, {"at": "2026-10-14 02:01", "person": "ben"})

    rows = touched(incidents({"opened_at": moment}), acts, calendars={"ada": MADRID, "ben": tokyo})
    assert rows["day_part"].to_list() == ["sleep", "working"]


def test_working_at_night_is_still_sleep() -> None:
    nights = WorkingCalendar(ZoneInfo("UTC"), start=time(0), end=time(12))
    acts = incident_events({})

    rows = touched(incidents({}), acts, calendars={"ada": nights})
    assert rows["day_part"].to_list() == ["sleep"]


def test_cluster_is_a_services_incidents_within_six_hours_of_the_one_before() -> None:
    opened = incidents(
        {"opened_at": "2026-10-02 00:00"},
        {"opened_at": "2026-10-02 06:00"},
        {"opened_at": "2026-10-02 12:00"},
        {"opened_at": "2026-10-02 18:00:01"},
        {"opened_at": "2026-10-02 06:00", "service": "search"},
        {"opened_at": "2026-10-02 06:00", "service": None},
    )

    rows = touched(opened).sort("incident_id")
    one, two, three, four, search, unnamed = rows["cluster"].to_list()
    assert one == two == three
    assert len({one, four, search, unnamed}) == 4


def test_counts_come_by_person_and_for_every_part_of_the_day() -> None:
    opened = incidents({"opened_at": "2026-10-01 12:00"}, {"opened_at": "2026-10-02 12:00"})
    acts = incident_events(
        {"at": "2026-10-01 12:00"},
        {"at": "2026-10-01 12:01", "person": "ben"},
        {"incident_id": "2", "at": "2026-10-02 12:00"},
    )
    measured = interruptions_measured(view(incidents=opened, incident_events=acts))

    assert value(measured, "count") == 3
    assert [value(measured, "count", f"person:{who}") for who in ("ada", "ben")] == [2, 1]
    parts = [value(measured, "count", f"day_part:{p}") for p in ("working", "off_hours", "sleep")]
    assert parts == [3, 0, 0]


def test_no_incident_is_a_count_of_zero_and_before_the_window_unknown() -> None:
    assert value(interruptions_measured(view()), "count") == 0
    (count,) = interruptions_measured(view(as_of=at("2026-10-01"))).estimates
    assert (count.value, count.reason) == (None, "the window has not begun")


# Evidence


def evidence_of(*acts: dict[str, object], resolved_at: str | None = None) -> list[tuple[str, str]]:
    opened = incidents({"opened_at": "2026-10-02 10:00", "resolved_at": resolved_at})
    rows = touched(opened, incident_events(*acts))
    return rows.select("person", "evidence").rows()


@pytest.mark.parametrize(
    ("word", "evidence"),
    [
        ("page", "page"),
        ("Notified", "page"),
        ("assignment", "page"),
        ("acknowledgement", "acknowledgement"),
        ("ACKED", "acknowledgement"),
        ("comment", "comment"),
        ("resolution", "resolution"),
        ("mitigated", "update"),
        (None, "update"),
    ],
)
def test_what_a_source_calls_an_act_is_one_of_four_kinds(word: str | None, evidence: str) -> None:
    assert evidence_of({"at": "2026-10-02 10:05", "event": word}) == [("ada", evidence)]


def test_the_strongest_evidence_of_a_person_is_told() -> None:
    acts = ({"event": "comment"}, {"event": "acknowledged"}, {"event": "update"})
    timed = [{"at": f"2026-10-02 10:0{n}", **act} for n, act in enumerate(acts, 1)]

    assert evidence_of(*timed) == [("ada", "acknowledgement")]


def test_who_only_commented_was_not_interrupted_where_somebody_did_more() -> None:
    acts = (
        {"at": "2026-10-02 10:05", "person": "ada", "event": "acknowledged"},
        {"at": "2026-10-02 10:06", "person": "ben", "event": "comment"},
    )

    assert evidence_of(*acts) == [("ada", "acknowledgement")]
    assert evidence_of(acts[1]) == [("ben", "comment")]


def test_who_commented_counts_beside_who_closed_it() -> None:
    acts = (
        {"at": "2026-10-02 10:05", "person": "ada", "event": "comment"},
        {"at": "2026-10-02 10:06", "person": "ben", "event": "resolution"},
    )

    assert evidence_of(*acts) == [("ada", "comment"), ("ben", "resolution")]


def test_what_was_done_after_the_resolution_interrupted_nobody() -> None:
    late = {"at": "2026-10-05 10:00", "person": "ben", "event": "update"}
    last = {"at": "2026-10-02 12:00", "person": "ada", "event": "resolution"}

    assert evidence_of(last, late, resolved_at="2026-10-02 12:00") == [("ada", "resolution")]


def test_interruption_lies_where_its_first_act_does() -> None:
    opened = incidents({"opened_at": "2026-10-02 07:50"})
    acts = incident_events({"at": "2026-10-02 09:10"}, {"at": "2026-10-02 21:00"})

    row = touched(opened, acts).row(0, named=True)
    assert (row["at"], row["day_part"]) == (at("2026-10-02 09:10"), "working")


def test_counts_come_by_evidence_too() -> None:
    acts = incident_events({"at": "2026-10-02 10:00"})
    both = incidents({"opened_at": "2026-10-02 10:00"}, {"opened_at": "2026-10-20 10:00"})
    measured = interruptions_measured(view(incidents=both, incident_events=acts))

    assert value(measured, "count", "evidence:page") == 1
    assert value(measured, "count", "evidence:nobody known") == 1


def test_clusters_are_told_the_largest_first() -> None:
    moments = ["2026-10-02 10:00", "2026-10-02 15:59", "2026-10-02 23:00", "2026-10-02 11:00"]
    services = ["product", "product", "product", "docs"]
    rows = [{"opened_at": m, "service": s} for m, s in zip(moments, services, strict=True)]
    measured = clusters_measured(view(incidents=incidents(*rows)))

    assert measured.rows.select("service", "incident_count", "started_at", "last_at").rows() == [
        ("product", 2, at("2026-10-02 10:00"), at("2026-10-02 15:59")),
        ("docs", 1, at("2026-10-02 11:00"), at("2026-10-02 11:00")),
        ("product", 1, at("2026-10-02 23:00"), at("2026-10-02 23:00")),
    ]
    assert (value(measured, "count"), value(measured, "largest")) == (3, 2)


def test_no_incident_is_no_cluster() -> None:
    measured = clusters_measured(view())

    assert value(measured, "count") == 0
    assert stated(measured)["largest"].reason == "no incident was opened in the window"
