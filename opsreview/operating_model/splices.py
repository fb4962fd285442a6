"""The smallest change of a YAML text that brings what it says nearer to what it should say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NoReturn

from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from opsreview.operating_model.yaml_text import in_block, inline, is_same, quoted
from opsreview.yaml_file import Place

_COMMENT = re.compile(r"#[^\r\n]*")


class CannotSplice(Exception):
    """The text at ``place`` is laid out in a way that cannot be changed safely."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(why)
        self.place, self.why = place, why


@dataclass(frozen=True)
class Splice:
    """``text`` in place of what stands from ``start`` to before ``end``."""

    start: int
    end: int
    text: str

    def applied(self, text: str) -> str:
        """The text with the splice made."""
        return text[: self.start] + self.text + text[self.end :]


def next_splice(text: str, root: Node, old: Any, new: Any) -> Splice:
    """The first change on the way from a text that says ``old`` to one that says ``new``.

    Args:
        text: The document.
        root: Its nodes, as composed from ``text``.
        old: What it says.
        new: What it should say; something else than ``old``.

    Raises:
        CannotSplice: The place that differs is laid out in a way that is not changed here.
    """
    return _Layout(text, comments(text, root)).towards(_Spot(root, None, ()), old, new)


def comments(text: str, root: Node) -> list[re.Match[str]]:
    """Every comment: whatever begins with # outside of scalars."""
    found: list[re.Match[str]] = []
    at = 0
    for start, end in [*_scalars(text, root), (len(text), len(text))]:
        found += _COMMENT.finditer(text, at, start)
        at = max(at, end)
    return found


@dataclass(frozen=True)
class _Spot:
    """A node, the key it is the value of, and its place; ``key`` is None in a list."""

    node: Node
    key: Node | None
    place: Place


