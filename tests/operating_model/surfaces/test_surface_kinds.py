"""Each kind of thing that a model may say the repository has, found and missed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsreview.operating_model.surfaces.markdown import read_page

Commit = Callable[..., None]
Miss = Callable[..., str | None]
FENCE = "`" * 3

# A VS Code extension with its packages, as public ones are laid out.
EXTENSION = {
    "package.json": json.dumps(
        {
            "name": "analyst",
            "workspaces": ["packages/*"],
            "scripts": {"package": "vsce package", "test": "vitest"},
        }
    ),
    "packages/extension/package.json": json.dumps(
        {
            "name": "@analyst/extension",
            "contributes": {"commands": [{"command": "analyst.openReport", "title": "Open"}]},
        }
    ),
    "packages/extension/src/test/suite/report.test.ts": (
        "describe('report', () => {\n"
        '  it("opens // twice", () => {});\n'
        "  it.each([1, f(2)])(`draws ${1} line`, () => {});\n"
        "  test.skip('isn\\'t empty', () => {});\n"
        "  // it('is only a remark', () => {});\n"
        "  /* test('is gone') */\n"
        "});\n"
    ),
    "packages/cli/package.json": json.dumps({"name": "@analyst/cli", "bin": "./cli.js"}),
    "packages/extension/test-fixtures/package.json": json.dumps(
        {"contributes": {"commands": [{"command": "fixture.command"}]}}
    ),
    ".github/workflows/ci.yml": 'on: push\nname: "Build & test"  # all\njobs: {}\n',
    ".github/workflows/release.yaml": "jobs: {a: {name: not this}}\n",
    ".github/ISSUE_TEMPLATE/bug.yml": "name: Bug report\ndescription: x\nbody: []\n",
    ".github/ISSUE_TEMPLATE/idea.md": "---\nname: >-\n  An\n  idea\nabout: x\n---\nname: no\n",
    ".github/ISSUE_TEMPLATE/config.yml": "blank_issues_enabled: false\n",
    "tests/fixtures/.github/workflows/other.yml": "name: Other\n",
}

# A Python package, as public ones are laid out.
PACKAGE = {
    "pyproject.toml": (
        '[project]\nname = "counts"\n[project.scripts]\ncounts = "counts.cli:main"\n'
        '[project.entry-points."counts.readers"]\ncsv = "counts.csv:read"\n'
    ),
    "Makefile": (
        ".PHONY: test release\nVERSION := 1\nURL ::= http://x\n"
        "test release: venv\n\tpython -m fake: target\n"
        "docs/%.html: docs\nlong \\\n  list:: x\n$(VERSION): x\n"
    ),
    "tests/test_read.py": (
        "import pytest\n\ndef test_empty(): ...\n\nclass TestRead:\n"
        "    class TestDeep:\n        async def test_inner(self): ...\n"
        "    def test_row(self): ...\n"
    ),
    "tests/test_broken.py": "def test_x(:\n",
    "spec/read_spec.rb": "it 'reads rows' do\n",
}


@pytest.fixture
def extension(commit: Commit) -> None:
    commit(EXTENSION)


@pytest.fixture
def package(commit: Commit) -> None:
    commit(PACKAGE)


def test_missing_path_names_the_nearest_and_the_next_step(commit: Commit, miss: Miss) -> None:
    commit({"docs/RELEASE.md": "x", "docs/triage.md": "x"})

    assert miss("path: docs/RELEASE.md") is miss("path: 'docs/*.md'") is miss("path: docs/") is None
    assert miss("path: docs/release.md") == (
        "error: no file or folder docs/release.md among the 2 tracked files; nearest: "
        "docs/RELEASE.md: correct the path in the model, or add the file"
    )


def test_release_page_inside_fixtures_does_not_count(commit: Commit, miss: Miss) -> None:
    commit({"README.md": "x", "tests/fixtures/repo/RELEASE.md": "x"})

    assert "no file or folder RELEASE.md among the 1 tracked files" in miss("path: RELEASE.md")
    for path in ("tests/fixtures/repo/RELEASE.md", "'**/RELEASE.md'"):
        assert "only in fixtures/ (tests/fixtures/repo/RELEASE.md), and fixtures and vendored" in (
            miss(f"path: {path}")
        )


def test_file_that_git_does_not_track_is_said_to_be_there(miss: Miss) -> None:
    expected = "params/team is there, but git does not track it: add it with git add"
    assert miss("path: params/team") == f"error: {expected}"


@pytest.mark.parametrize("path", ["../secret.md", "/etc/passwd", "docs/../../x", "x" * 300])
def test_path_that_is_nowhere_inside_is_one_error(commit: Commit, miss: Miss, path: str) -> None:
    commit({"README.md": "x"})
    for keys in (f"path: {path}", f"heading: A, path: {path}", f"test: {path}"):
        said = miss(keys) or ""
        assert said.startswith(
            (f"error: no file or folder {path}", f"error: {path} leads out of the checkout: write")
        )


PAGE = f"""\
---
title: data
---
# Release notes {{#notes}}

