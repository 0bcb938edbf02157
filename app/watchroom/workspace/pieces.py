"""What the workspace's models are made of: the strict base class, texts, days, and values that stay hidden.

Messages made here reach people as they are; they never repeat a value that may be secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    PlainSerializer,
    PlainValidator,
    Strict,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from watchroom.errors import WorkspaceError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Piece(BaseModel):
    """A mapping of a workspace file: frozen, its types taken strictly, no field that is not known.

    A field that is given as null counts as left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_left_out(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None}
        return data


def wrong(what: str, next_step: str = "", why: str = "") -> PydanticCustomError:
    """The error that a validator raises, in the words that a person will read."""
    return PydanticCustomError("watchroom", "{what}", {"what": what, "why": why, "next_step": next_step})


def _not_blank(value: Any) -> Any:
    if isinstance(value, str) and (not value.strip() or "\0" in value):
        raise wrong("The text is empty." if "\0" not in value else "The text holds a null character.")
    return value


Text = Annotated[str, BeforeValidator(_not_blank), Field(json_schema_extra={"minLength": 1})]
"""Text with something in it."""


Number = FiniteFloat
"""A number that is neither infinite nor NaN; a whole one is taken too."""

MOST_FIGURE = 1e15
"""A thousand million million of whatever unit: beyond it a figure is a slip, and sums of it are no numbers any more."""


def _within_reason(value: float) -> float:
    if abs(value) > MOST_FIGURE:
        raise wrong(
            f"{value:g} is no figure that can be meant.",
            why=f"Expected at most {MOST_FIGURE:g} either way.",
            next_step="Look at the unit and at the zeros.",
        )
    return value


Figure = Annotated[FiniteFloat, AfterValidator(_within_reason)]
"""A number of money or of a KPI's unit."""

Cost = Annotated[FiniteFloat, Field(ge=0), AfterValidator(_within_reason)]
"""Money that is paid: never below nothing."""

Item = TypeVar("Item")
Listed = Annotated[tuple[Item, ...], Strict(False)]
"""A list, as a tuple; its items are as strict as they are."""


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


OneOrMany = Annotated[
    Listed[Text],
    BeforeValidator(_one_or_many),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
            ]
        }
    ),
]
"""A text or a list of them; always a tuple once it is read."""


def _day(value: Any) -> date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise wrong("This is not a day.", why="Expected a date such as 2026-01-31.")


Day = Annotated[date, BeforeValidator(_day)]
"""A day, written `2026-01-31`."""


class Hidden:
    """A text that may hold a secret: printed, compared in a message or written as JSON it shows only `shown`."""

    __slots__ = ("_value", "shown")

    def __init__(self, value: str, shown: str) -> None:
        self._value = value
        self.shown = shown

    def reveal(self) -> str:
        """The text itself, variables filled in. Never print it, log it or put it into a message."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"Hidden({self.shown!r})"

    def __str__(self) -> str:
        return self.shown


class Unset(Hidden):
    """A hidden text that cannot be revealed, because a variable in it is missing; `error` says which."""

    __slots__ = ("error",)

    def __init__(self, written: str, shown: str, error: WorkspaceError) -> None:
        super().__init__(written, shown)
        self.error = error

    def reveal(self) -> str:
        """Raises `WorkspaceError` with the variable's name."""
        raise self.error


def expanded(text: str, environ: Mapping[str, str]) -> str:
    """The text with each `${NAME}` replaced from the environment; a variable that is missing or empty is an error."""
    if "${" in _VARIABLE.sub("", text):
        raise wrong("A `${` here is not followed by a name and `}`.", why="Expected `${NAME}`.")
    for name in _VARIABLE.findall(text):
        if not environ.get(name):
            state = "empty" if name in environ else "not set"
            raise wrong(f"The environment variable {name} is {state}.", next_step="Set it where Watchroom is started.")
    return _VARIABLE.sub(lambda found: environ[found.group(1)], text)


def _environment(info: ValidationInfo) -> Mapping[str, str]:
    return info.context["environ"] if info.context else os.environ


def _hidden_text(value: Any) -> str:
    if isinstance(value, str) and value.strip() and "\0" not in value:
        return value
    raise wrong("This is not text." if not isinstance(value, str) else "The text is empty.", why="Expected text.")


def _shown_secret(written: str) -> str:
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", written)
    return written if _VARIABLE.fullmatch(written) else f"{scheme.group() if scheme else ''}***"


def _hidden_secret(value: Any, info: ValidationInfo) -> Hidden:
    written = _hidden_text(value)
    return Hidden(expanded(written, _environment(info)), _shown_secret(written))


def _hidden_late_secret(value: Any, info: ValidationInfo) -> Hidden:
    written, environ = _hidden_text(value), _environment(info)
    missing = [name for name in _VARIABLE.findall(written) if not environ.get(name)]
    if not missing or "${" in _VARIABLE.sub("", written):
        return _hidden_secret(value, info)
    error = WorkspaceError(
        f"The environment variable {missing[0]} is {'empty' if missing[0] in environ else 'not set'}.",
        next_step="Set it where `watchroom refresh` is started.",
        file="watchroom.yaml",
        field=info.field_name or "",
    )
    return Unset(written, _shown_secret(written), error)


def _hidden_address(value: Any, info: ValidationInfo) -> Hidden:
    written = _hidden_text(value)
    # Greedy: a password may itself hold `@` or `/`, and showing too little of an address does no harm.
    shown = re.sub(r"[?;].*", "?***", re.sub(r"://.*@", "://***@", written, flags=re.DOTALL), flags=re.DOTALL)
    return Hidden(expanded(written, _environment(info)), shown)


_SHOW = PlainSerializer(lambda hidden: hidden.shown, return_type=str)
_TEXT_SCHEMA = WithJsonSchema({"type": "string", "minLength": 1})

Secret = Annotated[Hidden, PlainValidator(_hidden_secret), _SHOW, _TEXT_SCHEMA]
"""A text of which at most the scheme is shown."""
LateSecret = Annotated[Hidden, PlainValidator(_hidden_late_secret), _SHOW, _TEXT_SCHEMA]
"""As `Secret`; but a variable that is missing is told only to whoever asks for the text."""
Address = Annotated[Hidden, PlainValidator(_hidden_address), _SHOW, _TEXT_SCHEMA]
"""An address that is shown without its user, password and parameters."""


def left_out(about: str) -> Any:
    """A field that may be left out: it is then `None`, unknown."""
    return Field(default=None, description=about)


def default(value: Any, about: str, **limits: Any) -> Any:
    """A field with a default."""
    return Field(default=value, description=about, **limits)


def needed(about: str) -> Any:
    """A field that its section cannot do without."""
    return Field(description=about)
