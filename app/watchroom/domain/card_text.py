"""The free text of a model card: what stands below which heading, and the bindings in it.

A binding names a figure of the store, `{{metric:auc}}`, or claims one, `{{metric:auc=0.87}}`. Here it is only read;
what it is worth is in `card_claims`. The text is Markdown from people: it is taken apart into paragraphs and lists,
and nothing in it becomes markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

LONGEST = 100_000
"""Characters of a card's text: some forty pages. What is longer is no card."""

MOST_BINDINGS = 500
"""Bindings of one text: each is judged at every refresh."""

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*")
_FENCE = re.compile(r"\s*(```|~~~)")
_BINDING = re.compile(r"\{\{([^{}\n]*)\}\}")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+(.*)")
_INNER = re.compile(
    r"\s*(?P<kind>[A-Za-z_]+)\s*(?::\s*(?P<name>\"[^\"]*\"|.*?))?\s*(?:(?P<operator>>=|<=|=|<|>)\s*(?P<claim>.+?))?\s*"
)

Operator = Literal["", "=", ">=", "<=", ">", "<"]


@dataclass(frozen=True)
class Binding:
    """`{{kind:name}}`, or with an operator and what is claimed; `kind` is empty where it cannot be read."""

    written: str
    line: int
    kind: str = ""
    name: str = ""
    operator: Operator = ""
    claim: str = ""


@dataclass(frozen=True)
class Part:
    """A heading of the text with what stands below it, up to the next one of its level; `line` is counted from 1.

    What stands before the first heading has an empty one.
    """

    heading: str
    line: int
    body: str

    @property
    def key(self) -> str:
        """The heading as it is compared: `out of scope`."""
        return " ".join(re.findall(r"[^\W_]+", self.heading.casefold()))


@dataclass(frozen=True)
class Piece:
    """A paragraph, an item of a list, a smaller heading, or lines that keep their form (`lines`, as of a table)."""

    kind: Literal["paragraph", "item", "heading", "lines"]
    text: str


def parts(text: str) -> tuple[Part, ...]:
    """The text by its headings of the first two levels, in its order; a title without anything below it is left out."""
    found: list[tuple[str, int, list[str]]] = [("", 1, [])]
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.fullmatch(line)
        if heading and len(heading[1]) <= 2:
            found.append((heading[2], number, []))
        else:
            found[-1][2].append(line)
    made = (Part(heading, line, "\n".join(lines).strip("\n")) for heading, line, lines in found)
    return tuple(one for one in made if one.body.strip())


def bindings(text: str) -> tuple[Binding, ...]:
    """All bindings of a text in its order, those that cannot be read too; at most `MOST_BINDINGS`."""
    return tuple(one for one, _ in zip(_bindings(text), range(MOST_BINDINGS), strict=False))


def _bindings(text: str) -> Iterator[Binding]:
    for number, line in enumerate(text.splitlines(), start=1):
        for found in _BINDING.finditer(line):
            yield binding(found[1], line=number)


def binding(inner: str, *, line: int = 1) -> Binding:
    """What stands between the braces, read."""
    written = f"{{{{{inner}}}}}"
    found = _INNER.fullmatch(inner)
    if found is None:
        return Binding(written, line)
    name = (found["name"] or "").strip().strip('"')
    operator: Operator = found["operator"] or ""  # type: ignore[assignment]  # one of those that the pattern lists
    return Binding(written, line, found["kind"].lower(), name, operator, found["claim"] or "")


def split(text: str) -> tuple[str | Binding, ...]:
    """The text taken apart where its bindings stand; the lines of these are not counted."""
    bits = _BINDING.split(text)  # every second one is what stood between the braces
    found = (binding(bit) if place % 2 else bit for place, bit in enumerate(bits))
    return tuple(one for one in found if one != "")


def pieces(body: str) -> tuple[Piece, ...]:
    """A body as paragraphs, items and lines, without Markdown's marks for bold and code."""
    found: list[Piece] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            found.append(Piece("paragraph", _plain(" ".join(paragraph))))
            paragraph.clear()

    for kind, text in _lines(_without_remarks(body)):
        if kind == "text":
            after_item = not paragraph and found and found[-1].kind == "item"
            if after_item and text.startswith("  "):  # an item that goes on
                found[-1] = Piece("item", f"{found[-1].text} {_plain(text.strip())}")
            else:
                paragraph.append(text.strip())
            continue
        close()
        if kind == "lines" and found and found[-1].kind == "lines":
            found[-1] = Piece("lines", f"{found[-1].text}\n{text}")
        elif kind == "lines" or kind == "item" or kind == "heading":
            found.append(Piece(kind, text if kind == "lines" else _plain(text)))
    close()
    return tuple(found)


def _lines(body: str) -> Iterator[tuple[Literal["text", "item", "heading", "lines", "blank"], str]]:
    fenced = False
    for line in body.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            yield "blank", ""
        elif fenced or line.lstrip().startswith("|"):
            yield "lines", line
        elif not line.strip():
            yield "blank", ""
        elif heading := _HEADING.fullmatch(line):
            yield "heading", heading[2]
        elif item := _ITEM.fullmatch(line):
            yield "item", item[1]
        else:
            yield "text", line


def _without_remarks(body: str) -> str:
    return re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)


def _plain(text: str) -> str:
    """Without the marks of bold and code, which say nothing by themselves."""
    return re.sub(r"\*\*(\S(?:.*?\S)?)\*\*", r"\1", re.sub(r"`([^`]+)`", r"\1", text))
