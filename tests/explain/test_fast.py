"""The fast way for many rows: the same values to single precision, and the booster's own where it does not agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from watchroom.explain import boosters
from watchroom.explain.boosters import FAST_FROM, LightGBM, XGBoost, contributions

ROWS = FAST_FROM + 50


def rows(seed: int = 0) -> np.ndarray:
    found = np.random.default_rng(seed).normal(size=(ROWS, 6))
    found[::9, 2] = np.nan
    return found


def lightgbm(task: str = "regression") -> LightGBM:
    import lightgbm as lgb

    given = rows()
    y = given[:, 0] * 2 + given[:, 1] * np.nan_to_num(given[:, 2])
    y = y if task == "regression" else (y > 0).astype(int)
    return LightGBM(lgb.train({"objective": task, "verbose": -1}, lgb.Dataset(given, y), 15))


def xgboost() -> XGBoost:
    import xgboost as xgb

    given = rows()
    return XGBoost(xgb.train({"max_depth": 4}, xgb.DMatrix(given, given[:, 0] * 2 + given[:, 1] ** 2), 15), 1)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows the fast way was given, each time."""
    asked: list[int] = []
    real = boosters._woodelf

    def counted(booster: Any, given: np.ndarray) -> Any:
        asked.append(len(given))
        return real(booster, given)

    monkeypatch.setattr(boosters, "_woodelf", counted)
    return asked


@pytest.mark.parametrize("make", [lightgbm, lambda: lightgbm("binary"), xgboost], ids=["amount", "binary", "xgboost"])
def test_many_rows_are_explained_the_fast_way_with_the_same_values(make: Any, taken: list[int], capsys: Any) -> None:
    booster, given = make(), rows(1)
    found = contributions(booster, given)
    own = booster.native(given)[:, 0]
    assert taken == [ROWS]
    np.testing.assert_allclose(found.values, own[:, :-1], atol=1e-4)
    np.testing.assert_allclose(found.base, own[:, -1], atol=1e-9)
    np.testing.assert_allclose(found.output, booster.raw(given)[:, 0], atol=1e-4)
    assert capsys.readouterr().out == ""


def test_few_rows_are_explained_by_the_booster_itself(taken: list[int]) -> None:
    booster, given = lightgbm(), rows(1)[: FAST_FROM - 1]
    np.testing.assert_array_equal(contributions(booster, given).values, booster.native(given)[:, 0, :-1])
    assert taken == []


@pytest.mark.parametrize(
    "wrong", [lambda v: None, lambda v: v * 1.01, lambda v: v[:, ::-1].copy(), lambda v: v * np.nan]
)
def test_where_the_fast_way_does_not_agree_the_booster_itself_answers(
    wrong: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    booster, given = lightgbm(), rows(1)
    own = booster.native(given)[:, 0, :-1]
    monkeypatch.setattr(boosters, "_woodelf", lambda booster, given: wrong(own.copy()))
    np.testing.assert_array_equal(contributions(booster, given).values, own)


def test_single_rows_that_do_not_add_up_are_the_boosters_own(monkeypatch: pytest.MonkeyPatch) -> None:
    booster, given = lightgbm(), rows(1)
    own = booster.native(given)[:, 0, :-1]
    changed = own.copy()
    changed[5] += 1.0
    monkeypatch.setattr(boosters, "_woodelf", lambda booster, given: changed.copy())
    np.testing.assert_array_equal(contributions(booster, given).values[5], own[5])
