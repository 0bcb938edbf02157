"""The condition of a reference (`performance_where`): one SQL expression, bounded in time and on disk."""

from __future__ import annotations

import json
from threading import Timer

import duckdb

from watchroom.errors import WatchroomError

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
    overrun = [False]

    def stop() -> None:
        overrun[0] = True
        connection.interrupt()

    timer = Timer(SECONDS, stop)
    timer.start()
    try:
        connection.execute(f'alter table reference add column "{KEPT}" boolean')
        connection.execute(f'update reference set "{KEPT}" = ({condition}\n)')
    except duckdb.Error as error:
        why = f"It took longer than {SECONDS:g} seconds." if overrun[0] else _first_line(error)
        raise NoCondition(why) from error
    finally:
        timer.cancel()
        timer.join()


def _single_expression(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """That it is one expression with and without parentheses: so it neither leaves them nor adds clauses of its own."""
    for text in (condition, f"({condition}\n)"):
        query = f"select 1 from reference where {text}\n"
        try:
            parsed = json.loads(connection.execute("select json_serialize_sql(?)", [query]).fetchall()[0][0])
        except duckdb.Error as error:
            raise NoCondition(_first_line(error)) from error
        if parsed["error"]:
            raise NoCondition(str(parsed.get("error_message") or "It cannot be read.").strip().splitlines()[0])
        if len(parsed["statements"]) != 1 or not _only_where(parsed["statements"][0]["node"]):
            raise NoCondition("It is more than a condition.")


def _only_where(node: dict[str, object]) -> bool:
    """Whether a parsed statement selects from the reference with a condition and nothing else."""
    nothing = ("modifiers", "group_expressions", "having", "qualify", "sample")
    return node["type"] == "SELECT_NODE" and node["where_clause"] is not None and not any(node[key] for key in nothing)


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0]
