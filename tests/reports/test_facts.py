from zoneinfo import ZoneInfo

import pytest

from opsreview.errors import OutputsError
from opsreview.reports.facts import cycle_facts, local_time

from .samples import write_run


def test_line_under_the_title_names_data_zone_names_and_code(tmp_path):
    facts = cycle_facts(write_run(tmp_path / "2026-10"))
    assert facts.about == (
        "data up to 8 Nov 2026 00:00 CET",
        "days in Europe/Madrid",
        "names as pseudonyms, but links to GitHub show who did what",
        "built from 3f2a91c",
    )
    assert facts.heading == "demo · October 2026"
    assert facts.warnings == ()


def test_heading_does_not_repeat_the_team(tmp_path):
    facts = cycle_facts(write_run(tmp_path / "2026-10", title="demo, October 2026"))
    assert facts.heading == "demo, October 2026"


def test_privacy_may_be_written_as_in_the_params(tmp_path):
    facts = cycle_facts(write_run(tmp_path / "2026-10", privacy={"names": "roles"}))
    assert "roles instead of names, but links to GitHub show who did what" in facts.about


def test_zone_without_letters_is_told_as_an_offset():
    assert local_time("2026-11-01T00:00:00Z", ZoneInfo("America/Sao_Paulo")).endswith("UTC-03")


def test_incomplete_source_and_repo_are_one_warning_that_says_unknown(tmp_path):
    repo = {"repo": "acme/editor", "n_items": 4120, "n_expected": 5000, "complete": False}
    source = {"kind": "ics", "complete": False, "reason": "rota.ics ends on 6 Oct."}
    folder = write_run(tmp_path / "2026-10", repos=[repo], sources=[source])
    assert cycle_facts(folder).warnings == (
        (
            "Incomplete data",
            "acme/editor: 4,120 of 5,000 items fetched; ics: rota.ics ends on 6 Oct. "
            "What is missing is unknown, not zero.",
        ),
    )


def repo(**said):
    given = {"repo": "acme/editor", "complete": False, "fetched_at": "2026-11-08T05:00:00Z"}
    return given | said


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"n_items": 4999, "n_expected": 5000, "reason": None}, "4,999 of 5,000 items fetched, *"),
        (
            {"n_items": 4999, "n_expected": 5000, "reason": "4,999 of 5,000 issues, 3 of 4 tags"},
            "4,999 of 5,000 issues, 3 of 4 tags, *",
        ),
        (
            {"n_items": 4999, "n_expected": 5000, "reason": "1,999 of 2,000 issues"},
            "4,999 of 5,000 items fetched, * (1,999 of 2,000 issues)",
        ),
        (
            {"n_items": 0, "n_expected": 5, "reason": "GitHub's limit: run the command again"},
            "0 of 5 items fetched, * (GitHub's limit)",
        ),
        (
            {"n_items": 5000, "n_expected": 5000, "reason": "no token; make one"},
            "not whole, * (no token)",
        ),
        ({"n_items": 40, "n_expected": None, "reason": "no token"}, "not whole, * (no token)"),
    ],
)
def test_incomplete_repo_says_how_much_as_of_when_and_why_in_short(tmp_path, said, told):
    folder = write_run(tmp_path / "2026-10", repos=[repo(**said)])
    ((_, sentence),) = cycle_facts(folder).warnings
    told = told.replace("*", "as of 8 Nov 2026 06:00 CET")
    assert sentence == f"acme/editor: {told}. What is missing is unknown, not zero."


def test_what_several_repos_lack_alike_is_said_once_and_not_by_their_source_again(tmp_path):
    both = [repo(reason="no token"), repo(repo="acme/docs", reason="no token")]
    source = {"kind": "github", "complete": False, "reason": "no token"}
    source["incomplete_repos"] = ["acme/docs", "acme/editor"]
    folder = write_run(tmp_path / "2026-10", repos=both, sources=[source])
    ((_, sentence),) = cycle_facts(folder).warnings
    assert sentence.startswith("acme/editor, acme/docs: not whole, as of")
    assert sentence.count("no token") == 1


def test_incomplete_without_counts_or_reason_is_still_told(tmp_path):
    repo, source = {"repo": "a/b", "complete": False}, {"kind": "csv", "complete": False}
    ((_, sentence),) = cycle_facts(
        write_run(tmp_path / "2026-10", repos=[repo], sources=[source])
    ).warnings
    assert sentence.startswith("a/b: not all items fetched; csv: incomplete.")


def test_cycle_that_is_not_over_says_until_when(tmp_path):
    ((title, sentence),) = cycle_facts(
        write_run(tmp_path / "2026-10", is_over=False, is_mature=False)
    ).warnings
    assert title == "Not over yet"
    assert "until 1 Nov 2026 00:00 CET" in sentence


def test_cycle_that_is_over_but_immature_is_read_early(tmp_path):
    ((title, sentence),) = cycle_facts(write_run(tmp_path / "2026-10", is_mature=False)).warnings
    assert title == "Read early"
    assert "less than 7 days" in sentence


def test_quarter_has_its_title_and_is_told_from_a_month(tmp_path):
    facts = cycle_facts(write_run(tmp_path / "2026-q3"))
    assert facts.is_quarter
    assert facts.title == "third quarter of 2026"


def test_missing_run_is_an_error_with_the_next_step(tmp_path):
    with pytest.raises(OutputsError, match=r"run\.json cannot be read .* build the cycle first"):
        cycle_facts(tmp_path)


@pytest.mark.parametrize("damage", [{"zone": None}, {"zone": "Nowhere/At all"}, {"cycle": "x"}])
def test_damaged_run_is_an_error(tmp_path, damage):
    with pytest.raises(OutputsError, match="is damaged"):
        cycle_facts(write_run(tmp_path / "2026-10", **damage))
