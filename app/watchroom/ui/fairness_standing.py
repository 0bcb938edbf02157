"""Where every model's groups stand in a period: the verdict of each, as its own page gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from watchroom.store.queries import fairness as queries
from watchroom.store.queries.fairness import Served
from watchroom.ui.fairness_window import compared
from watchroom.ui.fairness_words import CLEAREST
from watchroom.ui.room import ask, drawn


@dataclass(frozen=True)
class Standing:
    """Where a model's groups stand in the whole months of a period, of its version in service.

    `asked` are the columns that its file names. `columns` are those that were compared, `below` and `unclear` those
    with a group surely below the four-fifths line, and else with one that may be. `n` are the decisions, 0 when there
    are none in the period. The worst is the group whose ratio's interval ends lowest, of those surely below the line if
    there are any; None when nothing could be compared.
    """

    model: str
    title: str
    has_log: bool
    asked: tuple[str, ...]
    version: int | None
    columns: int = 0
    below: int = 0
    unclear: int = 0
    n: int = 0
    column: str | None = None
    group: str | None = None
    metric: str | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    best: str | None = None


def standings(*, first: date, last: date) -> tuple[Standing, ...]:
    """Every model: those with a group below the line first, then those where it is not clear, then the others."""
    return drawn(_standings, first=first, last=last)


def _standings(*, first: date, last: date) -> tuple[Standing, ...]:
    table = compared(ask(queries.groups_of_all, first=first, last=last))
    figures = {str(model): _figures(rows) for model, rows in table.groupby("model")}
    every = [_standing(one, figures.get(one.model, {})) for one in ask(queries.served)]
    return tuple(sorted(every, key=_worst_first))


def _standing(one: Served, figures: dict[str, Any]) -> Standing:
    return Standing(one.model, one.title, one.has_log, one.asked, one.version, **figures)


def _figures(rows: pd.DataFrame) -> dict[str, Any]:
    """What is said of one model's comparisons."""
    judged = rows[rows["ratio"].notna() & (rows["status"] != "small")]
    below, unclear = (set(judged[judged["status"] == status]["group_column"]) for status in ("below", "unclear"))
    counted = {
        "columns": judged["group_column"].nunique(),
        "below": len(below),
        "unclear": len(unclear - below),
        "n": int(rows.groupby(["group_column", "metric"])["n"].sum().max()),
    }
    others = judged[judged["group_value"] != judged["best"]]
    if others.empty:
        return counted
    worst = others.assign(sure=others["status"] != "below").sort_values(["sure", *CLEAREST]).iloc[0]
    ratios = {name: float(worst[name]) for name in ("ratio", "ratio_low", "ratio_high")}
    named = {"column": "group_column", "group": "group_value", "metric": "metric", "best": "best"}
    return counted | ratios | {name: str(worst[column]) for name, column in named.items()}


def _worst_first(one: Standing) -> tuple[Any, ...]:
    far = float("inf")
    high, ratio = (far if value is None else value for value in (one.ratio_high, one.ratio))
    return (one.below == 0, one.unclear == 0, high, ratio, one.title.lower(), one.model)
