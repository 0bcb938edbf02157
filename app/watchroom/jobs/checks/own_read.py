"""A statement of one's own, read before it runs: that it only selects, from which tables, and by what is allowed.

Whatever is not known to be harmless is refused: each part of the tree that DuckDB's own parser gives is looked at, and
a part of a new kind is no exception. Nothing is run here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import duckdb

from watchroom.errors import QueryError
from watchroom.jobs.checks import own_words as words
from watchroom.jobs.sql_text import NotSql, statements


class BadCheck(QueryError):
    """A check of one's own cannot be used; `why` says what is wrong with it."""


@dataclass(frozen=True)
class Statement:
    """A statement that may run: the public tables that it names, and whether it asks for the time (`$now`)."""

    text: str
    tables: tuple[str, ...]
    needs_now: bool


def read_statement(connection: duckdb.DuckDBPyConnection, text: str, known: Collection[str]) -> Statement:
    """The statement, if it may run over the `known` tables. Raises BadCheck. The connection lends its parser."""
    try:
        parsed = statements(connection, text)
    except NotSql as error:
        raise _bad(f"It is not one SELECT statement: {error}.".replace("..", ".")) from error
    if len(parsed) != 1:
        raise _bad("It is more than one statement.")
    walk = _Walk(known={name.lower(): name for name in known})
    try:
        walk.over(parsed[0], frozenset())
    except RecursionError as error:
        raise _bad("It is nested too deeply.") from error
    return Statement(text, tuple(sorted(walk.tables)), walk.needs_now)


@dataclass
class _Walk:
    """What was met in a statement."""

    known: dict[str, str]
    tables: set[str] = field(default_factory=set)
    needs_now: bool = False

    def over(self, node: Any, named: frozenset[str]) -> None:
        """Look at a part of the tree and all below it; `named` are the names that `with` gives there."""
        if isinstance(node, list):
            for one in node:
                self.over(one, named)
        elif isinstance(node, dict):
            named = self._with(node, named)
            if isinstance(node.get("class"), str):
                self._expression(node)
            elif isinstance(node.get("type"), str):
                self._part(node, named)
            for value in node.values():
                if isinstance(value, dict | list):
                    self.over(value, named)

    def _with(self, node: dict[str, Any], named: frozenset[str]) -> frozenset[str]:
        """The names with those that the node's own `with` gives."""
        held = node.get("cte_map")
        entries = held.get("map", []) if isinstance(held, dict) else []
        return named | {str(entry["key"]).lower() for entry in entries}

    def _expression(self, node: dict[str, Any]) -> None:
        kind, said = node["class"], str(node.get("type"))
        match kind:
            case "FUNCTION":
                self._function(node, words.FUNCTIONS)
            case "WINDOW":
                self._function(node, words.WINDOWS | words.AGGREGATES)
            case "TYPE":
                if str(node["type_name"]).upper() not in words.TYPES or not _is_bare(node):
                    raise _bad(f"It casts to {str(node['type_name'])[:80]!r}, which it may not.")
            case "OPERATOR":
                if said not in words.OPERATORS:
                    raise _bad(f"It has the operator {said[:80]}, which it may not have.")
            case "PARAMETER":
                if str(node.get("identifier")).lower() != "now":
                    raise _bad("It has a parameter: only `$now`, the time of the refresh, is known.")
                self.needs_now = True
            case _ if kind not in words.EXPRESSIONS:
                raise _bad(words.NOT_ALLOWED.get(kind, f"It has a part that it may not have ({kind[:80]})."))

    def _part(self, node: dict[str, Any], named: frozenset[str]) -> None:
        kind = node["type"]
        if kind == "BASE_TABLE":
            self._table(node, named)
        elif kind == "TABLE_FUNCTION":
            if str(node["function"].get("function_name")).lower() != "unnest":
                raise _bad(words.NOT_ALLOWED[kind], "Ask the public tables of docs/tables.md.")
        elif kind not in words.NODES | words.SOURCES:
            raise _bad(words.NOT_ALLOWED.get(kind, f"It has a part that it may not have ({kind[:80]})."))

    def _table(self, node: dict[str, Any], named: frozenset[str]) -> None:
        path = node["qualified_name"]["path"]
        name = str(node["table_name"])
        bare = len(path) == 1 and not node.get("schema_name") and not node.get("catalog_name")
        if not bare or node.get("at_clause"):
            raise _bad(
                f"It names the table {'.'.join(map(str, path))[:120]!r}.", "Name a public table by its name alone."
            )
        if name.lower() in named:
            return
        if name.lower() not in self.known:
            raise _bad(f"There is no public table {name[:120]!r}.", "docs/tables.md lists them.")
        self.tables.add(self.known[name.lower()])

    def _function(self, node: dict[str, Any], allowed: Collection[str]) -> None:
        name = str(node["function_name"]).lower()
        if not _is_bare(node) or name not in allowed:
            raise _bad(f"It uses {name[:80]!r}, which it may not.", "docs/checks.md lists the functions.")


def _is_bare(node: dict[str, Any]) -> bool:
    """Whether a function or a type is named without a schema: those that may be used are all built in."""
    return not node.get("schema") and not node.get("catalog") and len(node["qualified_name"]["path"]) == 1


def _bad(why: str, next_step: str = "") -> BadCheck:
    return BadCheck("The check's SQL cannot be used.", why=why, next_step=next_step)
