"""Discussions fetched: whole or said not to be, cheaply, resumed where it stopped."""

from datetime import timedelta

import pytest
from factories import at

from opsreview.errors import SourceError, StoppedError
from opsreview.sources.github import pages
from opsreview.sources.github.client import TRIES
from opsreview.sources.github.faults import Refused, TooLarge, Unauthorized
from opsreview.store import Store

REPO, OTHER = "team/product", "team/docs"
ASKED, ANSWERED, LATER = "2026-10-01 09:00", "2026-10-01 10:00", "2026-10-01 11:00"


@pytest.fixture
def pages_of_ten(monkeypatch):
    monkeypatch.setattr(pages, "_MORE", 10)


def ask(forum, count, month="2026-09"):
    """Discussions on the days of a month, each answered on the next first of October."""
    for number in range(count):
        forum.ask("rae", f"{month}-{number % 28 + 1:02} 09:00").say("ada", ANSWERED)


# Complete or said not to be


def test_lists_of_every_depth_are_followed_to_their_end(forum, desk, github):
    ask(forum, 230)
    question = forum.ask("rae", ASKED)
    for _ in range(170):
        question.say("rae", ANSWERED)
    for _ in range(220):
        question.comments[160].reply("rae", LATER)
    question.comments[160].reply("ada", "2026-10-02 09:00")
    team = desk().fetch()
    assert len(team.requests()) == team.reading().n_items == 231
    assert ("team/product#231", "ada") in team.requests()
    assert team.lack() is None
    assert github.queries.count("discussions") == 3
    assert github.queries.count("more_threads") == 2
    assert github.queries.count("more_replies") == 2


def test_thousand_discussions_cost_few_requests(forum, desk, github):
    ask(forum, 1000)
    desk().fetch()
    assert len(github.queries) == 21


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda forum: forum, "1 of 3 discussions"),
        (lambda forum: forum.discussions[1], "1 of 3 comments of #1"),
        (lambda forum: forum.discussions[1].comments[0], "1 of 3 replies of #1"),
    ],
    ids=["discussions", "comments", "replies"],
)
def test_what_github_counts_and_does_not_give_is_said(forum, desk, spoil, told):
    forum.ask("rae", ASKED).say("ada", ANSWERED).reply("rae", LATER)
    spoil(forum).hidden_count = 2
    assert desk().fetch().lack() == told


def test_what_was_missing_is_read_again_until_it_is_whole(forum, desk):
    question = forum.ask("rae", ASKED)
    question.say("ben", ANSWERED)
    question.hidden_count = 1
    desk().fetch()
    question.hidden_count = 0
    question.comments.insert(0, question.say("ada", LATER, is_silent=True))
    question.comments.pop()
    question.comments[0].created_at = question.created_at
    team = desk().fetch()
    assert team.lack() is None
    assert team.answer() == (at(ASKED), "ada")


def test_a_comment_that_goes_away_while_it_is_read_is_said(forum, desk, github):
    question = forum.ask("rae", ASKED)
    question.say("ada", ANSWERED)
    github.after_request = lambda name: question.comments.clear() if name == "discussions" else None
    github.fail(4, Refused("blocked"))
    with pytest.raises(SourceError):
        desk().fetch()
    (incomplete,) = desk().incomplete().values()
    assert incomplete == "the replies to a comment of #1"
    team = desk().fetch()
    assert team.lack() is None
    assert team.answer() == (None, None)


def test_pages_shrink_until_github_answers_and_stay_small(forum, desk, github):
    ask(forum, 9)
    github.most = {"discussions": 4, "replies": 2}
    assert [answered_by for _, answered_by in desk().fetch().requests()] == ["ada"] * 9
    github.requests.clear()
    desk().fetch()
    assert {asked["first"] for asked in github.asked("discussions")} == {3}


@pytest.mark.parametrize("number", range(1, 4))
def test_a_query_that_github_gave_up_on_once_is_asked_again(forum, desk, github, number):
    ask(forum, 1)
    github.fail(number, TooLarge("GitHub gave up on the query (502)"))
    assert desk().fetch().requests() == [("team/product#1", "ada")]


