"""How people appear in what is published: by name, by a stable pseudonym, or by role."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from opsreview.errors import ParamsError

KEY_VARIABLE = "OPSREVIEW_PSEUDONYM_KEY"
KEY_FILE = "pseudonyms.key"
WORD = re.compile(r"[^\W_][\w-]*")
THING_COLUMNS = {"number", "incident_id", "key", "thing", "tag"}  # of what somebody acted on
SHORTEST_NAME = 4  # of what is looked for in titles; shorter ones are words of the language
FEWEST = 3  # people of one role, below which it tells who they are
MAINTAINER, CONTRIBUTOR = "a maintainer", "a contributor"
PERSON_COLUMNS = ("person", "held_by", "responder_id", "answered_by")


_ORDER = ("window_start_at", "metric", "scope", "group", "statistic")


@dataclass(frozen=True)
class Appearance:
    """What each person is called on pages. Someone who is not in ``called`` is never shown.

    ``accounts`` are those of the persons, whose names titles may hold.
    """

    names: str
    called: Mapping[str, str]
    accounts: Mapping[str, str] = field(default_factory=dict)

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

    def published(self, measured: pl.DataFrame) -> pl.DataFrame:
        """Rows measured as they may leave the team: by role, none of a frame with a row a person.

        A role beside a number of one person tells whose it is.
        """
        is_of_people = bool(set(PERSON_COLUMNS) & set(measured.columns))
        is_of_things = bool(THING_COLUMNS & set(measured.columns))
        if self.names == "roles" and is_of_people and not is_of_things:
            return measured.clear()
        return measured

    def titled(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame with the people who are named in titles as they are called."""
        if self.names == "shown" or "title" not in frame.columns or frame.is_empty():
            return frame
        told = [None if title is None else self._masked(title) for title in frame["title"]]
        return frame.with_columns(title=pl.Series(told, dtype=pl.String))

    def _masked(self, title: str) -> str:
        return WORD.sub(lambda word: self._mask.get(word[0].lower(), word[0]), title)

    @cached_property
    def _mask(self) -> dict[str, str]:
        """What stands in a title for each name of a person, short ones left alone."""
        called = {account: self.of(person) for account, person in self.accounts.items()}
        called |= self.called
        return {
            name.lower(): shown
            for name, shown in called.items()
            if len(name) >= SHORTEST_NAME and name != shown
        }

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

    By role, people of one that fewer than three hold are ``a maintainer``, whichever it is; where
    these are fewer than three in all, they are ``a contributor`` like anybody else.

    Pseudonyms are made with the team's name and a key that is kept outside the outputs: the
    environment variable ``OPSREVIEW_PSEUDONYM_KEY``, or else a file beside the params that is made
    once.

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
        called = _by_role(ids, roles)
    else:
        key = _key(folder)
        called = {person: _pseudonym(person, folder.name, key) for person in ids}
    humans = people.filter(pl.col("kind") == "human")
    has_accounts = "account" in humans.columns
    accounts = dict(humans.select("account", "person_id").iter_rows()) if has_accounts else {}
    return Appearance(names, called | {bot: bot for bot in bots}, accounts)


def has_key(folder: Path) -> bool:
    """Whether pseudonyms are those made before; else they would be made with a new key."""
    return bool(os.environ.get(KEY_VARIABLE)) or (folder / KEY_FILE).is_file()


def _by_role(people: Sequence[str], roles: Mapping[str, str]) -> dict[str, str]:
    held = Counter(roles[person] for person in people if person in roles)
    few = [person for person in people if person in roles and held[roles[person]] < FEWEST]
    word = MAINTAINER if len(few) >= FEWEST else CONTRIBUTOR
    return {person: word if person in few else roles.get(person, CONTRIBUTOR) for person in people}


def _pseudonym(person: str, team: str, key: bytes) -> str:
    """One of this team alone: teams that share a key cannot be matched by it."""
    said = f"{team}\0{person}".encode()
    return f"person-{hmac.new(key, said, sha256).hexdigest()[:10]}"


def _key(folder: Path) -> bytes:
    if given := os.environ.get(KEY_VARIABLE):
        return given.encode()
    path = folder / KEY_FILE
    try:
        if not path.is_file():
            made = path.with_suffix(".new")
            with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            made.replace(path)
        return path.read_bytes()
    except OSError as error:
        raise ParamsError(
            f"{path} cannot be made ({error}): pseudonyms need a key; let the folder be written, "
            f"or set {KEY_VARIABLE}, or say `privacy: {{names: roles}}` in review.yaml"
        ) from error
