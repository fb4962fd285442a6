"""Nothing that is published tells who somebody is, unless the team wants it told."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from dump_factory import INCIDENTS, ROTA, SmallTeam, small_team, write_csv, write_shifts
from notebook_cells import outputs_of
from ruamel.yaml import YAML
from typer.testing import CliRunner

from opsreview.cli import app
from opsreview.pipeline.notebooks import review_notebooks
from opsreview.privacy import KEY_VARIABLE
from opsreview.review import Review

ROOT = Path(__file__).parents[2]
LOCAL = ("tables", "rejected", "assets")
ACCOUNTS = ("harriet-codes", "bernardo", "rosalind", "quentin", "wilhelmina")
NAMES = (*ACCOUNTS, "harriet", "Harriet Example")
PEOPLE = {
    "harriet": {"name": "Harriet Example", "accounts": ["harriet-codes"]},
    "bernardo": {},
    "wilhelmina": {},
}
MODEL = {
    "roles": {
        "triage-lead": {"owner": "harriet", "deputy": "bernardo", "does": "triage"},
        "release-manager": {"owner": "harriet", "does": "releases"},
    },
    "areas": {"preview": {"owner": "bernardo", "deputy": "harriet", "label": "area/preview"}},
    "channels": {"issues": {"where": "here", "watched_by": "bernardo", "answer_within": "1 day"}},
    "rhythm": {
        "release": {
            "every": "2 weeks",
            "on": "tuesday",
            "starting": "2026-09-15",
            "by": "release-manager",
        },
        "duty": {"every": "week", "order": ["harriet", "bernardo"]},
    },
    "escalation": [{"who": "harriet", "after": "0 min", "how": "mention"}],
    "promises": [
        {
            "id": "answer",
            "says": "We answer.",
            "owner": "bernardo",
            "metric": "response_attainment",
            "within": "1 day",
            "at_least": "90 %",
        }
    ],
    "reviewed": {"by": "harriet", "on": "2026-09-01"},
}


def team_of(root: Path, names: str) -> SmallTeam:
    """Everyone does a bit of everything in October, and in September."""
    days = range(1, 25, 2)
    write_csv(
        root / "incidents.csv",
        *(
            {
                "id": f"i{day}",
                "started_at": f"2026-10-{day:02}T03:00Z",
                "resolved_at": f"2026-10-{day:02}T05:00Z",
                "who": ACCOUNTS[day // 2 % 2],
            }
            for day in days[::2]
        ),
    )
    weeks = [("Harriet Example", "20260928", "20261012"), ("bernardo", "20261012", "20261201")]
    write_shifts(root / "rota.ics", *weeks, ("quentin", "20260901", "20260928"))
    happened = {"incident_id": "id", "at": "started_at", "person": "who"}
    acts = INCIDENTS | {"table": "incident_events", "columns": happened}
    asked = [
        {"author": ACCOUNTS[2 + day % 3], "opened_at": f"2026-{month}-{day:02} 09:00"}
        for month in ("09", "10")
        for day in days
    ]
    return small_team(
        root,
        people=PEOPLE,
        model=MODEL,
        review={"privacy": {"names": names}},
        sources=[INCIDENTS, acts, ROTA],
        issues=asked,
        pulls=[
            {"author": ACCOUNTS[day % 5], "opened_at": f"2026-10-{day:02} 10:00"} for day in days
        ],
        comments=[
            {"number": number, "author": ACCOUNTS[number % 2], "created_at": "2026-10-24 10:00"}
            for number in range(1, 20)
        ],
        reviews=[
            {"number": 24 + n, "author": ACCOUNTS[n % 3], "submitted_at": "2026-10-25 10:00"}
            for n in range(1, 12)
        ],
        releases=[{"published_at": "2026-09-08 10:00", "author": "bernardo"}],
    )


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """A cycle with its pages, people under pseudonyms."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(KEY_VARIABLE, "a key")
        team = team_of(tmp_path_factory.mktemp("pseudonyms"), "pseudonyms")
        review = team.build()
        assert team.report().problems == ()
    return review