def test_a_page_of_one_that_is_too_large_is_a_fault(forum, desk, github):
    ask(forum, 2)
    github.most = {"replies": 0}
    with pytest.raises(SourceError, match=r"even for a page of one \(replies\)"):
        desk().fetch()


def test_github_that_gives_up_on_every_query_is_a_fault(forum, desk, github):
    for number in range(1, TRIES + 1):
        github.fail(number, TooLarge("GitHub gave up on the query (502)"))
    with pytest.raises(SourceError, match="gave up"):
        desk().fetch()
    assert github.queries == ["forum"] * TRIES


# Cheap


def test_a_refresh_reads_only_what_changed(forum, desk, github):
    ask(forum, 3)
    desk().fetch()
    github.requests.clear()
    question = forum.discussions[2]
    question.say("rae", "2026-10-20 09:00")
    desk().fetch()
    assert github.queries == ["forum", "discussions", "replies"]
    assert github.asked("replies") == [{"ids": [comment.id for comment in question.comments]}]


def test_a_refresh_stops_where_what_is_known_begins(forum, desk, github):
    ask(forum, 280)
    for discussion in forum.discussions.values():
        discussion.updated_at = discussion.created_at
    desk().fetch()
    github.requests.clear()
    forum.ask("rae", "2026-10-20 09:00").say("ada", "2026-10-20 10:00")
    assert len(desk().fetch().requests()) == 281
    assert github.queries == ["forum", "discussions", "replies"]


def test_a_change_that_github_lists_late_is_not_missed(forum, desk, pages_of_ten):
    ask(forum, 22)
    for number in range(1, 21):
        forum.discussions[number].updated_at = "2026-10-01T09:59:00Z"
    forum.discussions[22].updated_at = "2026-09-22T09:00:00Z"
    desk().fetch()
    forum.discussions[22].say("rae", "2026-10-01 09:57")
    team = desk().fetch()
    assert len(team.held()[0][-1].body["threads"]) == 2


def test_a_refresh_speaks_for_the_moment_of_its_first_page(forum, desk, github, pages_of_ten):
    ask(forum, 25)
    desk().fetch()
    began_at, minute = github.now, timedelta(minutes=1)
    github.after_request = lambda name: setattr(github, "now", github.now + minute)
    team = desk().fetch()
    assert github.queries[-4:] == ["forum", *["discussions"] * 3]
    assert team.reading().fetched_at == began_at + minute


def test_requests_that_wait_are_read_whether_or_not_github_says_they_changed(forum, desk, github):
    forum.ask("rae", ASKED).say("rae", ANSWERED)
    ask(forum, 1)
    desk().fetch()
    github.requests.clear()
    forum.discussions[1].comments[0].reply("ben", LATER, is_silent=True)
    assert desk().fetch().requests() == [("team/product#1", "ben"), ("team/product#2", "ada")]
    assert github.asked("discussion_items") == [{"ids": ["D_1"]}]


def test_closed_discussions_and_other_categories_wait_for_nobody(forum, desk, github):
    forum.ask("rae", ASKED).closed_at = "2026-10-02T09:00:00Z"
    forum.ask("rae", ASKED, category="General")
    desk().fetch()
    desk().fetch()
    assert "discussion_items" not in github.queries


def test_once_a_month_and_on_demand_everything_is_looked_at(forum, desk, github):
    ask(forum, 2)
    desk().fetch()
    forum.discussions[1].category = "Help"
    forum.discussions[2].comments.clear()
    desk().fetch()
    assert "sweep_discussions" not in github.queries
    rows = desk().fetch(is_sweep=True).rows()
    assert [(row["channel"], row["answered_by"]) for row in rows] == [
        ("Help", "ada"),
        ("Q&A", None),
    ]
    github.now += timedelta(days=31)
    desk().fetch()
    desk().fetch()
    assert github.queries.count("sweep_discussions") == 2


