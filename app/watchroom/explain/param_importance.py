"""The process that finds which parameters of runs matter: JSON on standard input, JSON on standard output.

    python -I -m watchroom.explain.param_importance

In: {"metric": [numbers], "columns": [{"key", "number": bool, "values": [number, text or null]}],
"configurations": [numbers]}, all of one length: runs of one configuration are alike in all but the seed.
Out: {"r2": number, "weights": [{"key", "share", "low", "high", "floor", "rank_correlation", "alike": [keys]}]}.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.configurations import averaged
from watchroom.domain.laws import t_95
from watchroom.domain.param_importance import spearman
from watchroom.domain.run_groups import Values

MEMORY = 3 << 30
CPU_SECONDS = 60

TREES = 60
FOLDS = 5
TURNS, FEW_CELLS = 4, 7_500
"""Few runs are cut into parts in several ways, as one way says much by chance; for many there is no time for it."""

SHUFFLES = 5
LEAST_LEAF = 2
CELLS = 20_000_000
"""Numbers that are predicted from at once: one call for many parameters is far quicker than one for each."""

CATEGORIES = 12
"""Values of a text that are told apart, the most frequent; the rarer ones are one."""

_SEED = 20_240_229
"""The same runs give the same answer, whoever asks."""

Floats = NDArray[np.float64]
Column = dict[str, Any]


def main() -> int:
    """Answer one question."""
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    asked = json.load(sys.stdin)
    metric = np.array(asked["metric"], dtype=np.float64)
    json.dump(importance(asked["columns"], metric, asked["configurations"]), sys.stdout)
    return 0


def importance(columns: list[Column], metric: Floats, configurations: Sequence[int]) -> dict[str, Any]:
    """Permutation importance of a random forest on configurations of runs that it has not seen.

    The configurations are cut into FOLDS parts; the runs of each part are predicted by a forest that was fitted on the
    others. Were the runs cut, the forest would know a configuration from its other seeds. `r2` is that of all these
    predictions together. Each parameter's values are then shuffled between the runs of a part, SHUFFLES
    times: `share` is half the mean growth of the squared error, as a part of the metric's variance (Breiman 2001;
    Gregorutti and others 2017; on unseen runs, since a forest finds importance in noise on its own). Parameters
    that change only together are shuffled together. A missing value stays missing: the forest has a side for it.
    """
    groups = _alike(columns, configurations)
    coded = [_coded(columns[group[0]]) for group in groups]
    inputs = np.column_stack(coded)
    widths = np.cumsum([0, *(block.shape[1] for block in coded)])
    turns = TURNS if inputs.size <= FEW_CELLS else 1
    missed, grown = np.empty(turns), np.empty((turns * FOLDS, len(groups)))
    for turn in range(turns):
        predicted = np.empty(len(metric))
        for fold, held in enumerate(_parts(configurations, turn), start=turn * FOLDS):
            forest = _forest(fold).fit(inputs[~held], metric[~held])
            predicted[held] = forest.predict(inputs[held])
            grown[fold] = _growth(forest, inputs[held], metric[held], predicted[held], widths, fold)
        missed[turn] = ((metric - predicted) ** 2).mean()
    variance = float(metric.var())
    weights = [
        _weight(columns, group, grown[:, place] / (2 * variance), metric, configurations)
        for place, group in enumerate(groups)
    ]
    return {"r2": 1 - float(missed.mean()) / variance,
            "weights": sorted(weights, key=lambda one: (-one["share"], one["key"]))}  # fmt: skip


def _parts(configurations: Sequence[int], turn: int) -> list[NDArray[np.bool_]]:
    """Which runs are held out, FOLDS times: all runs of a configuration at once."""
    from sklearn.model_selection import KFold

    different, place_of = np.unique(configurations, return_inverse=True)
    cut = KFold(FOLDS, shuffle=True, random_state=_SEED + turn).split(different)
    return [np.isin(place_of, held) for _, held in cut]


def _forest(fold: int) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(TREES, min_samples_leaf=LEAST_LEAF, random_state=_SEED + fold, n_jobs=1)


def _growth(forest: Any, inputs: Floats, metric: Floats, predicted: Floats, widths: Any, fold: int) -> Floats:
    """How much the squared error of a part grows with each parameter shuffled."""
    rng = np.random.default_rng(_SEED + fold)
    turns = [_shuffled(inputs, slice(*ends), rng) for ends in pairwise(widths.tolist())]
    at_once = max(CELLS // (SHUFFLES * inputs.size), 1)
    batches = [turns[start : start + at_once] for start in range(0, len(turns), at_once)]
    found = np.concatenate([forest.predict(np.concatenate([make() for make in batch])) for batch in batches])
    errors = (found.reshape(len(turns), SHUFFLES, len(metric)) - metric) ** 2
    grown: Floats = errors.mean(axis=(1, 2)) - ((metric - predicted) ** 2).mean()
    return grown


def _shuffled(inputs: Floats, block: slice, rng: np.random.Generator) -> Callable[[], Floats]:
    """The part SHUFFLES times, each time with one parameter's values in another order; made when it is called."""
    orders = [rng.permutation(len(inputs)) for _ in range(SHUFFLES)]

    def make() -> Floats:
        found = np.tile(inputs, (SHUFFLES, 1))
        found[:, block] = np.concatenate([inputs[order, block] for order in orders])
        return found

    return make


