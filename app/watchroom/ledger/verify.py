"""Whether the chain holds, and if not, where and how it is broken.

It reads the rows as they are, a page at a time, and trusts nothing in them; `docs/ledger.md` says what it cannot see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Literal

import sqlalchemy as sa

from watchroom.ledger.entry import Head, StoredRow
from watchroom.ledger.moved import places_of
from watchroom.ledger.tables import entries as table

MAX_BREAKS = 1000
"""Breaks told by name: a thousand say as much as a million, and a person reads them. The rest is counted."""

_PAGE = 5000
"""Rows in one read: a SQLite file is locked against writers while one lasts, here a few milliseconds."""

BreakKind = Literal["changed", "missing", "reordered", "inserted", "tail_missing"]


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold: entries `seq` to `last_seq`, what kind of break, and the reason in words.

    `changed`: not as it was written. `missing`: removed. `reordered`: another entry of the chain stands here.
    `inserted`: an entry that is not of the chain. `tail_missing`: removed from the end, by the expected head.
    `moved` is by how much the number of a reordered entry was lowered; 0 for other breaks.
    """

    seq: int
    last_seq: int
    kind: BreakKind
    reason: str
    moved: int = 0

    def line(self) -> str:
        """It in a line, such as `entries 5–9, missing: Nothing stands here, but the chain goes on after it.`."""
        named = f"entry {self.seq}" if self.seq == self.last_seq else f"entries {self.seq}–{self.last_seq}"
        return f"{named}, {self.kind.replace('_', ' ')}: {self.reason}"


