"""The step of a refresh that checks what can be checked: every item of every version, and the ML Test Score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from watchroom.domain.check_kinds import KINDS, mistakes
from watchroom.domain.policy import PYTHON, SQL
from watchroom.errors import WatchroomError
from watchroom.jobs.checks.builtin import ask, asking, sql_of
from watchroom.jobs.checks.found import Found, Question, Version
from watchroom.jobs.checks.going_back import GoingBack
from watchroom.jobs.checks.literals import kept_sql
from watchroom.jobs.checks.own import ALL_SECONDS, OwnChecks, TimeUsedUp
from watchroom.jobs.checks.people import read_people
from watchroom.jobs.checks.plan import Plan, read_plan
from watchroom.jobs.checks.results import check_rows, dated, score_rows
from watchroom.jobs.checks.subjects import fill_subjects
from watchroom.jobs.sql_text import first_line
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.whole import put_whole
from watchroom.workspace.load import Workspace

__all__ = ["CheckResult", "again_after_sign_offs", "fill_subjects", "run_checks"]

_LATE = ("sign-offs",)
"""The areas of kinds that rest on sign-offs, which are judged by what the other checks found."""


@dataclass(frozen=True)
class CheckResult:
    """What went wrong, one problem for each check that could not be asked; and what was done, in words."""

    problems: tuple[Problem, ...]
    detail: str


@dataclass(frozen=True)
class _Asked:
    """What every question found, and the problems of those that could not be asked."""

    found: Mapping[str, Mapping[Version, Found]]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Others:
    """What a statement over the tables cannot tell: checks of a team's own, and who served one after another."""

    own: OwnChecks
    back: GoingBack


def run_checks(draft: Draft, workspace: Workspace) -> CheckResult:
    """Ask every check for every version, and fill `checks`, `check_queries` and `check_scores`.

    `check_subjects` and the tables of policies, answers, waivers, evidence must be there. A check that cannot be asked
    is `unknown` with the reason, and a problem; it keeps no other from being asked.
    """
    plan = read_plan(draft)
    with OwnChecks(draft, workspace.folder) as own:
        others = _Others(own, GoingBack(draft, workspace))
        asked = _asked(draft, plan, plan.questions.values() if plan.subjects else (), others)
    _kept(draft, plan, asked.found)
    put_whole(draft, "check_queries", [_query_row(question) for question in plan.questions.values()])
    return CheckResult(asked.problems, _detail(draft))


def again_after_sign_offs(draft: Draft) -> CheckResult:
    """Ask those checks again that rest on sign-offs, once `approvals` and `approval_states` are judged."""
    plan = read_plan(draft)
    late = [one for one in plan.questions.values() if one.kind in KINDS and KINDS[one.kind].area in _LATE]
    if not late:
        return CheckResult((), _detail(draft))
    asked = _asked(draft, plan, late, None)
    people, now = read_people(draft), draft.made_at.replace(tzinfo=None)
    names = sorted(asked.found)
    anew = list(check_rows(plan, asked.found, people, dated(draft, names), now, only=asked.found))
    held = set(
        draft.connection.execute("select * from checks.checks where query in (select unnest(?))", [names]).fetchall()
    )
    _replaced(draft, [row for row in anew if row not in held])
    return CheckResult(asked.problems, _detail(draft))


def _asked(draft: Draft, plan: Plan, questions: Iterable[Question], others: _Others | None) -> _Asked:
    found: dict[str, Mapping[Version, Found]] = {}
    problems: list[Problem] = []
    late: list[str] = []
    with asking(draft) as cursor:
        for question in questions:
            try:
                found[question.name] = _answer(cursor, question, plan, others, draft.made_at)
            except TimeUsedUp:
                late.append(question.name)
                found[question.name] = _unknown(plan, "The time for own checks was used up.")
            except Exception as error:  # noqa: BLE001, one check that cannot be asked never takes the others down
                problem = _problem(question, error)
                problems.append(problem)
                found[question.name] = _unknown(plan, f"It could not be checked. {problem.why}".strip())
    return _Asked(found, (*problems, *([_not_asked(late)] if late else [])))


def _not_asked(names: Sequence[str]) -> Problem:
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return Problem(
        "workspace",
        "error",
        "own checks",
        "The time for own checks was used up.",
        f"All together may take {ALL_SECONDS:g} seconds; not asked: {', '.join(names[:3])}{more}.",
        "Make the slow ones ask for less.",
    )


def _answer(
    cursor: duckdb.DuckDBPyConnection, question: Question, plan: Plan, others: _Others | None, now: datetime
) -> Mapping[Version, Found]:
    wrong = mistakes(question.kind, question.params)
    if wrong:
        raise WatchroomError(wrong[0].what, why=wrong[0].why or wrong[0].what, next_step=wrong[0].next_step)
    if question.kind in (SQL, PYTHON):
        return others.own.answer(question, [subject.key for subject in plan.subjects], now) if others else {}
    found = ask(cursor, sql_of(question), now)
    return others.back.refined(question.kind, found) if others else found


def _problem(question: Question, error: Exception) -> Problem:
    place = f"check {question.name}"
    if isinstance(error, WatchroomError):
        return Problem("workspace", "error", place, error.what, error.why, error.next_step)
    return Problem("workspace", "error", place, "A check could not be asked.", first_line(error), "")


def _unknown(plan: Plan, why: str) -> dict[Version, Found]:
    return {subject.key: Found("unknown", None, why) for subject in plan.subjects}


def _kept(draft: Draft, plan: Plan, found: Mapping[str, Mapping[Version, Found]]) -> None:
    people, now = read_people(draft), draft.made_at.replace(tzinfo=None)
    put_whole(draft, "checks", list(check_rows(plan, found, people, dated(draft), now)))
    put_whole(draft, "check_scores", list(score_rows(plan, found, people, now)))


def _replaced(draft: Draft, rows: Sequence[tuple[Any, ...]]) -> None:
    """These rows of `checks` in place of those of the same version and item; nothing is written for none."""
    if not rows:
        return
    with draft.transaction("checks"):
        draft.connection.executemany(
            "delete from checks.checks where model = ? and version = ? and item = ?",
            [row[:2] + row[3:4] for row in rows],
        )
        draft.insert("checks", rows)


def _query_row(question: Question) -> tuple[str, str, str]:
    about = KINDS[question.kind].about if question.kind in KINDS else "This kind of check does not exist."
    if question.kind == SQL:
        return question.name, about, kept_sql(str(question.params.get("sql", "")))
    if question.kind == PYTHON:
        return question.name, about, str(question.params.get("function", ""))
    try:
        return question.name, about, kept_sql(sql_of(question))
    except (KeyError, TypeError):
        return question.name, about, ""


def _detail(draft: Draft) -> str:
    counts = Counter(
        dict(draft.connection.execute("select status, count(*) from checks.checks group by status").fetchall())
    )
    names = (("pass", "met"), ("waived", "waived"), ("fail", "not met"), ("stale", "too old"), ("unknown", "unknown"))
    return ", ".join(f"{word}: {counts[name]:,}" for name, word in names if counts[name]) or "nothing to check"
