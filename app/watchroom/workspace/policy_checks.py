"""How a policy's file writes down a check, and what can be wrong with that; the kinds are in `domain.check_kinds`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from watchroom.domain.check_kinds import KINDS, mistakes
from watchroom.domain.check_params import CheckKind, Param, ParamType
from watchroom.domain.policy import PYTHON, QUESTION, SQL, Check
from watchroom.workspace.mistakes import Mistake, Path, nearest, quoted

_TYPES: dict[ParamType, str] = {
    "number": "number",
    "whole": "integer",
    "text": "string",
    "texts": "array",
    "yes_no": "boolean",
}

_OWN = {SQL: "sql", PYTHON: "function"}
"""An own check is written by its kind's name; the parameter that stands there."""


def check_of(written: Mapping[str, Any]) -> Check | None:
    """The check as a policy has it; None for `question`. Call it for one without mistakes."""
    kind, params = _read(written)
    return None if kind == QUESTION else Check(kind, params)


def check_mistakes(written: Mapping[str, Any], path: Path) -> Iterator[Mistake]:
    """What is wrong with it, each at its place in the file."""
    if not {"kind", *_OWN} & written.keys():
        why = "Expected `kind:` with the name of one, `sql:` with a statement, or `python:` with a function."
        yield Mistake("The check does not say what it is.", path, why)
        return
    kind, params = _read(written)
    if not isinstance(kind, str) or kind not in {QUESTION, *KINDS}:
        what = f"There is no kind of check {quoted(str(kind))}."
        hint = nearest(str(kind), (QUESTION, *KINDS)) or "docs/checks.md has every kind."
        yield Mistake(what, (*path, "kind"), next_step=hint)
    elif kind == QUESTION:
        if params:
            yield Mistake("A question takes no parameters.", path, "A person answers it.")
    else:
        for found in mistakes(kind, params):
            yield Mistake(found.what, (*path, _written_as(kind, found.name)), found.why, found.next_step)


def check_schema() -> dict[str, Any]:
    """The JSON Schema of a check: a kind by its name, or one of the mappings, each with what it takes."""
    names = {"type": "string", "enum": [QUESTION, *(name for name in KINDS if name not in _OWN)]}
    return {"anyOf": [names, *map(_form, KINDS.values())]}


def _form(kind: CheckKind) -> dict[str, Any]:
    takes = {_written_as(kind.name, param.name): _param(param) for param in kind.params}
    named = {} if kind.name in _OWN else {"kind": {"const": kind.name, "description": kind.about}}
    needed = [_written_as(kind.name, param.name) for param in kind.params if param.needed]
    return {
        "type": "object",
        "description": kind.about,
        "properties": {**named, **takes},
        "required": [*named, *needed],
        "additionalProperties": False,
    }


def _param(param: Param) -> dict[str, Any]:
    one: dict[str, Any] = {"type": _TYPES[param.type], "description": param.about}
    limits = {
        "minimum": param.least,
        "maximum": param.most,
        "enum": list(param.choices) or None,
        "default": param.default,
    }
    given = {key: value for key, value in limits.items() if value is not None}
    if param.type != "texts":
        return one | given
    items = {"type": "string"} | ({"enum": list(param.choices)} if param.choices else {})
    return one | {"items": items} | ({"default": list(param.default)} if param.default else {})


def _read(written: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    for kind, name in _OWN.items():
        if kind in written:
            rest = {key: value for key, value in written.items() if key != kind}
            return kind, {name: written[kind], **rest}
    return written["kind"], {key: value for key, value in written.items() if key != "kind" and value is not None}


def _written_as(kind: str, name: str) -> str:
    return kind if _OWN.get(kind) == name else name
