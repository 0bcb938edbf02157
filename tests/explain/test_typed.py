"""The log's columns as the model takes them, however the log writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.errors import ExplainError
from watchroom.explain.card import Column
from watchroom.explain.typed import Wanted, codes, frame, matrix
from watchroom.jobs.explain.rows import numbers as shown
from watchroom.sources.decisions.duckdb_dialect import DuckDialect
from watchroom.sources.decisions.questions import value_of

NUMBER = Wanted("a", "number")


def column(values: list[Any], kind: pa.DataType | None = None) -> pa.Table:
    return pa.table({"a": pa.array(values, kind)})


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1, None, 3], pa.int64(), [1, np.nan, 3]),
        ([1.5, None], pa.float32(), [1.5, np.nan]),
        ([True, False, None], pa.bool_(), [1, 0, np.nan]),
        (["1.5", " 2", None], pa.string(), [1.5, 2, np.nan]),
        ([Decimal("1.25"), None], pa.decimal128(5, 2), [1.25, np.nan]),
        ([None, None], pa.null(), [np.nan, np.nan]),
        ([2**53 + 1], pa.int64(), [2.0**53]),
        ([7, 8], pa.uint8(), [7, 8]),
    ],
)
def test_a_number_is_read_however_it_is_written(values: list[Any], kind: pa.DataType, expected: list[float]) -> None:
    np.testing.assert_array_equal(matrix(column(values, kind), [NUMBER])[:, 0], expected)


@pytest.mark.parametrize(
    "values",
    [["1", "", " ", "n/a", "true", "2", None], ["", ""], ["1e3", "-.5", " 7 ", "1,5", "12 EUR", "0x10", "nan"]],
)
def test_a_text_that_is_no_number_is_missing_and_harms_no_other_as_in_the_counts(values: list[str | None]) -> None:
    found = matrix(column(values, pa.string()), [NUMBER])[:, 0]
    known = duckdb.execute("select try_cast(x as double) from (select unnest(?::varchar[]) as x)", [values]).fetchall()
    np.testing.assert_array_equal(found, np.array([value for (value,) in known], dtype=np.float64))


WORDS = ["true", "True", " YES ", "1", "1.0", "false", "No", "0", "0.0", "", "maybe", None]
MEANT = [1, 1, 1, 1, 1, 0, 0, 0, 0, np.nan, np.nan, np.nan]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (WORDS, pa.string(), MEANT),
        (WORDS, pa.large_string(), MEANT),
        ([True, False, None], pa.bool_(), [1, 0, np.nan]),
        ([1, 0, 2, None], pa.int64(), [1, 0, np.nan, np.nan]),
        ([1.0, 0.0, 0.5], pa.float64(), [1, 0, np.nan]),
    ],
)
def test_yes_and_no_are_read_however_they_are_written(values: list[Any], kind: pa.DataType, expected: Any) -> None:
    np.testing.assert_array_equal(matrix(column(values, kind), [Wanted("a", "boolean")])[:, 0], expected)
    np.testing.assert_array_equal(frame(column(values, kind), [Column("a", "boolean")]).a.astype(float), expected)


def test_yes_and_no_are_the_same_to_models_pages_and_counts() -> None:
    known = duckdb.execute(
        f"select {value_of(DuckDialect(), 'boolean', 'text', 'x')[0]} from (select unnest(?::varchar[]) as x)", [WORDS]
    ).fetchall()
    counted = [{"true": 1.0, "false": 0.0, None: np.nan}[value] for (value,) in known]
    np.testing.assert_array_equal(counted, MEANT)
    np.testing.assert_array_equal(shown(pa.chunked_array([pa.array(WORDS)]), "boolean"), MEANT)


@pytest.mark.parametrize("table", [column([[1]]), column([b"\x00"])])
def test_what_is_no_number_is_an_error_that_names_the_column(table: pa.Table) -> None:
    with pytest.raises(ExplainError, match="'a'"):
        matrix(table, [NUMBER])


def test_a_missing_column_is_an_error_that_names_it_and_those_there_are() -> None:
    with pytest.raises(ExplainError, match="'b'") as caught:
        matrix(column([1]), [Wanted("b", "number")])
    assert caught.value.why == "It has a."


@pytest.mark.parametrize(
    ("values", "labels", "expected"),
    [
        (["x", "y", None, "new"], ("y", "x"), [1, 0, np.nan, np.nan]),
        ([3, 5, 4], ("3", "5"), [0, 1, np.nan]),
        ([3.0, 5.0], ("3", "5"), [0, 1]),
        ([True, False], ("false", "true"), [1, 0]),
        ([], ("a",), []),
    ],
)
def test_a_category_becomes_its_code_and_an_unknown_one_is_missing(values: Any, labels: Any, expected: Any) -> None:
    np.testing.assert_array_equal(codes(pa.chunked_array([pa.array(values)]), labels), expected)


def test_a_dictionary_column_is_read_by_its_values() -> None:
    table = pa.table({"a": pa.array(["x", "y", "x"]).dictionary_encode()})
    np.testing.assert_array_equal(matrix(table, [Wanted("a", "category", ("y", "x"))])[:, 0], [1, 0, 1])


@given(st.lists(st.sampled_from(["p", "q", "r", None]), min_size=1), st.permutations(["p", "q", "r"]))
def test_codes_lead_back_to_their_labels(values: list[str | None], labels: list[str]) -> None:
    found = codes(pa.chunked_array([pa.array(values, pa.string())]), labels)
    assert [None if np.isnan(code) else labels[int(code)] for code in found] == values


def test_a_frame_has_the_types_of_the_signature() -> None:
    table = pa.table({"t": [1, 2], "i": [1.0, 2.0], "g": [1, None], "b": [1, 0], "d": ["1", "2"]})
    columns = [
        Column("d", "double"),
        Column("i", "long"),
        Column("g", "long"),
        Column("b", "boolean"),
        Column("t", "string"),
    ]
    found = frame(table, columns)
    assert [str(kind) for kind in found.dtypes] == ["float64", "int64", "float64", "bool", "str"]
    assert found.t.tolist() == ["1", "2"]
