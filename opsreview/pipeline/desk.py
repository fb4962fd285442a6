"""A team's model and ledger as they were read when a command began, and how they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import ndiff
from functools import cached_property
from pathlib import Path
from typing import Any

from opsreview.errors import ParamsError
from opsreview.metrics.registry import METRICS
from opsreview.operating_model.decisions import Decision, decisions_of
from opsreview.operating_model.document import OperatingModel, resolved
from opsreview.operating_model.ledger import with_decision, with_status
from opsreview.params import Team
from opsreview.pipeline.reading import surroundings
from opsreview.pipeline.replacing import Draft, bytes_of, replace_together, text_of
from opsreview.yaml_file import YamlFile, parsed_yaml


@dataclass(frozen=True)
class Desk:
    """What somebody decides on: the files as bytes, and what they say.

    ``today`` is the day in the team's zone on which the command runs.
    """

    team: Team
    today: date
    model_bytes: bytes | None
    ledger_bytes: bytes | None

    @classmethod
    def of(cls, team: Team, today: date) -> Desk:
        """Read the files once; all that follows is about these bytes."""
        return cls(team, today, bytes_of(team.model_path), bytes_of(team.decisions_path))

    @cached_property
    def model_text(self) -> str:
        """The document.

        Raises:
            ParamsError: There is none.
        """
        if self.model_bytes is None:
            raise ParamsError(
                f"{self.team.model_path}: there is no such file, and decisions are about the "
                "operating model: write it first; `opsreview init` drafts one for a new team"
            )
        return text_of(self.team.model_path, self.model_bytes)

    @cached_property
    def model(self) -> OperatingModel:
        return self._model_of(self.model_text)

    @cached_property
    def ledger_text(self) -> str | None:
        held = self.ledger_bytes
        return None if held is None else text_of(self.team.decisions_path, held)

    @cached_property
    def decisions(self) -> Sequence[Decision]:
        return [] if self.ledger_text is None else self._decisions_of(self.ledger_text)

    def decision(self, decision_id: str) -> Decision:
        """A record of the ledger.

        Raises:
            ParamsError: There is none of that id.
        """
        found = next((said for said in self.decisions if said.id == decision_id), None)
        if found is None:
            known = ", ".join(said.id for said in self.decisions) or "none"
            raise ParamsError(
                f"{self.team.decisions_path}: there is no decision {decision_id}: known: {known}"
            )
        return found

    @property
    def owners(self) -> set[str]:
        """Who may own a decision: people and roles."""
        return {*self.model.people, *self.model.entry.roles}

    def checked(self, record: dict[str, Any]) -> Decision:
        """The record as a decision, before anything is written.

        Raises:
            ParamsError: It is not valid, or names somebody or something that is not known.
        """
        path = self.team.decisions_path
        try:
            said = {key: value for key, value in record.items() if value is not None}
            (decision,) = decisions_of(YamlFile(path, [said], {}), self.owners, METRICS)
        except ParamsError as error:
            why = str(error).replace(f"{path}:1: [0].", "")
            raise ParamsError(f"nothing is decided: {why}") from None
        return decision

    def record(self, record: dict[str, Any], model_text: str) -> list[str]:
        """Write one decision more and the model as it now is; what was written, in lines."""
        ledger = with_decision(self.ledger_text, record, file=self.team.decisions_path)
        return self.write(ledger, model_text)

    def set_status(self, decision_id: str, status: Any, model_text: str) -> list[str]:
        """Write another status of one decision and the model as it now is."""
        path = self.team.decisions_path
        ledger = with_status(self.ledger_text or "", decision_id, status, file=path)
        return self.write(ledger, model_text)

    def write(self, ledger_text: str | None, model_text: str) -> list[str]:
        """Check both texts as a whole, then replace both files; the ledger comes first.

        Raises:
            ParamsError: A text is not valid, or a file changed since it was read.
        """
        team, drafts = self.team, []
        self._model_of(model_text)
        if ledger_text is not None:
            self._decisions_of(ledger_text)
            drafts.append(Draft(team.decisions_path, self.ledger_bytes, ledger_text))
        drafts.append(Draft(team.model_path, self.model_bytes, model_text))
        replace_together(team.folder, drafts, news=self._news)
        return [line for draft in drafts if draft.is_change for line in _changes(draft)]

    def _model_of(self, text: str) -> OperatingModel:
        file = parsed_yaml(text, self.team.model_path)
        return resolved(file, self.team.people, METRICS, surroundings(self.team))

    def _decisions_of(self, text: str) -> list[Decision]:
        file = parsed_yaml(text, self.team.decisions_path, list)
        return decisions_of(file, self.owners, METRICS)

    def _news(self, path: Path) -> str:
        said = (
            f" ({', '.join(new)})"
            if path == self.team.decisions_path and (new := self._new_decisions())
            else ""
        )
        return (
            f"{path} changed while you were deciding{said}: look at it and run this again; "
            "nothing is written"
        )

    def _new_decisions(self) -> list[str]:
        """The decisions that others wrote meanwhile, where the ledger can be read."""
        known = {said.id for said in self.decisions}
        try:
            now = Desk.of(self.team, self.today).decisions
        except ParamsError:
            return []
        return [f"{said.id} by {said.owner} is new" for said in now if said.id not in known]


def _changes(draft: Draft) -> list[str]:
    """A file's name and the lines of it that went (-) and came (+)."""
    before = "" if draft.before is None else draft.before.decode()
    lines = ndiff(before.splitlines(), draft.after.splitlines())
    return [f"{draft.path}:", *(f"  {line}" for line in lines if line[0] in "+-")]
