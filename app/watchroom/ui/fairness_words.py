"""Groups beside each other in sentences that a reviewer understands: plain text, with names as code.

`sentence` makes it Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from watchroom.charts.fairness import group, value_text
from watchroom.domain.fairness import BEST, FOUR_FIFTHS, MIN_DECISIONS
from watchroom.ui.alerts_words import feature_name
from watchroom.ui.fairness_terms import PLAIN, Terms
from watchroom.ui.text import count_of, number, one_line, some

ALL_TIME = "All time"
"""The scope's period without a beginning."""


def months_around(first: date, last: date, period: str) -> str:
    """`October and November 2026 (whole months around the last 30 days)`."""
    same_year = first.year == last.year
    begin, end = (f"{first:%B}" if same_year else f"{first:%B %Y}"), f"{last:%B %Y}"
    count = (last.year - first.year) * 12 + last.month - first.month
    told = end if not count else f"{begin} {'and' if count == 1 else 'to'} {end}"
    around = f"the {period[:1].lower()}{period[1:]}" if period.startswith("Last ") else period
    return f"{told} ({'all time' if period == ALL_TIME else f'whole months around {around}'})"


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
    "selection_rate": ("the model says {good} to {more}", "as often as to {less}", "and never to {less}"),
    "selection_rate_named": ("{more} is {good_name}", "as often as {less}", "and {less} never"),
    "true_positive_rate": (
        "of the cases that turned out to be {came}, those of {more} are recognised",
        "as often as those of {less}",
        "and none of {less}",
    ),
    "false_positive_rate": (
        "of the cases that turned out to be {not_came}, the model says 1 to {more}",
        "as often as to {less}",
        "and never to {less}",
    ),
    "false_positive_rate_named": (
        "of the cases that turned out to be {not_came}, {more} is {one}",
        "as often as {less}",
        "and {less} never",
    ),
    "error_rate": ("decisions about {more} are wrong", "as often as about {less}", "and none about {less}"),
    "mae": ("errors for {more} are", "as large as for {less}", "there and none for {less}"),
}
"""How a ratio is said: its beginning, its end, and its end when the lower of the two is 0; `named` where the answer
has a name."""


def _sentence_of(metric: str, terms: Terms) -> tuple[str, str, str]:
    name = {"selection_rate": terms.good_name, "false_positive_rate": terms.one}.get(metric)
    return _SENTENCES[f"{metric}_named" if name else metric]


def comparison(row: Any, best_value: float, terms: Terms = PLAIN) -> str:
    """A group against the best one in a sentence without its end; both values are told.

    `row` has metric, group_value, best, value and ratio.
    """
    own, best = (f"“{group_name(str(value))}”" for value in (row["group_value"], row["best"]))
    highest = BEST[row["metric"]] == "highest"
    more, less = (best, own) if highest else (own, best)
    values = (best_value, row["value"]) if highest else (row["value"], best_value)
    begin, much, never = (
        part.format(more=more, less=less, **terms.__dict__) for part in _sentence_of(row["metric"], terms)
    )
    end = f"{times(row['ratio'])} {much}" if row["ratio"] else never
    return f"{begin} {end} ({' against '.join(value_with_unit(row['metric'], value, terms) for value in values)})"


def value_with_unit(metric: str, value: Any, terms: Terms) -> str:
    """A metric's value, with the unit of the amounts where their file names one."""
    unit = f" {terms.unit}" if terms.unit and metric in ("mae", "mean_error") else ""
    return f"{value_text(metric, value)}{unit}"


def answer(table: pd.DataFrame, terms: Terms = PLAIN) -> str:
    """Whether groups are selected alike, and where not, over all columns; without a line how far they are apart."""
    counted = table[table["status"].isin(["above", "below", "unclear"])]
    if counted.empty:
        return _without_line(table, terms)
    columns = counted["group_column"].nunique()
    below, unclear = (counted[counted["status"] == status] for status in ("below", "unclear"))
    if len(below):
        clear = columns - below["group_column"].nunique()
        others = f"; {number(clear)} of {_columns(columns)} {'has' if clear == 1 else 'have'} no such group"
        found = _furthest(below, counted, terms)
        shown = others if columns > 1 else ""
        return f"Not alike by {found}. That is below the four-fifths line, with the whole interval{shown}."
    if len(unclear):
        return _unclear(unclear, counted, terms)
    return f"Alike: in {_columns(columns)} no group lies below the four-fifths line."


def _without_line(table: pd.DataFrame, terms: Terms) -> str:
    """The widest gap of the metrics that have a ratio and no line, as of a model that selects nobody."""
    judged = table[table["ratio"].notna() & (table["status"] != "small")]
    others = judged[judged["group_value"] != judged["best"]]
    if others.empty:
        return _nothing(table)
    return (
        f"Furthest apart by {_furthest(others, judged, terms)}. That is no verdict: the four-fifths line is one of "
        "selection."
    )


def _unclear(unclear: pd.DataFrame, counted: pd.DataFrame, terms: Terms) -> str:
    """How many comparisons are not sure, and of them how many have their estimate on the wrong side of the line."""
    compared = counted[counted["group_value"] != counted["best"]]
    many = f"{number(len(unclear))} of {count_of(len(compared), 'comparison')}"
    under = unclear[unclear["ratio"] < FOUR_FIFTHS]
    if under.empty:
        is_unsure = "is" if len(unclear) == 1 else "are"
        return (
            f"No group's estimate lies below the four-fifths line. {many} {is_unsure} not yet sure to stay above it: "
            "only more decisions would tell."
        )
    below = (
        "its estimate"
        if len(unclear) == 1
        else f"the {'estimate' if len(under) == 1 else 'estimates'} of {number(len(under))}"
    )
    verb = "is" if len(unclear) == 1 else "are"
    lie = "lies" if len(under) == 1 else "lie"
    return (
        f"No group lies below the four-fifths line with the whole interval. {many} {verb} unclear; {below} {lie} "
        f"below it, the furthest by {_furthest(under, counted, terms)}. Only more decisions would tell."
    )


def _furthest(rows: pd.DataFrame, counted: pd.DataFrame, terms: Terms) -> str:
    """The first of the comparisons in `CLEAREST`'s order, with the column that it is by."""
    worst = rows.sort_values(CLEAREST).iloc[0]
    same = counted[(counted["group_column"] == worst["group_column"]) & (counted["metric"] == worst["metric"])]
    best = same[same["group_value"] == worst["best"]]["value"].iloc[0]
    return f"{feature_name(str(worst['group_column']))}: {comparison(worst, float(best), terms)}"


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
