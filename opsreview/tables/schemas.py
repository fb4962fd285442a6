"""The contract of every table: columns, types, keys, and what makes a row believable.

Moments are UTC. An account column ``<role>_account`` comes with ``<role>_id`` (the person, or the
account of a person nobody listed), ``<role>_kind`` (``human``, ``bot``, ``ghost``: a deleted
account; null: the source never said who) and, where it matters, ``<role>_is_team``.
A rule's name is the reason a row that breaks it is rejected for.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

KINDS = ["human", "bot", "ghost"]
RELEASE_KINDS = ["stable", "hotfix", "prerelease", "nightly", "moving", "other"]


def _moment(*, nullable: bool = False) -> dy.Datetime:
    return dy.Datetime(time_zone="UTC", time_unit="us", nullable=nullable)


def _text() -> dy.String:
    return dy.String(nullable=True)


class Issues(dy.Schema):
    """One row per issue, as the source last saw it."""

    repo = dy.String(primary_key=True)
    number = dy.Int64(primary_key=True, min=1)
    opened_at = _moment()
    closed_at = _moment(nullable=True)
    state = dy.Enum(["open", "closed"])
    state_reason = _text()
    author_account = _text()
    author_id = _text()
    author_kind = dy.Enum(KINDS, nullable=True)
    author_is_team = dy.Bool(nullable=True)
    author_association = _text()
    labels = dy.List(dy.String(), nullable=True)
    assignees = dy.List(dy.String(), nullable=True)
    milestone = _text()
    title = _text()
    url = _text()

    @dy.rule()
    def closed_at_is_before_opened_at(cls) -> pl.Expr:
        return pl.col("closed_at").is_null() | (pl.col("closed_at") >= pl.col("opened_at"))


class PullRequests(Issues):
    """One row per pull request.

    ``released_in`` is the tag of the first stable release or hotfix that holds it, and
    ``is_on_release_line`` whether releases come from where it was merged; these and
    ``first_commit_at`` as a clone tells (``ancestry``), null where none does.
    """

    is_draft = dy.Bool(nullable=True)
    merged_at = _moment(nullable=True)
    merged_by_account = _text()
    merged_by_id = _text()
    merged_by_kind = dy.Enum(KINDS, nullable=True)
    merge_commit = _text()
    released_in = _text()
    is_on_release_line = dy.Bool(nullable=True)
    first_commit_at = _moment(nullable=True)

    @dy.rule()
    def merged_at_is_before_opened_at(cls) -> pl.Expr:
        return pl.col("merged_at").is_null() | (pl.col("merged_at") >= pl.col("opened_at"))


class Comments(dy.Schema):
    """One row per comment on an issue or in a pull request's conversation."""

    repo = dy.String(primary_key=True)
    number = dy.Int64(primary_key=True, min=1)
    comment_id = dy.String(primary_key=True)
    author_account = _text()
    author_id = _text()
    author_kind = dy.Enum(KINDS, nullable=True)
    author_is_team = dy.Bool(nullable=True)
    author_association = _text()
    created_at = _moment()


class Reviews(dy.Schema):
    """One row per submitted review."""

    repo = dy.String(primary_key=True)
    number = dy.Int64(primary_key=True, min=1)
    review_id = dy.String(primary_key=True)
    author_account = _text()
    author_id = _text()
    author_kind = dy.Enum(KINDS, nullable=True)
    author_is_team = dy.Bool(nullable=True)
    author_association = _text()
    state = dy.String()
    submitted_at = _moment(nullable=True)


class Events(dy.Schema):
    """One row per thing that happened to an issue or pull request."""

    repo = dy.String(primary_key=True)
    number = dy.Int64(primary_key=True, min=1)
    event_id = dy.String(primary_key=True)
    event = dy.String()
    actor_account = _text()
    actor_id = _text()
    actor_kind = dy.Enum(KINDS, nullable=True)
    actor_is_team = dy.Bool(nullable=True)
    created_at = _moment()
    label = _text()
    assignee = _text()
    reviewer = _text()
    milestone = _text()


