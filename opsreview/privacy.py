"""How people appear in what is published: by name, by a stable pseudonym, or by role."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from opsreview.errors import ParamsError

KEY_VARIABLE = "OPSREVIEW_PSEUDONYM_KEY"
WORD = re.compile(r"[^\W_][\w-]*")
PERSON_COLUMNS = ("person", "held_by", "responder_id", "answered_by")


_ORDER = ("window_start_at", "metric", "scope", "group", "statistic")


@dataclass(frozen=True)
class Appearance:
    """What each person is called on pages. Someone who is not in ``called`` is never shown."""

    names: str
    called: Mapping[str, str]

    def of(self, person: str) -> str:
        """What ``person`` is called."""
        return self.called.get(person, "someone")

    def said(self, value: Any) -> Any:
        """A value of the params with the people in it as they are called; the rest as it is."""
        if isinstance(value, list):
            return [self.said(each) for each in value]
        if isinstance(value, dict):
            return {key: self.said(each) for key, each in value.items()}
        return self.called.get(value, value) if isinstance(value, str) else value

    def told(self, value: Any, ids: Collection[str]) -> Any:
        """Sentences that the team wrote, with every word that is one of ``ids`` as it is called.

        Lists and mappings are gone through; single words, paths and addresses stay as they are.
        """
        if isinstance(value, list):
            return [self.told(each, ids) for each in value]
        if isinstance(value, dict):
            return {key: self.told(each, ids) for key, each in value.items()}
        if not isinstance(value, str) or " " not in value:
            return value

        def call(word: re.Match[str]) -> str:
            found = next((one for one in (word[0], word[0].lower()) if one in ids), None)
            return word[0] if found is None or self.of(found) == found else self.of(found)

        return WORD.sub(call, value)

    def measured(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of things measured, with people as they are called."""
        present = [column for column in PERSON_COLUMNS if column in frame.columns]
        return frame.with_columns(
            pl.col(column).replace_strict(self.called, default="someone").alias(column)
            if frame[column].null_count() < frame.height
            else pl.col(column)
            for column in present
        ).with_columns(
            pl.when(frame[column].is_null()).then(None).otherwise(pl.col(column)).alias(column)
            for column in present
        )

    def metrics(self, metrics: pl.DataFrame) -> pl.DataFrame:
        """``metrics.parquet`` with people as they are called; by role no row is a person's.

        The rows are put in order by what is shown: the order of real ids would tell of them.
        """
        is_person = pl.col("group").str.starts_with("person:")
        if self.names == "roles":
            return metrics.filter(~is_person)
        groups = {f"person:{person}": f"person:{name}" for person, name in self.called.items()}
        shown = pl.col("group").replace_strict(groups, default="person:someone")
        named = metrics.with_columns(group=pl.when(is_person).then(shown).otherwise("group"))
        return named.sort([name for name in _ORDER if name in named.columns], maintain_order=True)


def appearance(
    names: str, people: pl.DataFrame, roles: Mapping[str, str], *, folder: Path
) -> Appearance:
    """How a team wants its people to appear.

    Pseudonyms are made with a key that is kept outside the outputs: the environment variable
    ``OPSREVIEW_PSEUDONYM_KEY``, or else a file beside the params that is made once.

    Args:
        names: ``shown``, ``pseudonyms`` or ``roles``.
        people: PEOPLE; bots keep their names.
        roles: What each person does, by person id; others are ``a contributor``.
        folder: ``params/<team>/``.

    Raises:
        ParamsError: The key file cannot be made.
    """
    ids = people.filter(pl.col("kind") == "human")["person_id"].unique().sort().to_list()
    bots = people.filter(pl.col("kind") == "bot")["person_id"].to_list()
    if names == "shown":
        called = {person: person for person in ids}
    elif names == "roles":
        called = {person: roles.get(person, "a contributor") for person in ids}
    else:
        key = _key(folder)
        called = {person: _pseudonym(person, key) for person in ids}
    return Appearance(names, called | {bot: bot for bot in bots})


def _pseudonym(person: str, key: bytes) -> str:
    return f"person-{hmac.new(key, person.encode(), sha256).hexdigest()[:10]}"


def _key(folder: Path) -> bytes:
    if given := os.environ.get(KEY_VARIABLE):
        return given.encode()
    path = folder / "pseudonyms.key"
    try:
        if not path.is_file():
            made = path.with_suffix(".new")
            made.write_text(secrets.token_hex(32), encoding="utf-8")
            made.chmod(0o600)
            made.replace(path)
        return path.read_bytes()
    except OSError as error:
        raise ParamsError(
            f"{path} cannot be made ({error}): pseudonyms need a key; let the folder be written, "
            f"or set {KEY_VARIABLE}, or say `privacy: {{names: roles}}` in review.yaml"
        ) from error
