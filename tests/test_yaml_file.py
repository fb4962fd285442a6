"""A params file is read strictly, and every refusal says where and what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, field_validator, model_validator

from opsreview.errors import ParamsError
from opsreview.yaml_file import StrictModel, YamlFile, close_names, dotted, read_yaml, validated


class Dump(StrictModel):
    kind: Literal["dump"]
    path: str


class Table(StrictModel):
    kind: Literal["table"]
    columns: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _no_more_than_two(self) -> Table:
        if len(self.columns) > 2:
            raise ValueError("more than two columns: keep two")
        return self


class Team(StrictModel):
    repos: list[str]
    sources: list[Annotated[Dump | Table, Field(discriminator="kind")]] = Field(
        default_factory=list
    )
    weeks: int = 1
    since: date | None = Field(default=None, alias="from")

    @field_validator("weeks")
    @classmethod
    def _some(cls, weeks: int) -> int:
        if weeks < 1:
            raise ValueError(f"{weeks} weeks are none: write 1 or more")
        return weeks


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "review.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(folder: Path, text: str | bytes) -> str:
    """The message, without the folder in front of the file's name."""
    with pytest.raises(ParamsError) as refused:
        validated(Team, read_yaml(written(folder, text)))
    return str(refused.value).replace(f"{folder}/", "")


def test_plain_data_comes_out(tmp_path: Path) -> None:
    text = "repos: [a/b]  # ours\nfrom: 2026-01-06\nshare: 0.5\non: yes\n"

    file = read_yaml(written(tmp_path, text))

    assert file.data == {"repos": ["a/b"], "from": date(2026, 1, 6), "share": 0.5, "on": "yes"}
    assert {type(file.data), type(file.data["repos"])} == {dict, list}


def test_line_of_a_key_and_of_a_list_entry(tmp_path: Path) -> None:
    text = "# head\nrepos:\n  - a/b\n  - c/d\nlabels:\n  triaged: []\n"

    file = read_yaml(written(tmp_path, text))

    assert file.line_of(("repos", 1)) == 4
    assert file.line_of(("labels", "triaged")) == 6
    assert file.line_of(("labels", "nobody")) is None


def test_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    assert read_yaml(written(tmp_path, b"\xef\xbb\xbfrepos: []\n")).data == {"repos": []}


def test_valid_file_becomes_a_frozen_model(tmp_path: Path) -> None:
    text = "repos: [a/b]\nsources: [{kind: dump, path: x}]\nfrom: 2026-01-06\n"

    team = validated(Team, read_yaml(written(tmp_path, text)))

    assert team.sources == [Dump(kind="dump", path="x")]
    assert team.since == date(2026, 1, 6)


def test_list_at_the_top_is_read_where_one_is_expected(tmp_path: Path) -> None:
    file = read_yaml(written(tmp_path, "- {kind: dump, path: x}\n"), list)

    assert validated(list[Dump], file) == [Dump(kind="dump", path="x")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "review.yaml:1: the file holds a list, not a mapping"),
        ("", "review.yaml:1: the file holds nothing, not a mapping"),
        ("repos\n", "review.yaml:1: the file holds 'repos', not a mapping"),
        ("a: 1\nb: 2\na: 3\n", "review.yaml:3: the key a is written twice, first on line 1"),
        ("a:\n  b: 1\n  b: 2\n", "review.yaml:3: a: the key b is written twice, first on line 2"),
        ("a: 1\nb: !!python/name:os.system x\n", "review.yaml:2: b: the tag !!python/name:os"),
        ("a: !secret x\n", "review.yaml:1: a: the tag !secret is not read: remove it"),
        ("a: !!binary aGk=\n", "review.yaml:1: a: the tag !!binary is not read"),
        ("a: &x [1]\nb: *x\n", "review.yaml:1: a: anchors (&, *) are not read: write the value"),
        ("a: &x\n  b: *x\n", "review.yaml:1: a: anchors (&, *) are not read"),
        ("<<: {a: 1}\n", "review.yaml:1: the key << is not text"),
        ("1: x\n", "review.yaml:1: the key 1 is not text: put it in quotes"),
        ("? [a]\n: x\n", "review.yaml:1: the key [...] is not text"),
        ("a: 2026-13-45\n", "review.yaml:1: a: 2026-13-45 is not a value (month must be in 1..12)"),
        ("a: 1\nb: [2\n", "review.yaml:3: this is not YAML: "),
        ("a: 1\n---\nb: 2\n", "review.yaml:2: this is not YAML: expected a single document"),
        ("a: \x01\n", "review.yaml:1: this is not YAML: special characters are not allowed"),
        ("[" * 5000, "review.yaml:1: this is not YAML: it is nested too deeply"),
        (b"a: 1\nb: \xff\n", "review.yaml:2: the text is not UTF-8: save it as UTF-8"),
    ],
)
def test_what_is_not_plain_yaml_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert refusal(tmp_path, text).startswith(message)


