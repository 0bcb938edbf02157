"""Which models are like one that is about to be built: by what they answer, their inputs, their data, their purpose.

Values in, values out: what is known of each model comes from `store.queries.similar`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

InputKind = Literal["number", "category", "boolean"]

WEIGHTS: Mapping[str, float] = {"inputs": 0.5, "purpose": 0.2, "datasets": 0.2, "task": 0.1}
"""What counts how much: shared inputs are what can be reused; a task alone makes two models hardly alike."""

LEAST_SCORE = 0.2
"""Less than this is said of no model: the task alone, beside answers that it does not fit, is no likeness."""

_NOT_SAID = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be before by each every for from has have how in is it its may of on or our out over so "
        "than that the their them they this to was we what when where which while who will with would model models "
        "predict predicts prediction estimate estimates likely new one all",
    )
)
"""Words that stand in the purpose of any model."""

_MOST_NAMED = 4


@dataclass(frozen=True)
class Wanted:
    """What is known so far of the model to be built; empty for what is not known yet.

    `inputs` are names and kinds; `datasets` names or digests.
    """

    task: str | None = None
    inputs: tuple[tuple[str, InputKind], ...] = ()
    datasets: tuple[str, ...] = ()
    purpose: str = ""


@dataclass(frozen=True)
class KnownInput:
    """An input of a model that is there: how it is (its worst light, None while it is not watched), and whose."""

    name: str
    kind: InputKind | None
    values: tuple[str, ...] = ()
    status: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class KnownModel:
    """A model that is there.

    `datasets` are those of its versions' runs, name and digest; `metric` is its champion's, as a person reads it.
    """

    name: str
    title: str
    task: str | None
    purpose: str = ""
    inputs: tuple[KnownInput, ...] = ()
    datasets: tuple[tuple[str, str], ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    metric: str = ""
    light: str | None = None


@dataclass(frozen=True)
class Similar:
    """A model that is like the one to be built: how much (0 to 1), why in sentences, and which inputs can be reused.

    Of the `reusable` inputs those that are wanted come first.
    """

    known: KnownModel
    score: float
    reasons: tuple[str, ...]
    reusable: tuple[KnownInput, ...]


def similar(wanted: Wanted, known: Iterable[KnownModel], most: int = 5) -> tuple[Similar, ...]:
    """The models that are most alike, the nearest first; those of one score by title. Empty when nothing is wanted yet.

    The score is the mean of what can be compared, by `WEIGHTS`. Inputs count by the share of the wanted ones that the
    model has, and a little by Jaccard's index, so that of two models that have them all the smaller one is nearer.
    """
    judged = [_judged(wanted, one) for one in known]
    near = [one for one in judged if one.score >= LEAST_SCORE and one.reasons]
    return tuple(sorted(near, key=lambda one: (-one.score, one.known.title.lower(), one.known.name))[:most])


def _judged(wanted: Wanted, known: KnownModel) -> Similar:
    parts: dict[str, float] = {}
    reasons: list[str] = []
    shared, odd = _shared(wanted, known)
    if wanted.inputs:
        parts["inputs"] = _overlap(wanted, known, shared, odd)
        reasons += _input_reasons(wanted, shared, odd)
    if wanted.datasets:
        same = _same_data(wanted.datasets, known.datasets)
        parts["datasets"] = len(same) / len(wanted.datasets)
        reasons += [f"learned from the same data: {_named(same)}"] if same else []
    said = words(wanted.purpose)
    if said:
        common = sorted(said & words(f"{known.name} {known.title} {known.purpose}"))
        parts["purpose"] = min(1.0, 2 * len(common) / len(said))  # half of the words is as alike as purposes get
        reasons += [f"its purpose speaks of {_named(common)}"] if common else []
    if wanted.task:
        parts["task"] = float(wanted.task == known.task)
        reasons += [f"answers in the same way ({known.task})"] if wanted.task == known.task else []
    weight = sum(WEIGHTS[part] for part in parts)
    score = sum(WEIGHTS[part] * value for part, value in parts.items()) / weight if weight else 0.0
    return Similar(known, score, tuple(reasons), _reusable(known, {one.name for one in shared}))


def _shared(wanted: Wanted, known: KnownModel) -> tuple[list[KnownInput], list[KnownInput]]:
    """The model's inputs that are wanted: of the same kind (or of one that is not known), and of another."""
    kinds = {_folded(name): kind for name, kind in wanted.inputs}
    found = [one for one in known.inputs if _folded(one.name) in kinds]
    fits = [one for one in found if one.kind in (None, kinds[_folded(one.name)])]
    return fits, [one for one in found if one not in fits]


def _overlap(wanted: Wanted, known: KnownModel, shared: Sequence[KnownInput], odd: Sequence[KnownInput]) -> float:
    """An input of another kind counts half."""
    common = len(shared) + len(odd) / 2
    either = len(wanted.inputs) + len(known.inputs) - len(shared) - len(odd)
    return 0.8 * min(1.0, common / len(wanted.inputs)) + 0.2 * common / max(either, 1)


def _input_reasons(wanted: Wanted, shared: Sequence[KnownInput], odd: Sequence[KnownInput]) -> list[str]:
    count = f"{len(shared)} of your {len(wanted.inputs)} inputs"
    reasons = [f"has {count}: {_named([one.name for one in shared])}"] if shared else []
    return reasons + [f"takes {one.name} for a {one.kind}" for one in odd[:_MOST_NAMED]]


def _reusable(known: KnownModel, shared: set[str]) -> tuple[KnownInput, ...]:
    return tuple(sorted(known.inputs, key=lambda one: one.name not in shared))


def _same_data(wanted: Iterable[str], known: Iterable[tuple[str, str]]) -> list[str]:
    """The wanted datasets that the model learned from, by name or by digest."""
    there = {_folded(word): name for name, digest in known for word in (digest, name) if word}
    return [there[_folded(word)] for word in wanted if _folded(word) in there]


def words(text: str) -> frozenset[str]:
    """The words of a purpose that say something, in lower case, a plural as its singular."""
    found = (word.lower() for word in re.findall(r"[^\W\d_]{3,}", text))
    return frozenset(_singular(word) for word in found if word not in _NOT_SAID)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _folded(name: str) -> str:
    """Names that differ only in case and signs are meant alike: `Age_Band`, `age band`; signs alone stay."""
    return "".join(sign for sign in name.lower() if sign.isalnum()) or name


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
