"""Text from outside in code to copy: as one word of a shell, as a literal of Python, as a comment of either.

Whatever the text is, what it stands in stays as it is: it ends no quote and no line, and turns no direction round.
"""

from __future__ import annotations

import re
import shlex

_SPACE = re.compile(r"\s+")


def word(text: str) -> str:
    """One word for bash or zsh, on one line. NUL, which no argument can hold, is left out."""
    text = text.replace("\0", "")
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(_in_ansi_c(letter) for letter in text) + "'"


def _in_ansi_c(letter: str) -> str:
    if letter in "\\'":
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "replace"))


def literal(value: str | float | bool | None) -> str:
    """The value as Python writes it; NaN and infinities as calls that give them."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f'float("{value}")'
    return repr(value)


def remark(text: object, limit: int = 300) -> str:
    """What stands in a comment: one line, without marks that cannot be seen, cut at the limit."""
    line = _SPACE.sub(" ", str(text)).strip()
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
