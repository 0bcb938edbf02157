"""Tables of the Fairness page: groups as people read them, and the one furthest behind in each comparison."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.domain.fairness import BEST, RATES
from watchroom.ui.fairness_terms import METRIC_NAMES
from watchroom.ui.fairness_words import CLEAREST, STATUS_COLOURS, STATUS_NAMES, group_name
from watchroom.ui.text import one_line

DOWNLOADED = (
    "group_column", "group_value", "metric", "value", "low", "high", "n", "ratio", "ratio_low", "ratio_high", "best",
    "status",
)  # fmt: skip

_ORDER = {"below": 0, "unclear": 1, "above": 2, "none": 3}
_PAIR = ["group_column", "metric"]


def overview(table: pd.DataFrame) -> pd.DataFrame:
    """Of each column and each metric with a ratio the group furthest behind, what lies below the line first.

    What has no line comes after all that has. Within a verdict by what the gap is at least: a wide one that may be
    chance is not first. Where nothing could be compared the figures are missing, and the status is `small`.
    """
    paired = table[table["metric"].map(lambda metric: BEST[metric] is not None)]
    compared = paired[
        paired["ratio"].notna() & (paired["status"] != "small") & (paired["group_value"] != paired["best"])
    ]
    ranked = compared.assign(rank=compared["status"].map(_ORDER)).sort_values(["rank", *CLEAREST])
    worst = ranked.drop_duplicates(_PAIR)
    pairs = paired[_PAIR].drop_duplicates()
    found = worst.merge(pairs, on=_PAIR, how="outer")
    found["status"] = found["status"].fillna("small")
    return found.sort_values(["rank", *CLEAREST]).reset_index(drop=True)


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """The groups of one comparison as its chart has them: the largest value first, small groups last."""
    return rows.assign(small=rows["status"] == "small").sort_values(
        ["small", "value", "group_value"], ascending=[True, False, True]
    )


def in_percent(metric: str) -> bool:
    """Whether a metric's values are shown as a hundredth part: rates, and the calibration gap in points."""
    return metric in RATES or metric == "calibration_gap"


def shown_groups(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as they stand on the screen; rates in percent."""
    scale = rows["metric"].map(lambda metric: 100.0 if in_percent(metric) else 1.0)
    return pd.DataFrame(
        {
            "Column": [one_line(name, 60) for name in rows["group_column"]],
            "Metric": [METRIC_NAMES.get(metric, metric) for metric in rows["metric"]],
            "Group": _names(rows["group_value"]),
            "Verdict": [[STATUS_NAMES.get(status, status)] for status in rows["status"]],
            "Value": rows["value"].astype(float) * scale,
            "from": rows["low"].astype(float) * scale,
            "to": rows["high"].astype(float) * scale,
            "n": rows["n"],
            "Ratio": rows["ratio"].astype(float),
            "Ratio from": rows["ratio_low"].astype(float),
            "Ratio to": rows["ratio_high"].astype(float),
            "Best": _names(rows["best"]),
        }
    )


def verdict_column() -> ColumnConfig:
    """A column that holds a list with one verdict, shown as a chip in its colour."""
    return st.column_config.MultiselectColumn(
        "Verdict", options=list(STATUS_COLOURS), color=list(STATUS_COLOURS.values()), width=124,
        help="Where the whole 95 % interval of the ratio lies: above or below four fifths of the best group. "
        "Only selection has the line",
    )  # fmt: skip


def _names(values: pd.Series[Any]) -> list[str | None]:
    return [None if pd.isna(value) else group_name(str(value)) for value in values]
