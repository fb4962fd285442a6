"""GitHub Discussions as support requests: which they are, who answered, what is known."""

from datetime import UTC, datetime

import pytest
from factories import at
from pydantic import TypeAdapter, ValidationError

from opsreview.sources.columns import SCHEMAS
from opsreview.sources.github.discussions.source import GithubDiscussions
from opsreview.sources.github.faults import Refused
from opsreview.sources.table import AnySource
from opsreview.window import Window

REPO, OTHER = "team/product", "team/docs"
ASKED, ANSWERED, LATER = "2026-10-01 09:00", "2026-10-01 10:00", "2026-10-01 11:00"


# Who answered, and when


def test_a_discussion_is_a_support_request_answered_by_the_first_other_person(forum, desk):
    forum.ask("rae", ASKED).say("ada", ANSWERED)
    frame = desk().fetch().told().tables["support_requests"]
    assert dict(frame.schema) == SCHEMAS["support_requests"]
    assert frame.rows(named=True) == [
        {
            "source": "discussions",
            "request_id": "team/product#1",
            "channel": "Q&A",
            "opened_at": at(ASKED),
            "answered_at": at(ANSWERED),
            "answered_by": "ada",
        }
    ]


def test_nobody_has_answered_a_discussion_without_comments(forum, desk):
    forum.ask("rae", ASKED)
    assert desk().fetch().answer() == (None, None)


@pytest.mark.parametrize("author", ["rae", "helper[bot]", "dependabot", "scripty", None])
def test_authors_bots_and_deleted_accounts_answer_nothing(forum, desk, author):
    forum.ask("rae", ASKED).say(author, ANSWERED).reply(author, ANSWERED)
    assert desk(bots=["Scripty"]).fetch().answer() == (None, None)


def test_a_person_after_bots_and_the_author_answers(forum, desk):
    question = forum.ask("rae", ASKED)
    question.say("helper[bot]", ASKED)
    question.say("rae", ASKED)
    question.say("ada", LATER)
    assert desk().fetch().answer() == (at(LATER), "ada")


def test_a_reply_is_a_response_as_a_comment_is(forum, desk):
    question = forum.ask("rae", ASKED)
    question.say("helper[bot]", ASKED).reply("ben", ANSWERED)
    question.say("ada", LATER)
    assert desk().fetch().answer() == (at(ANSWERED), "ben")


def test_a_deleted_comment_is_no_response_but_a_reply_to_it_is(forum, desk):
    comment = forum.ask("rae", ASKED).say("ada", ANSWERED)
    comment.deleted_at = "2026-10-02T00:00:00Z"
    comment.reply("ben", LATER)
    assert desk().fetch().answer() == (at(LATER), "ben")


def test_anybody_answers_a_discussion_whose_author_is_deleted(forum, desk):
    forum.ask(None, ASKED).say("ada", ANSWERED)
    assert desk().fetch().answer() == (at(ANSWERED), "ada")


# Which discussions are support requests


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        ([], ["Q&A", "Help"]),
        (["Help"], ["Help"]),
        ([" help ", "GENERAL"], ["Help", "General"]),
    ],
)
def test_categories_say_which_discussions_are_support(forum, desk, categories, expected):
    for category in ("Q&A", "Help", "General"):
        forum.ask("rae", ASKED, category=category)
    team = desk(categories=categories).fetch()
    assert [row["channel"] for row in team.rows()] == expected


def test_other_categories_are_told_of_without_another_reading(forum, desk):
    forum.ask("rae", ASKED, category="General")
    desk().fetch()
    assert desk(categories=["General"]).requests() == [("team/product#1", None)]


def test_a_renamed_category_is_called_by_its_new_name(forum, desk):
    forum.ask("rae", ASKED).say("ada", ANSWERED)
    desk().fetch()
    forum.categories["Q&A"] = "Questions"
    forum.ask("rae", LATER)
    assert [row["channel"] for row in desk().fetch().rows()] == ["Questions", "Questions"]


def test_a_category_that_does_not_exist_is_said_and_makes_requests_unknown(forum, desk):
    forum.ask("rae", ASKED)
    team = desk(categories=["Q&A", "Halp"]).fetch()
    assert team.told().covers == {}
    assert team.lack() == "no discussion category is called Halp; there are General, Help, Q&A"


def test_where_is_asked_of_a_discussion(forum, desk):
    forum.ask("rae", ASKED)
    forum.ask("rae", ASKED)
    assert desk(where={"number": 2}).fetch().requests() == [("team/product#2", None)]


