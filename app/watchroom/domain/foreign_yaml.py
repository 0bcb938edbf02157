"""YAML that others wrote, as plain data, in time and memory that follow its size.

The workspace's own YAML, with the line of every field, is read elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:  # libyaml reads a thousand small files about eight times as fast; not every build of PyYAML has it
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST = 100
"""Levels of nesting that are read. MLflow writes five; libyaml's loader needs stack for each and ends the process."""

_MOST_DIGITS = 100  # of a whole number: in base 60 (`1:1:1`) reading takes the square of its length
_OPEN = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSE = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
# What PyYAML raises where an explicit tag and its text do not fit (`!!int ""`, `!!bool x`, `2020-99-99`).
_UNREADABLE = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


class _Loader(_Base):
    """Safe YAML without merge keys, by which a few hundred bytes can grow into gigabytes; MLflow writes none."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave a merge key as it is, which then has no constructor and is refused."""

    def number(self, node: yaml.ScalarNode) -> Any:
        """A number; one that is longer than any real one stays text."""
        if len(node.value) > _MOST_DIGITS:
            return node.value
        return self.construct_yaml_float(node) if node.tag.endswith(":float") else self.construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.number)
_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.number)


def load(text: str) -> Any:
    """What the text holds. Aliases are the same object again, so that nothing here may walk through it unbounded.

    Raises ValueError with the reason when it is no YAML, is nested too deeply, or holds more than plain data.
    """
    try:
        _check_depth(text)
        return yaml.load(text, Loader=_Loader)
    except _UNREADABLE as error:
        raise ValueError(f"It is not valid YAML: {_first_line(error)}") from error


def _check_depth(text: str) -> None:
    """Events are read one by one, without recursion, and only as far as the nesting allows."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, _OPEN) - isinstance(event, _CLOSE)
        if depth > DEEPEST:
            raise ValueError(f"it is nested deeper than {DEEPEST} levels")


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0] or type(error).__name__
    return f"{problem} (line {mark.line + 1})" if mark is not None else str(problem)
