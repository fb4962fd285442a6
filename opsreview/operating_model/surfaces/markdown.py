"""What a Markdown page holds, as far as others point at it: headings, anchors, links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

SUFFIXES = (".md", ".markdown", ".mdx")

_FENCE = re.compile(r"\s*(?:>\s*)*(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_NO_PARAGRAPH = re.compile(r"\s*(?:[-*+][ \t]|\d+[.)][ \t]|>|\||<)|(?: {4}|\t)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_INLINE = re.compile(
    r"\]\(\s*(<[^<>]*>|[^\s()<]+(?:\([^\s()]*\)[^\s()]*)*)(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?\s*\)"
)
_DEFINED = re.compile(r" {0,3}\[(?!\^)[^\]]+\]:\s*(<[^<>]*>|\S+)")
_IN_HTML = re.compile(r"<[a-zA-Z][^<>]*?\s(?:href|src)\s*=\s*[\"']([^\"']+)[\"']")
_HTML_ANCHOR = re.compile(r"<[a-zA-Z][^<>]*?\s(?:id|name)\s*=\s*[\"']([^\"']+)[\"']")
_OWN_ANCHOR = re.compile(r"\s*\{#([\w.:-]+)[^}]*\}\s*$")


@dataclass(frozen=True)
class Link:
    """Where a page points to, as written, and the line it stands on."""

    target: str
    line: int


@dataclass(frozen=True)
class Page:
    """``headings`` are plain text, without marks; ``anchors`` lower-case, as GitHub makes them."""

    headings: tuple[str, ...]
    anchors: frozenset[str]
    links: tuple[Link, ...]


def read_page(text: str) -> Page:
    """The page, without what stands in code, comments and the block of data at its top."""
    lines = list(_prose(text))
    headings = list(_headings(lines))
    links = tuple(link for number, line in lines for link in _links(line, number))
    named = (name.lower() for _, line in lines for name in _HTML_ANCHOR.findall(line))
    return Page(
        tuple(plain(_OWN_ANCHOR.sub("", heading)) for heading in headings),
        frozenset([*_anchors(headings), *named]),
        links,
    )


def plain(text: str) -> str:
    """A heading's text without emphasis, code marks, links and tags."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|<[^>]+>", "", text)
    text = re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", text)
    text = re.sub(r"(?<!\w)_+([^_]+)_+(?!\w)", r"\1", re.sub(r"[*`]", "", text))
    return " ".join(re.sub(r"\\([^\w\s])", r"\1", text).split())


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; a line of code is there, but empty."""
    fence = ""
    lines = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text).splitlines()
    for number, line in enumerate(lines[_data_length(lines) :], start=_data_length(lines) + 1):
        mark = _FENCE.fullmatch(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not mark[2].strip()
            fence = "" if closes else fence
            yield number, ""
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence = mark[1]
            yield number, ""
        else:
            yield number, line


def _data_length(lines: list[str]) -> int:
    """How many lines the block of data at the top has, its marks included."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    ends = (i for i, line in enumerate(lines[1:], start=2) if line.rstrip() in {"---", "..."})
    return next(ends, 0)


def _headings(lines: list[tuple[int, str]]) -> Iterator[str]:
    paragraph: list[str] = []
    for _, line in lines:
        if heading := _ATX.fullmatch(line):
            yield (heading[1] or "").strip()
            paragraph = []
        elif paragraph and _UNDERLINE.fullmatch(line):
            yield " ".join(paragraph)
            paragraph = []
        elif not line.strip() or _NO_PARAGRAPH.match(line):
            paragraph = []
        else:
            paragraph.append(line.strip())


def _anchors(headings: list[str]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for heading in headings:
        if own := _OWN_ANCHOR.search(heading):
            yield own[1].lower()
        words = plain(_OWN_ANCHOR.sub("", heading)).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        yield f"{slug}-{seen[slug]}" if seen[slug] else slug
        seen[slug] += 1


def _links(line: str, number: int) -> Iterator[Link]:
    bare = _CODE_SPAN.sub("", line)
    found = [*_INLINE.findall(bare), *_DEFINED.findall(bare), *_IN_HTML.findall(bare)]
    for target in found:
        yield Link(target.strip("<>"), number)
