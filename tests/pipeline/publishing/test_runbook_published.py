"""The runbook in a folder of the team, and options that belong to other parts."""

from __future__ import annotations

from commands import NOT_WHOLE, WRONG_USAGE, assert_refused
from cycle_factory import write_cycle

from .publishing_team import (
    MODEL,
    REPO,
    PublishingTeam,
)


def test_the_runbook_is_written_with_yes_and_held_with_check(small: PublishingTeam) -> None:
    into = small.team.root / "docs"
    missing = small.publish("runbook", "--into", str(into), "--check")
    assert missing.exit_code == NOT_WHOLE
    assert missing.stdout.count(": missing") == 5
    assert "nothing is written without --yes" in small.done("runbook", "--into", str(into))
    assert not into.exists()
    small.done("runbook", "--into", str(into), "--yes")
    assert "all 5 pages" in small.done("runbook", "--into", str(into), "--check")
    model = small.team.folder / "operating_model.yaml"
    model.write_text(MODEL.replace("deputy: ben", "deputy: null"), "utf-8")
    stale = small.publish("runbook", "--into", str(into), "--check")
    assert stale.exit_code == NOT_WHOLE
    assert "stale: the params say something else now" in stale.stdout
    for page in into.iterdir():
        text = page.read_text("utf-8")
        assert "person-" in text or "ada" not in text
        assert " ada" not in text


def test_turns_of_a_cycle_with_other_names_are_not_shown(small: PublishingTeam) -> None:
    assert "heron" in small.done("runbook")
    review = small.team.folder / "review.yaml"
    review.write_text(review.read_text("utf-8").replace("pseudonyms", "roles"), "utf-8")
    told = small.done("runbook")
    assert "heron" not in told
    assert "was built with privacy.names pseudonyms, and review.yaml says roles" in told
    assert_refused(small.publish("issue"), "privacy.names pseudonyms", "opsreview build small")
    assert "No built cycle was at hand." in small.done("pull-request")


def test_options_of_another_part_are_wrong_usage(small: PublishingTeam) -> None:
    for arguments in (["issue", "--check"], ["runbook", "--repo", REPO], ["letter"]):
        assert small.publish(*arguments).exit_code == WRONG_USAGE


def test_a_cycle_that_is_not_built_is_refused(small: PublishingTeam) -> None:
    assert_refused(small.publish("issue", "--cycle", "2026-09"), "2026-09 of small is not built")
    write_cycle(small.team.outputs, team="small", cycle="2026-09")
    assert "September 2026" in small.done("issue", "--cycle", "2026-09")
    assert "October 2026" in small.done("issue")