def test_a_sweep_takes_the_names_that_accounts_have_today(forum, desk, github):
    ask(forum, 1)
    desk().fetch()
    github.logins = {"ada": "lovelace"}
    team = desk().fetch(is_sweep=True)
    assert github.asked("accounts") == [{"ids": ["U_ada"]}]
    assert team.answer() == (at(ANSWERED), "lovelace")


# Deleted


def test_discussions_that_are_gone_are_looked_for_once(forum, desk, github):
    ask(forum, 1)
    forum.ask("rae", ASKED)
    desk().fetch()
    del forum.discussions[2]
    desk().fetch()
    github.requests.clear()
    desk().fetch()
    assert github.queries == ["forum", "discussions"]


def test_a_discussion_that_is_listed_again_is_there_again(forum, desk):
    ask(forum, 2)
    desk().fetch()
    lost = forum.discussions.pop(1)
    desk().fetch()
    forum.discussions[1] = lost
    team = desk().fetch()
    assert team.requests() == [("team/product#1", "ada"), ("team/product#2", "ada")]
    assert team.told().rejected == []


def test_nothing_is_called_gone_by_a_list_that_is_not_whole(forum, desk):
    ask(forum, 2)
    desk().fetch()
    del forum.discussions[1]
    forum.hidden_count = 2
    team = desk().fetch()
    assert len(team.requests()) == 2
    assert team.lack() == "2 of 3 discussions"


def test_what_was_missing_of_a_discussion_that_is_gone_is_no_longer_missing(forum, desk):
    ask(forum, 2)
    forum.discussions[1].hidden_count = 1
    desk().fetch()
    del forum.discussions[1]
    assert desk().fetch().lack() is None


# Stopped, and gone on with


def test_a_first_reading_that_failed_goes_on_behind_its_last_page(
    forum, desk, github, pages_of_ten
):
    ask(forum, 25)
    github.fail(6, Refused("blocked"))
    with pytest.raises(SourceError, match="team/product: blocked"):
        desk().fetch()
    assert (desk().reading().n_items, desk().lack()) == (20, "blocked")
    assert desk().told().covers == {}
    github.requests.clear()
    team = desk().fetch()
    assert github.queries == ["forum", "discussions", "replies"]
    assert (len(team.requests()), team.lack()) == (25, None)


def test_a_refresh_that_failed_misses_nothing(forum, desk, github, pages_of_ten):
    ask(forum, 1)
    desk().fetch()
    for _ in range(15):
        forum.ask("rae", "2026-10-28 09:00").say("ben", "2026-10-28 10:00")
    github.fail(4, Refused("blocked"))
    with pytest.raises(SourceError):
        desk().fetch()
    forum.discussions[1].say("cleo", "2026-10-30 10:00")
    team = desk().fetch()
    assert [who for _, who in team.requests()] == ["ada", *["ben"] * 15]
    assert len(team.held()[0][0].body["threads"]) == 2
    assert team.lack() is None


def grown(forum):
    """Much is asked, one thing changes without a word, one is deleted, one grows."""
    del forum.discussions[3]
    forum.discussions[5].comments.clear()
    for _ in range(60):
        forum.discussions[8].say("rae", "2026-10-20 09:00")
    for _ in range(15):
        forum.ask("sam", "2026-10-21 09:00").say("ben", "2026-10-21 10:00")


@pytest.mark.parametrize("number", range(1, 6))
def test_a_first_reading_that_fails_anywhere_ends_as_one_that_does_not(
    forum, desk, github, tmp_path, pages_of_ten, number
):
    ask(forum, 12)
    forum.discussions[2].say("rae", LATER).reply("rae", LATER)
    with Store.open(tmp_path / "clean.sqlite") as clean:
        expected = desk(store=clean).fetch().held()
    assert len(github.queries) == 5
    github.fail(number, Refused("blocked"))
    with pytest.raises(SourceError):
        desk().fetch()
    team = desk().fetch()
    assert (team.held(), team.lack()) == (expected, None)


