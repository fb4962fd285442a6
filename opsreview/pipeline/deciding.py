"""``opsreview decide``: proposals listed, decisions recorded, their status set, sign-offs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from opsreview.errors import ParamsError
from opsreview.operating_model.decisions import Change, Decision, value_at
from opsreview.operating_model.edit import edited, with_change_noted
from opsreview.operating_model.ledger import next_id
from opsreview.operating_model.parts import owner_of_part
from opsreview.operating_model.yaml_text import inline, is_same
from opsreview.params import Team
from opsreview.pipeline.answers import Answers, Ask, Wanted
from opsreview.pipeline.desk import Desk
from opsreview.pipeline.proposed import (
    Proposal,
    decided_on,
    meant,
    proposal_of,
    proposals_of,
    told,
)
from opsreview.pipeline.signing import MODEL, sign_cycle, sign_model


class Foresight(Protocol):
    """Says, right after a decision, when its effect can be seen at this team's volume."""

    def __call__(self, decision: Decision, *, team: Team, folder: Path) -> Sequence[str]:
        """Lines for a reader; ``folder`` is the built cycle that was decided on."""
        ...


def nothing_foreseen(decision: Decision, *, team: Team, folder: Path) -> Sequence[str]:
    """No foresight: nothing is said."""
    return []


