"""The answers to the six questions that a new project begins with, and what is wrong with them.

An answer is text from a person and may hold anything; what is accepted here can be written into any of the files.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from watchroom.domain.risk import LEVELS, Level, Tier, tier
from watchroom.domain.vocabulary import TASKS, Task
from watchroom.errors import AnswerError
from watchroom.workspace.mistakes import listed, nearest, quoted

Kind = Literal["number", "integer", "category", "boolean"]
KINDS: tuple[Kind, ...] = ("number", "integer", "category", "boolean")

ROLES = ("business", "data_science", "operations", "reviewer", "on_call", "deputy")
NEEDED_ROLES = ("business", "data_science", "operations")
"""Without these a model in service is in nobody's hands."""

ID, TIME, TARGET = "prediction_id", "timestamp", "label"
RESERVED = (ID, TIME, TARGET, "model_version", "score", "prediction", "split", "label_timestamp")
"""The columns of the logs that are no inputs."""

MOST_INPUTS = 500
"""Far more than a person reads through; the sample and its training still take seconds."""
MOST_VALUES = 50
MOST_CLASSES = 50
_LARGEST = 2**53
"""Up to here a float64 holds every whole number; inputs that may be missing are float64."""
_NAME_LENGTH = 100
_TEXT_LENGTH = 1000
_NOT_IN_A_MODEL = "/:"  # MLflow refuses these in the name of a registered model
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


@dataclass(frozen=True)
class Question:
    """One of the six: its key, the question, and why it is asked."""

    key: str
    text: str
    why: str


QUESTIONS: tuple[Question, ...] = (
    Question("model", "What is it called?", "The name under which MLflow registers it and everybody finds it."),
    Question("purpose", "What is it for, and who relies on it?", "Whoever takes it over reads this first."),
    Question("task", "What does it answer?", "It decides how the model is measured and watched."),
    Question("inputs", "What does it know when it answers?", "They become the signature, the log and the tests."),
    Question("risk", "What can go wrong, at worst?", "The three axes give the tier, and the tier what is asked for."),
    Question("people", "Who answers for it?", "A signal that nobody owns is seen by nobody."),
)


@dataclass(frozen=True)
class Input:
    """An input; `values` are those of a category as far as they are known.

    `span` is the least and the most that a number is, both included, when that was said: the sample keeps to it.
    """

    name: str
    kind: Kind = "number"
    values: tuple[str, ...] = ()
    span: tuple[float, float] | None = None


@dataclass(frozen=True)
class Answers:
    """The answers. Empty text and empty tuples are unanswered.

    `classes` are the names of the answers: of 0 and of 1 for binary, of each class for multiclass (they are the labels
    then); `unit` is that of an amount. `affects` are the processes and people that rely on it. `owners` are roles with
    their person. `datasets` are names of datasets that it is to learn from, as MLflow knows them.
    """

    model: str = ""
    purpose: str = ""
    affects: tuple[str, ...] = ()
    task: Task | None = None
    classes: tuple[str, ...] = ()
    unit: str = ""
    inputs: tuple[Input, ...] = ()
    business: Level | None = None
    legal: Level | None = None
    ethical: Level | None = None
    reason: str = ""
    owners: tuple[tuple[str, str], ...] = ()
    datasets: tuple[str, ...] = ()

    @property
    def tier(self) -> Tier | None:
        """The tier that follows; None while an axis that could change it is not assessed."""
        return tier(self.business, self.legal, self.ethical)

    def owner(self, role: str) -> str | None:
        """Who holds the role; None for nobody."""
        return dict(self.owners).get(role)

    def of_kind(self, kind: Kind) -> tuple[Input, ...]:
        """The inputs of that kind, in their order."""
        return tuple(one for one in self.inputs if one.kind == kind)


def mistakes(answers: Answers) -> tuple[AnswerError, ...]:
    """Everything that stands in the way of a project, in the order of the questions; none when it can be made."""
    return tuple(found for check in _CHECKS for found in check(answers))


def checked(answers: Answers) -> Answers:
    """The answers as they are. Raises the first `AnswerError` when there is one."""
    for mistake in mistakes(answers):
        raise mistake
    return answers


def one_sentence(text: str) -> str:
    """Text with its line ends and runs of spaces taken out, as the files hold it."""
    return " ".join(text.split())


