"""YAML read strictly: plain data out, and every refusal names the file, the line and the next step.

Refused: tags (``!!python/...``), anchors and aliases, keys that are not text, a key written twice.
Comments and layout stay in the file; nothing here writes.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from opsreview.errors import ParamsError

Place = tuple[str | int, ...]
T = TypeVar("T")

_TAG = "tag:yaml.org,2002:"
_PLAIN = ("null", "bool", "int", "float", "timestamp", "str", "seq", "map")
_OUR_WORDS = (  # pydantic's words, as a pattern, and what we say instead
    (r"^(Input|String|List|Tuple|Dictionary) should", "it should"),
    (r"a valid dictionary( or instance of \w+)?", "a mapping"),
    (r"a valid tuple", "a list"),
    (r"(items?|characters?)( after validation)?, not \d+$", r"\1"),
)
_KINDS: dict[type, str] = {dict: "a mapping (`key: value` lines)", list: "a list (`- ...` lines)"}


class StrictModel(BaseModel):
    """Base of everything read from params: unknown keys and NaN are errors, values are frozen."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


@dataclass(frozen=True)
class YamlFile:
    """A file's plain data, and the line of every key and list entry in it."""

    path: Path
    data: Any
    lines: Mapping[Place, int] = field(repr=False)

    def line_of(self, place: Place) -> int | None:
        """The line, from 1, on which ``("roles", "triage-lead", "owner")`` is written."""
        return self.lines.get(tuple(place))

    def refusal(self, problems: Iterable[tuple[Place, str]]) -> ParamsError:
        """One error for all problems, a line each: ``file:line: place: what and what to do``."""
        return ParamsError("\n".join(self._said(*problem) for problem in problems))

    def _said(self, place: Place, problem: str) -> str:
        nearest = (self.lines.get(place[:end]) for end in range(len(place), -1, -1))
        line = next((number for number in nearest if number), 1)
        return ": ".join(filter(None, [f"{self.path}:{line}", dotted(place), problem]))


def dotted(place: Place) -> str:
    """``("sources", 0, "path")`` as ``sources[0].path``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return "".join(steps).removeprefix(".")


def close_names(name: str, known: Iterable[str]) -> str:
    """``did you mean ada? known: ada, ben``: the near names, if any, and all that are known."""
    names = sorted(known)
    close = get_close_matches(name, names, n=2)
    return (f"did you mean {' or '.join(close)}? " if close else "") + (
        f"known: {', '.join(names)}" if names else "none are known"
    )


def read_yaml(path: Path, top: type = dict) -> YamlFile:
    """Read one YAML 1.2 document whose top is a mapping, or a list with ``top=list``.

    Raises:
        ParamsError: The file is missing, not UTF-8, not YAML, or holds something refused here.
    """
    return parsed_yaml(_text(path), path, top)


def parsed_yaml(text: str, path: Path, top: type = dict) -> YamlFile:
    """As ``read_yaml``, of a text that is, or is meant to be, the content of ``path``.

    Raises:
        ParamsError: It is not YAML, or holds something refused here.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(text.removeprefix("\ufeff"))
        lines: dict[Place, int] = {}
        data = None if node is None else _Reader(path, yaml, lines).plain(node, ())
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(filter(None, [error.context, error.problem]))
        raise _not_yaml(path, mark.line + 1 if mark else 1, said) from None
    except YAMLError as error:
        raise _not_yaml(path, 1, str(getattr(error, "reason", error))) from None
    except RecursionError:
        raise _not_yaml(path, 1, "it is nested too deeply") from None
    if not isinstance(data, top):
        said = "nothing" if data is None else _named(data)
        raise ParamsError(f"{path}:1: the file holds {said}, not {_KINDS[top]}: write one")
    return YamlFile(path, data, lines)


def validated(model_class: type[T], file: YamlFile, context: dict[str, Any] | None = None) -> T:
    """The file's data as ``model_class`` (a model, or a list of models).

    Raises:
        ParamsError: One error that lists every problem with its line, place and next step.
    """
    try:
        return TypeAdapter(model_class).validate_python(file.data, context=context)
    except ValidationError as error:
        problems = [_problem(model_class, file.data, detail) for detail in error.errors()]
    raise file.refusal(dict.fromkeys(problems))


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ParamsError(f"{path}: there is no such file: write it, or correct --params") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ParamsError(f"{path}:{line}: the text is not UTF-8: save it as UTF-8") from None
    except OSError as error:
        raise ParamsError(f"{path}: cannot be read ({error.strerror}): check the path") from None


