"""A short drill for whoever takes a model over: questions with one right answer, made from what the store holds.

Pure and the same for everybody on a day: a question's wrong answers are real ones of other models, versions or days,
so that they cannot be told by their looks. Where the store has no answer, or nothing to confuse it with, nothing is
asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MOST_QUESTIONS = 7
"""What is answered in five minutes; the day decides which of the possible ones are asked."""

MOST_OPTIONS = 4
"""Answers to choose from, the right one among them."""

NOBODY = "Nobody: it is not written down"
NO_RUNBOOK = "There is none yet"
NOTHING_BELOW = "No version: nothing else has been in service or registered"

IN_CHARGE = {"on_call": "is on call", "deputy": "stands in", "business": "owns its purpose"}
"""The roles that are asked for, with how one says it."""


@dataclass(frozen=True)
class Question:
    """A question: its name, which stays, its text, what to choose from, the right one, and where to look it up."""

    name: str
    text: str
    options: tuple[str, ...]
    right: str
    look_up: str


@dataclass(frozen=True)
class Trouble:
    """A limit that is watched: `what` in words, such as `the ROC AUC`, its limit and the unit of both as text."""

    what: str
    limit: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class DrillFacts:
    """What the store knows of a model version that a drill can ask for. Empty or None is not known.

    `back` is the version to go back to, `versions` all numbers; `owners` role to person, `people` everybody who holds a
    role anywhere; `runbook` and `runbooks` of all models; `top` the features by their share of the explanation, the
    largest first, `features` all; `cutoff` and `limits` as text; `affects` what relies on it, `affected` of all models.
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
    top: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    cutoff: str | None = None
    cutoffs: tuple[str, ...] = ()
    limits: tuple[Trouble, ...] = ()
    affects: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    light: str | None = None


def questions(facts: DrillFacts, day: date) -> tuple[Question, ...]:
    """The day's questions about a version: at most `MOST_QUESTIONS`, shuffled by the day, as their options are.

    Empty where the store knows nothing that could be asked.
    """
    raise NotImplementedError