@pytest.mark.parametrize("number", range(1, 19))
def test_a_refresh_that_fails_anywhere_ends_as_one_that_does_not(
    forum, desk, github, tmp_path, pages_of_ten, number
):
    ask(forum, 12)
    desk().fetch()
    with Store.open(tmp_path / "clean.sqlite") as clean:
        desk(store=clean).fetch()
        grown(forum)
        github.requests.clear()
        expected = desk(store=clean).fetch().held()
    assert len(github.queries) == 18
    github.fail(number, Refused("blocked"))
    with pytest.raises(SourceError):
        desk().fetch()
    team = desk().fetch()
    assert (team.held(), team.lack()) == (expected, None)


def test_a_limit_stops_the_fetch_and_every_reading_says_why(github, desk):
    for name in (REPO, OTHER):
        ask(github.forum(name), 1)
    team = desk(repos=[REPO, OTHER]).fetch()
    github.fail(1, StoppedError("come back later"))
    with pytest.raises(StoppedError):
        team.fetch()
    assert [team.lack(repo) for repo in (REPO, OTHER)] == ["come back later"] * 2
    assert len(team.requests()) == 2


def test_a_token_that_is_not_accepted_stops_the_fetch(github, desk):
    team = desk(repos=[REPO, OTHER])
    github.fail(1, Unauthorized("not accepted (401)"))
    with pytest.raises(SourceError, match="401"):
        team.fetch()
    assert len(github.queries) == 1


# Several repositories


def test_a_repository_that_fails_does_not_stop_the_others_and_keeps_what_it_had(github, desk):
    for name in (REPO, OTHER):
        ask(github.forum(name), 1)
    team = desk(repos=[REPO, OTHER]).fetch()
    del github.forums[REPO]
    ask(github.forums[OTHER], 1)
    team.fetch()
    assert [key for key, _ in team.requests()] == ["team/docs#1", "team/docs#2", "team/product#1"]
    assert team.lack(OTHER) is None
    assert "not found (404)" in team.lack()


def test_another_repository_under_the_same_name_is_not_mixed_in(github, forum, desk):
    ask(forum, 1)
    desk().fetch()
    github.forum(REPO).ask("sam", ASKED)
    with pytest.raises(SourceError, match="another repository now"):
        desk().fetch()
    assert desk().requests() == [("team/product#1", "ada")]


def test_a_renamed_repository_keeps_its_history(github, forum, desk):
    ask(forum, 1)
    desk().fetch()
    forum.name = OTHER
    github.forums = {OTHER: forum}
    github.requests.clear()
    assert desk(repos=[OTHER]).fetch().requests() == [("team/docs#1", "ada")]
    assert "replies" not in github.queries


# Turned off


def test_discussions_that_are_turned_on_are_read(github, desk):
    forum = github.forum(REPO, is_enabled=False)
    desk().fetch()
    forum.is_enabled = True
    ask(forum, 1)
    assert desk().fetch().requests() == [("team/product#1", "ada")]


def test_discussions_that_are_turned_off_keep_their_history(forum, desk):
    ask(forum, 1)
    desk().fetch()
    forum.is_enabled = False
    team = desk().fetch()
    assert team.requests() == [("team/product#1", "ada")]
    assert (team.told().rejected, team.lack()) == ([], None)


# What it would take


def test_a_forecast_counts_the_requests_of_a_first_reading_and_of_a_refresh(forum, desk):
    ask(forum, 201)
    told = "about 11 requests, 11 points of 4,000 left this hour"
    assert desk().source.forecast(desk().store) == told
    assert desk().store.readings(desk().source.key) == []
    desk().fetch()
    assert desk().source.forecast(desk().store).startswith("about 4 requests")


def test_a_forecast_says_which_repository_cannot_be_asked(github, desk):
    with pytest.raises(SourceError, match="team/product: not found"):
        desk().source.forecast(desk().store)