def test_a_discussion_that_cannot_be_believed_is_rejected_with_the_reason(forum, desk):
    forum.ask("rae", ASKED).created_at = "last week"
    team = desk().fetch()
    (rejected,) = team.told().rejected
    assert (rejected.key, team.rows()) == ("team/product#1", [])
    assert rejected.reason.startswith("opened_at: 'last week'")


def test_a_discussion_answered_before_it_was_opened_is_rejected(forum, desk):
    forum.ask("rae", ANSWERED).say("ada", ASKED)
    forum.ask("rae", ANSWERED).say("ada", ANSWERED)
    team = desk().fetch()
    (rejected,) = team.told().rejected
    assert (rejected.key, team.requests()) == ("team/product#1", [("team/product#2", "ada")])
    assert rejected.reason.startswith("answered at 2026-10-01 09:00 UTC, before it was opened")


# Deleted


def test_a_discussion_that_is_gone_is_set_aside_with_the_reason(forum, desk):
    forum.ask("rae", ASKED)
    forum.ask("rae", ASKED).say("ada", ANSWERED)
    desk().fetch()
    del forum.discussions[1]
    team = desk().fetch()
    assert team.requests() == [("team/product#2", "ada")]
    assert team.lack() is None
    (rejected,) = team.told().rejected
    assert (rejected.table, rejected.key) == ("support_requests", "team/product#1")
    assert rejected.reason == "deleted or moved away on GitHub, seen on 2026-11-01"


def test_a_discussion_of_another_category_that_is_gone_is_not_told_of(forum, desk):
    forum.ask("rae", ASKED, category="General")
    desk().fetch()
    forum.discussions.clear()
    assert desk().fetch().told().rejected == []


# What is known


def test_requests_are_known_from_the_first_discussion_to_the_oldest_reading(github, desk):
    first, second = github.forum(REPO), github.forum(OTHER)
    first.ask("rae", "2026-09-01 09:00", category="General")
    second.ask("rae", ASKED)
    team = desk(repos=[REPO, OTHER]).fetch()
    read_at, github.now = github.now, datetime(2026, 11, 9, tzinfo=UTC)
    github.fail(1, Refused("blocked"))
    told = team.fetch().told()
    end_at = read_at + datetime.resolution
    assert told.covers == {("support_requests", ""): Window(at("2026-09-01 09:00"), end_at)}
    assert told.fetched_at == github.now


def test_nothing_is_known_before_all_repositories_were_read(github, desk):
    github.forum(OTHER).ask("rae", ASKED).say("ada", ANSWERED)
    team = desk(repos=[REPO, OTHER]).fetch()
    assert team.requests() == [("team/docs#1", "ada")]
    assert team.told().covers == {}


def test_a_source_that_was_never_fetched_knows_nothing(desk):
    assert desk().told().covers == desk().told().tables == {}


def test_a_repository_without_discussions_is_known_to_have_none(github, desk):
    github.forum(REPO, is_enabled=False)
    github.forum(OTHER).ask("rae", ASKED)
    team = desk(repos=[REPO, OTHER], categories=["Q&A"]).fetch()
    assert team.lack() is None
    assert github.queries.count("discussions") == 1
    assert team.told().covers[("support_requests", "")].start_at == at(ASKED)


def test_nothing_is_missing_where_all_discussions_are_turned_off(github, desk):
    github.forum(REPO, is_enabled=False)
    team = desk(categories=["Q&A"]).fetch()
    assert team.rows() == []
    assert team.lack() is None


# As it is declared


def test_review_yaml_may_name_discussions():
    said = {"kind": "github_discussions", "categories": ["Q&A", "Help"]}
    source = TypeAdapter(AnySource).validate_python(said)
    assert isinstance(source, GithubDiscussions)
    assert source.key == "github_discussions:https://api.github.com"


def test_one_repository_is_read_where_the_source_names_it(github, desk):
    github.forum(OTHER).ask("rae", ASKED)
    team = desk(repo=OTHER).fetch()
    assert team.requests() == [("team/docs#1", None)]
    assert team.source.key == "github_discussions:https://api.github.com:team/docs"


@pytest.mark.parametrize(
    "said", [{"api_url": "http://github.example/api/v3"}, {"categories": [" "]}, {"labels": []}]
)
def test_what_cannot_be_meant_is_refused(desk, said):
    with pytest.raises(ValidationError):
        desk(**said)
