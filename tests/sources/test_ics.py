from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from opsreview.errors import SourceError
from opsreview.sources.ics import IcsCalendar

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "rotas" / "fenix.ics"
PATTERN = "On duty: (?P<person>.+)"
STAMP = "DTSTAMP:20260101T000000Z"
BROKEN_REFRESH = "REFRESH-INTERVAL:VALUE=DURATION:P1H"


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def event(*lines, summary="On duty: ada", uid="1"):
    return ["BEGIN:VEVENT", f"UID:{uid}", STAMP, f"SUMMARY:{summary}", *lines, "END:VEVENT"]


def calendar(*events, head=()):
    inside = [line for one in events for line in one]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *head, *inside, "END:VCALENDAR"]
    return "\r\n".join(lines) + "\r\n"


@pytest.fixture
def rota(tmp_path, declare):
    def rota(text, **said):
        (tmp_path / "rota.ics").write_text(text, encoding="utf-8", newline="")
        return declare(IcsCalendar, kind="ics", **({"path": "rota.ics", "person": PATTERN} | said))

    return rota


@pytest.fixture
def shifts(rota, read):
    def shifts(*events, head=(), **said):
        rows = read(rota(calendar(*events, head=head), **said))
        assert rows.rejected == []
        return rows.tables["shifts"].rows(named=True)

    return shifts


@pytest.fixture
def reasons(rota, read):
    def reasons(*events, **said):
        return [bad.reason for bad in read(rota(calendar(*events), **said)).rejected]

    return reasons


ONE_DAY = ("DTSTART:20260501T080000Z", "DTEND:20260502T080000Z")


def test_event_is_a_shift_of_the_person_its_summary_names(shifts):
    assert shifts(event(*ONE_DAY)) == [
        {
            "source": "rota",
            "rotation": "rota",
            "role": "primary",
            "person": "ada",
            "start_at": at(2026, 5, 1, 8),
            "end_at": at(2026, 5, 2, 8),
            "changed_at": None,
        }
    ]


def test_rotation_is_the_calendars_name_unless_it_is_given(shifts):
    named = ("X-WR-CALNAME:Triage",)
    assert shifts(event(*ONE_DAY), head=named)[0]["rotation"] == "Triage"
    (given,) = shifts(event(*ONE_DAY), head=named, rotation="night", role="secondary")
    assert (given["rotation"], given["role"]) == ("night", "secondary")


def test_hours_of_a_week_in_which_the_clocks_change_are_true_hours(shifts):
    week = "DTSTART;TZID=Europe/Madrid:20260323T090000", "DTEND;TZID=Europe/Madrid:20260330T090000"
    (shift,) = shifts(event(*week))
    assert shift["end_at"] - shift["start_at"] == timedelta(hours=167)


def test_repetition_keeps_the_local_hour_and_leaves_out_exceptions(shifts):
    found = shifts(
        event(
            "DTSTART;TZID=Europe/Madrid:20260316T090000",
            "DTEND;TZID=Europe/Madrid:20260317T090000",
            "RRULE:FREQ=WEEKLY;COUNT=4",
            "EXDATE;TZID=Europe/Madrid:20260323T090000",
        )
    )
    starts = [at(2026, 3, 16, 8), at(2026, 3, 30, 7), at(2026, 4, 6, 7)]
    assert [shift["start_at"] for shift in found] == starts


WEEKLY = (*ONE_DAY, "RRULE:FREQ=WEEKLY;COUNT=3")
SECOND = "RECURRENCE-ID:20260508T080000Z"


def test_swapped_repetition_goes_to_the_person_who_took_it(shifts):
    moved = ("DTSTART:20260508T100000Z", "DTEND:20260509T080000Z")
    found = shifts(event(*WEEKLY), event(SECOND, *moved, summary="On duty: bob"))
    assert [(shift["person"], shift["start_at"]) for shift in found] == [
        ("ada", at(2026, 5, 1, 8)),
        ("bob", at(2026, 5, 8, 10)),
        ("ada", at(2026, 5, 15, 8)),
    ]


@pytest.mark.parametrize(
    "change",
    [
        event(SECOND, "DTSTART:20260508T080000Z", "DTEND:20260509T080000Z", "STATUS:CANCELLED"),
        event(SECOND, "DTSTART:20260508T080000Z", "STATUS:CANCELLED"),
    ],
)
def test_cancelled_repetition_is_no_shift(shifts, change):
    found = shifts(event(*WEEKLY), change)
    assert [shift["start_at"].day for shift in found] == [1, 15]


