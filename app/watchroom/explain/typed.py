"""The columns of a log as what a model takes: a matrix of numbers, or a frame typed as in the model's signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from watchroom.domain.category import category_text
from watchroom.domain.yes_no import yes_or_no
from watchroom.errors import ExplainError
from watchroom.explain.card import Column
from watchroom.explain.contract import Floats, Input, Kind

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 40  # columns that a message lists
_KINDS: dict[str, Kind] = {"boolean": "boolean", "string": "category", "binary": "category", "datetime": "category"}
_NUMBERS = {"double": "float64", "float": "float32", "long": "int64", "integer": "int32"}


@dataclass(frozen=True)
class Wanted:
    """A column that a matrix holds. `labels` are the categories in the order of their codes, as text."""

    name: str
    kind: Kind
    labels: tuple[str, ...] = ()

    @property
    def input(self) -> Input:
        """The same, for a reader."""
        return Input(self.name, self.kind, self.labels)


def kind_of(column: Column) -> Kind:
    """What a column of the signature holds, for a reader."""
    return _KINDS.get(column.type, "number")


def taken(rows: pa.Table, name: str) -> pa.ChunkedArray:
    """The log's column of that name. Raises `ExplainError` naming a missing one."""
    places = rows.schema.get_all_field_indices(name)
    if not places:
        names = rows.column_names
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise ExplainError(
            f"The decision log has no column {name!r}, which the model takes.",
            why=f"It has {', '.join(names[:_SHOWN])}{more}." if names else "It has no columns.",
            next_step="List the model's inputs under `decisions.features`, by the names of its signature.",
        )
    found = rows.column(places[0])
    return found.cast(found.type.value_type) if pa.types.is_dictionary(found.type) else found


def matrix(rows: pa.Table, wanted: Sequence[Wanted]) -> Floats:
    """The wanted columns as float64, in their order: NaN for missing, codes for categories.

    A category that the model does not know is NaN, as LightGBM and XGBoost have it.
    """
    found = np.empty((rows.num_rows, len(wanted)), dtype=np.float64)
    for place, want in enumerate(wanted):
        column = taken(rows, want.name)
        found[:, place] = codes(column, want.labels) if want.kind == "category" else _read(column, want)
    return found


def _read(column: pa.ChunkedArray, want: Wanted) -> Floats:
    return booleans(column, want.name) if want.kind == "boolean" else numbers(column, want.name)


def numbers(column: pa.ChunkedArray, name: str) -> Floats:
    """A numeric, boolean or text column as float64; a text that is no number is missing, as in the counts.

    Raises `ExplainError` for anything else.
    """
    kind = column.type
    if _is_text(kind):
        return _each(column, _number)
    try:
        if pa.types.is_boolean(kind):
            column = column.cast(pa.int8())
        elif not _is_numeric(kind) and not pa.types.is_null(kind):
            raise pa.ArrowInvalid(f"it holds {kind}")
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ExplainError(
            f"The column {name!r} holds what is no number, and the model takes numbers there.",
            why=" ".join(str(error).split())[:200],
            next_step="Log the column as the model was trained on it.",
        ) from error


def booleans(column: pa.ChunkedArray, name: str) -> Floats:
    """A boolean column, numbers 0 and 1, or words for yes and no, as 1 and 0; anything else is missing."""
    if _is_text(column.type):
        return _each(column, _yes)
    found = numbers(column, name)
    return np.where(np.isin(found, (0.0, 1.0)), found, np.nan)


def _each(column: pa.ChunkedArray, read: Callable[[Any], float]) -> Floats:
    """What each value says, each different one read once; NaN for a missing one."""
    encoded = pc.dictionary_encode(column.combine_chunks() if column.num_chunks != 1 else column.chunk(0))
    known = [read(text) for text in encoded.dictionary.to_pylist()]
    where = np.asarray(encoded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False), dtype=np.int64)
    return np.asarray([*known, np.nan], dtype=np.float64)[where]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _yes(text: str) -> float:
    found = yes_or_no(text)
    return np.nan if found is None else float(found)


def codes(column: pa.ChunkedArray, labels: Sequence[str]) -> Floats:
    """The place of each value among the labels; NaN for a missing one and for one that is not among them."""
    places = {label: float(place) for place, label in enumerate(labels)}
    return _each(column, lambda value: places.get(label(value), np.nan))


def label(value: object) -> str:
    """A category that is not missing, as text: 3, 3.0 and `3` are the same."""
    return str(category_text(value))


def frame(rows: pa.Table, columns: Sequence[Column]) -> pd.DataFrame:
    """The columns as a frame, each of its signature's type; whole numbers with gaps are floats."""
    import pandas as pd

    return pd.DataFrame({column.name: _series(taken(rows, column.name), column) for column in columns})


def _series(column: pa.ChunkedArray, wanted: Column) -> Any:
    import pandas as pd

    if wanted.type in _NUMBERS:
        found = numbers(column, wanted.name)
        whole = wanted.type in ("long", "integer") and not np.isnan(found).any()
        return found.astype(_NUMBERS[wanted.type]) if whole or "float" in _NUMBERS[wanted.type] else found
    if wanted.type == "boolean":
        return _booleans(column, wanted.name)
    if wanted.type == "string":
        return pd.array([None if value is None else _text(value) for value in column.to_pylist()], dtype="str")
    if wanted.type == "datetime":
        return pd.Series(column.to_pandas()).astype("datetime64[ns]")
    return column.to_pandas()


def _booleans(column: pa.ChunkedArray, name: str) -> Any:
    found = booleans(column, name)
    return found.astype(object) if np.isnan(found).any() else found.astype(bool)


def _text(value: object) -> str:
    return value if isinstance(value, str) else label(value)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_numeric(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
