"""SQL from a model's file: what it says as a tree, before any of it runs, and how long it may run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from watchroom.errors import QueryError, QueryTimeout
from watchroom.sources.decisions.duckdb_limits import interrupted_after


class NotSql(QueryError):
    """The text cannot be read as SELECT statements; the message says why, in a line."""


class TooLong(QueryTimeout):
    """It ran into its time limit and was stopped."""


def statements(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The statements of a query as DuckDB's parser reads them; nothing of it runs. Raises NotSql."""
    try:
        parsed = json.loads(connection.execute("select json_serialize_sql(?)", [query]).fetchall()[0][0])
    except duckdb.Error as error:
        raise NotSql(first_line(error)) from error
    except RecursionError as error:
        raise NotSql("It is nested too deeply.") from error
    if parsed["error"]:
        raise NotSql(str(parsed.get("error_message") or "It cannot be read.").strip().splitlines()[0])
    found: list[dict[str, Any]] = parsed["statements"]
    return found


def has_no_more(node: dict[str, Any]) -> bool:
    """Whether a parsed statement has no clause besides what it selects, from where, and its condition."""
    nothing = ("modifiers", "group_expressions", "having", "qualify", "sample")
    return node["type"] == "SELECT_NODE" and not any(node[key] for key in nothing)


@contextmanager
def at_most(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """What runs inside is stopped when the time is up. Raises TooLong then; other errors as they come."""
    try:
        with interrupted_after(connection.interrupt, seconds):
            yield
    except duckdb.InterruptException as error:
        raise TooLong(f"It took longer than {seconds:g} seconds.") from error


def first_line(error: Exception) -> str:
    """What an error says, in a line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