class Releases(dy.Schema):
    """One row per release or tag. ``kind_rule`` names the rule that told its ``kind``.

    ``commit`` is the one it was made of, where the source says. ``is_failed`` is the team's word
    in ``review.yaml``, null where it gave none.
    """

    repo = dy.String(primary_key=True)
    tag = dy.String(primary_key=True)
    name = _text()
    published_at = _moment(nullable=True)
    author_account = _text()
    author_id = _text()
    author_kind = dy.Enum(KINDS, nullable=True)
    is_prerelease = dy.Bool(nullable=True)
    is_draft = dy.Bool(nullable=True)
    commit = _text()
    line = _text()
    kind = dy.Enum(RELEASE_KINDS)
    kind_rule = dy.String()
    is_failed = dy.Bool(nullable=True)


class Incidents(dy.Schema):
    """One row per incident. ``resolved_at`` null: not resolved as far as the source knows."""

    source = dy.String(primary_key=True)
    incident_id = dy.String(primary_key=True)
    opened_at = _moment()
    acknowledged_at = _moment(nullable=True)
    resolved_at = _moment(nullable=True)
    severity = _text()
    service = _text()
    repo = _text()
    url = _text()

    @dy.rule()
    def resolved_at_is_before_opened_at(cls) -> pl.Expr:
        return pl.col("resolved_at").is_null() | (pl.col("resolved_at") >= pl.col("opened_at"))

    @dy.rule()
    def acknowledged_at_is_before_opened_at(cls) -> pl.Expr:
        return pl.col("acknowledged_at").is_null() | (
            pl.col("acknowledged_at") >= pl.col("opened_at")
        )


class IncidentEvents(dy.Schema):
    """One row per thing a person did about an incident; two can act in the same second."""

    source = dy.String()
    incident_id = dy.String()
    at = _moment()
    person = _text()
    event = _text()


class Shifts(dy.Schema):
    """One row per shift a person holds.

    ``changed_at`` is when that was last settled; null: unknown.
    """

    source = dy.String(primary_key=True)
    rotation = dy.String(primary_key=True)
    role = dy.String(primary_key=True)
    person = dy.String(primary_key=True)
    start_at = dy.Datetime(time_zone="UTC", time_unit="us", primary_key=True)
    end_at = _moment()
    changed_at = _moment(nullable=True)

    @dy.rule()
    def end_at_is_not_after_start_at(cls) -> pl.Expr:
        return pl.col("end_at") > pl.col("start_at")


class SupportRequests(dy.Schema):
    """One row per question asked outside the issue tracker."""

    source = dy.String(primary_key=True)
    request_id = dy.String(primary_key=True)
    channel = _text()
    opened_at = _moment()
    answered_at = _moment(nullable=True)
    answered_by = _text()

    @dy.rule()
    def answered_at_is_before_opened_at(cls) -> pl.Expr:
        return pl.col("answered_at").is_null() | (pl.col("answered_at") >= pl.col("opened_at"))


class People(dy.Schema):
    """One row per account.

    ``is_team`` null: nothing says who is in the team. ``share`` is the part of full time worked.
    """

    person_id = dy.String(primary_key=True)
    account = dy.String(primary_key=True)
    kind = dy.Enum(KINDS)
    is_team = dy.Bool(nullable=True)
    zone = _text()
    joined_on = dy.Date(nullable=True)
    left_on = dy.Date(nullable=True)
    share = dy.Float64(nullable=True)


class Leave(dy.Schema):
    """One row per stretch of days, the last included, in which a person of the team is away."""

    person_id = dy.String(primary_key=True)
    from_on = dy.Date(primary_key=True)
    to_on = dy.Date()

    @dy.rule()
    def to_on_is_before_from_on(cls) -> pl.Expr:
        return pl.col("to_on") >= pl.col("from_on")


SCHEMAS: dict[str, type[dy.Schema]] = {
    "issues": Issues,
    "pull_requests": PullRequests,
    "comments": Comments,
    "reviews": Reviews,
    "events": Events,
    "releases": Releases,
    "incidents": Incidents,
    "incident_events": IncidentEvents,
    "shifts": Shifts,
    "support_requests": SupportRequests,
    "people": People,
    "leave": Leave,
}
KEYS: dict[str, list[str]] = {name: schema.primary_key() for name, schema in SCHEMAS.items()}
KEYS["incident_events"] = ["source", "incident_id", "at", "person"]  # nobody may be named
