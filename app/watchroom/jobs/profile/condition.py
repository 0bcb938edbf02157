"""The condition of a reference (`performance_where`): one SQL expression, bounded in time and on disk."""

from __future__ import annotations

from typing import Any

import duckdb

from watchroom.errors import WatchroomError
from watchroom.jobs.sql_text import NotSql, TooLong, at_most, first_line, has_no_more, statements

KEPT = "@kept"
"""The column that says which rows of the reference the condition names."""

SECONDS = 20.0
"""For a condition over the whole reference: one that reads columns takes a second for ten million rows."""

SPILL_MB = 4096
"""On disk, beyond the reference itself: enough for what its counts sort."""


class NoCondition(WatchroomError):
    """The text is no condition, or none that can be used; the message says why."""


def limit_disk(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the questions of this connection spill at most `SPILL_MB` beyond what lies on disk already."""
    spilled = connection.execute("select coalesce(sum(size), 0) from duckdb_temporary_files()").fetchall()[0][0]
    connection.execute(f"set max_temp_directory_size = '{int(spilled) // 1_000_000 + SPILL_MB}MB'")


def keep_rows(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """Fill the column `KEPT` of the table `reference`. Raises NoCondition, also when it takes too long."""
    _single_expression(connection, condition)
    try:
        with at_most(connection, SECONDS):
            connection.execute(f'alter table reference add column "{KEPT}" boolean')
            connection.execute(f'update reference set "{KEPT}" = ({condition}\n)')
    except TooLong as error:
        raise NoCondition(str(error)) from error
    except duckdb.Error as error:
        raise NoCondition(first_line(error)) from error


def _single_expression(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """That it is one expression with and without parentheses: so it neither leaves them nor adds clauses of its own."""
    for text in (condition, f"({condition}\n)"):
        try:
            found = statements(connection, f"select 1 from reference where {text}\n")
        except NotSql as error:
            raise NoCondition(str(error)) from error
        if len(found) != 1 or not _only_where(found[0]["node"]):
            raise NoCondition("It is more than a condition.")


def _only_where(node: dict[str, Any]) -> bool:
    """Whether a parsed statement selects from the reference with a condition and nothing else."""
    return has_no_more(node) and node["where_clause"] is not None