def _model(answers: Answers) -> Iterator[AnswerError]:
    name = answers.model
    if not name:
        yield AnswerError("The model has no name.", question="model", next_step="Such as `card-fraud`.")
        return
    yield from _name("The model's name", name, "model")
    bad = [sign for sign in _NOT_IN_A_MODEL if sign in name]
    if bad or name in (".", ".."):
        yield AnswerError(
            f"The model cannot be called {quoted(name)}.",
            why=f"MLflow takes no {quoted(bad[0])} in the name of a model." if bad else "It names a folder.",
            question="model",
        )


def _purpose(answers: Answers) -> Iterator[AnswerError]:
    if not answers.purpose:
        what = "It is not said what the model is for."
        yield AnswerError(what, question="purpose", next_step="A sentence is enough.")
    yield from _text("The purpose", answers.purpose, "purpose")
    for name in answers.affects:
        yield from _name("Who relies on it", name, "purpose")


def _task(answers: Answers) -> Iterator[AnswerError]:
    if answers.task is None:
        yield AnswerError(
            "It is not said what the model answers.", why=f"Expected one of {listed(TASKS)}.", question="task"
        )
        return
    if answers.task == "regression":
        yield from _name("The unit", answers.unit, "task")
        return
    yield from _classes(answers)


def _classes(answers: Answers) -> Iterator[AnswerError]:
    count, names = len(answers.classes), answers.classes
    if answers.task == "binary" and count not in (0, 2):
        what = f"A model that answers yes or no needs two names, not {count}."
        yield AnswerError(what, question="task", next_step="First what 0 is called, then what 1 is called.")
    if answers.task == "multiclass" and not 3 <= count <= MOST_CLASSES:
        yield AnswerError(
            f"{count} {'class is' if count == 1 else 'classes are'} named.",
            why=f"Expected 3 to {MOST_CLASSES}.",
            question="task",
            next_step="For two, choose binary." if count == 2 else "Name every answer that it may give.",
        )
    for name in names:
        yield from _name("The name of an answer", name, "task")
    yield from _repeated("The answer", names, "task")


def _inputs(answers: Answers) -> Iterator[AnswerError]:
    count = len(answers.inputs)
    if not count:
        what = "No input is named."
        yield AnswerError(what, question="inputs", next_step="One a line, such as `amount: number`.")
    if count > MOST_INPUTS:
        yield AnswerError(
            f"{count:,} inputs are named.",
            why=f"A project begins with at most {MOST_INPUTS}.",
            question="inputs",
            next_step="Begin with those that you expect most of.",
        )
        return
    for one in answers.inputs:
        yield from _input(one)
    yield from _repeated("The input", [one.name for one in answers.inputs], "inputs")
    for name in answers.datasets:
        yield from _name("The name of a dataset", name, "inputs")


def _input(one: Input) -> Iterator[AnswerError]:
    if not one.name.strip():
        yield AnswerError("An input has no name.", question="inputs")
    yield from _name("The input", one.name, "inputs")
    if one.kind not in KINDS:
        what = f"The input {quoted(one.name)} cannot be of the kind {quoted(str(one.kind))}."
        near = nearest(str(one.kind), KINDS)
        yield AnswerError(what, why=f"Expected one of {listed(KINDS)}.", question="inputs", next_step=near)
    if one.name.lower() in RESERVED or one.name.startswith("@"):
        yield AnswerError(
            f"An input cannot be called {quoted(one.name)}.",
            why="The logs have a column of that name already."
            if one.name.lower() in RESERVED
            else "Names that begin with @ are Watchroom's own signals.",
            question="inputs",
            next_step="Give it another name.",
        )
    if one.values and (one.kind != "category" or not 2 <= len(one.values) <= MOST_VALUES):
        yield AnswerError(
            f"The values of {quoted(one.name)} do not fit.",
            why=f"Only a category has values, 2 to {MOST_VALUES} of them.",
            question="inputs",
            next_step="Leave them out when you do not know them yet.",
        )
    yield from _span(one)
    for value in one.values:
        yield from _name(f"A value of {quoted(one.name)}", value, "inputs")
    if len(set(one.values)) < len(one.values):
        yield AnswerError(f"A value of {quoted(one.name)} is listed twice.", question="inputs")