def _weight(
    columns: list[Column], group: list[int], shares: Floats, metric: Floats, configurations: Sequence[int]
) -> dict[str, Any]:
    first = columns[group[0]]
    return {
        "key": first["key"], "share": float(shares.mean()), "low": float(shares.min()), "high": float(shares.max()),
        "floor": _floor(shares),
        "rank_correlation": _rank_correlation(first, metric, configurations),
        "alike": [columns[place]["key"] for place in group[1:]],
    }  # fmt: skip


def _floor(shares: Floats) -> float:
    """The lower end of the mean share's 95 % interval.

    Student's, with the variance of Nadeau and Bengio 2003: the parts have in common most of what was fitted on.
    """
    n = len(shares)
    error = float(shares.std(ddof=1)) * (1 / n + 1 / (FOLDS - 1)) ** 0.5
    return float(shares.mean() - t_95(n - 1) * error)


def _rank_correlation(column: Column, metric: Floats, configurations: Sequence[int]) -> float | None:
    if not column["number"]:
        return None
    values = Values(column["key"], tuple(map(str, column["values"])), _numbers(column), is_number=True)
    of, means = averaged(values, metric, configurations)
    found = spearman(of.numbers, means)
    return None if found != found else found


def _alike(columns: list[Column], configurations: Sequence[int]) -> list[list[int]]:
    """Places of columns that change only together, each set with its first one first.

    They put the configurations into the same groups of equal values; where all values differ that says nothing, and
    numbers have to put the configurations into the same order, or its reverse.
    """
    _, firsts = np.unique(configurations, return_index=True)
    found: dict[tuple[object, ...], list[int]] = {}
    for place, column in enumerate(columns):
        found.setdefault(_pattern(column, firsts.tolist(), place), []).append(place)
    return list(found.values())


def _pattern(column: Column, firsts: Sequence[int], place: int) -> tuple[object, ...]:
    seen: dict[Any, int] = {}
    groups = [seen.setdefault(column["values"][first], len(seen)) for first in firsts]
    if len(seen) < len(groups):
        return ("groups", *groups)
    if not column["number"]:
        return ("own", place)
    order = [int(at) for at in np.argsort(_numbers(column)[firsts], kind="stable")]
    return ("order", *(order if order[0] < order[-1] else order[::-1]))


_MOST = 1e30
"""Numbers beyond it count as it: scikit-learn's trees refuse what single precision cannot hold, or cannot add up."""


def _coded(column: Column) -> Floats:
    """A number as it is, NaN for a missing one; a text as a column of 0 and 1 for each of its frequent values."""
    if column["number"]:
        return _numbers(column)[:, None]
    values = [("" if value is None else f"={value}") for value in column["values"]]
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    frequent = sorted(counts, key=lambda value: (-counts[value], value))[:CATEGORIES]
    found: Floats = np.array([[float(value == one) for one in frequent] for value in values])
    return found


def _numbers(column: Column) -> Floats:
    found = np.array([np.nan if value is None else value for value in column["values"]], dtype=np.float64)
    return np.clip(found, -_MOST, _MOST)


if __name__ == "__main__":
    sys.exit(main())
