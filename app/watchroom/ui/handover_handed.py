"""The handovers and drills of the room, read live from the ledger, and what is to be said of one in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from watchroom.domain.handover import Handover
from watchroom.errors import LedgerError
from watchroom.store.queries import handovers as queries
from watchroom.ui import book
from watchroom.ui.live import live
from watchroom.ui.room import ask, noted
from watchroom.ui.text import count_of, one_line
from watchroom.ui.wording import ROLE_NAMES

if TYPE_CHECKING:
    from watchroom.ledger.drills import Drills
    from watchroom.ledger.handovers_read import Handovers

STATES = {"open": "orange", "given": "blue", "accepted": "green", "declined": "red", "withdrawn": "gray"}
"""The colours of the states."""

STATE_WORDS = {
    "open": "waits for the giver",
    "given": "waits for the receiver",
    "accepted": "accepted",
    "declined": "declined",
    "withdrawn": "withdrawn",
}


def handovers() -> Handovers | None:
    """Every handover as of this rerun; None while the ledger cannot be read."""
    return noted("handovers", _handovers)


def _handovers() -> Handovers | None:
    try:
        book.must_be_there()
        from watchroom.ledger.handovers_read import read

        return live("handovers", read)
    except LedgerError:
        return None


def drills() -> Drills | None:
    """Every drill as of this rerun; None while the ledger cannot be read."""
    return noted("drills", _drills)


def _drills() -> Drills | None:
    try:
        book.must_be_there()
        from watchroom.ledger.drills import read

        return live("drills", read)
    except LedgerError:
        return None


def teams(one: Handover) -> str:
    """`from Data science to Payments`: without a team the model's own gives, without that the giver; plain text."""
    terms = one.terms
    giver = terms.from_team or ask(queries.around, model=terms.model).team or terms.giver
    return f"from {one_line(giver, 60)} to {one_line(terms.to_team or terms.receiver, 60)}"


def waits(one: Handover) -> str:
    """`waits for kwame@x to accept it`; plain text, empty when it is over."""
    if one.waits_for is None:
        return ""
    return f"waits for {one_line(one.waits_for, 80)} to {'accept' if one.given else 'sign'} it"


def due(one: Handover, today: date) -> str:
    """`due 3 Dec 2026, in 12 days`; empty without a date or when it is over."""
    day = one.terms.due
    if day is None or not one.under_way:
        return ""
    left = (day - today).days
    when = "today" if left == 0 else f"in {count_of(left, 'day')}" if left > 0 else f"{count_of(-left, 'day')} ago"
    return f"{'was due' if left < 0 else 'due'} {day.day} {day:%b %Y}, {when}"


def roles(owners: Mapping[str, str], receiver: str) -> str:
    """`operations and on call go to kwame@x, deputy to bo@x`; plain text."""
    people: dict[str, list[str]] = {}
    for role, person in owners.items():
        people.setdefault(person, []).append(ROLE_NAMES.get(role, role))
    ordered = sorted(people.items(), key=lambda one: one[0] != receiver)
    return "; ".join(f"{', '.join(held)}: {one_line(person, 80)}" for person, held in ordered)


def soonest(one: Handover) -> tuple[date, int]:
    """Sorts what is due soonest first."""
    return (one.terms.due or date.max - timedelta(1), one.seq)
