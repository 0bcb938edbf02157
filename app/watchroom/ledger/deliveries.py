"""What became of messages to channels, as the ledger's entries of them say: begun, taken, or not.

A message is noted before it is sent, so that of two refreshes at once one sends it. A channel goes by a name without
its secret. What is told, and in which words, is said where messages are made.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from watchroom.ledger.entry import Entry, NewEntry, explaining_payload

ACTOR = "watchroom refresh"

UNDER_WAY_FOR = timedelta(minutes=5)
"""How long a message that was begun counts as under way: ten times what sending may take. After that its refresh has
died, and it is told again rather than perhaps never."""

K = TypeVar("K", bound=Hashable)


def told(
    entries: Iterable[Entry], keys: Callable[[Mapping[str, Any]], Iterable[K]], now: datetime
) -> dict[str, set[K]]:
    """By channel, the keys of what it was told of, or is being told of; `keys` reads them from an entry's payload."""
    found: dict[str, set[K]] = {}
    for entry in entries:
        with explaining_payload(entry):
            payload = entry.payload
            own, mine = found.setdefault(payload["channel"], set()), set(keys(payload))
            if payload["outcome"] == "sent" or (payload["outcome"] == "trying" and now - entry.at < UNDER_WAY_FOR):
                own |= mine
            elif payload["outcome"] == "failed":
                own -= mine
    return found


def entry_of(kind: str, channel: str, about: Mapping[str, Any], outcome: str, why: str = "") -> NewEntry:
    """That a message was begun (`trying`), taken (`sent`) or not (`failed`, and why)."""
    payload = {"outcome": outcome, "channel": channel, **about}
    return NewEntry(kind, ACTOR, payload | ({"why": why} if why else {}))


def outcome_of(why: str) -> str:
    """What a message came to: an empty text stands for one that was taken."""
    return "failed" if why else "sent"
