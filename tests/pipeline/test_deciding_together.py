"""No sequence of decisions loses a comment or a record, and of two at once one is refused."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from commands import OUR_ERROR, WHOLE, everything_in
from decision_factory import decide, deciding_team, ledger_text, model_text
from dump_factory import SmallTeam
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from opsreview import pipeline
from opsreview.errors import OpsReviewError, ParamsError
from opsreview.operating_model.decisions import in_force, load_decisions
from opsreview.params import load_team
from opsreview.pipeline.answers import Wanted
from opsreview.pipeline.desk import Desk
from opsreview.yaml_file import read_yaml

COMMENT = re.compile(r"# [a-zA-Z ]+")
CHANGES = st.sampled_from(
    (
        ("rhythm.release.every", "2 weeks"),
        ("rhythm.release.every", "1 month"),
        ("rhythm.release.every", "80 %"),
        ("rhythm.duty.order", "[ada, cleo, ben]"),
        ("rhythm.duty.order", "[ben]"),
        ("rhythm.triage", "{every: weekday, by: lead}"),
        ("roles.lead.deputy", "cleo"),
        ("roles.lead.deputy", "null"),
        ("roles.release-manager", "{owner: ben, does: 'ships # all'}"),
        ("promises.first-answer.at_least", "80 %"),
        ("promises.first-answer", "null"),
        ("promises.calm", "{id: calm, says: 'a: b', owner: ben, unchecked: nobody asks}"),
        ("reviews", "{approvals: 2}"),
        ("reviews", "null"),
        ("channels.chat", "{where: 'chat # help', watched_by: lead}"),
        ("channels", "null"),
    )
)


class Retrospectives(RuleBasedStateMachine):
    """A team that decides on and on, with what it may and may not."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.team = deciding_team(Path(self.place.name))
        self.now = datetime(2026, 11, 3, 12, tzinfo=UTC)
        self.comments = self._comments()
        self.records: list[str] = ["2026-09-d1"]

    def teardown(self) -> None:
        self.place.cleanup()

    @rule(number=st.integers(1, 4), to=st.none() | st.sampled_from(("cleo", "2 days")))
    def accepts(self, number: int, to: str | None) -> None:
        self._decides(number=number, to=to)

    @rule(number=st.integers(1, 3))
    def declines(self, number: int) -> None:
        self._decides(number=number, not_now="not # now")

    @rule(change=CHANGES, title=st.just("x") | st.text(min_size=1, max_size=9))
    def decides_of_their_own(self, change: tuple[str, str], title: str) -> None:
        path, to = change
        self._decides(title=title, path=path, to=to, because="x # y: z")

    @rule(place=st.integers(0, 9), is_drop=st.booleans())
    def sets_a_status(self, place: int, is_drop: bool) -> None:
        chosen = self.records[place % len(self.records)]
        self._decides(**{"drop" if is_drop else "done": chosen})

    @rule(what=st.sampled_from(("model", "2026-09", "2026-10")), by=st.sampled_from(("ada", "ben")))
    def signs(self, what: str, by: str) -> None:
        self._decides(sign=what, by=by)

    @rule(days=st.integers(1, 40))
    def waits(self, days: int) -> None:
        self.now += timedelta(days=days)

    @invariant()
    def nothing_is_lost(self) -> None:
        decisions = load_decisions(self.team.folder / "decisions.yaml")
        assert [said.id for said in decisions][: len(self.records)] == self.records
        self.records = [said.id for said in decisions]
        assert self.comments <= self._comments()

    @invariant()
    def every_past_day_still_has_a_model(self) -> None:
        desk = Desk.of(load_team(self.team.name, self.team.params), self.now.date())
        for said in desk.decisions:
            day = said.effective_from - timedelta(days=1)
            desk.model.as_written(in_force(desk.model.file.data, desk.decisions, day))

    def _decides(self, **said: Any) -> None:
        before = everything_in(self.team.params)
        due = (self.now + timedelta(days=9)).date().isoformat()
        wanted = Wanted(**({"owner": "ben", "due": due} | said))
        places = self.team.places
        try:
            pipeline.decide(
                self.team.name, **places, cycle=None, wanted=wanted, now=self.now, ask=_nobody
            )
        except OpsReviewError:
            assert everything_in(self.team.params) == before

    def _comments(self) -> Counter[str]:
        return Counter(COMMENT.findall(model_text(self.team) + ledger_text(self.team)))


