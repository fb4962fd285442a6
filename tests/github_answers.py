"""GraphQL as the stand-in for GitHub answers it: GitHub's schema over a ``World``.

What a query asks for and this does not know is an error of the test, not a null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from github_schema import Price, github_schema, price
from github_views import View, Views
from github_world import World
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    execute_sync,
    parse,
    validate,
)

MOST_NODES = 500_000
_CODES = {
    "Cannot query field": "undefinedField",
    "Unknown argument": "argumentNotAccepted",
    "Unknown type": "undefinedType",
}


@dataclass(frozen=True)
class Asked:
    """A query that came in; ``refusal`` is the answer where GitHub would not run it."""

    name: str | None
    document: DocumentNode | None
    variables: Mapping[str, Any]
    price: Price = field(default_factory=Price)
    refusal: View | None = None


def asked(body: bytes) -> Asked:
    """What the body of a request asks for."""
    given = json.loads(body)
    variables = given.get("variables") or {}
    document, name, errors = _read(given["query"])
    if document is None or errors:
        return Asked(name, None, variables, refusal={"errors": errors})
    cost = price(document, variables)
    if refused := _refused(cost):
        return Asked(name, None, variables, cost, {"errors": [refused]})
    return Asked(name, document, variables, cost)


def answer(world: World, query: Asked) -> View:
    """The data, and the errors where something is not there."""
    if query.refusal is not None or query.document is None:
        return dict(query.refusal or {})
    result = execute_sync(
        github_schema(),
        query.document,
        Views(world).root(),
        variable_values=dict(query.variables),
        field_resolver=_resolved,
    )
    errors = result.errors or []
    for error in errors:
        if not isinstance(error.original_error, GraphQLError):
            raise error.original_error or error
    told: View = {"data": result.data}
    return told | {"errors": [_told(error) for error in errors]} if errors else told


@cache
def _read(query: str) -> tuple[DocumentNode | None, str | None, list[View]]:
    try:
        document = parse(query, no_location=True)
    except GraphQLSyntaxError as error:
        return None, None, [{"message": f"Parse error: {error.message}"}]
    operations = [
        part for part in document.definitions if isinstance(part, OperationDefinitionNode)
    ]
    name = operations[0].name.value if operations and operations[0].name else None
    return document, name, [_invalid(error) for error in validate(github_schema(), document)]


def _invalid(error: GraphQLError) -> View:
    codes = (code for start, code in _CODES.items() if error.message.startswith(start))
    return {"message": error.message, "extensions": {"code": next(codes, "variableMismatch")}}


def _refused(cost: Price) -> View | None:
    for each in cost.connections:
        if each.size is None and not each.is_count_alone:
            return {
                "type": "MISSING_PAGINATION_BOUNDARIES",
                "message": f"{each.path} needs `first` or `last`",
            }
        if each.size is not None and not 1 <= each.size <= 100:
            return {
                "type": "EXCESSIVE_PAGINATION",
                "message": f"{each.size} of {each.path} exceed the limit of 100 records",
            }
    if cost.possible_nodes > MOST_NODES:
        message = f"{cost.possible_nodes} possible nodes exceed the limit of {MOST_NODES}"
        return {"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}
    return None


def _told(error: GraphQLError) -> View:
    kind = (error.extensions or {}).get("type")
    return {"type": kind, "path": error.path, "message": error.message}


def _resolved(view: View, info: Any, **arguments: Any) -> Any:
    if info.field_name not in view:
        kind = view.get("__typename")
        raise NotImplementedError(f"the stand-in knows no {info.field_name} of {kind}")
    value = view[info.field_name]
    return value(**arguments) if callable(value) else value
