"""Rows of all sources as one set of typed tables, with what was rejected and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from opsreview.errors import TableError
from opsreview.params import Team
from opsreview.sources import Rejected, SourceRows
from opsreview.sources.git_commits import COMMITS
from opsreview.tables.accounts import leave_table, named_people, people_table, with_people
from opsreview.tables.ancestry import TOLD, with_releases
from opsreview.tables.coverage import Coverage
from opsreview.tables.history import open_spells
from opsreview.tables.rejected import DOUBTS, as_rejected, by_table, doubts_of, validated
from opsreview.tables.releases import classified
from opsreview.tables.schemas import KEYS, SCHEMAS
from opsreview.tables.unbelievable import once_a_source, without_the_future
from opsreview.window import Window

_PERSON_COLUMNS = {
    "incident_events": "person",
    "shifts": "person",
    "support_requests": "answered_by",
}
KNOW_NO_REPOSITORY = frozenset({"shifts", "support_requests"})


@dataclass(frozen=True)
class TeamTables:
    """A team's typed tables and what is known of their making.

    ``frames`` holds one frame a name of ``SCHEMAS``, and ``spells`` (``history.open_spells`` of
    issues and pull requests, with ``kind``). ``rejected`` holds source, key, reason and the row as
    JSON, by table. ``disagreements`` counts fields that two sources give differently. ``doubts``
    holds table, repo and time of what is missing because it could not be believed.
    """

    frames: Mapping[str, pl.DataFrame]
    rejected: Mapping[str, pl.DataFrame]
    coverage: Coverage
    disagreements: Mapping[str, int]
    doubts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DOUBTS))

    def of_repo(self, repo: str) -> Mapping[str, pl.DataFrame]:
        """The frames with the rows of one repository."""
        return {
            name: frame.filter(pl.col("repo") == repo) if "repo" in frame.columns else frame
            for name, frame in self.frames.items()
        }


def build_tables(sources: Mapping[str, SourceRows], team: Team) -> TeamTables:
    """Merge, resolve and validate.

    Args:
        sources: What each source knows, by its key, in the order ``review.yaml`` lists them.
        team: Whose repositories, people and bots hold.
    """
    rejected = [(key, row) for key, rows in sources.items() for row in rows.rejected]
    candidates: dict[str, pl.DataFrame] = {}
    disagreements: dict[str, int] = {}
    for name in SCHEMAS:
        if name in ("people", "leave"):
            continue
        stacked, foreign = _stacked(name, sources, team.review.repos)
        happened, to_come = without_the_future(name, stacked, _latest(sources))
        once, again = once_a_source(name, happened)
        rejected += foreign + to_come + again
        candidates[name], disagreements[name] = _merged(once, KEYS[name])
    people = people_table(candidates.values(), _account_types(sources), team)
    frames = {
        "people": _of_our_own("people", people),
        "leave": _of_our_own("leave", leave_table(team)),
    }
    for name, candidate in candidates.items():
        frames[name], broken = validated(name, _resolved(name, candidate, people, team))
        rejected += broken
    frames["pull_requests"] = _released(frames, sources)
    frames["spells"] = spells_of(frames)
    coverage = _coverage(sources, rejected, frames, team.zone)
    doubts = doubts_of(rejected)
    return TeamTables(frames, by_table(rejected), coverage, disagreements, doubts)


def _released(
    frames: Mapping[str, pl.DataFrame], sources: Mapping[str, SourceRows]
) -> pl.DataFrame:
    """The pull requests with the release that holds each; of two clones the first listed tells."""
    commits = pl.DataFrame(schema=COMMITS)
    for rows in sources.values():
        if (told := rows.tables.get("commits")) is not None:
            known = commits.select("repo").unique()
            commits = pl.concat([commits, told.join(known, on="repo", how="anti")])
    plain = frames["pull_requests"].drop(TOLD)
    return with_releases(plain, frames["releases"], commits).select(frames["pull_requests"].columns)


def _latest(sources: Mapping[str, SourceRows]) -> dict[str, datetime]:
    return {key: rows.latest_at for key, rows in sources.items() if rows.latest_at}


def spells_of(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """``history.open_spells`` of issues and pull requests, with ``kind``."""
    return pl.concat(
        open_spells(frames[table], frames["events"]).with_columns(kind=pl.lit(kind))
        for table, kind in (("issues", "issue"), ("pull_requests", "pull_request"))
    )


def _stacked(
    name: str, sources: Mapping[str, SourceRows], repos: Sequence[str]
) -> tuple[pl.DataFrame, list[tuple[str, Rejected]]]:
    """A table's rows of all sources with all its columns, without those of foreign repositories."""
    known = set(_candidate_schema(name))
    frames = [
        rows.tables[name]
        .select(known & set(rows.tables[name].columns))
        .with_columns(_rank=rank, _from=pl.lit(key))
        for rank, (key, rows) in enumerate(sources.items())
        if name in rows.tables
    ]
    stacked = pl.concat([_empty(name), *frames], how="diagonal_relaxed")
    if "repo" not in stacked.columns:
        return stacked, []
    is_ours = pl.col("repo").is_in(repos)
    if name == "incidents":
        is_ours = is_ours | pl.col("repo").is_null()
    foreign = stacked.filter(~is_ours.fill_null(False))
    reasons = [f"repository {repo!r} is not listed in repos" for repo in foreign["repo"]]
    ours = stacked.filter(is_ours.fill_null(False))
    return ours, as_rejected(name, foreign, reasons, is_doubted=False)


