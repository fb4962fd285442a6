from datetime import date, time
from pathlib import Path

import pytest

from opsreview.errors import ParamsError
from opsreview.params import Team, load_team

REVIEW = """\
repos: [team/product]
timezone: Europe/Madrid
sources:
  - {kind: github_dump, path: dump}
"""


def team_of(folder: Path, review: str = REVIEW, people: str | None = None) -> Team:
    (folder / "demo").mkdir(exist_ok=True)
    (folder / "demo" / "review.yaml").write_text(review, encoding="utf-8")
    if people is not None:
        (folder / "demo" / "people.yaml").write_text(people, encoding="utf-8")
    return load_team("demo", folder)


def refusal(folder: Path, review: str = REVIEW, people: str | None = None) -> str:
    """The message, without the folder in front of the file's name."""
    with pytest.raises(ParamsError) as refused:
        team_of(folder, review, people)
    return str(refused.value).replace(f"{folder / 'demo'}/", "")


def test_team_of_a_review_alone_has_the_defaults(tmp_path):
    team = team_of(tmp_path)
    assert team.name == "demo"
    assert team.zone.key == "Europe/Madrid"
    assert team.people == {}
    assert team.review.privacy.names == "pseudonyms"
    assert team.review.labels.triaged == []
    assert team.model_path == tmp_path / "demo" / "operating_model.yaml"
    assert team.decisions_path == tmp_path / "demo" / "decisions.yaml"


def test_groups_of_triaged_and_the_other_signs_are_read(tmp_path):
    labels = "labels: {triaged: [kind/*, [area/*, no-area]], triaged_also: [milestone, assignee]}\n"
    found = team_of(tmp_path, REVIEW + labels).review.labels
    assert found.triaged_groups == [["kind/*"], ["area/*", "no-area"]]
    assert found.triaged_also == ["milestone", "assignee"]


def test_sign_of_triage_that_is_not_known_is_refused(tmp_path):
    message = refusal(tmp_path, REVIEW + "labels: {triaged_also: [asignee]}\n")
    assert "labels.triaged_also" in message
    assert "milestone" in message


def test_checkout_is_located_beside_its_review(tmp_path):
    assert team_of(tmp_path).checkout is None
    team = team_of(tmp_path, REVIEW + "checkout: ../..\n")
    assert team.checkout == tmp_path / "demo" / "../.."


def test_source_is_located_beside_its_review_and_takes_the_teams_zone(tmp_path):
    (source,) = team_of(tmp_path).review.sources
    assert source.located("dump") == tmp_path / "demo" / "dump"
    assert source.zone.key == "Europe/Madrid"


def test_person_is_read_with_hours_zone_and_share(tmp_path):
    people = """\
ada:
  accounts: [sim-ada]
  zone: Europe/Madrid
  working_hours: {days: [mon, tue], from: "08:30", to: 14:00}
  joined_on: 2026-03-01
  share: 0.5
"""
    ada = team_of(tmp_path, people=people).people["ada"]
    assert (ada.working_hours.start, ada.working_hours.end) == (time(8, 30), time(14))
    assert ada.working_hours.days == ["mon", "tue"]
    assert ada.joined_on == date(2026, 3, 1)
    assert ada.time_zone.key == "Europe/Madrid"
    assert ada.share == 0.5


def test_person_of_whom_nothing_is_said_works_nine_to_five_full_time(tmp_path):
    ada = team_of(tmp_path, people="ada: {}\n").people["ada"]
    assert (ada.working_hours.start, ada.working_hours.end) == (time(9), time(17))
    assert ada.working_hours.days == ["mon", "tue", "wed", "thu", "fri"]
    assert ada.share == 1
    assert ada.time_zone is None


def test_hash_of_the_params_changes_with_any_file(tmp_path):
    alone = team_of(tmp_path).params_sha256
    with_people = team_of(tmp_path, people="ada: {}\n").params_sha256
    assert team_of(tmp_path, people="ada: {}\n").params_sha256 == with_people
    assert team_of(tmp_path, people="ben: {}\n").params_sha256 != with_people
    assert alone != with_people


@pytest.mark.parametrize(
    ("said", "instead", "message"),
    [
        (
            "timezone:",
            "timezones:",
            "review.yaml:1: timezone: this key is missing: write it\n"
            "review.yaml:2: timezones: unknown key; did you mean timezone? known keys: bots, "
            "checkout, headlines, labels, privacy, releases, repos, sources, timezone",
        ),
        (
            "[team/product]",
            "[product]",
            "review.yaml:1: repos[0]: 'product' is not owner/name: write it like bitcoin-core/gui",
        ),
        (
            "[team/product]",
            "[team/product/issues]",
            "review.yaml:1: repos[0]: 'team/product/issues' is not owner/name: write it like "
            "bitcoin-core/gui",
        ),
        (
            "[team/product]",
            "[team/..]",
            "review.yaml:1: repos[0]: 'team/..' is not owner/name: write it like bitcoin-core/gui",
        ),
        (
            "[team/product]",
            "[a/b, a/b]",
            "review.yaml:1: repos: names a/b more than once",
        ),
        (
            "[team/product]",
            "[]",
            "review.yaml:1: repos: it should have at least 1 item; it says a list",
        ),
        (
            "Europe/Madrid",
            "Europe/Madird",
            "review.yaml:2: timezone: 'Europe/Madird' is not a time zone: write it like "
            "Europe/Madrid",
        ),
        (
            "github_dump",
            "gitlab",
            "review.yaml:4: sources[0]: 'gitlab' is not known; write one of: github, "
            "github_discussions, github_dump, git_tags, csv, ics, pagerduty, simulated, upptime",
        ),
        (
            "kind: github_dump, ",
            "",
            "review.yaml:4: sources[0]: the key kind is missing: write it",
        ),
        (
            "path: dump",
            "path: dump, pth: dump",
            "review.yaml:4: sources[0].pth: unknown key; did you mean path? known keys: covers, "
            "kind, path, repo, timezone, where",
        ),
    ],
)
def test_review_that_cannot_be_is_refused_with_line_value_and_next_step(
    tmp_path, said, instead, message
):
    assert refusal(tmp_path, REVIEW.replace(said, instead)) == message


