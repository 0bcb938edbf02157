"""What was found as the rows of `checks` and `check_scores`: judged with what people said, and dated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from watchroom.domain.standing import standing
from watchroom.domain.test_score import Counted, ml_test_score
from watchroom.jobs.checks.found import Found, Item, Version
from watchroom.jobs.checks.people import Key, People
from watchroom.jobs.checks.plan import Plan, Subject, question_of
from watchroom.store.draft import Draft

Answers = Mapping[str, Mapping[Version, Found]]
"""What each question found of each version, by the question's name."""

NOTHING = Found("unknown", None, "The check said nothing of this version.")
_NOT_ASKED = Found("unknown")


def dated(draft: Draft, queries: Sequence[str] | None = None) -> dict[Key, tuple[str, datetime]]:
    """The digest of each result as it stands in the draft, and when it was first found so; of these queries, or all."""
    only = "" if queries is None else " where query in (select unnest(?))"
    sql = f'select model, version, item, digest, "at" from checks.checks{only}'
    rows = draft.connection.execute(sql, None if queries is None else [list(queries)]).fetchall()
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}


def check_rows(
    plan: Plan,
    answers: Answers,
    people: People,
    before: Mapping[Key, tuple[str, datetime]],
    now: datetime,
    *,
    only: Collection[str] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """A row of `checks` for every item that a version is asked for; `only` of these questions. `now` is UTC, naive."""
    for subject in plan.subjects:
        for item in plan.of(subject):
            if subject.is_asked(item) and (only is None or _name(item) in only):
                yield _row(subject, item, found_of(item, subject, answers), people, before, now)


def score_rows(plan: Plan, answers: Answers, people: People, now: datetime) -> Iterator[tuple[Any, ...]]:
    """The rows of `check_scores`: over all items of the policy with a section, those of other tiers included."""
    for subject in plan.subjects:
        counted = [_counted(subject, item, answers, people, now) for item in plan.of(subject) if item.section]
        for one in ml_test_score(counted):
            yield subject.model, subject.version, one.section, one.score, one.most


def found_of(item: Item, subject: Subject, answers: Answers) -> Found:
    """What was measured of an item; `unknown` without a word for a question to a person."""
    name = _name(item)
    return answers.get(name, {}).get(subject.key, NOTHING) if name else _NOT_ASKED


def _name(item: Item) -> str:
    """The name of what the item asks; empty for a question to a person."""
    question = question_of(item)
    return question.name if question else ""


def _counted(subject: Subject, item: Item, answers: Answers, people: People, now: datetime) -> Counted:
    key = (subject.model, subject.version, item.item)
    answer = people.answers.get(key)
    found = found_of(item, subject, answers)
    stands = standing(found.measured, item.kind, item.digest, answer, None, now, evidence=people.held(answer))
    return Counted(item.section or "", stands.status == "pass", stands.by_person or found.by_person)


def _row(
    subject: Subject,
    item: Item,
    found: Found,
    people: People,
    before: Mapping[Key, tuple[str, datetime]],
    now: datetime,
) -> tuple[Any, ...]:
    key = (subject.model, subject.version, item.item)
    answer, waiver = people.answers.get(key), people.waivers.get(key)
    stands = standing(found.measured, item.kind, item.digest, answer, waiver, now, evidence=people.held(answer))
    digest = _digest(item, stands.status, found)
    held, at = before.get(key, ("", now))
    person, due = people.who(key, item.role)
    return (
        subject.model, subject.version, item.stage, item.item, stands.status, found.measured, item.kind, item.role,
        found.value, found.evidence or stands.because, _name(item) or None, digest,
        at if held == digest else now, person, due,
    )  # fmt: skip


def _digest(item: Item, status: str, found: Found) -> str:
    """Of item, status and value: the sentence may name a day that goes by."""
    said = json.dumps([item.item, item.digest, status, found.value], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
