"""What people are reminded of: something with a person and a last day, and how urgent it is on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Kind = Literal["item", "finding", "handover", "approval", "waiver"]
Urgency = Literal["soon", "due", "overdue", "long overdue"]

SOON = timedelta(days=7)
"""How long before its day something is due soon: everybody has a working day left to do it."""

LATE = timedelta(days=7)
"""How long after its day something is long overdue: a week in which nobody did it, so others have to know."""


@dataclass(frozen=True)
class Due:
    """Something to be done, or that ends: `what` in words, whose it is (None: nobody's), and its last day (included).

    `id` tells it from others of its kind. An approval or a waiver ends on `day`; the others are to be done by it.
    """

    kind: Kind
    id: str
    model: str
    title: str
    what: str
    person: str | None
    day: date

    def urgency(self, today: date) -> Urgency | None:
        """How urgent it is; None while its day is further off than `SOON`."""
        left = self.day - today
        if left > SOON:
            return None
        if left > timedelta(days=1):
            return "soon"
        if left >= timedelta(0):
            return "due"
        return "overdue" if -left <= LATE else "long overdue"


@dataclass(frozen=True)
class Reminder:
    """Something that is due, at a stage of its urgency: what a channel is told once."""

    due: Due
    urgency: Urgency

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies it: with another day it is told anew."""
        return (self.due.kind, self.due.id, self.urgency, self.due.day.isoformat())


URGENCIES: tuple[Urgency, ...] = ("long overdue", "overdue", "due", "soon")
"""The most urgent first."""


def reminders(every: list[Due], today: date) -> list[Reminder]:
    """What is urgent enough to be told, the most urgent first, then by day and model."""
    found = [Reminder(one, urgency) for one in every if (urgency := one.urgency(today)) is not None]
    return sorted(
        found, key=lambda one: (URGENCIES.index(one.urgency), one.due.day, one.due.title, one.due.kind, one.due.id)
    )
