"""GitHub's GraphQL schema, and what a query costs there.

The schema is made from the tables that ghapi carries. They leave out two things: deprecated fields
(a query that uses one is not valid here), and which objects implement which interface. That is
inferred: an object implements an interface that it has all fields of, with the same types or the
same ones without null.

The price of a query is GitHub's documented one: a point a hundred requests that its connections
take when every page is full, at least one; nodes likewise.
Source: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ghapi.gql_spec import gqlspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    parse,
)
from graphql.utilities import value_from_ast_untyped

_TYPES: Any = gqlspec["types"]
_BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}
_INTERFACES = {
    name: spec for name, spec in _TYPES.items() if spec["kind"] == "INTERFACE" and spec["fields"]
}


@cache
def github_schema() -> GraphQLSchema:
    """All of it; half a second the first time."""
    named = ((name, spec) for name, spec in _TYPES.items() if name not in _BUILT_IN)
    text = "\n".join(_defined(name, spec) for name, spec in named)
    return build_schema(text, assume_valid=True, assume_valid_sdl=True, no_location=True)


@dataclass(frozen=True)
class Connection:
    """A connection that a query asks for: where, how many at most, for how many parents."""

    path: str
    size: int | None
    parents: int
    selected: frozenset[str]
    page_info: frozenset[str]

    @property
    def is_count_alone(self) -> bool:
        """Whether no node is asked for."""
        return not self.selected & {"nodes", "edges"}

    @property
    def possible_nodes(self) -> int:
        return 0 if self.is_count_alone else self.parents * (self.size or 0)


@dataclass(frozen=True)
class Price:
    """What a query may cost, every page full."""

    connections: tuple[Connection, ...] = ()

    @property
    def request_count(self) -> int:
        return sum(connection.parents for connection in self.connections)

    @property
    def possible_nodes(self) -> int:
        return sum(connection.possible_nodes for connection in self.connections)

    @property
    def points(self) -> int:
        return max(1, int(self.request_count / 100 + 0.5))


def price(document: DocumentNode, variables: Mapping[str, Any]) -> Price:
    """The price of a valid document of one operation, asked with these variables."""
    return Price(tuple(_Walk(document, variables).connections()))


def price_of(query: str, variables: Mapping[str, Any]) -> Price:
    return price(parse(query), variables)


class _Walk:
    """Through all that a query selects; of a union every member counts."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        parts = document.definitions
        self._fragments = {
            part.name.value: part for part in parts if isinstance(part, FragmentDefinitionNode)
        }
        self._operation = next(part for part in parts if isinstance(part, OperationDefinitionNode))
        self._variables = dict(variables)

    def connections(self) -> Iterator[Connection]:
        yield from self._under(self._operation.selection_set, "Query", "", 1)

    def _under(
        self, selected: SelectionSetNode | None, owner: str, path: str, parents: int
    ) -> Iterator[Connection]:
        for field, of_type in self._fields(selected, owner):
            name = field.name.value
            if name.startswith("__"):
                continue
            holder: Any = github_schema().type_map[of_type]
            inside = get_named_type(holder.fields[name].type).name
            here, count = f"{path}.{name}".lstrip("."), parents
            if inside.endswith("Connection"):
                connection = self._connection(field, inside, here, parents)
                yield connection
                count = parents * (connection.size or 0)
            elif name == "nodes" and of_type == "Query":
                count = len(self._argument(field, "ids") or ())
            yield from self._under(field.selection_set, inside, here, count)

    def _connection(self, field: FieldNode, inside: str, path: str, parents: int) -> Connection:
        size = self._argument(field, "first") or self._argument(field, "last")
        fields = list(self._fields(field.selection_set, inside))
        page_info = (each for each, _ in fields if each.name.value == "pageInfo")
        told = {
            part.name.value
            for each in page_info
            for part, _ in self._fields(each.selection_set, "PageInfo")
        }
        selected = frozenset(each.name.value for each, _ in fields)
        return Connection(path, size, parents, selected, frozenset(told))

    def _fields(
        self, selected: SelectionSetNode | None, owner: str
    ) -> Iterator[tuple[FieldNode, str]]:
        for part in selected.selections if selected else ():
            if isinstance(part, FieldNode):
                yield part, owner
                continue
            fragment: Any = part
            if isinstance(part, FragmentSpreadNode):
                fragment = self._fragments[part.name.value]
            condition = fragment.type_condition
            inside = condition.name.value if condition else owner
            yield from self._fields(fragment.selection_set, inside)

    def _argument(self, field: FieldNode, name: str) -> Any:
        given = {argument.name.value: argument.value for argument in field.arguments or ()}
        return value_from_ast_untyped(given[name], self._variables) if name in given else None


def _defined(name: str, spec: Mapping[str, Any]) -> str:
    """A type in GraphQL's own notation."""
    match spec["kind"]:
        case "SCALAR":
            return f"scalar {name}"
        case "UNION":
            return f"union {name} = {' | '.join(spec['of'])}"
        case "ENUM":
            return f"enum {name} {_block(spec['values'])}"
        case "INPUT_OBJECT":
            told = [
                (field, each["type"], each["default"]) for field, each in spec["fields"].items()
            ]
            return f"input {name} {_block(_input(*each) for each in told)}"
        case "INTERFACE":
            return f"interface {name} {_block(_field(*each) for each in spec['fields'].items())}"
        case _:
            interfaces = [each for each in _INTERFACES if _implements(spec, _INTERFACES[each])]
            promise = f"implements {' & '.join(interfaces)} " if interfaces else ""
            return (
                f"type {name} {promise}{_block(_field(*each) for each in spec['fields'].items())}"
            )


def _block(lines: Any) -> str:
    text = " ".join(lines)
    return f"{{ {text} }}" if text else ""


def _field(name: str, spec: Mapping[str, Any]) -> str:
    arguments = [_input(each, type_, default) for each, (type_, _, default) in spec["args"].items()]
    return f"{name}{'(' + ', '.join(arguments) + ')' if arguments else ''}: {spec['type']}"


def _input(name: str, type_: str, default: str | None) -> str:
    return f"{name}: {type_}" + (f" = {default}" if default is not None else "")


def _implements(spec: Mapping[str, Any], interface: Mapping[str, Any]) -> bool:
    fields = spec["fields"]
    return all(
        name in fields and fields[name]["type"] in (field["type"], f"{field['type']}!")
        for name, field in interface["fields"].items()
    )
