"""``opsreview rota``: who should be on duty next, from what the store holds."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from commands import (
    NOT_WHOLE,
    OUR_ERROR,
    WHOLE,
    WRONG_USAGE,
    assert_refused,
    everything_in,
    opsreview,
)
from dump_factory import INCIDENTS, ROTA, SmallTeam, small_team, write_shifts, write_yaml

DATA = Path(__file__).parents[2].parent / "shared" / "data"
DUTY = {
    "every": "week",
    "handover": "monday 09:00",
    "starting": "2026-09-07",
    "order": ["ada", "ben", "cleo"],
    "cover": "always",
}
PEOPLE: dict[str, Any] = {"ada": {}, "ben": {}, "cleo": {}}
SHOWN = {"privacy": {"names": "shown"}}


def team_of(
    root: Path,
    *,
    people: dict[str, Any] = PEOPLE,
    review: dict[str, Any] = SHOWN,
    **duty: object,
) -> SmallTeam:
    """A team whose model declares its duty, fetched."""
    asked = [{"opened_at": f"2026-{month}-10 09:00"} for month in ("09", "10")]
    model = {"rhythm": {"duty": DUTY | duty}}
    return small_team(root, people=people, model=model, review=review, issues=asked).fetch()


def rows_of(team: SmallTeam, name: str = "rota.csv") -> list[dict[str, str]]:
    text = (team.outputs / team.name / "rota" / name).read_bytes().decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_turns_begin_after_the_data_and_keep_the_handover_of_the_model(tmp_path: Path) -> None:
    team = team_of(tmp_path)
    done = opsreview(team, "rota", "--weeks", "3")

    assert done.exit_code == WHOLE, done.output
    assert [row["start_at"] for row in rows_of(team)] == [
        "2026-11-09T09:00:00Z",
        "2026-11-16T09:00:00Z",
        "2026-11-23T09:00:00Z",
    ]
    assert sorted(row["person"] for row in rows_of(team)) == ["ada", "ben", "cleo"]
    assert "2026-11-09 09:00  2026-11-16 09:00" in done.stdout
    assert "nothing is changed: the team decides" in done.stdout
    assert done.stdout.splitlines()[-1] == str(team.outputs / team.name / "rota")


def test_who_is_on_leave_is_given_nothing_then(tmp_path: Path) -> None:
    away = {"leave": [{"from": "2026-12-14", "to": "2026-12-18"}]}
    team = team_of(tmp_path, people={**PEOPLE, "ada": away})
    assert opsreview(team, "rota", "--from", "2026-12-07").exit_code == WHOLE
    held = {row["start_at"][:10]: row["person"] for row in rows_of(team)}

    assert len(held) == 12
    assert held["2026-12-14"] != "ada"
    assert "ada" in held.values()


def test_the_same_store_gives_the_same_files_and_params_stay(tmp_path: Path) -> None:
    team = team_of(tmp_path)
    before = everything_in(team.params)
    other = tmp_path / "elsewhere" / "rota"
    assert opsreview(team, "rota").exit_code == WHOLE
    assert opsreview(team, "rota", "--to", str(other)).exit_code == WHOLE

    assert set(everything_in(other)) == {"rota.ics", "rota.csv", "cover_ledger.csv"}
    assert everything_in(other) == everything_in(team.outputs / team.name / "rota")
    assert everything_in(team.params) == before


def test_files_of_others_in_the_folder_stay(tmp_path: Path) -> None:
    team = team_of(tmp_path)
    mine = tmp_path / "shared" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    assert opsreview(team, "rota", "--to", str(mine.parent)).exit_code == WHOLE

    assert mine.read_text() == "mine"


def test_what_cannot_all_be_kept_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    away = {"leave": [{"from": "2026-12-22", "to": "2026-12-27"}]}
    team = team_of(tmp_path, people={"ada": away, "ben": away, "cleo": away})

    assert_refused(
        opsreview(team, "rota"),
        "no schedule of ada, ben and cleo keeps all of these: somebody is primary in the week of "
        "2026-12-21; ada, ben and cleo are on leave. Let go of one of them.",
    )
    assert not (team.outputs / team.name / "rota").exists()


def test_pseudonyms_are_in_every_file_and_the_way_out_is_said(tmp_path: Path) -> None:
    team = team_of(tmp_path, review={"privacy": {"names": "pseudonyms"}})
    done = opsreview(team, "rota")
    folder = team.outputs / team.name / "rota"
    written = done.stdout + "".join(path.read_text() for path in sorted(folder.iterdir()))

    assert done.exit_code == WHOLE
    assert "privacy: {names: shown}" in done.stdout
    assert all(row["person"].startswith("person-") for row in rows_of(team))
    assert all(row["person"].startswith("person-") for row in rows_of(team, "cover_ledger.csv"))
    assert not any(name in written for name in ("cleo", "ben (", "ada ("))


def test_conflicts_are_told_by_pseudonym_too(tmp_path: Path) -> None:
    away = {"leave": [{"from": "2026-12-22", "to": "2026-12-27"}]}
    team = team_of(
        tmp_path,
        people=dict.fromkeys(PEOPLE, away),
        review={"privacy": {"names": "pseudonyms"}},
    )
    done = opsreview(team, "rota")

    assert done.exit_code == OUR_ERROR
    assert "are on leave" in done.stderr
    assert "cleo" not in done.stderr


def test_roles_that_several_share_are_refused(tmp_path: Path) -> None:
    team = team_of(tmp_path, review={"privacy": {"names": "roles"}})

    assert_refused(opsreview(team, "rota"), "privacy.names is roles", "names: shown")


def test_without_a_model_the_people_of_people_yaml_take_a_week_each(tmp_path: Path) -> None:
    team = small_team(tmp_path, people=PEOPLE, review=SHOWN).fetch()
    assert opsreview(team, "rota", "--weeks", "3").exit_code == WHOLE

    assert [row["person"] for row in rows_of(team)] == ["ada", "ben", "cleo"]


def test_who_held_the_shifts_of_a_calendar_takes_turns_without_a_model(tmp_path: Path) -> None:
    weeks = ("20261005", "20261012", "20261019", "20261026")
    days = zip(("ada", "ada", "ben"), weeks, weeks[1:], strict=False)
    write_shifts(tmp_path / "rota.ics", *days)
    asked = [{"opened_at": "2026-10-10 09:00"}]
    team = small_team(tmp_path, people=PEOPLE, sources=[ROTA], issues=asked).fetch()
    done = opsreview(team, "rota", "--weeks", "3")

    assert done.exit_code == WHOLE, done.output
    assert "the model declares no duty: a week each" in done.stdout
    assert [row["person"] for row in rows_of(team)] == ["ben", "ada", "ben"]
    assert [row["start_at"][11:] for row in rows_of(team)] == ["00:00:00Z"] * 3


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the real histories are not at {DATA}")
def test_a_real_rota_of_four_is_evened_out_in_fourteen_weeks(tmp_path: Path) -> None:
    rota = {"kind": "ics", "path": str(DATA / "rotas" / "fenix.ics")}
    rota["person"] = "Necko triager: (?P<person>.+)"
    team = small_team(tmp_path, sources=[rota], issues=[{"opened_at": "2025-04-10 09:00"}]).fetch()
    words = ("--cycle", "2025-04", "--from", "2025-05-14", "--weeks", "14")
    done = opsreview(team, "rota", *words)
    held = [row["person"] for row in rows_of(team)]

    assert done.exit_code == WHOLE, done.output
    assert sorted(map(held.count, set(held))) == [2, 2, 4, 6]
    totals = [line.split() for line in done.stdout.splitlines() if line.startswith("user-")]
    assert max(abs(int(before)) for *_, before, _ in totals) > 300
    assert max(abs(int(after)) for *_, after in totals) < 168


def test_without_people_it_is_said_where_to_write_them(tmp_path: Path) -> None:
    team = small_team(tmp_path, review=SHOWN).fetch()

    assert_refused(opsreview(team, "rota"), "nobody is known who could be on duty", "people.yaml")


@pytest.mark.parametrize(
    "words", [("--from", "tomorrow"), ("--weeks", "0"), ("--weeks", "99")], ids=" ".join
)
def test_wrong_words_are_wrong_usage(tmp_path: Path, words: tuple[str, str]) -> None:
    assert opsreview(SmallTeam(tmp_path), "rota", *words).exit_code == WRONG_USAGE


def test_before_a_fetch_there_is_nothing_to_tell_from(tmp_path: Path) -> None:
    team = small_team(tmp_path, people=PEOPLE, review=SHOWN)

    assert_refused(opsreview(team, "rota"), "fetch")


def test_hours_held_so_far_are_made_even(tmp_path: Path) -> None:
    team = team_of(tmp_path, order=["ada", "ada", "ada", "ben"])
    done = opsreview(team, "rota", "--weeks", "6")
    held = [row["person"] for row in rows_of(team)]

    assert done.exit_code == WHOLE
    assert held.count("ben") > held.count("ada")
    ledger = {
        row["person"]: float(row["balance_hours"]) for row in rows_of(team, "cover_ledger.csv")
    }
    assert ledger["ada"] > 0 > ledger["ben"]


def test_a_source_that_was_never_fetched_is_told_and_exits_4(tmp_path: Path) -> None:
    team = team_of(tmp_path)
    review = json.loads((team.folder / "review.yaml").read_text("utf-8"))
    review["sources"].append(INCIDENTS)
    write_yaml(team.folder / "review.yaml", review)
    done = opsreview(team, "rota")

    assert done.exit_code == NOT_WHOLE
    assert "never fetched" in done.stderr
    assert len(rows_of(team)) == 12


def test_params_that_are_not_valid_are_refused(tmp_path: Path) -> None:
    team = team_of(tmp_path)
    write_yaml(team.folder / "people.yaml", {"ada": {"left": "soon"}})

    assert_refused(opsreview(team, "rota"), "people.yaml")
