"""Where every model's groups stand in a period: the verdict of each, as its own page gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from watchroom.domain.fairness import LINED
from watchroom.store.queries import fairness as queries
from watchroom.store.queries.fairness import Served
from watchroom.ui.fairness_window import compared
from watchroom.ui.fairness_words import CLEAREST
from watchroom.ui.room import ask, drawn

_FIRST = {"below": 0, "unclear": 1, "above": 1, "none": 2}
"""What a model's worst group is chosen from first."""


@dataclass(frozen=True)
class Standing:
    """Where a model's groups stand in the whole months of a period, of its version in service.

    `asked` are the columns that its file names. `columns` are those that were compared, `lined` those of them that the
    four-fifths line could judge, `below` and `unclear` those with a group below it, and else with one that may be. `n`
    are the decisions, 0 when there are none in the period. The worst is the group whose ratio's interval ends lowest:
    of those below the line if there are any, else of what the line judges; None when nothing could be compared.
    """

    model: str
    title: str
    has_log: bool
    asked: tuple[str, ...]
    version: int | None
    columns: int = 0
    lined: int = 0
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
    """Every model: with a group below the line first, then where it is not clear, then alike, then without a line."""
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
        "lined": judged[judged["metric"].isin(LINED)]["group_column"].nunique(),
        "below": len(below),
        "unclear": len(unclear - below),
        "n": int(rows.groupby(["group_column", "metric"])["n"].sum().max()),
    }
    others = judged[judged["group_value"] != judged["best"]]
    if others.empty:
        return counted
    worst = others.assign(rank=others["status"].map(_FIRST)).sort_values(["rank", *CLEAREST]).iloc[0]
    ratios = {name: float(worst[name]) for name in ("ratio", "ratio_low", "ratio_high")}
    named = {"column": "group_column", "group": "group_value", "metric": "metric", "best": "best"}
    return counted | ratios | {name: str(worst[column]) for name, column in named.items()}


def _worst_first(one: Standing) -> tuple[Any, ...]:
    far = float("inf")
    high, ratio = (far if value is None else value for value in (one.ratio_high, one.ratio))
    return (one.below == 0, one.unclear == 0, one.lined == 0, high, ratio, one.title.lower(), one.model)
