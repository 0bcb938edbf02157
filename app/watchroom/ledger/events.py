"""Events: what happened in the world (a price change, a storm, a campaign), to be marked on the charts over time.

Anybody in the room adds one; who added it takes it back, and an admin. It stays readable in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from watchroom.errors import Refused
from watchroom.ledger.acts import (
    actor_of,
    keep_refusal,
    must_be_short,
    must_be_somebody,
    must_fit,
    not_theirs,
    role_of,
    since,
)
from watchroom.ledger.alerts import Reader
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, NewEntry, explaining_payload
from watchroom.ledger.kinds import EVENT
from watchroom.ledger.people import Person

MAX_TITLE = 60
"""Characters of a title: it stands beside a line on a chart."""

MAX_TEXT = 2000
"""Characters of what is said beyond the title: a page."""

MAX_DAYS = 3660
"""Ten years: what lasts longer is no event, and most often a slip of the year."""


MAX_MODEL = 500
"""Characters of a model's name: a registry takes no more than half of that."""

MOST_MODELS = 1000
"""Models that one event names: what concerns more concerns all, which is said by naming none."""


@dataclass(frozen=True)
class Happened:
    """What happened, on which days (both included), to which models: none named is all. `text` may be empty."""

    title: str
    first_day: date
    last_day: date
    models: tuple[str, ...] = ()
    text: str = ""

    def concerns(self, model: str | None) -> bool:
        """Whether it is marked on the charts of the model; on those of all models together every event is."""
        return model is None or not self.models or model in self.models


@dataclass(frozen=True)
class Event:
    """An event that stands. `seq` is its entry, `at` is UTC."""

    seq: int
    at: datetime
    actor: str
    role: str | None
    happened: Happened


@dataclass(frozen=True)
class Events:
    """All events that stand, up to the entry `head`."""

    head: Head = field(default_factory=Head)
    all: Mapping[int, Event] = field(default_factory=dict)

    def of(self, model: str | None) -> tuple[Event, ...]:
        """The events that concern a model, or all, by their days."""
        found = [event for event in self.all.values() if event.happened.concerns(model)]
        return tuple(sorted(found, key=lambda event: (event.happened.first_day, event.happened.last_day, event.seq)))


def read(ledger: Reader, known: Events | None = None) -> Events:
    """The events as the ledger has them now; with those read before, only what came since is read. `LedgerError`."""
    start = known or Events()
    head, leads, found = since(ledger, start.head, (EVENT,))
    if head == start.head:
        return start
    every = dict(start.all) if leads else {}
    for entry in found:
        with explaining_payload(entry):
            said = entry.payload
            if said["act"] == "taken_back":
                every.pop(int(said["event"]), None)
            else:
                every[entry.seq] = _event(entry, said)
    return replace(start, head=head, all=every)


def add(ledger: Ledger, happened: Happened, by: Person) -> Event:
    """Marks an event for everybody. Raises `Refused` without a role, and for a title or days that cannot be."""
    must_be_somebody(ledger, "add an event", by)
    title = must_fit("title", " ".join(happened.title.split()), MAX_TITLE)
    text = must_fit("text", happened.text, MAX_TEXT, empty=True)
    if any(type(day) is not date for day in (happened.first_day, happened.last_day)):
        raise Refused("An event has whole days.", why="A time of day was given.", next_step="Give two dates.")
    if len(happened.models) > MOST_MODELS:
        raise Refused(
            "The event names too many models.",
            why=f"It names {len(happened.models):,}; at most {MOST_MODELS:,} are kept.",
            next_step="Name none: it then concerns every model.",
        )
    if happened.last_day < happened.first_day:
        raise Refused("The event ends before it begins.", next_step="Swap the two days.")
    if (happened.last_day - happened.first_day).days > MAX_DAYS:
        raise Refused("The event lasts more than ten years.", next_step="Look at the year.")
    payload = {
        "act": "added",
        "title": title,
        "first_day": happened.first_day.isoformat(),
        "last_day": happened.last_day.isoformat(),
        "models": sorted({must_be_short("name of the model", model, MAX_MODEL) for model in happened.models}),
        "text": text,
    }
    only = payload["models"][0] if len(payload["models"]) == 1 else None
    _happened(payload)  # what could not be read again must not be written: every page reads all of them
    entry = ledger.append(NewEntry(EVENT, actor_of(by), payload, role_of(by), str(only) if only else None))
    return _event(entry, entry.payload)


def take_back(ledger: Ledger, event: int, by: Person) -> None:
    """Takes an event off the charts; who added it may, and an admin. Raises `Refused`."""
    must_be_somebody(ledger, "take back an event", by)
    with ledger.transaction() as transaction:
        found = read(transaction).all.get(event)
        refused = not_theirs("event", found.actor if found else None, by)
        if refused is None:
            payload = {"act": "taken_back", "event": event}
            transaction.append_all([NewEntry(EVENT, actor_of(by), payload, role_of(by))])
        keep_refusal(transaction, "take back an event", by, refused)
    if refused is not None:
        raise refused


def _event(entry: Entry, said: Mapping[str, Any]) -> Event:
    return Event(entry.seq, entry.at, entry.actor, entry.role, _happened(said))


def _happened(said: Mapping[str, Any]) -> Happened:
    return Happened(
        str(said["title"]),
        date.fromisoformat(said["first_day"]),
        date.fromisoformat(said["last_day"]),
        tuple(str(model) for model in said["models"]),
        str(said["text"]),
    )
