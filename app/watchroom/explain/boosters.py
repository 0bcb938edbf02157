"""Exact path-dependent TreeSHAP of boosters: the library's own, or woodelf where it is faster and agrees."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from watchroom.explain.contract import Floats

FAST_FROM = 3000
"""Rows from which woodelf, which prepares the trees first, is faster than the booster itself (measured)."""
_MOST_FAST_LEAVES = 2000
"""Of a tree: what woodelf prepares grows with leaves and depth; up to here it was measured to pay."""
_AGREES = 1e-4  # absolute, and relative to the largest output: what single precision of the thresholds costs
_PROBED = 16  # rows of each batch that both ways explain, so that not only the sum is compared
_MOST_REDONE = 0.05  # a larger share of rows that do not add up: woodelf does not understand this model
_BATCH_CELLS = 20_000_000  # numbers that the booster returns at once, over all classes


@dataclass(frozen=True)
class Contributions:
    """For each row: what each column added, what the output starts from, their sum, and which output was chosen."""

    values: Floats
    base: Floats
    output: Floats
    raw: Floats
    chosen: NDArray[np.int64]


class Booster(Protocol):
    """A tree ensemble with `outputs` raw outputs for each row of `columns` numbers."""

    outputs: int
    columns: int
    names: list[str]
    model: Any
    fast: bool

    def raw(self, rows: Floats) -> Floats:
        """The raw outputs, n × outputs."""

    def native(self, rows: Floats) -> Floats:
        """The contributions by the library itself, n × outputs × (columns + 1), the base last."""


class LightGBM:
    """A `lightgbm.Booster`, and a constant to add to each of its outputs."""

    def __init__(self, model: Any, offset: Floats | None = None) -> None:
        self.model = model
        self.outputs = int(model.num_model_per_iteration())
        self._offset = np.zeros(self.outputs) if offset is None else offset
        self.columns = int(model.num_feature())
        self.names = list(model.feature_name())
        self.fast = self.outputs == 1 and _widest(model) <= _MOST_FAST_LEAVES

    def raw(self, rows: Floats) -> Floats:  # noqa: D102 - as in `Booster`, here and below
        found = np.asarray(self.model.predict(rows, raw_score=True), dtype=np.float64)
        return found.reshape(len(rows), self.outputs) + self._offset

    def native(self, rows: Floats) -> Floats:  # noqa: D102
        flat = np.asarray(self.model.predict(rows, pred_contrib=True), dtype=np.float64)
        found = flat.reshape(len(rows), self.outputs, self.columns + 1)
        found[:, :, -1] += self._offset
        return found


class XGBoost:
    """An `xgboost.Booster`; categories come as codes."""

    def __init__(self, model: Any, outputs: int) -> None:
        self.model = model
        self.outputs = outputs
        self.columns = int(model.num_features())
        self.names = model.feature_names or [f"f{place}" for place in range(self.columns)]
        self.fast = outputs == 1 and "c" not in (model.feature_types or [])

    def raw(self, rows: Floats) -> Floats:  # noqa: D102
        return self._asked(rows, output_margin=True).reshape(len(rows), self.outputs)

    def native(self, rows: Floats) -> Floats:  # noqa: D102
        return self._asked(rows, pred_contribs=True).reshape(len(rows), self.outputs, self.columns + 1)

    def _asked(self, rows: Floats, **how: bool) -> Floats:
        import xgboost

        names, types = self.model.feature_names, self.model.feature_types
        given = xgboost.DMatrix(rows, feature_names=names, feature_types=types, missing=np.nan)
        return np.asarray(self.model.predict(given, strict_shape=True, **how), dtype=np.float64)


def contributions(booster: Booster, rows: Floats) -> Contributions:
    """What each column added to the output that the model chooses for each row (the only one, or the greatest)."""
    if booster.fast and len(rows) >= FAST_FROM:
        found = _fast(booster, rows)
        if found is not None:
            return found
    size = max(1, _BATCH_CELLS // (booster.outputs * (booster.columns + 1)))
    parts = [_native(booster, rows[start : start + size]) for start in range(0, len(rows), size)]
    if len(parts) < 2:
        return parts[0] if parts else _native(booster, rows)
    return Contributions(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.base for part in parts]),
        np.concatenate([part.output for part in parts]),
        np.concatenate([part.raw for part in parts]),
        np.concatenate([part.chosen for part in parts]),
    )


def _native(booster: Booster, rows: Floats) -> Contributions:
    if not len(rows):
        nothing = np.zeros(0)
        empty = np.zeros((0, booster.outputs))
        return Contributions(np.zeros((0, booster.columns)), nothing, nothing, empty, np.zeros(0, dtype=np.int64))
    found = booster.native(rows)
    raw = found.sum(axis=2)
    chosen = raw.argmax(axis=1)
    of_chosen = found[np.arange(len(rows)), chosen]
    return Contributions(of_chosen[:, :-1], of_chosen[:, -1], raw[np.arange(len(rows)), chosen], raw, chosen)


def _fast(booster: Booster, rows: Floats) -> Contributions | None:
    """The same by woodelf, every row held against the booster's own output; None when it does not agree."""
    raw = booster.raw(rows)[:, 0]
    values = _woodelf(booster, rows)
    if values is None:
        return None
    probed = np.linspace(0, len(rows) - 1, _PROBED).astype(np.int64)
    known = booster.native(rows[probed])[:, 0]
    base = known[0, -1]
    allowed = _AGREES * max(1.0, float(np.abs(raw).max(initial=0)))
    off = ~(np.abs(values.sum(axis=1) + base - raw) <= allowed)
    agrees = ~off[probed]
    if off.mean() > _MOST_REDONE or np.abs(values[probed][agrees] - known[agrees, :-1]).max(initial=0) > allowed:
        return None
    if off.any():  # a value between a threshold and its single-precision neighbour: the booster itself says
        values[off] = booster.native(rows[off])[:, 0, :-1]
    output = values.sum(axis=1) + base
    return Contributions(values, np.full(len(rows), base), output, output[:, None], np.zeros(len(rows), dtype=np.int64))


def _woodelf(booster: Booster, rows: Floats) -> Floats | None:
    import pandas as pd
    from woodelf import WoodelfExplainer

    frame = pd.DataFrame(rows, columns=booster.names)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it does
            found = WoodelfExplainer(booster.model).shap_values(frame, verbose=False)
    except Exception:  # noqa: BLE001 - a model that it cannot read, in whichever way: the booster's own answer stands
        return None
    values = np.asarray(found, dtype=np.float64)
    return values if values.shape == rows.shape else None


def _widest(model: Any) -> int:
    """The most leaves of a tree of a LightGBM model."""
    lines = (line for line in model.model_to_string().split("\n") if line.startswith("num_leaves="))
    return max((int(line[11:]) for line in lines), default=0)