def _not_yaml(path: Path, line: int, problem: str) -> ParamsError:
    return ParamsError(
        f"{path}:{line}: this is not YAML: {problem}: correct this line or the one above"
    )


@dataclass(frozen=True)
class _Reader:
    """Turns YAML nodes into plain data, noting lines and refusing what is not plain."""

    path: Path
    yaml: YAML
    lines: dict[Place, int]
    seen: set[int] = field(default_factory=set)

    def plain(self, node: Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self.seen or node.anchor:
            raise self._refused(node, place, "anchors (&, *) are not read: write the value out")
        self.seen.add(id(node))
        tag = str(node.tag)
        if tag.removeprefix(_TAG) not in _PLAIN:
            shown = tag.replace(_TAG, "!!")
            raise self._refused(node, place, f"the tag {shown} is not read: remove it")
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, place))
        if isinstance(node, SequenceNode):
            return [self.plain(item, (*place, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, place)

    def _pairs(self, node: MappingNode, place: Place) -> Iterator[tuple[str, Any]]:
        keys: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode) or key_node.tag != _TAG + "str":
                shown = key_node.value if isinstance(key_node, ScalarNode) else "[...]"
                raise self._refused(
                    key_node, place, f"the key {shown} is not text: put it in quotes"
                )
            key = str(key_node.value)
            if key in keys:
                first = f"the key {key} is written twice, first on line {keys[key]}: remove one"
                raise self._refused(key_node, place, first)
            keys[key] = self.lines[*place, key] = line
            yield key, self.plain(value_node, (*place, key))

    def _scalar(self, node: Node, place: Place) -> Any:
        try:
            return self.yaml.constructor.construct_object(node, deep=True)
        except ValueError as error:
            problem = f"{node.value} is not a value ({error}): correct it or put it in quotes"
            raise self._refused(node, place, problem) from None

    def _refused(self, node: Node, place: Place, problem: str) -> ParamsError:
        here = f"{self.path}:{node.start_mark.line + 1}"
        return ParamsError(": ".join(filter(None, [here, dotted(place), problem])))


def _problem(model_class: Any, data: Any, detail: ErrorDetails) -> tuple[Place, str]:
    place = _place_in(data, detail)
    if detail["type"] == "extra_forbidden":
        known = sorted(_keys_at(model_class, detail["loc"][:-1]))
        close = get_close_matches(str(place[-1]), known, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        return place, f"unknown key; {hint}known keys: {', '.join(known)}"
    if detail["type"] == "missing":
        return place, "this key is missing: write it"
    if detail["type"] == "union_tag_not_found":
        missing = detail["ctx"]["discriminator"].strip("'")
        return place, f"the key {missing} is missing: write it"
    if detail["type"] == "union_tag_invalid":
        known = detail["ctx"]["expected_tags"].replace("'", "")
        return place, f"{detail['ctx']['tag']!r} is not known; write one of: {known}"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if detail["type"] in {"value_error", "assertion_error"}:
        return place, message
    for theirs, ours in _OUR_WORDS:
        message = re.sub(theirs, ours, message)
    return place, f"{message}; it says {_named(detail['input'])}"


def _place_in(data: Any, detail: ErrorDetails) -> Place:
    """The place without the arms of unions, which pydantic names but the file does not."""
    place: list[str | int] = []
    for step in detail["loc"]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            continue
        place.append(step)
    is_missing = detail["type"] == "missing"
    return (*place, detail["loc"][-1]) if is_missing else tuple(place)


def _keys_at(annotation: Any, loc: Place) -> set[str]:
    """The keys that the models reachable at ``loc`` know."""
    models = _models_in(annotation)
    for step in loc:
        fields = [
            info.annotation
            for model in models
            for name, info in model.model_fields.items()
            if step in (name, info.alias)
        ]
        if fields:
            models = [model for annotation in fields for model in _models_in(annotation)]
        else:
            models = [model for model in models if _is_arm(model, step)] or models
    return {info.alias or name for model in models for name, info in model.model_fields.items()}


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [model for inner in get_args(annotation) for model in _models_in(inner)]


def _is_arm(model: type[BaseModel], step: str | int) -> bool:
    tags = (tag for info in model.model_fields.values() for tag in get_args(info.annotation))
    return step == model.__name__ or any(isinstance(tag, str) and tag == step for tag in tags)


def _named(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else repr(value)[:80]
