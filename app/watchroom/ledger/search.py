"""Looking through the ledger: the entries that fit, a page at a time, and what there is to choose from.

What an entry says in words is in `told`; the lines of an export are in `export`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice

import sqlalchemy as sa

from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, StoredRow, entry_of, time_text
from watchroom.ledger.tables import entries as table
from watchroom.ledger.told import refers_to

MOST_WORDS = 8
"""Words of a text that are looked for; a sentence has no more that tell entries apart."""

_ESCAPE = "\\"
_AT_ONCE = 2000
"""Rows in one read of an export: some megabytes."""

_IN_ONE_QUESTION = 500
"""Numbers in one question by number; SQLite took no more than 999 for long."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for; everything given has to fit, and an empty one fits everything.

    `since` is included, `until` is not; both know their zone. `text` is words that all have to stand in the entry, in
    whatever case: in the payload, or in the names of person, role, model or kind. `without` are kinds left out, and
    `not_by` is a person whose entries are.
    """

    kinds: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    model: str | None = None
    actor: str | None = None
    not_by: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


@dataclass(frozen=True)
class Found:
    """A page of what fits, the newest first; `total` counts all that do. `head` is the ledger's last entry then."""

    entries: tuple[Entry, ...]
    total: int
    head: Head


@dataclass(frozen=True)
class Facets:
    """How many entries there are by kind, person and model, up to the entry `head`."""

    head: Head = field(default_factory=Head)
    kinds: Mapping[str, int] = field(default_factory=dict)
    actors: Mapping[str, int] = field(default_factory=dict)
    models: Mapping[str, int] = field(default_factory=dict)


def find(ledger: Ledger, wanted: Wanted, *, page: int = 1, size: int = 50) -> Found:
    """Page 1, 2, … of what fits; a page beyond the last one has no entries. Raises `LedgerError`."""

    def asked(connection: sa.Connection) -> Found:
        last = connection.execute(sa.select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)).first()
        # The numbers first, from the indexes; what the entries say is read of one page alone.
        total, numbers = _numbers(connection, wanted, (max(page, 1) - 1) * size, size)
        entries = tuple(entry_of(row) for row in reversed(_rows(connection, numbers)))
        return Found(entries, total, Head(last.seq, last.hash) if last else Head())

    return ledger.ask(asked)


def _numbers(connection: sa.Connection, wanted: Wanted, first: int, size: int) -> tuple[int, list[int]]:
    """How many entries fit, and the numbers of `size` of them from the place `first` on, the newest first."""
    condition = _condition(wanted, connection.dialect.name)
    query = sa.select(table.c.seq).where(condition).order_by(table.c.seq.desc())
    if words_of(wanted.text):
        # Counting would read all payloads, and so would the page after it: once is enough.
        every = list(connection.execute(query).scalars())
        return len(every), every[first : first + size]
    total = connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one()
    return total, list(connection.execute(query.limit(size).offset(first)).scalars()) if first < total else []


def by_number(ledger: Ledger, numbers: Iterable[int]) -> dict[int, Entry]:
    """The entries with these numbers, those that there are. Raises `LedgerError`."""
    wanted = sorted(set(numbers))
    rows = ledger.ask(lambda connection: _rows(connection, wanted)) if wanted else []
    return {row.seq: entry_of(row) for row in rows}


def later_about(ledger: Ledger, entry: Entry, *, most: int) -> list[Entry]:
    """What came after an entry about the same thing: that it opened, or that it is itself about. `LedgerError`."""
    same = (*refers_to(entry), entry.seq)

    def asked(connection: sa.Connection) -> list[Entry]:
        same_model = table.c.model.is_not_distinct_from(entry.model)
        named = [_like(table.c.payload, str(seq), connection.dialect.name) for seq in same]
        query = sa.select(table).where(table.c.seq > entry.seq, same_model, sa.or_(*named)).order_by(table.c.seq)
        found = (entry_of(StoredRow._make(row)) for row in connection.execute(query))
        return list(islice((one for one in found if set(refers_to(one)) & set(same)), most))

    return ledger.ask(asked)


