"""From a file's text to a validated value, with every mistake in it as an error that names the place.

A part that is wrong is taken out and the rest is read on, so that one mistake does not hide the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from watchroom.errors import WorkspaceError
from watchroom.workspace.mistakes import Mistake, Path, field_name, listed, nearest, quoted
from watchroom.workspace.schema import FileKind, choices, known_fields, paths_of
from watchroom.workspace.yaml_file import read_yaml
from watchroom.workspace.yaml_text import Node

Piece = TypeVar("Piece", bound=BaseModel)

MAX_PROBLEMS = 50
"""The most mistakes of one file that are listed; after that many it is another kind of file."""

_PLACEHOLDER = "?"  # for a model whose name is missing, so that the rest of its file is checked all the same
_KINDS = {"string": "text", "float": "a number", "int": "a whole number", "bool": "true or false", "tuple": "a list"}
_KINDS |= {"dict": "a mapping", "model_attributes": "a mapping", "model": "a mapping"}


@dataclass(frozen=True)
class Reading(Generic[Piece]):
    """What came of a file: `value` when there is no mistake; `rest` is the value without what is wrong, if any is left.

    `root` is the file's values with their lines; `None` when it is no YAML at all.
    """

    value: Piece | None
    rest: Piece | None
    problems: tuple[WorkspaceError, ...]
    root: Node | None


def read(
    path: FilePath,
    shown: str,
    kind: FileKind,
    model: type[Piece],
    environ: Mapping[str, str],
    rules: Callable[[Piece], Iterable[Mistake]] = lambda _: (),
    *,
    within: FilePath | None,
) -> Reading[Piece]:
    """The file as a value of the model; every mistake in it is among the problems, in the order of the lines.

    `within` as in `read_yaml`.
    """
    try:
        file = read_yaml(path, shown, within)
    except WorkspaceError as error:
        return Reading(None, None, (error,), None)
    rest, wrong = _validated(file.root, kind, model, environ)
    found = [*file.mistakes, *wrong]
    if rest is not None:
        found += [mistake for mistake in rules(rest) if not _touches(mistake.path, wrong)]
    problems = problems_of(found, file.root, shown)
    return Reading(None if problems else rest, rest, problems, file.root)


def problems_of(mistakes: Iterable[Mistake], root: Node, shown: str) -> tuple[WorkspaceError, ...]:
    """The mistakes of a file as errors that name their place, in the order of the lines; a long list is cut."""
    problems = sorted((_problem(mistake, root, shown) for mistake in mistakes), key=lambda p: p.line or 0)
    if len(problems) <= MAX_PROBLEMS:
        return tuple(problems)
    more = WorkspaceError(f"There are {len(problems) - MAX_PROBLEMS} more mistakes in this file.", file=shown)
    return (*problems[:MAX_PROBLEMS], more)


def _validated(
    root: Node, kind: FileKind, model: type[Piece], environ: Mapping[str, str]
) -> tuple[Piece | None, list[Mistake]]:
    """The value of what is right, and what is wrong; no value when nothing can be saved."""
    data = root.plain()
    wrong: list[Mistake] = []
    for _ in range(3):  # taking a part out can leave its section without something it needs: once or twice
        try:
            return model.model_validate(data, context={"environ": environ}), wrong
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
        wrong = wrong or [_mistake(detail, root, kind) for detail in details]
        if len(details) > MAX_PROBLEMS:
            break
        data = _without(data, [_place(detail, root) for detail in details])
    return None, wrong


def _place(detail: ErrorDetails, root: Node) -> Path:
    """Where in the file the error is: pydantic's own marks for the forms of a field are not in the file."""
    path: list[str | int] = []
    node, found = root, None
    for step in detail["loc"]:
        found = node.child(step)
        if found is not None:
            path.append(step)
            node = found
    if detail["type"] == "missing" and found is None:
        path.append(detail["loc"][-1])
    return tuple(path)


def _mistake(detail: ErrorDetails, root: Node, kind: FileKind) -> Mistake:
    path, context = _place(detail, root), detail.get("ctx", {})
    name = detail["type"]
    if name == "watchroom":
        return Mistake(context["what"], path, context["why"], context["next_step"])
    if name == "extra_forbidden":
        return _unknown_field(path, kind)
    if name == "missing":
        whole = "section" if len(path) > 1 else "file"
        return Mistake(f"{quoted(str(path[-1]))} is missing.", path, f"The {whole} cannot do without it.")
    if name == "literal_error":
        return _unknown_word(path, root, kind)
    if name.endswith("_type"):
        return _wrong_type(name.removesuffix("_type"), path, root)
    return Mistake("The value cannot stand here.", path, _expected(name, context, detail["msg"]))


