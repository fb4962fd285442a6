"""The slots of a release train."""

from datetime import date
from zoneinfo import ZoneInfo

from factories import window

from opsreview.cadence import Cadence
from opsreview.train import Freeze, Slot, Train

MADRID = ZoneInfo("Europe/Madrid")
FORTNIGHT = Cadence(2, "week", "2 weeks")


def test_slots_are_counted_from_the_first() -> None:
    train = Train(FORTNIGHT, date(2026, 9, 15), MADRID)

    days = [slot.day for slot in train.slots(window("2026-10-01", "2026-11-01"))]
    assert days == [date(2026, 10, 13), date(2026, 10, 27)]


def test_slot_belongs_to_the_window_in_which_its_day_begins() -> None:
    train = Train(Cadence(1, "day", "day"), date(2026, 1, 1), MADRID)

    # In Madrid October 2 begins at 22:00 UTC of October 1.
    slots = train.slots(window("2026-10-01 22:00", "2026-10-02 22:00"))
    assert [slot.day for slot in slots] == [date(2026, 10, 2)]


def test_freezes_and_holidays_excuse_a_slot_and_say_why() -> None:
    freeze = Freeze(date(2026, 12, 21), date(2027, 1, 5), "holidays")
    train = Train(FORTNIGHT, date(2026, 10, 13), MADRID, (freeze,), holidays="ES")

    assert train.slots(window("2026-12-01", "2027-01-07")) == [
        Slot(date(2026, 12, 8), "holiday"),  # a Tuesday on which Spain is at home
        Slot(date(2026, 12, 22), "freeze: holidays"),
        Slot(date(2027, 1, 5), "freeze: holidays"),
    ]


def test_second_tuesday_of_a_month_stays_one() -> None:
    train = Train(Cadence(1, "month", "month"), date(2026, 1, 13), MADRID)

    days = [slot.day.day for slot in train.slots(window("2026-01-01", "2026-07-01"))]
    assert days == [13, 10, 10, 14, 12, 9]
