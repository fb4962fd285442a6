"""How long it takes until an issue is triaged, as the team itself defines it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl

from opsreview.estimate import Estimate
from opsreview.metrics.endings import (
    NONE_OPENED,
    is_censored,
    left_out_issues,
    opened_issues,
    unmeasurable,
    waited,
)
from opsreview.metrics.intervals import share
from opsreview.metrics.survival import aalen_johansen, median_with_rivals
from opsreview.metrics.view import (
    ITEM,
    Groups,
    Measured,
    View,
    duration_curves,
    is_label_of,
)
from opsreview.metrics.working_waits import as_declared, median_in_working_hours, with_working_hours
from opsreview.tables.history import IN_ORDER
from opsreview.window import MOMENT, Window, literal

STATISTICS = (
    ("median", "hours"),
    ("median_working_hours", "working_hours"),
    ("share_triaged_by_bots", "share"),
)
MAIN, BY_BOTS, RIVAL = "triaged", "triaged_by_bots", "closed_untriaged"
_BY_A_HUMAN = (MAIN, "closed_by_human")
_SIGNS = {"milestone": "milestoned", "assignee": "assigned"}  # the event that sets each
_NOTHING_SAYS = (
    "nothing says what is triaged: name the labels under labels.triaged in review.yaml, "
    "or another sign under labels.triaged_also"
)


def time_to_triage(
    issues: pl.DataFrame,
    events: pl.DataFrame,
    spells: pl.DataFrame,
    *,
    groups: Groups,
    window: Window,
    as_of: datetime,
) -> pl.DataFrame:
    """Hours from opening an issue to the first moment it counts as triaged. Ours.

    Triaged is an issue that bears a label of each of ``groups.triaged`` at once, at least one of
    them put there by a human; that a human gave one of ``groups.triaged_also``; or that a human
    other than its author closed. Rival ends are a close by its author, a bot or nobody known,
    and bearing all the labels from bots alone: automatic are also those that nobody is known to
    have put there, and those in the name of an author from outside the team (issue forms do so).

    Labels are followed through events; those an issue was born with are today's with every later
    change undone. Left out is what ``time_to_first_response`` leaves out.

    Args:
        issues: ISSUES.
        events: EVENTS.
        spells: ``history.open_spells``.
        groups: ``triaged`` and ``triaged_also``; one of them is not empty.
        window: Issues opened in it are measured.
        as_of: Last moment the data speaks for, UTC.

    Returns:
        One row per issue: repo, number, title, url, opened_at, waited_hours (>= 0), ending
        (``triaged``, ``closed_by_human``, ``triaged_by_bots``, ``withdrawn``, ``closed_by_bot``,
        ``closed_by_other``: an account that is gone, ``closed_by_unknown``; null while waiting),
        ended_at, is_censored.
    """
    opened = opened_issues(issues, spells, window=window, as_of=as_of)
    changes = (
        events.lazy()
        .filter(pl.col("event").is_in(["labeled", "unlabeled", *_SIGNS.values()]))
        .join(opened.lazy().select(*ITEM, "author_id", "author_is_team"), on=ITEM)
        .collect()
    )
    labelled = _labelled(opened, changes, groups.triaged, as_of)
    signs = _signs(changes, groups.triaged_also, as_of)
    triaged_at = pl.min_horizontal("labelled_at", "sign_at")
    return (
        opened.join(labelled, on=ITEM, how="left")
        .join(signs, on=ITEM, how="left")
        .with_columns(triaged_at=triaged_at)
        .with_columns(ending=_ending())
        .with_columns(ended_at=_ended_at())
        .select(*waited(as_of), is_censored())
        .sort(ITEM)
    )


def triage_measured(view: View) -> Measured:
    """The registry's way in."""
    stated = [(*what, "all") for what in STATISTICS]
    if not view.groups.triaged and not view.groups.triaged_also:
        return unmeasurable(left_out_issues(view, view.window), stated, _NOTHING_SAYS)
    rows = time_to_triage(
        view["issues"],
        view["events"],
        view["spells"],
        groups=view.groups,
        window=view.window,
        as_of=view.as_of,
    )
    excluded = left_out_issues(view, view.window, followed_count=rows.height)
    if rows.is_empty() and excluded.height:
        return unmeasurable(excluded, stated)
    rows = with_working_hours(rows, view)
    return Measured(
        rows,
        [
            replace(estimate, n_excluded=estimate.n_excluded + excluded.height)
            for estimate in as_declared(triage_of_rows(rows), view)
        ],
        lambda: [_curves(rows)],
        lambda: excluded,
    )


