"""The YAML of MLflow (`MLmodel`, `meta.yaml`) as mappings and texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchroom.domain import foreign_yaml


def load_mapping(text: str) -> dict[str, Any]:
    """The mapping that the text holds, its keys as text.

    Raises ValueError with the reason when it is not YAML or holds no mapping.
    """
    content = foreign_yaml.load(text)
    if content is None:
        raise ValueError("It is empty.")
    if not isinstance(content, Mapping):
        raise ValueError("It does not hold a mapping.")
    return {str(key): value for key, value in content.items()}


def scalar_text(value: object) -> str | None:
    """A scalar as text; None for nothing and for anything nested, whose text could be without bound."""
    return None if value is None or isinstance(value, dict | list | set | tuple) else str(value)
