"""A category has one spelling, wherever it comes from: what is the same is never taken for new."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from watchroom.desk.cases import value_of
from watchroom.domain.category import category_text
from watchroom.explain.typed import label
from watchroom.jobs.explain.rows import texts


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (3.0, "3"), (-0.5, "-0.5"), ("3", "3"), ("3.0", "3.0"), (True, "true"), (False, "false"),
     ("True", "True"), (None, None), (float("nan"), None), (float("inf"), "inf"), ("", "")],
)  # fmt: skip
def test_a_category_reads_the_same_for_the_log_the_model_the_store_and_the_page(value: object, text: str | None):
    assert category_text(value) == text
    assert value_of(value, "category") == text
    assert texts(pa.array([value])).to_pylist() == [text]
    if text is not None:
        assert label(value) == text


@pytest.mark.parametrize(("value", "text"), [(np.float32(3), "3"), (np.bool_(True), "true"), (np.int64(3), "3")])
def test_what_numpy_holds_is_written_as_what_python_holds(value: object, text: str):
    assert category_text(value) == label(value) == text
