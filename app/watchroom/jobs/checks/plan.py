"""What is to be asked: the policies' items, the versions that they hold for, and each check once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from watchroom.domain.check_kinds import KINDS
from watchroom.domain.policy import PYTHON, QUESTION, SQL
from watchroom.domain.risk import TIERS
from watchroom.jobs.checks.found import Item, Question, Version
from watchroom.store.draft import Draft


@dataclass(frozen=True)
class Subject:
    """A version that is checked, by which policy and for which tier."""

    model: str
    version: int
    policy: str
    tier: str

    @property
    def key(self) -> Version:
        """The model and the version."""
        return self.model, self.version

    def is_asked(self, item: Item) -> bool:
        """Whether the item is asked of its tier; one with a tier that is not known is asked of all."""
        if self.tier not in TIERS or item.tier not in TIERS:
            return True
        return TIERS.index(item.tier) <= TIERS.index(self.tier)


@dataclass(frozen=True)
class Plan:
    """The versions, the items of each policy in order, and the questions by their name."""

    subjects: tuple[Subject, ...]
    items: Mapping[str, tuple[Item, ...]]
    questions: Mapping[str, Question]

    def of(self, subject: Subject) -> tuple[Item, ...]:
        """Every item of the subject's policy, those that its tier is not asked for included."""
        return self.items.get(subject.policy, ())


def read_plan(draft: Draft) -> Plan:
    """What the draft's `check_subjects` and `policy_items` ask for."""
    rows = draft.connection.execute(
        "select model, version, policy, tier from checks.check_subjects order by model, version"
    ).fetchall()
    subjects = tuple(Subject(*row) for row in rows)
    items = _items(draft, {subject.policy for subject in subjects})
    by_policy: dict[str, list[Item]] = {}
    for item in items:
        by_policy.setdefault(item.policy, []).append(item)
    questions = {question.name: question for item in items if (question := question_of(item)) is not None}
    return Plan(subjects, {policy: tuple(found) for policy, found in by_policy.items()}, questions)


def question_of(item: Item) -> Question | None:
    """The check that the item asks; None for a question to a person."""
    if item.kind == QUESTION:
        return None
    if item.kind in (SQL, PYTHON):
        return Question(f"{item.policy}/{item.item}", item.kind, item.params)
    params = _of_item(item)
    return Question(_name(item.kind, params), item.kind, params)


def _of_item(item: Item) -> Mapping[str, Any]:
    """The parameters, with the item that asks where the kind looks for what names one."""
    takes = item.kind in KINDS and any(param.name == "item" for param in KINDS[item.kind].params)
    return {"item": item.item, **item.params} if takes else item.params


def _name(kind: str, params: Mapping[str, Any]) -> str:
    given = ", ".join(f"{name}={_word(value)}" for name, value in sorted(params.items()) if value is not None)
    return f"{kind}({given})" if given else kind


def _word(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _items(draft: Draft, policies: Iterable[str]) -> list[Item]:
    rows = draft.connection.execute(
        "select policy, item, stage, tier, role, section, kind, params, digest, position from room.policy_items "
        "where policy in (select unnest(?::varchar[])) order by policy, position",
        [sorted(policies)],
    ).fetchall()
    return [
        Item(policy, item, stage, tier, role, section, kind, _params(params), digest, position)
        for policy, item, stage, tier, role, section, kind, params, digest, position in rows
    ]


def _params(text: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
