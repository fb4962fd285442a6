"""Slips in rotas and incidents, from the files to the words on the page."""

from __future__ import annotations

from dump_factory import INCIDENTS, ROTA, small_team, write_csv, write_shifts

from opsreview import blocks

WITH_SEVERITY = INCIDENTS | {"columns": {**INCIDENTS["columns"], "severity": "severity"}}


def test_slips_are_counted_on_the_page_and_kept_as_they_were_written(tmp_path):
    opened = {"id": "i1", "started_at": "2026-10-05T12:00Z", "resolved_at": ""}
    write_csv(tmp_path / "incidents.csv", opened | {"severity": "hihg"})
    overlapping = [("ada", "20261001", "20261008"), ("ada", "20261007", "20261012")]
    write_shifts(tmp_path / "rota.ics", *overlapping, ("cleo", "20261012", "20261019"))
    review = small_team(
        tmp_path, issues=[{}], sources=[WITH_SEVERITY, ROTA], people={"ada": {}}
    ).build()
    page = str(blocks.data_quality(review).html)
    assert "1 shift names somebody whom people.yaml does not list: kept as written." in page
    assert "1 shift begins while another of the same person and role runs" in page
    assert "(1 incident) is not known: is it high? Kept as written." in page
    assert review.table("incidents")["severity"].to_list() == ["hihg"]
    assert review.table("incidents")["resolved_at"].to_list() == [None]
    assert "cleo" not in str(review.run["doubtful"])
