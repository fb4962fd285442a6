import json

import polars as pl
import pytest
from factories import REPO, at, window

from opsreview.sources import Rejected, SourceRows
from opsreview.tables.build import TeamTables, build_tables
from opsreview.tables.schemas import SCHEMAS

from .teams import YEAR, candidates, issue, source, team

DUMP, OTHER = "github_dump:dump", "github_dump:other"


def built(*sources, **said) -> TeamTables:
    """Tables of a dump, and of a second source where one is given."""
    return build_tables(dict(zip([DUMP, OTHER], sources, strict=False)), team(**said))


def reasons(tables: TeamTables, table: str) -> list[str]:
    return tables.rejected[table]["reason"].to_list() if table in tables.rejected else []


def test_without_sources_every_table_is_there_and_empty():
    tables = build_tables({}, team())
    assert set(tables.frames) == {*SCHEMAS, "spells"}
    assert all(frame.is_empty() for frame in tables.frames.values())
    assert tables.rejected == {}
    assert tables.coverage.stretches == {}


@pytest.mark.parametrize("table", sorted(SCHEMAS))
def test_tables_have_the_columns_and_types_of_their_contract(table):
    frames = built(source(issues=[issue()])).frames
    assert SCHEMAS[table].is_valid(frames[table])
    assert frames[table].columns == SCHEMAS[table].column_names()


def test_columns_that_a_source_does_not_know_are_null():
    (row,) = built(source(issues=[issue()])).frames["issues"].to_dicts()
    assert row["labels"] is None
    assert row["author_kind"] is None


def test_rows_are_sorted_by_their_keys():
    tables = built(source(issues=[issue(10), issue(9), issue(100)]))
    assert tables.frames["issues"]["number"].to_list() == [9, 10, 100]


def test_spells_are_of_issues_and_pull_requests():
    spells = built(
        source(issues=[issue(1)], pull_requests=[issue(2, state="closed", closed_at="2026-10-02")])
    ).frames["spells"]
    assert spells.select("number", "kind", "end_at").rows() == [
        (1, "issue", None),
        (2, "pull_request", at("2026-10-02")),
    ]


def test_two_sources_of_one_row_are_merged_field_by_field():
    dump = source(issues=[issue(title="From the dump", milestone=None)])
    api = source(issues=[issue(title="From the API", milestone="1.0", url="https://x")])
    tables = built(dump, api)
    (row,) = tables.frames["issues"].to_dicts()
    assert (row["title"], row["milestone"], row["url"]) == ("From the dump", "1.0", "https://x")


def test_fields_that_two_sources_give_differently_are_counted():
    dump = source(issues=[issue(1, title="A", url="u"), issue(2, title="B"), issue(3)])
    api = source(issues=[issue(1, title="a", url="v"), issue(2, title="B"), issue(4)])
    tables = built(dump, api)
    assert tables.disagreements["issues"] == 2
    assert tables.disagreements["comments"] == 0
    assert tables.frames["issues"]["number"].to_list() == [1, 2, 3, 4]


def test_first_listed_source_wins_whatever_it_is_called():
    first, second = source(issues=[issue(title="first")]), source(issues=[issue(title="second")])
    tables = build_tables({"z": first, "a": second}, team())
    assert tables.frames["issues"]["title"].to_list() == ["first"]


def test_no_labels_of_the_first_source_win_over_labels_of_the_second():
    tables = built(source(issues=[issue(labels=[])]), source(issues=[issue(labels=["bug"])]))
    assert tables.frames["issues"]["labels"].to_list() == [[]]


def test_accounts_are_resolved_after_merging():
    dump = source(issues=[issue(author_account=None)])
    api = source(issues=[issue(author_account="Sim-Ada")])
    (row,) = built(dump, api, people={"ada": {"accounts": ["sim-ada"]}}).frames["issues"].to_dicts()
    assert (row["author_account"], row["author_id"]) == ("Sim-Ada", "ada")
    assert row["author_is_team"]


def test_bot_by_type_in_one_source_is_a_bot_in_all():
    types = pl.DataFrame({"account": ["Helper"], "type": ["Bot"]})
    dump = source(issues=[issue(1, author_account="helper")])
    dump.tables["accounts"] = types
    api = source(issues=[issue(2, author_account="helper")])
    assert built(dump, api).frames["issues"]["author_kind"].to_list() == ["bot", "bot"]


