"""The kinds that ship, asked: each is one statement for all versions at once, run on the draft as it is by now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime

import duckdb

from watchroom.domain.check_kinds import filled
from watchroom.jobs.checks.found import Found, Question, Version, measured, shown
from watchroom.jobs.checks.literals import asks_for_now, filled_sql
from watchroom.jobs.checks.sql_insight import EXPLANATIONS, FAIRNESS, MONEY
from watchroom.jobs.checks.sql_people import ALERTS, EVIDENCE, FINDINGS, HANDOVER, OWNERSHIP, PAPER, SIGN_OFFS
from watchroom.jobs.checks.sql_registry import REGISTRY
from watchroom.jobs.checks.sql_runs import RUNS
from watchroom.jobs.checks.sql_service import DECISIONS, HEALTH
from watchroom.jobs.sql_text import at_most
from watchroom.store.draft import Draft
from watchroom.store.schema import PARTS

TEMPLATES: Mapping[str, str] = {
    name: template
    for group in (
        RUNS, REGISTRY, DECISIONS, HEALTH, EXPLANATIONS, FAIRNESS, MONEY, OWNERSHIP, PAPER, EVIDENCE, ALERTS, HANDOVER,
        FINDINGS, SIGN_OFFS,
    )
    for name, template in group.items()
}  # fmt: skip
"""The statement of every kind that ships, by its name."""

SECONDS = 30.0
"""For one kind over all versions: the slowest takes a quarter of a second for two hundred models."""


def sql_of(question: Question) -> str:
    """What a question asks, with its parameters filled in; `$now` stays."""
    return filled_sql(TEMPLATES[question.kind], filled(question.kind, question.params))


@contextmanager
def asking(draft: Draft) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on the draft that knows every public table by its name alone, as the kept statements do."""
    with closing(draft.connection.cursor()) as cursor:
        cursor.execute("set search_path = '" + ",".join(f"{part}.main" for part in PARTS) + "'")
        cursor.execute("set TimeZone = 'UTC'")
        yield cursor


def ask(cursor: duckdb.DuckDBPyConnection, sql: str, now: datetime) -> dict[Version, Found]:
    """What the statement says of each version. Raises `duckdb.Error`, and `TooLong`. `now` is UTC."""
    bound = {"now": now.replace(tzinfo=None)} if asks_for_now(sql) else None
    with at_most(cursor, SECONDS):
        run = cursor.execute(sql, bound) if bound else cursor.execute(sql)
        names = [column[0] for column in run.description]
        rows = [dict(zip(names, row, strict=True)) for row in run.fetchall()]
    return {(row["model"], row["version"]): found_in(row) for row in rows}


def found_in(row: Mapping[str, object]) -> Found:
    """A row of an answer."""
    passes, stale = row["passes"], row.get("stale")
    return Found(
        measured(None if passes is None else bool(passes), bool(stale)),
        shown(row.get("value")),
        _sentence(shown(row.get("evidence")) or ""),
        bool(row.get("by_person")),
    )


def _sentence(text: str) -> str:
    """With its full stop: some end with the reason that another program gave."""
    said = text.strip()
    return said if not said or said.endswith((".", "…", "!", "?")) else f"{said.removesuffix(':')}."