@dataclass(frozen=True)
class _Layout:
    text: str
    comments: list[re.Match[str]]

    def towards(self, spot: _Spot, old: Any, new: Any) -> Splice:
        node = spot.node
        if isinstance(node, MappingNode) and isinstance(new, dict):
            return self._mapping(spot, node, old, new)
        if isinstance(node, SequenceNode) and isinstance(new, list):
            return self._sequence(spot, node, old, new)
        return self._replaced(spot, new)

    def _mapping(
        self, spot: _Spot, node: MappingNode, old: dict[str, Any], new: dict[str, Any]
    ) -> Splice:
        pairs = [(str(key.value), key, value) for key, value in node.value]
        for name, key, value in pairs:
            if name in new and not is_same(old[name], new[name]):
                inner = _Spot(value, key, (*spot.place, name))
                return self.towards(inner, old[name], new[name])
        for name, value in new.items():
            if name not in old:
                return self._added(spot, node, len(pairs), name, value)
        gone = next(i for i, (name, _, _) in enumerate(pairs) if name not in new)
        return self._removed(spot, node, gone)

    def _sequence(self, spot: _Spot, node: SequenceNode, old: list[Any], new: list[Any]) -> Splice:
        olds, news = (
            [inline(_sorted(each)) for each in old],
            [inline(_sorted(each)) for each in new],
        )
        steps = SequenceMatcher(None, olds, news, autojunk=False).get_opcodes()
        step, at, _, other, _ = next(step for step in steps if step[0] != "equal")
        if step == "replace":
            return self.towards(_Spot(node.value[at], None, (*spot.place, at)), old[at], new[other])
        if step == "insert":
            return self._added(spot, node, at, None, new[other])
        return self._removed(spot, node, at)

    def _replaced(self, spot: _Spot, new: Any) -> Splice:
        node = spot.node
        start, end = node.start_mark.index, self._end(node)
        if isinstance(node, ScalarNode):
            if node.style in ("|", ">"):
                _refuse(spot.place, "the text there goes over several lines")
            if _is_empty(node):
                start = self._colon(spot.key) if spot.key else start
                return Splice(start, start, f" {inline(new)}")
            is_quoted = isinstance(new, str) and node.style in ("'", '"')
            return Splice(start, end, quoted(new, node.style) if is_quoted else inline(new))
        if self._comments(start, end):
            _refuse(spot.place, "there are comments inside, which would be lost")
        if spot.key is None or getattr(node, "flow_style", False):
            return Splice(start, end, inline(new))
        return Splice(self._colon(spot.key), end, f" {inline(new)}")

    def _added(
        self, spot: _Spot, node: CollectionNode, at: int, name: str | None, value: Any
    ) -> Splice:
        if node.flow_style:
            return self._added_in_brackets(node, at, name, value)
        newline, indent = self._newline, node.start_mark.column
        written = in_block(name, value, indent, newline)
        if at == 0:
            start = self._line_of_entry(spot, node, 0)
            return Splice(start, start, written)
        start = self._line_end(node.value[at - 1])
        is_apart = name is not None and not spot.place and self._has_blank_before(node.value[-1][0])
        written = (newline if is_apart else "") + written
        if start and self.text[start - 1] != "\n":  # the file's last line has no end: nor has ours
            written = newline + written.removesuffix(newline)
        return Splice(start, start, written)

    def _added_in_brackets(
        self, node: CollectionNode, at: int, name: str | None, value: Any
    ) -> Splice:
        written = inline(value) if name is None else f"{inline(name)}: {inline(value)}"
        if at:
            start = self._end(node.value[at - 1])
            return Splice(start, start, f", {written}")
        start = node.start_mark.index + 1
        return Splice(start, start, f"{written}, " if node.value else written)

    def _removed(self, spot: _Spot, node: CollectionNode, at: int) -> Splice:
        if node.flow_style:
            return self._removed_in_brackets(spot, node, at)
        line = self._line_of_entry(spot, node, at)
        end = self._line_end(node.value[at])
        kept = self._comments_as_lines(line, end, node.start_mark.column)
        if len(node.value) > 1:
            return Splice(line, end, kept)
        if spot.key is None:
            _refuse(spot.place, "nothing else is written there")
        colon = self._colon(spot.key)
        nothing = " {}" if isinstance(node, MappingNode) else " []"
        return Splice(colon, end, nothing + self.text[colon:line] + kept)

    def _removed_in_brackets(self, spot: _Spot, node: CollectionNode, at: int) -> Splice:
        spans = [(_first_of(item).start_mark.index, self._end(item)) for item in node.value]
        start, end = spans[at]
        if at + 1 < len(spans):
            end = spans[at + 1][0]
        elif at:
            start = spans[at - 1][1]
        else:
            start, end = node.start_mark.index + 1, node.end_mark.index - 1
        if self._comments(start, end):
            _refuse(spot.place, "there are comments beside it inside the brackets")
        return Splice(start, end, "")

    def _line_of_entry(self, spot: _Spot, node: CollectionNode, at: int) -> int:
        """Where the line begins on which an entry of a block is the first thing."""
        entry = _first_of(node.value[at]).start_mark.index
        line = self.text.rfind("\n", 0, entry) + 1
        lead = self.text[line:entry].strip()
        if lead != ("-" if isinstance(node, SequenceNode) else ""):
            _refuse(spot.place, "several things begin on its line")
        return line

    def _end(self, item: Any) -> int:
        """Where an entry's own text ends: the mark of a block lies behind what follows it."""
        node: Node = item[-1] if isinstance(item, tuple) else item
        if isinstance(node, CollectionNode) and not node.flow_style:
            return self._end(node.value[-1])
        if isinstance(item, tuple) and _is_empty(node):  # its mark lies behind a comment
            return self._colon(item[0])
        return int(node.end_mark.index)

    def _line_end(self, item: Any) -> int:
        end = self._end(item)
        if self.text[end - 1] == "\n":  # the end of a text over several lines
            return end
        return self.text.find("\n", end) + 1 or len(self.text)

    def _comments(self, start: int, end: int) -> list[re.Match[str]]:
        return [found for found in self.comments if start <= found.start() < end]

    def _comments_as_lines(self, start: int, end: int, indent: int) -> str:
        """The comments of lines that go, each on a line of its own."""
        lines = []
        for found in self._comments(start, end):
            lead = self.text[self.text.rfind("\n", 0, found.start()) + 1 : found.start()]
            lines.append((" " * indent if lead.strip() else lead) + found[0] + self._newline)
        return "".join(lines)

    def _colon(self, key: Node) -> int:
        return self.text.index(":", key.end_mark.index) + 1

    def _has_blank_before(self, key: Node) -> bool:
        line = self.text.rfind("\n", 0, key.start_mark.index) + 1
        return bool(line) and not self.text[self.text.rfind("\n", 0, line - 1) + 1 : line].strip()

    @property
    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"


def _scalars(text: str, node: Node) -> Iterator[tuple[int, int]]:
    """Where each scalar begins and ends, in order; the first line of a block of text is none."""
    if isinstance(node, ScalarNode):
        start, end = node.start_mark.index, node.end_mark.index
        yield (text.find("\n", start, end) + 1 or end) if node.style in ("|", ">") else start, end
        return
    for item in node.value:
        for part in item if isinstance(item, tuple) else (item,):
            yield from _scalars(text, part)


def _sorted(value: Any) -> Any:
    """The value with its keys in order: what is the same reads the same."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(each) for each in value] if isinstance(value, list) else value


def _first_of(item: Any) -> Node:
    first: Node = item[0] if isinstance(item, tuple) else item
    return first


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.start_mark.index == node.end_mark.index


def _refuse(place: Place, why: str) -> NoReturn:
    raise CannotSplice(place, why)
