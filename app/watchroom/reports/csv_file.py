"""Tables as CSV files, which a spreadsheet is to show and not to run."""

from __future__ import annotations

from typing import Any

import pandas as pd

from watchroom.domain.figures import is_number

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV that a spreadsheet shows and does not run: a text that begins like a formula gets a quote.

    A number that was logged as text stays as it was logged.
    """
    return csv_text(frame).encode("utf-8-sig")


def csv_text(frame: pd.DataFrame) -> str:
    """The same as text."""
    texts = {str(name): frame[name].map(_harmless) for name in frame.columns if _may_hold_text(frame[name])}
    header = [str(_harmless(str(name))) for name in frame.columns]
    return str(frame.assign(**texts).to_csv(index=False, header=header, lineterminator="\n"))


def _may_hold_text(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_string_dtype(column) or pd.api.types.is_object_dtype(column)


def _harmless(value: object) -> object:
    risky = isinstance(value, str) and value.startswith(_RISKY) and not is_number(value)
    return f"'{value}" if risky else value
