"""What all printed pages are made of: the document round them, text made harmless, lists, tables, times.

No script, no address that is fetched; every text from outside is escaped. The PDF is made from the same HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from typing import Literal
from zoneinfo import ZoneInfo

from watchroom.errors import SettingError
from watchroom.reports.period import Period

Kind = Literal["html", "pdf"]


@dataclass(frozen=True)
class Asked:
    """Who asked for the report, and when (UTC). `by` may be empty: then nobody was signed in."""

    by: str
    at: datetime


def kind_of(name: str) -> Kind:
    """What a file of that name is to hold. Raises SettingError for a name that says neither."""
    ending = name.lower().rpartition(".")[2]
    if ending == "pdf":
        return "pdf"
    if ending in ("html", "htm"):
        return "html"
    raise SettingError(f"{name!r} says neither HTML nor PDF.", next_step="Let it end in `.html` or `.pdf`.")


def document(title: str, parts: Iterable[str], style: str) -> str:
    """One HTML document that needs nothing from outside. `parts` are HTML already, `title` is text."""
    return (
        f"<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><title>{text(title)}</title>"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<meta name='viewport' content='width=device-width'><style>{style}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def text(value: object) -> str:
    """Any text as it may stand in HTML."""
    return escape(str(value))


def cut(value: object, most: int) -> str:
    """Text from outside on one line, without marks that cannot be seen, of at most so many characters. Not escaped."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def when(moment: datetime, zone: ZoneInfo) -> str:
    """`1 Nov 2026 09:10` in that zone; a time without a zone is UTC."""
    local = (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M}"


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """A list of what is what; both sides are text."""
    return "<dl>" + "".join(f"<dt>{text(key)}</dt><dd>{text(value)}</dd>" for key, value in rows) + "</dl>"


def answer_box(answers: Sequence[tuple[str, str]]) -> str:
    """Questions with their answers, in the box on top."""
    return f"<div class='answer'>{pairs(answers)}</div>"


def period_name(name: str, over: bool) -> str:
    """The period for a heading, with a capital, and that it is not over where it is not."""
    return f"{name[:1].upper()}{name[1:]}{'' if over else ', not over yet'}"


def made(asked: Asked, snapshot: str, made_at: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Who made a report when, and from which snapshot."""
    return [
        ("Report made", f"{when(asked.at, zone)}{f' for {cut(asked.by, 60)}' if asked.by else ''}"),
        ("Data as of", f"{when(made_at, zone)}, snapshot {snapshot}"),
    ]


def more(shown: int, total: int, where: str) -> str:
    """That a table is cut: `… and 3 more, on the page Alerts.`; empty when all is there."""
    return f"<p class='small'>… and {total - shown:,} more, on the page {text(where)}.</p>" if total > shown else ""


def short_name(first: date, period: Period) -> str:
    """A month or week of the period's grain below a bar: `Oct`, of a January with its year; `12 Oct`."""
    if period.grain == "week":
        return f"{first.day} {first:%b}"
    return f"{first:%b}" if first.month > 1 else f"{first:%b ’%y}"


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, its share of the width in percent (None: the rest), how its cells are set."""

    name: str
    width: float | None = None
    kind: str = ""
    """`n`: a number, to the right; `w`: wraps; empty: one line, cut where it is too long."""


@dataclass(frozen=True)
class Html:
    """A cell that is HTML already, such as a drawing."""

    markup: str


Cell = str | Html


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], marked: frozenset[int] = frozenset()) -> str:
    """A table; cells are text, or drawings. `marked` are the rows that stand out, from 0."""
    head = "".join(map(_heading, columns))
    body = "".join(
        f"<tr{' class=mark' if place in marked else ''}>{''.join(map(_cell, columns, row))}</tr>"
        for place, row in enumerate(rows)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _heading(column: Column) -> str:
    width = f" style='width:{column.width:g}%'" if column.width else ""
    return f"<th{' class=n' if column.kind == 'n' else ''}{width}>{text(column.name)}</th>"


def _cell(column: Column, cell: Cell) -> str:
    kind = f" class={column.kind}" if column.kind else ""
    return f"<td{kind}>{cell.markup if isinstance(cell, Html) else text(cell)}</td>"
