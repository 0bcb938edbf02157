"""The first sentence about two versions says whether it matters: callers first, then which is better, then why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from watchroom.domain.attribution import Shift
from watchroom.domain.version_difference import Column, ColumnsDifference, DataDifference, Dataset, MetricDifference
from watchroom.reports import go_back
from watchroom.store.queries.pairs import Comparison
from watchroom.store.queries.versions import Version
from watchroom.ui.model_work import not_better
from watchroom.ui.versions_difference import Difference, answer

SAME = ColumnsDifference((), (), (), (), ())
MORE = ColumnsDifference((Column("x", "double", True),), (), (), (), ())
OPTIONAL = ColumnsDifference((Column("x", "double", False),), (), (), (), ())
OTHER_DATA = DataDifference("training", (Dataset("training", "a", "1"),), (Dataset("training", "a", "2"),), False)


def version(number: int, **facts: Any) -> Version:
    names = [field for field in Version.__dataclass_fields__ if field != "version"]
    usual = {"aliases": (), "tags": (), "flavors": (), "signed_by": (), "run_known": True, "decisions": 0}
    return Version(number, **{name: facts.get(name, usual.get(name)) for name in names})


def compared(newer_better: float | None, why: str = "") -> Comparison:
    ends = (None, None) if newer_better is None else (-2.0, -0.1 if newer_better > 0.975 else 0.1)
    return Comparison("rmse", "lower", 4.0, 3.0, -1.0, *ends, newer_better, "bootstrap", 1200, why)


def told(before: int = 1, now: int = 2, **changed: Any) -> Difference:
    usual: dict[str, Any] = {
        "metrics": (), "params": (), "params_known": True, "inputs": SAME, "outputs": SAME, "packages": None,
        "data": (), "moved": (), "spans": None, "compared": (), "monitored": "rmse",
    }  # fmt: skip
    return Difference(version(before, commit="a"), version(now, commit="a"), **{**usual, **changed})


@pytest.mark.parametrize(
    ("found", "level", "matters"),
    [
        (told(inputs=MORE), "breaks", "Version 2 against version 1: callers have to change what they send: x."),
        (told(outputs=MORE), "breaks", "Version 2 against version 1: its output has another form."),
        (told(compared=(compared(0.99),)), "matters",
         "Version 2 against version 1: it is better on the decisions that both scored (rmse 3 against 4, "
         "1,200 decisions)."),
        (told(now=1, before=2, compared=(compared(0.99),)), "matters",
         "Version 1 against version 2: it is worse on the decisions that both scored (rmse 4 against 3, "
         "1,200 decisions)."),
        (told(), "same", "Version 2 against version 1: nothing that was logged differs."),
        (told(inputs=None, outputs=None), "unknown",
         "Version 2 against version 1: nothing that is known tells them apart, and little is known."),
        (told(inputs=OPTIONAL, data=(OTHER_DATA,)), "differs",
         "Version 2 against version 1: callers may go on as they do, though the signature differs."),
    ],
)  # fmt: skip
def test_what_matters_most_comes_first(found: Difference, level: str, matters: str):
    said = answer(found)
    assert (said.level, said.matters) == (level, matters)


def test_a_difference_that_may_be_chance_is_not_said_to_be_real():
    said = answer(told(compared=(compared(0.9),)))
    assert said.level == "differs"
    assert any("neither is clearly better" in line for line in said.rest)


def test_two_versions_are_judged_by_the_usual_metric_and_not_by_the_first_of_the_alphabet():
    accuracy = replace(compared(0.99), metric="accuracy", better="higher", low=0.1, high=0.2)
    auc = replace(accuracy, metric="roc_auc", low=-0.1)
    said = answer(told(compared=(accuracy, auc), monitored=None))
    assert any("neither is clearly better (roc_auc" in line for line in said.rest)


@pytest.mark.parametrize(
    ("found", "newer", "against"),
    [
        (None, True, ["it has not been compared with the champion on the same decisions"]),
        (compared(0.99), True, []),
        (compared(0.99), False, ["it is not clearly better by rmse"]),
        (compared(0.9), True, ["it is not clearly better by rmse"]),
        (compared(None, "only 12 outcomes"), False, ["whether it is better by rmse is not known: only 12 outcomes"]),
    ],
)
def test_what_is_not_known_of_a_challenger_is_not_taken_for_certain(
    found: Comparison | None, newer: bool, against: list[str]
):
    assert not_better(found, newer=newer) == against


def test_without_shared_decisions_the_runs_speak_and_that_is_said():
    said = answer(told(compared=(compared(None, "too few"),), metrics=(MetricDifference("rmse", "lower", 4.0, 3.0),)))
    assert said.rest == ("by its run it is better (rmse 3 against 4), which no shared decision has put to the test.",)


def test_what_made_it_and_what_drives_it_are_said_when_they_moved():
    moved = (Shift("a", 1, 2, 0.5, 0.3), Shift("b", 2, 1, 0.3, 0.32))
    said = answer(told(data=(OTHER_DATA,), moved=moved))
    assert "It was made with other training data." in said.rest
    assert (
        "What drives it has moved most at a (50 % in version 1, 30 % in version 2), on all explained decisions."
        in said.rest
    )


@pytest.mark.parametrize("address", ["", "sqlite:///mlflow.db", "./mlruns"])
def test_there_is_a_request_only_where_mlflow_is_a_server(address: str):
    assert go_back.rest("m", 2, address) == ""


def test_the_request_to_go_back_quotes_a_hostile_name():
    text = go_back.rest("it's; rm -rf", 2, "http://mlflow:5000/")
    assert "http://mlflow:5000/api/2.0/mlflow/registered-models/alias" in text
    assert '\'{"name": "it\'"\'"\'s; rm -rf"' in text
