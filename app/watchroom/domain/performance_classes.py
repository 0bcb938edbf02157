"""Metrics of predicted classes: accuracy, precision, recall, F1 and macro F1, from predicted × outcome counts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.laws import NORMAL_95, wilson
from watchroom.domain.outcomes import NOTHING, Cells, Measured, known, texts, whole

Numbers = NDArray[np.int64] | NDArray[np.float64]
Texts = NDArray[np.object_]


def of_binary(cells: Cells) -> Mapping[str, Measured]:
    """F1, precision, recall, accuracy and macro F1 of the decisions that have a prediction and an outcome.

    NaN where there is nothing to divide by: precision without a predicted yes, recall without a real one.
    """
    return of_counts(*_judged(cells, ("0", "1")))


def of_counts(predicted: Texts, outcome: Texts, n: Numbers) -> Mapping[str, Measured]:
    """The same from cells given one by one; their decisions may be expected ones and need not be whole."""
    yes, real = predicted == "1", outcome == "1"
    tp, fp, fn = (float(n[of].sum()) for of in (yes & real, yes & ~real, ~yes & real))
    return {
        "f1": _f1(tp, fp + fn),
        "precision": _share(tp, tp + fp),
        "recall": _share(tp, tp + fn),
        **_over_classes(predicted, outcome, n),
    }


def of_classes(cells: Cells) -> Mapping[str, Measured]:
    """Accuracy and macro F1 over all classes that were predicted or came true; NaN when nothing is labelled."""
    return _over_classes(*_judged(cells, None))


def _over_classes(predicted: Texts, outcome: Texts, n: Numbers) -> Mapping[str, Measured]:
    return {
        "accuracy": _share(float(n[predicted == outcome].sum()), float(n.sum())),
        "macro_f1": _macro_f1(predicted, outcome, n),
    }


def _judged(cells: Cells, classes: tuple[str, ...] | None) -> tuple[Texts, Texts, NDArray[np.int64]]:
    """Prediction, outcome and decisions of the cells that have both, and of these classes only."""
    predicted, outcome = texts(cells.predicted), texts(cells.outcome)
    n = whole(cells.n)
    of = known(predicted) & known(outcome) & (n > 0)
    if classes is not None:
        of &= np.isin(predicted.astype(str), classes) & np.isin(outcome.astype(str), classes)
    return predicted[of], outcome[of], n[of]


def _share(part: float, total: float) -> Measured:
    """A share with Wilson's interval."""
    if total == 0:
        return NOTHING
    low, high = wilson(part / total, total)
    return Measured(part / total, float(low), float(high), round(total))


def _f1(tp: float, wrong: float) -> Measured:
    """2 tp / (2 tp + fp + fn). Its interval is that of the share tp / (tp + fp + fn), of which it is a function."""
    share = _share(tp, tp + wrong)
    value, low, high = (2 * end / (1 + end) for end in (share.value, share.low, share.high))
    return Measured(value, low, high, share.n)


def _macro_f1(predicted: Texts, outcome: Texts, n: Numbers) -> Measured:
    """The mean of each class's F1, every class alike. Interval by the delta method (Takahashi et al. 2022)."""
    total = float(n.sum())
    if total == 0:
        return NOTHING
    names, place = np.unique(np.concatenate([predicted, outcome]).astype(str), return_inverse=True)
    of_predicted, of_outcome = place[: n.size], place[n.size :]
    right = predicted == outcome
    hits = np.bincount(of_outcome, weights=n * right, minlength=names.size)
    both = np.bincount(place, weights=np.tile(n, 2), minlength=names.size)
    classes = int((both > 0).sum())  # an estimate may give a class no weight at all
    per = 1 / np.where(both > 0, both, np.inf)
    scores = 2 * hits * per
    # How one more decision in a cell changes the mean of the classes' F1.
    pull = scores * per
    change = 2 * right * per[of_outcome] - pull[of_predicted] - pull[of_outcome]
    variance = float(n @ (change * total / classes) ** 2) / total**2
    value, half = float(scores.sum() / classes), NORMAL_95 * float(np.sqrt(variance))
    return Measured(value, max(value - half, 0.0), min(value + half, 1.0), round(total))
