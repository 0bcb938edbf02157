"""The metrics of two versions on the same decisions, made of weighted sums: each decision counts with its weight.

That is what a bootstrap needs: a draw is a set of weights. Most metrics come from sums of columns, all of them from one
product of matrices; average precision and macro F1 need a little more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.vocabulary import Task

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Bools = NDArray[np.bool_]

_LEAST = 2.2e-16
"""What log loss is kept from 0 by, as everywhere."""


@dataclass(frozen=True)
class Answers:
    """What one version said of the decisions, in their order; NaN (a class: None) where it said nothing.

    `prediction` is 1 or 0 of a binary model, a number of a regression, a text of several classes. `worth` is in money.
    """

    score: Floats
    prediction: NDArray[Any]
    worth: Floats


_Sums = Mapping[str, Floats]
_Of = Callable[[_Sums, str], Floats]


@dataclass(frozen=True)
class Metric:
    """A metric from sums over the decisions; `undefined` says in which case there is none."""

    name: str
    better: Literal["lower", "higher"]
    undefined: str
    of: _Of | None = None
    """The metric of version `a` or `b` from the weighted sums of the columns."""


@dataclass(frozen=True)
class Table:
    """The columns to add up, the metrics made of them, and which decisions each metric uses.

    A decision that a metric does not use has zeros in its columns. `ranked` metrics need more than sums.
    """

    columns: dict[str, Floats] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    used: dict[str, Bools] = field(default_factory=dict)
    ranked: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = field(default_factory=dict)

    @staticmethod
    def of(task: Task, a: Answers, b: Answers, outcome: NDArray[Any], *, auc: bool = False) -> Table:
        """The table of a task's metrics; those that no decision tells are left out, and so is AUC unless asked for."""
        table, both = Table(), {"a": a, "b": b}
        if task == "binary":
            table.add_scores(both, outcome.astype(np.float64), auc=auc)
            table.add_binary(both, outcome.astype(np.float64))
        elif task == "multiclass":
            table.add_classes(both, outcome)
        else:
            table.add_errors(both, outcome.astype(np.float64))
        table.add_worth(both)
        return table

    def values(self, weights: Floats, days: Places | None = None) -> dict[str, Floats]:
        """Each metric of both versions, (2, draws), of decisions with these weights (draws, decisions).

        With `days`, the place of each decision's day, the weights are of whole days: (draws, days).
        """
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            added = weights @ self._summed(days, weights.shape[1])
            sums = dict(zip(self.columns, added.T, strict=True))
            found = {
                name: np.array([metric.of(sums, "a"), metric.of(sums, "b")])
                for name, metric in self.metrics.items()
                if metric.of is not None
            }
            each = weights if days is None or not self.ranked else weights[:, days]
            return found | {name: np.array([of(each) for of in both]) for name, both in self.ranked.items()}

    def _summed(self, days: Places | None, count: int) -> Floats:
        """The columns of each decision, or added up over each day."""
        columns = list(self.columns.values())
        if days is not None:
            columns = [np.bincount(days, column, count).astype(np.float64) for column in columns]
        return np.column_stack(columns)

    def _add(self, used: Bools, metrics: tuple[Metric, ...], columns: Mapping[str, Floats]) -> None:
        if used.any():
            self.columns.update({name: np.where(used, column, 0.0) for name, column in columns.items()})
            self.metrics.update({metric.name: metric for metric in metrics})
            self.used.update({metric.name: used for metric in metrics})

    def add_scores(self, both: Mapping[str, Answers], outcome: Floats, *, auc: bool) -> None:
        """Log loss, Brier score, average precision, and AUC if asked for."""
        used = ~np.isnan(both["a"].score) & ~np.isnan(both["b"].score)
        columns = {"scored": np.ones_like(outcome)}
        for name, said in both.items():
            given = np.where(outcome == 1, said.score, 1 - said.score)
            columns |= {
                f"loss_{name}": -np.log(np.maximum(given, _LEAST)),
                f"brier_{name}": (said.score - outcome) ** 2,
            }
        metrics = (
            Metric("average_precision", "higher", "no outcome is 1"),
            Metric("log_loss", "lower", "no scores", lambda sums, v: sums[f"loss_{v}"] / sums["scored"]),
            Metric("brier", "lower", "no scores", lambda sums, v: sums[f"brier_{v}"] / sums["scored"]),
        )
        metrics = (*((_AUC,) if auc else ()), *metrics)
        self._add(used, metrics, columns)
        if used.any():
            ranked = {"average_precision": _average_precision, **({"roc_auc": _roc_auc} if auc else {})}
            for name, of in ranked.items():
                first, second = (of(said.score, outcome == 1, used) for said in both.values())
                self.ranked[name] = first, second

    def add_binary(self, both: Mapping[str, Answers], outcome: Floats) -> None:
        """Precision, recall, F1, accuracy of a yes or no."""
        used = ~np.isnan(both["a"].prediction) & ~np.isnan(both["b"].prediction)
        columns = {"predicted": np.ones_like(outcome), "real": (outcome == 1).astype(np.float64)}
        for name, said in both.items():
            yes = said.prediction == 1
            columns |= {f"yes_{name}": yes * 1.0, f"hit_{name}": (yes & (outcome == 1)) * 1.0}
            columns[f"right_{name}"] = (said.prediction == outcome) * 1.0
        metrics = (
            Metric("f1", "higher", "no outcome and no prediction is 1", _f1),
            Metric("precision", "higher", "a version never says 1", lambda s, v: s[f"hit_{v}"] / s[f"yes_{v}"]),
            Metric("recall", "higher", "no outcome is 1", lambda s, v: s[f"hit_{v}"] / s["real"]),
            _ACCURACY,
        )
        self._add(used, metrics, columns)

    def add_classes(self, both: Mapping[str, Answers], outcome: NDArray[Any]) -> None:
        """Accuracy and macro F1 of several classes."""
        used = np.array(
            [one is not None and other is not None for one, other in zip(*_said(both), strict=True)], np.bool_
        )
        columns = {f"right_{name}": (said.prediction == outcome) * 1.0 for name, said in both.items()}
        macro = Metric("macro_f1", "higher", "no predictions")
        self._add(used, (macro, _ACCURACY), {"predicted": np.ones(outcome.shape[0])} | columns)
        if used.any():
            first, second = (_macro_f1(said.prediction, outcome, used) for said in both.values())
            self.ranked["macro_f1"] = first, second

    def add_errors(self, both: Mapping[str, Answers], outcome: Floats) -> None:
        """RMSE, MAE, R² of a regression."""
        used = np.isfinite(both["a"].prediction) & np.isfinite(both["b"].prediction) & np.isfinite(outcome)
        centred = outcome - (outcome[used].mean() if used.any() else 0.0)  # its squares keep their digits
        columns = {"told": np.ones_like(outcome), "out": centred, "out_sq": centred**2}
        for name, said in both.items():
            with np.errstate(over="ignore", invalid="ignore"):
                error = said.prediction - outcome
                columns |= {f"abs_{name}": np.abs(error), f"sq_{name}": error**2}
        huge = "the errors are too large to be squared"
        metrics = (
            Metric("rmse", "lower", huge, lambda s, v: np.sqrt(s[f"sq_{v}"] / s["told"])),
            Metric("mae", "lower", huge, lambda s, v: s[f"abs_{v}"] / s["told"]),
            Metric("r2", "higher", "all outcomes are the same", _r2),
        )
        self._add(used, metrics, columns)

    def add_worth(self, both: Mapping[str, Answers]) -> None:
        """Money per decision."""
        used = np.isfinite(both["a"].worth) & np.isfinite(both["b"].worth)
        columns = {"valued": np.ones_like(both["a"].worth)} | {f"worth_{v}": said.worth for v, said in both.items()}
        metric = Metric("worth", "higher", "no worth is known", lambda s, v: s[f"worth_{v}"] / s["valued"])
        self._add(used, (metric,), columns)