Who *may* release
-----------------

{FENCE}sh
# not a heading
{FENCE}

## [How](x.md) we `tag` __it__ ##
<!-- # hidden -->
- item
---
"""


@pytest.mark.parametrize(
    "heading", ["Release notes", "# Release notes", "Who may release", "How we `tag` it"]
)
def test_heading_is_found_however_it_is_marked(commit: Commit, miss: Miss, heading: str) -> None:
    commit({"docs/RELEASE.md": PAGE})

    assert miss(f"heading: '{heading}', path: docs/RELEASE.md") is None


@pytest.mark.parametrize("heading", ["not a heading", "hidden", "title: data", "- item", "notes"])
def test_what_only_looks_like_a_heading_is_none(commit: Commit, miss: Miss, heading: str) -> None:
    commit({"docs/RELEASE.md": PAGE})

    assert f"docs/RELEASE.md has no heading “{heading}” among its 3" in (
        miss(f"heading: '{heading}', path: docs/RELEASE.md")
    )


def test_headings_of_what_is_no_markdown_cannot_be_told(commit: Commit, miss: Miss) -> None:
    commit({"README.rst": "Title\n=====\n", "latin.md": b"# caf\xe9\n"})

    assert "info: cannot tell: README.rst is no Markdown" in miss("heading: T, path: README.rst")
    assert "info: cannot tell: latin.md is no Markdown" in miss("heading: T, path: latin.md")


@pytest.mark.parametrize(
    "command",
    ["analyst.openReport", "npm run package", "npm test", "pnpm package", "package", "cli"],
)
def test_command_of_any_package_of_a_monorepo(extension: None, miss: Miss, command: str) -> None:
    assert miss(f"command: {command}") is None


@pytest.mark.parametrize(
    "command", ["make test", "release", "long", "list", "counts", "csv", "counts sum FILE"]
)
def test_target_or_entry_point_of_a_python_package(package: None, miss: Miss, command: str) -> None:
    assert miss(f"command: {command}") is None


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("analyst.openreport", "not among the contributes.commands or scripts of any package.json"),
        ("fixture.command", "not among the contributes.commands"),
        ("npm run pakage", "no script of a package.json; nearest: package"),
        ("make package", "no target of a Makefile: correct its name in the model, or add it"),
    ],
)
def test_missing_command_says_where_it_was_looked_for(
    extension: None, miss: Miss, command: str, says: str
) -> None:
    assert says in miss(f"command: {command}")


@pytest.mark.parametrize("target", ["VERSION", "URL", "fake", "python", "docs/%.html", ".PHONY"])
def test_what_is_no_target_of_a_makefile(package: None, miss: Miss, target: str) -> None:
    assert "is no target of a Makefile" in miss(f"command: 'make {target}'")


@pytest.mark.parametrize(
    "test",
    ["tests/test_read.py", "tests/", *("tests/test_read.py::" + name for name in (
        "test_empty", "test_empty[a-b]", "TestRead", "TestRead::test_row",
        "TestRead::TestDeep::test_inner",
    ))],
)  # fmt: skip
def test_test_of_python_by_file_class_and_name(package: None, miss: Miss, test: str) -> None:
    assert miss(f"test: '{test}'") is None


@pytest.mark.parametrize(
    "title",
    ["report", "opens // twice", "draws ${1} line", "isn't empty", "report > opens // twice"],
)
def test_test_of_typescript_by_title(extension: None, miss: Miss, title: str) -> None:
    assert miss(f'test: "packages/extension/src/test/suite/report.test.ts::{title}"') is None


@pytest.mark.parametrize("title", ["is only a remark", "is gone", "report > opens"])
def test_title_in_a_comment_is_no_test(extension: None, miss: Miss, title: str) -> None:
    file = "packages/extension/src/test/suite/report.test.ts"
    assert f"error: {file} has no test “{title}” among 4" in miss(f'test: "{file}::{title}"')


def test_missing_test_and_test_that_cannot_be_read(package: None, miss: Miss) -> None:
    assert "no test “test_row” among 5; nearest: " in miss("test: 'tests/test_read.py::test_row'")
    assert "info: cannot tell: tests/test_broken.py is no Python" in (
        miss("test: 'tests/test_broken.py::test_x'")
    )
    assert miss("test: 'spec/read_spec.rb::reads rows'") is None
    assert "read_spec.rb has no test “reads row”: correct" in (
        miss("test: 'spec/read_spec.rb::reads row'")
    )
    assert "names no file: write the test as file::name" in miss("test: '::test_row'")


@pytest.mark.parametrize(
    "name", ["ci.yml", ".github/workflows/ci.yml", "Build & test", "release.yaml"]
)
def test_workflow_by_file_and_name(extension: None, miss: Miss, name: str) -> None:
    assert miss(f"workflow: {name}") is None


@pytest.mark.parametrize("name", ["bug.yml", "Bug report", "idea.md", "An idea"])
def test_issue_template_by_file_and_name(extension: None, miss: Miss, name: str) -> None:
    assert miss(f"issue_template: {name}") is None


@pytest.mark.parametrize("keys", ["workflow: Other", "workflow: not this", "workflow: other.yml"])
def test_workflow_that_github_does_not_run_is_missing(
    extension: None, miss: Miss, keys: str
) -> None:
    assert "no workflow in .github/workflows is called" in miss(keys)


def test_missing_template_names_the_nearest(extension: None, miss: Miss) -> None:
    assert "of 2 there; nearest: Bug report" in miss("issue_template: Bug reports")
    assert "no issue template" in miss("issue_template: config.yml")


def test_label_is_looked_for_among_those_that_issues_bore(commit: Commit, miss: Miss) -> None:
    commit({"README.md": "x"})
    seen = frozenset({"Needs-Info", "bug"})

    assert miss("label: needs-info", labels=seen) is None
    assert "bears the label need-info, of 2 labels seen; nearest: Needs-Info: correct" in (
        miss("label: need-info", labels=seen)
    )
    assert "info: cannot tell: whether issues bear bug" in miss("label: bug", labels=None)


def test_file_that_cannot_be_understood_is_said_once(
    commit: Commit, check: Callable[..., list[object]]
) -> None:
    commit({"package.json": "{", "pyproject.toml": "[", "Makefile": b"\xff"})
    text = "surfaces:\n" + "  - {of: roles.lead, command: x}\n" * 2

    said = [each for each in check(text) if each.check == "surfaces.unreadable"]

    assert [(each.severity, each.path) for each in said] == [
        ("warning", "Makefile"),
        ("warning", "package.json"),
        ("warning", "pyproject.toml"),
    ]
    assert "Makefile is not UTF-8 text" in said[0].says


def test_commitment_is_held_by_its_check_and_named_by_its_id(
    commit: Commit, check: Callable[..., list[object]]
) -> None:
    commit({"README.md": "x"})
    text = (
        "commitments:\n"
        "  - {id: no, says: x, owner: ada, path: NO.md}\n"
        "  - {id: unchecked, says: x, owner: ada, unchecked: y}\n"
    )

    assert [(each.path, each.line, each.check) for each in check(text)] == [
        ("commitments.no", 4, "surfaces.missing")
    ]


def test_anchors_are_those_that_github_makes() -> None:
    page = read_page(
        "# Why? *So* `it` is_that\n## Same\n## Same\n# Ünï & co.\n<a name='Own'></a>\n"
    )

    assert page.anchors == {"why-so-it-is_that", "same", "same-1", "ünï--co", "own"}


@given(st.text(st.sampled_from("#-=`~ \n[](<>!a{}_*\\|"), max_size=60))
def test_any_text_is_read_as_a_page(text: str) -> None:
    page = read_page(text)
    assert all("\n" not in heading for heading in page.headings)
