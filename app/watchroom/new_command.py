"""What `watchroom new` asks: from its options, and in a terminal from the person, one question after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import click

from watchroom.domain.risk import LEVELS
from watchroom.domain.similar_models import KnownModel
from watchroom.domain.vocabulary import TASKS
from watchroom.errors import AnswerError
from watchroom.reports.new_project.answers import NEEDED_ROLES, QUESTIONS, Answers, mistakes, one_sentence, role_name
from watchroom.reports.new_project.reuse import copied, data_names, named
from watchroom.reports.new_project.typed import inputs, listed_names


@dataclass(frozen=True)
class Given:
    """The options as they were typed; None and empty for those that were not."""

    model: str | None = None
    purpose: str | None = None
    affects: tuple[str, ...] = ()
    task: str | None = None
    classes: str | None = None
    unit: str | None = None
    inputs: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    like: str | None = None
    business: str | None = None
    legal: str | None = None
    ethical: str | None = None
    reason: str | None = None
    owners: tuple[str, ...] = ()


def answers_of(given: Given, models: Sequence[KnownModel]) -> Answers:
    """The answers that the options give. Raises `AnswerError` for one that cannot be read; what is missing stays so."""
    like = named(models, given.like) if given.like else None
    own = inputs(given.inputs)
    task = given.task or (like.task if like else None)
    return Answers(
        model=(given.model or "").strip(),
        purpose=one_sentence(given.purpose or ""),
        affects=given.affects,
        task=cast("Any", task),
        classes=listed_names(given.classes or ""),
        unit=(given.unit or "").strip(),
        inputs=own or (copied(like) if like else ()),
        business=cast("Any", given.business),
        legal=cast("Any", given.legal),
        ethical=cast("Any", given.ethical),
        reason=one_sentence(given.reason or ""),
        owners=tuple(_owner(text) for text in given.owners),
        datasets=given.datasets or (data_names(like) if like else ()),
    )


def _owner(text: str) -> tuple[str, str]:
    role, sign, person = (part.strip() for part in text.partition("="))
    if not sign or not person:
        what = f"An owner is not understood: {text!r}."
        raise AnswerError(what, why="Expected role=person.", question="people", next_step="Such as business=ada@x.")
    return role.lower().replace(" ", "_").replace("-", "_"), person


def asked(answers: Answers, say: Callable[[str], None] = click.echo) -> Answers:
    """The answers, with each question that is still open asked in the terminal until its answer does."""
    for number, question in enumerate(QUESTIONS, start=1):
        while wrong := [one for one in mistakes(answers) if one.question == question.key]:
            say("")
            say(click.style(f"{number}. {question.text}", bold=True) + f"  {question.why}")
            if _tried(answers, question.key):
                _tell(wrong[0], say)
            try:
                answers = _ASK[question.key](answers)
            except AnswerError as error:
                _tell(error, say)
    return answers


def _tell(error: AnswerError, say: Callable[[str], None]) -> None:
    say(click.style(f"   {error}", fg="red"))


def _tried(answers: Answers, question: str) -> bool:
    """Whether something was answered already, so that what is wrong with it is worth saying."""
    held: Mapping[str, object] = {
        "model": answers.model,
        "purpose": answers.purpose,
        "task": answers.task,
        "inputs": answers.inputs,
        "risk": answers.reason,
        "people": answers.owners,
    }
    return bool(held[question])


def _prompt(text: str, default: str = "", choices: Sequence[str] = ()) -> str:
    kind = click.Choice(choices, case_sensitive=False) if choices else None
    found = click.prompt(f"   {text}", default=default or ("" if not choices else None), type=kind, show_default=False)
    return str(found).strip()


def _ask_model(answers: Answers) -> Answers:
    return replace(answers, model=_prompt("Name, such as card-fraud"))


def _ask_purpose(answers: Answers) -> Answers:
    purpose = one_sentence(_prompt("In a sentence"))
    return replace(answers, purpose=purpose, affects=listed_names(_prompt("Who relies on it, apart by commas")))


def _ask_task(answers: Answers) -> Answers:
    task = cast("Any", _prompt("Kind", choices=TASKS))
    if task == "regression":
        return replace(answers, task=task, classes=(), unit=_prompt("The unit of the amount, such as EUR"))
    hint = "What 0 and 1 are called, such as: genuine, fraud" if task == "binary" else "Its answers, apart by commas"
    return replace(answers, task=task, unit="", classes=listed_names(_prompt(hint)))


def _ask_inputs(answers: Answers) -> Answers:
    click.echo("   One a line: `amount`, `channel: category`, `abroad: boolean`. An empty line ends.")
    lines: list[str] = []
    while line := _prompt(f"Input {len(lines) + 1}"):
        lines.append(line)
    return replace(answers, inputs=inputs(lines))


def _ask_risk(answers: Answers) -> Answers:
    business, legal, ethical = (cast("Any", _prompt(f"The {axis} risk", choices=LEVELS)) for axis in _AXES)
    reason = one_sentence(_prompt("Why"))
    return replace(answers, business=business, legal=legal, ethical=ethical, reason=reason)


def _ask_people(answers: Answers) -> Answers:
    needed = [(role, _prompt(role_name(role).capitalize())) for role in NEEDED_ROLES]
    reviewer = _prompt("Reviewer, or nobody yet")
    return replace(answers, owners=tuple((role, who) for role, who in (*needed, ("reviewer", reviewer)) if who))


_AXES = ("business", "legal", "ethical")
_ASK: Mapping[str, Callable[[Answers], Answers]] = {
    "model": _ask_model,
    "purpose": _ask_purpose,
    "task": _ask_task,
    "inputs": _ask_inputs,
    "risk": _ask_risk,
    "people": _ask_people,
}
