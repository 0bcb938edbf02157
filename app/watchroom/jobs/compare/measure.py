"""The metrics of two versions on the decisions of a sample whose outcomes are known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from watchroom.domain import delong, paired
from watchroom.domain.paired import Compared, Method
from watchroom.domain.paired_metrics import Answers
from watchroom.domain.performance_status import MIN_LABELLED, MIN_OF_CLASS
from watchroom.domain.vocabulary import METRICS, Task
from watchroom.domain.worth import Terms, left_out, worth

Floats = NDArray[np.float64]

_METRICS: dict[Task, tuple[str, ...]] = {
    "binary": ("roc_auc", "average_precision", "log_loss", "brier", "f1", "precision", "recall", "accuracy"),
    "multiclass": ("accuracy", "macro_f1"),
    "regression": ("rmse", "mae", "r2"),
}
"""What is compared, in this order. Not `calibration`, which is zero only of a score without any spread, nor `bias`."""

_OF_TWO_CLASSES = ("roc_auc", "average_precision")


def measure(task: Task, terms: Terms | None, decided: pa.Table, *, scored: bool, predicted: bool) -> list[Compared]:
    """Every metric of the task, and `worth` where the model's file has `terms`; one that cannot be told says why.

    `decided` has the rows of `paired_decisions`. `scored` and `predicted` are whether the log has such a column: what
    nobody logs is not missed.
    """
    known = decided.filter(pc.is_valid(decided["outcome"]))
    real = _read(task, known["outcome"])
    first, second = (_answers(task, terms, known, one, real) for one in ("a", "b"))
    both = (first, second)
    needs = {"score": scored, "prediction": predicted}
    names = [name for name in _METRICS[task] if needs[METRICS[name].needs]]
    names += ["worth"] if terms is not None and predicted else []
    if known.num_rows < MIN_LABELLED:
        n = known.num_rows
        return [_untold(name, n, f"only {n:,} outcomes" if n else "no outcomes yet") for name in names]
    days = _days(known["decided_at"])
    found = {one.metric: one for one in paired.compare(task, first, second, real, days)}
    if "roc_auc" in names and not paired.days_enough(days):
        found["roc_auc"] = _auc(both, real)
    return [_told(name, found, real, task, terms, both) for name in names]


def _days(decided_at: pa.ChunkedArray) -> NDArray[np.int64]:
    """The day of each decision, UTC, counted from 1970."""
    seconds = pc.floor_temporal(decided_at.cast(pa.timestamp("us")), unit="day").cast(pa.int64())
    return np.asarray(seconds.to_numpy() // 86_400_000_000, np.int64)


def _told(
    name: str,
    found: dict[str, Compared],
    real: NDArray[Any],
    task: Task,
    terms: Terms | None,
    both: Sequence[Answers],
) -> Compared:
    one = found.get(name)
    if name == "worth" and task == "multiclass":
        return _untold(name, 0, "the model's `value` tells the worth of two classes only")
    if name == "worth" and terms is not None and (gap := _unknown_worth(terms, both)):
        return _untold(name, one.n if one else 0, gap, one.method if one else None)
    if one is None:
        return _untold(name, 0, "one of the two has logged no " + ("score" if _needs_score(name) else "prediction"))
    if one.n < MIN_LABELLED:
        return _untold(name, one.n, f"only {one.n:,} decisions with an outcome that both have scored", one.method)
    rarest = _rarest(real, both) if name in _OF_TWO_CLASSES else MIN_OF_CLASS
    if rarest < MIN_OF_CLASS:
        few = f"only {rarest:,} outcomes of the rarer class" if rarest else _ONE_CLASS
        return _untold(name, one.n, few, one.method)
    return one


def _rarest(real: NDArray[Any], both: Sequence[Answers]) -> int:
    """Outcomes of the rarer class, of the decisions that both have scored."""
    told = real[~np.isnan(both[0].score) & ~np.isnan(both[1].score)]
    return int(min((told == 1).sum(), (told == 0).sum()))


_ONE_CLASS = "outcomes of one class only"


def _needs_score(name: str) -> bool:
    return name in METRICS and METRICS[name].needs == "score"


def _untold(name: str, n: int, why: str, method: Method | None = None) -> Compared:
    nan, usual = math.nan, _USUALLY_BY.get(name, "bootstrap")
    return Compared(name, better_of(name), nan, nan, nan, nan, nan, nan, n, why, method or usual)


_USUALLY_BY: dict[str, Method] = {"roc_auc": "delong"}


def better_of(metric: str) -> Literal["lower", "higher"]:
    """Which way a compared metric is better."""
    return "lower" if metric in METRICS and METRICS[metric].better == "lower" else "higher"


def _auc(both: Sequence[Answers], real: Floats) -> Compared:
    found = delong.compare(both[0].score, both[1].score, real == 1)
    values = (found.auc_a, found.auc_b, found.difference, found.low, found.high, found.b_better)
    return Compared("roc_auc", "higher", *values, found.n, found.why, "delong")


def _unknown_worth(terms: Terms, both: Sequence[Answers]) -> str:
    """Why the worth is not known of some decisions that have a prediction; empty when it is of all."""
    missing = left_out(terms)
    some = any((np.isnan(one.worth) & ~np.isnan(one.prediction)).any() for one in both) if missing else False
    return f"the model's `value` leaves out {' and '.join(missing)}" if some else ""


def _answers(task: Task, terms: Terms | None, known: pa.Table, which: str, real: NDArray[Any]) -> Answers:
    said = _read(task, known[f"prediction_{which}"])
    score = _floats(known[f"score_{which}"])
    money = np.full(len(real), np.nan) if terms is None or task == "multiclass" else worth(terms, said, real)
    return Answers(score, said, money)


def _read(task: Task, column: pa.ChunkedArray) -> NDArray[Any]:
    """Predictions or outcomes: numbers, NaN where there is none; of several classes their texts, None likewise."""
    values = column.to_pylist()
    if task == "multiclass":
        return np.array(values, dtype=object)
    return np.array([math.nan if value is None else float(value) for value in values], dtype=np.float64)


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.array([math.nan if value is None else value for value in column.to_pylist()], dtype=np.float64)


def comparison_rows(model: str, versions: tuple[int, int], found: Iterable[Compared]) -> list[tuple[Any, ...]]:
    """The rows of `version_comparisons`; what is not a number is NULL."""
    return [
        (
            model,
            *versions,
            one.metric,
            one.better,
            *(
                value if math.isfinite(value) else None
                for value in (one.value_a, one.value_b, one.difference, one.low, one.high, one.b_better)
            ),
            one.method,
            one.n,
            one.why,
        )
        for one in found
    ]
