"""The GraphQL queries: files in ``queries/``, each with the fragments it spreads."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_SPREAD = re.compile(r"\.\.\.([A-Z]\w+)")


@cache
def query_text(name: str) -> str:
    """A query as it is sent: its own file, and every fragment it reaches, once."""
    texts = {name: _read(name)}
    wanted = _SPREAD.findall(texts[name])
    while wanted:
        fragment = wanted.pop(0)
        if fragment not in texts:
            texts[fragment] = _read(fragment)
            wanted += _SPREAD.findall(texts[fragment])
    return "\n".join(texts.values())


@cache
def text_for_many(name: str, count: int) -> str:
    """A query for one item (``$id``, ``$after``), made for several at once.

    Every item has an alias and variables of its own: ``item0``, ``$id0``, ``$after0``, ….
    """
    whole, one = query_text(name), _read(name)
    body = one[one.index("{") + 1 : one.rindex("}")]
    items = [
        re.sub(r"\$(id|after)\b", rf"$\g<1>{place}", body).replace("node(", f"item{place}: node(")
        for place in range(count)
    ]
    given = ", ".join(f"$id{place}: ID!, $after{place}: String!" for place in range(count))
    return f"query {name}($first: Int!, {given}) {{{''.join(items)}}}" + whole.removeprefix(one)


def query_names() -> list[str]:
    """The names of all queries; fragments begin with a capital letter."""
    found = files(__package__).joinpath("queries").iterdir()
    names = (path.name.removesuffix(".graphql") for path in found)
    return sorted(name for name in names if name[0].islower())


def _read(name: str) -> str:
    return files(__package__).joinpath(f"queries/{name}.graphql").read_text(encoding="utf-8")
