"""Which cycles are read, and that a broken one takes no other with it."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
import pytest
from cycle_factory import METRICS_SCHEMA
from fleet_factory import write_team
from fsspec.implementations.local import LocalFileSystem

from opsreview.errors import CycleError, PlaceError
from opsreview.portfolio import Portfolio, open_portfolio, read_portfolio, reading

Read = Callable[[], Portfolio]


def names(portfolio: Portfolio) -> list[str]:
    return [team.team for team in portfolio.teams]


def test_teams_are_read_in_alphabetical_order_whatever_their_case(tmp_path: Path, read: Read):
    for team in ("calypso", "apollo", "Bering"):
        write_team(tmp_path, team)
    assert names(read()) == ["apollo", "Bering", "calypso"]


def test_the_latest_cycle_of_a_team_is_read(tmp_path: Path, read: Read):
    for cycle in ("2026-08", "2026-10", "2026-09"):
        write_team(tmp_path, "apollo", cycle=cycle)
    assert read().teams[0].title == "October 2026"


def test_a_month_goes_before_the_quarter_that_begins_with_it(tmp_path: Path, read: Read):
    month = write_team(tmp_path, "apollo", cycle="2026-10")
    shutil.copytree(month, month.parent / "2026-q4")
    assert read().teams[0].cycle == "2026-10"


def test_the_store_and_folders_without_cycles_are_no_teams(tmp_path: Path, read: Read):
    write_team(tmp_path, "apollo")
    for folder in ("store/2026-10", "notes/pictures", ".cache/2026-10", "apollo/lab/2026-11"):
        (tmp_path / folder).mkdir(parents=True)
    portfolio = read()
    assert names(portfolio) == ["apollo"]
    assert not portfolio.problems


def test_without_any_team_the_error_names_the_next_step(tmp_path: Path):
    with pytest.raises(CycleError, match="run `opsreview run TEAM` first"):
        read_portfolio(tmp_path / "nowhere")


def test_an_address_that_nothing_reaches_is_one_clear_error():
    with pytest.raises(PlaceError, match="nosuch:// is not known: write a folder, s3://bucket"):
        read_portfolio("nosuch://bucket/x")


def test_team_whose_folder_may_not_be_listed_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_team(tmp_path, "apollo")
    write_team(tmp_path, "bering")
    forbid(monkeypatch, "ls", "/bering")
    portfolio = read_portfolio(tmp_path)
    assert names(portfolio) == ["apollo"]
    (problem,) = portfolio.problems
    assert problem.startswith("bering: may not be used (Permission denied): check the credentials")
    assert str(tmp_path) not in problem


def test_where_no_team_may_be_listed_it_is_said_once_and_there_is_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for team in ("apollo", "bering"):
        write_team(tmp_path, team)
        forbid(monkeypatch, "ls", f"/{team}")
    with pytest.raises(PlaceError, match="apollo may not be used"):
        read_portfolio(tmp_path)


def test_document_that_may_not_be_read_is_no_reason_to_build_again(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
):
    write_team(tmp_path, "apollo")
    write_team(tmp_path, "bering")
    forbid(monkeypatch, "cat_file", "/bering/2026-10/run.json")
    portfolio = read()
    assert names(portfolio) == ["apollo"]
    (problem,) = portfolio.problems
    assert problem.startswith("bering: 2026-10/run.json may not be used (Permission denied): check")
    assert "build" not in problem


def forbid(monkeypatch: pytest.MonkeyPatch, verb: str, end: str) -> None:
    """A disk that refuses what ends so: rights do not stop a test that runs as root."""
    allowed = getattr(LocalFileSystem, verb)

    def asked(self: Any, path: str, *args: Any, **kwargs: Any) -> Any:
        if str(path).endswith(end):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return allowed(self, path, *args, **kwargs)

    monkeypatch.setattr(LocalFileSystem, verb, asked)


def test_half_written_cycle_is_a_problem_and_the_one_before_it_is_shown(tmp_path: Path, read: Read):
    write_team(tmp_path, "apollo", cycle="2026-09")
    (write_team(tmp_path, "apollo") / "run.json").unlink()
    portfolio = read()
    assert portfolio.teams[0].cycle == "2026-09"
    assert portfolio.problems == [
        "apollo: 2026-10 has no run.json; 2026-09 is shown: "
        "run `opsreview run apollo --cycle 2026-10`"
    ]


def test_every_half_written_cycle_is_told_also_those_before_the_one_that_is_shown(
    tmp_path: Path, read: Read
):
    for cycle in ("2026-06", "2026-07", "2026-08", "2026-09", "2026-10"):
        folder = write_team(tmp_path, "apollo", cycle=cycle)
        if cycle not in {"2026-09", "2026-07"}:
            (folder / "run.json").unlink()
    portfolio = read()
    assert portfolio.teams[0].cycle == "2026-09"
    assert portfolio.problems == [
        "apollo: 2026-10, 2026-08, 2026-06 have no run.json; 2026-09 is shown: "
        "run `opsreview run apollo --cycle 2026-10`"
    ]


def test_earlier_cycle_that_may_not_be_read_is_not_called_half_written(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
):
    for cycle in ("2026-09", "2026-10"):
        write_team(tmp_path, "apollo", cycle=cycle)
    forbid(monkeypatch, "cat_file", "2026-09/run.json")
    assert not read().problems


WRITING = ["bering: 2026-10 is being written: run this again"]


@pytest.mark.parametrize("of_then", [None, b'{"cycle": "2026-10", "built": "again"}'])
@pytest.mark.parametrize("step", ["_papers", "read_numbers", "_teams"])
def test_team_of_which_a_cycle_is_put_meanwhile_is_not_shown_half(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch, step: str, of_then: bytes | None
):
    write_team(tmp_path, "apollo")
    run = write_team(tmp_path, "bering") / "run.json"

    def put() -> None:
        run.unlink()
        if of_then:
            run.write_bytes(of_then)

    before(monkeypatch, step, put)
    portfolio = read()
    assert names(portfolio) == ["apollo"]
    assert portfolio.problems == WRITING


def test_team_of_which_a_cycle_was_put_between_listing_and_reading_is_not_shown(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
):
    """All of the new one is there by then, so that what is read later does not change again."""
    write_team(tmp_path, "apollo")
    folder = write_team(tmp_path, "bering")
    sign_off = (folder / "sign_off.json").read_bytes()
    (folder / "sign_off.json").unlink()

    def put() -> None:
        (folder / "sign_off.json").write_bytes(sign_off)
        (folder / "run.json").write_bytes((folder / "run.json").read_bytes() + b" ")

    before(monkeypatch, "_papers", put)
    assert read().problems == WRITING


def test_damage_that_is_a_cycle_being_put_is_no_reason_to_build_it_again(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
):
    write_team(tmp_path, "apollo")
    folder = write_team(tmp_path, "bering")

    def put() -> None:
        no_run(folder)
        cut_signals(folder)

    before(monkeypatch, "_papers", put)
    assert read().problems == WRITING


def before(monkeypatch: pytest.MonkeyPatch, step: str, put: Callable[[], None]) -> None:
    """What another process does just before a step of reading."""
    taken = getattr(reading, step)

    def meanwhile(*asked: Any) -> Any:
        put()
        return taken(*asked)

    monkeypatch.setattr(reading, step, meanwhile)


def no_run(folder: Path) -> None:
    (folder / "run.json").unlink()


def cut_metrics(folder: Path) -> None:
    path = folder / "metrics.parquet"
    path.write_bytes(path.read_bytes()[:200])


def cut_history(folder: Path) -> None:
    (folder / "history.parquet").write_bytes(b"PAR1")


def no_metrics(folder: Path) -> None:
    (folder / "metrics.parquet").unlink()


def cut_signals(folder: Path) -> None:
    (folder / "signals.json").write_text('{"headlines": [', "utf-8")


def other_run(folder: Path) -> None:
    (folder / "run.json").write_text("[]", "utf-8")


def other_columns(folder: Path) -> None:
    pl.DataFrame({"value": ["x"]}).write_parquet(folder / "metrics.parquet")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (no_run, "2026-10 has no run.json"),
        (cut_metrics, "2026-10/metrics.parquet cannot be read"),
        (cut_history, "2026-10/history.parquet cannot be read"),
        (no_metrics, "2026-10 has no metrics.parquet"),
        (cut_signals, "2026-10/signals.json cannot be read"),
        (other_run, "2026-10 is damaged"),
        (other_columns, "2026-10/metrics.parquet cannot be read"),
    ],
)
def test_broken_team_is_listed_with_its_reason_and_stops_no_other(
    tmp_path: Path, read: Read, spoil: Callable[[Path], None], reason: str
):
    write_team(tmp_path, "apollo")
    spoil(write_team(tmp_path, "bering"))
    write_team(tmp_path, "calypso")
    portfolio = read()
    assert names(portfolio) == ["apollo", "calypso"]
    (problem,) = portfolio.problems
    assert problem.startswith(f"bering: {reason}")
    assert "build the cycle again" in problem or "opsreview run bering" in problem


def test_team_without_history_or_signals_has_its_six_and_no_signal(tmp_path: Path, read: Read):
    folder = write_team(tmp_path, "apollo")
    for name in ("history.parquet", "signals.json", "sign_off.json", "verdicts.json"):
        (folder / name).unlink()
    (team,) = read().teams
    assert [each.value for each in team.multiples] == ["52 %", "+9", "12", "9 h", "58 %", "2"]
    assert team.smallest_p is None


def test_rows_of_persons_are_never_read(tmp_path: Path, read: Read):
    folder = write_team(tmp_path, "apollo")
    own = pl.read_parquet(folder / "metrics.parquet")
    of_person = own.filter(metric="waiting_on_team").with_columns(
        group=pl.lit("person:otter"), value=pl.lit(99.0)
    )
    pl.concat([of_person, own]).write_parquet(folder / "metrics.parquet")
    (team,) = read().teams
    assert team.multiples[2].value == "12"


def test_headline_of_a_person_is_not_shown(tmp_path: Path, read: Read):
    folder = write_team(tmp_path, "apollo")
    signals = json.loads((folder / "signals.json").read_text("utf-8"))
    signals["headlines"][2]["group"] = "person:otter"
    (folder / "signals.json").write_text(json.dumps(signals), "utf-8")
    (team,) = read().teams
    assert len(team.multiples) == 5
    assert not [each for each in team.multiples if "otter" in each.name]


def test_triage_is_told_from_the_longer_window_where_a_cycle_has_one(tmp_path: Path, read: Read):
    folder = write_team(tmp_path, "apollo")
    longer = write_team(tmp_path / "other", "apollo", drift=-0.8)
    shutil.move(longer, folder / "quarter")
    shutil.rmtree(tmp_path / "other")
    (team,) = read().teams
    assert team.multiples[0].value == "28 %"
    assert "quarters" in team.multiples[0].usual
    assert team.multiples[5].value == "2"


def test_cycles_of_an_earlier_version_with_fewer_columns_are_read(tmp_path: Path, read: Read):
    path = write_team(tmp_path, "apollo") / "metrics.parquet"
    pl.read_parquet(path).drop("n_excluded").write_parquet(path)
    write_team(tmp_path, "bering")
    assert names(read()) == ["apollo", "bering"]
    assert "n_excluded" in METRICS_SCHEMA


def test_relative_outputs_are_found_in_a_folder_above(tmp_path: Path, monkeypatch):
    write_team(tmp_path / "outputs", "apollo")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert names(open_portfolio("outputs")) == ["apollo"]


def test_names_with_signs_of_patterns_are_only_names(tmp_path: Path):
    write_team(tmp_path / "out[1]*", "a[b]")
    assert names(read_portfolio(tmp_path / "out[1]*")) == ["a[b]"]


def test_storage_in_memory_is_read_and_written_as_a_folder_is(tmp_path: Path):
    write_team(tmp_path, "apollo")
    cut_metrics(write_team(tmp_path, "bering"))
    files = fsspec.filesystem("memory")
    files.put(str(tmp_path), "/fleet", recursive=True)
    try:
        portfolio = read_portfolio("memory://fleet")
    finally:
        files.rm("/fleet", recursive=True)
    assert names(portfolio) == ["apollo"]
    assert [each.value for each in portfolio.teams[0].multiples][:2] == ["52 %", "+9"]
    assert portfolio.problems[0].startswith("bering: 2026-10/metrics.parquet cannot be read")
