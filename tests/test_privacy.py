import polars as pl
import pytest
from factories import at, people, window

from opsreview.errors import ParamsError
from opsreview.estimate import METRICS_SCHEMA, Estimate
from opsreview.privacy import KEY_VARIABLE, Appearance, appearance, has_key

ROLES = {"ada": "triage lead"}


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def everyone() -> pl.DataFrame:
    return people(
        {"person_id": "ada"}, {"person_id": "ben"}, {"person_id": "ci[bot]", "kind": "bot"}
    )


def metrics_of(*groups: str) -> pl.DataFrame:
    october = window("2026-10-01", "2026-11-01")
    rows = [
        Estimate("count", 1.0, "count", 1, group=group).row(
            "reviews", "all", october, at("2026-11-08")
        )
        for group in groups
    ]
    return pl.DataFrame(rows, schema=METRICS_SCHEMA)


def test_people_are_shown_by_their_ids_where_the_team_wants_it(tmp_path):
    shown = appearance("shown", everyone(), ROLES, folder=tmp_path)
    assert shown.of("ada") == "ada"
    assert list(tmp_path.iterdir()) == []


def six(*roles: str) -> tuple[pl.DataFrame, dict[str, str]]:
    names = ["ada", "ben", "cleo", "dev", "eli", "flo"]
    return people(*[{"person_id": name} for name in names]), dict(zip(names, roles, strict=False))


def test_people_are_called_by_what_at_least_three_of_them_do(tmp_path):
    everybody, roles = six("reviewer", "reviewer", "reviewer", "lead", "release", "deputy")
    by_role = appearance("roles", everybody, roles, folder=tmp_path)

    assert [by_role.of(person) for person in roles] == ["reviewer"] * 3 + ["a maintainer"] * 3


def test_a_role_of_fewer_than_three_does_not_tell_who_they_are(tmp_path):
    everybody, roles = six("lead", "deputy")
    by_role = appearance("roles", everybody, roles, folder=tmp_path)

    assert {by_role.of(person) for person in everybody["person_id"]} == {"a contributor"}


def test_by_role_a_frame_with_a_row_a_person_is_not_published(tmp_path):
    everybody, roles = six("reviewer", "reviewer", "reviewer")
    by_role = appearance("roles", everybody, roles, folder=tmp_path)
    of_people = pl.DataFrame({"person": ["reviewer"], "count": [7]})
    of_things = pl.DataFrame({"number": [1], "person": ["reviewer"]})

    assert by_role.published(of_people).is_empty()
    assert by_role.published(of_people).columns == ["person", "count"]
    assert by_role.published(of_things).height == 1
    pseudonyms = appearance("pseudonyms", everybody, roles, folder=tmp_path)
    assert pseudonyms.published(of_people).height == 1


def test_people_named_in_titles_are_called_as_everywhere(tmp_path):
    known = people(
        {"person_id": "harriet", "account": "harriet-codes"},
        {"person_id": "ed"},
    )
    called = appearance("pseudonyms", known, {}, folder=tmp_path)
    titles = ["Revert @harriet-codes' change", "Harriet: again", "edit by ed", None]

    told = called.titled(pl.DataFrame({"title": titles}))["title"].to_list()
    shown = called.of("harriet")
    assert told == [f"Revert @{shown}' change", f"{shown}: again", "edit by ed", None]


@pytest.mark.parametrize("names", ["shown", "roles", "pseudonyms"])
def test_bots_keep_their_names(tmp_path, names):
    assert appearance(names, everyone(), ROLES, folder=tmp_path).of("ci[bot]") == "ci[bot]"


@pytest.mark.parametrize("names", ["shown", "roles", "pseudonyms"])
def test_someone_nobody_knows_is_never_shown(tmp_path, names):
    called = appearance(names, everyone(), ROLES, folder=tmp_path)
    assert called.of("rae") == "someone"
    measured = called.measured(pl.DataFrame({"person": ["rae", None]}))
    assert measured["person"].to_list() == ["someone", None]
    assert "rae" not in str(called.metrics(metrics_of("person:rae")).to_dicts())


