"""A mistake in a workspace file before it is known in which file it stands, and the words that messages are made of.

Text from the files is data: whatever a message quotes is shortened here, and made printable on one line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Path = tuple[str | int, ...]

_QUOTED_LENGTH = 60  # of a quoted name: enough to find it in the file


@dataclass(frozen=True)
class Mistake:
    """What is wrong at `path`, why (mostly what was expected), what to do; `line` where the path cannot say it."""

    what: str
    path: Path = ()
    why: str = ""
    next_step: str = ""
    line: int | None = None


def quoted(text: str) -> str:
    """The text in quotes on one line, with what does not print written as an escape, and shortened."""
    short = text if len(text) <= _QUOTED_LENGTH else text[: _QUOTED_LENGTH - 1] + "…"
    return f'"{printable(short)}"'


def printable(text: str) -> str:
    """The text with every character that would not show as itself (line ends, escapes, direction marks) escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def field_name(path: Path) -> str:
    """A path as people write it: `kpis[0].name`."""
    name = ""
    for step in path:
        name += f"[{step}]" if isinstance(step, int) else ("." if name else "") + _step(step)
    return name


def _step(text: str) -> str:
    return text if text.isprintable() and text and not set(text) & set('."[] ') else quoted(text)


def nearest(wrong: str, right: Iterable[str]) -> str:
    """`Did you mean "psi"?`, or nothing when no right name is near."""
    by_lower = {name.lower(): name for name in right}
    near = get_close_matches(wrong.lower()[:200], by_lower, n=1, cutoff=0.6)
    return f"Did you mean {quoted(by_lower[near[0]])}?" if near else ""


def listed(names: Iterable[str], most: int = 12) -> str:
    """`a, b and c`; a long list is cut and says so."""
    all_names = list(names)
    shown = [printable(name) for name in all_names[:most]]
    if len(all_names) > most:
        return f"{', '.join(shown)} and {len(all_names) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
