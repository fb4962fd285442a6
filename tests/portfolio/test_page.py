"""The page of all teams, as a lead of several of them reads it."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from browser import opened
from chromium import tab
from cycle_factory import estimates, metrics_frame
from fleet_factory import NEVER_SIGNED, lacking, late_verdicts, write_team

from opsreview.estimate import not_measurable
from opsreview.portfolio import Portfolio, read_portfolio, write_portfolio
from opsreview.portfolio.page import sections

from .reading import plain, who

Page = Callable[[], str]
Read = Callable[[], Portfolio]
CHOOSE = """(() => {
  const list = document.querySelector(".choose select");
  list.value = %s;
  list.dispatchEvent(new Event("change", {bubbles: true}));
  const seen = (what) => [...document.querySelectorAll(what)].filter((each) => each.offsetHeight);
  const said = (each) => each.innerText.replace(/\\s+/g, " ").trim();
  return {teams: seen(".team h2 a").map(said), rows: seen(".who dt").map(said)};
})()"""
ANSWERS, BACKLOG = "response_attainment.share_answered", "backlog.change"


def raw(tmp_path: Path) -> str:
    return Path(write_portfolio(read_portfolio(tmp_path))).read_text("utf-8")


def many(outputs: Path, count: int = 18) -> None:
    """Teams of which nothing is to be said."""
    for at in range(count):
        write_team(outputs, f"quiet-{at:02}")


def test_each_team_has_its_six_with_value_n_usual_range_and_picture(tmp_path: Path, page: Page):
    write_team(tmp_path, "apollo")
    said = page()
    assert "Share answered within 3 d 52 % 40–64 %, n 61 earlier 12 cycles: 67 to 82 %" in said
    assert "Change of the backlog +9" in said
    assert "Median time to a first review 9 h 6.3–14 h, n 44" in said
    assert raw(tmp_path).count('<svg class="spark"') == 6


def test_the_top_says_how_many_teams_there_are_and_who_needs_to_be_asked(tmp_path: Path):
    many(tmp_path)
    write_team(tmp_path, "osprey", signals={ANSWERS: 0.0001})
    write_team(tmp_path, "heron", signals={BACKLOG: 0.007})
    write_team(tmp_path, "avocet", run=lacking(1, 2), verdicts=late_verdicts())
    text = raw(tmp_path)
    assert (
        "21 teams. 1 has a signal that stands among all teams, 1 more has one to the team alone. "
        "1 has incomplete data."
    ) in plain(text)
    found = who(text)
    assert len(found.pop("Nothing to ask about")) == 18
    assert found == {
        "signal among all teams": ["osprey"],
        "signal to the team": ["heron"],
        "Incomplete data": ["avocet"],
        "Overdue actions": ["avocet"],
    }


def test_the_title_is_the_finding(tmp_path: Path):
    many(tmp_path)
    none = "All teams: none of 18 has a signal that stands among all"
    assert titles(raw(tmp_path)) == {none}
    write_team(tmp_path, "osprey", signals={ANSWERS: 0.0001})
    write_team(tmp_path, "heron", signals={ANSWERS: 0.0001})
    assert titles(raw(tmp_path)) == {"All teams: 2 of 20 have a signal that stands among all"}


def titles(text: str) -> set[str]:
    return set(re.findall(r"<(?:title|h1)[^>]*>(.*?)</(?:title|h1)>", text))


def test_second_signal_of_a_team_that_stands_has_to_stand_by_itself(tmp_path: Path, read: Read):
    """One of twenty teams is chosen, so its headlines are held to 0.05 / 20 = 0.0025.

    Of its six the smallest p, 1e-6, comes to 6e-6 and the next, 0.009, to 5 * 0.009 = 0.045.
    """
    many(tmp_path, 19)
    write_team(tmp_path, "osprey", signals={ANSWERS: 1e-6, BACKLOG: 0.009})
    text = raw(tmp_path)
    assert who(text)["signal among all teams"] == who(text)["signal to the team"] == ["osprey"]
    assert text.count('<article class="stands"') == text.count('<article class="own"') == 1
    said = plain(text)
    assert "1 has a signal that stands among all teams. None has incomplete data." in said
    (osprey,) = (team for team in read().teams if team.team == "osprey")
    marks = {each.kind: (each.mark, each.adjusted_p) for each in osprey.multiples if each.mark}
    assert marks == {
        "Share answered in time": ("stands", pytest.approx(6e-6)),
        "Change of the backlog": ("own", pytest.approx(0.045)),
    }


def test_the_top_says_what_each_signal_is_about(tmp_path: Path):
    many(tmp_path)
    write_team(tmp_path, "osprey", signals={ANSWERS: 0.0001, BACKLOG: 0.0002})
    write_team(tmp_path, "heron", signals={BACKLOG: 0.0001})
    text = plain(raw(tmp_path))
    assert (
        "signal among all teams 2 Change of the backlog: heron osprey "
        "Share answered in time: osprey Nothing to ask about 18 quiet-00"
    ) in text


def test_where_nothing_is_to_be_asked_it_is_said_of_all(tmp_path: Path):
    many(tmp_path, 3)
    assert who(raw(tmp_path)) == {"Nothing to ask about": []}
    assert "Nothing to ask about 3 all teams" in plain(raw(tmp_path))


def test_no_signal_has_no_more_of_them(tmp_path: Path, page: Page):
    many(tmp_path)
    write_team(tmp_path, "heron", signals={BACKLOG: 0.007})
    assert "None has a signal that stands among all teams, 1 has one to the team alone." in page()


def test_a_signal_that_does_not_stand_is_shown_with_another_mark_and_other_words(tmp_path: Path):
    many(tmp_path)
    write_team(tmp_path, "heron", signals={BACKLOG: 0.007})
    write_team(tmp_path, "osprey", signals={ANSWERS: 0.0001})
    text = raw(tmp_path)
    assert "by more than they vary among themselves; a signal to the team" in plain(text)
    assert "Luck alone gives a signal to about 1.0 of the 20 that can be told." in plain(text)
    assert text.count('<article class="own"') == 1
    assert text.count('<article class="stands"') == 1


def test_the_page_states_what_luck_gives_and_what_is_controlled(tmp_path: Path, page: Page):
    many(tmp_path, 12)
    said = page()
    assert "at most 5 % are expected to have one by luck, however many teams" in said
    assert "luck alone gives a signal to about 0.6 of the 12 that can be told" in said
    assert "by Benjamini and Hochberg's procedure at 5 % over each team's smallest" in said
    assert "5 % times the share of teams that were kept (Benjamini and Bogomolov)" in said


def test_teams_too_young_to_tell_are_not_among_those_that_luck_is_counted_over(
    tmp_path: Path, page: Page
):
    many(tmp_path, 3)
    write_team(tmp_path, "young", p=None)
    assert "of the 3 that can be told" in page()
    assert who(raw(tmp_path))["No signal can be told"] == ["young"]


def test_no_team_that_can_be_told_is_said_plainly(tmp_path: Path, page: Page):
    write_team(tmp_path, "young", p=None)
    assert "No team has enough earlier cycles yet to tell a signal." in page()


def test_sections_are_in_alphabetical_order_and_never_by_value(tmp_path: Path):
    for team, drift in (("calypso", -0.5), ("apollo", 0.9), ("Bering", 0.2)):
        write_team(tmp_path, team, drift=drift)
    headings = re.findall(r"<h2 id=[^>]*><a [^>]*>(.*?)</a>", raw(tmp_path))
    assert headings == ["apollo", "Bering", "calypso"]


def test_no_colour_judges_and_nothing_is_ranked(tmp_path: Path):
    write_team(tmp_path, "apollo", signals={ANSWERS: 0.0001}, run=lacking(2, 2))
    body = raw(tmp_path).partition("<body")[2]
    assert not re.findall(r'class="[^"]*\b(good|bad|warn)\b', body)
    assert not re.findall(r"\b(score|rank|best|worst)\b", plain(raw(tmp_path)))


def test_team_behind_the_others_is_named_with_its_cycle(tmp_path: Path, page: Page):
    write_team(tmp_path, "apollo")
    write_team(tmp_path, "ember", cycle="2026-09")
    assert who(raw(tmp_path))["Behind the others"] == ["ember"]
    assert "ember September 2026 behind the others" in page()


def test_nobody_is_behind_a_cycle_that_is_not_over(tmp_path: Path):
    write_team(tmp_path, "apollo")
    write_team(tmp_path, "early", cycle="2026-11", run={"is_over": False})
    assert "Behind the others" not in who(raw(tmp_path))
    assert "the cycle is not over" in plain(raw(tmp_path))


def test_team_that_reviews_quarters_is_not_behind_those_that_review_months(tmp_path: Path):
    write_team(tmp_path, "apollo")
    write_team(tmp_path, "slow", cycle="2026-q3")
    assert "Behind the others" not in who(raw(tmp_path))


def test_models_that_nobody_signed_and_teams_without_one_are_named(tmp_path: Path):
    write_team(tmp_path, "apollo", sign_off=NEVER_SIGNED)
    write_team(tmp_path, "bering", areas=None, sign_off={"model": None})
    write_team(tmp_path, "calypso")
    assert who(raw(tmp_path)) == {
        "Model never signed off": ["apollo"],
        "No operating model": ["bering"],
        "Nothing to ask about": ["calypso"],
    }


def test_verdicts_and_overdue_actions_are_counted(tmp_path: Path, page: Page):
    write_team(tmp_path, "apollo", verdicts=late_verdicts())
    said = page()
    assert "1 action overdue" in said
    assert "3 decisions: 1 worse, 1 worked, 1 too early" in said


def test_incomplete_data_is_said_by_its_extent(tmp_path: Path, page: Page):
    source = {"kind": "ics", "complete": False, "reason": "otter.ics is gone"}
    write_team(tmp_path, "apollo", run=lacking(1, 3) | {"sources": [source]})
    assert "incomplete data: 1 of 3 repositories, source ics" in page()


def test_team_leads_to_its_own_page(tmp_path: Path):
    write_team(tmp_path, "two words")
    assert 'href="two%20words/2026-10/index.html"' in raw(tmp_path)


def test_team_without_a_page_yet_has_no_link_that_leads_nowhere(tmp_path: Path, page: Page):
    (write_team(tmp_path, "apollo") / "index.html").unlink()
    assert "apollo/2026-10" not in raw(tmp_path)
    assert "October 2026, no pages yet" in page()


def test_no_person_is_named_on_the_page(tmp_path: Path, page: Page):
    write_team(
        tmp_path,
        "apollo",
        run=lacking(1, 2),
        verdicts=[{**row, "title": "Otter takes triage"} for row in late_verdicts()],
        signals={ANSWERS: 0.0001},
    )
    said = page().lower()
    assert not [name for name in ("otter", "heron", "lynx", "wren") if name in said]


def test_what_cannot_be_read_is_on_the_page_with_its_reason(tmp_path: Path, page: Page):
    write_team(tmp_path, "apollo")
    (write_team(tmp_path, "bering") / "run.json").unlink()
    said = page()
    assert "1 team. " in said
    assert "1 could not be read" in said
    assert "bering: 2026-10 has no run.json" in said


def test_what_is_true_of_every_team_is_said_without_listing_them(tmp_path: Path):
    for team in ("apollo", "bering"):
        write_team(tmp_path, team, run=lacking(1, 2))
    text = raw(tmp_path)
    assert who(text) == {"Incomplete data": []}
    assert "Incomplete data 2 all teams" in plain(text)


def test_reason_names_a_repository_without_its_owner(tmp_path: Path, page: Page):
    folder = write_team(tmp_path, "apollo")
    reason = "no source gives the issues of otter/tool"
    unknown = not_measurable("count", "count", reason)
    metrics_frame([("waiting_on_team", unknown)]).write_parquet(folder / "metrics.parquet")
    assert "no source gives the issues of tool" in page()
    assert "otter" not in page()


def test_headline_without_a_number_says_why(tmp_path: Path, page: Page):
    folder = write_team(tmp_path, "apollo")
    metrics_frame(estimates(has_pager=False)).write_parquet(folder / "metrics.parquet")
    assert "not measurable incidents are not recorded by any source" in page()


def test_names_from_outside_are_escaped(tmp_path: Path):
    write_team(tmp_path, "<b>x", run={"sources": [{"kind": "<script>", "complete": False}]})
    text = raw(tmp_path)
    assert "<b>x" not in text
    assert "source <script>" not in text


def test_an_area_shows_its_teams_with_the_marks_they_have_among_all(tmp_path: Path, read: Read):
    many(tmp_path)
    write_team(tmp_path, "heron", signals={BACKLOG: 0.007}, areas=("docs",))
    portfolio = read()
    assert portfolio.areas == ["docs", "preview"]
    part = portfolio.of_area("docs")
    assert [team.team for team in part.teams] == ["heron"]
    assert 'class="own"' in sections(part, lambda team: team.page).html
    assert part.told_count == 19
    assert portfolio.of_area("") is portfolio


def test_an_area_chosen_on_the_page_leaves_its_teams_alone(tmp_path: Path):
    write_team(tmp_path, "apollo", areas=("docs", "pre view"), run=lacking(1, 2))
    write_team(tmp_path, "bering", areas=("docs",), run=lacking(1, 2))
    write_team(tmp_path, "calypso", areas=None, run=lacking(1, 2), signals={ANSWERS: 0.0001})
    raw(tmp_path)
    chosen = asyncio.run(_chosen(tmp_path / "portfolio.html", tmp_path, ("docs", "pre view", "")))
    assert chosen == [
        {"teams": ["apollo", "bering"], "rows": ["Incomplete data 2"]},
        {"teams": ["apollo"], "rows": ["Incomplete data 1"]},
        {
            "teams": ["apollo", "bering", "calypso"],
            "rows": ["signal among all teams 1", "Incomplete data 3", "No operating model 1"],
        },
    ]


async def _chosen(page: Path, folder: Path, areas: Sequence[str]) -> list[Any]:
    """The teams and the rows on top that are seen at each area, as a person chooses it."""
    async with tab(folder) as shown:
        await shown.call("Page.navigate", url=page.as_uri())
        await shown.until("document.querySelector('.choose:not([hidden])') !== null")
        seen = [await shown.value(CHOOSE % json.dumps(area)) for area in areas]
        assert shown.errors == []
    return seen


@pytest.mark.parametrize("areas", [None, ("docs",)])
def test_teams_of_the_same_areas_leave_nothing_to_choose(tmp_path: Path, areas):
    write_team(tmp_path, "apollo", areas=areas)
    write_team(tmp_path, "bering", areas=areas)
    assert "<select" not in raw(tmp_path)


@pytest.mark.parametrize("switches", [(), ("--force-dark-mode",)])
def test_page_asks_for_nothing_and_says_nothing_to_the_console(tmp_path: Path, switches):
    write_team(tmp_path, "apollo", signals={ANSWERS: 0.0001})
    raw(tmp_path)
    page = opened(tmp_path / "portfolio.html", *switches)
    assert page.console == []
    assert page.requests == []
    (policy,) = re.findall(
        r'http-equiv="Content-Security-Policy" content="([^"]+)"', html.unescape(raw(tmp_path))
    )
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert re.search(r"script-src 'sha256-[^' ]+';", policy)
