import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from opsreview import blocks
from opsreview.blocks.block import web_link
from opsreview.review import Review

VOID = {"br", "img", "meta", "rect", "circle", "polyline"}
MISSING = ("interruptions", "busiest_share", "time_to_resolve", "oncall_share")


class Balanced(HTMLParser):
    """Fails where a tag is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag


EVERYTHING: list[Callable[[Review], blocks.Block | None]] = [
    blocks.banner,
    blocks.opening,
    blocks.headlines,
    blocks.waiting_now,
    blocks.next_up,
    blocks.drift,
    blocks.proposals,
    blocks.fill_in,
    blocks.data_quality,
    blocks.operating_model_map,
    blocks.verdicts,
    blocks.overdue_actions,
    blocks.decision_history,
    blocks.handoffs,
    blocks.handoff_cases,
    blocks.held_by_kind,
    blocks.decision_map,
    blocks.broken_references,
    blocks.sign_off,
    blocks.agenda,
    blocks.model_at_a_glance,
    blocks.model_rules,
    blocks.not_declared,
    lambda review: blocks.findings_list(review, "triage"),
    lambda review: blocks.finding(review, "response_attainment"),
    lambda review: blocks.question(review, "Why?", "backlog"),
    lambda review: blocks.not_told(review, *MISSING),
    lambda review: blocks.metric_table(review, "review_load"),
    lambda review: blocks.waiting_list(review, "review", "unreleased"),
]


@pytest.mark.parametrize("block", EVERYTHING)
@pytest.mark.parametrize("team", ["review", "looped", "bare"])
def test_every_block_is_whole_html_without_styles_of_its_own(
    block: Callable[[Review], blocks.Block | None], team: str, request: pytest.FixtureRequest
) -> None:
    shown = block(request.getfixturevalue(team))
    parser = Balanced()
    parser.feed(shown.html if shown else "")
    assert parser.open == []
    names = {name for name, _ in parser.attributes}
    assert not {name for name in names if name == "style" or name.startswith("on")}
    assert "None" not in re.sub(r"<[^>]+>", " ", shown.html if shown else "")


@pytest.mark.parametrize("block", EVERYTHING)
def test_every_column_has_a_heading_that_says_it_is_one(
    block: Callable[[Review], blocks.Block | None], looped: Review
) -> None:
    shown = block(looped)
    html = shown.html if shown else ""
    assert html.count("<table") == html.count("<thead")
    assert html.count("<th ") == html.count('<th scope="col"')
    assert "<th>" not in html


def test_block_shows_itself_as_html() -> None:
    block = blocks.Block("<p>x</p>")
    assert block._repr_html_() == "<p>x</p>"
    assert "<p>" not in repr(block)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org", "https://example.org"),
        ("http://example.org", "http://example.org"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org", None),
        (None, None),
    ],
)
def test_only_web_pages_are_linked(url: str | None, link: str | None) -> None:
    assert web_link(url) == link


def test_titles_from_outside_are_shown_and_not_run(review: Review) -> None:
    shown = blocks.waiting_now(review).html
    assert "&lt;b&gt;diagnostics&lt;/b&gt;" in shown
    assert "<b>diagnostics" not in shown


def test_evidence_that_is_no_web_page_is_text(review: Review) -> None:
    shown = blocks.finding(review, "time_to_first_review")
    assert shown is not None
    assert "javascript" not in shown.html


def test_number_and_unit_stay_on_one_line(review: Review) -> None:
    assert "within 3\u00a0d" in blocks.headlines(review).html
