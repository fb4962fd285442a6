"""Ownership, links and age: whether what is there is kept true; and what nobody mentions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from clone_factory import git

from opsreview.checkout import Checkout
from opsreview.operating_model.document import load_model
from opsreview.operating_model.remark import Remark
from opsreview.operating_model.surfaces import surfaces

Commit = Callable[..., None]
Check = Callable[..., list[Remark]]
Miss = Callable[..., str | None]

MONOREPO = {
    "packages/app/src/main.ts": "x",
    "packages/app/src/view.ts": "x",
    "packages/lib/src/read.ts": "x",
}
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


def said(remarks: list[Remark], check: str) -> list[tuple[str, str, int | None, str]]:
    found = (remark for remark in remarks if remark.check == f"surfaces.{check}")
    return [(each.severity, each.path, each.line, each.says) for each in found]


@pytest.mark.parametrize("place", PLACES)
def test_owner_is_told_from_codeowners_wherever_it_is(
    commit: Commit, miss: Miss, place: str
) -> None:
    commit(MONOREPO | {place: "* @ben-gh\n/packages/app/ @Ada-GH\n"})

    assert miss("codeowners: packages/app/") is None
    assert miss("codeowners: packages/lib") == (
        f"error: {place} gives none of the 1 files of packages/lib to the owner of roles.lead: "
        "correct CODEOWNERS (its last matching line counts), or the owner"
    )


def test_first_place_counts_and_the_others_are_said_to_be_unread(
    commit: Commit, check: Check, miss: Miss
) -> None:
    commit(MONOREPO | dict(zip(PLACES, ("* @ada-gh", "* @ben-gh", "* @ben-gh"), strict=True)))

    assert miss("codeowners: packages/app/") is None
    assert [path for _, path, _, _ in said(check(""), "codeowners")] == [*PLACES[1:]]


def test_last_matching_line_counts_and_a_part_given_to_others_is_a_warning(
    commit: Commit, miss: Miss
) -> None:
    commit(MONOREPO | {"CODEOWNERS": "* @ada-gh\n*.ts @ada-gh\nview.ts @ben-gh\n"})

    assert miss("codeowners: packages/lib/") is None
    assert "warning: CODEOWNERS gives 1 of the 2 files of packages/app/ to others" in (
        miss("codeowners: packages/app/")
    )


@pytest.mark.parametrize(
    ("rule", "keys", "says"),
    [
        ("* @org/team", "codeowners: packages/", "info: cannot tell: CODEOWNERS gives packages/ "),
        ("*", "codeowners: packages/", "error: CODEOWNERS gives none of the 3 files"),
        ("* @ada-gh", "codeowners: nowhere/", "error: no file or folder nowhere/"),
        (None, "codeowners: packages/", "error: there is no CODEOWNERS in .github/CODEOWNERS, "),
    ],
)  # fmt: skip
def test_ownership_that_is_missing_or_cannot_be_told(
    commit: Commit, miss: Miss, rule: str | None, keys: str, says: str
) -> None:
    commit(MONOREPO | ({"CODEOWNERS": rule} if rule else {}))

    assert (miss(keys) or "").startswith(says)


@pytest.mark.parametrize(
    ("part", "of", "is_there"),
    [
        ("areas: {app: {owner: ben, path: packages/app/}}", "areas.app", True),
        ("channels: {chat: {where: x, watched_by: lead}}", "channels.chat", False),
        ("rhythm: {triage: {every: day, by: ben}}", "rhythm.triage", True),
        ("rhythm: {duty: {every: week, order: [ben, ada]}}", "rhythm.duty", True),
        ("promises: [{id: p, says: x, owner: ben, unchecked: y}]", "promises.p", True),
        ("decisions: {d: {what: x, decides: ben}}", "decisions.d", True),
        ("severities: {s1: {means: x, calls: lead}}", "severities.s1", False),
        ("docs: {d: {path: README.md, owner: ben}}", "docs.d", True),
    ],
)
def test_owner_of_any_part_of_the_model(
    commit: Commit, check: Check, part: str, of: str, is_there: bool
) -> None:
    commit(MONOREPO | {"CODEOWNERS": "* @ben-gh", "README.md": "x"})
    text = f"{part}\nsurfaces: [{{of: {of}, codeowners: packages/}}]\n"

    assert bool(said(check(text), "missing")) is not is_there


def test_persons_are_named_beside_the_sentence_only(commit: Commit, check: Check) -> None:
    commit(MONOREPO | {"CODEOWNERS": "* @ben-gh"})
    (remark,) = check("surfaces: [{of: roles.lead, codeowners: packages/}]\n")

    assert remark.people == ("ada",)
    assert not any(word in remark.says for word in ("ada", "ben"))


def test_owner_without_account_cannot_be_held_against_codeowners(
    commit: Commit, check: Check
) -> None:
    commit(MONOREPO | {"CODEOWNERS": "* @ben-gh"})
    remarks = check(
        "decisions: {d: {what: x}}\nsurfaces:\n  - {of: roles.scribe, codeowners: packages/}\n"
        "  - {of: decisions.d, codeowners: packages/}\n"
    )

    assert [says for _, _, _, says in said(remarks, "unknown")] == [
        "cannot tell: people.yaml has no account of the owner of roles.scribe",
        "cannot tell: the model names nobody who answers for decisions.d",
    ]


def test_area_whose_code_goes_to_others_is_a_warning(commit: Commit, check: Check) -> None:
    commit(MONOREPO | {"CODEOWNERS": "* @ben-gh"})
    remarks = check(
        "areas:\n  app: {owner: lead, path: packages/app/}\n"
        "  lib: {owner: ada, path: packages/lib}\n  out: {owner: ada, path: ../x}\n"
    )

    warned = said(remarks, "codeowners")
    assert [(severity, path, line) for severity, path, line, _ in warned] == [
        ("warning", "areas.lib.owner", 5)
    ]
    assert [path for _, path, _, _ in said(remarks, "outside")] == ["areas.out.path"]


def test_area_that_codeowners_leaves_out_contradicts_nothing(commit: Commit, check: Check) -> None:
    commit(MONOREPO | {"CODEOWNERS": "/packages/app/ @ben-gh\n/packages/lib/\n"})

    assert check("areas: {lib: {owner: ada, path: packages/lib/}}\n") == []


def test_area_may_be_vendored_code(commit: Commit, check: Check) -> None:
    commit({"vendor/lib/a.c": "x"})

    assert check("areas: {lib: {owner: ada, path: vendor/lib/}}\n") == []


def test_lines_of_codeowners_that_github_skips_are_warnings(commit: Commit, check: Check) -> None:
    commit(MONOREPO | {"CODEOWNERS": "* @ada-gh\n!x @ada-gh\n"})

    ((_, path, _, says),) = said(check(""), "codeowners")
    assert path == "CODEOWNERS"
    assert says.startswith("GitHub skips line 2 of CODEOWNERS, !x: a pattern cannot be negated")


def test_area_that_takes_its_owner_from_a_file_github_does_not_read(
    commit: Commit, check: Check
) -> None:
    files = {".github/CODEOWNERS": "* @ada-gh", "CODEOWNERS": "* @ada-gh"}
    commit(MONOREPO | files)
    remarks = check("areas: {app: {from: ../../CODEOWNERS, path: packages/app/}}\n")

    assert (
        "warning",
        "areas.app.from",
        3,
        "GitHub reads .github/CODEOWNERS and not ../../CODEOWNERS: name that file",
    ) in said(remarks, "codeowners")


README = """\
# Counts