def _merged(stacked: pl.DataFrame, keys: Sequence[str]) -> tuple[pl.DataFrame, int]:
    """One row a key: the first listed source wins field by field. Rows without a key stay apart."""
    if stacked.select(keys).is_unique().all():
        return stacked.drop("_rank"), 0
    has_key = pl.all_horizontal(pl.col(key).is_not_null() for key in keys)
    fields = [name for name in stacked.columns if name not in (*keys, "_rank", "_from")]
    grouped = (
        stacked.filter(has_key)
        .sort("_rank", maintain_order=True)
        .group_by(keys, maintain_order=True)
    )
    merged = grouped.agg(
        pl.col("_from").first(), *[pl.col(field).drop_nulls().first() for field in fields]
    )
    scalar = [field for field in fields if not isinstance(stacked.schema[field], pl.List)]
    differing = grouped.agg([pl.col(field).drop_nulls().n_unique() > 1 for field in scalar])
    keyless = stacked.filter(~has_key).select(merged.columns)
    return pl.concat([merged, keyless]), int(sum(differing[field].sum() for field in scalar))


def _resolved(name: str, candidate: pl.DataFrame, people: pl.DataFrame, team: Team) -> pl.DataFrame:
    if name in _PERSON_COLUMNS:
        return named_people(candidate, _PERSON_COLUMNS[name], team)
    if name == "releases":
        candidate = classified(candidate, team.review.releases)
    return with_people(candidate, people)


def _of_our_own(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame we made ourselves; if it breaks its contract that is our defect."""
    good, broken = validated(name, frame.with_columns(_from=pl.lit(name)))
    if broken:
        raise TableError(f"{name}: {broken[0][1].key}: {broken[0][1].reason}; please report this")
    return good


def _coverage(
    sources: Mapping[str, SourceRows],
    rejected: list[tuple[str, Rejected]],
    frames: Mapping[str, pl.DataFrame],
    zone: ZoneInfo,
) -> Coverage:
    """The sources' claims, without those of a source that lost all rows of a table."""
    losers = {(source, row.table) for source, row in rejected}
    tables = {table for _, table in losers}
    claims = [
        (key, (table, repo), window)
        for key, rows in sources.items()
        for (table, repo), window in rows.covers.items()
        if table not in tables
        or _is_believed(rows.tables.get(table), table, frames, is_loser=(key, table) in losers)
    ]
    stretches = ((place, window) for _, place, window in claims)
    return Coverage.of(stretches, zone, _beside(sources, claims))


def _beside(
    sources: Mapping[str, SourceRows], claims: Sequence[tuple[str, tuple[str, str], Window]]
) -> dict[str, tuple[Window, ...]]:
    """From when to when each source speaks of a table that several give rows of their own.

    Sources whose rows bear one name (``source``) are one: a dump and what was read since.
    """
    spoken: dict[str, dict[tuple[str, ...], Window]] = defaultdict(dict)
    for key, (table, repo), window in claims:
        given = sources[key].tables.get(table)
        if repo or given is None or given.is_empty() or "source" not in given.columns:
            continue
        name = tuple(given["source"].unique().sort())
        known = spoken[table].get(name, window)
        spoken[table][name] = Window(
            min(known.start_at, window.start_at), max(known.end_at, window.end_at)
        )
    return {
        table: tuple(sorted(windows.values(), key=lambda one: (one.start_at, one.end_at)))
        for table, windows in spoken.items()
        if len(windows) > 1
    }


def _is_believed(
    given: pl.DataFrame | None, table: str, frames: Mapping[str, pl.DataFrame], *, is_loser: bool
) -> bool:
    """Whether a row that a source gave is in the table that was built, or it had none to give."""
    if given is None or given.is_empty():
        return not is_loser
    built = frames[table].select(KEYS[table])
    keys = [pl.col(key).cast(dtype, strict=False) for key, dtype in built.schema.items()]
    return not given.select(keys).join(built, on=built.columns, how="semi").is_empty()


def _account_types(sources: Mapping[str, SourceRows]) -> pl.DataFrame:
    empty = pl.DataFrame(schema={"account": pl.String, "type": pl.String})
    found = [rows.tables["accounts"] for rows in sources.values() if "accounts" in rows.tables]
    return pl.concat([empty, *found])


def _candidate_schema(name: str) -> dict[str, Any]:
    """A table's columns before accounts are resolved."""
    resolved = ("_id", "_kind", "_is_team")
    roles = [
        c.removesuffix("_account") for c in SCHEMAS[name].column_names() if c.endswith("_account")
    ]
    added = {role + ending for role in roles for ending in resolved}
    added |= {"line", "kind", "kind_rule", "is_failed"} if name == "releases" else set(TOLD)
    schema = SCHEMAS[name].create_empty().schema
    text = {column: pl.String() for column, dtype in schema.items() if isinstance(dtype, pl.Enum)}
    return {column: dtype for column, dtype in (schema | text).items() if column not in added}


def _empty(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema=_candidate_schema(name) | {"_rank": pl.Int32, "_from": pl.String})
