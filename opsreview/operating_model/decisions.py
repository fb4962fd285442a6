"""The ledger of decisions, and the operating model as it stood on a past day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from copy import deepcopy
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, field_validator

from opsreview.operating_model.quantities import Identifier, Target, Text, quantity_of
from opsreview.yaml_file import Place, StrictModel, YamlFile, close_names, read_yaml, validated


def _dotted(path: str) -> str:
    if not all(path.split(".")):
        raise ValueError(f"{path!r} is no path: write it like rhythm.release.every")
    return path


class Change(StrictModel):
    """What a decision changes in the operating model.

    ``path`` names it with dots; an entry of a list by its id: ``promises.first-answer.within``.
    ``before`` (``from`` in the file) or ``to`` is null where the model says nothing.
    """

    path: Annotated[str, AfterValidator(_dotted)]
    before: Any = Field(default=None, alias="from")
    to: Any = None


class Expectation(StrictModel):
    """The number that a decision should move, which way, and by how much at least."""

    metric: Text
    statistic: Text
    direction: Literal["up", "down"]
    at_least: Target
    group: Text = "all"

    @field_validator("at_least")
    @classmethod
    def _is_a_size(cls, written: Any) -> Any:
        if quantity_of(written).unit == "hours":
            raise ValueError(
                f"{written!r} is a duration: write a percent such as 25 %, or a number"
            )
        return written


def _listed(written: Any) -> Any:
    return [written] if isinstance(written, str) else written


class Decision(StrictModel):
    """One record of decisions.yaml. Dates are days in the team's zone."""

    id: Identifier
    title: Text
    owner: Text
    due: date
    decided_on: date
    effective_from: date
    change: Change | None = None
    because: Annotated[tuple[Text, ...], BeforeValidator(_listed)] = ()
    expects: Annotated[
        Annotated[Literal["done"], Tag("done")] | Annotated[Expectation, Tag("measured")],
        Discriminator(lambda said: "done" if isinstance(said, str) else "measured"),
    ] = "done"
    looks: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] = (2, 4)
    revert_if: Text | None = None
    status: Literal["open", "done", "dropped"]


def load_decisions(
    path: Path,
    people: Collection[str] | None = None,
    metrics: Collection[str] | None = None,
) -> list[Decision]:
    """Read ``decisions.yaml``: a list of records, in the order they were written.

    Args:
        path: The ledger.
        people: Names an owner may have (people and roles); None leaves them unchecked.
        metrics: Metrics an expectation may name; None leaves them unchecked.

    Raises:
        ParamsError: The file is not valid, an id is there twice, or a name is not known.
    """
    return decisions_of(read_yaml(path, list), people, metrics)


def decisions_of(
    file: YamlFile,
    people: Collection[str] | None = None,
    metrics: Collection[str] | None = None,
) -> list[Decision]:
    """The decisions of a ledger already read; refuses what ``load_decisions`` refuses."""
    decisions = validated(list[Decision], file)
    problems = [*_repeats(decisions), *_unknown(decisions, people, metrics)]
    if problems:
        raise file.refusal(problems)
    return decisions


def expected_of(decisions: Iterable[Decision]) -> set[str]:
    """The metrics that show whether the decisions worked."""
    return {
        decision.expects.metric
        for decision in decisions
        if isinstance(decision.expects, Expectation)
    }


def in_force(model_data: dict[str, Any], decisions: Iterable[Decision], on: date) -> dict[str, Any]:
    """The model's document as it stood on a past day.

    Every change that took effect after ``on`` is undone, the latest first. A dropped decision
    changed nothing.

    Args:
        model_data: The document of today; it is left as it is.
        decisions: The ledger.
        on: The day, in the team's zone.
    """
    data = deepcopy(model_data)
    later = [
        (decision.effective_from, i, decision.change)
        for i, decision in enumerate(decisions)
        if decision.change and decision.effective_from > on and decision.status != "dropped"
    ]
    for _, _, change in sorted(later, key=itemgetter(0, 1), reverse=True):
        put_at(data, change.path, change.before)
    return data


def value_at(model_data: dict[str, Any], path: str) -> Any:
    """What the document says at ``rhythm.release.every``; None where it says nothing."""
    said: Any = model_data
    for step in path.split("."):
        said = _inside(said, step)
    return said


def _inside(said: Any, step: str) -> Any:
    if isinstance(said, dict):
        return said.get(step)
    position = _position(said, step) if isinstance(said, list) else None
    return None if position is None else said[position]


def _position(entries: list[Any], entry_id: str) -> int | None:
    ids = [entry.get("id") if isinstance(entry, dict) else None for entry in entries]
    return ids.index(entry_id) if entry_id in ids else None


def put_at(data: dict[str, Any], path: str, value: Any) -> None:
    """Make the document say ``value`` at ``path``; None takes the entry away."""
    *way, last = path.split(".")
    said: Any = data
    for step in way:
        if isinstance(said, dict) and said.get(step) is None and value is not None:
            is_entry = step == way[-1] and isinstance(value, dict) and value.get("id") == last
            said[step] = [] if is_entry else {}
        said = _inside(said, step)
    if isinstance(said, dict):
        said.pop(last, None)
        said.update({} if value is None else {last: deepcopy(value)})
    elif isinstance(said, list):
        _restore_entry(said, last, value)


def _restore_entry(entries: list[Any], entry_id: str, value: Any) -> None:
    position = _position(entries, entry_id)
    if position is not None:
        entries[position : position + 1] = [] if value is None else [deepcopy(value)]
    elif value is not None:
        entries.append(deepcopy(value))


def _repeats(decisions: Iterable[Decision]) -> Iterator[tuple[Place, str]]:
    ids: set[str] = set()
    for i, decision in enumerate(decisions):
        if decision.id in ids:
            yield (i, "id"), f"{decision.id} is the id of a decision above: give it another"
        ids.add(decision.id)


def _unknown(
    decisions: Iterable[Decision], people: Collection[str] | None, metrics: Collection[str] | None
) -> Iterator[tuple[Place, str]]:
    for i, decision in enumerate(decisions):
        if people is not None and decision.owner not in people:
            hint = close_names(decision.owner, people)
            yield (i, "owner"), f"{decision.owner} is nobody known; {hint}"
        expects = decision.expects
        if metrics is None or expects == "done" or expects.metric in metrics:
            continue
        hint = close_names(expects.metric, metrics)
        yield (i, "expects", "metric"), f"{expects.metric} is no metric; {hint}"
