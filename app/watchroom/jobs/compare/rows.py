"""From the rows of a log, two for each decision, to the rows of the store."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from watchroom.jobs.explain.rows import numbers, texts
from watchroom.sources.decisions.contract import SINGLES, DecisionLog

_NUMBERED = ("number", "boolean")


def by_time(found: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows of the older version and those of the newer, each decision at the same place, by time and id.

    `found` has both rows of each decision one after the other, the older version's first (`Engine.pairs`).
    """
    places = pa.array(range(0, found.num_rows, 2), pa.int64())
    first, second = found.take(places), found.take(pc.add(places, 1))
    order = pc.sort_indices(first, [("@decided_at", "ascending"), ("@id", "ascending")])
    return first.take(order), second.take(order)


def decision_rows(first: pa.Table, second: pa.Table) -> pa.Table:
    """The rows of `paired_decisions`."""
    return pa.table(
        {
            "row": _rows(first),
            "prediction_id": first["@id"],
            "decided_at": first["@decided_at"],
            "score_a": first["@score"],
            "score_b": second["@score"],
            "prediction_a": first["@prediction"],
            "prediction_b": second["@prediction"],
            "outcome": first["@outcome"],
        }
    )


def value_rows(log: DecisionLog, first: pa.Table, second: pa.Table) -> pa.Table | None:
    """The rows of `paired_values`: as the older version logged it, else as the newer; None without any columns."""
    kinds: dict[str, str] = {**dict.fromkeys(log.groups, "category"), **dict(log.features)}
    if not set(_NUMBERED) & set(kinds.values()):  # without a reference nobody has said which are numbers
        kinds |= {name: "number" for name in kinds if name in first.column_names and _is_number(first[name].type)}
    names = sorted(name for name in kinds if name in first.column_names and name not in SINGLES.names)
    return pa.concat_tables([_values(name, kinds[name], first, second) for name in names]) if names else None


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _values(name: str, kind: str, first: pa.Table, second: pa.Table) -> pa.Table:
    n = first.num_rows
    number = kind in _NUMBERED
    read = [numbers(one[name], kind) if number else texts(one[name]) for one in (first, second)]
    value = pc.coalesce(*read)
    return pa.table(
        {
            "feature": pa.repeat(pa.scalar(name, pa.string()), n),
            "row": _rows(first),
            "value": value if number else pa.nulls(n, pa.float64()),
            "text": pa.nulls(n, pa.string()) if number else value.cast(pa.string()),
        }
    )


def _rows(table: pa.Table) -> pa.Array:
    return pa.array(range(1, table.num_rows + 1), pa.int32())
