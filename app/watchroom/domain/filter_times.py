"""Times and lengths of time as people write them in a run filter.

A written time stands for the whole of what it names: `2026-01-31` is that day, `2026-01-31 12:30` that minute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<minute>\d{2}:\d{2})(?P<second>:\d{2})?(?P<part>\.\d{1,6})?(?P<zone>Z|[+-]\d{2}:\d{2})?)?",
    re.ASCII,
)
_LENGTH = re.compile(r"(\d{1,7}(?:\.\d{1,6})?)\s*(s|m|h|d|w)", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

TIME_FORMATS = "'2026-01-31', '2026-01-31 12:30', '2026-01-31 12:30:15', '2026-01-31T12:30:15Z' or ago('7d')"
LENGTH_FORMATS = "a number of seconds, or '90s', '15m', '2h', '3d', '1w'"


@dataclass(frozen=True)
class Span:
    """From `start` up to, and without, `end`; UTC without a zone, as the store keeps its times."""

    start: datetime
    end: datetime


def span_of(text: str, zone: tzinfo = UTC) -> Span | None:
    """What a written time stands for; without a zone of its own it is read in `zone`. None when it is not a time."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    try:
        start = datetime.fromisoformat(text.strip())
        end = _end(start, match)
        return Span(_utc(start, zone), _utc(end, zone))
    except (ValueError, OverflowError):
        return None


def instant(milliseconds: float) -> Span | None:
    """The span of a time as MLflow writes it, in milliseconds since 1970 UTC. None when no calendar has it."""
    try:
        start = datetime(1970, 1, 1) + timedelta(milliseconds=milliseconds)
        return Span(start, start + timedelta(milliseconds=1))
    except OverflowError:
        return None


def seconds_of(text: str) -> float | None:
    """A length of time in seconds: `90s`, `15m`, `2h`, `3d`, `1w`. None when it is not one."""
    match = _LENGTH.fullmatch(text.strip())
    return None if match is None else float(match[1]) * _SECONDS[match[2]]


def _end(start: datetime, match: re.Match[str]) -> datetime:
    if match["part"]:
        return start + timedelta(seconds=10.0 ** -(len(match["part"]) - 1))
    if match["second"]:
        return start + timedelta(seconds=1)
    return start + (timedelta(minutes=1) if match["minute"] else timedelta(days=1))


def _utc(time: datetime, zone: tzinfo) -> datetime:
    aware = time if time.tzinfo else time.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(tzinfo=None)
