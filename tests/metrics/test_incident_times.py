"""How long incidents last."""

from zoneinfo import ZoneInfo

from factories import at, incidents, people

from metrics.views import OCTOBER, stated, view
from opsreview.metrics.incident_times import resolve_measured, time_to_resolve
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
