"""Release slots kept, late, overdue, skipped; releases nobody planned; freezes."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from factories import at, releases
from metrics.views import LONG
from operating_model.conformance.observing import observed, told

from opsreview.operating_model.conformance.trains import release_rows
from opsreview.operating_model.document import OperatingModel
from opsreview.window import Window

Load = Callable[[str], OperatingModel]
RELEASE = "{every: 2 weeks, on: tuesday, starting: 2026-09-01, by: ada%s}"  # 13 and 27 October
FREEZE = ", freezes: [{from: 2026-10-12, to: 2026-10-14, why: the fair}]"


def model(load: Load, more: str = "") -> OperatingModel:
    return load(f"rhythm:\n  release: {RELEASE % more}\n")


def released(*days: str, **more: str) -> pl.DataFrame:
    return releases(*({"published_at": f"2026-{day} 10:00", **more} for day in days))


def test_every_slot_kept_holds(model_of: Load) -> None:
    (row,) = release_rows(model(model_of), observed(releases=released("10-13", "10-27")))

    assert row.says == "A release every 2 weeks on a Tuesday, by ADA"
    assert told(row) == ("holds", "2 of 2 slots kept", "every slot was kept")


def test_what_became_of_each_slot_is_said(model_of: Load) -> None:
    seen = observed(releases=released("10-16", "10-20"))

    (row,) = release_rows(model(model_of), seen)

    assert told(row)[:2] == (
        "drifts",
        "0 of 2 slots kept; 1 late (by 3 d); 1 not come yet (11 d late); 1 unplanned (2026-10-20)",
    )
    assert row.estimate is not None
    assert (row.estimate.value, row.estimate.n) == (0.0, 2)


@pytest.mark.parametrize("kind", ["hotfix", "prerelease"])
def test_hotfix_and_prerelease_neither_keep_a_slot_nor_are_unplanned(
    model_of: Load, kind: str
) -> None:
    (row,) = release_rows(model(model_of), observed(releases=released("10-13", "10-20", kind=kind)))

    assert row.happened == "0 of 2 slots kept; 1 not come yet (11 d late); 1 skipped (2026-10-13)"


def test_release_after_as_of_did_not_happen(model_of: Load) -> None:
    seen = observed(as_of=at("2026-10-20"), releases=released("10-13", "10-27"))

    (row,) = release_rows(model(model_of), seen)

    assert told(row)[:2] == ("holds", "1 of 1 slot kept")


def test_slots_before_the_rhythm_began_are_none(model_of: Load) -> None:
    text = "rhythm:\n  release: {every: week, on: tuesday, starting: 2026-10-27, by: ada}\n"

    (row,) = release_rows(model_of(text), observed(releases=released("10-27")))

    assert row.happened == "1 of 1 slot kept"


def test_cycle_without_a_slot_cannot_be_told(model_of: Load) -> None:
    text = "rhythm:\n  release: {every: quarter, on: tuesday, starting: 2026-09-01, by: ada}\n"

    (row,) = release_rows(model_of(text), observed(releases=released("09-01")))

    assert told(row)[::2] == ("cannot tell", "no slot lies in the cycle")


def test_releases_that_no_source_gives_cannot_be_told(model_of: Load) -> None:
    rows = release_rows(model(model_of, FREEZE), observed(without=["releases"]))

    assert [told(row)[::2] for row in rows] == [("cannot tell", "no source gives releases")] * 2


def test_known_part_is_what_is_judged_and_said(model_of: Load) -> None:
    known = {"releases": Window(LONG.start_at, at("2026-10-15"))}

    (row,) = release_rows(model(model_of), observed(covers=known, releases=released("10-13")))

    assert told(row)[:2] == ("holds", "1 of 1 slot kept")
    assert row.why.endswith("known from 2026-10-01 to 2026-10-15 only")


def test_release_in_a_freeze_drifts_and_its_slot_is_not_asked_for(model_of: Load) -> None:
    seen = observed(releases=released("10-14", "10-27"))

    train, freeze = release_rows(model(model_of, FREEZE), seen)

    assert train.happened.startswith("1 of 1 slot kept")
    assert freeze.path == "rhythm.release.freezes.0"
    assert freeze.says == "No release but a hotfix from 2026-10-12 to 2026-10-14 (the fair)"
    assert told(freeze)[:2] == (
        "drifts",
        "1 stable release in the freeze: v1.1.0 on 2026-10-14",
    )


def test_hotfix_in_a_freeze_is_allowed(model_of: Load) -> None:
    seen = observed(releases=released("10-13", kind="hotfix"))

    assert release_rows(model(model_of, FREEZE), seen)[1].verdict == "holds"


def test_freeze_outside_the_cycle_makes_no_row(model_of: Load) -> None:
    august = ", freezes: [{from: 2026-08-01, to: 2026-08-31}]"

    assert len(release_rows(model(model_of, august), observed(releases=released("10-13")))) == 1