def _nobody(*_: object) -> str:
    raise ParamsError("nobody can be asked")


TestRetrospectives = Retrospectives.TestCase
TestRetrospectives.settings = settings(max_examples=10, stateful_step_count=10, deadline=None)


@pytest.fixture
def team(tmp_path: Path) -> SmallTeam:
    return deciding_team(tmp_path)


def test_who_answers_after_somebody_else_decided_is_refused(team: SmallTeam) -> None:
    def slow(flag: str, question: str, default: str | None) -> str:
        assert decide(team, "2", "--owner", "ben", "--due", "2999-01-01").exit_code == WHOLE
        return "2999-01-01"

    wanted = Wanted(number=1, owner="ada")
    with pytest.raises(ParamsError) as refused:
        pipeline.decide(
            team.name, **team.places, cycle=None, wanted=wanted, now=datetime.now(UTC), ask=slow
        )
    said = str(refused.value)
    assert "decisions.yaml changed while you were deciding (2026-10-d1 by ben is new)" in said
    assert "look at it and run this again" in said
    assert "within: 3 days" in model_text(team)


def test_model_edited_meanwhile_is_not_written_over(team: SmallTeam) -> None:
    path = team.folder / "operating_model.yaml"

    def slow(flag: str, question: str, default: str | None) -> str:
        path.write_text(model_text(team) + "# mine\n", "utf-8")
        return "2999-01-01"

    before = ledger_text(team)
    with pytest.raises(ParamsError, match=r"operating_model.yaml changed while you were deciding"):
        pipeline.decide(
            team.name,
            **team.places,
            cycle=None,
            wanted=Wanted(number=1, owner="ada"),
            now=datetime.now(UTC),
            ask=slow,
        )
    assert ledger_text(team) == before
    assert model_text(team).endswith("# mine\n")


def test_of_processes_that_decide_at_once_each_is_whole_or_refused(team: SmallTeam) -> None:
    """Each reads the files, then waits for the other to have read them too."""
    code = (
        "import sys\n"
        "from opsreview.cli import app\n"
        "from opsreview.pipeline import desk\n"
        "write = desk.Desk.write\n"
        "def when_told(*given):\n"
        "    print('read', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    return write(*given)\n"
        "desk.Desk.write = when_told\n"
        "app(sys.argv[1:])\n"
    )
    more = ["--params", str(team.params), "--outputs", str(team.outputs), "--due", "2999-01-01"]
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, "decide", team.name, number, "--owner", who, *more],
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )
        for number, who in (("1", "ada"), ("2", "ben"))
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "read\n"
    told: dict[int, tuple[str, str]] = {}

    def ended(i: int) -> None:
        told[i] = processes[i].communicate("go on\n", timeout=60)

    threads = [threading.Thread(target=ended, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    codes = [process.returncode for process in processes]
    assert sorted(codes) == [WHOLE, OUR_ERROR], told
    won, lost = codes.index(WHOLE), codes.index(OUR_ERROR)
    winner = ("ada", "ben")[won]
    assert f"(2026-10-d1 by {winner} is new): look at it and run this again" in told[lost][1]
    (_, decision) = load_decisions(team.folder / "decisions.yaml")
    assert decision.owner == winner
    (noted,) = read_yaml(team.folder / "operating_model.yaml").data["changelog"]
    assert noted["decision"] == decision.id
    assert not [path for path in team.folder.iterdir() if path.name.startswith(".")]