@pytest.mark.parametrize(
    "change",
    [
        event(SECOND, "DTSTART:20260508T080000Z", "DTEND:20260507T080000Z"),
        event(SECOND, "DTSTART:20260508T080000Z", "DTEND:20260509T080000Z", summary="Nobody"),
    ],
)
def test_repetition_changed_beyond_belief_is_rejected_not_given_back(rota, read, change):
    rows = read(rota(calendar(event(*WEEKLY), change)))
    assert [shift.day for shift in rows.tables["shifts"]["start_at"]] == [1, 15]
    assert len(rows.rejected) == 1


def test_cancelled_event_is_left_out_silently(shifts):
    assert shifts(event(*ONE_DAY, "STATUS:cancelled", summary="Team lunch")) == []


def test_newer_revision_of_an_event_holds(shifts):
    revised = ("DTSTART:20260501T080000Z", "DTEND:20260503T080000Z", "SEQUENCE:2")
    found = shifts(event(*ONE_DAY, "SEQUENCE:1"), event(*revised, summary="On duty: bob"))
    assert [(shift["person"], shift["end_at"]) for shift in found] == [("bob", at(2026, 5, 3, 8))]


def test_events_that_carelessly_share_a_uid_are_all_shifts(shifts):
    next_day = ("DTSTART:20260502T080000Z", "DTEND:20260503T080000Z")
    found = shifts(event(*ONE_DAY), event(*next_day, summary="On duty: bob"))
    assert [shift["person"] for shift in found] == ["ada", "bob"]


def test_whole_days_are_in_the_zone_the_calendar_names(rota, read):
    days = ("DTSTART;VALUE=DATE:20260501", "DTEND;VALUE=DATE:20260508")
    rows = read(rota(calendar(event(*days), head=("X-WR-TIMEZONE:Asia/Tokyo",))))
    assert rows.tables["shifts"]["start_at"].to_list() == [at(2026, 4, 30, 15)]
    assert rows.assumed_zone_count == 0


@pytest.mark.parametrize("head", [(), ("X-WR-TIMEZONE:Mars/Olympus",)])
@pytest.mark.parametrize(
    "times",
    [
        ("DTSTART;VALUE=DATE:20260501", "DTEND;VALUE=DATE:20260502"),
        ("DTSTART:20260501T000000", "DTEND:20260502T000000"),
    ],
)
def test_where_nothing_names_a_zone_the_teams_is_assumed_and_counted(rota, read, head, times):
    rows = read(rota(calendar(event(*times), event(*ONE_DAY, uid="2"), head=head)))
    assert rows.tables["shifts"]["start_at"][0] == at(2026, 4, 30, 22)
    assert rows.assumed_zone_count == 2


def test_declared_zone_comes_before_the_teams(shifts):
    (shift,) = shifts(event("DTSTART;VALUE=DATE:20260501"), timezone="Asia/Tokyo")
    assert shift["start_at"] == at(2026, 4, 30, 15)


def test_repeated_floating_time_keeps_its_local_hour(shifts):
    found = shifts(
        event("DTSTART:20260326T090000", "DURATION:PT8H", "RRULE:FREQ=WEEKLY;COUNT=2"),
    )
    assert [shift["start_at"] for shift in found] == [at(2026, 3, 26, 8), at(2026, 4, 2, 7)]


def test_day_without_an_end_is_that_day(shifts):
    (shift,) = shifts(event("DTSTART;VALUE=DATE:20260701"))
    assert shift["end_at"] - shift["start_at"] == timedelta(hours=24)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("DTSTART:20260501T080000Z",), "neither an end nor a duration"),
        (("DTEND:20260501T080000Z",), "DTSTART is missing"),
        (("DTSTART:soon", "DTEND:20260501T080000Z"), "DTSTART cannot be read"),
        (("DTSTART:20260502T080000Z", "DTEND:20260501T080000Z"), "the end must come later"),
        (("DTSTART:20260501T080000Z", "DTEND:20260501T080000Z"), "the end must come later"),
        (("DTSTART:20260501T080000Z", "DURATION:-PT1H"), "the end must come later"),
        (("DTSTART:20260501T080000Z", "DURATION:P99999999W"), "longer than time"),
        (("DTSTART:00010101T080000Z", "DURATION:PT1H"), "in the year 1"),
        (("DTSTART:20260501T080000Z", "DTEND:99991231T080000Z"), "in the year 9999"),
        (("DTSTART;VALUE=DATE:20260501", "DTEND:20260502T080000Z"), "starts as a day"),
        (("DTSTART:20260501T080000Z", *ONE_DAY), "DTSTART is there more than once"),
        (
            ("DTSTART;TZID=Mars/Olympus:20260501T080000", "DURATION:PT8H"),
            "zone 'Mars/Olympus', which neither",
        ),
        ((*ONE_DAY, "RRULE:FREQ=NEVER"), "RRULE cannot be read"),
        ((*ONE_DAY, "RRULE:FREQ=SECONDLY"), "repeats by the minute"),
        ((*ONE_DAY, "RRULE:FREQ=WEEKLY;COUNT=x"), "RRULE cannot be read"),
    ],
)
def test_event_that_cannot_be_a_shift_is_rejected_with_the_reason(reasons, lines, reason):
    (found,) = reasons(event(*lines))
    assert reason in found


