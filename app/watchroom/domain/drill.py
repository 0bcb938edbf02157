"""A short drill for whoever takes a model over: questions with one right answer, made from what the store holds.

Pure and the same for everybody on a day: a question's wrong answers are real ones of other models, versions or days,
so that they cannot be told by their looks. Where the store has no answer, or nothing to confuse it with, nothing is
asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

T = TypeVar("T")

MOST_QUESTIONS = 7
"""What is answered in five minutes; the day decides which of the possible ones are asked."""

MOST_OPTIONS = 4
"""Answers to choose from, the right one among them."""

NOBODY = "Nobody: it is not written down"
NO_RUNBOOK = "There is none"
NO_WAY_BACK = "None: no other version was in service and is fit to be"

REFUSED = "It is refused: the signature requires the column"
SCORED = "It is scored: the signature says that the column is optional"
NO_SIGNATURE = "That is not known: the version has no signature"

LIGHTS = ("stable", "watch", "drifted", "failing", "no data")

ALWAYS = ("back", "on_call", "runbook", "missing")
"""What whoever takes a model over has to know whatever the day; of the other questions the day picks."""


@dataclass(frozen=True)
class Question:
    """A question: its name, which stays, its text, what to choose from, the right one, and where to look it up."""

    name: str
    text: str
    options: tuple[str, ...]
    right: str
    look_up: str


@dataclass(frozen=True)
class Limit:
    """A limit that is watched: its kind, the question for it, itself as text, and other figures of the same thing."""

    name: str
    what: str
    limit: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class DrillFacts:
    """What the store knows of a model version that a drill can ask for. Empty or None is not known.

    `versions` are all numbers, `back` the one to go back to; `owners` is role to person, `people` everybody who holds
    a role anywhere; `runbooks` are those of all models; `top` is the column with the largest share of the explanation
    and `columns` the others; `required` says of each column of the signature whether it must be there (None: there is
    no signature); `limits` as text; `affects` is what relies on it and `affected` what relies on other models.
    """

    model: str
    version: int
    title: str
    versions: tuple[int, ...] = ()
    back: int | None = None
    owners: tuple[tuple[str, str], ...] = ()
    people: tuple[str, ...] = ()
    runbook: str | None = None
    runbooks: tuple[str, ...] = ()
    top: str | None = None
    columns: tuple[str, ...] = ()
    required: tuple[tuple[str, bool], ...] | None = None
    limits: tuple[Limit, ...] = ()
    affects: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    light: str | None = None


def questions(facts: DrillFacts, day: date, tries: int = 0) -> tuple[Question, ...]:
    """The day's questions about a version: at most `MOST_QUESTIONS`, the same for all who ask on that day as often.

    `tries` is how often whoever asks took it before. Their options are shuffled by the day and by that. Empty where the
    store knows nothing that could be asked.
    """
    again = f"|{tries}" if tries else ""
    order = _Order(f"{day.isoformat()}|{facts.model}|{facts.version}{again}")
    possible = [one for make in _MAKERS for one in make(facts, order) if len(one.options) > 1]
    needed = [one for one in possible if one.name in ALWAYS]
    others = order.shuffled("questions", [one for one in possible if one.name not in ALWAYS], lambda one: one.name)
    return tuple([*needed, *others][:MOST_QUESTIONS])


class _Order:
    """An order that nobody can guess and that is the same for everybody: by the hash of the day and what is ordered."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def shuffled(self, of: str, items: Iterable[T], named: Callable[[T], str]) -> list[T]:
        return sorted(items, key=lambda one: hashlib.sha256(_bytes(f"{self._seed}|{of}|{named(one)}")).hexdigest())

    def options(self, of: str, right: str, wrong: Iterable[str]) -> tuple[str, ...]:
        """The right answer among wrong ones, each once, as many as fit."""
        others = self.shuffled(of, dict.fromkeys(one for one in wrong if one and one != right), str)
        return tuple(self.shuffled(f"{of}, options", [right, *others[: MOST_OPTIONS - 1]], str))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _back(facts: DrillFacts, order: _Order) -> Iterable[Question]:
    if not facts.versions:
        return
    right = NO_WAY_BACK if facts.back is None else f"Version {facts.back}"
    wrong = [f"Version {number}" for number in facts.versions]
    options = order.options("back", right, [*wrong, NO_WAY_BACK])
    text = f"Version {facts.version} turns out to be bad. Which version do you go back to?"
    yield Question("back", text, options, right, "Versions, Go back")


def _people(facts: DrillFacts, order: _Order) -> Iterable[Question]:
    asked = {
        "on_call": "It fails at night. Who is on call for it?",
        "deputy": "Its owner is away. Who stands in?",
        "business": "Its purpose is in doubt. Who answers for that?",
        "operations": "It has to be stopped. Who runs it?",
    }
    held = dict(facts.owners)
    for role, text in asked.items():
        right = held.get(role) or NOBODY
        yield Question(role, text, order.options(role, right, [*facts.people, NOBODY]), right, "Model, Overview")


def _runbook(facts: DrillFacts, order: _Order) -> Iterable[Question]:
    right = facts.runbook or NO_RUNBOOK
    options = order.options("runbook", right, [*facts.runbooks, NO_RUNBOOK])
    yield Question("runbook", "Something is wrong with it. Where is the runbook?", options, right, "Model, Overview")


def _missing(facts: DrillFacts, order: _Order) -> Iterable[Question]:
    answers = (REFUSED, SCORED, NO_SIGNATURE)
    if facts.required is None:
        text = "A request comes without one of its columns. What becomes of it?"
        yield Question(
            "missing", text, order.options("missing", NO_SIGNATURE, answers), NO_SIGNATURE, "Model, Versions"
        )
        return
    if not facts.required:
        return
    column, required = order.shuffled("column", facts.required, lambda one: one[0])[0]
    right = REFUSED if required else SCORED
    text = f"A request comes without the column “{column}”. What becomes of it?"
    yield Question("missing", text, order.options("missing", right, answers), right, "Model, Versions")


def _top(facts: DrillFacts, order: _Order) -> Iterable[Question]:
    if facts.top is None:
        return
    text = "Which column moves its output most, so that its loss would hurt most?"
    yield Question("top", text, order.options("top", facts.top, facts.columns), facts.top, "Explanations")


def _limits(facts: DrillFacts, order: _Order) -> Iterable[Question]:
    asked: dict[str, Limit] = {}
    for one in order.shuffled("limits", facts.limits, lambda one: one.what):
        asked.setdefault(one.name, one)  # of several KPIs the day picks one
    for one in asked.values():
        yield Question(one.name, one.what, order.options(one.name, one.limit, one.others), one.limit, "Health, Value")


def _affects(facts: DrillFacts, order: _Order) -> Iterable[Question]:
    if not facts.affects:
        return
    right = order.shuffled("affects", facts.affects, str)[0]
    wrong = [one for one in facts.affected if one not in facts.affects]
    text = "It has to be stopped for a day. Which of these relies on it?"
    yield Question("affects", text, order.options("affects", right, wrong), right, "Model, Overview")


def _light(facts: DrillFacts, order: _Order) -> Iterable[Question]:
    if facts.light is None:
        return
    options = order.options("light", facts.light, LIGHTS)
    yield Question("light", "How was it at the last refresh?", options, facts.light, "Health")


_MAKERS = (_back, _people, _runbook, _missing, _top, _limits, _affects, _light)
