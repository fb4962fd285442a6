"""A schedule written as a calendar and as CSV, and read back."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from factories import at
from icalendar import Calendar

from opsreview.planning.files import csv_of, ics_of
from opsreview.planning.schedule import turns_to_fill
from opsreview.rotation import TURNS_SCHEMA, Rotation
from opsreview.sources.ics import IcsCalendar
from opsreview.store import Store

MADRID = ZoneInfo("Europe/Madrid")
AS_OF = at("2026-10-08 00:00")


def turns(*people: str) -> pl.DataFrame:
    """Weeks from Monday 2026-10-19 09:00 in Madrid on; clocks go back in the first."""
    weekly = Rotation((), MADRID, weekday=0)
    weeks = turns_to_fill(weekly, date(2026, 10, 19), len(people))
    rows = [
        ("primary", person, week.start_at, week.end_at)
        for person, week in zip(people, weeks, strict=True)
    ]
    return pl.DataFrame(rows, schema=TURNS_SCHEMA, orient="row")


def test_our_own_calendar_source_reads_the_same_shifts_over_a_change_of_clocks(
    tmp_path: Path,
) -> None:
    suggested = turns("ada", "Ben, Jr; \\x", "José María de la Cruz y Nuñez of the other team")
    (tmp_path / "rota.ics").write_bytes(ics_of(suggested, team="small", as_of=AS_OF))
    person = r"Duty: (?P<person>.+) \(primary\)"
    source = IcsCalendar.model_validate(
        {"kind": "ics", "path": "rota.ics", "person": person},
        context={"folder": tmp_path, "timezone": "America/New_York"},
    )
    with Store.open(tmp_path / "store.sqlite") as store:
        source.fetch(store)
        read = source.rows(store)

    assert read.rejected == []
    assert read.assumed_zone_count == 0
    assert read.tables["shifts"].select(list(TURNS_SCHEMA)).equals(suggested)
    assert suggested["end_at"][0] - suggested["start_at"][0] == timedelta(hours=169)


def test_same_schedule_gives_the_same_bytes() -> None:
    first, again = (ics_of(turns("ada", "ben"), team="small", as_of=AS_OF) for _ in range(2))

    assert first == again
    assert first.count(b"DTSTAMP:20261008T000000Z") == 2


def test_a_turn_keeps_its_uid_when_another_takes_it() -> None:
    uids = [
        [
            str(event["UID"])
            for event in Calendar.from_ical(ics_of(held, team="small", as_of=AS_OF)).events
        ]
        for held in (turns("ada", "ben"), turns("ben", "ada"))
    ]

    assert uids[0] == uids[1]
    assert len(set(uids[0])) == 2


def test_csv_has_a_header_crlf_and_quotes_where_they_are_needed() -> None:
    frame = pl.DataFrame({"person": ['ada "the" first, of us', "ben\nsecond"], "turns": [1, None]})

    assert csv_of(frame) == 'person,turns\r\n"ada ""the"" first, of us",1\r\n"ben\nsecond",\r\n'


def test_text_that_a_spreadsheet_would_run_is_made_harmless_and_numbers_are_not() -> None:
    people = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a=b"]
    frame = pl.DataFrame({"person": people, "balance_hours": [-3.5, -0.001, 2.0, 1 / 3, 1e6, None]})
    rows = list(csv.reader(io.StringIO(csv_of(frame), newline="")))

    assert [row[0] for row in rows[1:]] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "a=b"]
    assert [row[1] for row in rows[1:]] == ["-3.5", "0.0", "2.0", "0.33", "1000000.0", ""]


def test_moments_and_truths_are_written_for_machines() -> None:
    frame = pl.DataFrame({"at": [AS_OF, None], "is_away": [True, False]})

    assert csv_of(frame) == "at,is_away\r\n2026-10-08T00:00:00Z,true\r\n,false\r\n"
