from datetime import date

import polars as pl

from opsreview.figures import slot_slips

from .release_frames import slots

YEAR = slots(
    (date(2026, 9, 1), "on time", "v1.0", 0),
    (date(2026, 9, 15), "late", "<b>v1.1</b>", 6),
    (date(2026, 9, 29), "skipped", None, None),
    (date(2026, 10, 13), "excused", None, None),
    (None, "unplanned", "v1.2", None),
    (date(2026, 10, 27), "overdue", None, 11),
    (date(2026, 11, 10), "pending", None, None),
)


def test_slots_say_how_many_were_kept_and_what_became_of_the_others() -> None:
    figure = slot_slips(YEAR)

    assert figure is not None
    assert figure.layout.title.text == "1 of 4 release slots in twelve months was kept"
    for said in ("1 late", "1 skipped", "1 overdue", "1 slot excused", "1 release of no slot"):
        assert said in figure.layout.title.subtitle.text


def test_each_slot_due_has_its_own_mark() -> None:
    figure = slot_slips(YEAR)

    assert figure is not None
    marks = {trace.name: list(trace.x) for trace in figure.data}
    assert marks == {
        "on time": ["1 Sep 26"],
        "late": ["15 Sep 26"],
        "overdue": ["27 Oct 26"],
        "skipped": ["29 Sep 26"],
    }
    assert list(figure.data[1].y) == [6]
    assert figure.data[1].customdata[0][0] == "&lt;b&gt;v1.1&lt;/b&gt;"


def test_no_slot_due_is_no_picture() -> None:
    assert slot_slips(pl.DataFrame()) is None
    assert slot_slips(slots((date(2026, 11, 10), "pending", None, None))) is None