def test_summary_that_names_nobody_is_rejected_once_a_series(rota, read):
    rows = read(rota(calendar(event(*WEEKLY, summary="Team lunch"), event(*ONE_DAY, uid="2"))))
    assert rows.tables["shifts"].height == 1
    (bad,) = rows.rejected
    assert (bad.table, bad.key) == ("shifts", "1")
    assert "'Team lunch' does not match" in bad.reason
    assert bad.row["dtstart"] == "20260501T080000Z"


def test_attendees_hold_the_shift_by_name_or_by_address(shifts):
    lines = (
        'ATTENDEE;CN="Ada":mailto:a.l@example.org',
        "ATTENDEE:MAILTO:bob@example.org",
        "ATTENDEE;PARTSTAT=DECLINED;CN=Cleo:mailto:cleo@example.org",
        "ATTENDEE;CUTYPE=ROOM;CN=Blue room:mailto:room@example.org",
    )
    found = shifts(event(*ONE_DAY, *lines, summary="whatever"), person="attendee")
    assert [shift["person"] for shift in found] == ["Ada", "bob"]


def test_event_without_attendee_is_rejected(reasons):
    assert reasons(event(*ONE_DAY), person="attendee") == [
        "it has no attendee who has not declined"
    ]


ENDLESS = (*ONE_DAY, "RRULE:FREQ=WEEKLY")


def test_endless_rule_is_followed_two_years_past_the_first_event(shifts):
    assert shifts(event(*ENDLESS))[-1]["start_at"] == at(2028, 4, 28, 8)


def test_endless_rule_is_followed_two_years_past_the_newest_stamp(rota, read):
    text = calendar(event(*ENDLESS)).replace("20260101T000000Z", "20270501T000000Z")
    last_at = read(rota(text)).tables["shifts"]["start_at"].max()
    assert at(2029, 4, 22) < last_at < at(2029, 4, 30)


def test_endless_rule_is_followed_to_the_declared_end(shifts):
    found = shifts(event(*ENDLESS), covers={"to": date(2030, 1, 31)})
    assert found[-1]["start_at"] == at(2030, 1, 25, 8)


def test_endless_rule_is_followed_to_the_last_event_written_out(shifts):
    far = event("DTSTART:20310101T080000Z", "DURATION:P1D", uid="2", summary="On duty: bob")
    assert shifts(event(*ENDLESS), far)[-2]["start_at"] == at(2030, 12, 27, 8)


def test_rule_with_an_end_is_followed_to_it(shifts):
    found = shifts(event(*ONE_DAY, "RRULE:FREQ=YEARLY;UNTIL=20350501T080000Z"))
    assert [shift["start_at"].year for shift in found] == list(range(2026, 2036))


def test_calendar_speaks_from_its_first_to_its_last_shift(rota, read):
    (key, window), *others = read(rota(calendar(event(*WEEKLY)))).covers.items()
    assert key == ("shifts", "")
    assert window.start_at == at(2026, 5, 1, 8)
    assert window.end_at == at(2026, 5, 16, 8) + timedelta(microseconds=1)
    assert others == []


def test_calendar_without_a_believable_event_is_unknown(rota, read):
    assert read(rota(calendar())).covers == {}
    covers = {"from": date(2026, 5, 1), "to": date(2026, 5, 31)}
    assert read(rota(calendar(event(*ONE_DAY, summary="Lunch")), covers=covers)).covers == {}


def test_defects_in_the_calendars_own_lines_do_not_cost_its_events(shifts):
    assert len(shifts(event(*ONE_DAY), head=(BROKEN_REFRESH,))) == 1


def test_several_calendars_in_one_file_are_all_read(rota, read):
    both = calendar(event(*ONE_DAY), head=("X-WR-CALNAME:a",)) + calendar(
        event(*ONE_DAY, summary="On duty: bob"), head=("X-WR-CALNAME:b",)
    )
    found = read(rota(both)).tables["shifts"]
    assert found.select("rotation", "person").rows() == [("a", "ada"), ("b", "bob")]


def test_zone_defined_by_the_calendar_itself_is_known(shifts):
    zone = (
        "BEGIN:VTIMEZONE",
        "TZID:House time",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0300",
        "TZOFFSETTO:+0300",
        "END:STANDARD",
        "END:VTIMEZONE",
    )
    times = ("DTSTART;TZID=House time:20260501T090000", "DTEND;TZID=House time:20260501T170000")
    (shift,) = shifts(event(*times), head=zone)
    assert shift["start_at"] == at(2026, 5, 1, 6)


