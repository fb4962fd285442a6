import polars as pl
from cycle_documents import WINDOW, ZONE

from opsreview.figures import disrupted_nights, incident_dots, load_over_half_a_year

from .load_frames import half_a_year, incidents, nights


def test_repeats_of_one_cause_are_told_first_and_apart() -> None:
    rows = incidents((1, 2.0, False), (1, 30.0, False), (2, 0.001, False), (3, 9.0, True))

    figure = incident_dots(rows, window=WINDOW, zone=ZONE)

    assert figure is not None
    assert figure.layout.title.text == "2 of 4 incidents came in bursts of one cause"
    assert [trace.name for trace in figure.data] == [
        "one of several of one cause",
        "alone",
        "still open",
    ]
    assert min(figure.data[1].y) > 0  # an incident of no time still has a place on the scale
    assert [row[2] for row in figure.layout.meta["table"]["rows"]] == [
        "2 h",
        "30 h",
        "0 min",
        "9 h",
    ]


def test_incidents_alone_are_said_to_be() -> None:
    figure = incident_dots(incidents((1, 2.0, False)), window=WINDOW, zone=ZONE)

    assert figure is not None
    assert figure.layout.title.text == "1 incident, none of them in a burst"
    assert incident_dots(pl.DataFrame(), window=WINDOW, zone=ZONE) is None


def test_nights_stand_by_person_with_the_most_on_top() -> None:
    figure = disrupted_nights(
        nights(("wren", 5, 1), ("otter", 7, 1), ("otter", 8, 2)), window=WINDOW, zone=ZONE
    )

    assert figure is not None
    assert figure.layout.title.text == "3 nights of 2 people disrupted; 2 in a row"
    assert list(figure.layout.yaxis.categoryarray) == ["otter", "wren"]
    assert disrupted_nights(pl.DataFrame(), window=WINDOW, zone=ZONE) is None


def test_half_a_year_stands_beside_what_chance_gives() -> None:
    rows, cumulated = half_a_year()

    figure = load_over_half_a_year(rows, cumulated)

    assert figure is not None
    assert figure.layout.title.text == "Over 26 weeks one person took 30 of 50 interruptions"
    assert "44 clusters of incidents" in figure.layout.title.subtitle.text
    band = figure.layout.shapes[0]
    assert (round(band.x0), round(band.x1)) == (27, 32)
    assert load_over_half_a_year(rows, pl.DataFrame(schema=cumulated.schema)) is None
    assert load_over_half_a_year(pl.DataFrame(), cumulated) is None
