"""What a person types for inputs and lists, read: `amount: number`, `channel: category: web, app`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from watchroom.errors import AnswerError
from watchroom.reports.new_project.answers import KINDS, Input, Kind
from watchroom.workspace.mistakes import listed, nearest, quoted

_ALSO: dict[str, Kind] = {
    "float": "number", "double": "number", "int": "number", "integer": "number", "long": "number", "numeric": "number",
    "string": "category", "text": "category", "str": "category", "categorical": "category",
    "bool": "boolean", "flag": "boolean", "yes/no": "boolean",
}  # fmt: skip
"""What people and libraries call the three kinds."""


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
    return f": {', '.join(one.values)}" if one.values else ""


def _input(line: str) -> Input:
    """The kind is the last part, or the last but one before a category's values; without one it is a number."""
    name, colon, last = (part.strip() for part in line.rpartition(":"))
    if not colon:
        return Input(line)
    if kind := _kind(last):
        return Input(name, kind)
    before, colon, word = (part.strip() for part in name.rpartition(":"))
    if colon and _kind(word) == "category":
        return Input(before, "category", listed_names(last))
    raise AnswerError(
        f"The kind of an input is not understood: {quoted(line)}.",
        why=f"Expected `name: kind`, the kind one of {listed(KINDS)}, and after a category its values or nothing.",
        question="inputs",
        next_step=nearest(last, KINDS),
    )


def _kind(word: str) -> Kind | None:
    folded = word.lower()
    return next((kind for kind in KINDS if kind == folded), _ALSO.get(folded))