def test_where_keeps_events_by_their_own_fields(shifts):
    other = event(*ONE_DAY, "LOCATION:night", uid="2", summary="On duty: bob")
    found = shifts(event(*ONE_DAY, "LOCATION:day"), other, where={"location": "night"})
    assert [shift["person"] for shift in found] == ["bob"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "rota.ics",
        "<html></html>",
        "id,kind\n1,2\n",
        "BEGIN:VCARD\nEND:VCARD\n",
        calendar(event(*ONE_DAY)).removesuffix("END:VCALENDAR\r\n"),
    ],
)
def test_file_that_is_no_calendar_is_an_error_and_keeps_the_store(rota, read, store, text):
    read(rota(calendar(event(*ONE_DAY))))
    broken = rota(text)
    with pytest.raises(SourceError, match="is not a calendar"):
        broken.fetch(store)
    assert broken.rows(store).tables["shifts"].height == 1


def test_missing_file_is_an_error(declare, store):
    with pytest.raises(SourceError, match="is missing"):
        declare(IcsCalendar, kind="ics", path="none.ics", person=PATTERN).fetch(store)


def test_calendar_that_was_never_fetched_knows_nothing(rota, store):
    rows = rota(calendar()).rows(store)
    assert (rows.tables, rows.covers) == ({}, {})


@pytest.mark.parametrize(
    ("person", "reason"),
    [("On duty: (.+)", "has no group"), ("(?P<person>", "is not a pattern")],
)
def test_pattern_that_cannot_name_a_person_is_an_error(rota, person, reason):
    with pytest.raises(ValidationError, match=reason):
        rota(calendar(), person=person)


def test_two_roles_from_one_calendar_are_two_sources(rota):
    assert rota(calendar()).key != rota(calendar(), role="secondary").key


@pytest.mark.skipif(not REAL.is_file(), reason="needs the real histories beside the repository")
def test_real_rotation_of_whole_days_in_the_calendars_zone(declare, read):
    person = "Necko triager: (?P<person>.+)"
    rows = read(declare(IcsCalendar, kind="ics", path=str(REAL), person=person))
    found = rows.tables["shifts"]
    hours = (found["end_at"] - found["start_at"]).dt.total_hours()
    assert found.height == 13
    assert found["rotation"].unique().to_list() == ["Necko Triage"]
    assert found["start_at"][0] == at(2024, 5, 14, 23)  # midnight in Dublin, in summer
    assert sorted(hours.unique()) == [671, 672, 673]
    assert rows.assumed_zone_count == 0
    assert rows.rejected == []


CHANGED = "LAST-MODIFIED:20260509T120000Z"


def test_single_event_tells_when_it_was_last_changed_and_its_stamp_does_not(shifts):
    changed, untold = shifts(event(*ONE_DAY, CHANGED), event(*WEEKLY[:2], uid="2"))
    assert {changed["changed_at"], untold["changed_at"]} == {at(2026, 5, 9, 12), None}


def test_changed_repetition_tells_when_and_a_repeating_event_tells_of_none(shifts):
    moved = ("DTSTART:20260508T100000Z", "DTEND:20260509T080000Z", CHANGED)
    late = "LAST-MODIFIED:20260601T000000Z"
    found = shifts(event(*WEEKLY, late), event(SECOND, *moved, summary="On duty: bob"))
    assert [(shift["person"], shift["changed_at"]) for shift in found] == [
        ("ada", None),
        ("bob", at(2026, 5, 9, 12)),
        ("ada", None),
    ]


def test_later_change_does_not_stretch_what_the_calendar_speaks_for(rota, read):
    rows = read(rota(calendar(event(*ONE_DAY, "LAST-MODIFIED:20270101T000000Z"))))
    assert rows.covers[("shifts", "")].end_at < at(2026, 5, 3)


def test_shift_longer_than_a_year_is_rejected_and_one_of_a_year_is_not(reasons):
    assert reasons(event("DTSTART:20260501T080000Z", "DURATION:P366D")) == []
    (reason,) = reasons(event("DTSTART:20260501T080000Z", "DTEND:21260501T080000Z"))
    assert reason == "it lasts 36524 days: longer than a shift can, 366 days"


def test_rule_without_an_end_is_said_with_how_far_it_was_followed(rota, read):
    ends = ("DTSTART:20260501T080000Z", "DURATION:P1D", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert read(rota(calendar(event(*ends)))).remarks == []
    (remark,) = read(rota(calendar(event(*ENDLESS), event(*ends, uid="2")))).remarks
    assert remark == "1 event repeats without an end: followed to 2028-04-30"