def test_pseudonyms_are_the_same_every_time_and_differ_between_people(tmp_path):
    first = appearance("pseudonyms", everyone(), ROLES, folder=tmp_path)
    again = appearance("pseudonyms", everyone(), ROLES, folder=tmp_path)
    assert first == again
    assert first.of("ada") != first.of("ben")
    assert first.of("ada").startswith("person-")


def test_teams_that_share_a_key_have_different_pseudonyms(tmp_path, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "one key for all")
    called = [appearance("pseudonyms", everyone(), ROLES, folder=tmp_path / t) for t in "ab"]

    assert called[0].of("ada") != called[1].of("ada")


def test_pseudonyms_of_another_team_cannot_be_matched(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = appearance("pseudonyms", everyone(), ROLES, folder=tmp_path / "one")
    two = appearance("pseudonyms", everyone(), ROLES, folder=tmp_path / "two")
    assert one.of("ada") != two.of("ada")


def test_key_is_made_once_for_the_owners_eyes(tmp_path):
    appearance("pseudonyms", everyone(), ROLES, folder=tmp_path)
    (key,) = tmp_path.iterdir()
    assert key.name == "pseudonyms.key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_key_from_the_environment_wins_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "a key of our own")
    given = appearance("pseudonyms", everyone(), ROLES, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv(KEY_VARIABLE, "another key")
    assert appearance("pseudonyms", everyone(), ROLES, folder=tmp_path).of("ada") != given.of("ada")


def test_key_is_had_from_the_environment_or_from_its_file(tmp_path, monkeypatch):
    assert not has_key(tmp_path)
    (tmp_path / "pseudonyms.key").write_text("a key")
    assert has_key(tmp_path)
    monkeypatch.setenv(KEY_VARIABLE, "a key")
    assert has_key(tmp_path / "else")


def test_key_that_cannot_be_made_says_what_to_do_instead(tmp_path):
    with pytest.raises(ParamsError, match=rf"pseudonyms\.key cannot be made .*{KEY_VARIABLE}"):
        appearance("pseudonyms", everyone(), ROLES, folder=tmp_path / "absent")


def test_measured_people_are_called_and_unknown_ones_stay_unknown():
    called = Appearance("pseudonyms", {"ada": "person-1"})
    rows = pl.DataFrame({"person": ["ada", None], "responder_id": ["ben", "ada"], "number": [1, 2]})
    assert called.measured(rows).to_dicts() == [
        {"person": "person-1", "responder_id": "someone", "number": 1},
        {"person": None, "responder_id": "person-1", "number": 2},
    ]


@pytest.mark.parametrize("height", [0, 2])
def test_measured_without_any_person_is_left_as_it_is(height):
    rows = pl.DataFrame({"person": [None] * height}, schema={"person": pl.String})
    assert Appearance("shown", {}).measured(rows).equals(rows)


def test_metrics_of_people_are_filed_under_what_they_are_called():
    called = Appearance("pseudonyms", {"ada": "person-1"})
    metrics = called.metrics(metrics_of("all", "person:ada", "area:preview"))
    assert metrics["group"].to_list() == ["all", "area:preview", "person:person-1"]


def test_by_role_no_row_is_a_persons():
    by_role = Appearance("roles", {"ada": "triage lead"})
    assert by_role.metrics(metrics_of("all", "person:ada"))["group"].to_list() == ["all"]


def test_sentences_of_the_team_name_people_as_they_are_called() -> None:
    called = Appearance("pseudonyms", {"ada": "person-1", "ben": "person-2", "rae": "person-3"})
    written = {"says": ["Ada hands over to ben; adamant readers", "rae asks"], "path": "src/ada/"}

    told = called.told(written, {"ada", "ben"})

    assert told["says"] == ["person-1 hands over to person-2; adamant readers", "rae asks"]
    assert told["path"] == "src/ada/"


def test_sentences_stay_as_they_are_where_names_are_shown() -> None:
    called = Appearance("shown", {"ada": "ada"})

    assert called.told("Ada asks ada", {"ada"}) == "Ada asks ada"


def test_rows_are_in_the_order_of_what_is_shown_and_not_of_real_ids() -> None:
    called = Appearance("pseudonyms", {"ada": "person-9", "rae": "person-1"})
    shown = called.metrics(metrics_of("person:ada", "person:rae"))
    assert shown["group"].to_list() == ["person:person-1", "person:person-9"]
