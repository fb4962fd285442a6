from datetime import date

import polars as pl
import pytest
from factories import at

from opsreview.tables.accounts import named_people, people_table, with_people

from .teams import candidates, issue, team

NO_TYPES = pl.DataFrame(schema={"account": pl.String, "type": pl.String})


def people_of(*rows, types=NO_TYPES, **said) -> dict[str, dict[str, object]]:
    """PEOPLE by account, of the issues with these columns."""
    issues = candidates("issues", [issue(number, **row) for number, row in enumerate(rows, 1)])
    people = people_table([issues], types, team(**said))
    return {row["account"]: row for row in people.to_dicts()}


def kinds_of(*accounts, **said) -> dict[str, object]:
    rows = people_of(*({"author_account": account} for account in accounts), **said)
    return {account: row["kind"] for account, row in rows.items()}


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("rae", "human"),
        ("robotina", "human"),
        ("dependabot[bot]", "bot"),
        ("our-app[bot]", "bot"),
        ("dependabot", "bot"),  # GraphQL loses the ending
        ("Codecov-Commenter", "bot"),
        ("github-actions", "bot"),
    ],
)
def test_bots_are_told_by_their_ending_and_by_the_known_machine_users(account, kind):
    assert kinds_of(account) == {account: kind}


def test_bots_of_the_teams_list_are_bots_in_any_spelling():
    assert kinds_of("DrahtBot", "rae", bots=["drahtbot"]) == {"DrahtBot": "bot", "rae": "human"}


def test_accounts_whose_type_is_bot_are_bots():
    types = pl.DataFrame({"account": ["Releaser", "rae"], "type": ["Bot", "User"]})
    assert kinds_of("releaser", "rae", types=types) == {"releaser": "bot", "rae": "human"}


def test_every_account_column_of_every_table_is_looked_at():
    pulls = candidates("pull_requests", [issue(1, merged_by_account="ben", author_account="ada")])
    events = pl.DataFrame({"actor_account": ["cleo", None]})
    people = people_table([pulls, events], NO_TYPES, team())
    assert people["account"].to_list() == ["ada", "ben", "cleo"]


def test_deleted_account_is_nobody_in_the_list_of_people():
    assert people_of({"author_account": "ghost"}, {"author_account": None}) == {}


def test_accounts_of_one_person_become_that_person_whatever_their_spelling():
    people = people_of(
        {"author_account": "SIM-ada"},
        {"author_account": "ada-at-work"},
        people={"ada": {"accounts": ["sim-Ada", "Ada-at-work"]}},
    )
    assert {row["person_id"] for row in people.values()} == {"ada"}


def test_unlisted_account_in_two_spellings_is_one_person():
    people = people_of({"author_account": "Rae"}, {"author_account": "rae"})
    assert {row["person_id"] for row in people.values()} == {"Rae"}
    assert len(people) == 2


def test_person_without_accounts_is_known_by_the_id():
    people = people_of({"author_account": "Ada"}, people={"ada": {}})
    assert people["Ada"]["person_id"] == "ada"


def test_account_of_one_person_wins_over_the_id_of_another():
    listed = {"ben": {"accounts": ["ada"]}, "ada": {"accounts": ["sim-ada"]}}
    assert people_of({"author_account": "ada"}, people=listed)["ada"]["person_id"] == "ben"


def test_person_who_did_nothing_is_listed_too():
    people = people_of(people={"ada": {"accounts": ["sim-ada", "ada-2"]}, "ben": {}})
    assert sorted(people) == ["ada-2", "ben", "sim-ada"]


def test_what_people_yaml_says_of_a_person_is_in_the_row():
    said = {"accounts": ["sim-ada"], "zone": "Asia/Tokyo", "joined_on": "2026-03-01", "share": 0.5}
    row = people_of(people={"ada": said})["sim-ada"]
    assert row["zone"] == "Asia/Tokyo"
    assert (row["joined_on"], row["left_on"]) == (date(2026, 3, 1), None)
    assert row["share"] == 0.5


