"""The JSON Schema of the workspace's files, and what it says about a place in one: the known fields, the choices.

Editors check and complete with the schema; messages and `docs/workspace.md` are made from the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from watchroom.workspace.mistakes import Path
from watchroom.workspace.model_file import ModelSpec
from watchroom.workspace.policy_file import PolicyFile
from watchroom.workspace.regulation_file import RegulationFile
from watchroom.workspace.room_file import RoomSettings

FileKind = Literal["model", "policy", "regulation", "watchroom"]
Schema = dict[str, Any]

_ROOTS: dict[FileKind, type[ModelSpec] | type[PolicyFile] | type[RegulationFile] | type[RoomSettings]] = {
    "model": ModelSpec,
    "policy": PolicyFile,
    "regulation": RegulationFile,
    "watchroom": RoomSettings,
}
_FILES: dict[FileKind, str] = {
    "model": "models/<name>.yaml",
    "policy": "policies/<name>.yaml",
    "regulation": "regulations/<name>.yaml",
    "watchroom": "watchroom.yaml",
}


@cache
def json_schema(kind: FileKind) -> Schema:
    """The schema (draft 2020-12) of `models/<name>.yaml` (`model`), `policies/<name>.yaml` or `watchroom.yaml`.

    It is shared: take a copy before changing anything in it.
    """
    schema = _for_editors(_ROOTS[kind].model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": f"Watchroom: {_FILES[kind]}",
    }


def _for_editors(part: Any) -> Any:
    """The schema without what editors would show in vain; the forms of a field may overlap, so `anyOf`."""
    if isinstance(part, list):
        return [_for_editors(item) for item in part]
    if not isinstance(part, dict):
        return part
    renamed = {"anyOf" if key == "oneOf" else key: _for_editors(value) for key, value in part.items()}
    if isinstance(renamed.get("title"), str):
        del renamed["title"]
    return renamed


def known_fields(kind: FileKind, path: Path) -> tuple[str, ...]:
    """The fields that a mapping at this place may have; none where its keys are free, or it is no mapping."""
    places = list(_at(kind, path))
    return tuple(dict.fromkeys(name for place in places for name in place.get("properties", {})))


def choices(kind: FileKind, path: Path) -> tuple[str, ...]:
    """The words that a value at this place may be; none where any text may stand."""
    return tuple(dict.fromkeys(word for place in _at(kind, path) for word in place.get("enum", ())))


def paths_of(kind: FileKind, name: str) -> tuple[Path, ...]:
    """Every place at which a field of this name may stand; list positions and free keys are left out of the paths."""
    return tuple(path for path in _all_paths(kind) if path[-1] == name)


@cache
def _all_paths(kind: FileKind) -> tuple[Path, ...]:
    schema = json_schema(kind)
    return tuple(dict.fromkeys(_below(schema, schema, ())))


def _below(schema: Schema, place: Schema, path: Path) -> Iterator[Path]:
    for form in forms(schema, place):
        for name, part in form.get("properties", {}).items():
            yield (*path, name)
            yield from _below(schema, part, (*path, name))


def _at(kind: FileKind, path: Path) -> Iterator[Schema]:
    schema = json_schema(kind)
    places = list(forms(schema, schema))
    for step in path:
        places = [form for place in places for part in _step(place, step) for form in forms(schema, part)]
    yield from places


def _step(place: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        part = place.get("items")
    else:
        part = place.get("properties", {}).get(step, place.get("additionalProperties"))
    if isinstance(part, dict):
        yield part


def forms(schema: Schema, place: Schema) -> Iterator[Schema]:
    """The place with its references followed, each of its forms on its own."""
    if "$ref" in place:
        yield from forms(schema, schema["$defs"][place["$ref"].rsplit("/", 1)[1]])
    for form in place.get("anyOf", ()):
        yield from forms(schema, form)
    if "$ref" not in place and "anyOf" not in place:
        yield place