def test_people_on_a_rota_are_told_by_their_ids():
    shift = {"source": "rota", "rotation": "duty", "role": "primary", "person": "Ada Sim"}
    shift |= {"start_at": "2026-10-01", "end_at": "2026-10-08"}
    tables = built(source(shifts=[shift]), people={"ada": {"name": "Ada Sim"}})
    assert tables.frames["shifts"]["person"].to_list() == ["ada"]


def test_row_of_a_repository_that_is_not_listed_is_rejected():
    tables = built(source(issues=[issue(1), issue(2, repo="team/else"), issue(3, repo=None)]))
    assert tables.frames["issues"]["number"].to_list() == [1]
    assert reasons(tables, "issues") == [
        "repository None is not listed in repos",
        "repository 'team/else' is not listed in repos",
    ]


def test_incident_without_a_repository_is_ours_and_one_of_another_is_not():
    incident = {"source": "pager", "opened_at": "2026-10-01"}
    tables = built(
        source(
            incidents=[
                {**incident, "incident_id": "1", "repo": None},
                {**incident, "incident_id": "2", "repo": REPO},
                {**incident, "incident_id": "3", "repo": "team/else"},
            ]
        )
    )
    assert tables.frames["incidents"]["incident_id"].to_list() == ["1", "2"]
    assert reasons(tables, "incidents") == ["repository 'team/else' is not listed in repos"]


INCIDENT = {"source": "pager", "incident_id": "1", "opened_at": "2026-10-02"}
SHIFT = {"source": "r", "rotation": "d", "role": "primary", "person": "a", "start_at": "2026-10-02"}


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        ("issues", issue(closed_at="2026-09-01"), "closed_at is before opened_at"),
        ("issues", issue(state="odd"), "state is not one of the known values"),
        ("issues", issue(state=None), "state is missing"),
        ("issues", issue(opened_at=None), "opened_at is missing"),
        ("issues", issue(0), "number is below 1"),
        ("issues", issue(None), "number is missing"),
        ("pull_requests", issue(merged_at="2026-09-01"), "merged_at is before opened_at"),
        ("pull_requests", issue(closed_at="2026-09-01"), "closed_at is before opened_at"),
        ("incidents", {**INCIDENT, "resolved_at": "2026-10-01"}, "resolved_at is before opened_at"),
        (
            "incidents",
            {**INCIDENT, "acknowledged_at": "2026-10-01"},
            "acknowledged_at is before opened_at",
        ),
        ("incidents", {**INCIDENT, "incident_id": None}, "incident_id is missing"),
        ("shifts", {**SHIFT, "end_at": "2026-10-02"}, "end_at is not after start_at"),
        ("shifts", {**SHIFT, "person": None, "end_at": "2026-10-03"}, "person is missing"),
    ],
)
def test_row_that_cannot_be_believed_is_rejected_with_the_reason(table, row, reason):
    tables = built(source(**{table: [row]}))
    assert tables.frames[table].is_empty()
    assert reasons(tables, table) == [reason]


def test_row_that_breaks_two_rules_is_rejected_once_with_both():
    bad = {**INCIDENT, "acknowledged_at": "2026-10-01", "resolved_at": "2026-10-01"}
    (reason,) = reasons(built(source(incidents=[bad])), "incidents")
    assert sorted(reason.split("; ")) == [
        "acknowledged_at is before opened_at",
        "resolved_at is before opened_at",
    ]


def test_rejected_rows_of_two_sources_are_told_apart():
    tables = built(source(issues=[issue(1, state="odd")]), source(issues=[issue(2, state="odd")]))
    assert tables.rejected["issues"]["source"].to_list() == [DUMP, OTHER]
    assert json.loads(tables.rejected["issues"]["row"][0])["state"] == "odd"


def test_label_without_a_text_rejects_its_row():
    assert reasons(built(source(issues=[issue(labels=["bug", None])])), "issues") == [
        "labels has an empty entry"
    ]


def test_rows_without_a_key_are_each_rejected_and_good_rows_stay():
    tables = built(source(issues=[issue(None, title="a"), issue(None, title="b"), issue(3)]))
    assert tables.frames["issues"]["number"].to_list() == [3]
    assert reasons(tables, "issues") == ["number is missing"] * 2
    assert tables.disagreements["issues"] == 0


def test_closed_in_the_second_it_was_opened_is_believed():
    tables = built(source(issues=[issue(state="closed", closed_at="2026-10-01")]))
    assert tables.frames["issues"].height == 1