def test_review_that_is_not_yaml_is_refused_with_its_line(tmp_path):
    message = refusal(tmp_path, "repos: [team/product\ntimezone: Europe/Madrid\n")
    assert message.startswith("review.yaml:2: this is not YAML: ")
    assert message.endswith("correct this line or the one above")


@pytest.mark.parametrize("review", ["", "- repos\n", "only words\n"])
def test_review_that_is_no_mapping_is_refused(tmp_path, review):
    assert "write one" in refusal(tmp_path, review)


def test_unknown_privacy_is_refused_with_what_there_is(tmp_path):
    message = refusal(tmp_path, REVIEW + "privacy: {names: hidden}\n")
    assert message.startswith("review.yaml:5: privacy.names: ")
    assert "'shown', 'pseudonyms' or 'roles'; it says 'hidden'" in message


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    wrong = REVIEW.replace("team/product", "product").replace("Madrid", "Madird")
    assert [line.split(":")[1] for line in refusal(tmp_path, wrong).splitlines()] == ["1", "2"]


@pytest.mark.parametrize(
    ("people", "message"),
    [
        (
            "ada: {accounts: [sim-ada]}\nben: {accounts: [sim-ben, sim-ada]}\n",
            "people.yaml:2: ben.accounts[1]: account 'sim-ada' is listed at 'ada' already: keep it "
            "at one place",
        ),
        (
            "ada: {accounts: [Sim-Ada]}\nben: {accounts: [sim-ada]}\n",
            "people.yaml:2: ben.accounts[0]: account 'sim-ada' is listed at 'ada' already: keep it "
            "at one place",
        ),
        (
            "ada: {accounts: [sim-ada, sim-ada]}\n",
            "people.yaml:1: ada.accounts[1]: account 'sim-ada' is listed at 'ada' already: keep it "
            "at one place",
        ),
        (
            "ada: {zone: Mars/Olympus}\n",
            "people.yaml:1: ada.zone: 'Mars/Olympus' is not a time zone: write it like "
            "Europe/Madrid",
        ),
        (
            "ada: {acounts: [sim-ada]}\n",
            "people.yaml:1: ada.acounts: unknown key; did you mean accounts? known keys: accounts, "
            "holidays, joined_on, leave, left_on, name, share, working_hours, zone",
        ),
        (
            "ada: {share: 1.5}\n",
            "people.yaml:1: ada.share: it should be less than or equal to 1; it says 1.5",
        ),
        (
            "ada: {working_hours: {from: 9, to: 17}}\n",
            "people.yaml:1: ada.working_hours.from: 9 is not a time of day: write it like '09:00', "
            "in quotes\npeople.yaml:1: ada.working_hours.to: 17 is not a time of day: write it "
            "like '09:00', in quotes",
        ),
        (
            "ada: {working_hours: {from: '17:00', to: '09:00'}}\n",
            "people.yaml:1: ada.working_hours: `to` must be later on the same day than `from`: "
            "correct one of them",
        ),
    ],
)
def test_people_who_cannot_be_are_refused_with_line_value_and_next_step(tmp_path, people, message):
    assert refusal(tmp_path, people=people) == message


def test_unknown_team_is_refused_with_the_teams_there_are(tmp_path):
    team_of(tmp_path)
    with pytest.raises(ParamsError) as refused:
        load_team("dmeo", tmp_path)
    assert str(refused.value) == (
        f"there is no team 'dmeo': {tmp_path / 'dmeo' / 'review.yaml'} is missing; teams in "
        f"{tmp_path}: demo; make one with `opsreview init dmeo` or name another folder with "
        "--params"
    )


def test_unknown_team_without_any_team_says_none(tmp_path):
    with pytest.raises(ParamsError, match=r"teams in .*nowhere: none"):
        load_team("demo", tmp_path / "nowhere")


def test_team_called_store_is_refused_even_where_its_folder_is(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "review.yaml").write_text(REVIEW)
    with pytest.raises(ParamsError, match=r"no team is called 'store'.*choose another"):
        load_team("store", tmp_path)


@pytest.mark.parametrize("name", ["", ".", "..", "demo/", "../params/demo", "demo/../demo"])
def test_team_is_a_folder_of_params_by_its_plain_name(tmp_path, name):
    team_of(tmp_path)
    (tmp_path / "review.yaml").write_text(REVIEW)
    with pytest.raises(ParamsError, match="there is no team"):
        load_team(name, tmp_path)
