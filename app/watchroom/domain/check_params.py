"""What a check takes and whether it was given that: parameters with a type, a default and bounds. No check is here."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

ParamType = Literal["number", "whole", "text", "texts", "yes_no"]
Area = Literal[
    "runs",
    "registry",
    "decisions",
    "outcomes",
    "health",
    "explanations",
    "fairness",
    "evidence",
    "ownership",
    "card and file",
    "money and KPIs",
    "alerts",
    "handover",
    "findings",
    "sign-offs",
    "own",
]

MOST_LETTERS = 20_000
"""Of a text: an SQL statement of some hundred lines."""

MOST_TEXTS = 200

_NAMES: dict[ParamType, str] = {
    "number": "a number",
    "whole": "a whole number",
    "text": "a text",
    "texts": "a list of texts",
    "yes_no": "true or false",
}


@dataclass(frozen=True)
class Param:
    """A parameter: `default` None and `needed` for one that has to be given; None and not needed for one left out.

    `least` and `most` are bounds of a number, included; `choices` are the only texts there are, empty for any.
    """

    name: str
    type: ParamType
    about: str
    default: Any = None
    needed: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def type_name(self) -> str:
        """Its type in words."""
        return _NAMES[self.type]


@dataclass(frozen=True)
class CheckKind:
    """A kind of check: what it looks at in a sentence, and what it takes.

    `binds`: whether what it found is part of what a sign-off binds. What people do later (sign-offs, handovers,
    findings, alerts) and how the model does today is not: an approval does not turn void by a bad day.
    """

    name: str
    area: Area
    about: str
    params: tuple[Param, ...] = ()
    binds: bool = True

    def param(self, name: str) -> Param | None:
        """The parameter of that name; None when it has none such."""
        return next((param for param in self.params if param.name == name), None)


@dataclass(frozen=True)
class ParamMistake:
    """What is wrong with a parameter, `name` empty for the kind itself; each a sentence."""

    name: str
    what: str
    why: str = ""
    next_step: str = ""


def param_mistakes(kind: CheckKind, given: Mapping[str, Any]) -> Iterator[ParamMistake]:
    """What is wrong with the parameters given to a check of the kind; nothing when they can be used."""
    names = [param.name for param in kind.params]
    for name in given:
        if name not in names:
            yield ParamMistake(
                name, f"The check {kind.name!r} has no parameter {name!r}.", _known(names), near(name, names)
            )
    for param in kind.params:
        if given.get(param.name) is not None:
            why = _wrong(param, given[param.name])
            if why:
                yield ParamMistake(param.name, f"{param.name!r} of the check {kind.name!r} cannot be used.", why)
        elif param.needed:
            yield ParamMistake(param.name, f"The check {kind.name!r} lacks {param.name!r}.", f"It is {param.about}.")


def near(name: str, names: list[str]) -> str:
    """What might have been meant, as a sentence; empty when nothing is near."""
    found = get_close_matches(name, names, n=1)
    return f"Did you mean {found[0]!r}?" if found else ""


def _known(names: list[str]) -> str:
    return f"It takes {', '.join(names)}." if names else "It takes none."


def _wrong(param: Param, value: Any) -> str:
    """Why a value cannot be the parameter's; empty when it can."""
    match param.type:
        case "yes_no":
            return "" if isinstance(value, bool) else f"It is to be {param.type_name}."
        case "number" | "whole":
            return _wrong_number(param, value)
        case "text":
            return _wrong_text(param, value)
        case "texts":
            if not isinstance(value, list | tuple) or not value:
                return f"It is to be {param.type_name}, with at least one."
            if len(value) > MOST_TEXTS:
                return f"It has more than {MOST_TEXTS} texts."
            return next((why for one in value if (why := _wrong_text(param, one))), "")


def _wrong_number(param: Param, value: Any) -> str:
    kinds = int if param.type == "whole" else int | float
    if isinstance(value, bool) or not isinstance(value, kinds) or abs(value) > 1e15 or math.isnan(value):
        return f"It is to be {param.type_name}."
    if param.least is not None and value < param.least:
        return f"It is to be at least {param.least:g}."
    if param.most is not None and value > param.most:
        return f"It is to be at most {param.most:g}."
    return ""


def _wrong_text(param: Param, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        return "It is to be a text that is not empty."
    if len(value) > MOST_LETTERS:
        return f"It is longer than {MOST_LETTERS:,} letters."
    if any(letter < " " and letter not in "\t\n\r" for letter in value) or not _is_unicode(value):
        return "It has control characters in it."
    if param.choices and value not in param.choices:
        return f"It is one of {', '.join(param.choices)}."
    return ""


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
