"""Checks of one's own: a policy's statement or function, asked in a process that knows public tables and no more."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from watchroom.domain.policy import SQL
from watchroom.errors import QueryError, WorkspaceError
from watchroom.jobs.checks.found import Found, Question, Version, measured, shown
from watchroom.jobs.checks.own_process import OwnProcess
from watchroom.store.draft import Draft
from watchroom.store.schema import TABLES
from watchroom.workspace.yaml_file import read_text

SECONDS = 10.0
"""For a statement, or a function over all versions: what ships takes a quarter of a second."""

ALL_SECONDS = 120.0
"""For all of a refresh: what has begun may end, and the rest is told as not asked."""

START_SECONDS = 60.0
"""For the child to begin, on a machine that is busy."""

MOST_ROWS = 3_000_000
"""Of a table that a check of one's own is given: some hundred MB in the memory of a process that may have 512."""

POLICIES = "policies"
"""The folder of a workspace in which policies, and files with functions, lie."""

_FILE = re.compile(r"([\w-][\w.-]*\.py):([A-Za-z_]\w*)")
_MODULE = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)")


def public_tables() -> dict[str, str]:
    """The tables that a check of one's own may ask, with the part that each is in."""
    return {name: table.part for name, table in TABLES.items() if not table.private}


class TimeUsedUp(QueryError):
    """All checks of one's own together took longer than they may; this one was not asked."""


class OwnChecks:
    """Asks a policy's own checks. Statements share one child; each function has one of its own. Close it after use."""

    def __init__(self, draft: Draft, folder: Path) -> None:
        self._draft = draft
        self._folder = folder
        self._sql: OwnProcess | None = None
        self._held: set[str] = set()
        self._spent = 0.0

    def __enter__(self) -> OwnChecks:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        if self._sql is not None:
            self._sql.close()
        self._sql = None
        self._held = set()

    def answer(self, question: Question, versions: Sequence[Version], now: datetime) -> Mapping[Version, Found]:
        """What the check found of each version. Raises QueryError when it cannot be asked at all, TimeUsedUp too."""
        if self._spent >= ALL_SECONDS:
            raise TimeUsedUp("The time for own checks was used up.")
        began = time.monotonic()
        try:
            rows = self._asked_sql(question, now) if question.kind == SQL else self._asked_python(question)
        finally:
            self._spent += time.monotonic() - began
        return _understood(rows, versions)

    def _asked_sql(self, question: Question, now: datetime) -> Any:
        text = str(question.params["sql"])
        if self._sql is None or not self._sql.alive:
            self.close()
            self._sql = OwnProcess()
        child = self._sql
        read = child.ask({"do": "read", "sql": text, "known": sorted(public_tables())}, START_SECONDS)
        for name in _names(read.get("tables")):
            if name not in self._held:
                child.hold(name, self._rows(f"select * from {_place(name)}", name), START_SECONDS, sql=True)
                self._held.add(name)
        bound = now.replace(tzinfo=None).isoformat() if read.get("needs_now") is True else None
        return child.ask({"do": "query", "sql": text, "now": bound}, SECONDS).get("rows")

    def _asked_python(self, question: Question) -> Any:
        module, name, source = read_function(self._folder, str(question.params["function"]))
        tables = dict.fromkeys(("check_subjects", "models", *question.params.get("tables", ())))
        with OwnProcess() as child:
            for table in tables:
                if table not in public_tables():
                    raise QueryError("The check cannot be asked.", why=f"There is no public table {table!r}.")
                rows = self._rows(_by_model(table), table)
                child.hold(table, rows, START_SECONDS, sql=False)
            if child.missing:
                raise QueryError(
                    "A check in Python was not run.",
                    why=f"This system cannot confine it: it lacks limits on {' and '.join(child.missing)}.",
                    next_step="Write it in SQL, or refresh on Linux with Landlock and seccomp.",
                )
            asked = {"do": "call", "module": module, "name": name, "source": source}
            return child.ask(asked, SECONDS).get("rows")

    def _rows(self, sql: str, table: str) -> pa.Table:
        """Rows for the child; no statement of a policy comes here."""
        count = self._draft.connection.execute(f"select count(*) from {_place(table)}").fetchall()[0][0]
        if count > MOST_ROWS:
            raise QueryError(
                "The check cannot be asked.",
                why=f"The table {table} has {count:,} rows; at most {MOST_ROWS:,} are sent.",
            )
        return self._draft.connection.sql(sql).to_arrow_table()


def read_function(folder: Path, named: str) -> tuple[str, str, str | None]:
    """The file or module, the function's name, and the source; None for a module of an installed package.

    Raises QueryError when it is not named so, or the file is not beside the policies.
    """
    of_file, of_module = _FILE.fullmatch(named), _MODULE.fullmatch(named)
    if of_file is None:
        if of_module is None:
            raise QueryError(
                "The check cannot be asked.",
                why=f"{named[:120]!r} names no function.",
                next_step=f"Write `file.py:name` for a file in `{POLICIES}/`, or `package.module:name`.",
            )
        return of_module[1], of_module[2], None
    shown = f"{POLICIES}/{of_file[1]}"
    try:
        return of_file[1], of_file[2], read_text(folder / POLICIES / of_file[1], shown, folder / POLICIES)
    except WorkspaceError as error:
        raise QueryError(
            "The check cannot be asked.", why=f"{shown}: {error.what} {error.why}".strip(), next_step=error.next_step
        ) from error


def _understood(rows: Any, versions: Sequence[Version]) -> dict[Version, Found]:
    """An answer of the child, checked: it comes from a process that may have run anybody's code."""
    known, found = set(versions), dict[Version, Found]()
    if not isinstance(rows, list):
        raise QueryError("The check answered what makes no sense.")
    for row in rows:
        if not isinstance(row, list) or len(row) != 7 or not isinstance(row[0], str) or type(row[1]) is not int:
            raise QueryError("The check answered what makes no sense.")
        key, (passes, stale, value, evidence, failed) = (row[0], row[1]), row[2:]
        if key not in known:
            continue
        if key in found:
            raise QueryError(
                "The check cannot be used.", why=f"It gives more than one row for version {key[1]} of {key[0]}."
            )
        if failed is not None:
            found[key] = Found("unknown", None, f"It failed: {shown(failed)}")
        else:
            found[key] = Found(_said(passes, stale), shown(value), shown(evidence) or "")
    return found


def _said(passes: Any, stale: Any) -> Any:
    if passes not in (None, True, False) or stale not in (None, True, False):
        raise QueryError("The check answered what makes no sense.")
    return measured(passes, stale)


def _names(said: Any) -> list[str]:
    known = public_tables()
    if not isinstance(said, list) or any(name not in known for name in said):
        raise QueryError("The check answered what makes no sense.")
    return said


def _place(table: str) -> str:
    return f'"{TABLES[table].part}"."{table}"'


def _by_model(table: str) -> str:
    """The rows of a table with their model as `@model`: by its column, by the model's runs, or NULL for all."""
    names = TABLES[table].column_names
    if "model" in names:
        return f'select model as "@model", * from {_place(table)}'
    if table in ("registered_models", "registered_model_tags", "model_versions", "model_version_tags", "aliases"):
        return f'select name as "@model", * from {_place(table)}'
    if "run_id" in names:
        return (
            f'select v.name as "@model", t.* from {_place(table)} t '
            "join (select distinct name, run_id from mlflow.model_versions) v on v.run_id = t.run_id"
        )
    return f'select null::varchar as "@model", * from {_place(table)}'
