"""What a model's signature names as its inputs."""

from __future__ import annotations

import json


def named_inputs(text: str | None) -> tuple[str, ...]:
    """The names of the inputs in a signature's JSON, in its order; empty when it names none, or is none."""
    try:
        columns = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return ()
    named = columns if isinstance(columns, list) else []
    names = [str(one["name"]) for one in named if isinstance(one, dict) and one.get("name")]
    return tuple(name for name in names if _can_be_written(name))


def _can_be_written(name: str) -> bool:
    """A lone surrogate is the name of no column: it cannot be written at all."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
