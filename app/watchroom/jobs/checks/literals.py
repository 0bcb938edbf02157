"""Parameters as SQL literals, so that what a check asks can be read, kept and asked again by anybody.

Only values that `domain.check_params` has let through come here. `$now` stays: it is bound when the statement runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PLACE = re.compile(r"\{\{(\w+)\}\}")

_NOW = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|\$\$.*?\$\$|(\$now\b)""", re.DOTALL | re.IGNORECASE
)
"""`$now` where it is a parameter: not in a text, a name or a remark.

The time of the refresh belongs there, UTC; what is kept says `localtimestamp`.
"""


def literal(value: Any) -> str:
    """A parameter as SQL: NULL for None, a text in quotes, a list of texts in brackets. Raises TypeError for others."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(one) for one in value) + "]::varchar[]"
    raise TypeError(f"{type(value).__name__} is no parameter of a check")


def filled_sql(template: str, params: Mapping[str, Any]) -> str:
    """The template with `{{name}}` replaced by the parameter's literal. Raises KeyError for one that is not given."""
    text = _PLACE.sub(lambda place: literal(params[place.group(1)]), template)
    return "\n".join(line for line in (line.rstrip() for line in text.strip("\n").splitlines()) if line)


def kept_sql(sql: str) -> str:
    """The statement as it is kept: with the time at which it is asked in place of that of the refresh."""
    return _NOW.sub(lambda found: "localtimestamp" if found[1] else found[0], sql)


def asks_for_now(sql: str) -> bool:
    """Whether the statement has the parameter `$now`."""
    return any(found[1] for found in _NOW.finditer(sql))
