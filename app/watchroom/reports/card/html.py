"""A model card as one HTML document that needs nothing from outside; the PDF is made from the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from watchroom import __version__
from watchroom.reports.card.difference import Difference
from watchroom.reports.card.shape import Block, Card, Gap, Grid, Line, Pairs, Para, Prose, Section, Span
from watchroom.reports.one_page import Asked, Column, answer_box, cut, document, made, pairs, table, text
from watchroom.reports.page_style import BUSINESS

PDF_PAGES = 60
"""So many sheets a card's PDF may fill before it is made smaller: a card with every table full has some fifteen."""

STYLE = f"""{BUSINESS}
main {{ max-width: 190mm; }}
h2 {{ font-size: 1.25em; margin-top: 1.3em; }}
h3 {{ font-size: 1em; margin: 0.8em 0 0.2em; break-after: avoid; }}
main > section p, main > section ul, main > section dl {{ margin: 0.25em 0; }}
section dl {{ grid-template-columns: 14em 1fr; }}
ul {{ padding-left: 1.2em; }}
table {{ table-layout: auto; margin: 0.2em 0; }}
td, td.w {{ white-space: normal; overflow-wrap: anywhere; min-width: 3.2em; }}
td.n, th.n {{ overflow-wrap: normal; }}
pre {{ white-space: pre-wrap; font-size: 0.9em; }}
nav {{ columns: 2; margin: 0.7em 0; font-size: 0.95em; }}
nav a, td a {{ color: #1F5FBF; text-decoration: none; }}
.gap {{ border-left: 3pt solid #8A94A6; padding: 0.15em 0.6em; background: #F3F5F8; }}
.gap b {{ font-weight: 600; }}
mark {{ background: #FBE3E0; color: inherit; font-weight: 600; padding: 0 0.15em; }}
mark.unknown {{ background: #ECEFF4; font-weight: 400; }}
.before {{ color: #3A4658; text-decoration: line-through; }}
@media screen and (max-width: 640px) {{ section dl {{ grid-template-columns: 1fr; }} nav {{ columns: 1; }} }}
"""

_STALE = ("stale", "broken")


def html(card: Card, asked: Asked, zone: ZoneInfo) -> str:
    """The card as one HTML document. Times of the head are in `zone`, all others say that they are UTC."""
    parts = [head(card, asked, zone), answer_box(card.answers), unknown(card), contents(card.sections)]
    parts += [section(one) for one in card.sections]
    return document(f"Model card: {cut(card.title, 70)}", [*parts, foot()], STYLE)


def head(card: Card, asked: Asked, zone: ZoneInfo) -> str:
    """Title, model, version, when it was made of which snapshot."""
    return (
        f"<header><h1>Model card: {text(cut(card.title, 70))}</h1><div class='two'>"
        f"{pairs(subject(card))}{pairs(made(asked, card.snapshot, card.made_at, zone))}</div></header>"
    )


def subject(card: Card) -> list[tuple[str, str]]:
    """What the card is of."""
    version = "the registry has none" if card.version is None else str(card.version)
    role = f", {card.role}" if card.role else ""
    return [
        ("Model", cut(card.model, 60)),
        ("Version", f"{version}{cut(role, 60)}"),
        ("Free text", card.file or "none is written"),
    ]


def unknown(card: Card) -> str:
    """How much of the card is unknown, and which claims are stale: what a reader must see before the rest."""
    told = ""
    if card.wrong:
        items = "".join(
            f"<li>{text(cut(one.wrong, 300))} <span class='small'>{text(cut(one.binding.written, 80))}</span></li>"
            for one in card.wrong
        )
        told = f"<p><b>Not so any more, or not understood:</b></p><ul>{items}</ul>"
    if not card.gaps:
        return told
    names = "; ".join(f"<a href='#{one.key}'>{text(cut(gap.what, 90))}</a>" for one, gap in card.gaps)
    return f"{told}<p class='small'>Unknown ({len(card.gaps)}): {names}.</p>"


