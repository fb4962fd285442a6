from cycle_documents import (
    drift_json,
    findings_json,
    run_json,
    signals_json,
    verdict_row,
    verdicts_json,
)

from opsreview.findings import Finding
from opsreview.operating_model.conformance import Held
from opsreview.pipeline.summary import plain, summary

RUN = run_json()
HEADLINES = signals_json()["headlines"]


def written(verdicts=(), held=(), found=(), headlines=HEADLINES) -> str:
    return summary(RUN, list(found), list(held), headlines, list(verdicts))


def held(**said) -> Held:
    row = drift_json()[0] | said
    return Held(**{name: row[name] for name in Held.__dataclass_fields__ if name in row})


def test_verdicts_and_overdue_actions_come_before_anything_new():
    text = written(verdicts_json(), [held()])
    worked, late = text.index("Second triager: **worked**"), text.index("## Overdue")
    assert worked < late < text.index("## Headlines") < text.index("## Where we drift")
    assert "- lynx: Rota of four, due 2026-09-30" in text
    assert "- and 1 more, settled or still watched" in text


def test_cycle_without_decisions_begins_with_its_headlines():
    text = written()
    assert text.startswith("# demo: October 2026\n\nData complete. Names: pseudonyms.")
    assert "work?" not in text
    assert "Overdue" not in text
    assert "drift" not in text


def test_summary_stays_one_screen_however_much_there_is_to_say():
    rows = [
        verdict_row(f"d{i}", is_overdue=i > 9, verdict="too early" if i < 10 else "not done")
        for i in range(30)
    ]
    found = [Finding.from_json(row) for row in findings_json()]
    text = written(rows, [held(id=f"c{i}") for i in range(20)], found)
    assert len(text.splitlines()) <= 45
    assert "- and 5 more, settled or still watched" in text
    assert text.count("- and 15 more\n") == 2


def test_headlines_are_the_team_s_own_and_signals_are_marked():
    rows = signals_json("response_attainment.share_answered")["headlines"][:2]
    named = [{"id": row["id"], "claim": f"Claim {i}"} for i, row in enumerate(rows)]
    found = [Finding.from_json(findings_json()[0] | row) for row in named]
    text = written(found=found, headlines=rows)
    assert "- **Signal.** Claim 0" in text
    assert "- Claim 1" in text
    assert text.count("\n- ") == 2


def test_headline_that_nothing_was_found_of_says_why():
    row = HEADLINES[1] | {"says": "not measurable in this cycle"}
    assert "- change of the backlog: not measurable in this cycle" in written(headlines=[row])


def test_data_that_is_not_whole_is_told_at_the_top():
    broken = {**RUN["sources"][0], "source": "dump", "complete": False, "reason": "cut off"}
    text = summary(RUN | {"sources": [broken]}, [], [], HEADLINES)
    assert text.index("**Data incomplete.**") < text.index("cut off") < text.index("## Headlines")


def test_text_from_outside_is_plain_on_one_line_and_mentions_nobody():
    assert plain("a *b* [c](d)\n# e <i> @ada") == ("a \\*b\\* \\[c\\](d) \\# e \\<i\\> @\u200bada")
    row = verdict_row("d", title="x\n## y", says="<script>", owner="@z", is_overdue=True)
    text = written([row])
    assert "\n## y" not in text
    assert "<script>" not in text
    assert "@z" not in text
