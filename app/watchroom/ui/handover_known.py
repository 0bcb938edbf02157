"""The checklists of the room: what the refresh found, with what people did since, read live from the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from watchroom.domain.standing import HELD
from watchroom.errors import LedgerError
from watchroom.store.queries import checklist as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.checklist import Approved, File, Subject
from watchroom.ui import book, sign_off_known
from watchroom.ui.handover_lines import Line, line_of
from watchroom.ui.live import live
from watchroom.ui.room import ask, noted
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.checklist_read import Checklists
    from watchroom.ledger.evidence import Evidence, Held


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


def files(model: str, version: int) -> tuple[File, ...]:
    """The evidence kept for a version, the newest first, with what was added and withdrawn since the refresh."""
    stored = ask(queries.files, model=model, version=version)
    every = noted("evidence", _read_evidence)
    if every is None:
        return stored
    as_seen = {one.seq: one.status for one in stored}
    found = [one for one in every.all.values() if (one.about.model, one.about.version) == (model, version)]
    return tuple(_file(one, as_seen.get(one.seq, HELD)) for one in sorted(found, key=lambda one: -one.seq))


def _read_evidence() -> Held | None:
    try:
        book.must_be_there()
        from watchroom.ledger.evidence import read

        return live("evidence", read)
    except LedgerError:
        return None


def _file(one: Evidence, status: str) -> File:
    file, about = one.file, one.about
    counts = (file.bytes, file.tests, file.failed)
    told = (about.note, "withdrawn" if one.withdrawn is not None else status)
    return File(one.seq, one.at, one.actor, about.item, file.name, file.kind, file.sha256, *counts, *told)


def lines(subject: Subject) -> tuple[Line, ...]:
    """The items of a version as they stand now, in the order of its policy; empty where nothing was checked."""
    found = ask(queries.rows, model=subject.model, version=subject.version)
    held = {one.seq: one.status for one in files(subject.model, subject.version)}
    owners = {model.name: dict(model.owners) for model in ask(model_queries.overview)}.get(subject.model, {})
    did, now = known(), datetime.now(UTC)
    return tuple(
        line_of(row, did.of(row.model, row.version, row.item) if did is not None else None, owners, held, now)
        for row in found
    )


@dataclass(frozen=True)
class State:
    """What all checklists depend on besides the snapshot: what people did (None: unreadable), files, the hour (UTC).

    A waiver ends with a day, and an answer at some hour: what is kept for a state is made anew with each.
    """

    told: str | None
    withdrawn: int
    hour: str


def state() -> State:
    """As of this rerun: an argument for `drawn`."""
    did = known()
    return State(None if did is None else did.last, len(withdrawn()), f"{datetime.now(UTC):%Y-%m-%d %H}")


def withdrawn() -> Mapping[int, str]:
    """The files that were withdrawn, by their entry, in the words of the table `evidence`."""
    every = noted("evidence", _read_evidence)
    return {} if every is None else {seq: "withdrawn" for seq, one in every.all.items() if one.withdrawn is not None}


def approved(subject: Subject) -> Mapping[str, Approved]:
    """How the sign-offs of a version stand by stage, with what people did since; empty where nothing is known of them.

    While the ledger cannot be read it is as the refresh saw it.
    """
    stored = ask(queries.approved, model=subject.model).get((subject.model, subject.version), {})
    try:
        return {stage: _approved(subject, one) for stage, one in stored.items()}
    except LedgerError:
        return stored


def _approved(subject: Subject, stored: Approved) -> Approved:
    now = sign_off_known.known(subject.model, subject.version, stored.stage)
    if now is None:
        return stored
    found = now.approval
    return Approved(stored.stage, found.status, found.missing, found.people, found.until, found.reason)


def subject_of(model: str, version: int | None) -> Subject | None:
    """The version to show: the one asked for, else the one that the page opens with; None where that is not checked."""
    found = ask(queries.subjects, model=model)
    if version is None:
        return found[0] if found else None
    return next((one for one in found if one.version == version), None)


def today() -> date:
    """The day in the workspace's zone."""
    return datetime.now(UTC).astimezone(facts().zone).date()