def triage_of_rows(rows: pl.DataFrame) -> list[Estimate]:
    """The estimates over some of the rows that ``triage_measured`` found."""
    ending = _in_short(rows)
    by_bots = share(
        int((ending == BY_BOTS).sum()),
        rows.height,
        statistic="share_triaged_by_bots",
        reason=NONE_OPENED,
    )
    return [
        median_with_rivals(rows["waited_hours"], ending, MAIN, reason=NONE_OPENED),
        median_in_working_hours(
            rows["working_hours"],
            ending,
            MAIN,
            statistic="median_working_hours",
            reason=NONE_OPENED,
        ),
        replace(by_bots, n_censored=ending.null_count()),
    ]


def _labelled(
    opened: pl.DataFrame, changes: pl.DataFrame, groups: Sequence[Sequence[str]], as_of: datetime
) -> pl.DataFrame:
    """When each issue first bore a label of every group: labelled_at, with a human's hand in it,
    and automatic_at, without; null where it never did.
    """
    if not groups:
        never = pl.lit(None, MOMENT)
        return opened.select(*ITEM, labelled_at=never, automatic_at=never)
    is_relevant = pl.any_horizontal(is_label_of(group) for group in groups)
    relabelled = changes.filter(pl.col("event").is_in(["labeled", "unlabeled"]) & is_relevant)
    put = pl.concat([_born_with(opened, relabelled, is_relevant), _put(relabelled)])
    steps = _steps(put.filter(pl.col("at") <= literal(as_of)))
    is_first = ~_is_as_above(*ITEM)
    borne = [_so_far(pl.col("step") * is_label_of(group), is_first) > 0 for group in groups]
    has_human = _so_far(pl.col("human_step"), is_first) > 0
    return (
        steps.sort(*ITEM, "at", "order")
        .with_columns(is_borne=pl.all_horizontal(borne), has_human=has_human)
        .filter("is_borne")
        .group_by(ITEM)
        .agg(
            labelled_at=pl.col("at").filter("has_human").min(),
            automatic_at=pl.col("at").filter(~pl.col("has_human")).min(),
        )
    )


def _steps(put: pl.DataFrame) -> pl.DataFrame:
    """Each change as 1 where the label comes, -1 where it goes, 0 where nothing changes; the same
    for ``human_step``, of labels that a human put there.
    """
    is_same = _is_as_above(*ITEM, "label")
    was_on, was_human = (pl.col(name).shift(1) & is_same for name in ("on", "human"))
    return (
        put.sort(*ITEM, "label", "at", "order")
        .with_columns(human=pl.col("on") & pl.col("human"))
        .with_columns(
            step=pl.col("on").cast(pl.Int64) - was_on.fill_null(False).cast(pl.Int64),
            human_step=pl.col("human").cast(pl.Int64) - was_human.fill_null(False).cast(pl.Int64),
        )
    )


def _is_as_above(*columns: str) -> pl.Expr:
    """True where a row of a sorted frame has the same ``columns`` as the one before."""
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in columns)
    return same.fill_null(False)


def _so_far(step: pl.Expr, is_first: pl.Expr) -> pl.Expr:
    """The sum of ``step`` since the last row that ``is_first``."""
    total = step.cum_sum()
    return total - pl.when(is_first).then(total - step).forward_fill()


