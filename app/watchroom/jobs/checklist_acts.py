"""What people did on checklists, from the ledger, as the tables `answers`, `waivers` and `assignments`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from watchroom.ledger import Ledger
from watchroom.ledger.checklist_read import Checklists, read
from watchroom.store.draft import Draft


def fill_checklist_acts(draft: Draft, ledger: Ledger) -> None:
    """Fills the three tables of the part `room`, which is empty before. Raises `LedgerError`."""
    known = read(ledger)
    draft.insert("answers", list(_answers(known)))
    draft.insert("waivers", list(_waivers(known)))
    draft.insert("assignments", list(_assignments(known)))


def _answers(known: Checklists) -> Iterator[tuple[object, ...]]:
    for (model, version, item), told in known.all.items():
        if (one := told.answer) is not None:
            ends = _utc(one.valid_until) if one.valid_until else None
            said = (one.actor, one.role, one.met, one.text or None, one.evidence, one.digest, ends)
            yield (model, version, item, one.seq, _utc(one.at), *said)


def _waivers(known: Checklists) -> Iterator[tuple[object, ...]]:
    for (model, version, item), told in known.all.items():
        for one in told.waivers:
            lifted = _utc(one.lifted_at) if one.lifted_at else None
            about = (model, version, item, one.reason, one.until, lifted, one.lifted_by, one.digest or None)
            yield (one.seq, _utc(one.at), one.actor, one.role, *about)


def _assignments(known: Checklists) -> Iterator[tuple[object, ...]]:
    for (model, version, item), told in known.all.items():
        if told.assignments:
            one = told.assignments[-1]
            yield (model, version, item, one.seq, _utc(one.at), one.actor, one.person, one.due)


def _utc(moment: datetime) -> datetime:
    """As the tables hold it: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)
