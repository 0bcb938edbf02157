"""The values of a run filter: what a filter says, as frozen dataclasses, and how it is written back as text.

Reading text into these values is filter_parser.py's; what they mean in SQL is the store's. docs/filters.md describes
the language for its users.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["text", "number", "time", "duration", "truth", "text or number"]

ATTRIBUTES: dict[str, Kind] = {
    "experiment": "text",
    "name": "text",
    "status": "text",
    "user": "text",
    "start_time": "time",
    "end_time": "time",
    "duration": "duration",
    "run_id": "text",
    "experiment_id": "text",
    "parent_run_id": "text",
    "commit": "text",
    "dirty": "truth",
    "source_name": "text",
    "source_type": "text",
    "lifecycle_stage": "text",
    "artifact_uri": "text",
}
"""What every run has, and how it compares. `duration` is in seconds."""

OTHER_NAMES = {
    "run_name": "name",
    "experiment_name": "experiment",
    "user_id": "user",
    "created": "start_time",
    "parent": "parent_run_id",
    "source": "source_name",
}
"""Names that MLflow uses, or that people try first."""

DATASET_FIELDS: dict[str, Kind] = {"name": "text", "digest": "text", "context": "text"}
MODEL_FIELDS: dict[str, Kind] = {"name": "text", "version": "number", "alias": "text"}
STATISTICS = ("last", "best", "min", "max", "count")


@dataclass(frozen=True)
class Attribute:
    """Something that every run has: one of ATTRIBUTES."""

    name: str


@dataclass(frozen=True)
class Metric:
    """A statistic of a metric's history; `last` is what `metrics.key` means."""

    key: str
    statistic: str = "last"


@dataclass(frozen=True)
class Param:
    """A parameter: text, or a number where the literal is one."""

    key: str


@dataclass(frozen=True)
class Tag:
    """A tag; always text."""

    key: str


@dataclass(frozen=True)
class Dataset:
    """A field of the datasets that the run used: any of them may match."""

    field: str


@dataclass(frozen=True)
class Model:
    """A field of the model versions that the run made: any of them may match."""

    field: str


Subject: TypeAlias = Attribute | Metric | Param | Tag | Dataset | Model


@dataclass(frozen=True)
class Text:
    """A text in quotes; a time or a duration where the subject is one."""

    value: str


@dataclass(frozen=True)
class Number:
    """A finite number."""

    value: float


@dataclass(frozen=True)
class Truth:
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True)
class Ago:
    """A length of time before the snapshot was made, as written: `7d`."""

    length: str


Value: TypeAlias = Text | Number | Truth | Ago


@dataclass(frozen=True)
class Compare:
    """`=`, `!=`, `<`, `<=`, `>`, `>=` with one value."""

    subject: Subject
    operator: str
    value: Value


@dataclass(frozen=True)
class OneOf:
    """`in (…)` and `not in (…)`."""

    subject: Subject
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True)
class Between:
    """`between … and …`, both ends included, and `not between`."""

    subject: Subject
    low: Value
    high: Value
    negated: bool = False


@dataclass(frozen=True)
class Like:
    """`like`, `ilike` (with % and _) and `contains` (upper and lower case alike)."""

    subject: Subject
    operator: str
    pattern: Text
    negated: bool = False


@dataclass(frozen=True)
class IsNull:
    """Whether the run lacks it: `is null`; `negated`: whether it has it."""

    subject: Subject
    negated: bool = False


@dataclass(frozen=True)
class IsFinite:
    """Whether a metric is a number at all; `negated`: it is there, and NaN or infinite."""

    subject: Metric
    negated: bool = False


Condition: TypeAlias = Compare | OneOf | Between | Like | IsNull | IsFinite


@dataclass(frozen=True)
class And:
    """All of two or more."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Or:
    """Any of two or more."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Not:
    """Exactly the runs that `part` leaves out, those that lack what it asks about included."""

    part: Filter


Filter: TypeAlias = Condition | And | Or | Not

_BARE_KEY = re.compile(r"\w[\w.\-/@:]*")


def kind_of(subject: Subject) -> Kind:
    """How the subject compares."""
    match subject:
        case Attribute(name):
            return ATTRIBUTES[name]
        case Metric():
            return "number"
        case Param():
            return "text or number"
        case Tag():
            return "text"
        case Dataset(field):
            return DATASET_FIELDS[field]
        case Model(field):
            return MODEL_FIELDS[field]


def conditions(filter_: Filter) -> Iterator[Condition]:
    """Every condition of the filter, from left to right; safe at any depth."""
    waiting: list[Filter] = [filter_]
    while waiting:
        match waiting.pop():
            case And(parts) | Or(parts):
                waiting.extend(reversed(parts))
            case Not(part):
                waiting.append(part)
            case condition:
                yield condition


def to_text(filter_: Filter) -> str:
    """The filter in the language, in its canonical form: reading it again gives an equal filter."""
    match filter_:
        case And(parts):
            return " and ".join(_in_parentheses(part, And | Or) for part in parts)
        case Or(parts):
            return " or ".join(_in_parentheses(part, Or) for part in parts)
        case Not(part):
            return "not " + _in_parentheses(part, And | Or)
        case condition:
            return f"{subject_text(condition.subject)} {_predicate_text(condition)}"


def subject_text(subject: Subject) -> str:
    """The subject as it is written in a filter, its key quoted where it has to be."""
    match subject:
        case Attribute(name):
            return name
        case Metric(key, "last"):
            return f"metrics.{_key_text(key)}"
        case Metric(key, statistic):
            return f"{statistic}(metrics.{_key_text(key)})"
        case Param(key):
            return f"params.{_key_text(key)}"
        case Tag(key):
            return f"tags.{_key_text(key)}"
        case Dataset(field):
            return f"dataset.{field}"
        case Model(field):
            return f"model.{field}"


def value_text(value: Value) -> str:
    """The value as it is written in a filter."""
    match value:
        case Text(text):
            return _quoted(text)
        case Number(number):
            return str(int(number)) if float(number).is_integer() and abs(number) < 2**53 else repr(float(number))
        case Truth(truth):
            return "true" if truth else "false"
        case Ago(length):
            return f"ago({_quoted(length)})"


def _predicate_text(condition: Condition) -> str:
    match condition:
        case Compare(_, operator, value):
            return f"{operator} {value_text(value)}"
        case OneOf(_, values, negated):
            return _not(negated) + f"in ({', '.join(map(value_text, values))})"
        case Between(_, low, high, negated):
            return _not(negated) + f"between {value_text(low)} and {value_text(high)}"
        case Like(_, operator, pattern, negated):
            return _not(negated) + f"{operator} {value_text(pattern)}"
        case IsNull(_, negated):
            return f"is {_not(negated)}null"
        case IsFinite(_, negated):
            return f"is {_not(negated)}finite"


def _in_parentheses(filter_: Filter, kinds: object) -> str:
    text = to_text(filter_)
    return f"({text})" if isinstance(filter_, kinds) else text  # type: ignore[arg-type]


def _not(negated: bool) -> str:
    return "not " if negated else ""


def _key_text(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else "`" + key.replace("`", "``") + "`"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
