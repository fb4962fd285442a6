"""Where the time of what was finished went."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest
from factories import at, comments, events, issues, people, pull_requests, releases, reviews
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.views import AS_OF, OCTOBER, stated, value, view
from opsreview.metrics.life import life_measured, life_of
from opsreview.metrics.view import Measured
from opsreview.tables.coverage import Covered
from opsreview.window import Window

SPAN = {"opened_at": "2026-10-01 00:00", "closed_at": "2026-10-05 00:00"}  # 96 hours
MERGED = {"opened_at": "2026-10-01 00:00", "merged_at": "2026-10-05 00:00", "number": 1}
BEFORE = {"published_at": "2026-09-01"}
LOOKED = reviews({"number": 99})  # somebody reviews somewhere: reviews are known


def spent(measured: Measured, number: int = 1) -> dict[str, float]:
    """Hours of each phase that took any."""
    rows = measured.rows.filter((pl.col("number") == number) & (pl.col("hours") > 0))
    return dict(rows.select("phase", "hours").rows())


def issue_life(*said: tuple[str, str], **tables: pl.DataFrame) -> dict[str, float]:
    """The life of one issue with these words (author, time)."""
    spoken = comments(*({"author": who, "created_at": when} for who, when in said))
    return spent(life_measured(view(**{"issues": issues(SPAN), "comments": spoken, **tables})))


def change_life(**tables: pl.DataFrame) -> dict[str, float]:
    stated = {"pull_requests": pull_requests(MERGED), "reviews": LOOKED}
    return spent(life_measured(view(**{**stated, **tables})))


def test_issue_nobody_touched_was_queued_all_its_life() -> None:
    assert issue_life() == {"queue": 96}


def test_turns_go_from_queue_to_author_to_us() -> None:
    found = issue_life(("ada", "2026-10-02"), ("rae", "2026-10-03 12:00"))
    assert found == {"queue": 24, "waiting_on_author": 36, "waiting_on_us": 36}


def test_the_authors_own_words_and_a_bots_end_no_queue() -> None:
    assert issue_life(("rae", "2026-10-02"), ("stale[bot]", "2026-10-03")) == {"queue": 96}


def test_a_deleted_account_and_one_nobody_named_are_no_touch() -> None:
    spoken = comments(*({"author": who, "created_at": "2026-10-02"} for who in ("ghost", None)))
    assert spent(life_measured(view(issues=issues(SPAN), comments=spoken))) == {"queue": 96}


def test_a_label_ends_the_queue_and_hands_nothing_to_the_author() -> None:
    labelled = events({"event": "labeled", "label": "bug", "created_at": "2026-10-02"})
    assert issue_life(events=labelled) == {"queue": 24, "waiting_on_us": 72}


def test_being_mentioned_is_no_touch() -> None:
    mentioned = events({"event": "mentioned", "created_at": "2026-10-02"})
    assert issue_life(events=mentioned) == {"queue": 96}


def test_another_outsiders_word_still_waits_on_us() -> None:
    assert issue_life(("zoe", "2026-10-02")) == {"queue": 24, "waiting_on_us": 72}


def test_where_no_team_is_known_anybodys_word_waits_on_the_author() -> None:
    spoken = comments({"author": "zoe", "created_at": "2026-10-02"}).with_columns(
        author_is_team=pl.lit(None, pl.Boolean)
    )
    nobody = people({"person_id": "zoe", "is_team": None, "share": None})
    measured = life_measured(view(issues=issues(SPAN), comments=spoken, people=nobody))
    assert spent(measured) == {"queue": 24, "waiting_on_author": 72}


def test_a_team_members_own_issue_waits_on_the_team_after_their_word() -> None:
    own = issues({**SPAN, "author": "ada"})
    found = issue_life(("ben", "2026-10-02"), ("ada", "2026-10-03"), issues=own)
    assert found == {"queue": 24, "waiting_on_author": 24, "waiting_on_us": 48}


def test_time_closed_in_between_is_no_part_of_the_life() -> None:
    changes = events(
        {"created_at": "2026-10-02"},
        {"event": "reopened", "created_at": "2026-10-04", "actor": "rae"},
        {"created_at": "2026-10-05"},
    )
    assert issue_life(events=changes) == {"queue": 24, "waiting_on_us": 24}


def test_reopened_and_open_at_as_of_is_not_finished() -> None:
    changes = events(
        {"created_at": "2026-10-05"},
        {"event": "reopened", "created_at": "2026-11-02", "actor": "rae"},
    )
    measured = life_measured(view(issues=issues({"opened_at": "2026-10-01"}), events=changes))
    assert measured.rows.is_empty()


def test_a_close_after_as_of_has_not_happened() -> None:
    measured = life_measured(view(issues=issues(SPAN), as_of=at("2026-10-04")))
    assert value(measured, "median") is None
    assert stated(measured)["median"].reason == "nothing was closed or merged in the window"


def test_the_last_close_counts_where_it_was_not_the_only_one() -> None:
    earlier = events(
        {"created_at": "2026-09-20"},
        {"event": "reopened", "created_at": "2026-09-21", "actor": "rae"},
    )
    long = issues({"opened_at": "2026-09-19", "closed_at": "2026-10-05"})
    assert sum(issue_life(issues=long, events=earlier).values()) == 24 + 14 * 24


def test_review_hands_back_and_approval_does_not() -> None:
    given_back = reviews({"state": "changes_requested", "submitted_at": "2026-10-02"})
    approved = reviews({"state": "approved", "submitted_at": "2026-10-02"})
    assert change_life(reviews=given_back) == {"queue": 24, "waiting_on_author": 72}
    assert change_life(reviews=approved) == {"queue": 24, "in_review": 72}


def test_asking_for_a_review_again_hands_it_back_to_us() -> None:
    given_back = reviews({"state": "changes_requested", "submitted_at": "2026-10-02"})
    asked = events({"event": "review_requested", "actor": "rae", "created_at": "2026-10-03"})
    found = change_life(reviews=given_back, events=asked)
    assert found == {"queue": 24, "waiting_on_author": 24, "in_review": 48}


def test_a_review_by_the_author_or_a_bot_is_none() -> None:
    own = reviews(
        {"author": "rae", "submitted_at": "2026-10-02"},
        {"author": "lint[bot]", "submitted_at": "2026-10-02"},
    )
    assert change_life(reviews=own) == {"queue": 96}


def test_draft_time_is_taken_out_at_the_start_and_in_between() -> None:
    drafts = events(
        {"event": "ready_for_review", "actor": "rae", "created_at": "2026-10-02"},
        {"event": "convert_to_draft", "actor": "rae", "created_at": "2026-10-03"},
        {"event": "ready_for_review", "actor": "rae", "created_at": "2026-10-04"},
    )
    assert change_life(events=drafts) == {"queue": 48}


def test_draft_to_the_end_is_left_out_and_said() -> None:
    drafted = pull_requests({**SPAN, "number": 1, "is_draft": True})
    measured = life_measured(view(pull_requests=drafted, reviews=LOOKED))
    assert measured.excluded()["reason"].to_list() == ["no time open and ready for review"]
    assert stated(measured)["median"].n_excluded == 1


def test_merged_work_waits_for_the_first_stable_release_after_it() -> None:
    shipped = releases(
        BEFORE,
        {"published_at": "2026-10-05 12:00", "kind": "prerelease"},
        {"published_at": "2026-10-07"},
        {"published_at": "2026-10-09"},
    )
    assert change_life(releases=shipped) == {"queue": 96, "unreleased": 48}


def test_merged_and_unreleased_waits_until_as_of_and_is_censored() -> None:
    stated_tables = {"pull_requests": pull_requests(MERGED), "reviews": LOOKED}
    measured = life_measured(view(**stated_tables, releases=releases(BEFORE)))
    waiting = stated(measured, "phase:unreleased")
    assert spent(measured)["unreleased"] == 34 * 24
    assert waiting["median"].value is None
    assert (waiting["median"].n, waiting["median"].n_censored) == (1, 1)


def test_no_release_known_is_no_wait_of_zero() -> None:
    tables = {"pull_requests": pull_requests(MERGED), "reviews": LOOKED}
    assert not stated(life_measured(view(**tables)), "phase:unreleased")


def test_pull_requests_are_left_out_where_no_review_is_known() -> None:
    def covering(needs: Sequence[str], window: Window) -> Covered:
        return Covered(None if "reviews" in needs else window, AS_OF)

    seen = view(issues=issues(SPAN), pull_requests=pull_requests({**MERGED, "number": 7}))
    measured = life_measured(replace(seen, covering=covering))
    assert measured.rows["number"].unique().to_list() == [1]
    assert measured.excluded()["reason"].to_list() == ["no review is known of any pull request"]


def test_unknown_author_and_unknown_close_are_left_out_and_said() -> None:
    unknown = issues({**SPAN, "author": None}, {"state": "closed"}, SPAN)
    measured = life_measured(view(issues=unknown))
    assert measured.rows["number"].unique().to_list() == [3]
    assert measured.excluded().rows() == [("team/product", "1", "the author is unknown")]


def test_shares_add_to_one_and_a_phase_not_had_counts_as_zero_hours() -> None:
    spoken = comments({"created_at": "2026-10-02"})
    measured = life_measured(view(issues=issues(SPAN, SPAN), comments=spoken))
    shares = [
        value(measured, "share", f"phase:{p}")
        for p in ("queue", "waiting_on_us", "waiting_on_author")
    ]
    assert shares == [pytest.approx(120 / 192), 0, pytest.approx(72 / 192)]
    assert value(measured, "median", "phase:waiting_on_author") == 36
    assert stated(measured, "kind:issue phase:queue")["median"].n == 2
    assert not stated(measured, "kind:pull_request phase:queue")


def test_life_of_some_rows_is_the_median_of_their_items() -> None:
    longer = {"opened_at": "2026-10-01", "closed_at": "2026-10-09"}
    measured = life_measured(view(issues=issues(SPAN, longer)))
    (median,) = life_of(measured.rows.filter(number=2))
    assert (median.statistic, median.value, median.n) == ("median", 192, 1)


def test_the_order_of_rows_and_a_bots_words_change_nothing() -> None:
    said = [
        {"number": 1 + i % 2, "author": who, "created_at": f"2026-10-{2 + i:02}"}
        for i, who in enumerate(("ada", "rae", "ben", "rae"))
    ]
    noise = [{"number": 1, "author": "x[bot]", "created_at": "2026-10-01 01:00"}]
    longer = {**SPAN, "closed_at": "2026-10-09"}
    plain = life_measured(view(issues=issues(longer, longer), comments=comments(*said))).rows
    loud = comments(*reversed([*said, *noise]))
    assert life_measured(view(issues=issues(longer, longer)[::-1], comments=loud)).rows.equals(
        plain
    )


HOURS = st.integers(0, 40 * 24)
ACTS = st.lists(
    st.tuples(HOURS, st.sampled_from(["ada", "rae", "zoe", "x[bot]", "ghost"])), max_size=8
)
DRAFTS = st.lists(HOURS, max_size=4, unique=True)
KINDS = ("comment", "approved", "commented", "labeled", "review_requested")


@settings(max_examples=60, deadline=None)
@given(acts=ACTS, kinds=st.lists(st.sampled_from(KINDS), min_size=8, max_size=8), drafts=DRAFTS)
def test_phases_add_up_to_the_time_open_and_no_draft(
    acts: list[tuple[int, str]], kinds: list[str], drafts: list[int]
) -> None:
    opened_at = at("2026-09-25")
    moved = [
        (kind, {"created_at": opened_at + timedelta(hours=hours - 24), "who": who})
        for (hours, who), kind in zip(acts, kinds, strict=False)
    ]
    drafting = [
        {
            "event": ("convert_to_draft", "ready_for_review")[i % 2],
            "actor": "rae",
            "created_at": opened_at + timedelta(hours=hours),
        }
        for i, hours in enumerate(sorted(drafts))
    ]
    said = [{"author": a["who"], "created_at": a["created_at"]} for k, a in moved if k == KINDS[0]]
    given_ = [
        {"author": a["who"], "submitted_at": a["created_at"], "state": k}
        for k, a in moved
        if k in KINDS[1:3]
    ]
    acted = [
        {"event": k, "actor": a["who"], "created_at": a["created_at"]}
        for k, a in moved
        if k in KINDS[3:]
    ]
    change = {"opened_at": opened_at, "merged_at": OCTOBER.start_at + timedelta(days=20)}
    measured = life_measured(
        view(
            pull_requests=pull_requests({**change, "number": 1}),
            comments=comments(*said),
            reviews=reviews(*given_, {"number": 99}),
            events=events(*acted, *drafting),
            releases=releases(BEFORE, {"published_at": "2026-10-25"}),
        )
    )
    open_hours = (change["merged_at"] - opened_at) / timedelta(hours=1)
    edges = [*(float(hours) for hours in sorted(drafts) if hours < open_hours)]
    edges += [open_hours] * (len(edges) % 2)
    drafted = sum(end - start for start, end in zip(edges[::2], edges[1::2], strict=True))
    total = open_hours - drafted + 4 * 24
    assert measured.rows["hours"].sum() == pytest.approx(total)
    assert (measured.rows["hours"] >= 0).all()
