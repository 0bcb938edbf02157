"""Groups beside each other in sentences that a reviewer understands: plain text, with names as code.

`sentence` makes it Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from watchroom.charts.fairness import group, value_text
from watchroom.domain.fairness import BEST, MIN_DECISIONS
from watchroom.ui.alerts_words import feature_name
from watchroom.ui.text import count_of, number, one_line, some

METRIC_NAMES: Mapping[str, str] = {
    "selection_rate": "Selection rate",
    "true_positive_rate": "True positive rate",
    "false_positive_rate": "False positive rate",
    "error_rate": "Error rate",
    "calibration_gap": "Calibration gap",
    "mae": "Mean absolute error",
    "mean_error": "Mean error",
}

MEANINGS: Mapping[str, str] = {
    "selection_rate": "How often the model says 1, of all decisions with a prediction. Alike everywhere: demographic "
    "parity. It asks nothing of what came true.",
    "true_positive_rate": "Of the cases that turned out to be 1, how many the model said 1 to. Alike everywhere: equal "
    "opportunity.",
    "false_positive_rate": "Of the cases that turned out to be 0, how many the model said 1 to. Together with the true "
    "positive rate alike everywhere: equalized odds.",
    "error_rate": "How many decisions with an outcome were wrong, one way or the other.",
    "calibration_gap": "Mean score less the observed rate: above 0 the scores promise too much for this group, below 0 "
    "too little. 0 everywhere: calibration within groups.",
    "mae": "How far predictions are off on average. Where amounts are larger, errors are too: look whether that "
    "explains it.",
    "mean_error": "Prediction less outcome on average: above 0 this group is put too high, below 0 too low.",
}
"""What each metric is, and the definition of fairness that asks for it to be alike everywhere."""

CLEAREST = ["ratio_high", "ratio", "group_column", "metric", "group_value"]
"""The order in which comparisons are told: by what the gap is at least, so that a wide one by chance is not first."""

STATUS_NAMES = {
    "above": "alike",
    "below": "below the line",
    "unclear": "unclear",
    "small": "too few",
    "none": "no line",
}

STATUS_COLOURS = {"alike": "green", "below the line": "red", "unclear": "orange", "too few": "gray", "no line": "gray"}


def group_name(value: str) -> str:
    """A group's name; `(missing)` where the value is."""
    return one_line(group(value), 60)


def times(ratio: float) -> str:
    """How many times as much the one is of the other: `1.9 times`; of hardly any difference two decimals."""
    much = 1 / ratio
    return f"{much:.1f} times" if much >= 1.15 else f"{much:.2f} times"


_SENTENCES: Mapping[str, tuple[str, str, str]] = {
    "selection_rate": ("the model says 1 to {more}", "as often as to {less}", "and never to {less}"),
    "true_positive_rate": (
        "of the cases that turned out to be 1, those of {more} are recognised",
        "as often as those of {less}",
        "and none of {less}",
    ),
    "false_positive_rate": (
        "of the cases that turned out to be 0, the model says 1 to {more}",
        "as often as to {less}",
        "and never to {less}",
    ),
    "error_rate": ("decisions about {more} are wrong", "as often as about {less}", "and none about {less}"),
    "mae": ("errors for {more} are", "as large as for {less}", "there and none for {less}"),
}
"""How a ratio is said: its beginning, its end, and its end when the lower of the two is 0."""


def comparison(row: Any, best_value: float) -> str:
    """A group against the best one in a sentence without its end; both values are told.

    `row` has metric, group_value, best, value and ratio.
    """
    own, best = (f"“{group_name(str(value))}”" for value in (row["group_value"], row["best"]))
    highest = BEST[row["metric"]] == "highest"
    more, less = (best, own) if highest else (own, best)
    values = (best_value, row["value"]) if highest else (row["value"], best_value)
    begin, much, never = (part.format(more=more, less=less) for part in _SENTENCES[row["metric"]])
    end = f"{times(row['ratio'])} {much}" if row["ratio"] else never
    return f"{begin} {end} ({' against '.join(value_text(row['metric'], value) for value in values)})"


def answer(table: pd.DataFrame) -> str:
    """Whether groups are treated alike, and where not, over all columns and metrics with a line."""
    counted = table[table["status"].isin(["above", "below", "unclear"])]
    if counted.empty:
        return _nothing(table)
    columns = counted["group_column"].nunique()
    below, unclear = (counted[counted["status"] == status] for status in ("below", "unclear"))
    if len(below):
        clear = columns - below["group_column"].nunique()
        others = f"; {number(clear)} of {_columns(columns)} {'has' if clear == 1 else 'have'} no such group"
        found = _furthest(below, counted)
        return f"Not alike by {found}. That is surely below the four-fifths line{others if columns > 1 else ''}."
    if len(unclear):
        return (
            f"No group lies surely below the four-fifths line. One may, by {_furthest(unclear, counted)}; only more "
            "decisions would tell."
        )
    return f"Alike: in {_columns(columns)} no group lies below the four-fifths line, by any metric."


def _furthest(rows: pd.DataFrame, counted: pd.DataFrame) -> str:
    """The first of the comparisons in `CLEAREST`'s order, with the column that it is by."""
    worst = rows.sort_values(CLEAREST).iloc[0]
    same = counted[(counted["group_column"] == worst["group_column"]) & (counted["metric"] == worst["metric"])]
    best = same[same["group_value"] == worst["best"]]["value"].iloc[0]
    return f"{feature_name(str(worst['group_column']))}: {comparison(worst, float(best))}"


def _columns(count: int) -> str:
    return count_of(count, "column")


def _nothing(table: pd.DataFrame) -> str:
    if table["group_value"].nunique() < 2:
        return "There is nothing to compare: all decisions belong to one group."
    if (table["n"] < MIN_DECISIONS).all():
        return f"It cannot be told yet: no group has {MIN_DECISIONS} decisions in this period."
    return f"There is nothing to compare: fewer than two groups have {MIN_DECISIONS} decisions, or none is ever chosen."


def small_ones(rows: pd.DataFrame) -> str:
    """Which groups are too small to be judged, with how many decisions; empty for none."""
    small = rows[(rows["status"] == "small") & rows["value"].notna()]
    if small.empty:
        return ""
    pairs = zip(small["group_value"], small["n"], strict=True)
    names = [f"{group_name(str(value))} ({number(n)})" for value, n in pairs]
    return f"Grey, with fewer than {MIN_DECISIONS} decisions, and not judged: {some(names, 6)}."
