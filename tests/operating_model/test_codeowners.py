"""CODEOWNERS as GitHub reads it, and areas whose owner it names."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from clone_factory import git, new_clone
from hypothesis import given, settings
from hypothesis import strategies as st

from opsreview.errors import ParamsError
from opsreview.operating_model.codeowners import read_codeowners
from opsreview.operating_model.document import OperatingModel, load_model
from opsreview.operating_model.names import Holder, holder_of_area
from opsreview.operating_model.references import Surroundings

# The example of GitHub's own page.
EXAMPLE = """\
# This is a comment.
*       @global-owner1 @global-owner2
*.js    @JS-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""
ACCOUNTS = {"ada-gh": "ada", "ben-gh": "ben", "ben@example.org": "ben", "org/preview": "cleo"}


def owners(text: str, path: str) -> tuple[str, ...] | None:
    rule = read_codeowners(text).rule_for(path)
    return rule.owners if rule else None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.rb", ("global-owner1", "global-owner2")),
        ("deep/in/b.js", ("js-owner",)),
        ("b.go", ("docs@example.com",)),
        ("b.txt", ("octo-org/octocats",)),
        ("build/logs/x/y.rb", ("octocat",)),
        ("deep/build/logs/x", ("octocat",)),
        ("docs/a/b.md", ("doctocat",)),
        ("deep/apps/x.rb", ("octocat",)),
        ("scripts/x", ("doctocat", "octocat")),
        ("apps/github/x", ()),
        ("apps/x", ("octocat",)),
    ],
)
def test_owners_of_github_s_own_example(path: str, expected: tuple[str, ...]) -> None:
    assert owners(EXAMPLE, path) == expected


@pytest.mark.parametrize(
    ("pattern", "matched", "left"),
    [
        ("docs/*", "docs/a.md", "docs/deep/a.md"),
        ("/*", "a.md", "docs/a.md"),
        ("*", "deep/a.md", None),
        ("/src", "src/deep/a.ts", "lib/src/a.ts"),
        ("src/", "lib/src/a.ts", "src"),
        ("Src/", "Src/a", "src/a"),
        (r"my\ docs/", "my docs/a.md", "my"),
        ("a/**/z", "a/b/c/z", "b/z"),
        ("a/**/z", "a/z", "az"),
        ("src/author/", "src/author/", "src/preview/"),
        ("src/author/*", "src/author/", "src/"),
        ("*.ts", "a.ts", "src/author/"),
    ],
)
def test_what_a_pattern_matches_and_leaves(pattern: str, matched: str, left: str | None) -> None:
    assert owners(f"{pattern} @ada", matched) == ("ada",)
    assert left is None or owners(f"{pattern} @ada", left) is None


def test_lines_that_github_skips_are_kept_with_their_reason() -> None:
    lines = ["!a @ada", "[ab].md @ada", r"\#a @ada", "docs/ ada", "docs/ @ada me", "* @ada"]
    read = read_codeowners("\r\n".join(lines))

    assert [rule.line for rule in read.rules] == [6]
    assert [reason.split(": ")[1] for _, reason in read.skipped] == [
        "a pattern cannot be negated with !",
        "a pattern has no [ ] ranges",
        "a pattern cannot begin with #",
        "an owner is written @account, @org/team or as an e-mail address",
        "an owner is written @account, @org/team or as an e-mail address",
    ]


def test_empty_file_owns_nothing() -> None:
    assert read_codeowners("\n # all later\n\n").rules == ()