def _born_with(
    opened: pl.DataFrame, relabelled: pl.DataFrame, is_relevant: pl.Expr
) -> pl.DataFrame:
    """Labels there from the opening: no event put them there first, so nobody is known to have."""
    first = (
        relabelled.sort(*IN_ORDER)
        .group_by(*ITEM, "label", maintain_order=True)
        .agg(was_there=pl.col("event").first() == "unlabeled")
    )
    today = (
        opened.select(*ITEM, label="labels")
        .explode("label")
        .filter(pl.col("label").is_not_null() & is_relevant)
        .unique()
        .join(first, on=[*ITEM, "label"], how="anti")
    )
    born = pl.concat([today, first.filter("was_there").select(*ITEM, "label")])
    return born.join(opened.select(*ITEM, at="opened_at"), on=ITEM).with_columns(
        on=pl.lit(True), human=pl.lit(False), order=pl.lit(0, pl.Int64)
    )


def _put(relabelled: pl.DataFrame) -> pl.DataFrame:
    is_authors = (pl.col("actor_id") == pl.col("author_id")).fill_null(False)
    is_automatic = is_authors & ~pl.col("author_is_team").fill_null(False)
    is_human = (pl.col("actor_kind") == "human").fill_null(False) & ~is_automatic
    return (
        relabelled.sort(*IN_ORDER)
        .with_row_index("order", offset=1)
        .select(
            *ITEM,
            "label",
            at="created_at",
            on=pl.col("event") == "labeled",
            human=is_human,
            order=pl.col("order").cast(pl.Int64),
        )
    )


def _signs(changes: pl.DataFrame, signs: Sequence[str], as_of: datetime) -> pl.DataFrame:
    """When a human first gave an issue one of the other signs of triage.

    An ``assigned`` event may name as its actor who was assigned; a person is one either way.
    """
    given = [_SIGNS[sign] for sign in signs]
    is_given = pl.col("event").is_in(given) & (pl.col("actor_kind") == "human")
    return (
        changes.filter(is_given & (pl.col("created_at") <= literal(as_of)))
        .group_by(ITEM)
        .agg(sign_at=pl.col("created_at").min())
    )


def _ending() -> pl.Expr:
    is_open_until = [
        (pl.col(name) <= pl.col("closed_at")).fill_null(pl.col(name).is_not_null())
        for name in ("triaged_at", "automatic_at")
    ]
    is_triaged, is_automatic = is_open_until
    is_first = (pl.col("automatic_at") < pl.col("triaged_at")).fill_null(True)
    by_author = (pl.col("closer_id") == pl.col("author_id")).fill_null(False)
    return (
        pl.when(is_automatic & is_first)
        .then(pl.lit(BY_BOTS))
        .when(is_triaged)
        .then(pl.lit(MAIN))
        .when((pl.col("closer_kind") == "human") & ~by_author)
        .then(pl.lit("closed_by_human"))
        .otherwise("closed_by")
    )


def _ended_at() -> pl.Expr:
    return (
        pl.when(pl.col("ending") == BY_BOTS)
        .then("automatic_at")
        .when(pl.col("ending") == MAIN)
        .then("triaged_at")
        .otherwise("closed_at")
    )


def _in_short(rows: pl.DataFrame) -> pl.Series:
    """The endings as three: triaged by a human, by bots, or closed without."""
    ending = pl.col("ending")
    return rows.select(
        pl.when(ending.is_in(_BY_A_HUMAN))
        .then(pl.lit(MAIN))
        .when(ending.is_not_null() & (ending != BY_BOTS))
        .then(pl.lit(RIVAL))
        .otherwise(ending)
        .alias("ending")
    )["ending"]


def _curves(rows: pl.DataFrame) -> pl.DataFrame:
    return duration_curves(
        aalen_johansen(rows["waited_hours"], _in_short(rows), endings=(MAIN, BY_BOTS, RIVAL))
    )
