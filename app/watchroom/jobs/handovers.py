"""Handovers and drills as tables, and the owners that accepted handovers moved while the models' files lag behind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from watchroom.domain.handover import OWNING, Handover, Held, moved
from watchroom.ledger import Ledger, drills, handovers
from watchroom.ledger.drills import Drill
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft

Row = tuple[Any, ...]


def fill_handovers(draft: Draft, ledger: Ledger, *, record: bool = True) -> tuple[Problem, ...]:
    """Fill `handovers` and `drills`, and move `owners` by what was accepted; `models` and `owners` must be there.

    A problem for each model whose file still names the owners of before, with the lines to put into it. With `record`
    the ledger notes where a file decides again. Raises `LedgerError`; then nothing was filled.
    """
    every, taken = handovers.read(ledger), drills.read(ledger)
    files = _owners_by_model(draft)
    found = moved(every.all.values(), files, _unread(draft))
    if record:
        handovers.settle(ledger, found.settled)
    draft.insert("handovers", [_row(one) for one in every.all.values()])
    draft.insert("drills", [_drill_row(one) for one in taken.all])
    known = {row[0]: row[1] for row in draft.connection.execute("select model, file from room.models").fetchall()}
    held = [one for one in found.held if one.model in known]
    _move(draft, held)
    return tuple(_problem(model, known[model], files.get(model, {}), own) for model, own in _by_model(held).items())


def move_owners(draft: Draft, before: Iterable[Row]) -> None:
    """Move the owners as rows of the table of `owners` had them that came with a handover."""
    known = {name for (name,) in draft.connection.execute("select model from room.models").fetchall()}
    moved_then = [row for row in before if row[0] in known and row[3] is not None]
    for row in moved_then:
        draft.connection.execute("delete from room.owners where model = ? and role = ?", list(row[:2]))
    draft.insert("owners", moved_then)


def _owners_by_model(draft: Draft) -> dict[str, dict[str, str]]:
    """Who the files name, by model and role."""
    found: dict[str, dict[str, str]] = {}
    rows = draft.connection.execute("select model, role, person from room.owners where handover is null").fetchall()
    for model, role, person in rows:
        found.setdefault(model, {})[role] = person
    return found


def _unread(draft: Draft) -> set[tuple[str, str]]:
    """The roles that came with a handover at the last refresh, of models whose file has a mistake now."""
    return set(draft.connection.execute("select model, role from room.owners where handover is not null").fetchall())


def _move(draft: Draft, held: Iterable[Held]) -> None:
    for one in held:
        draft.connection.execute("delete from room.owners where model = ? and role = ?", [one.model, one.role])
    draft.insert("owners", [(one.model, one.role, one.person, one.handover) for one in held])


def _by_model(held: Iterable[Held]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = {}
    for one in held:
        found.setdefault(one.model, []).append(one)
    return found


def _problem(model: str, file: str | None, named: Mapping[str, str], held: list[Held]) -> Problem:
    owners = {**named, **{one.role: one.person for one in held}}
    # JSON's quoted text is YAML's too, and no name can break out of it.
    lines = ", ".join(f"{role}: {json.dumps(owners[role], ensure_ascii=False)}" for role in OWNING if role in owners)
    numbers = ", ".join(str(number) for number in sorted({one.handover for one in held}))
    return Problem(
        "workspace",
        "warning",
        file or "models",
        "Its file does not name the owners that it was handed over to.",
        why="; ".join(
            f"{one.role.replace('_', ' ')}: {one.person} by handover {one.handover}, {one.file or 'nobody'} in the file"
            for one in held
        ),
        next_step=f"{'Put into the file' if file else 'Write a file with'} `owners: {{{lines}}}`. "
        f"Until then the ledger decides (entry {numbers}).",
        model=model,
    )


def _row(one: Handover) -> Row:
    terms, given, ended = one.terms, one.given, one.ended
    return (
        one.seq,
        _utc(one.at),
        one.actor,
        one.role,
        terms.model,
        terms.version,
        terms.stage,
        terms.from_team,
        terms.to_team,
        terms.giver,
        terms.receiver,
        terms.due,
        terms.note or None,
        json.dumps(dict(terms.owners), ensure_ascii=False),
        one.state,
        _utc(given.at) if given else None,
        _utc(ended.at) if ended else None,
        ended.actor if ended else None,
        (ended.reason or None) if ended else None,
    )


def _drill_row(one: Drill) -> Row:
    about = (one.seq, _utc(one.at), one.actor, one.role, one.model, one.version)
    return (*about, len(one.answers), one.right, one.passed)


def _utc(at: datetime) -> datetime:
    """As the snapshot's tables hold it: UTC without a zone."""
    return at.replace(tzinfo=None)