def facets(ledger: Ledger, known: Facets | None = None) -> Facets:
    """What there is to choose from; with facets counted before, only what came since is counted. `LedgerError`."""
    start = known or Facets()
    head = ledger.head()
    if head == start.head:
        return start
    leads = start.head == Head() or [one.hash for one in by_number(ledger, [start.head.seq]).values()] == [
        start.head.hash
    ]
    after = start.head.seq if leads else 0

    def counted(connection: sa.Connection, column: sa.Column[str], before: Mapping[str, int]) -> dict[str, int]:
        query = (
            sa.select(column, sa.func.count())
            .where(table.c.seq > after, table.c.seq <= head.seq, column.is_not(None))
            .group_by(column)
        )
        new = Counter({name: number for name, number in connection.execute(query)})
        return dict(Counter(before if leads else {}) + new)

    return ledger.ask(
        lambda connection: Facets(
            head,
            counted(connection, table.c.kind, start.kinds),
            counted(connection, table.c.actor, start.actors),
            counted(connection, table.c.model, start.models),
        )
    )


def in_order(ledger: Ledger, wanted: Wanted) -> Iterator[Entry]:
    """Everything that fits, the oldest first, read a part at a time. Raises `LedgerError`."""
    after: int | None = None
    while rows := ledger.ask(partial(_part, wanted=wanted, after=after)):
        yield from map(entry_of, rows)
        after = rows[-1].seq


def _part(connection: sa.Connection, wanted: Wanted, after: int | None) -> list[StoredRow]:
    query = sa.select(table).where(_condition(wanted, connection.dialect.name)).order_by(table.c.seq).limit(_AT_ONCE)
    query = query if after is None else query.where(table.c.seq > after)
    return [StoredRow._make(row) for row in connection.execute(query)]


def _rows(connection: sa.Connection, numbers: list[int]) -> list[StoredRow]:
    found: list[StoredRow] = []
    for start in range(0, len(numbers), _IN_ONE_QUESTION):
        query = sa.select(table).where(table.c.seq.in_(numbers[start : start + _IN_ONE_QUESTION]))
        found += [StoredRow._make(row) for row in connection.execute(query)]
    return sorted(found, key=lambda row: row.seq)


def _condition(wanted: Wanted, dialect: str) -> sa.ColumnElement[bool]:
    parts: list[sa.ColumnElement[bool]] = [sa.true()]
    if wanted.kinds:
        parts.append(table.c.kind.in_(wanted.kinds))
    if wanted.without:
        parts.append(table.c.kind.not_in(wanted.without))
    if wanted.model is not None:
        parts.append(table.c.model == wanted.model)
    if wanted.actor is not None:
        parts.append(table.c.actor == wanted.actor)
    if wanted.not_by is not None:
        parts.append(table.c.actor != wanted.not_by)
    if wanted.since is not None:
        parts.append(table.c.at >= time_text(wanted.since))
    if wanted.until is not None:
        parts.append(table.c.at < time_text(wanted.until))
    return sa.and_(*parts, *(_holds(word, dialect) for word in words_of(wanted.text)))


def words_of(text: str) -> tuple[str, ...]:
    """The words that are looked for in a text, without what no entry can hold."""
    return tuple(text.replace("\0", " ").encode("utf-8", "replace").decode().split()[:MOST_WORDS])


def _holds(word: str, dialect: str) -> sa.ColumnElement[bool]:
    """That a word stands in an entry. Beyond ASCII a SQLite file knows no upper and lower case, so each is tried."""
    parts = []
    for form in sorted({word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}):
        # In the payload a text stands as JSON has it: a quotation mark, a backslash with another before it.
        parts.append(_like(table.c.payload, json.dumps(form, ensure_ascii=False)[1:-1], dialect))
        parts += [_like(column, form, dialect) for column in (table.c.actor, table.c.model, table.c.role, table.c.kind)]
    return sa.or_(*parts)


def _like(column: sa.Column[str], text: str, dialect: str) -> sa.ColumnElement[bool]:
    for sign in (_ESCAPE, "%", "_"):
        text = text.replace(sign, _ESCAPE + sign)
    # SQLite's own `like` takes upper and lower case as one already; `ilike` would turn each payload into lower case.
    like = column.like if dialect == "sqlite" else column.ilike
    return like(f"%{text}%", escape=_ESCAPE)
