from typing import Any

import pytest
from cycle_documents import sign_off_json

from opsreview import blocks
from opsreview.review import Review

from .reading import text, with_document


def signed(review: Review, **said: Any) -> str:
    return text(blocks.sign_off(with_document(review, "sign_off", sign_off_json() | said)))


def test_sign_off_names_who_signed_and_on_which_day(looped: Review) -> None:
    said = signed(looped, cycle={"by": "heron", "on": "2026-11-05"}, cycle_is_overdue=False)
    assert "This cycle signed off by heron on Thu 5 Nov 2026." in said
    assert "The model signed off by otter on Fri 2 Oct 2026, to be read again by Sat" in said


def test_cycle_that_nobody_signed_is_red_when_it_is_overdue(looped: Review) -> None:
    shown = blocks.sign_off(looped)
    assert shown is not None
    assert '<li class="bad"><b>This cycle</b>' in shown.html
    assert "nobody has signed this cycle off." in text(shown)
    assert "off; due since Sun 8 Nov 2026." in signed(looped, cycle_due_on="2026-11-08")


def test_cycle_that_need_not_be_signed_yet_is_open(looped: Review) -> None:
    assert "This cycle open nobody has signed it off yet." in signed(looped, cycle_is_overdue=False)


def test_model_to_be_read_again_is_overdue_and_one_never_read_says_how(looped: Review) -> None:
    late = sign_off_json()["model"] | {"is_overdue": True}
    assert "overdue by otter on Fri 2 Oct 2026; it was to be read" in signed(looped, model=late)
    never = {"by": None, "on": None, "due_on": None, "is_overdue": True}
    said = signed(looped, model=never)
    assert "overdue nobody has said that it is right. opsreview decide looped --sign model" in said


def test_team_without_a_model_is_asked_for_its_cycle_alone(looped: Review) -> None:
    said = signed(looped, model=None)
    assert "opsreview decide looped --sign 2026-10" in said
    assert "The model" not in said


def test_agenda_adds_its_minutes_up(looped: Review) -> None:
    said = text(blocks.agenda(looped))
    assert said.startswith("Agenda 45 minutes Overdue 25 min Rota of four (lynx, due 2026-09-30)")


@pytest.mark.parametrize("block", [blocks.sign_off, blocks.agenda])
def test_cycle_without_them_shows_neither(block: Any, review: Review) -> None:
    assert block(review) is None


def test_topics_are_shown_and_not_run(looped: Review) -> None:
    topic = {"minutes": 45, "topic": "<i>t</i>", "says": ["<i>s</i>"]}
    shown = blocks.agenda(with_document(looped, "agenda", [topic]))
    assert shown is not None
    assert "<i>" not in shown.html
