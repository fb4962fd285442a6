"""Edits of a YAML document in place: the lines that say something else, and no others.

What is written is read again: an edit that would say anything but the old document with that one
change, or lose a comment, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import Node

from opsreview.errors import ParamsError
from opsreview.operating_model.decisions import put_at, value_at
from opsreview.operating_model.splices import CannotSplice, comments, next_splice
from opsreview.operating_model.yaml_text import inline, is_same
from opsreview.yaml_file import Place, YamlFile, dotted, parsed_yaml

MODEL = Path("operating_model.yaml")
_MOST_SPLICES = 500


def edited(text: str, path: str, *, current: Any, proposed: Any, file: Path = MODEL) -> str:
    """The document with another value at a dotted path; only the lines that must change do.

    Args:
        text: The YAML document.
        path: Where, as in ``rhythm.release.every``; an entry of a list by its id.
        current: What the document has to say there; None where it says nothing.
        proposed: What it shall say; None takes the key or entry away.
        file: What the text is the content of, for messages.

    Raises:
        ParamsError: The document says something else than ``current``, has no such place, or is
            laid out there in a way that cannot be edited without touching more.
    """
    read = parsed_yaml(text, file)
    said = value_at(read.data, path)
    if not is_same(said, current):
        raise _refused(
            read,
            path,
            f"it says {_words(said)}, not {_words(current)}: somebody changed it; "
            f"look at it, and decide on what it says now",
        )
    if is_same(said, proposed):
        raise _refused(read, path, f"it says {_words(said)} already: there is nothing to change")
    wanted = deepcopy(read.data)
    put_at(wanted, path, proposed)
    if not is_same(value_at(wanted, path), proposed):
        raise _refused(
            read, path, f"there is no such place for {_words(proposed)}: correct the path"
        )
    return rewritten(text, wanted, file=file, path=path)


def with_change_noted(
    text: str, *, effective_from: date, decision: str, says: str, file: Path = MODEL
) -> str:
    """The document with a further entry at the end of its ``changelog:``, made if missing.

    Raises:
        ParamsError: The place cannot be edited safely.
    """
    noted = {"effective_from": effective_from, "decision": decision, "says": says}
    wanted = deepcopy(parsed_yaml(text, file).data)
    wanted["changelog"] = [*(wanted.get("changelog") or []), noted]
    return rewritten(text, wanted, file=file, path="changelog")


def rewritten(text: str, wanted: Any, *, file: Path, path: str = "") -> str:
    """The document so that it says ``wanted``, changed only where it says something else.

    Raises:
        ParamsError: A place that differs, which is ``path`` or in it, cannot be edited safely.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    made = text.removeprefix(mark)
    before = parsed_yaml(made, file, type(wanted))
    read = before
    for _ in range(_MOST_SPLICES):
        if is_same(read.data, wanted):
            break
        try:
            splice = next_splice(made, _nodes(made), read.data, wanted)
            made = splice.applied(made)
            read = parsed_yaml(made, file, type(wanted))
        except CannotSplice as error:
            raise _unsafe(read, path or dotted(error.place), error.why, error.place) from None
        except ParamsError:
            raise _unsafe(before, path, "the layout there is unusual") from None
    if not is_same(read.data, wanted) or _remarks(made) != _remarks(text.removeprefix(mark)):
        raise _unsafe(before, path, "the layout there is unusual")
    return mark + made


def _nodes(text: str) -> Node:
    node: Node = YAML(typ="safe", pure=True).compose(text)
    return node


def _remarks(text: str) -> list[str]:
    return sorted(found[0] for found in comments(text, _nodes(text)))


def _unsafe(read: YamlFile, path: str, why: str, place: Place = ()) -> ParamsError:
    line = _line(read, place) if place else None
    now = _words(value_at(read.data, path)) if isinstance(read.data, dict) else "a list"
    problem = f"this cannot be edited safely, {why}; it says {now}: edit the line by hand"
    return _refused(read, path, problem, line)


def _refused(read: YamlFile, path: str, problem: str, line: int | None = None) -> ParamsError:
    return ParamsError(f"{read.path}:{line or _line_of(read, path)}: {path}: {problem}")


def _line_of(read: YamlFile, path: str) -> int:
    """The line of the path, or of the nearest part around it that is there."""
    place: list[str | int] = []
    said = read.data
    for step in path.split("."):
        found: str | int = step
        if isinstance(said, list):
            ids = [each.get("id") if isinstance(each, Mapping) else None for each in said]
            found = ids.index(step) if step in ids else -1
        try:
            said = said[found]
        except (KeyError, IndexError, TypeError):
            break
        place.append(found)
    return _line(read, tuple(place))


def _line(read: YamlFile, place: Place) -> int:
    nearest = (read.line_of(place[:end]) for end in range(len(place), -1, -1))
    return next((number for number in nearest if number), 1)


def _words(value: Any) -> str:
    return "nothing" if value is None else inline(value)
