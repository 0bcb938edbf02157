"""YAML that others wrote (`MLmodel`, `meta.yaml`), as plain data, in time and memory that follow its size.

The workspace's own YAML, with the line of every field, is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:  # libyaml reads a thousand small files about eight times as fast; not every build of PyYAML has it
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    """Safe YAML without merge keys, by which a few hundred bytes can grow into gigabytes; MLflow writes none."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave a merge key as it is, which then has no constructor and is refused."""


def load_mapping(text: str) -> dict[str, Any]:
    """The mapping that the text holds, its keys as text.

    Raises ValueError with the reason when it is not YAML or holds no mapping.
    """
    try:
        content = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"It is not valid YAML: {_first_line(error)}") from error
    if content is None:
        raise ValueError("It is empty.")
    if not isinstance(content, Mapping):
        raise ValueError("It does not hold a mapping.")
    return {str(key): value for key, value in content.items()}


def scalar_text(value: object) -> str | None:
    """A scalar as text; None for nothing and for anything nested, whose text could be without bound."""
    return None if value is None or isinstance(value, dict | list | set | tuple) else str(value)


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return f"{problem} (line {mark.line + 1})" if mark is not None else str(problem)
