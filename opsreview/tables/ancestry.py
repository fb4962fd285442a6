"""Which release holds which merge, as the commits of a clone tell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import timedelta

import polars as pl

from opsreview.window import MOMENT

ITEM = ["repo", "number"]
TOLD = {
    "released_in": pl.String(),
    "is_on_release_line": pl.Boolean(),
    "first_commit_at": MOMENT,
}
SHIPPED = ["stable", "hotfix"]
FEWEST_DIGITS = 7  # of a hash that is cut short
# A merge made by hand is pushed within the day; an older commit that names the number is of a
# history that came from elsewhere.
PUSHED_WITHIN = timedelta(days=1)
Parents = Sequence[Sequence[int]]


def with_releases(
    pull_requests: pl.DataFrame, releases: pl.DataFrame, commits: pl.DataFrame
) -> pl.DataFrame:
    """The pull requests with ``released_in``, ``is_on_release_line`` and ``first_commit_at``. Ours.

    A pull request is where its merge commit is, and wherever a commit's subject names its number
    (a cherry-pick keeps the subject); the first stable release or hotfix that holds any of these
    counts. Releases come from the default branch, and from the branches that hold the newest
    release where the default branch does not.

    The first commit is the oldest, as authored, that a merge brought to the default branch; a
    squash or rebase leaves none to be known.

    Not told (null) where no commit is known for it, and where a release that the clone does not
    know was published before the first that it knows to hold it.

    Args:
        pull_requests: PULL_REQUESTS, these columns apart.
        releases: RELEASES.
        commits: As ``git_commits.commits_of`` gives them, no parent before its children;
            repositories that are not in it are not told.
    """
    shipped = releases.filter(
        pl.col("kind").cast(pl.String).is_in(SHIPPED)
        & pl.col("published_at").is_not_null()
        & ~pl.col("is_draft").fill_null(False)
    ).select("repo", "tag", "published_at", "commit")
    merged = pull_requests.filter(pl.col("merged_at").is_not_null())
    nothing = pull_requests.clear().select(
        *ITEM, **{name: pl.lit(None, dtype) for name, dtype in TOLD.items()}
    )
    told = [
        _told(merged.filter(repo=repo), shipped.filter(repo=repo), part)
        for (repo,), part in commits.group_by("repo", maintain_order=True)
    ]
    found = pl.concat([nothing, *told])
    return pull_requests.join(found, on=ITEM, how="left", maintain_order="left")


def _told(merged: pl.DataFrame, shipped: pl.DataFrame, commits: pl.DataFrame) -> pl.DataFrame:
    places = pl.Series(_places(shipped["commit"], commits["commit"]), dtype=pl.Int64)
    # Of two at one second the one that the other builds on came first.
    ordered = shipped.with_columns(place=places).sort(
        "published_at", "place", "tag", descending=[False, True, False]
    )
    known = ordered.filter(pl.col("place").is_not_null()).with_row_index("nth")
    placed = _placed(commits, known["place"].to_list())
    found = (
        _where(merged, placed)
        .group_by(ITEM)
        .agg(
            pl.col("nth", "first_commit_at").min(),
            pl.col("is_on_release_line").any(),
            pl.col("merged_at").first(),
        )
    )
    named = known.select(
        pl.col("nth").cast(pl.Int64), released_in="tag", released_at="published_at"
    )
    unknown = ordered.filter(pl.col("place").is_null()).select(unknown_at="published_at")
    beside = (
        found.join(named, on="nth", how="left")
        .sort("merged_at")
        .join_asof(
            unknown,
            left_on="merged_at",
            right_on="unknown_at",
            strategy="forward",
            check_sortedness=False,
        )
    )
    is_sure = (pl.col("released_at") <= pl.col("unknown_at")).fill_null(False)
    return beside.filter(pl.col("unknown_at").is_null() | is_sure).select(
        *ITEM,
        "released_in",
        "is_on_release_line",
        pl.when(pl.col("first_commit_at") <= pl.col("merged_at")).then("first_commit_at"),
    )


def _where(merged: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Every commit that a merged pull request is in, with when it was merged."""
    facts = ["nth", "is_on_release_line", "first_commit_at"]
    kept = [*ITEM, "merged_at", *facts]
    earliest = pl.max_horizontal("opened_at", pl.col("merged_at") - PUSHED_WITHIN)
    by_number = merged.join(placed.drop("commit"), on=ITEM).filter(
        (pl.col("committed_at") >= earliest).fill_null(True)
    )
    by_commit = merged.join(
        placed.select("commit", *facts), left_on="merge_commit", right_on="commit"
    )
    return pl.concat([by_number.select(kept), by_commit.select(kept)])