def test_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"review\.yaml: there is no such file: write it"):
        read_yaml(tmp_path / "review.yaml")


def test_folder_in_place_of_a_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"cannot be read \(Is a directory\): check the path"):
        read_yaml(tmp_path)


def test_unknown_key_names_the_near_one_and_all_known_ones(tmp_path: Path) -> None:
    text = "repos: []\nsources:\n  - kind: dump\n    path: x\n    pathh: y\n"

    assert refusal(tmp_path, text) == (
        "review.yaml:5: sources[0].pathh: unknown key; did you mean path? known keys: kind, path"
    )


def test_unknown_key_at_the_top_lists_the_names_the_file_uses(tmp_path: Path) -> None:
    assert refusal(tmp_path, "repos: []\nsince: 2026-01-06\n") == (
        "review.yaml:2: since: unknown key; known keys: from, repos, sources, weeks"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weeks: 2\n", "review.yaml:1: repos: this key is missing: write it"),
        ("repos:\n", "review.yaml:1: repos: it should be a valid list; it says nothing"),
        ("repos: [1]\n", "review.yaml:1: repos[0]: it should be a valid string; it says 1"),
        ("repos: []\nweeks: 0\n", "review.yaml:2: weeks: 0 weeks are none: write 1 or more"),
        (
            "repos: []\nsources:\n- {kind: csv}\n",
            "review.yaml:3: sources[0]: 'csv' is not known; write one of: dump, table",
        ),
        (
            "repos: []\nsources:\n- {path: x}\n",
            "review.yaml:3: sources[0]: the key kind is missing: write it",
        ),
        (
            "repos: []\nsources:\n- {kind: dump}\n",
            "review.yaml:3: sources[0].path: this key is missing: write it",
        ),
        (
            "repos: []\nsources:\n- {kind: table, columns: {a: x, b: y, c: z}}\n",
            "review.yaml:3: sources[0]: more than two columns: keep two",
        ),
        (
            "repos: []\nsources:\n- kind: table\n  columns:\n    a: 1\n",
            "review.yaml:5: sources[0].columns.a: it should be a valid string; it says 1",
        ),
    ],
)
def test_problem_is_said_with_line_place_and_value(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(tmp_path, text) == message


def test_all_problems_come_in_one_error_without_a_traceback_or_a_link(tmp_path: Path) -> None:
    message = refusal(tmp_path, "repos: x\nweeks: many\nyears: 2\n")

    assert [line.split(": ")[0] for line in message.splitlines()] == [
        "review.yaml:1",
        "review.yaml:2",
        "review.yaml:3",
    ]
    assert "http" not in message


def test_refusal_without_a_known_line_points_at_the_nearest_one() -> None:
    file = YamlFile(Path("m.yaml"), {}, {(): 1, ("roles",): 3})

    assert str(file.refusal([(("roles", "lead", "owner"), "nobody")])) == (
        "m.yaml:3: roles.lead.owner: nobody"
    )
    assert str(file.refusal([((), "empty")])) == "m.yaml:1: empty"


def test_place_reads_as_a_path() -> None:
    assert dotted(("sources", 0, "path")) == "sources[0].path"
    assert dotted((1, "id")) == "[1].id"


def test_close_names_offer_the_near_one_first() -> None:
    assert close_names("adda", {"ben", "ada"}) == "did you mean ada? known: ada, ben"
    assert close_names("zoe", {"ben", "ada"}) == "known: ada, ben"
    assert close_names("ada", ()) == "none are known"