def test_rejected_row_is_kept_with_its_source_key_and_content():
    tables = built(source(issues=[issue(7, closed_at="2026-09-01", title="Odd")]))
    (row,) = tables.rejected["issues"].to_dicts()
    assert (row["source"], row["key"]) == (DUMP, f"{REPO}#7")
    content = json.loads(row["row"])
    assert content["title"] == "Odd"
    assert set(content) == set(SCHEMAS["issues"].column_names())


def test_rows_that_the_source_rejected_are_kept_beside_ours():
    dump = source(issues=[issue(7, closed_at="2026-09-01"), issue(8)])
    dump.rejected.append(Rejected("issues", "line 4", "opened_at 'soon' is not a time", {"a": 1}))
    tables = built(dump)
    assert sorted(reasons(tables, "issues")) == [
        "closed_at is before opened_at",
        "opened_at 'soon' is not a time",
    ]


def claims(tables: TeamTables) -> set[str]:
    return {table for table, _ in tables.coverage.stretches}


def test_what_sources_speak_for_is_covered_even_where_they_give_no_row():
    tables = built(source(issues=[issue()], comments=[], covers=["issues", "comments"]))
    assert claims(tables) == {"issues", "comments"}
    assert tables.coverage.stretches["comments", REPO] == (YEAR,)


def test_table_that_is_given_but_not_spoken_for_is_unknown():
    assert claims(built(source(issues=[issue()], comments=[], covers=["issues"]))) == {"issues"}


@pytest.mark.parametrize(
    "rows",
    [
        [issue(1, closed_at="2026-09-01"), issue(2, state="odd")],
        [issue(1, repo="team/else")],
        [issue(None)],
    ],
)
def test_table_all_of_whose_rows_were_rejected_is_not_covered(rows):
    assert claims(built(source(issues=rows, comments=[]))) == {"comments"}


def test_table_all_of_whose_rows_the_source_rejected_is_not_covered():
    dump = source(issues=[], comments=[])
    dump.rejected.append(Rejected("issues", "line 4", "opened_at 'soon' is not a time", {}))
    assert claims(built(dump)) == {"comments"}


def test_table_with_one_row_left_is_covered():
    rows = [issue(1, closed_at="2026-09-01"), issue(2)]
    assert claims(built(source(issues=rows))) == {"issues"}


def test_claim_stands_where_only_the_other_source_lost_its_rows():
    lost, kept = source(issues=[issue(1, state="odd")]), source(issues=[issue(2)])
    assert claims(built(lost, kept)) == {"issues"}


def test_rejected_row_that_two_sources_give_takes_both_their_claims():
    bad = [issue(1, state="odd")]
    tables = built(source(issues=bad), source(issues=bad))
    assert claims(tables) == set()
    assert len(reasons(tables, "issues")) == 1


def test_releases_are_classified_on_the_way():
    release = {"repo": REPO, "tag": "v1.0.0", "published_at": "2026-10-01", "author_account": "rae"}
    (row,) = built(source(releases=[release])).frames["releases"].to_dicts()
    assert (row["line"], row["kind"], row["author_id"]) == ("1.0", "stable", "rae")


def test_frames_of_one_repository_leave_the_others_out():
    rows = [issue(1), issue(1, repo="team/two")]
    shift = [{**SHIFT, "end_at": "2026-10-08"}]
    tables = built(source(issues=rows, shifts=shift), repos=[REPO, "team/two"])
    of_one = tables.of_repo("team/two")
    assert of_one["issues"]["repo"].to_list() == ["team/two"]
    assert of_one["shifts"].height == 1  # a rota knows of no repository
    assert tables.frames["issues"].height == 2


def test_tables_do_not_depend_on_the_order_of_the_rows():
    rows = [issue(number, author_account=f"user-{number % 3}") for number in range(1, 20)]
    one = built(source(issues=rows))
    other = built(source(issues=rows[::-1]))
    assert all(one.frames[name].equals(other.frames[name]) for name in one.frames)


def test_candidates_of_a_table_know_no_resolved_accounts():
    assert "author_id" not in candidates("issues", [issue()]).columns


def said_by(name, window):
    frame = pl.DataFrame({"source": [name], "incident_id": ["1"], "opened_at": [window.start_at]})
    return SourceRows({"incidents": frame}, {("incidents", ""): window})


def test_sources_with_incidents_of_their_own_are_told_apart_and_those_of_one_name_are_not():
    early, late = window("2025-01-01", "2026-01-01"), window("2026-01-01", "2026-06-01")
    assert built(said_by("github", early), said_by("github", late)).coverage.beside == {}
    two = built(said_by("github", early), said_by("pager", late))
    assert two.coverage.beside == {"incidents": (early, late)}
