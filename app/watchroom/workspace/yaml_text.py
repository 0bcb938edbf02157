"""YAML text into values that remember their lines. What the values should be is not known here.

Scalars are read as YAML 1.2 does, like the editors: `no` and `on` are text, `1e-3` is a number, a date is text. Keys
are always text, as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from watchroom.errors import WorkspaceError
from watchroom.workspace.mistakes import Mistake, Path, quoted

MAX_DEPTH = 20
"""The deepest nesting that is read; the files need five."""
MAX_VALUES = 20_000
"""The most values in a file once its aliases are written out, so that a few lines cannot become millions."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same events, seventeen times faster where it is there
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TEXT_TAGS = {None, "!", "tag:yaml.org,2002:str"}


@dataclass(frozen=True)
class Node:
    """A value of the file: a scalar, a tuple of nodes or a mapping of them; `size` counts all that is in it."""

    value: Any
    line: int
    key_lines: Mapping[str, int] = field(default_factory=dict)
    size: int = 1

    def plain(self) -> Any:
        """The value without its lines: scalars, tuples and dictionaries."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, tuple):
            return tuple(child.plain() for child in self.value)
        return self.value

    def child(self, step: str | int) -> Node | None:
        """The value under a key or a position, or `None` when there is none."""
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, tuple) and isinstance(step, int) and step < len(self.value):
            found: Node = self.value[step]
            return found
        return None

    def line_of(self, path: Path) -> int:
        """The line of the last step of the path that is in the file: of its key where it has one."""
        node, line = self, self.line
        for step in path:
            found = node.child(step)
            if found is None:
                break
            line = node.key_lines.get(step, found.line) if isinstance(step, str) else found.line
            node = found
        return line


@dataclass(frozen=True)
class YamlFile:
    """A file that was read: its values, and the mistakes (keys given twice, say) that did not stop the reading."""

    root: Node
    mistakes: tuple[Mistake, ...]


def parse_yaml(text: str) -> YamlFile:
    """The mapping in the text. Raises a `WorkspaceError` without a file when there is none."""
    composer = _Composer()
    try:
        root = composer.document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        raise _syntax(text, error) from None
    except yaml.reader.ReaderError as error:
        raise WorkspaceError(
            f"The character U+{_code(error.character):04X} cannot stand in a YAML file.",
            next_step="Remove it, or write it as an escape in double quotes.",
            line=text.count("\n", 0, error.position) + 1,
        ) from None
    if root is None or root.value is None:
        raise WorkspaceError("The file is empty.", why="Expected `name: value` lines.")
    if not isinstance(root.value, dict):
        raise WorkspaceError("The file is not a mapping.", why="Expected `name: value` lines.", line=root.line)
    return YamlFile(root, tuple(composer.mistakes))


def _code(character: object) -> int:
    return character if isinstance(character, int) else ord(str(character)[:1] or "\0")


def _syntax(text: str, error: yaml.MarkedYAMLError) -> WorkspaceError:
    mark, begun = error.problem_mark, error.context_mark
    if begun and "end of stream" in (error.problem or ""):  # a quote that is never closed: where it was opened
        mark = begun
    line = mark.line if mark else 0
    lines = text.split("\n")
    indent = re.match(r"[ \t]*", lines[line] if line < len(lines) else "")
    if indent and "\t" in indent.group():
        return WorkspaceError(
            "The line is indented with a tab.", why="YAML allows only spaces.", next_step="Use spaces.", line=line + 1
        )
    why = f"{error.problem or 'It cannot be read'}{f', {error.context}' if error.context else ''}."
    return WorkspaceError(
        "This is not valid YAML.",
        why=why[0].upper() + why[1:],
        next_step="Look at the quotes, brackets and indents here and just before.",
        line=line + 1,
    )


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


class _Composer:
    """Makes nodes from the parser's events: our own, since PyYAML's keeps neither the keys' lines nor any limit."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self._anchors: dict[str, Node | None] = {}

    def document(self, events: Iterator[Any]) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise WorkspaceError(
                        "The file holds more than one document.",
                        next_step="Remove the `---` line, or make two files.",
                        line=_line(event),
                    )
                root = self._node(next(events), events, (), 0)
        return root

    def _node(self, event: Any, events: Iterator[Any], path: Path, depth: int) -> Node:
        line = _line(event)
        if depth > MAX_DEPTH:
            raise WorkspaceError(f"The values are nested more than {MAX_DEPTH} deep, the limit.", line=line)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, line)
        if event.anchor:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = Node(self._scalar(event, path, line), line)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(events, path, depth, line)
        else:
            node = self._mapping(events, path, depth, line)
        if event.anchor:
            self._anchors[event.anchor] = node
        return self._bounded(node)

    def _alias(self, event: Any, line: int) -> Node:
        if event.anchor not in self._anchors:
            raise WorkspaceError(f"There is no `&{event.anchor}` before this `*{event.anchor}`.", line=line)
        node = self._anchors[event.anchor]
        if node is None:
            raise WorkspaceError(f"`*{event.anchor}` is inside the value that it stands for.", line=line)
        return node

    def _bounded(self, node: Node) -> Node:
        if node.size > MAX_VALUES:
            raise WorkspaceError(
                f"The file holds more than {MAX_VALUES:,} values, the limit, once its aliases are written out.",
                line=node.line,
            )
        return node

    def _sequence(self, events: Iterator[Any], path: Path, depth: int, line: int) -> Node:
        items: list[Node] = []
        size = 1
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, (*path, len(items)), depth + 1))
            size += items[-1].size
        return Node(tuple(items), line, size=size)

    def _mapping(self, events: Iterator[Any], path: Path, depth: int, line: int) -> Node:
        values: dict[str, Node] = {}
        key_lines: dict[str, int] = {}
        size = 1
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key, key_line = self._key(event), _line(event)
            value = self._node(next(events), events, (*path, key), depth + 1)
            size += 1 + value.size
            if key in values:
                self.mistakes.append(_given_twice(key, (*path, key), key_lines[key], key_line))
                continue
            values[key], key_lines[key] = value, key_line
        return self._bounded(Node(values, line, key_lines, size))

    @staticmethod
    def _key(event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise WorkspaceError("A key here is not text.", line=_line(event))
        return str(event.value)

    def _scalar(self, event: Any, path: Path, line: int) -> Any:
        plain, _ = event.implicit
        if event.tag not in _TEXT_TAGS:
            self.mistakes.append(Mistake(f"The tag {quoted(event.tag)} is not used here.", path, line=line))
        return event.value if not plain else _resolved(event.value)


def _given_twice(key: str, path: Path, first: int, second: int) -> Mistake:
    return Mistake(
        f"{quoted(key)} is given twice.",
        path,
        why=f"It stands on line {first} already.",
        next_step="Remove one of the two.",
        line=second,
    )


def _resolved(text: str) -> Any:
    """A plain scalar as YAML 1.2's core schema reads it."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(re.sub(r"\.(inf|nan)", r"\1", text, flags=re.IGNORECASE))
    return text
