"""What a new project takes over from a model that is there, and what it is compared with the others by."""

from __future__ import annotations

from collections.abc import Iterable

from watchroom.domain.similar_models import KnownModel, Wanted
from watchroom.errors import AnswerError
from watchroom.reports.new_project.answers import Answers, Input
from watchroom.workspace.mistakes import listed, nearest, quoted


def wanted(answers: Answers) -> Wanted:
    """The answers as far as models can be alike in them."""
    inputs = tuple((one.name, "number" if one.kind == "integer" else one.kind) for one in answers.inputs)
    return Wanted(answers.task, inputs, answers.datasets, f"{answers.model} {answers.purpose}")


def copied(known: KnownModel) -> tuple[Input, ...]:
    """A model's inputs; one whose kind is not known is taken for a number, and its category values as they are."""
    return tuple(
        Input(one.name, one.kind or "number", one.values if one.kind == "category" and len(one.values) > 1 else ())
        for one in known.inputs
    )


def data_names(known: KnownModel) -> tuple[str, ...]:
    """The names of the datasets that it learned from."""
    return tuple(dict.fromkeys(name for name, _ in known.datasets))


def named(known: Iterable[KnownModel], name: str) -> KnownModel:
    """The model of that name. Raises `AnswerError` with the nearest name when there is none, or it has no inputs."""
    there = {one.name: one for one in known}
    if name not in there:
        raise AnswerError(
            f"There is no model {quoted(name)} to be like.",
            why=f"The snapshot knows {listed(there)}." if there else "The snapshot knows no model.",
            next_step=nearest(name, there),
            question="inputs",
        )
    if not there[name].inputs:
        raise AnswerError(
            f"The inputs of {quoted(name)} are not known.",
            why="It has neither a signature nor a log.",
            question="inputs",
            next_step="Name the inputs, or another model.",
        )
    return there[name]
