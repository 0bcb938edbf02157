"""Drawings as text: the few SVG elements that reports need, with everything from outside escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from watchroom.domain.decision import Explanation, steps

UP, DOWN, LINE, TEXT = "#B25000", "#1F5FBF", "#8A94A6", "#0B1424"
"""Colours that stay apart on paper, in grey too: higher is the lighter of the two bars, and each bar has its sign."""

_ROW = 15
_LABELS = 250
_NUMBERS = 64
_SIZE = 10


def element(tag: str, text: str = "", **attributes: object) -> str:
    """One element: attributes by name (`_` for `-`), its text escaped."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    return f"<{tag}{given}>{escape(text)}</{tag}>"


def drawing(children: Sequence[str], width: float, height: float, about: str) -> str:
    """A drawing that fills the width it is given; `about` says what it shows to those who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="100%" role="img" '
        f'aria-label="{escape(about)}" font-family="inherit" font-size="{_SIZE}" fill="{TEXT}">'
        f"{''.join(children)}</svg>"
    )


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    width: float

    def __call__(self, value: float) -> float:
        return round(_LABELS + (value - self.low) / (self.high - self.low) * (self.width - _LABELS - _NUMBERS), 2)


def waterfall(
    found: Explanation,
    labels: Sequence[str],
    numbers: Sequence[str],
    ends: tuple[str, str],
    most: int,
    about: str,
    line: tuple[float, str] | None = None,
) -> str:
    """The waterfall: each of the `steps` a row with its label and number, from base to output, which `ends` name.

    `line` is an output to mark, such as the cut-off, and what it is called.
    """
    bars = steps(found, most)
    places = [found.base, found.output, *(bar.end for bar in bars), *([line[0]] if line else [])]
    spread = max(max(places) - min(places), 1e-9)
    scale = _Scale(min(places) - 0.02 * spread, max(places) + 0.02 * spread, 720)
    drawn = [*_line(scale(line[0]), line[1], len(bars) + 2)] if line else []
    drawn += [*_row(0, ends[0], ""), _mark(scale(found.base), 0)]
    for row, (bar, label, number) in enumerate(zip(bars, labels, numbers, strict=True), 1):
        left, right = sorted((scale(bar.start), scale(bar.end)))
        drawn += _row(row, label, number)
        drawn.append(element("line", x1=scale(bar.start), x2=scale(bar.start), y1=row * _ROW - 4, y2=row * _ROW + 4,
                             stroke=LINE, stroke_width=0.7))  # fmt: skip
        drawn.append(element("rect", x=left, y=row * _ROW + 3, width=max(right - left, 0.6), height=_ROW - 5,
                             fill=UP if bar.added >= 0 else DOWN))  # fmt: skip
    last = len(bars) + 1
    drawn += [*_row(last, ends[1], ""), _mark(scale(found.output), last)]
    return drawing(drawn, 720, (last + 1) * _ROW, about)


def _line(x: float, label: str, rows: int) -> list[str]:
    """A dashed line through all rows; its label stands on the side that has room."""
    anchor, gap = ("end", -4) if x > (720 + _LABELS) / 2 else ("start", 4)
    dashed = element("line", x1=x, x2=x, y1=0, y2=rows * _ROW, stroke=TEXT, stroke_width=0.8, stroke_dasharray="3 2")
    return [dashed, element("text", label, x=x + gap, y=_ROW - 4, text_anchor=anchor)]


def _row(row: int, label: str, number: str) -> list[str]:
    y = row * _ROW + _ROW - 4
    found = [element("text", label, x=_LABELS - 8, y=y, text_anchor="end")]
    return [*found, element("text", number, x=720, y=y, text_anchor="end")] if number else found


def _mark(x: float, row: int) -> str:
    y = row * _ROW + _ROW / 2
    return element("path", d=f"M{x - 4:g} {y:g} L{x:g} {y - 4:g} L{x + 4:g} {y:g} L{x:g} {y + 4:g} Z", fill=TEXT)
