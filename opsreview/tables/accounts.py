"""Accounts become people, bots and ghosts, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from opsreview.params import Person, Team
from opsreview.sources.github.people import KNOWN_BOTS, TEAM_ASSOCIATIONS

GHOST = "ghost"  # how sources name an account that was deleted
PEOPLE = {
    "person_id": pl.String,
    "account": pl.String,
    "kind": pl.String,
    "is_team": pl.Boolean,
    "zone": pl.String,
    "joined_on": pl.Date,
    "left_on": pl.Date,
    "share": pl.Float64,
}
LEAVE = {"person_id": pl.String, "from_on": pl.Date, "to_on": pl.Date}


def people_table(
    frames: Iterable[pl.DataFrame], account_types: pl.DataFrame, team: Team
) -> pl.DataFrame:
    """PEOPLE: one row per account that the frames mention or ``people.yaml`` lists.

    Bots are told by the account's type, the ``[bot]`` ending, the team's list and a list of known
    machine users. The team is who ``people.yaml`` lists; without one, whoever GitHub calls a
    member, owner or collaborator; when neither is known, ``is_team`` is null.

    Args:
        frames: Candidate rows of the tables, with ``*_account`` columns.
        account_types: account, type (``User`` or ``Bot``).
        team: Whose ``people.yaml`` and ``bots`` hold.
    """
    frames = list(frames)
    owner_of = {person_id.lower(): person_id for person_id in team.people} | _owners(team)
    bots = {name.lower() for name in team.review.bots} | KNOWN_BOTS | _typed_bots(account_types)
    members = _members(frames)
    accounts = _mentioned(frames) | {
        account
        for person_id, person in team.people.items()
        for account in (person.accounts or [person_id])
    }
    rows = []
    for account in sorted(accounts - {GHOST}):
        is_bot = account.lower() in bots or account.endswith("[bot]")
        person_id = owner_of.setdefault(account.lower(), account)
        rows.append(
            {
                "person_id": person_id,
                "account": account,
                "kind": "bot" if is_bot else "human",
                "is_team": _is_team(account, person_id, team.people, members),
                **_place(team.people.get(person_id)),
            }
        )
    return pl.DataFrame(rows, schema=PEOPLE)


def leave_table(team: Team) -> pl.DataFrame:
    """LEAVE: when each of ``people.yaml`` is away."""
    rows = [
        (person_id, away.first, away.last)
        for person_id, person in team.people.items()
        for away in person.leave
    ]
    return pl.DataFrame(rows, schema=LEAVE, orient="row")


def with_people(frame: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The frame with ``*_id``, ``*_kind`` and ``*_is_team`` beside every ``*_account``."""
    for column in [name for name in frame.columns if name.endswith("_account")]:
        role = column.removesuffix("_account")
        known = people.select(
            pl.col("account").alias(column),
            pl.col("person_id").alias(f"{role}_id"),
            pl.col("kind").alias(f"{role}_kind"),
            pl.col("is_team").alias(f"{role}_is_team"),
        )
        is_ghost = pl.col(column) == GHOST
        frame = frame.join(known, on=column, how="left", maintain_order="left").with_columns(
            pl.when(is_ghost).then(None).otherwise(pl.col(column)).alias(column),
            pl.when(is_ghost)
            .then(pl.lit(GHOST))
            .otherwise(pl.col(f"{role}_kind"))
            .alias(f"{role}_kind"),
        )
    return frame


def named_people(frame: pl.DataFrame, column: str, team: Team) -> pl.DataFrame:
    """The frame with names, accounts and ids in ``column`` replaced by the person's id."""
    if column not in frame.columns or not team.people:
        return frame
    names = {
        alias.lower(): person_id
        for person_id, person in team.people.items()
        for alias in (person.name or person_id, person_id)
    }
    aliases = names | _owners(team)
    known = pl.col(column).str.strip_chars().str.to_lowercase()
    known = known.replace_strict(aliases, default=None)
    return frame.with_columns(pl.coalesce(known, pl.col(column)).alias(column))


def _owners(team: Team) -> dict[str, str]:
    """Whose each account of ``people.yaml`` is, by the account in lower case."""
    return {
        account.lower(): person_id
        for person_id, person in team.people.items()
        for account in person.accounts
    }


def _typed_bots(account_types: pl.DataFrame) -> set[str]:
    return set(
        account_types.filter(pl.col("type") == "Bot")["account"].str.to_lowercase().to_list()
    )


def _mentioned(frames: Iterable[pl.DataFrame]) -> set[str]:
    return {
        account
        for frame in frames
        for column in frame.columns
        if column.endswith("_account")
        for account in frame[column].drop_nulls().unique()
    }


def _members(frames: Iterable[pl.DataFrame]) -> set[str] | None:
    """Accounts, in lower case, that a row calls a member; None where no row says for anyone."""
    said = [
        frame.select("author_account", "author_association").drop_nulls()
        for frame in frames
        if {"author_account", "author_association"} <= set(frame.columns)
    ]
    if not any(frame.height for frame in said):
        return None
    is_member = pl.col("author_association").is_in(TEAM_ASSOCIATIONS)
    return {
        account.lower() for frame in said for account in frame.filter(is_member)["author_account"]
    }


def _is_team(
    account: str, person_id: str, people: Mapping[str, Person], members: set[str] | None
) -> bool | None:
    if people:
        return person_id in people
    return None if members is None else account.lower() in members


def _place(person: Person | None) -> dict[str, object]:
    if person is None:
        return {}
    return person.model_dump(include={"zone", "joined_on", "left_on", "share"})
