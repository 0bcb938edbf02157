"""What people agree to when they agree to a KPI: its formula, unit, target, limit and direction, and nothing else.

A new owner or name for the same figure asks nobody again; another formula or target asks everybody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TERMS = ("sql", "unit", "target", "limit", "better")
"""What is agreed to, by the names that it has in the model's file."""

DIGEST_DIGITS = 16
"""Hex digits of a digest: 64 bits, of which no two KPIs of a company come to share one by chance."""


@dataclass(frozen=True)
class Terms:
    """A KPI as the model's file has it; None for what it leaves out."""

    sql: str | None = None
    unit: str | None = None
    target: float | None = None
    limit: float | None = None
    better: str | None = None


def terms_of(kpi: Mapping[str, Any]) -> Terms:
    """The terms of a KPI, from a mapping with the fields of the file; other fields do not matter."""
    return Terms(**{name: _plain(kpi.get(name)) for name in TERMS})


def text_of(terms: Terms) -> str:
    """The terms as canonical JSON: keys sorted, no spaces, whole numbers without a decimal point."""
    said = {name: _plain(getattr(terms, name)) for name in TERMS}
    return json.dumps(said, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def from_text(text: str) -> Terms:
    """Back from `text_of`. Raises `ValueError` or `TypeError` for what it did not write."""
    return Terms(**json.loads(text))


def digest_of(terms: Terms) -> str:
    """What tells terms from others: the first `DIGEST_DIGITS` hex digits of the SHA-256 of `text_of`."""
    return digest_of_text(text_of(terms))


def digest_of_text(text: str) -> str:
    """The digest of terms that are text already."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:DIGEST_DIGITS]


def changes(before: Terms, now: Terms) -> tuple[tuple[str, Any, Any], ...]:
    """The terms that differ: name, before, now."""
    pairs = ((name, getattr(before, name), getattr(now, name)) for name in TERMS)
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _plain(value: Any) -> Any:
    """40 and 40.0 are one target."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
