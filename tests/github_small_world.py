"""A repository with a little of everything that makes reading GitHub hard.

| number | what |
|---|---|
| 1 | an issue with 250 comments |
| 2 | an issue with 80 events |
| 3 | an issue with 25 labels and 12 assignees |
| 4 | a pull request with 120 comments, 55 reviews and 130 events |
| 5 | an issue of deleted accounts |
| 6 | a pull request of one bot, merged by another |
| 7 | an issue closed and reopened twice |
| 8 | a pull request that is a draft again |
| 9 | an issue that came from another repository |
| 10 | a pull request that a team was asked to review, and a dismissed review |
| 11, 12, 13 | last changed in the same second |
| the rest | drawn by the seed, with hostile titles among them |
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from github_world import Comment, Event, Item, Release, Repository, Review, World

FEWEST = 20
_BEGINS_AT = datetime(2026, 4, 1, 9, tzinfo=UTC)
_LASTS_DAYS = 200
_TEAM = ("ada", "ben", "cleo", "dev")
_OUTSIDERS = ("rae", "sol", "uma", "vic", "leaver")
_BOTS = ("dependabot[bot]", "stale[bot]")
_LABELS = ("bug", "feature", "docs", "priority/high", "priority/low", "incident")
_TITLES = (
    "<script>alert('title')</script>",
    '"><img src=x onerror=alert(1)>',
    "Smoke 🚒 and mirrors 👩‍🚒",
    '=HYPERLINK("http://example.invalid", "x")',
    "[click](javascript:alert(1)) | a | table",
    "{{ 7 * 7 }} {% raw %} ${HOME} `id`",
    "\u202eread from right to left",
    'line\u2028separator and \'quotes\' """ \\',
    "x" * 256,
)


