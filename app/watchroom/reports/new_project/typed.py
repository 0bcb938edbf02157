"""What a person types for inputs and lists, read: `hr: integer: 0 to 23`, `channel: category: web, app`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from watchroom.errors import AnswerError
from watchroom.reports.new_project.answers import KINDS, Input, Kind
from watchroom.workspace.mistakes import listed, nearest, quoted

_ALSO: dict[str, Kind] = {
    "float": "number", "double": "number", "numeric": "number", "int": "integer", "long": "integer", "whole": "integer",
    "string": "category", "text": "category", "str": "category", "categorical": "category",
    "bool": "boolean", "flag": "boolean", "yes/no": "boolean",
}  # fmt: skip
"""What people and libraries call the four kinds."""

_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_SPAN = re.compile(rf"({_NUMBER})\s*(?:to|\.\.|–|-)\s*({_NUMBER})")


def listed_names(text: str) -> tuple[str, ...]:
    """Names apart by commas or line ends; empty ones are left out."""
    return tuple(name for part in re.split(r"[,\n]", text) if (name := part.strip()))


def inputs(lines: Iterable[str]) -> tuple[Input, ...]:
    """An input for each line that has something in it. Raises `AnswerError` that names the line."""
    return tuple(_input(line.strip()) for line in lines if line.strip())


def as_lines(found: Iterable[Input]) -> str:
    """Inputs as a person would type them; `inputs` reads them back."""
    return "\n".join(f"{one.name}: {one.kind}{_values(one)}" for one in found)


def _values(one: Input) -> str:
    if one.span is not None:
        least, most = (repr(float(end)).removesuffix(".0") for end in one.span)
        return f": {least} to {most}"
    return f": {', '.join(one.values)}" if one.values else ""


def _input(line: str) -> Input:
    """The kind is the last part, or the last but one before values or a range; without one it is a number."""
    name, colon, last = (part.strip() for part in line.rpartition(":"))
    if not colon:
        return Input(line)
    if kind := _kind(last):
        return Input(name, kind)
    before, colon, word = (part.strip() for part in name.rpartition(":"))
    if colon and _kind(word) == "category":
        return Input(before, "category", listed_names(last))
    if colon and (kind := _kind(word)) and (span := _SPAN.fullmatch(last)):
        return Input(before, kind, span=(float(span[1]), float(span[2])))
    raise AnswerError(
        f"The kind of an input is not understood: {quoted(line)}.",
        why=f"Expected `name: kind`, the kind one of {listed(KINDS)}, and after it nothing, "
        "a category's values, or the range of a number such as `0 to 23`.",
        question="inputs",
        next_step=nearest(last, KINDS),
    )


def _kind(word: str) -> Kind | None:
    folded = word.lower()
    return next((kind for kind in KINDS if kind == folded), _ALSO.get(folded))