[web](https://example.org/none) [mail](mailto:a@example.org) [top](#) [own](#counts)
[guide](docs/guide.md#first-steps) ![logo](img/logo%20a.png "Logo") [folder](docs/)
[issues](../../issues/new?template=bug.md) [line](src/a.py#L10) [site]({{ base }}/x)
<img src="img/logo a.png"> `[code](none.md)` [ref][r] [no suffix](docs/guide)

```md
[in a fence](none.md)
```

[r]: ./docs/guide.md
"""


@pytest.fixture
def linked(commit: Commit) -> None:
    commit(
        {
            "README.md": README,
            "docs/guide.md": "# First steps\n[up](../README.md) [root](/README.md) [site](/page)\n",
            "docs/other.md": "[bad](none.md)\n",
            "img/logo a.png": b"\x89PNG",
            "src/a.py": "x",
        }
    )


def test_links_that_lead_somewhere_or_to_the_web_are_left_alone(linked: None, check: Check) -> None:
    assert check("docs: {guide: {path: docs/guide.md, owner: ada}}\n") == []


def test_broken_links_of_a_page_are_one_warning(commit: Commit, check: Check) -> None:
    bad = "[a](none.md)\n[b](docs/guide.md#none)\n[c](../../up.md)\n[d](#no)\n[e](/no.md)\n"
    commit({"README.md": bad, "docs/guide.md": "# Guide\n", "tests/fixtures/README.md": bad})

    assert said(check(""), "link") == [
        (
            "warning",
            "README.md",
            None,
            "in README.md 5 links lead nowhere: none.md on line 1 (no such file), "
            "docs/guide.md#none on line 2 (no such heading), ../../up.md on line 3 (no such file) "
            "and 2 more: correct or remove",
        )
    ]


def test_pages_that_the_model_names_are_read_for_links_too(linked: None, check: Check) -> None:
    named = check("docs: {other: {path: docs/other.md, owner: ada}}\n")

    assert [path for _, path, _, _ in said(named, "link")] == ["docs/other.md"]
    assert said(check(""), "link") == []


def test_link_surface_is_held_by_readme_or_a_page(linked: None, miss: Miss) -> None:
    for link in ("https://example.org/none/", "docs/guide.md", "docs/guide.md#first-steps"):
        assert miss(f"link: '{link}'") is None
    assert "none of the 12 links in README and the pages that the model names is docs/gide.md" in (
        miss("link: docs/gide.md")
    )


def test_link_surface_that_leads_nowhere_is_an_error(commit: Commit, miss: Miss) -> None:
    commit({"README.md": "[x](docs/none.md)\n"})

    assert miss("link: docs/none.md") == (
        "error: the link docs/none.md of README.md leads nowhere (no such file): correct it"
    )


DOCS = """\
docs:
  preview:
    path: docs/preview.md
    owner: ada
    fresh_for: 90 days
    covers: [src/preview/, "src/*.ts"]
"""


def test_page_older_than_allowed_is_stale_on_the_day_after(commit: Commit, check: Check) -> None:
    commit({"docs/preview.md": "x", "src/preview/a.ts": "x", "src/b.ts": "x"}, on="2026-01-01")

    assert check(DOCS, today=date(2026, 4, 1)) == []
    assert said(check(DOCS, today=date(2026, 4, 2)), "stale") == [
        (
            "warning",
            "docs.preview.fresh_for",
            7,
            "docs/preview.md was last changed on 2026-01-01, 91 days ago, and may be 90 days old: "
            "read it again, and commit what is no longer true",
        )
    ]


def test_code_changed_after_its_page_is_a_warning_with_the_days(
    commit: Commit, check: Check
) -> None:
    commit({"docs/preview.md": "x", "src/preview/a.ts": "x", "src/b.ts": "x"}, on="2026-01-01")
    commit({"src/preview/a.ts": "y"}, on="2026-01-11")
    commit({"src/b.ts": "y"}, on="2026-01-21")
    commit({"other.ts": "y", "src/preview/__fixtures__/x.ts": "x"}, on="2026-01-31")

    assert said(check(DOCS, today=date(2026, 2, 1)), "outdated") == [
        (
            "warning",
            "docs.preview.covers",
            8,
            "docs/preview.md was last changed on 2026-01-01, and the code it covers 20 days later, "
            "on 2026-01-21: see whether it still is true",
        )
    ]


def test_missing_page_and_missing_code_are_errors_without_an_age(
    commit: Commit, check: Check
) -> None:
    commit({"src/preview/a.ts": "x", "README.md": "x"})

    assert [(each.severity, each.path, each.line) for each in check(DOCS)] == [
        ("error", "docs.preview.path", 5),
        ("error", "docs.preview.covers[1]", 8),
    ]


def test_age_of_a_page_that_no_commit_holds_cannot_be_told(
    clone: Path, commit: Commit, check: Check
) -> None:
    commit({"src/preview/a.ts": "x", "src/b.ts": "x"})
    (clone / "docs").mkdir()
    (clone / "docs/preview.md").write_text("x")
    git(clone, "add", "docs")

    assert [(each.severity, each.path, each.says) for each in check(DOCS)] == [
        ("info", "docs.preview", "cannot tell how old docs/preview.md is: no commit holds it yet")
    ]


def test_ages_cannot_be_told_without_the_older_history(
    clone: Path, tmp_path: Path, commit: Commit
) -> None:
    commit({"docs/preview.md": "x", "src/preview/a.ts": "x", "src/b.ts": "x"})
    commit({"src/preview/a.ts": "y"}, on="2026-03-01")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{clone}", "shallow")
    path = tmp_path / "model.yaml"
    path.write_text(f"version: 1\n{DOCS}")
    model = load_model(path, ("ada",), ())

    checkout = Checkout.open(tmp_path / "shallow")
    (remark,) = surfaces(model, checkout, today=date(2026, 12, 1), labels=None)

    assert (remark.severity, remark.check, remark.line) == ("info", "surfaces.unknown", 2)
    assert "fetch-depth: 0" in remark.says


def test_what_the_model_does_not_mention_is_one_line_a_topic(commit: Commit, check: Check) -> None:
    commit(
        MONOREPO
        | {
            ".github/workflows/ci.yml": "name: CI\n",
            ".github/workflows/nightly.yml": "name: Nightly\n",
            ".github/ISSUE_TEMPLATE/bug.yml": "name: Bug\n",
            "CODEOWNERS": "* @ada-gh\n/packages/app/ @ada-gh\n/packages/lib/ @ada-gh\n",
            "RELEASING.md": "x",
            "SECURITY.md": "x",
            "tests/fixtures/SUPPORT.md": "x",
        }
    )
    remarks = check(
        "areas: {app: {owner: ada, path: packages/app/}}\n"
        "docs: {security: {path: SECURITY.md, owner: ada}}\n"
        "surfaces: [{of: roles.lead, workflow: CI}]\n",
        without=(),
    )

    assert [(each.severity, each.path, each.line, each.says) for each in remarks] == [
        ("info", path, None, says)
        for path, says in (
            (
                ".github/workflows",
                "workflows that the model does not mention: .github/workflows/nightly.yml; "
                "add to surfaces what matters",
            ),
            (
                ".github/ISSUE_TEMPLATE",
                "issue templates that the model does not mention: .github/ISSUE_TEMPLATE/bug.yml; "
                "add to surfaces what matters",
            ),
            (
                "docs",
                "pages that the model does not mention: RELEASING.md; add to docs what matters",
            ),
            (
                "CODEOWNERS",
                "code with an owner that is in no area of the model: /packages/lib/; "
                "add to areas what matters",
            ),
        )
    ]


def test_errors_come_first_and_remarks_survive_their_json(commit: Commit, check: Check) -> None:
    commit({"README.md": "[x](none.md)\n", "SECURITY.md": "x"})
    remarks = check("surfaces: [{of: roles.lead, path: NO.md}]\n", without=())

    assert [remark.severity for remark in remarks] == ["error", "warning", "info"]
    assert [Remark.from_json(remark.to_json()) for remark in remarks] == remarks
