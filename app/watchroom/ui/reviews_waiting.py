"""What waits for sign-offs as of this rerun: as the refresh saw it, and what was signed since as it stands now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from watchroom.domain.approval import Approval
from watchroom.errors import LedgerError
from watchroom.store.queries import reviews as queries
from watchroom.store.queries.reviews import Waiting
from watchroom.ui import sign_off_known
from watchroom.ui.reviews_known import sign_offs
from watchroom.ui.room import ask, reading

ENDS_SOON_DAYS = 14
"""Two weeks: time for a reviewer to look, and less than half of the shortest time for which a sign-off holds."""


def still_waiting(model: str | None) -> list[Waiting]:
    """What waits for sign-offs: as of the refresh, and what was signed since by what it comes to now."""
    with reading() as snapshot:
        made_at, day = snapshot.made_at, snapshot.day
    # By the day, so that the answer is kept: what ends within two weeks does not change by the minute.
    soon = datetime(day.year, day.month, day.day) + timedelta(ENDS_SOON_DAYS + 1)
    found, signed = ask(queries.waiting, soon=soon, model=model), sign_offs()
    if signed is None:
        return list(found)
    newer = {key for key, every in signed.all.items() if any(one.written_at > made_at for one in every)}
    now = [_as_signed(one) if (one.model, one.version, one.stage) in newer else one for one in found]
    return [one for one in now if one.status != "approved" or (one.until is not None and one.until < soon)]


def _as_signed(one: Waiting) -> Waiting:
    """How it stands now, by the one way in which sign-offs are judged; as of the refresh where that cannot be said."""
    try:
        there = sign_off_known.known(one.model, one.version, one.stage)
    except LedgerError:
        return one
    return one if there is None else _stands(one, there.approval)


def _stands(one: Waiting, found: Approval) -> Waiting:
    until = found.until.astimezone(UTC).replace(tzinfo=None) if found.until is not None else None
    return replace(
        one, status=found.status, missing=found.missing, people=found.people, until=until, reason=found.reason
    )