def _placed(commits: pl.DataFrame, releases: Sequence[int]) -> pl.DataFrame:
    """The commits with ``nth`` release to hold each (null: none) and ``is_on_release_line``."""
    place_of = {commit: place for place, commit in enumerate(commits["commit"])}
    parents: Parents = [
        [place_of[parent] for parent in of if parent in place_of] for of in commits["parents"]
    ]
    first: dict[int, int] = {}
    for nth, place in enumerate(releases):
        first.setdefault(place, nth)
    heads = [place for place, is_head in enumerate(commits["is_default_head"]) if is_head]
    line = dict.fromkeys([*heads, *releases], 0)
    if releases:
        newest = releases[-1]
        if newest not in _reached(dict.fromkeys(heads, 0), parents):
            branches = (place for place, is_head in enumerate(commits["is_branch_head"]) if is_head)
            holding = _holding(newest, parents)
            line |= {place: 0 for place in branches if holding[place]}
    nths, is_on_line = _reached(first, parents), _reached(line, parents)
    span = range(commits.height)
    return commits.select(
        "repo",
        "commit",
        "number",
        "committed_at",
        first_commit_at=_first_brought(commits, heads[:1], parents),
        nth=pl.Series([nths.get(place) for place in span], dtype=pl.Int64),
        is_on_release_line=pl.Series([place in is_on_line for place in span], dtype=pl.Boolean),
    )


def _first_brought(commits: pl.DataFrame, heads: Sequence[int], parents: Parents) -> pl.Series:
    """By the merges of the default branch, when the oldest commit was authored that each brought.

    What a merge brings is what it reaches and the branch before it does not.
    """
    branch = list(heads)
    while branch and parents[branch[-1]]:
        branch.append(parents[branch[-1]][0])
    landed_at = _reached({place: nth for nth, place in enumerate(reversed(branch))}, parents)
    known = pl.DataFrame(
        {
            "place": list(landed_at),
            "landed": list(landed_at.values()),
            "authored_at": commits["authored_at"].gather(list(landed_at)),
        }
    )
    is_of_the_branch = pl.col("place").is_in(branch)
    brought_at = pl.when(~is_of_the_branch).then("authored_at")
    merges = known.with_columns(first_commit_at=brought_at.min().over("landed")).filter(
        is_of_the_branch
    )
    places = pl.DataFrame({"place": pl.int_range(commits.height, eager=True)})
    return places.join(merges, on="place", how="left", maintain_order="left")["first_commit_at"]


def _reached(starts: dict[int, int], parents: Parents) -> dict[int, int]:
    """By the place of each commit that any start reaches: the least of what the starts bear."""
    borne = dict(starts)
    for place, of in enumerate(parents):
        if (least := borne.get(place)) is not None:
            for parent in of:
                borne[parent] = min(borne.get(parent, least), least)
    return borne


def _holding(place: int, parents: Parents) -> list[bool]:
    """Whether each commit holds the one at ``place``."""
    holds = [False] * len(parents)
    for at in range(len(parents) - 1, -1, -1):
        holds[at] = at == place or any(holds[parent] for parent in parents[at])
    return holds


def _places(wanted: Iterable[str | None], commits: pl.Series) -> list[int | None]:
    """Where each commit is; None where it is not known, or not by that much of its hash."""
    place_of = {commit: place for place, commit in enumerate(commits)}
    ordered = sorted(place_of)

    def place(commit: str | None) -> int | None:
        if commit is None or len(commit) < FEWEST_DIGITS:
            return None
        at = bisect_left(ordered, commit)
        alike = [known for known in ordered[at : at + 2] if known.startswith(commit)]
        return place_of[alike[0]] if len(alike) == 1 else None

    return [place(commit) for commit in wanted]
