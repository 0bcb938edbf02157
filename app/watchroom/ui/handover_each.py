"""Every model's checklist in a few numbers, kept from one rerun to the next: an act of somebody redoes its model alone.

What it is made of is in `handover_known`; the page of all models draws it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from watchroom.store.queries import checklist as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.checklist import Subject
from watchroom.ui.handover_known import State, known, today, withdrawn
from watchroom.ui.handover_lines import Count, Line, count, holders, holds_up, line_of, next_stage
from watchroom.ui.room import ask, drawn

if TYPE_CHECKING:
    from watchroom.ledger.checklist_read import Told

Key = tuple[int, str]
"""A version and an item."""


@dataclass(frozen=True)
class Load:
    """Somebody's open items, of one model or of several; `person` is None for nobody.

    `blocking` of them hold up the next sign-off of their model; `oldest` is since when (UTC) the oldest has been open,
    None where that is not known.
    """

    person: str | None
    open: int
    blocking: int
    overdue: int
    oldest: datetime | None
    roles: tuple[str, ...]
    models: tuple[str, ...]

    def longest(self, now: datetime) -> int | None:
        """For how many whole days the oldest has been open; None where that is not known."""
        return None if self.oldest is None else max((now - self.oldest).days, 0)


@dataclass(frozen=True)
class Checked:
    """A model by the version that its page opens with: its items, what they come to, and the stage that is next."""

    subject: Subject
    lines: tuple[Line, ...]
    count: Count
    next: str | None
    loads: tuple[Load, ...]
    waived: tuple[Line, ...]


@dataclass(frozen=True)
class _Found:
    """What the refresh left of a model: nothing in it depends on the hour, or on what people did since."""

    subject: Subject
    lines: tuple[Line, ...]
    owners: Mapping[str, str]
    approved: Mapping[str, queries.Approved]


class _Kept:
    """Every model of a snapshot, as it was last asked for."""

    def __init__(self, found: Mapping[str, _Found], files: Mapping[int, str]) -> None:
        self._lock = threading.Lock()
        self._found, self._files = found, files
        self._known: dict[str, tuple[object, Checked]] = {}

    def now(self, told: Mapping[str, Mapping[Key, Told]], gone: Mapping[int, str], at: State) -> list[Checked]:
        with self._lock:
            return [self._one(name, told.get(name, {}), gone, at) for name in self._found]

    def _one(self, name: str, told: Mapping[Key, Told], gone: Mapping[int, str], at: State) -> Checked:
        """As it was, while nobody did anything: of acts a waiver ends with a day, and an answer at some hour."""
        key = (told, at.withdrawn, at.hour) if told else None
        kept = self._known.get(name)
        if kept is None or kept[0] != key:
            kept = (key, _checked(_told(self._found[name], told, {**self._files, **gone} if told else {})))
            self._known[name] = kept
        return kept[1]


def _told(found: _Found, told: Mapping[Key, Told], files: Mapping[int, str]) -> _Found:
    """The model with what people did: only the items that somebody did something about are made anew."""
    if not told:
        return found
    now = datetime.now(UTC)

    def made(line: Line) -> Line:
        did = told.get((line.row.version, line.row.item))
        return line if did is None else line_of(line.row, did, found.owners, files, now)

    return replace(found, lines=tuple(made(line) for line in found.lines))


def _checked(found: _Found) -> Checked:
    lines, day = found.lines, today()
    after = next_stage(lines, found.approved, serves=found.subject.is_champion)
    held = sum(holds_up(line, after) for line in lines)
    return Checked(
        found.subject,
        lines,
        replace(count(lines, day), blocking=held),
        after,
        _sorted(_loads(lines, after, day)),
        tuple(line for line in lines if line.standing.status == "waived"),
    )


def _loads(lines: Sequence[Line], after: str | None, day: date) -> Iterable[Load]:
    for one in holders(lines, datetime.now(UTC)):
        since = [line.opened for line in one.lines if line.opened is not None]
        yield Load(
            one.person,
            len(one.lines),
            sum(holds_up(line, after) for line in one.lines),
            one.overdue(day),
            min(since, default=None),
            one.roles,
            tuple(dict.fromkeys(line.row.model for line in one.lines)),
        )


def checked(*, at: State) -> list[Checked]:
    """Every model of which a version is checked: those with most that holds up a sign-off first, then most open.

    An argument of `drawn`.
    """
    did = known() if at.told is not None else None
    told: dict[str, dict[Key, Told]] = {}
    for (model, version, item), one in (did.all if did is not None else {}).items():
        told.setdefault(model, {})[version, item] = one
    found = drawn(_kept, readable=did is not None, day=today()).now(told, withdrawn(), at)
    return sorted(found, key=lambda one: (-one.count.blocking, -one.count.open, one.subject.title.lower()))


def _kept(*, readable: bool, day: date) -> _Kept:
    """The models of the snapshot, by what the refresh left; while the ledger cannot be read, as the refresh saw it.

    `day` is in the key: what is past its date is so from one day to the next.
    """
    done = _nothing_done() if readable else None
    owners = {model.name: dict(model.owners) for model in ask(model_queries.overview)}
    now, by_model = datetime.now(UTC), dict[str, list[Line]]()
    for row in ask(queries.rows):
        line = line_of(row, done, owners.get(row.model, {}), {}, now)
        by_model.setdefault(row.model, []).append(line)
    approved, found = ask(queries.approved), dict[str, _Found]()
    for one in ask(queries.subjects):  # the first of a model is the one that its page opens with
        name = one.model
        if name in by_model and name not in found:
            signed = approved.get((name, one.version), {})
            found[name] = _Found(one, tuple(by_model[name]), owners.get(name, {}), signed)
    return _Kept(found, ask(queries.file_states))


def _nothing_done() -> Told:
    """That nobody did anything about an item. The ledger's code is loaded where there is a ledger alone."""
    from watchroom.ledger.checklist_read import NOTHING

    return NOTHING


def people(found: Iterable[Checked]) -> tuple[Load, ...]:
    """Who is to see to what is open over many models: those who hold up most first, then with most."""
    by_person: dict[str, list[Load]] = {}
    for one in found:
        for load in one.loads:
            by_person.setdefault((load.person or "").casefold(), []).append(load)
    return _sorted(_together(of) for of in by_person.values())


def _together(of: Sequence[Load]) -> Load:
    return Load(
        of[0].person,
        sum(one.open for one in of),
        sum(one.blocking for one in of),
        sum(one.overdue for one in of),
        min((one.oldest for one in of if one.oldest is not None), default=None),
        tuple(dict.fromkeys(role for one in of for role in one.roles)),
        tuple(dict.fromkeys(model for one in of for model in one.models)),
    )


def _sorted(of: Iterable[Load]) -> tuple[Load, ...]:
    return tuple(sorted(of, key=lambda one: (-one.blocking, -one.open, one.person or "")))
