"""Slips in rotas and incidents: counted, never changed."""

from __future__ import annotations

import pytest
from factories import REPO, incident_events, incidents, people, releases, shifts

from opsreview.params import ReleaseRules
from opsreview.tables.doubtful import doubtful, misspelt, overlapping_themselves, unknown_tags

from .teams import team

LISTED = {"ada": {}, "ben": {}}


def found(listed=LISTED, **frames):
    empty = {
        "shifts": shifts(),
        "incident_events": incident_events(),
        "incidents": incidents(),
        "people": people(),
        "releases": releases(),
    }
    return doubtful(empty | frames, team(listed, bots=["pager"]), ["gold"])


def test_rows_that_name_somebody_in_no_list_are_counted_by_table():
    acts = incident_events(*({"person": who} for who in ("ada", "cleo", "dan", "pager", None)))
    held = shifts({"person": "ada"}, {"person": "cleo"})
    counts = found(shifts=held, incident_events=acts)["unlisted"]
    assert counts == {"shifts": 1, "incident_events": 2}


def test_without_a_list_nobody_is_missing_from_it():
    assert found({}, shifts=shifts({"person": "cleo"}))["unlisted"] == {}


def test_shifts_that_overlap_those_of_the_same_person_and_role_are_counted():
    first = {"person": "ada", "start_at": "2026-10-01", "end_at": "2026-10-08"}
    second = first | {"start_at": "2026-10-07", "end_at": "2026-10-09"}
    assert overlapping_themselves(shifts(first, second)) == 1
    assert overlapping_themselves(shifts(first, second | {"person": "ben"})) == 0
    assert overlapping_themselves(shifts(first, second | {"role": "secondary"})) == 0
    assert overlapping_themselves(shifts(first, second | {"start_at": "2026-10-08"})) == 0


@pytest.mark.parametrize(
    ("severity", "meant"),
    [("hihg", "high"), ("severity/critcal", "critical"), ("SEV-7", "sev5"), ("glod", "gold")],
)
def test_severity_close_to_a_known_one_is_asked_about(severity, meant):
    asked = found(incidents=incidents({"severity": severity}))["severities"]
    assert asked == {severity: {"count": 1, "meant": meant}}


@pytest.mark.parametrize("severity", ["High", "SEV-2", "severity: 1", "p0", "gold", "zebra", None])
def test_severity_that_is_known_or_like_none_is_not_asked_about(severity):
    assert misspelt(incidents({"severity": severity}), ["gold"]) == {}


def test_tags_that_no_release_bears_are_named():
    failed = {"v1.1.0": True, f"{REPO}@v1.2.0": False, "v9.9.9": True, "other/repo@v1.1.0": True}
    rules = ReleaseRules(kinds={"v1.*": "stable", "preview-*": "prerelease"}, failed=failed)

    unknown = unknown_tags(releases({}, {}), rules)
    assert unknown == ["preview-*", "v9.9.9", "other/repo@v1.1.0"]
    assert found()["tags"] == []