@dataclass(frozen=True)
class Verification:
    """What verifying found. `ok` when there is no break; `more_breaks` counts those beyond the ones told by name.

    `head` is the last entry found and `entries` how many there are. `anchored` says whether an expected head was given.
    `lost` are the entries that stand nowhere although others took their numbers. `guards_missing` are the triggers that
    are gone or switched off: no break, but nothing stops the next one.
    """

    entries: int
    head: Head
    breaks: tuple[Break, ...]
    more_breaks: int = 0
    anchored: bool = False
    lost: tuple[int, ...] = ()
    guards_missing: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every entry is where and as it was written, as far as the chain and the expected head can tell."""
        return not self.breaks

    def summary(self) -> str:
        """One sentence for a person."""
        if self.ok:
            against = " and leads to the expected head" if self.anchored else ""
            return f"The chain of {self.entries:,} entries holds{against}."
        count = len(self.breaks) + self.more_breaks
        return f"The chain of {self.entries:,} entries is broken in {count:,} {'place' if count == 1 else 'places'}."

    def warning(self) -> str:
        """That the database no longer refuses changes, in words; empty while it does."""
        if not self.guards_missing:
            return ""
        return (
            f"Triggers that are gone or switched off: {', '.join(self.guards_missing)}. The database does not refuse "
            "to change or remove entries any more, and whoever could do that could write the chain anew: compare the "
            "head with one that was kept elsewhere."
        )

    def lines(self) -> list[str]:
        """A line for each break told by name, or for a run of the same: which entries, what kind of break, and why."""
        gone = [Break(seq, seq, "missing", _LOST) for seq in self.lost]
        told = sorted([*self.breaks, *gone], key=lambda one: (one.seq, one.kind))
        more = [f"… and {self.more_breaks:,} more places."] if self.more_breaks else []
        return [one.line() for one in _runs(told)] + more


_LOST = "It stands nowhere, but what was written after it names it; the others were moved up."


def _runs(breaks: Iterable[Break]) -> list[Break]:
    """Breaks of the same sort on entries that follow each other, as one."""
    found: list[Break] = []
    for one in breaks:
        at = next((place for place, run in enumerate(found) if _goes_on(run, one)), None)
        if at is None:
            found.append(one)
        else:
            found[at] = replace(found[at], last_seq=one.last_seq, reason=_reason_of_run(found[at], one))
    return found


def _goes_on(run: Break, one: Break) -> bool:
    same = run.moved == one.moved if one.kind == "reordered" else run.reason == one.reason
    return run.kind == one.kind and same and one.seq == run.last_seq + 1


def _reason_of_run(run: Break, last: Break) -> str:
    if run.kind != "reordered":
        return run.reason
    return f"Here stand those that were written as entries {run.seq + run.moved}–{last.seq + last.moved}."


def verify_chain(connection: sa.Connection, expected: Head | None, max_breaks: int) -> Verification:
    """Walks the whole chain; see `Ledger.verify`."""
    walk = _Walk(expected=expected, max_breaks=max_breaks)
    for row in _rows(connection):
        walk.step(row)
    return replace(walk.finish(), guards_missing=_guards_missing(connection))


_GUARDS = {
    "sqlite": ("ledger_entries_update", "ledger_entries_delete", "ledger_entries_insert"),
    "postgresql": ("ledger_entries_keep", "ledger_entries_truncate", "ledger_entries_follow"),
}
"""The triggers that the first migration makes."""

_STANDING = {
    "sqlite": "select name from sqlite_master where type = 'trigger' and tbl_name = 'ledger_entries' "
    "and lower(sql) like '%raise(abort%'",
    "postgresql": "select tgname from pg_trigger where tgrelid = 'ledger_entries'::regclass "
    "and tgenabled in ('O', 'A')",
}


def _guards_missing(connection: sa.Connection) -> tuple[str, ...]:
    name = connection.dialect.name
    standing = set(connection.exec_driver_sql(_STANDING[name]).scalars())
    return tuple(one for one in _GUARDS[name] if one not in standing)


def _rows(connection: sa.Connection) -> Iterator[StoredRow]:
    # The first page has no lower bound: an entry 0 or -1 was put there by somebody.
    query = sa.select(table).order_by(table.c.seq).limit(_PAGE)
    page = connection.execute(query).all()
    while page:
        connection.rollback()
        yield from map(StoredRow._make, page)
        page = connection.execute(query.where(table.c.seq > page[-1].seq)).all()


@dataclass
class _Walk:
    """The state of one walk along the chain."""

    expected: Head | None
    max_breaks: int
    entries: int = 0
    last: Head = field(default_factory=Head)
    last_sound: bool = True
    found: list[Break] = field(default_factory=list)
    more: int = 0
    suspects: list[StoredRow] = field(default_factory=list)
    lost: tuple[int, ...] = ()
    at_expected: str | None = None

    def step(self, row: StoredRow) -> None:
        computed = row.computed_hash()
        sound = computed != "" and computed == row.hash
        self.entries += 1
        if self.expected is not None and row.seq == self.expected.seq:
            self.at_expected = row.hash
        if row.seq <= self.last.seq:
            self._note(row.seq, row.seq, "inserted", "The chain begins at 1, and each number stands once.")
            return
        if row.seq > self.last.seq + 1:
            reason = "Nothing stands here, but the chain goes on after it."
            self._note(self.last.seq + 1, row.seq - 1, "missing", reason)
        elif sound and self.last_sound and row.prev_hash != self.last.hash:
            # An unsound neighbour is told already, and may be why the link does not hold.
            self._note_rewritten(row.seq)
        if not sound:
            self._suspect(row)
        self.last, self.last_sound = Head(row.seq, row.hash), sound

    def _note_rewritten(self, seq: int) -> None:
        if seq == 1:
            self._note(1, 1, "changed", "It is sound in itself, but does not begin a chain.")
        else:
            reason = f"It is sound in itself, but not the one that entry {seq} was written after."
            self._note(seq - 1, seq - 1, "changed", reason)

    def _note(self, seq: int, last_seq: int, kind: BreakKind, reason: str) -> None:
        if len(self.found) < self.max_breaks:
            self.found.append(Break(seq, last_seq, kind, reason))
        else:
            self.more += 1

    def _suspect(self, row: StoredRow) -> None:
        if len(self.found) + len(self.suspects) < self.max_breaks:
            self.suspects.append(row)
        else:
            self.more += 1

    def finish(self) -> Verification:
        self._judge_suspects()
        self._compare_with_expected()
        breaks = sorted(self.found, key=lambda one: (one.seq, one.kind))
        return Verification(self.entries, self.last, tuple(breaks), self.more, self.expected is not None, self.lost)

    def _judge_suspects(self) -> None:
        gaps = (range(one.seq, one.last_seq + 1) for one in self.found if one.kind == "missing")
        missing = list(islice(chain.from_iterable(gaps), MAX_BREAKS))
        written_as = places_of(self.suspects, missing)
        standing = {suspect.seq for suspect in self.suspects}
        for seq in standing:
            if seq in written_as:
                reason = f"Here stands what was written as entry {written_as[seq]}."
                self.found.append(Break(seq, seq, "reordered", reason, written_as[seq] - seq))
            elif seq not in written_as.values():
                self.found.append(Break(seq, seq, "changed", "What it says does not have its hash."))
        # What stands where a moved entry was written, and was not itself moved there, came from outside.
        for seq in set(written_as.values()) - set(written_as):
            if seq in standing or self._stands(seq):
                reason = "The entry that was written here stands elsewhere; this one is not of the chain."
                self.found.append(Break(seq, seq, "inserted", reason))

        self.lost = tuple(sorted(self._lost(written_as)))

    def _lost(self, written_as: dict[int, int]) -> Iterator[int]:
        """The numbers under which moved entries stand, whose own entry is named by the next and stands nowhere."""
        hashes = {suspect.hash for suspect in self.suspects}
        named = {written_as[one.seq]: one.prev_hash for one in self.suspects if one.seq in written_as}
        for seq in set(written_as) - set(written_as.values()):
            if seq + 1 in named and named[seq + 1] not in hashes:
                yield seq

    def _stands(self, seq: int) -> bool:
        gaps = [one for one in self.found if one.kind == "missing"]
        return seq <= self.last.seq and not any(gap.seq <= seq <= gap.last_seq for gap in gaps)

    def _compare_with_expected(self) -> None:
        expected = self.expected
        if expected is None or expected.seq == 0:
            return
        if self.last.seq < expected.seq:
            reason = f"By the expected head there were {expected.seq:,} entries."
            self.found.append(Break(self.last.seq + 1, expected.seq, "tail_missing", reason))
        elif self.at_expected not in (None, expected.hash) and not any(one.seq == expected.seq for one in self.found):
            reason = "It is not the expected head: it, or some entry before it with all that follow, was written anew."
            self.found.append(Break(expected.seq, expected.seq, "changed", reason))
