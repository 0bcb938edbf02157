"""The decisions that are most like one, and what became of them: a check by example, and no explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from watchroom.domain.category import category_text
from watchroom.domain.decision import Value
from watchroom.domain.similar import Floats, Texts, nearest
from watchroom.reports import decision_words as words
from watchroom.reports.decision_facts import Facts
from watchroom.store.queries import decision as queries
from watchroom.store.queries.decision import Sample
from watchroom.store.snapshot import Snapshot

SHOWN = 10
"""Similar decisions: enough to see whether they agree, few enough to be alike."""

_MOST_OUTCOMES = 4


@dataclass(frozen=True)
class Alike:
    """The nearest decisions by their place in `rows`, the nearest first; `of` is how many were compared."""

    rows: Sample
    places: tuple[int, ...]
    distances: tuple[float, ...]
    of: int

    @property
    def facts(self) -> pd.DataFrame:
        """When they were made, score, prediction and outcome: a row each."""
        return self.rows.facts.iloc[list(self.places)].reset_index(drop=True)


def alike(snapshot: Snapshot, facts: Facts) -> Alike | None:
    """The nearest decisions of the version's sample, without the decision itself; None where there are none."""
    case = facts.case
    names = tuple(sorted(part.feature for part in facts.explanation.parts)) if facts.explanation else ()
    rows = queries.sample(snapshot, model=case.model, version=case.version, features=names) if names else None
    if rows is None or not rows.ids:
        return None
    near = nearest(rows.numbers, rows.texts, row_values(rows, case.inputs), scales_of(rows, facts), SHOWN + 1)
    others = [
        (int(place), float(gap))
        for place, gap in zip(near.places, near.distances, strict=True)
        if rows.ids[place] != case.id
    ][:SHOWN]
    if not others:
        return None
    places, gaps = zip(*others, strict=True)
    return Alike(rows, places, gaps, len(rows.ids) - (case.id in rows.ids))


def row_values(rows: Sample, inputs: Mapping[str, Value]) -> tuple[Floats, Texts]:
    """Inputs by name in the columns of the sample: numbers and texts."""
    numbers = [_number(inputs.get(name)) for name in rows.number_names]
    texts = [category_text(inputs.get(name)) for name in rows.text_names]
    return np.array(numbers, dtype=np.float64), np.array(texts, dtype=object)


def _number(value: Value) -> float:
    return float("nan") if value is None or isinstance(value, str) else float(value)


def scales_of(rows: Sample, facts: Facts) -> Floats:
    """What counts as far apart: the usual range of the reference, else the range of the sample."""
    found = []
    for place, name in enumerate(rows.number_names):
        one = facts.input(name)
        width = one.usual.high - one.usual.low if one and one.usual and one.usual.kind == "number" else float("nan")
        column = rows.numbers[:, place][np.isfinite(rows.numbers[:, place])]
        spread = float(np.ptp(column)) if column.size else 0.0
        found.append(width if np.isfinite(width) and width > 0 else spread)
    return np.array(found, dtype=np.float64)


def in_words(outcomes: pd.Series, facts: Facts) -> str:
    """What became of the similar decisions: `outcomes` has one for each, None where it is not known yet."""
    known = [value for value in outcomes if isinstance(value, str)]
    n, answer = len(outcomes), facts.around.answer
    of_all = f"Of the {n} most similar decisions" if n > 1 else "Of the one similar decision"
    if not known:
        return f"{of_all} no outcome is known yet."
    of = of_all if len(known) == n else f"{of_all} the outcome of {len(known)} is known"
    sign = " " if len(known) == n else ": "
    if facts.around.task == "regression":
        values = pd.to_numeric(pd.Series(known), errors="coerce").dropna()
        if values.empty:
            return f"{of}." if len(known) < n else f"{of_all} the outcomes are no amounts."
        ends = [words.amount_text(value, answer) for value in (values.min(), values.max())]
        return f"{of}{sign}{'all came to ' if len(known) == n else ''}between {ends[0]} and {ends[1]}."
    counted = pd.Series(known).value_counts()
    if len(counted) == 1:
        return f"{of}{sign}{_all(len(known))} turned out {words.outcome_name(known[0], answer)}."
    shown = [f"{count} {words.outcome_name(str(value), answer)}" for value, count in counted.items()]
    rest = len(shown) - _MOST_OUTCOMES
    told = ", ".join(shown[:_MOST_OUTCOMES]) + (f" and {rest} other outcomes" if rest > 0 else "")
    return f"{of}{sign}{told}." if sign == ": " else f"{of_all} {told}."


def _all(n: int) -> str:
    return {1: "it", 2: "both"}.get(n, f"all {n}")
