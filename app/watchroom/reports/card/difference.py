"""What differs between the cards of two versions, cell by cell, from the values that the cards are written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watchroom.reports.card.shape import Card, Gap, Grid, Pairs, Para, Prose, Section

_LEFT_OUT = frozenset({"claims"})
"""Sections of which nothing is of a version."""

_SAME_TABLE = frozenset({"Versions"})
"""Tables that say the same of every version."""


@dataclass(frozen=True)
class Changed:
    """A section in which something differs: what, before and now; an empty text is nothing."""

    key: str
    title: str
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Difference:
    """Two cards of one model, and what differs."""

    before: Card
    now: Card
    sections: tuple[Changed, ...]

    @property
    def sentence(self) -> str:
        """How much differs, and where."""
        if not self.sections:
            return f"The cards of version {self.before.version} and {self.now.version} tell the same."
        count = sum(len(one.rows) for one in self.sections)
        names = ", ".join(f"{one.title} ({len(one.rows)})" for one in self.sections)
        things = "thing differs" if count == 1 else "things differ"
        return f"{count} {things} from version {self.before.version} to {self.now.version}: {names}."


def difference(before: Card, now: Card) -> Difference:
    """What differs, by section, in the order of the newer card."""
    held = {one.key: one for one in before.sections}
    changed = [
        Changed(one.key, one.title, rows)
        for one in now.sections
        if one.key not in _LEFT_OUT and (rows := tuple(_rows(held.get(one.key), one)))
    ]
    return Difference(before, now, tuple(changed))


def _rows(before: Section | None, now: Section) -> Iterator[tuple[str, str, str]]:
    old, new = _cells(before) if before else {}, _cells(now)
    for what in dict.fromkeys((*new, *old)):
        one, other = old.get(what, ""), new.get(what, "")
        if one != other:
            yield what, one, other


def _cells(section: Section) -> dict[str, str]:
    """Everything that a section tells, by what it is about; the same subject twice is told apart by a number."""
    found: dict[str, str] = {}
    for subject, told in _told(section):
        name, number = subject, 1
        while name in found:
            number += 1
            name = f"{subject} ({number})"
        found[name] = told
    return found


def _told(section: Section) -> Iterator[tuple[str, str]]:
    for block in section.blocks:
        match block:
            case Para():
                yield "In words", block.text
            case Pairs():
                yield from block.rows
            case Gap():
                yield block.what, "unknown"
            case Prose():
                yield block.heading or "Text", "\n".join(line.text for line in block.lines)
            case Grid() if block.name not in _SAME_TABLE:
                yield from _of_table(block)


def _of_table(block: Grid) -> Iterator[tuple[str, str]]:
    """A cell by its row's first text (its first two where that is not one row's alone) and its column."""
    firsts = [row[0] for row in block.rows]
    keys = 1 if len(set(firsts)) == len(firsts) else 2
    for row in block.rows:
        name = " ".join(row[:keys])
        for column, cell in zip(block.columns[keys:], row[keys:], strict=True):
            yield f"{block.name}: {name}, {column}" if len(block.columns) > keys + 1 else f"{block.name}: {name}", cell
