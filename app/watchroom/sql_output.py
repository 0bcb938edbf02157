"""An answer of `watchroom sql` as text: for a person on a terminal, and for programs without losing a digit."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd


def as_table(frame: pd.DataFrame) -> str:
    """For a person: numbers with all their digits, control characters shown and never sent to the terminal."""
    if not len(frame.columns):
        return "(no columns)\n"
    rows = f"({len(frame):,} {'row' if len(frame) == 1 else 'rows'})\n"
    if frame.empty:
        return "  ".join(map(str, frame.columns)) + f"\n{rows}"
    return frame.map(_cell).to_string(index=False) + f"\n{rows}"


def as_csv(frame: pd.DataFrame) -> str:
    """Comma-separated, with a header; NULL is empty."""
    return str(frame.to_csv(index=False))


def as_json(frame: pd.DataFrame) -> str:
    """A list of objects. Times are ISO 8601 in UTC without a zone; NaN and infinities, which JSON lacks, are null."""
    rows = [
        {str(name): _plain(value) for name, value in zip(frame.columns, row, strict=True)}
        for row in frame.itertuples(index=False, name=None)
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _cell(value: Any) -> str:
    text = "NULL" if value is None else repr(value) if isinstance(value, float) else str(value)
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)