_AUC = Metric("roc_auc", "higher", "outcomes of one class only")

_ACCURACY = Metric("accuracy", "higher", "no predictions", lambda sums, v: sums[f"right_{v}"] / sums["predicted"])


def _said(both: Mapping[str, Answers]) -> tuple[NDArray[Any], NDArray[Any]]:
    return both["a"].prediction, both["b"].prediction


def _f1(sums: _Sums, version: str) -> Floats:
    return 2 * sums[f"hit_{version}"] / (sums[f"yes_{version}"] + sums["real"])


def _r2(sums: _Sums, version: str) -> Floats:
    spread = sums["out_sq"] - sums["out"] ** 2 / sums["told"]
    return np.where(spread > 0, 1 - sums[f"sq_{version}"] / np.where(spread > 0, spread, 1), np.nan)


def _average_precision(score: Floats, real: Bools, used: Bools) -> Callable[[Floats], Floats]:
    """Σ (recall gained) × precision at each score that some positive has, from the highest down."""
    order = np.flatnonzero(used)[np.argsort(-score[used], kind="stable")]
    ranked, positive = score[order], real[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # of each group of equal scores
    hits = np.diff(np.cumsum(positive)[last], prepend=0) > 0
    starts = np.append(0, last[hits] + 1)[:-1]

    def of(weights: Floats) -> Floats:
        if not starts.size:
            return np.full(weights.shape[0], np.nan)
        taken = weights[:, order[: last[hits][-1] + 1]]
        everything = np.cumsum(np.add.reduceat(taken, starts, axis=1), axis=1)
        found = np.add.reduceat(taken * positive[: taken.shape[1]], starts, axis=1)
        right = np.cumsum(found, axis=1)
        precision = np.where(everything > 0, right / np.where(everything > 0, everything, 1), 0.0)
        total = right[:, -1]
        return np.where(total > 0, (found * precision).sum(axis=1) / np.where(total > 0, total, 1), np.nan)

    return of


def _roc_auc(score: Floats, real: Bools, used: Bools) -> Callable[[Floats], Floats]:
    """The share of pairs of a positive and a negative that the score ranks rightly, equal scores half."""
    order = np.flatnonzero(used)[np.argsort(score[used], kind="stable")]
    ranked, positive = score[order], real[order]
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))  # of each group of equal scores

    def of(weights: Floats) -> Floats:
        taken = weights[:, order]
        positives = np.add.reduceat(taken * positive, starts, axis=1)
        negatives = np.add.reduceat(taken * ~positive, starts, axis=1)
        below = np.cumsum(negatives, axis=1) - negatives / 2
        pairs = positives.sum(axis=1) * negatives.sum(axis=1)
        return np.where(pairs > 0, (positives * below).sum(axis=1) / np.where(pairs > 0, pairs, 1), np.nan)

    return of


def _macro_f1(predicted: NDArray[Any], outcome: NDArray[Any], used: Bools) -> Callable[[Floats], Floats]:
    """The mean of each class's F1, over the classes that a draw predicts or has."""
    rows = np.flatnonzero(used)
    names, codes = np.unique(np.concatenate([predicted[rows], outcome[rows]]).astype(str), return_inverse=True)
    said, real = codes[: rows.size], codes[rows.size :]
    classes = names.size

    def counted(code: NDArray[np.int64], weights: Floats) -> Floats:
        place = code + classes * np.arange(weights.shape[0])[:, None]
        found = np.bincount(place.ravel(), weights.ravel(), classes * weights.shape[0])
        return found.astype(np.float64).reshape(-1, classes)

    def of(weights: Floats) -> Floats:
        taken = weights[:, rows]
        either = counted(said, taken) + counted(real, taken)
        both = counted(said, taken * (said == real))
        there = either > 0
        f1 = np.where(there, 2 * both / np.where(there, either, 1), 0.0)
        return np.asarray(f1.sum(axis=1) / there.sum(axis=1), np.float64)

    return of
