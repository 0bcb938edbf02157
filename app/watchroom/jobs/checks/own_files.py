"""What is wrong with a workspace's checks of its own, as far as their text tells: nothing of them is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import duckdb

from watchroom.domain.policy import PYTHON, SQL, Check
from watchroom.errors import QueryError, WorkspaceError
from watchroom.jobs.checks.own import public_tables, read_function
from watchroom.jobs.checks.own_read import read_statement
from watchroom.workspace.load import Workspace


def own_mistakes(workspace: Workspace) -> tuple[WorkspaceError, ...]:
    """A mistake for each own check that can never run, with the policy's file and the item."""
    known, told = public_tables(), set[tuple[str, str]]()
    found: list[WorkspaceError] = []
    with duckdb.connect(":memory:") as parser:
        for policy in sorted(workspace.policies.values(), key=lambda one: one.extends is not None):
            for item in policy.items:
                asked = item.check
                if asked is None or asked.kind not in (SQL, PYTHON) or (item.id, repr(asked.params)) in told:
                    continue
                told.add((item.id, repr(asked.params)))  # a policy that extends another has its items, too
                try:
                    _read(parser, asked, known, workspace.folder)
                except QueryError as error:
                    found.append(_mistake(error, policy.file or "", item.id))
    return tuple(found)


def _read(parser: duckdb.DuckDBPyConnection, asked: Check, known: dict[str, str], folder: Path) -> None:
    if asked.kind == SQL:
        read_statement(parser, str(asked.params.get("sql", "")), known)
        return
    for table in asked.params.get("tables") or ():
        if table not in known:
            raise QueryError("The check cannot be asked.", why=f"There is no public table {table!r}.")
    module, name, source = read_function(folder, str(asked.params.get("function", "")))
    if source is not None:
        _defined(module, name, source)


def _defined(file: str, name: str, source: str) -> None:
    try:
        tree = ast.parse(source, file)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        said = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
        raise QueryError("The check's file is no Python.", why=f"{file}{line}: {said}.") from None
    if name not in set(_names(tree)):
        raise QueryError("The check cannot be asked.", why=f"There is no function {name} in {file}.")


def _names(tree: ast.Module) -> Iterator[str]:
    """All names that the file gives somewhere: enough to know that one is nowhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


def _mistake(error: QueryError, file: str, item: str) -> WorkspaceError:
    return WorkspaceError(error.what, why=error.why, next_step=error.next_step, file=file, field=f"items.{item}.check")
