"""The demo's money, recomputed straight from the raw logs with plain pandas."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.helpers.demo import shared_demo
from watchroom.jobs.compare.step import compare_versions
from watchroom.jobs.profile.step import profile_models
from watchroom.jobs.refresh import refresh
from watchroom.jobs.value.money import count_money
from watchroom.jobs.value.serving import fill_serving
from watchroom.settings import Settings
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import load_workspace

MODELS = ("card-fraud", "claims-severity", "machine-failure", "retail-demand", "telecom-churn")
MONEY = ("worth", "baseline_worth", "benefit")


def read(folder: Path, pattern: str) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(file) for file in sorted(folder.glob(pattern))], ignore_index=True)


def raw(folder: Path, model: str, *, shadow: bool = False) -> pd.DataFrame:
    """Each decision once with its newest outcome: those that were served, or the challenger's."""
    rows = read(folder, f"lake/{model}/{'shadow' if shadow else 'decisions'}/*.parquet").sort_values("timestamp")
    rows = rows.drop_duplicates(["prediction_id", "model_version"], keep="last")
    told = read(folder, f"lake/{model}/outcomes/*.parquet").sort_values("label_timestamp")
    told = told.dropna(subset="label").drop_duplicates("prediction_id", keep="last")[["prediction_id", "label"]]
    return rows.merge(told, on="prediction_id", how="left").assign(day=rows["timestamp"].dt.date.to_numpy())


def without(folder: Path, model: str, baseline: dict[str, str], rows: pd.DataFrame) -> Any:
    if "column" in baseline:
        return rows[baseline["column"]]
    if baseline["naive"] == "all_negative":
        return 0
    assert baseline["naive"] == "mean"
    return read(folder, f"lake/{model}/reference.parquet")["label"].mean()


def money_of(value: dict[str, Any], said: Any, real: pd.Series[Any]) -> pd.Series[Any]:
    said = pd.Series(said, index=real.index, dtype=float) if np.isscalar(said) else said.astype(float)
    if "per_unit_error" in value:
        error, terms = said - real, value["per_unit_error"]
        return error.clip(lower=0) * terms["over"] + (-error).clip(lower=0) * terms["under"]
    worth = np.select(
        [(said == 1) & (real == 1), (said == 1) & (real == 0), (said == 0) & (real == 1), (said == 0) & (real == 0)],
        [value[f"{kind}_{side}"] for kind, side in (("true", "positive"), ("false", "positive"),
                                                    ("false", "negative"), ("true", "negative"))],
        np.nan,
    )  # fmt: skip
    return pd.Series(worth, index=real.index)


def plainly(folder: Path, model: str, rows: pd.DataFrame, grain: str) -> pd.DataFrame:
    """What the file's figures make of the decisions with an outcome, by period."""
    value = yaml.safe_load((folder / "models" / f"{model}.yaml").read_text())["value"]
    known = rows.dropna(subset="label")
    worth = money_of(value, known["prediction"], known["label"])
    baseline = money_of(value, without(folder, model, value["baseline"], known), known["label"])
    period = pd.to_datetime(known["day"]).dt.to_period({"day": "D", "week": "W-SUN", "month": "M"}[grain])
    table = pd.DataFrame({"worth": worth, "baseline_worth": baseline, "benefit": worth - baseline})
    return table.groupby(period.dt.start_time).sum()


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("money") / "demo"
    shutil.copytree(shared_demo(tmp_path_factory), folder)
    refresh(folder, Settings.load({}, workspace=folder))
    return folder, money_in(folder)


def money_in(folder: Path) -> pd.DataFrame:
    store, workspace = StoreFolder(folder / "store"), load_workspace(folder)
    with refresh_lock(store, 1.0), Draft(store) as draft, DuckDBEngine(draft.spill, memory_mb=512) as engine:
        profile_models(draft, workspace, engine)
        compare_versions(draft, workspace, engine)
        fill_serving(draft)
        assert not count_money(draft, workspace, engine).problems
        return draft.connection.execute("from value.value").df()


def check(folder: Path, found: pd.DataFrame, model: str) -> None:
    served = raw(folder, model)
    scored = [(None, served), *((int(version), own) for version, own in served.groupby("model_version"))]
    if (folder / "lake" / model / "shadow").exists():
        shadow = raw(folder, model, shadow=True)
        assert not set(shadow["model_version"]) & set(served["model_version"])
        scored += [(int(version), own) for version, own in shadow.groupby("model_version")]
    of_model = found[found["model"] == model]
    for version, rows in scored:
        own = of_model[of_model["version"].isna() if version is None else of_model["version"] == version]
        for grain in ("day", "week", "month"):
            expected = plainly(folder, model, rows, grain)
            by_period = own[own["grain"] == grain].set_index("period_start")
            compared = by_period.loc[expected.index, list(MONEY)]
            assert np.abs(compared - expected).to_numpy().max() < 0.005, (model, version, grain)
            assert by_period.loc[~by_period.index.isin(expected.index), list(MONEY)].isna().all(axis=None)
    counted = of_model[of_model["version"].isna() & (of_model["grain"] == "month")]
    assert (counted["decisions"].sum(), counted["labelled"].sum()) == (len(served), served["label"].notna().sum())


@pytest.mark.long
@pytest.mark.parametrize("model", MODELS)
def test_every_cent_of_the_demo_follows_from_its_raw_logs(worked: tuple[Path, pd.DataFrame], model: str) -> None:
    check(*worked, model)