def small_world(n: int = 60, seed: int = 1, name: str = "team/product") -> World:
    """A world of one repository with ``n`` items; the same one for the same arguments."""
    assert n >= FEWEST, f"the world needs at least {FEWEST} items"
    repository = Repository(name)
    drawn = random.Random(seed)
    for number in range(1, n + 1):
        made = _BEGINS_AT + timedelta(days=_LASTS_DAYS * number / n)
        at = _moments(made)
        item = _SPECIAL[number](at) if number in _SPECIAL else _usual(at, drawn)
        if number not in _SPECIAL and number % 3 == 0:
            item.title = _TITLES[number // 3 % len(_TITLES)]
        for said in (item, *item.comments):
            said.association = "MEMBER" if said.author in _TEAM else "NONE"
        repository.add(item)
    for release in _releases():
        repository.add_release(release)
    world = World(repository)
    world.delete_user("leaver")
    return world


At = Callable[[float], str]


def _moments(made: datetime) -> At:
    """The moment so many hours after an item was made."""

    def at(hours: float) -> str:
        return (made + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    return at


def _usual(at: At, drawn: random.Random) -> Item:
    is_pull = drawn.random() < 0.4
    item = Item(
        is_pull=is_pull,
        title=f"A {'change' if is_pull else 'question'} of {at(0)[:10]}",
        author=drawn.choice((*_TEAM, *_OUTSIDERS, *_BOTS)),
        created_at=at(0),
    )
    for number in range(drawn.randrange(4)):
        author = drawn.choice((*_TEAM, *_OUTSIDERS))
        item.comments.append(Comment(author, at(drawn.uniform(1, 60) + number)))
    for label in drawn.sample(_LABELS, drawn.randrange(3)):
        item.labels.append(label)
        item.events.append(Event("labeled", drawn.choice(_TEAM), at(0.5), label=label))
    if drawn.random() < 0.3:
        item.assignees.append(drawn.choice(_TEAM))
        item.events.append(Event("assigned", "ada", at(1), assignee=item.assignees[0]))
    if is_pull:
        item.reviews = [
            Review(drawn.choice(_TEAM), at(drawn.uniform(1, 80)), drawn.choice(_STATES))
            for _ in range(drawn.randrange(3))
        ]
    if drawn.random() < 0.7:
        _close(item, at(drawn.uniform(100, 400)), drawn)
    return item


_STATES = ("APPROVED", "CHANGES_REQUESTED", "COMMENTED")
_REASONS = ("COMPLETED", "COMPLETED", "NOT_PLANNED", "DUPLICATE")


def _close(item: Item, moment: str, drawn: random.Random) -> None:
    item.closed_at = moment
    if item.is_pull and drawn.random() < 0.8:
        item.merged_at, item.merged_by = moment, drawn.choice(_TEAM)
        item.events.append(Event("merged", item.merged_by, moment))
        item.events.append(Event("closed", item.merged_by, moment))
        return
    item.state_reason = None if item.is_pull else drawn.choice(_REASONS)
    actor = drawn.choice((*_TEAM, item.author))
    item.events.append(Event("closed", actor, moment, state_reason=item.state_reason))


def _many_comments(at: At) -> Item:
    item = Item(title="Everybody has an opinion", author="rae", created_at=at(0))
    everyone = (*_OUTSIDERS, *_TEAM)
    item.comments = [Comment(everyone[hour % 9], at(hour)) for hour in range(1, 251)]
    return item


def _many_events(at: At) -> Item:
    item = Item(title="Labelled to and fro", author="sol", created_at=at(0))
    kinds = ("labeled", "unlabeled")
    item.events = [Event(kinds[hour % 2], "ben", at(hour), label="bug") for hour in range(80)]
    return item


def _many_labels(at: At) -> Item:
    labels = [f"area/{number:02d}" for number in range(25)]
    assignees = [*_TEAM, *(f"helper-{number}" for number in range(8))]
    events = [Event("labeled", "cleo", at(1), label=label) for label in labels]
    events += [Event("assigned", "cleo", at(2), assignee=each) for each in assignees]
    return Item(
        title="Concerns everything",
        author="uma",
        created_at=at(0),
        labels=labels,
        assignees=assignees,
        events=events,
    )


def _much_reviewed(at: At) -> Item:
    item = Item(is_pull=True, title="A long way", author="dev", created_at=at(0))
    item.comments = [Comment("ada", at(hour)) for hour in range(1, 121)]
    item.reviews = [Review(_TEAM[hour % 3], at(hour), _STATES[hour % 3]) for hour in range(55)]
    kinds = ("review_requested", "review_request_removed")
    item.events = [
        Event(kinds[hour % 2], "dev", at(hour), reviewer=_TEAM[hour % 3]) for hour in range(130)
    ]
    return item


def _of_the_deleted(at: At) -> Item:
    return Item(
        title="Nobody is left",
        author="leaver",
        created_at=at(0),
        closed_at=at(9),
        state_reason="NOT_PLANNED",
        assignees=["leaver", "ada"],
        comments=[Comment("leaver", at(1)), Comment("ada", at(2))],
        events=[
            Event("assigned", "leaver", at(1), assignee="leaver"),
            Event("closed", "leaver", at(9), state_reason="NOT_PLANNED"),
        ],
    )


def _of_bots(at: At) -> Item:
    merger = "stale[bot]"
    return Item(
        is_pull=True,
        title="Bump a thing from 1 to 2",
        author="dependabot[bot]",
        created_at=at(0),
        closed_at=at(3),
        merged_at=at(3),
        merged_by=merger,
        labels=["dependencies"],
        comments=[Comment(merger, at(1))],
        reviews=[Review("ada", at(2))],
        events=[
            Event("labeled", "dependabot[bot]", at(0), label="dependencies"),
            Event("merged", merger, at(3)),
            Event("closed", merger, at(3)),
        ],
    )


def _reopened(at: At) -> Item:
    item = Item(title="Not fixed after all", author="vic", created_at=at(0))
    item.state_reason = "REOPENED"
    for hours in (10, 30):
        reason = "COMPLETED"
        item.events.append(Event("closed", "ada", at(hours), state_reason=reason))
        item.events.append(Event("reopened", "vic", at(hours + 5)))
    return item


def _draft(at: At) -> Item:
    kinds = ("ready_for_review", "convert_to_draft")
    events = [Event(kind, "sol", at(hours)) for hours, kind in enumerate(kinds, 4)]
    return Item(
        is_pull=True,
        title="Not yet",
        author="sol",
        created_at=at(0),
        is_draft=True,
        events=events,
    )


def _transferred(at: At) -> Item:
    events = [
        Event("transferred", "ben", at(2)),
        Event("milestoned", "ben", at(3), milestone="1.0"),
        Event("demilestoned", "ben", at(4), milestone="1.0"),
        Event("milestoned", "ben", at(5), milestone="2.0"),
    ]
    return Item(
        title="Belongs here", author="uma", created_at=at(0), milestone="2.0", events=events
    )


def _asked_of_a_team(at: At) -> Item:
    return Item(
        is_pull=True,
        title="For the core team",
        author="rae",
        created_at=at(0),
        reviews=[Review("leaver", at(3), "DISMISSED"), Review("ada", at(6), "COMMENTED")],
        events=[
            Event("review_requested", "rae", at(1), reviewer="@team/core"),
            Event("review_requested", "rae", at(1), reviewer="cleo"),
            Event("review_request_removed", "rae", at(2), reviewer="cleo"),
            Event("review_dismissed", "ada", at(5)),
        ],
    )


def _same_second(at: At) -> Item:
    moment = (_BEGINS_AT + timedelta(days=_LASTS_DAYS + 1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Item(title="Swept up", author="vic", created_at=at(0), updated_at=moment)


_SPECIAL: dict[int, Callable[[At], Item]] = {
    1: _many_comments,
    2: _many_events,
    3: _many_labels,
    4: _much_reviewed,
    5: _of_the_deleted,
    6: _of_bots,
    7: _reopened,
    8: _draft,
    9: _transferred,
    10: _asked_of_a_team,
    11: _same_second,
    12: _same_second,
    13: _same_second,
}


def _releases() -> list[Release]:
    at = _moments(_BEGINS_AT)
    releases = [
        Release(f"v1.{minor}.0", at(700 * minor), author="leaver" if minor == 1 else "ada")
        for minor in range(5)
    ]
    candidate = Release("v1.5.0-rc.1", at(4000), is_prerelease=True, name="Try this")
    draft = Release("v1.5.0", None, created_at=at(4100), is_draft=True)
    return [*releases, candidate, draft]