def _expected(name: str, context: Mapping[str, Any], otherwise: str) -> str:
    limit = next((f"{value:,g}" for key, value in context.items() if key in {"gt", "ge", "lt", "le"}), "")
    words = {
        "greater_than": f"Expected more than {limit}.",
        "greater_than_equal": f"Expected {limit} or more.",
        "less_than_equal": f"Expected {limit} or less.",
        "finite_number": "Expected a number that is neither infinite nor NaN.",
        "too_short": "Expected at least one.",
        "string_too_short": "Expected text with something in it.",
    }
    return words.get(name, f"{otherwise}.")


def _unknown_field(path: Path, kind: FileKind) -> Mistake:
    name, section = str(path[-1]), path[:-1]
    known = known_fields(kind, section)
    hint = nearest(name, known)
    elsewhere = paths_of(kind, name)
    if not hint and elsewhere:
        hint = f"It belongs to `{field_name(elsewhere[0])}`."
    where = f"`{field_name(section)}`" if section else "the file"
    return Mistake(f"{quoted(name)} is not a field of {where}.", path, f"Expected one of {listed(known, 20)}.", hint)


def _unknown_word(path: Path, root: Node, kind: FileKind) -> Mistake:
    node = _at(root, path)
    words = choices(kind, path)
    if node is None or not isinstance(node.value, str):
        return Mistake("The value is not one of the words that may stand here.", path, f"Expected {_one_of(words)}.")
    return Mistake(
        f"{quoted(node.value)} is not known here.", path, f"Expected {_one_of(words)}.", nearest(node.value, words)
    )


def _one_of(words: tuple[str, ...]) -> str:
    return f"one of {listed(words, 20)}" if len(words) > 1 else listed(words)


def _wrong_type(expected: str, path: Path, root: Node) -> Mistake:
    node = _at(root, path)
    kind = _KINDS.get(expected, expected)
    hint = ""
    if node is not None and expected == "string" and isinstance(node.value, bool | int | float):
        hint = "Put it in quotes."
    if node is not None and expected == "bool" and str(node.value).lower() in {"yes", "no", "on", "off", "y", "n"}:
        hint = f"Write {'true' if str(node.value).lower() in {'yes', 'on', 'y'} else 'false'}."
    if node is not None and expected in {"float", "int"} and isinstance(node.value, str):
        hint = "Write it as a plain number, without quotes or a unit."
    if expected == "tuple":
        hint = "Write it as `[one, two]`, or as lines that begin with `- `."
    return Mistake(f"Expected {kind}, found {_found(node)}.", path, next_step=hint)


def _found(node: Node | None) -> str:
    """The kind of the value, never the value itself: it may be secret."""
    value = node.value if node else None
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    names = {int: "a whole number", float: "a number", str: "text", tuple: "a list", dict: "a mapping"}
    return names[type(value)]


def _at(root: Node, path: Path) -> Node | None:
    node: Node | None = root
    for step in path:
        node = node.child(step) if node else None
    return node


def _without(data: Any, places: Iterable[Path]) -> Any:
    """The data without the values at these places; a section that misses something goes whole."""
    for place in sorted(set(places), key=len, reverse=True):
        data = _removed(data, place)
    return data


def _removed(data: Any, path: Path) -> Any:
    if not path or not isinstance(data, dict | tuple):
        return None
    step, below = path[0], path[1:]
    if isinstance(data, dict):
        if step not in data:
            return {**data, step: _PLACEHOLDER} if step == "model" else None
        others = {key: value for key, value in data.items() if key != step}
        left = _removed(data[step], below)
        return others if left is None else {**others, step: left}
    # A list with a gap would say something that nobody wrote: it counts as left out.
    items = tuple(_removed(item, below) if i == step else item for i, item in enumerate(data))
    return None if None in items else items


def _touches(path: Path, wrong: Iterable[Mistake]) -> bool:
    """Whether the place lies in a section from which something had to be taken out."""
    sections = [mistake.path[:-1] for mistake in wrong if len(mistake.path) > 1]
    return any(path[: len(section)] == section for section in sections)


def _problem(mistake: Mistake, root: Node, shown: str) -> WorkspaceError:
    return WorkspaceError(
        mistake.what,
        why=mistake.why,
        next_step=mistake.next_step,
        file=shown,
        line=mistake.line or root.line_of(mistake.path),
        field=field_name(mistake.path),
    )
