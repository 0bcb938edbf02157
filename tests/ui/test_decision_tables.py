"""Inputs may be named like anything: the tables of the Decision page keep their own columns beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from watchroom.domain.decision import Case
from watchroom.domain.usual import Standing
from watchroom.reports.csv_file import csv_text
from watchroom.reports.decision_facts import Facts, Input
from watchroom.ui.decision_find import input_labels, log_table
from watchroom.ui.decision_similar import Similar, similar_file, similar_table
from watchroom.ui.decision_what_if import as_taken, same
from watchroom.workspace.answer import Answer

LONG = "customer_account_balance_average_over_the_last_months_"
NAMES = [
    ("Score", "Outcome"),
    ("Decision", "Alike"),
    (f"{LONG}3", f"{LONG}6"),
    ("id", "score", "id (input)"),
    ("input 1", "input 0"),
]


@pytest.mark.parametrize("names", NAMES)
def test_the_log_keeps_its_own_columns_beside_inputs_of_any_name(names: tuple[str, ...]):
    rows = pd.DataFrame(
        {
            "@id": ["d1"], "@decided_at": [pd.Timestamp("2026-03-01")], "@version": [1], "@score": [0.5],
            "@prediction": ["1"], "@outcome": ["0"], **{name: [float(place)] for place, name in enumerate(names)},
        }
    )  # fmt: skip
    table, labels = log_table(rows, names, ZoneInfo("UTC"), Answer()), cast(dict[str, Any], input_labels(names))
    assert (table["Decision"][0], table["Score"][0], table["Outcome"][0]) == ("d1", 0.5, "0")
    assert table.columns.is_unique
    assert [labels[key]["label"][:20] for key in table.columns[6:]] == [name[:20] for name in names]
    assert table.iloc[0, 6:].tolist() == [str(place) for place in range(len(names))]


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_similar_decisions_keep_theirs(names: tuple[str, ...], task: str):
    found = Similar(
        ("d1", "d2"),
        pd.DataFrame({"at": pd.Timestamp("2026-03-01"), "score": [0.5, 0.6], "prediction": "1", "outcome": "0"}),
        pd.DataFrame({name: [str(place)] * 2 for place, name in enumerate(names)}),
        (0.0, 0.25),
        9,
    )
    table = similar_table(found, cast(Facts, _Told(task)))
    assert table.columns.is_unique
    assert table["Decision"].tolist() == ["d1", "d2"]
    assert ("Score" in table.columns) == (task == "binary")
    file = similar_file(found)
    assert file.columns.is_unique
    assert (file["id"].tolist(), file["score"].tolist()) == (["d1", "d2"], [0.5, 0.6])
    assert csv_text(file)
    assert similar_file(replace(found, inputs=pd.DataFrame(index=[0, 1]))).shape == (2, 6)


class _Told:
    def __init__(self, task: str) -> None:
        self.around = type("Around", (), {"task": task, "answer": Answer()})()


@pytest.mark.parametrize(
    ("kind", "logged", "taken"),
    [
        ("number", "3", 3.0),
        ("boolean", "yes", True),
        ("boolean", 1.0, True),
        ("category", 3.0, "3"),
        ("number", "x", None),
    ],
)
def test_a_what_if_begins_with_what_the_model_was_given(kind: str, logged: float | str, taken: float | str | None):
    case = Case("m", 1, "d1", datetime(2026, 3, 1), 0.5, "1", None, {"a": logged, "note": "5"})
    inputs = (Input("a", logged, None, None, Standing()),)
    facts = as_taken(Facts(case, None, cast(Any, None), inputs), {"a": kind})
    assert facts.case.inputs == {"a": taken, "note": "5"}
    assert [one.value for one in facts.inputs] == [taken]
    assert same(facts.inputs[0].value, taken)
