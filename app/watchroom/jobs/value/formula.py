"""A KPI's formula, read before it runs: that it is one aggregate expression over columns, and which columns these are.

Nothing is run here. What is not known to be harmless is refused, by name: see `formula_words`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from watchroom.errors import QueryError
from watchroom.jobs.sql_text import NotSql, has_no_more, statements
from watchroom.jobs.value.formula_words import AGGREGATES, OPERATORS, PLAIN, REFUSED, SCALARS, TYPES
from watchroom.workspace.mistakes import listed, nearest, quoted

MOST_LETTERS = 4000
"""Of a formula: ten times what a long one has. What it names and how deep it goes is bounded by that."""

TABLE = "decisions"
"""The one table that a formula is about."""

_OUTCOME = "outcome"


class BadFormula(QueryError):
    """The formula cannot be used; `why` says what is wrong with it, `next_step` what to write instead."""


@dataclass(frozen=True)
class Formula:
    """A formula that may be run. `names` are the columns that it names, as it writes them, each once."""

    text: str
    names: tuple[str, ...]

    @property
    def needs_outcome(self) -> bool:
        """Whether it is run over the decisions that have an outcome."""
        return any(name.lower() == _OUTCOME for name in self.names)


def read_formula(connection: duckdb.DuckDBPyConnection, text: str) -> Formula:
    """The formula, if it is one aggregate expression of what is allowed. Raises BadFormula.

    The connection lends its parser; nothing is run on it.
    """
    if len(text) > MOST_LETTERS:
        raise _bad(f"It is longer than {MOST_LETTERS:,} letters.")
    if any(letter < " " and letter not in "\t\n\r" for letter in text):
        raise _bad("It has control characters in it.")
    expression = _only_expression(connection, text)
    walk = _Walk()
    try:
        walk.over(expression, within=False)
    except RecursionError as error:
        raise _bad("It is nested too deeply.") from error
    if not walk.aggregates:
        raise _bad("It has no aggregate: it would give a value for each decision.", "Write one, such as `avg(…)`.")
    if walk.outside:
        raise _outside(walk.outside[0])
    return Formula(text, tuple({name.lower(): name for name in walk.names}.values()))


def resolved(formula: Formula, known: Iterable[str], missing: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that it names, as they are called: to the letter, else in another case.

    Raises BadFormula for one that there is not. `known` are all there are; `missing` says of those of ours that the
    model does not have why that is so.
    """
    exact = dict.fromkeys(known)
    by_lower = {name.lower(): name for name in reversed(list(exact))}
    found = [name if name in exact else by_lower.get(name.lower()) for name in formula.names]
    for name, there in zip(formula.names, found, strict=True):
        if there is None:
            raise _no_column(name, exact, missing)
    return tuple(dict.fromkeys(name for name in found if name is not None))


def _only_expression(connection: duckdb.DuckDBPyConnection, text: str) -> dict[str, Any]:
    """The parsed expression: the same with and without parentheses, so it neither leaves them nor adds to the query."""
    found = []
    for written in (text, f"({text}\n)"):
        try:
            parsed = statements(connection, f"select {written}\nfrom {TABLE}")
        except NotSql as error:
            raise _bad(f"It is not SQL: {error}.".replace("..", ".")) from error
        if len(parsed) != 1 or not _is_plain(parsed[0]["node"]):
            raise _bad("It is more than one expression.", "Write one expression, without `as`, `from` or `where`.")
        found.append(parsed[0]["node"]["select_list"][0])
    only: dict[str, Any] = found[0]
    return only


def _is_plain(node: dict[str, Any]) -> bool:
    source = node.get("from_table", {})
    return (
        has_no_more(node)
        and node["where_clause"] is None
        and not node["cte_map"]["map"]
        and len(node["select_list"]) == 1
        and not node["select_list"][0]["alias"]
        and source.get("type") == "BASE_TABLE"
        and source.get("table_name") == TABLE
    )


@dataclass
class _Walk:
    """What was met in an expression."""

    names: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    """Columns that stand outside of any aggregate."""
    aggregates: int = 0

    def over(self, node: Any, *, within: bool) -> None:
        """Look at a part of the tree and all below it; `within` an aggregate."""
        if isinstance(node, list):
            for one in node:
                self.over(one, within=within)
        elif isinstance(node, dict):
            if "class" in node:
                within = self._checked(node, within)
            for value in node.values():
                if isinstance(value, dict | list):
                    self.over(value, within=within)

    def _checked(self, node: dict[str, Any], within: bool) -> bool:
        """Whether what is below it stands within an aggregate. Raises BadFormula for what is not allowed."""
        match node["class"]:
            case "FUNCTION":
                return self._function(node, within) or within
            case "COLUMN_REF":
                self._column(node["column_names"], within)
            case "OPERATOR" if node["type"] in OPERATORS:
                pass
            case "TYPE" if str(node["type_name"]).upper() in TYPES and _is_bare(node):
                pass
            case "TYPE":
                raise _bad(f"It casts to {quoted(str(node['type_name']))}.", "Cast to a number, a text or a time.")
            case kind if kind not in PLAIN:
                why, next_step = REFUSED.get(kind, ("It has a part that a formula may not have.", ""))
                raise _bad(why, next_step)
        return within

    def _function(self, node: dict[str, Any], within: bool) -> bool:
        name = str(node["function_name"]).lower()
        if not _is_bare(node) or name not in AGGREGATES | SCALARS:
            raise _bad(f"`{name[:80]}` cannot be used in a formula.", _like(name))
        if name in SCALARS:
            return False
        if within:
            raise _bad(f"`{name}` stands within another aggregate.", "Write one aggregate of plain columns.")
        self.aggregates += 1
        return True

    def _column(self, path: list[str], within: bool) -> None:
        if len(path) != 1:
            raise _bad(f"It names {quoted('.'.join(path))}.", "Write the column's name alone.")
        self.names.append(path[0])
        if not within:
            self.outside.append(path[0])


def _is_bare(node: dict[str, Any]) -> bool:
    """Whether a function or a type is named without a schema: those that a formula may use are all built in."""
    return not node.get("schema") and not node.get("catalog") and len(node["qualified_name"]["path"]) == 1


def _like(name: str) -> str:
    return nearest(name, AGGREGATES | {one for one in SCALARS if one.isidentifier()})


def _no_column(name: str, known: Iterable[str], missing: Mapping[str, str]) -> BadFormula:
    if name.lower() in missing:
        return _bad(f"There is no `{name.lower()}`: {missing[name.lower()]}")
    if name.startswith("@"):
        why = f"{quoted(name)} begins with `@`: such names are reserved."
        return _bad(why, "Give the column of the log another name.")
    names = sorted(known)
    return _bad(
        f"The decisions have no column {quoted(name)}.", nearest(name, names) or f"The columns are: {listed(names)}."
    )


def _outside(name: str) -> BadFormula:
    return _bad(
        f"{quoted(name)} stands outside of an aggregate: it has a value for each decision.",
        f"Put it into one, such as `avg({name})`." if name.isidentifier() else "Put it into one, such as `avg(…)`.",
    )


def _bad(why: str, next_step: str = "") -> BadFormula:
    return BadFormula("The formula cannot be used.", why=why, next_step=next_step)
