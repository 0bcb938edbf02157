"""The process in which a check of one's own runs: `python -m watchroom.jobs.checks.own_child`.

It takes its rights from itself first: no files but Python's own, no network, no other processes, bounded memory. What
it knows is what the parent sends: rows of public tables. It answers frames of `explain.wire`.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

_WATCHED_SECONDS = 1.0
_MOST_TABLE_BYTES = 2_000_000_000  # of rows from the parent, which is trusted
_MOST_ROWS = 100_000  # of an answer: each version once
_SHOWN = 600  # letters of a value or a reason
_QUERY_MB = 512  # of DuckDB, which spills what is more
_SPILL_MB = 128  # the private folder may hold twice as much
_NEEDED = ("model", "version", "passes")


def main() -> None:
    """Serve. Arguments: a private folder for temporary files, the memory in MiB."""
    private, memory = Path(sys.argv[1]), int(sys.argv[2])
    asked, answers = _pipes()
    from watchroom.explain import limits

    missing = limits.confine(private, private, memory)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _serve(asked, answers, private, missing)


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes to the parent, moved away from where a function prints."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return asked, answers


def _end_with(parent: int) -> None:
    """A parent that is gone cannot end us, however long we compute."""
    while os.getppid() == parent:
        time.sleep(_WATCHED_SECONDS)
    os._exit(1)


def _serve(asked: BinaryIO, answers: BinaryIO, private: Path, missing: tuple[str, ...]) -> None:
    from watchroom.explain import limits, wire

    bench = _Bench(private)
    while True:
        try:
            said, block = wire.receive(asked, _MOST_TABLE_BYTES)
        except wire.Garbled:
            return
        limits.cpu_seconds(float(said["seconds"]))
        try:
            wire.send(answers, {**bench.answer(said, block), "missing": list(missing)})
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a check does is told to the parent
            wire.send(answers, _told(error))


class _Bench:
    """The tables sent so far, and what is asked of them."""

    def __init__(self, private: Path) -> None:
        self._private = private
        self._duckdb: Any = None
        self._tables: dict[str, Any] = {}

    def answer(self, said: Mapping[str, Any], block: bytes) -> dict[str, Any]:
        """What the parent asked for."""
        match said["do"]:
            case "read":
                from watchroom.jobs.checks.own_read import read_statement

                found = read_statement(self._connection(), said["sql"], said["known"])
                return {"tables": list(found.tables), "needs_now": found.needs_now}
            case "hold":
                self._hold(said["table"], block, for_sql=bool(said["sql"]))
                return {}
            case "query":
                return {"rows": self._query(said["sql"], said["now"])}
            case _:
                return {"rows": self._call(said)}

    def _connection(self) -> Any:
        if self._duckdb is None:
            import duckdb

            config = {
                "threads": 2,
                "memory_limit": f"{_QUERY_MB}MB",
                "temp_directory": str(self._private),
                "max_temp_directory_size": f"{_SPILL_MB}MB",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
            }
            self._duckdb = duckdb.connect(":memory:", config=config)  # type: ignore[arg-type]
            for setting in ("TimeZone = 'UTC'", "enable_progress_bar = false"):
                self._duckdb.execute(f"set {setting}")
            self._duckdb.execute("set enable_external_access = false")
            self._duckdb.execute("set lock_configuration = true")
        return self._duckdb

    def _hold(self, name: str, block: bytes, *, for_sql: bool) -> None:
        from watchroom.explain import wire

        rows = wire.table_of(block)
        if not for_sql:
            self._tables[name] = rows
            return
        connection = self._connection()
        connection.register("given", rows)
        quoted = '"' + name.replace('"', '""') + '"'
        connection.execute(f"create table {quoted} as select * from given")
        connection.unregister("given")

    def _query(self, sql: str, now: str | None) -> list[list[Any]]:
        bound = {"now": datetime.fromisoformat(now)} if now else None
        run = self._connection().execute(sql, bound) if bound else self._connection().execute(sql)
        names = [column[0].lower() for column in run.description]
        lacking = [name for name in _NEEDED if name not in names]
        if lacking:
            raise ValueError(f"It gives no column {', '.join(lacking)}; model, version and passes are needed")
        if any("TIME ZONE" in str(column[1]) for column in run.description):
            run = _without_zones(self._connection(), sql, bound)
        rows = run.fetchmany(_MOST_ROWS + 1)
        if len(rows) > _MOST_ROWS:
            raise ValueError(f"It gives more than {_MOST_ROWS:,} rows; one for each version is wanted")
        return [_row(dict(zip(names, row, strict=True))) for row in rows]

    def _call(self, said: Mapping[str, Any]) -> list[list[Any]]:
        function = _function(said)
        subjects, by_model = self._tables["check_subjects"].to_pylist(), self._grouped()
        found = []
        for subject in subjects:
            model = subject.pop("@model")
            of_model = {name: _of_model(rows, model) for name, rows in by_model.items()}
            found.append(_called(function, subject, of_model))
        return found

    def _grouped(self) -> dict[str, dict[str | None, list[dict[str, Any]]]]:
        """Each table's rows by model."""
        grouped: dict[str, dict[str | None, list[dict[str, Any]]]] = {}
        for name, table in self._tables.items():
            held = grouped.setdefault(name, {})
            for row in table.to_pylist():
                held.setdefault(row.pop("@model", None), []).append(row)
        return grouped


