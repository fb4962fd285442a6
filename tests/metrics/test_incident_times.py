"""How long incidents last."""

from zoneinfo import ZoneInfo

from factories import at, incidents, people

from metrics.views import OCTOBER, stated, view
from opsreview.metrics.incident_times import (
    acknowledge_measured,
    resolve_measured,
    time_to_resolve,
)
from opsreview.working_time import WorkingCalendar

MADRID = WorkingCalendar(ZoneInfo("Europe/Madrid"))
NOBODY = people({"person_id": "rae", "is_team": False, "share": None})
TWO = people({"person_id": "ada"}, {"person_id": "ben"})


def test_open_incidents_resolved_now_is_a_known_wrong_way() -> None:
    opened = incidents({"resolved_at": "2026-10-01 02:00"}, {}, {})
    measured = resolve_measured(view(incidents=opened))

    assert measured.rows["is_censored"].to_list() == [False, True, True]
    assert measured.rows["waited_hours"].to_list() == [2, 38 * 24, 38 * 24]
    median = stated(measured)["median"]
    assert (median.value, median.n, median.n_censored) == (None, 3, 2)


def test_resolution_after_as_of_did_not_happen() -> None:
    opened = incidents({"resolved_at": "2026-10-03"})

    row = time_to_resolve(opened, window=OCTOBER, as_of=at("2026-10-02")).row(0, named=True)
    assert (row["waited_hours"], row["is_censored"]) == (24, True)
    row = time_to_resolve(opened, window=OCTOBER, as_of=at("2026-10-03")).row(0, named=True)
    assert (row["waited_hours"], row["is_censored"]) == (48, False)


def test_resolved_as_it_opened_took_zero_hours() -> None:
    opened = incidents({"resolved_at": "2026-10-01"}, {"opened_at": "2026-11-01"})

    rows = time_to_resolve(opened, window=OCTOBER, as_of=at("2026-11-08"))
    assert rows.select("incident_id", "waited_hours").rows() == [("1", 0)]


def test_no_incident_gives_no_median() -> None:
    median = stated(resolve_measured(view()))["median"]

    assert (median.value, median.n) == (None, 0)
    assert median.reason == "no incident was opened in the window"


# Time to acknowledge


def test_resolved_without_a_word_is_a_rival_of_acknowledged() -> None:
    opened = incidents(
        {"opened_at": "2026-10-02 10:00", "acknowledged_at": "2026-10-02 11:00"},
        {"opened_at": "2026-10-02 10:00", "resolved_at": "2026-10-02 12:00"},
        {"opened_at": "2026-10-02 10:00", "acknowledged_at": "2026-11-09"},
    )
    measured = acknowledge_measured(view(incidents=opened))

    rows = measured.rows.select("waited_hours", "ending", "is_censored").rows()
    assert rows == [
        (1, "acknowledged", False),
        (2, "resolved_unacknowledged", False),
        (878, None, True),
    ]
    # One of three: half of all were never acknowledged within the follow-up.
    assert (measured.estimates[0].value, measured.estimates[0].n) == (None, 3)


def test_acknowledgements_that_no_source_tells_are_unknown_and_not_missing() -> None:
    (median,) = acknowledge_measured(view(incidents=incidents({}))).estimates

    assert (median.value, median.n) == (None, 0)
    assert median.reason == "no source says when incidents were acknowledged"


def test_incidents_of_one_burst_bear_its_number() -> None:
    opened = incidents(*[{"opened_at": f"2026-10-02 1{hour}:00"} for hour in range(3)])

    rows = time_to_resolve(opened, window=OCTOBER, as_of=at("2026-11-08"))
    assert rows["cluster"].n_unique() == 1
