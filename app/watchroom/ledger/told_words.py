"""What sentences about entries are put together from: what was done, names made short, places, dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from watchroom.ledger.entry import Entry

NAME_LENGTH = 80
"""Characters of a name in a sentence; the entry itself has all of it."""

ITEM_LENGTH = 120
"""Characters of what an item of a checklist asks; few ask in more."""

QUOTE_LENGTH = 2000
"""Characters of what somebody wrote: all that most acts keep."""

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Told:
    """What somebody did, to be read after their name: "approved version 3 of churn at deploy".

    `quote` is what they wrote themselves, empty for nothing. Both are plain text on one line, never Markdown; names
    from outside stand in them as they are, but for their length.
    """

    did: str
    quote: str = ""


def name(text: object, limit: int = NAME_LENGTH) -> str:
    """A name from outside, on one line and cut at `limit` characters."""
    line = _SPACE.sub(" ", str(text)).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def quoted(text: object) -> str:
    """What somebody wrote, on one line; empty for nothing."""
    return name(text, QUOTE_LENGTH) if text else ""


def place(entry: Entry, model: object = None) -> str:
    """`version 3 of churn`, `churn`, or `no model in particular`."""
    named = model if model else entry.model
    if not named:
        return "no model in particular"
    return name(named) if entry.version is None else f"version {entry.version} of {name(named)}"


def item(id_: object, titles: Mapping[str, str]) -> str:
    """`the item “Metric and worth are agreed”`, by its id where what it asks is not known."""
    title = titles.get(str(id_))
    return f"the item “{name(title, ITEM_LENGTH)}”" if title else f"the item {name(id_)}"


def words(text: object) -> str:
    """A word of ours as people write it: `data science` for `data_science`."""
    return name(text, 60).replace("_", " ")


def listed(items: object, most: int = 6) -> str:
    """`a, b and c`, `a, b and 4 more`; empty for nothing."""
    if not isinstance(items, list | tuple):
        return "" if items in (None, "") else name(items)
    shown = [name(one) for one in items[:most]]
    shown += [f"{len(items) - most} more"] if len(items) > most else []
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1] if shown else ""


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 entry`, `12,345 entries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(text: object) -> str:
    """The day of an ISO date or time as people write it: `5 Dec 2026`; empty for none, what is no day as it is."""
    if not text:
        return ""
    try:
        found = date.fromisoformat(str(text)[:10])
    except ValueError:
        return name(text, 10)
    return f"{found.day} {found:%b %Y}"


def until(payload: Mapping[str, Any], key: str = "due", before: str = ", due") -> str:
    """`, due 5 Dec 2026` after what it is about, or nothing."""
    found = day(payload.get(key))
    return f"{before} {found}" if found else ""


def figure(value: object) -> str:
    """A number with four digits that count; `unknown` for none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "unknown" if value is None else name(value, 40)
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