@dataclass(frozen=True)
class Session:
    """One run of the command: the files it began with, what is wanted, and whom it may ask.

    ``built(name)`` is the folder of a built cycle, of the latest one for None; it refuses a cycle
    that was never built.
    """

    desk: Desk
    wanted: Wanted
    ask: Ask
    built: Callable[[str | None], Path]
    cycle: str | None = None
    foresight: Foresight = nothing_foreseen

    @property
    def answers(self) -> Answers:
        return Answers(self.desk, self.wanted, self.ask)

    def decide(self) -> list[str]:
        """Do what is wanted; what was written, or can be decided on, in lines.

        Raises:
            CycleError: The cycle was never built, or has no such proposal.
            ParamsError: A file or an answer is not valid, or a file changed meanwhile; nothing is
                written then.
        """
        wanted, desk = self.wanted, self.desk
        if wanted.sign == MODEL:
            return sign_model(desk, self.answers.signer())
        if wanted.sign:
            return sign_cycle(desk, self.built(wanted.sign).name, self.answers.signer())
        if wanted.done or wanted.drop:
            return self._set_status(str(wanted.done or wanted.drop), bool(wanted.drop))
        folder = self.built(self.cycle)
        if wanted.number is not None:
            return self._on_proposal(folder, proposal_of(folder, wanted.number))
        if wanted.title:
            return self._own(folder, wanted.title)
        return list(told(proposals_of(folder), desk.decisions, desk.team.name, folder.name))

    def _on_proposal(self, folder: Path, said: Proposal) -> list[str]:
        desk, wanted = self.desk, self.wanted
        earlier = decided_on(said, desk.decisions, folder.name)
        if earlier and earlier.status != "dropped":
            return self._again(earlier, folder)
        if wanted.to is not None or (said.proposed is None and not wanted.not_now):
            said = replace(said, proposed=self.answers.to(said.path))
        said = meant(said, desk.team, desk.model)
        change = {"path": said.path, "from": said.current, "to": said.proposed}
        if wanted.not_now:
            return self._declined(folder, change)
        reasons = list(said.because) or [each for each in [said.what_if] if each]
        title = wanted.title or self._title(change)
        return self._recorded(folder, title, change, reasons, self.answers.expects(said.expects))

    def _own(self, folder: Path, title: str) -> list[str]:
        path = self.wanted.path
        if path is not None and path.split(".")[0] in ("changelog", "version"):
            raise ParamsError(f"--path {path} is no part of how the team works: leave it as it is")
        if path is None:
            return self._recorded(folder, title, None, [], self.answers.expects("done"))
        current, to = value_at(self.desk.model.file.data, path), self.answers.to(path)
        for said in self.desk.decisions:
            is_this = said.change and said.change.path == path and is_same(said.change.to, to)
            if is_this and said.title == title and self._is_unfinished(said):
                return self._again(said, folder)
        change = {"path": path, "from": current, "to": to}
        return self._recorded(folder, title, change, [], self.answers.expects("done"))

    def _recorded(
        self,
        folder: Path,
        title: str,
        change: dict[str, Any] | None,
        reasons: list[str],
        expects: Any,
    ) -> list[str]:
        desk, answers = self.desk, self.answers
        text = self._changed(change) if change else desk.model_text
        if self.wanted.because:
            reasons = [self.wanted.because]
        record = {
            "id": next_id(desk.decisions, folder.name),
            "title": title,
            "owner": answers.owner(str(change["path"]) if change else ""),
            "due": answers.due(),
            "decided_on": desk.today,
            "effective_from": answers.start(),
            "change": change,
            "because": reasons or None,
            "expects": expects,
            "looks": None if expects == "done" else [2, 4],
            "revert_if": self.wanted.revert_if,
            "status": "open",
        }
        decision = desk.checked(record)
        written = desk.record(record, self._noted(text, decision) if change else text)
        return [*self._summary(decision), *written, *self._foreseen(decision, folder)]

    def _declined(self, folder: Path, change: dict[str, Any]) -> list[str]:
        desk = self.desk
        owner = self.wanted.owner or owner_of_part(desk.model, str(change["path"]))
        record = {
            "id": next_id(desk.decisions, folder.name),
            "title": f"Not now: {self._title(change)}",
            "owner": owner or self.ask("--owner", "who declines", None),
            "due": desk.today,
            "decided_on": desk.today,
            "effective_from": desk.today,
            "change": change,
            "because": [self.wanted.not_now],
            "expects": "done",
            "status": "dropped",
        }
        decision = desk.checked(record)
        return [f"declined as {decision.id}", *desk.record(record, desk.model_text)]

    def _again(self, earlier: Decision, folder: Path) -> list[str]:
        """What is in the ledger already: carry out what an interrupted run left undone."""
        desk = self.desk
        if self.wanted.not_now or not self._is_unfinished(earlier):
            raise ParamsError(
                f"{desk.team.decisions_path}: {earlier.id} decided this already: set its status "
                f"with --done {earlier.id} or --drop {earlier.id}, or decide anew with --title"
            )
        text = self._noted(self._changed(_change(earlier)), earlier)
        written = desk.write(desk.ledger_text, text)
        carried_out = f"{earlier.id} was recorded already; now it is carried out"
        return [carried_out, *written, *self._foreseen(earlier, folder)]

    def _is_unfinished(self, decision: Decision) -> bool:
        change, model = decision.change, self.desk.model
        is_noted = any(said.decision == decision.id for said in model.entry.changelog)
        if change is None or is_noted or decision.status != "open":
            return False
        said = value_at(model.file.data, change.path)
        return is_same(said, change.before) and not is_same(said, change.to)

    def _set_status(self, decision_id: str, is_drop: bool) -> list[str]:
        desk = self.desk
        decision = desk.decision(decision_id)
        status: Literal["done", "dropped"] = "dropped" if is_drop else "done"
        if decision.status != "open":
            raise ParamsError(
                f"{desk.team.decisions_path}: {decision_id} is {decision.status} already: "
                "only an open decision is set done or dropped"
            )
        text = self._taken_back(decision) if is_drop else desk.model_text
        written = desk.set_status(decision_id, status, text)
        return [f"{decision_id} is {status}: {decision.title}", *written]

    def _taken_back(self, decision: Decision) -> str:
        """The model without a dropped decision's change, as long as that is not in force yet."""
        desk, change = self.desk, decision.change
        if change is None or self._is_unfinished(decision):
            return desk.model_text
        if decision.effective_from <= desk.today:
            before = "null" if change.before is None else inline(change.before)
            raise ParamsError(
                f"{desk.team.decisions_path}: {decision.id} is in force since "
                f"{decision.effective_from} and stays part of the history: take it back with a "
                f"decision of its own, --title ... --path {change.path} --to '{before}'"
            )
        text = edited(
            desk.model_text,
            change.path,
            current=change.to,
            proposed=change.before,
            file=desk.team.model_path,
        )
        return self._noted(text, decision, says=f"Taken back: {decision.title}")

    def _changed(self, change: dict[str, Any]) -> str:
        return edited(
            self.desk.model_text,
            str(change["path"]),
            current=change["from"],
            proposed=change["to"],
            file=self.desk.team.model_path,
        )

    def _noted(self, text: str, decision: Decision, says: str | None = None) -> str:
        return with_change_noted(
            text,
            effective_from=decision.effective_from,
            decision=decision.id,
            says=says or decision.title,
            file=self.desk.team.model_path,
        )

    def _foreseen(self, decision: Decision, folder: Path) -> Sequence[str]:
        return self.foresight(decision, team=self.desk.team, folder=folder)

    def _summary(self, decision: Decision) -> Iterator[str]:
        yield f"decided as {decision.id}: {decision.title}"
        yield f"owner {decision.owner}, due {decision.due}"
        is_chosen = self.wanted.start is not None
        why = "" if is_chosen else ": the month of a decision is neither before nor after it"
        yield f"counts from {decision.effective_from}{why}"

    def _title(self, change: dict[str, Any]) -> str:
        """What changes; who is left out, because titles go on pages."""
        before, to = change["from"], change["to"]
        if set(_texts([before, to])) & {*self.desk.team.people}:
            verb = "Set" if before is None else "Take away" if to is None else "Change"
            return f"{verb} {change['path']}"
        words = [("nothing" if each is None else inline(each)) for each in (before, to)]
        return f"{change['path']}: {words[0]} → {words[1]}"


def _change(decision: Decision) -> dict[str, Any]:
    change: Change | None = decision.change
    return change.model_dump(by_alias=True) if change else {}


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict | list):
        for each in said.values() if isinstance(said, dict) else said:
            yield from _texts(each)
