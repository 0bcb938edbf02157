"""A model card as Markdown that stays text: names from outside neither link nor run, wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from watchroom.reports.card.shape import Block, Card, Gap, Grid, Line, Pairs, Para, Prose
from watchroom.reports.new_project.quoting import markdown as plain

_CELL, _TEXT = 300, 4000


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
        words = "".join(_marked(span.text, span.status) for span in line.spans)
        if line.kind == "item":
            yield f"- {words}"
            if place + 1 < len(lines) and lines[place + 1].kind != "item":
                yield ""
        elif line.kind == "lines":
            yield from (f"    {row}" for row in line.text.splitlines())
            yield ""
        else:
            yield f"#### {words}\n" if line.kind == "heading" else f"{words}\n"


def _marked(words: str, status: str) -> str:
    return f"**{plain(words)}**" if status in ("stale", "broken") else plain(words)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int]) -> Iterator[str]:
    yield f"| {' | '.join(plain(name) for name in columns)} |"
    yield f"|{'|'.join('--:' if place in numbers else '---' for place in range(len(columns)))}|"
    for row in rows:
        yield f"| {' | '.join(plain(cell[:_CELL]) for cell in row)} |"