def test_share_and_zone_of_people_nobody_listed_are_unknown():
    row = people_of({"author_account": "rae"}, people={"ada": {}})["rae"]
    assert (row["zone"], row["share"]) == (None, None)


def test_team_is_who_people_yaml_lists_whatever_github_says():
    people = people_of(
        {"author_account": "rae", "author_association": "MEMBER"},
        {"author_account": "sim-ada", "author_association": "NONE"},
        people={"ada": {"accounts": ["sim-ada"]}},
    )
    assert not people["rae"]["is_team"]
    assert people["sim-ada"]["is_team"]


@pytest.mark.parametrize(
    ("association", "is_team"),
    [
        ("MEMBER", True),
        ("OWNER", True),
        ("COLLABORATOR", True),
        ("CONTRIBUTOR", False),
        ("FIRST_TIME_CONTRIBUTOR", False),
        ("NONE", False),
    ],
)
def test_without_people_yaml_the_team_is_who_github_calls_so(association, is_team):
    row = people_of({"author_account": "rae", "author_association": association})["rae"]
    assert row["is_team"] is is_team


def test_member_once_is_of_the_team_in_every_row_and_spelling():
    people = people_of(
        {"author_account": "Rae", "author_association": "NONE"},
        {"author_account": "rae", "author_association": "MEMBER"},
    )
    assert all(row["is_team"] for row in people.values())


def test_team_is_unknown_where_nothing_says_who_is_in_it():
    people = people_of({"author_account": "rae", "author_association": None})
    assert people["rae"]["is_team"] is None


def test_ghost_has_no_account_and_is_a_ghost():
    issues = candidates("issues", [issue(author_account="ghost")])
    (row,) = with_people(issues, people_table([issues], NO_TYPES, team())).to_dicts()
    assert row["author_account"] is None
    assert row["author_id"] is None
    assert row["author_kind"] == "ghost"


def test_author_the_source_never_gave_has_no_kind():
    issues = candidates("issues", [issue(author_account=None)])
    (row,) = with_people(issues, people_table([issues], NO_TYPES, team())).to_dicts()
    assert row["author_account"] is None
    assert row["author_kind"] is None
    assert row["author_is_team"] is None


def test_every_account_column_is_resolved_beside_itself_and_rows_keep_their_order():
    pulls = candidates(
        "pull_requests",
        [
            issue(2, author_account="rae", merged_by_account="sim-ada"),
            issue(1, author_account="ci[bot]", merged_by_account=None),
        ],
    )
    ours = team(people={"ada": {"accounts": ["sim-ada"]}})
    resolved = with_people(pulls, people_table([pulls], NO_TYPES, ours))
    assert resolved["number"].to_list() == [2, 1]
    assert resolved["author_id"].to_list() == ["rae", "ci[bot]"]
    assert resolved["author_kind"].to_list() == ["human", "bot"]
    assert resolved["merged_by_id"].to_list() == ["ada", None]
    assert resolved["merged_by_is_team"].to_list() == [True, None]


@pytest.mark.parametrize("named", ["ada", "ADA", " Ada Sim ", "sim-ada", "ada-2"])
def test_names_ids_and_accounts_on_a_rota_become_the_person(named):
    ours = team(people={"ada": {"name": "Ada Sim", "accounts": ["sim-ada", "ada-2"]}})
    shifts = pl.DataFrame({"person": [named], "start_at": [at("2026-10-01")]})
    assert named_people(shifts, "person", ours)["person"].to_list() == ["ada"]


def test_name_that_nobody_bears_stays_as_it_is():
    shifts = pl.DataFrame({"person": ["Rae", None]})
    ours = team(people={"ada": {}})
    assert named_people(shifts, "person", ours)["person"].to_list() == ["Rae", None]
    assert named_people(shifts, "person", team()).equals(shifts)
    assert named_people(shifts, "answered_by", ours).equals(shifts)