def contents(sections: Sequence[Section]) -> str:
    """Links to the sections."""
    links = "".join(f"<div><a href='#{one.key}'>{text(cut(one.title, 60))}</a></div>" for one in sections)
    return f"<nav>{links}</nav>"


def section(one: Section) -> str:
    """A section with all that is in it."""
    return f"<section id='{one.key}'><h2>{text(cut(one.title, 90))}</h2>{blocks(one.blocks)}</section>"


def blocks(found: Iterable[Block]) -> str:
    """Blocks in their order."""
    return "".join(map(_block, found))


def _block(block: Block) -> str:
    match block:
        case Para():
            return f"<p>{text(block.text)}</p>"
        case Pairs():
            return pairs(block.rows)
        case Grid():
            return grid(block)
        case Prose():
            heading = f"<h3>{text(cut(block.heading, 90))}</h3>" if block.heading else ""
            return heading + _lines(block.lines)
        case Gap():
            how = f"<br><span class='small'>{text(block.how)}</span>" if block.how else ""
            return f"<p class='gap'><b>Unknown</b>: {text(block.what)}.{how}</p>"


def grid(block: Grid) -> str:
    """A table with its name and its note."""
    columns = [Column(name, None, "n" if place in block.numbers else "w") for place, name in enumerate(block.columns)]
    more = f"<p class='small'>… and {block.more:,} more.</p>" if block.more else ""
    note = f"<p class='small'>{text(block.note)}</p>" if block.note else ""
    return f"<h3>{text(cut(block.name, 90))}</h3>{table(columns, block.rows)}{more}{note}"


def _lines(lines: Sequence[Line]) -> str:
    """Paragraphs and lists; items that follow one another are one list."""
    made: list[str] = []
    for place, line in enumerate(lines):
        inner = "".join(map(_span, line.spans))
        if line.kind == "item":
            opens = place == 0 or lines[place - 1].kind != "item"
            closes = place == len(lines) - 1 or lines[place + 1].kind != "item"
            made.append(f"{'<ul>' if opens else ''}<li>{inner}</li>{'</ul>' if closes else ''}")
        elif line.kind == "lines":
            made.append(f"<pre>{inner}</pre>")
        else:
            made.append(f"<h3>{inner}</h3>" if line.kind == "heading" else f"<p>{inner}</p>")
    return "".join(made)


def _span(span: Span) -> str:
    if span.status in _STALE:
        return f"<mark>{text(span.text)}</mark>"
    if span.status == "unknown":
        return f"<mark class='unknown'>{text(span.text)}</mark>"
    return text(span.text)


def difference(found: Difference, asked: Asked, zone: ZoneInfo) -> str:
    """What differs between the cards of two versions, as one HTML document."""
    now = found.now
    title = f"Model card: {cut(now.title, 70)}, version {found.before.version} to {now.version}"
    told = "".join(
        f"<section><h2>{text(one.title)}</h2>{_changes(one.rows)}</section>" for one in found.sections
    ) or "<p>Nothing that the card tells differs.</p>"  # fmt: skip
    rows = pairs([*subject(now), ("Compared with", f"version {found.before.version}")])
    top = (
        f"<header><h1>{text(title)}</h1><div class='two'>{rows}"
        f"{pairs(made(asked, now.snapshot, now.made_at, zone))}</div></header>"
    )
    return document(title, [top, f"<p class='lead'>{text(found.sentence)}</p>", told, foot()], STYLE)


def _changes(rows: Sequence[tuple[str, str, str]]) -> str:
    columns = [Column("What", 28, "w"), Column("Before", 36, "w"), Column("Now", 36, "w")]
    return table(columns, [(what, before or "–", now or "–") for what, before, now in rows])


def foot() -> str:
    """What a reader should know of all figures, and what wrote the card."""
    return (
        "<footer>Filled in from the store, not typed: every figure names its days and n. Days and times are UTC. "
        f"What is not known says that it is unknown. Watchroom {text(__version__)}.</footer>"
    )