def texts_of(review: Review) -> Iterator[tuple[str, str]]:
    """Every file that is not local, as text: frames with all their cells."""
    for path in sorted(review.folder.rglob("*")):
        name = str(path.relative_to(review.folder))
        if path.is_dir() or name.startswith(LOCAL):
            continue
        if path.suffix != ".parquet":
            yield name, path.read_text("utf-8")
            continue
        cells = io.StringIO()
        for column in pl.read_parquet(path).iter_columns():
            cells.write("\n".join(map(str, column.to_list())))
        yield name, cells.getvalue()


def named_in(text: str) -> set[str]:
    return {name for name in NAMES if re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)}


def test_no_account_is_in_anything_published_under_pseudonyms(published):
    texts = dict(texts_of(published))
    assert {"index.html", "summary.md", "notebooks/oncall_load.ipynb"} <= set(texts)
    assert {"measured/review_load.parquet", "proposals.yaml", "next.json"} <= set(texts)
    found = {name: names for name, text in texts.items() if (names := named_in(text))}
    assert found == {}


def test_pseudonyms_are_on_the_pages_instead(published):
    groups = published.metrics["group"].unique().to_list()
    people = {group for group in groups if group.startswith("person:")}
    assert len(people) >= 4
    assert all(re.fullmatch("person:person-[0-9a-f]{10}", group) for group in people)
    page = (published.folder / "oncall_load.html").read_text("utf-8")
    assert any(group.removeprefix("person:") in page for group in people)


def test_tables_keep_who_it_was_for_the_team(published):
    assert "harriet" in published.table("people")["person_id"].to_list()


def test_pseudonyms_are_the_same_in_two_cycles_and_others_with_another_key(tmp_path, monkeypatch):
    team = team_of(tmp_path, "pseudonyms")
    monkeypatch.setenv(KEY_VARIABLE, "a key")
    october = people_of(team.build())
    september = people_of(team.build("2026-09"))
    assert october & september
    assert len(october | september) <= len(ACCOUNTS)
    monkeypatch.setenv(KEY_VARIABLE, "another key")
    assert not people_of(team.build()) & (october | september)


def test_without_a_key_one_is_made_beside_the_params_and_never_in_the_outputs(
    tmp_path, monkeypatch
):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    team = team_of(tmp_path, "pseudonyms")
    first = people_of(team.build())
    assert people_of(team.build()) == first
    key = (team.folder / "pseudonyms.key").read_bytes()
    for path in team.outputs.rglob("*"):
        assert path.is_dir() or key not in path.read_bytes()


def test_by_role_no_number_is_a_persons_and_nobody_is_named(tmp_path):
    review = team_of(tmp_path, "roles").build()
    history = pl.read_parquet(review.folder / "history.parquet")
    for frame in (review.metrics, history):
        assert frame.filter(pl.col("group").str.starts_with("person:")).is_empty()
    assert {name: named_in(text) for name, text in texts_of(review) if named_in(text)} == {}
    for notebook in review_notebooks():
        assert named_in("".join(outputs_of(notebook, review))) == set()
    # Two hold a role: too few for a role to hide who they are.
    assert set(review.measured("review_load")["person"]) == {"a contributor"}


def humans_of(review: Review) -> set[str]:
    """Accounts, ids and names of every human the cycle knows, of four letters or more."""
    people = review.table("people").filter(pl.col("kind") == "human")
    named = [people["person_id"], people["account"], review.table("shifts")["person"]]
    named += [review.table("incident_events")["person"]]
    of_repos = {part.lower() for repo in review.run["repos"] for part in repo["repo"].split("/")}
    known = {str(name) for name in pl.concat(named).drop_nulls().unique()}
    return {name for name in known if len(name) >= 4 and name.lower() not in of_repos}


def leaks(outputs: Path, team: str, review: Review) -> dict[str, set[str]]:
    """By file that is published, the humans that are named in its bytes, or in its cells."""
    humans = sorted(humans_of(review))
    assert len(humans) >= 3
    words = "|".join(map(re.escape, humans))
    named = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)
    found: dict[str, set[str]] = {}
    for path in sorted((outputs / team).rglob("*")):
        inside = path.relative_to(outputs / team).parts
        if path.is_dir() or {"tables", "rejected"} & set(inside):
            continue
        text = path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            columns = pl.read_parquet(path).iter_columns()
            text += "\n".join(str(cell) for column in columns for cell in column.to_list())
        if "plotly" not in path.name and (names := set(named.findall(text))):
            found["/".join(inside)] = names
    return found


