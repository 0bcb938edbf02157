"""A model card as Markdown that stays text: names from outside neither link nor run, wherever it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from watchroom.reports.card.shape import Block, Card, Gap, Grid, Line, Pairs, Para, Prose
from watchroom.reports.new_project.quoting import markdown as plain

_CELL, _TEXT = 300, 4000
_TICKS = re.compile("`+")


def markdown(card: Card) -> str:
    """The card as Markdown with tables (GitHub's)."""
    return "\n".join(_lines(card)).rstrip() + "\n"


def _lines(card: Card) -> Iterator[str]:
    version = "no version in the registry" if card.version is None else f"version {card.version}"
    role = f" ({plain(card.role)})" if card.role else ""
    yield f"# Model card: {plain(card.title)}\n"
    made = f"{card.made_at.day} {card.made_at:%b %Y %H:%M}"
    yield f"{plain(card.model)}, {version}{role}. Filled in from snapshot {card.snapshot} of {made} UTC.\n"
    for question, answer in card.answers:
        yield f"- **{question}** {plain(answer)}"
    yield ""
    if card.wrong:
        yield "**Not so any more, or not understood:**\n"
        for claim in card.wrong:
            yield f"- {plain(claim.binding.written)}: {plain(claim.because)}"
        yield ""
    for section in card.sections:
        yield f"## {plain(section.title)}\n"
        for block in section.blocks:
            yield from _block(block)
            yield ""


def _block(block: Block) -> Iterator[str]:
    match block:
        case Para():
            yield plain(block.text)
        case Pairs():
            yield from _table(("", ""), block.rows, frozenset())
        case Grid():
            yield f"### {plain(block.name)}\n"
            yield from _table(block.columns, block.rows, block.numbers)
            if block.more:
                yield f"\n… and {block.more:,} more."
            if block.note:
                yield f"\n{plain(block.note)}"
        case Prose():
            if block.heading:
                yield f"### {plain(block.heading)}\n"
            yield from _prose(block.lines)
        case Gap():
            yield f"**Unknown**: {plain(block.what)}. {plain(block.how)}".rstrip()


def _prose(lines: Sequence[Line]) -> Iterator[str]:
    for place, line in enumerate(lines):
        words = "".join(_marked(span.text, span.status) for span in line.spans).strip()
        if line.kind == "item":
            yield f"- {words}"
            if place + 1 < len(lines) and lines[place + 1].kind != "item":
                yield ""
        elif line.kind == "lines":
            yield from _fenced(line.text.splitlines())
            yield ""
        else:
            yield f"#### {words}\n" if line.kind == "heading" else f"{words}\n"


def _fenced(rows: Sequence[str]) -> Iterator[str]:
    """Lines that keep their form, as code: at the margin, where no list takes them in, by a fence that none closes."""
    longest = max((len(run) for row in rows for run in _TICKS.findall(row)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (fence, *rows, fence)


def _marked(text: str, status: str) -> str:
    """The words with the space at either end that parts them from what stands beside them."""
    words = plain(text)
    if not words:
        return " " if text else ""
    said = f"**{words}**" if status in ("stale", "broken") else words
    return f"{' ' if text[:1].isspace() else ''}{said}{' ' if text[-1:].isspace() else ''}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int]) -> Iterator[str]:
    yield f"| {' | '.join(plain(name) for name in columns)} |"
    yield f"|{'|'.join('--:' if place in numbers else '---' for place in range(len(columns)))}|"
    for row in rows:
        yield f"| {' | '.join(plain(cell[:_CELL]) for cell in row)} |"
