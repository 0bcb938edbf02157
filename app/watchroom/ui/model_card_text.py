"""A card's sections as Markdown in which every text from outside stays text: a section is one element of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from watchroom.reports.card.shape import Block, Card, Gap, Grid, Line, Pairs, Para, Prose, Section, Span
from watchroom.ui.rows import quiet
from watchroom.ui.text import plain

_CELL, _TEXT = 300, 4000
_COLOURS = {"stale": "red", "broken": "red", "unknown": "gray"}


def section(found: Section) -> str:
    """All that stands in a section."""
    return "\n\n".join(part for block in found.blocks if (part := "\n".join(_block(block, found.title))))


def answers(card: Card) -> str:
    """The first questions with their answers."""
    return "\n\n".join(f"**{plain(question)}**  \n{plain(answer, 900)}" for question, answer in card.answers)


def wrong(card: Card) -> str:
    """The claims that are not so any more, a line each."""
    return "\n".join(
        f"- {plain(one.wrong, 300)} {quiet(f'{plain(one.binding.written, 100)}, line {one.binding.line}')}"
        for one in card.wrong
    )


def unknown(card: Card) -> str:
    """What is unknown, each a link to its section."""
    return " · ".join(f"[{plain(gap.what, 90)}](#{one.key})" for one, gap in card.gaps)


def contents(card: Card) -> str:
    """Links to the sections."""
    return " · ".join(f"[{plain(one.title, 60)}](#{one.key})" for one in card.sections)


def _block(block: Block, title: str) -> Iterator[str]:
    match block:
        case Para():
            yield plain(block.text, _TEXT)
        case Pairs():
            yield "  \n".join(f":gray[{key}:] {value}" for key, value in _escaped(block.rows))
        case Grid():
            yield f"**{plain(block.name, 90)}**\n"
            yield from table([plain(name, 60) for name in block.columns], _escaped(block.rows), block.numbers)
            note = " ".join(part for part in (f"… and {block.more:,} more." if block.more else "", block.note) if part)
            if note:
                yield f"\n{quiet(plain(note, 600))}"
        case Prose():
            if block.heading and block.heading.casefold() != title.casefold():
                yield f"**{plain(block.heading, 90)}**\n"
            yield from _prose(block.lines)
        case Gap():
            how = f"  \n{quiet(plain(block.how, 300))}" if block.how else ""
            yield f":gray-badge[:material/help: unknown] {plain(block.what, 300)}{how}"


def _escaped(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[plain(cell, _CELL) for cell in row] for row in rows]


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int]) -> Iterator[str]:
    """A table of cells that are Markdown already; `numbers` are the columns that stand to the right."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'|'.join('--:' if place in numbers else ':--' for place in range(len(columns)))}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _prose(lines: Sequence[Line]) -> Iterator[str]:
    for place, line in enumerate(lines):
        words = "".join(map(_span, line.spans))
        if line.kind == "item":
            yield f"- {words}"
            if place + 1 < len(lines) and lines[place + 1].kind != "item":
                yield ""
        elif line.kind == "lines":
            yield "  \n".join(plain(row, _CELL) for row in line.text.splitlines()) + "\n"
        else:
            yield f"*{words}*\n" if line.kind == "heading" else f"{words}\n"


def _span(span: Span) -> str:
    colour = _COLOURS.get(span.status)
    words = _kept(span.text)
    return f":{colour}-background[{words.strip()}]" if colour else words


def _kept(text: str) -> str:
    """As `plain`, with the space at either end that parts it from what stands beside it."""
    words = plain(text, _TEXT)
    return f"{' ' if text[:1].isspace() else ''}{words}{' ' if text[-1:].isspace() and words else ''}"
