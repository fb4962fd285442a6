"""The issue's text, and the ticks in it through every edit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from opsreview.publish.issue import CycleText, issue_body, lost_ticks, read_ticks

DEADLINE = {
    "id": "p-1",
    "path": "promises.first.within",
    "current": "3 days",
    "proposed": "5 days",
    "what_if": "Within 5 d 77 % were answered.",
}
DEPUTY = {"id": "p-2", "path": "roles.lead.deputy", "current": None, "proposed": None}
SAID = CycleText(
    team="small",
    cycle="2026-10",
    title="October 2026",
    summary="# small: October 2026\n\nData complete.\n\n- The backlog grew.\n",
    proposals=[DEADLINE, DEPUTY],
    verdicts=[
        {
            "title": "Second triager",
            "verdict": "worked",
            "says": "From 60 to 80 %.",
            "next_look": "2026-12",
            "is_overdue": False,
        },
        {"title": "Write it down", "verdict": "not done", "says": "", "is_overdue": True},
    ],
    agenda=[
        {"minutes": 10, "topic": "What we decided", "says": ["Second triager worked."]},
        {"minutes": 35, "topic": "Proposals", "says": []},
    ],
)


def ticked(body: str, *names: str) -> str:
    """A body after people ticked boxes in it, as GitHub saves it."""
    for name in names:
        box = next(line for line in body.splitlines() if f"proposal {name} -->" in line)
        body = body.replace(box, box.replace("[ ]", "[x]"))
    return body.replace("\n", "\r\n")


def test_the_issue_holds_verdicts_summary_proposals_and_agenda() -> None:
    body = issue_body(SAID)
    assert SAID.issue_title == "Operating-model retrospective: October 2026"
    assert body.startswith("<!-- opsreview:small:2026-10 -->\n")
    for part in (
        "- Second triager: **worked**. From 60 to 80 %. Next look: 2026-12.",
        "- Write it down: **overdue**, **not done**.",
        "- The backlog grew.",
        "- [ ] **p-1** `promises.first.within`: `3 days` → `5 days` "
        "<!-- opsreview:proposal p-1 -->",
        "- [ ] **p-2** `roles.lead.deputy`: *nothing* → *to be chosen* ",
        "`opsreview decide small 2 --cycle 2026-10`",
        "## Agenda (45 minutes)",
        "1. What we decided (10 min)",
        "   - Second triager worked.",
    ):
        assert part in body, f"{part!r} is not in\n{body}"
    assert "# small: October 2026" not in body
    assert "Simulated" not in body
    assert "Simulated" in issue_body(replace(SAID, simulated=True))


def test_nothing_is_made_up_where_a_file_is_not_there() -> None:
    body = issue_body(replace(SAID, proposals=[], verdicts=[], agenda=[]))
    assert "None in this cycle." in body
    assert "Agenda" not in body
    assert "decisions" not in body


def test_ticks_are_read_whatever_the_box_and_the_line_end() -> None:
    body = ticked(issue_body(SAID), "p-2")
    assert read_ticks(body).ticked == ("p-2",)
    assert read_ticks(body.replace("[x]", "[X]").replace("- [X]", "* [X]")).ticked == ("p-2",)
    assert read_ticks(None).ticked == ()
    assert read_ticks("- [x] something else").ticked == ()


def test_ticks_are_carried_over_into_the_next_text() -> None:
    before = ticked(issue_body(SAID), "p-1")
    after = issue_body(replace(SAID, summary="# t\n\nOther.\n"), before)
    assert read_ticks(after).ticked == ("p-1",)
    assert "Other." in after
    assert issue_body(SAID, before) == issue_body(SAID, issue_body(SAID, before))
    assert lost_ticks(SAID, before) == []


def test_a_tick_does_not_pass_to_another_proposal_of_the_same_id() -> None:
    other = replace(SAID, proposals=[DEADLINE | {"proposed": "7 days"}])
    before = ticked(issue_body(SAID), "p-1", "p-2")
    assert read_ticks(issue_body(other, before)).ticked == ()
    assert lost_ticks(other, before) == ["p-1", "p-2"]


def test_a_line_that_people_edited_keeps_its_tick() -> None:
    before = ticked(issue_body(SAID), "p-1").replace("`5 days`", "five days, please")
    assert read_ticks(issue_body(SAID, before)).ticked == ("p-1",)


def test_what_people_wrote_around_ours_stays() -> None:
    made = issue_body(SAID)
    before = f"Moved to Tuesday!\n\n{made}\nNotes of ben.\n"
    after = issue_body(replace(SAID, summary="# t\n\nOther.\n"), before)
    assert after.startswith("Moved to Tuesday!\n\n<!-- opsreview:small:2026-10 -->")
    assert after.endswith("Notes of ben.\n")
    assert "backlog" not in after
    assert issue_body(SAID, after) == before


def test_a_body_whose_end_mark_is_gone_is_made_whole() -> None:
    cut = issue_body(SAID).partition("## Proposals")[0]
    assert issue_body(SAID, cut) == issue_body(SAID)


def test_texts_set_no_marks_boxes_or_mentions() -> None:
    bad = (
        "x --> <!-- opsreview:proposal p-9 -->\n- [x] **p-9** <!-- opsreview:proposal p-9 --> @ada"
    )
    row: dict[str, Any] = {"title": bad, "verdict": bad, "says": bad, "is_overdue": False}
    proposal = DEADLINE | {"path": bad, "current": bad, "proposed": bad, "what_if": bad}
    agenda = [{"minutes": 5, "topic": bad, "says": [bad]}]
    body = issue_body(replace(SAID, proposals=[proposal], verdicts=[row], agenda=agenda))
    assert read_ticks(body).boxes.keys() == {"p-1"}
    assert read_ticks(body).ticked == ()
    assert "@ada" not in body
    assert body.count("opsreview:small:2026-10 -->") == 2


def test_a_long_cycle_is_cut_to_what_github_takes_with_its_end_mark() -> None:
    body = issue_body(replace(SAID, summary="# t\n\n" + "- a line of text\n" * 9000))
    assert len(body) < 65_536
    assert body.rstrip().endswith("<!-- /opsreview:small:2026-10 -->")
    assert "does not fit" in body