STEPS = st.sampled_from(["a", "b", "ab", "*", "**", "a*", "*b", "?", "a?", "*.b", "a.b"])
NAMES = st.sampled_from(["a", "b", "ab", "ba", "a.b", "c"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Patterns that mean the same in .gitignore: no last step of * alone below a folder."""
    steps = draw(st.lists(STEPS, min_size=1, max_size=4))
    start, end = draw(st.sampled_from(["", "/"])), draw(st.sampled_from(["", "/"]))
    if steps[-1] == "*" and not end and (start or len(steps) > 1):
        end = "/"
    return f"{start}{'/'.join(steps)}{end}"


@pytest.fixture(scope="module")
def ignoring(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, list[str]], set[str]]:
    """The paths that git ignores by one pattern."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    clone = new_clone(tmp_path_factory.mktemp("ignoring") / "clone")

    def ignored(pattern: str, paths: list[str]) -> set[str]:
        (clone / ".gitignore").write_text(f"{pattern}\nalways\n")
        given = "\n".join([*paths, "always"])  # it fails where nothing is ignored
        return {*git(clone, "check-ignore", "--no-index", "--stdin", given=given).split("\n")}

    return ignored


@settings(max_examples=150, deadline=None)
@given(pattern=patterns(), paths=st.lists(PATHS, min_size=1, max_size=12, unique=True))
def test_patterns_match_as_git_would_ignore(
    ignoring: Callable[[str, list[str]], set[str]], pattern: str, paths: list[str]
) -> None:
    matched = {path for path in paths if owners(f"{pattern} @ada", path)}

    assert matched == ignoring(pattern, paths) - {"always"}


Load = Callable[..., OperatingModel]


@pytest.fixture
def model_beside(tmp_path: Path) -> Load:
    """Loads params/team/operating_model.yaml of a folder with this CODEOWNERS."""

    def load(
        area: str,
        codeowners: str | bytes | None = None,
        accounts: dict[str, str] | None = ACCOUNTS,
        place: str = ".github/CODEOWNERS",
    ) -> OperatingModel:
        path = tmp_path / "params/team/operating_model.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"version: 1\nareas:\n  author: {area}\n")
        if codeowners is not None:
            file = tmp_path / place
            file.parent.mkdir(exist_ok=True)
            said = codeowners.encode() if isinstance(codeowners, str) else codeowners
            file.write_bytes(said)
        return load_model(path, ("ada", "ben", "cleo"), (), Surroundings(accounts=accounts))

    return load


AREA = "{from: ../../.github/CODEOWNERS, path: src/author/}"


def test_owner_of_an_area_comes_from_codeowners(model_beside: Load) -> None:
    model = model_beside(AREA, "* @ada-gh\nsrc/author/ @Ben-GH\n")

    assert holder_of_area("author", model.entry) == Holder("author", "ben", None, ("ben",))
    assert model.file.data["areas"]["author"].keys() == {"from", "path"}


def test_second_person_named_is_the_deputy_unless_the_area_has_one(model_beside: Load) -> None:
    text = "src/ @stranger @ada-gh ben@example.org @ada-gh\n"

    assert holder_of_area("author", model_beside(AREA, text).entry).people == ("ada", "ben")
    area = AREA.replace("{", "{deputy: cleo, ")
    assert holder_of_area("author", model_beside(area, text).entry).people == ("ada", "cleo")


def test_team_is_somebody_only_where_people_yaml_says_who(model_beside: Load) -> None:
    assert holder_of_area("author", model_beside(AREA, "* @org/preview").entry).owner == "cleo"


def test_file_at_the_root_sees_the_same_paths(model_beside: Load, tmp_path: Path) -> None:
    (tmp_path / "src/author").mkdir(parents=True)
    area = "{from: ../../CODEOWNERS, path: src/author}"  # a folder, without its slash

    model = model_beside(area, "* @ada-gh\nsrc/* @ben-gh\n", place="CODEOWNERS")

    assert holder_of_area("author", model.entry).owner == "ada"


def test_area_has_no_owner_where_nothing_is_known_of_accounts(model_beside: Load) -> None:
    model = model_beside(AREA, accounts=None)

    assert holder_of_area("author", model.entry).owner is None


@pytest.mark.parametrize(
    ("area", "codeowners", "says"),
    [
        (AREA, None, "../../.github/CODEOWNERS cannot be read (No such file or directory)"),
        (AREA, b"\xff", "../../.github/CODEOWNERS is not UTF-8 text: save it as UTF-8"),
        (AREA, b" " * 3_000_001, "../../.github/CODEOWNERS is larger than GitHub reads (3 MB)"),
        (AREA, "docs/ @ada-gh", "no line of ../../.github/CODEOWNERS matches src/author/"),
        (AREA, "* @ada-gh\nsrc/", "../../.github/CODEOWNERS:2 leaves src/author/ to nobody"),
        (
            AREA,
            "* @stranger @org/team",
            "../../.github/CODEOWNERS:1 gives src/author/ to stranger and org/team, no account of "
            "people.yaml: add it there, or write owner: here",
        ),
        ("{from: ../../OWNERS, path: x}", None, "../../OWNERS is no CODEOWNERS file"),
        ("{from: /x/CODEOWNERS, path: x}", None, "/x/CODEOWNERS is no CODEOWNERS file"),
    ],
)
def test_owner_that_cannot_be_told_is_refused_at_its_line(
    model_beside: Load, area: str, codeowners: str | bytes | None, says: str
) -> None:
    with pytest.raises(ParamsError) as refused:
        model_beside(area, codeowners)

    assert f"operating_model.yaml:3: areas.author.from: {says}" in str(refused.value)
