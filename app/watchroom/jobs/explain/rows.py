"""From rows of a log and what explained them to rows of the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from watchroom.domain.category import category_text
from watchroom.domain.yes_no import NO, YES
from watchroom.explain.contract import Explained, Input
from watchroom.store.explain import Month


def decision_rows(
    model: str, version: int, month: Month, sample: pa.Table, explained: Explained, rows: Sequence[int]
) -> pa.Table:
    """The rows of `explained_decisions` for a sample, row by row."""
    own = _same(model, version, month, len(rows))
    nothing = pa.nulls(len(rows), pa.string())
    named = set(sample.column_names)
    is_reference = month is None
    return pa.table(
        {
            **own,
            "row": pa.array(rows, pa.int32()),
            "prediction_id": nothing if is_reference else sample["@id"],
            "decided_at": pa.nulls(len(rows), pa.timestamp("us")) if is_reference else sample["@decided_at"],
            "score": sample["@score"] if "@score" in named else pa.nulls(len(rows), pa.float64()),
            "prediction": sample["@prediction"] if "@prediction" in named else nothing,
            "outcome": sample["@outcome"] if "@outcome" in named else nothing,
            "class": pa.array(explained.klass, pa.string()),
            "base_value": pa.array(explained.base, pa.float64()),
            "output": pa.array(explained.output, pa.float64()),
        }
    )


def value_rows(
    model: str,
    version: int,
    month: Month,
    sample: pa.Table,
    explained: Explained,
    rows: Sequence[int],
    inputs: Sequence[Input],
    groups: Iterable[str],
) -> pa.Table:
    """The rows of `explained_values` for a sample, by feature and row, columns of groups included."""
    kinds: dict[str, str] = {one.name: one.kind for one in inputs}
    blocks = [
        _block(name, kinds[name], sample[name], explained.values[:, place], rows)
        for place, name in enumerate(explained.features)
    ]
    others = [name for name in groups if name not in kinds and name in sample.column_names]
    blocks += [_block(name, "category", sample[name], None, rows) for name in others]
    table = pa.concat_tables(sorted(blocks, key=lambda block: block["feature"][0].as_py() if len(rows) else ""))
    for place, (name, column) in enumerate(_same(model, version, month, table.num_rows).items()):
        table = table.add_column(place, name, column)
    return table


def _same(model: str, version: int, month: Month, n: int) -> dict[str, Any]:
    month_value = pa.scalar(month, pa.date32())
    return {
        "model": pa.repeat(pa.scalar(model, pa.string()), n),
        "version": pa.repeat(pa.scalar(version, pa.int32()), n),
        "month": pa.repeat(month_value, n),
    }


def _block(feature: str, kind: str, column: Any, shap: Any, rows: Sequence[int]) -> pa.Table:
    n = len(rows)
    number = kind in ("number", "boolean")
    return pa.table(
        {
            "feature": pa.repeat(pa.scalar(feature, pa.string()), n),
            "row": pa.array(rows, pa.int32()),
            "value": numbers(column, kind) if number else pa.nulls(n, pa.float64()),
            "text": pa.nulls(n, pa.string()) if number else texts(column),
            "shap": pa.nulls(n, pa.float64()) if shap is None else pa.array(shap, pa.float64()),
        }
    )


def numbers(column: Any, kind: str) -> pa.Array:
    """A column of a log as numbers, infinite ones too, a boolean as 0 and 1; NULL where it is none."""
    flat = _flat(column)
    if pa.types.is_boolean(flat.type):
        return flat.cast(pa.uint8()).cast(pa.float64())
    if pa.types.is_integer(flat.type) or pa.types.is_floating(flat.type) or pa.types.is_decimal(flat.type):
        found = flat.cast(pa.float64(), safe=False)
        return pc.if_else(pc.is_nan(found), pa.scalar(None, pa.float64()), found)
    text = pd.Series(flat.cast(pa.string()).to_pandas(), dtype=object)
    if kind == "boolean":
        lower = text.str.strip().str.lower()
        values = np.where(lower.isin(YES), 1.0, np.where(lower.isin(NO), 0.0, np.nan))
    else:
        values = pd.to_numeric(text, errors="coerce").to_numpy(np.float64)
    return pa.array(values, pa.float64(), from_pandas=True)


def texts(column: Any) -> pa.Array:
    """A column of a log as text; whole floats without a fraction, so that a category reads the same in any file."""
    flat = _flat(column)
    if pa.types.is_floating(flat.type):
        return pa.array([category_text(one) for one in flat.to_pylist()], pa.string())
    if pa.types.is_binary(flat.type) or pa.types.is_large_binary(flat.type):
        return pa.array([None if one is None else one.decode(errors="replace") for one in flat.to_pylist()])
    if pa.types.is_nested(flat.type):
        return pa.array([None if one is None else json.dumps(one, default=str) for one in flat.to_pylist()])
    return flat.cast(pa.string())


def _flat(column: Any) -> pa.Array:
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return flat.dictionary_decode() if pa.types.is_dictionary(flat.type) else flat
