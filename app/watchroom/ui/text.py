"""Words and figures as people write them: times in the workspace's zone, ages, counts, and text made harmless.

Everything that comes from outside (names, tags, notes) goes through `plain` before it stands in Markdown.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

UNKNOWN = "unknown"
"""What is shown where nothing is recorded; never an empty cell, never a guess."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=&@/])")
_LINKS_ITSELF = re.compile(r"(?i)https?:(?=//)|www(?=\.)|[-.+\w](?=@)")
_TYPOGRAPHY = re.compile(r"(?<!\S)(?:<->|->|<-|--|>=|<=|~=)(?!\S)")
"""What Streamlit shows as another sign where it stands alone, `≤` for `<=`; names are shown as they are."""
_CODE = re.compile(r"`[^\[\]\s`](?:[^\[\]`]*[^\[\]\s`])?`")
"""What may stand as code in a sentence: brackets could end the coloured text that the sentence stands in."""
_JOINER = "\u2060"
_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def one_line(text: object, limit: int = 120) -> str:
    """Text on one line, without control and direction marks, cut at `limit` characters."""
    line = _SPACE.sub(" ", _INVISIBLE.sub(" ", str(text))).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def plain(text: object, limit: int = 120) -> str:
    """Text from outside, fit to stand in Markdown: one line, every mark of Markdown's escaped.

    Markdown makes a link of an address even where its marks are escaped, and Streamlit another sign of `<=`; a joiner
    without width keeps them as they are.
    """
    return _escaped(one_line(text, limit))


def _escaped(line: str) -> str:
    unlinked = _LINKS_ITSELF.sub(lambda found: found[0] + _JOINER, line)
    unchanged = _TYPOGRAPHY.sub(lambda found: found[0][0] + _JOINER + found[0][1:], unlinked)
    return _MARKDOWN.sub(r"\\\1", unchanged)


def sentence(text: object, limit: int = 300) -> str:
    """A sentence of Watchroom's own, perhaps with names from outside in it: as `plain`, with code shown as code."""
    parts = re.split(r"(`[^`]+`)", one_line(text, limit))
    return "".join(part if _CODE.fullmatch(part) else _escaped(part) for part in parts)


def paragraph(text: object, limit: int = 600) -> str:
    """Sentences of Watchroom's own on several lines, as `sentence`."""
    return "  \n".join(sentence(line, limit) for line in str(text).splitlines() if line.strip())


def number(value: int | float) -> str:
    """A count with thousands apart: `12,345`."""
    return f"{value:,.0f}"


def count_of(value: int, one: str, many: str | None = None) -> str:
    """`1 run`, `12,345 runs`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name; UTC when the name is not one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def as_utc(moment: datetime) -> datetime:
    """A time from the snapshot (UTC without a zone) with its zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def when(moment: datetime | None, zone: ZoneInfo, *, now: datetime | None = None) -> str:
    """`12 Nov 09:10`, with the year when it is not `now`'s; `unknown` for None."""
    if moment is None or pd.isna(moment):
        return UNKNOWN
    local = as_utc(moment).astimezone(zone)
    same_year = now is not None and local.year == as_utc(now).astimezone(zone).year
    return f"{local.day} {local:%b %H:%M}" if same_year else f"{local.day} {local:%b %Y %H:%M}"


def day(moment: datetime | None, zone: ZoneInfo, *, now: datetime | None = None) -> str:
    """`12 Nov`, with the year when it is not `now`'s; `unknown` for None."""
    return when(moment, zone, now=now).rpartition(" ")[0] or UNKNOWN


def ago(moment: datetime | None, now: datetime) -> str:
    """`4 minutes ago`, `yesterday`'s plain form `1 day ago`; `unknown` for None."""
    if moment is None or pd.isna(moment):
        return UNKNOWN
    return f"{span(as_utc(now) - as_utc(moment))} ago"


def span(length: timedelta) -> str:
    """A length of time in its largest whole unit: `less than a minute`, `4 minutes`, `3 days`, `2 years`."""
    seconds = max(length.total_seconds(), 0)
    for unit, size in (("year", 365 * 86400), ("month", 30 * 86400), ("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return count_of(int(seconds // size), unit)
    return "less than a minute"


def some(items: list[str], limit: int = 3) -> str:
    """`a, b and c`, or `a, b, c and 4 more`."""
    shown = items if len(items) <= limit else [*items[:limit], f"{len(items) - limit} more"]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1] if shown else ""