def _without_zones(connection: Any, sql: str, bound: dict[str, Any] | None) -> Any:
    """The answer with times of a zone as text: DuckDB makes none of Python's of them without another library."""
    # One SELECT by now, which may end with a semicolon and a remark: fit to follow these words, and not for brackets.
    connection.execute(f'create or replace temp table "@answer" as {sql}', bound)
    shown = []
    for name, kind, *_ in connection.execute('describe "@answer"').fetchall():
        quoted = '"' + name.replace('"', '""') + '"'
        shown.append(f"{quoted}::varchar as {quoted}" if "TIME ZONE" in kind else quoted)
    return connection.execute(f'select {", ".join(shown)} from "@answer"')


def _of_model(rows: Mapping[str | None, list[dict[str, Any]]], model: str) -> list[dict[str, Any]]:
    """The model's rows; those of nobody in particular are everybody's. Each call gets its own."""
    return [dict(row) for row in (*rows.get(model, ()), *rows.get(None, ()))]


def _function(said: Mapping[str, Any]) -> Callable[..., Any]:
    """The function that is named, from the source sent or from an installed package."""
    name = said["name"]
    if said["source"] is None:
        found = getattr(importlib.import_module(said["module"]), name, None)
    else:
        space: dict[str, Any] = {"__name__": "watchroom_check", "__file__": said["module"]}
        exec(compile(said["source"], said["module"], "exec"), space)
        found = space.get(name)
    if not callable(found):
        raise ValueError(f"There is no function {name} in {said['module']}")
    return found  # type: ignore[no-any-return]


def _called(function: Callable[..., Any], subject: dict[str, Any], tables: dict[str, Any]) -> list[Any]:
    """A row of an answer; the last part is why the function failed for this version, else None."""
    model, version = subject["model"], subject["version"]
    try:
        said = function(dict(subject), tables)
        row = said if isinstance(said, Mapping) else {"passes": said}
        odd = set(row) - {"passes", "stale", "value", "evidence"}
        if odd or "passes" not in row:
            raise ValueError("it is to return true, false or None, or a mapping with passes, stale, value, evidence")
        return _row({**row, "model": model, "version": version})
    except MemoryError:  # the next version would fare no better, only more slowly
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - one version for which it fails is not all
        return [model, version, None, None, None, None, _said(error)]


def _said(error: BaseException) -> str:
    """The first line of an error, which may refuse to be told at all."""
    try:
        lines = str(error).strip().splitlines()
        return _line(f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__)
    except (Exception, SystemExit):  # noqa: BLE001 - it is code of anybody's
        return type(error).__name__[:_SHOWN]


def _row(row: Mapping[str, Any]) -> list[Any]:
    passes, stale = row["passes"], row.get("stale")
    if not (passes is None or _is_bool(passes)) or not (stale is None or _is_bool(stale)):
        raise ValueError("`passes` and `stale` are to be true, false or nothing")
    if not isinstance(row["model"], str) or not isinstance(row["version"], int):
        raise ValueError("`model` is to be a text and `version` a whole number, as in check_subjects")
    told = [None if row.get(key) is None else _line(row[key]) for key in ("value", "evidence")]
    return [row["model"], row["version"], *(None if one is None else bool(one) for one in (passes, stale)), *told, None]


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ == "bool_"


def _line(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return " ".join(text[: 2 * _SHOWN].split())[:_SHOWN]


def _told(error: BaseException) -> dict[str, Any]:
    from watchroom.errors import WatchroomError

    if isinstance(error, WatchroomError):
        return {"error": error.what, "why": error.why, "next_step": error.next_step}
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return {"error": "The check was stopped.", "why": "It takes more memory than it may.", "next_step": ""}
    return {"error": "The check does not work.", "why": _said(error), "next_step": ""}


if __name__ == "__main__":
    main()
