"""The page of who owns what: roles, areas, documentation."""

from __future__ import annotations

from collections.abc import Iterator

from opsreview.publish.markdown import code, plain, table
from opsreview.publish.names import NOT_DECLARED, Names


def ownership(names: Names) -> Iterator[str]:
    """Roles, areas of the product and pages of documentation, each with who answers for it."""
    yield "# Who owns what"
    yield ""
    yield from _roles(names)
    yield from _areas(names)
    yield from _docs(names)


def _roles(names: Names) -> Iterator[str]:
    yield from ("## Roles", "")
    roles = names.entry.roles
    if not roles:
        yield from ("Roles are not declared.", "")
        return
    yield from table(
        ("role", "owner", "deputy", "does"),
        (
            (plain(role), names.person(said.owner), names.person(said.deputy), _said(said.does))
            for role, said in roles.items()
        ),
    )


def _areas(names: Names) -> Iterator[str]:
    yield from ("## Areas of the product", "")
    areas = names.entry.areas
    if not areas:
        yield from ("Areas of the product are not declared.", "")
        return
    yield from table(
        ("area", "owner", "deputy", "label", "path"),
        (
            (plain(area), *names.of_area(area), _code(said.label), _code(said.path))
            for area, said in areas.items()
        ),
    )


def _docs(names: Names) -> Iterator[str]:
    yield from ("## Documentation", "")
    docs = names.entry.docs
    if not docs:
        yield from ("Owners of pages of documentation are not declared.", "")
        return
    yield from table(
        ("page", "owner", "read again after", "speaks of"),
        (
            (
                code(said.path),
                names.who(said.owner),
                _said(said.fresh_for),
                ", ".join(map(code, said.covers)),
            )
            for said in docs.values()
        ),
    )


def _said(text: str | None) -> str:
    return plain(text) if text else NOT_DECLARED


def _code(text: str | None) -> str:
    return code(text) if text else NOT_DECLARED