def _span(one: Input) -> Iterator[AnswerError]:
    if one.span is None:
        return
    least, most = one.span
    whole = least == int(least) and most == int(most) if isfinite(least) and isfinite(most) else False
    if one.kind not in ("number", "integer") or not isfinite(most - least) or least >= most:
        why = "Only a number or an integer has one, and its first number is less than its second."
    elif one.kind == "integer" and (not whole or max(-least, most) > _LARGEST):
        why = f"An integer is whole, and between -{_LARGEST:,} and {_LARGEST:,}."
    else:
        return
    what = f"The range of {quoted(one.name)} does not fit."
    yield AnswerError(what, why=why, question="inputs", next_step="Such as `hr: integer: 0 to 23`.")


def _risk(answers: Answers) -> Iterator[AnswerError]:
    levels = {axis: getattr(answers, axis) for axis in ("business", "legal", "ethical")}
    open_axes = [axis for axis, level in levels.items() if level is None]
    if open_axes:
        what = f"The {listed(open_axes)} risk {'is' if len(open_axes) == 1 else 'are'} not assessed."
        yield AnswerError(what, why=f"Expected one of {listed(LEVELS)}.", question="risk")
    for axis, level in levels.items():
        if level is not None and level not in LEVELS:
            what = f"The {axis} risk cannot be {quoted(str(level))}."
            yield AnswerError(what, why=f"Expected one of {listed(LEVELS)}.", question="risk")
    if not answers.reason:
        what = "It is not said why the risk was judged so."
        yield AnswerError(what, question="risk", next_step="Whoever reviews the model reads this first.")
    yield from _text("The reason", answers.reason, "risk")


def _people(answers: Answers) -> Iterator[AnswerError]:
    held = dict(answers.owners)
    if nobody := [role_name(role) for role in NEEDED_ROLES if not held.get(role)]:
        yield AnswerError(f"Nobody is named for {listed(nobody)}.", question="people")
    for role, person in answers.owners:
        if role not in ROLES:
            what = f"There is no role {quoted(role)}."
            near = nearest(role, ROLES)
            yield AnswerError(what, why=f"Expected one of {listed(ROLES)}.", question="people", next_step=near)
        yield from _name(f"Whoever holds the role {quoted(role)}", person, "people")
    for role, times in Counter(role for role, _ in answers.owners).items():
        if times > 1:
            yield AnswerError(f"Two people are named for {role_name(role)}.", question="people")
    reviewer = held.get("reviewer")
    if reviewer and reviewer == held.get("data_science"):
        yield AnswerError(
            "The reviewer is who builds the model.",
            why="The second line never reviews its own work.",
            question="people",
            next_step="Name somebody else, or nobody yet.",
        )


def role_name(role: str) -> str:
    """A role as people say it."""
    return role.replace("_", " ")


def _repeated(what: str, names: list[str] | tuple[str, ...], question: str) -> Iterator[AnswerError]:
    """Names that differ only in case are the same column to the engine that reads the log."""
    for folded, times in Counter(name.lower() for name in names).items():
        if times > 1:
            first, second, *_ = [name for name in names if name.lower() == folded]
            alike = "" if first == second else f" Capitals make no difference: {quoted(first)}, {quoted(second)}."
            yield AnswerError(f"{what} {quoted(first)} is listed twice.", why=alike.strip(), question=question)


def _name(what: str, text: str, question: str) -> Iterator[AnswerError]:
    yield from _writable(what, text, question)
    if len(text) > _NAME_LENGTH:
        why = f"Expected at most {_NAME_LENGTH} characters."
        yield AnswerError(f"{what} is too long: {quoted(text)}.", why=why, question=question)
    elif text != text.strip():
        yield AnswerError(f"{what} begins or ends with a space: {quoted(text)}.", question=question)


def _text(what: str, text: str, question: str) -> Iterator[AnswerError]:
    yield from _writable(what, text, question)
    if len(text) > _TEXT_LENGTH:
        why = f"It has {len(text):,} characters; expected at most {_TEXT_LENGTH:,}."
        yield AnswerError(f"{what} is too long.", why=why, question=question)


def _writable(what: str, text: str, question: str) -> Iterator[AnswerError]:
    """Line ends, control and direction marks could make a line say something else than it does."""
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in _BIDI for sign in text):
        yield AnswerError(
            f"{what} holds characters that do not show: {quoted(text)}.",
            why="Expected one line of text, without control or direction marks.",
            question=question,
        )


_CHECKS: tuple[Callable[[Answers], Iterator[AnswerError]], ...] = (_model, _purpose, _task, _inputs, _risk, _people)