def test_no_human_account_is_in_any_published_byte(published):
    assert leaks(published.folder.parents[1], published.team, published) == {}


@pytest.mark.parametrize("names", ["pseudonyms", "roles"])
def test_no_human_account_of_the_demo_is_in_any_published_byte(tmp_path, names):
    review = demo_under(tmp_path, names, "run")
    assert (review.folder / "oncall_load.html").is_file()
    assert leaks(tmp_path / "outputs", "demo", review) == {}


def test_by_role_no_page_has_a_bar_a_person(tmp_path):
    review = demo_under(tmp_path, "roles", "build")
    per_person = ("oncall_share", "busiest_share", "cover_ledger", "disrupted_nights", "shifts")
    assert {name: review.measured(name).height for name in per_person} == dict.fromkeys(
        per_person, 0
    )


GUI = Path(__file__).parents[3] / "shared" / "data" / "github" / "bitcoin-core__gui"


@pytest.mark.skipif(not GUI.is_dir(), reason="the real histories are not here")
def test_no_human_account_of_a_real_history_is_in_any_published_byte(tmp_path):
    folder = tmp_path / "params" / "gui"
    folder.mkdir(parents=True)
    (folder / "review.yaml").write_text(
        "repos: [bitcoin-core/gui]\ntimezone: Europe/Madrid\n"
        f"sources:\n  - {{kind: github_dump, path: {GUI}}}\nbots: [DrahtBot]\n"
        "privacy: {names: pseudonyms}\n",
        encoding="utf-8",
    )
    places = ["--params", str(tmp_path / "params"), "--outputs", str(tmp_path / "outputs")]
    done = CliRunner().invoke(app, ["run", "gui", "--cycle", "2021-03", *places])
    assert done.exit_code in (0, 4), done.output
    review = Review(tmp_path / "outputs" / "gui" / "2021-03")
    assert len(humans_of(review)) > 100
    assert leaks(tmp_path / "outputs", "gui", review) == {}


def demo_under(root: Path, names: str, command: str) -> Review:
    """The demo's cycle with its people under other names than their own."""
    params = root / "params"
    shutil.copytree(ROOT / "params" / "demo", params / "demo")
    path = params / "demo" / "review.yaml"
    path.write_text(path.read_text("utf-8").replace("names: shown", f"names: {names}"), "utf-8")
    places = ["--params", str(params), "--outputs", str(root / "outputs")]
    for step in ("fetch", command):
        done = CliRunner().invoke(app, [step, "demo", *places])
        assert done.exit_code == 0, done.output
    return Review(root / "outputs" / "demo" / "2026-10")


def test_workflow_publishes_neither_tables_nor_rejected_rows() -> None:
    workflow = YAML(typ="safe").load(
        (ROOT / ".github/workflows/retrospective.yml").read_text("utf-8")
    )
    steps = workflow["jobs"]["retrospective"]["steps"]
    (upload,) = [step for step in steps if step.get("with", {}).get("name") == "retrospective"]
    paths = upload["with"]["path"].strip().splitlines()
    assert paths
    for path in paths:
        assert path.endswith((".html", "/assets/", "/summary.md")), path


def people_of(review: Review) -> set[str]:
    groups = review.metrics["group"].unique()
    return {group for group in groups if group.startswith("person:")}


@pytest.mark.parametrize("names", ["pseudonyms", "roles"])
def test_loop_of_the_demo_names_nobody_where_names_are_hidden(tmp_path, names):
    """Ledger, changelog and model are sentences of the team, with its people's ids in them."""
    cycle = demo_under(tmp_path, names, "build").folder
    texts = [path for path in cycle.iterdir() if path.suffix in {".json", ".md", ".yaml"}]
    published = [path for path in texts if path.name != "methods.json"]  # dora.dev is no person
    assert len(published) >= 12
    for path in published:
        found = re.findall(r"\b(?:ada|ben|cleo|dev|eli|sim-\w+)\b", path.read_text("utf-8"), re.I)
        assert not found, path.name
