"""The checklists of the room: what the refresh found, with what people did since, read live from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from watchroom.errors import LedgerError
from watchroom.store.queries import checklist as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.checklist import Subject
from watchroom.ui import book
from watchroom.ui.handover_lines import Line, line_of
from watchroom.ui.live import live
from watchroom.ui.room import ask, noted
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.checklist_read import Checklists


def known() -> Checklists | None:
    """What people did on every checklist, as of this rerun; None while the ledger cannot be read."""
    return noted("checklists", _read)


def _read() -> Checklists | None:
    try:
        book.must_be_there()
        from watchroom.ledger.checklist_read import read

        return live("checklists", read)
    except LedgerError:
        return None


def lines(subject: Subject) -> tuple[Line, ...]:
    """The items of a version as they stand now, in the order of its policy; empty where nothing was checked."""
    found = ask(queries.rows, model=subject.model, version=subject.version)
    held = {one.seq: one.status for one in ask(queries.files, model=subject.model, version=subject.version)}
    owners = {model.name: dict(model.owners) for model in ask(model_queries.overview)}.get(subject.model, {})
    did, now = known(), datetime.now(UTC)
    return tuple(line_of(row, did, owners, held, now) for row in found)


@dataclass(frozen=True)
class State:
    """What all checklists depend on besides the snapshot: what people did (None: unreadable), and the hour (UTC).

    A waiver ends with a day, and an answer at some hour: what is kept for a state is made anew with each.
    """

    told: str | None
    hour: str


def state() -> State:
    """As of this rerun: an argument for `drawn`."""
    did = known()
    return State(None if did is None else did.last, f"{datetime.now(UTC):%Y-%m-%d %H}")


def all_lines(*, at: State) -> tuple[Line, ...]:
    """The items of every model, each of the version that its page opens with. Made once for a state, with `drawn`."""
    did = known() if at.told is not None else None
    owners = {model.name: dict(model.owners) for model in ask(model_queries.overview)}
    held, now = ask(queries.file_states), datetime.now(UTC)
    return tuple(line_of(row, did, owners.get(row.model, {}), held, now) for row in ask(queries.rows))


def subject_of(model: str, version: int | None) -> Subject | None:
    """The version to show: the one asked for, else the one that the page opens with; None where that is not checked."""
    found = ask(queries.subjects, model=model)
    if version is None:
        return found[0] if found else None
    return next((one for one in found if one.version == version), None)


def today() -> date:
    """The day in the workspace's zone."""
    return datetime.now(UTC).astimezone(facts().zone).date()
