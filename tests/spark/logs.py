"""Logs with all that can be odd about them, as files of several kinds: both engines must make the same of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from watchroom.domain.bins import edges_of
from watchroom.domain.vocabulary import Task
from watchroom.sources.decisions.contract import (
    Binning,
    Champion,
    DecisionLog,
    Engine,
    FeatureBins,
    Files,
    OutcomeLog,
)

FIRST = pd.Timestamp("2026-03-01")
DAYS = frozenset(date(2026, 3, day) for day in range(1, 5))
PREDICTIONS: dict[Task, list[Any]] = {
    "binary": [0, 1],
    "regression": [1.5, 2.25, -3.0, np.inf, np.nan],
    "multiclass": ["cat", "dog", "it's", None],
}


def decision_log(task: Task, **changes: Any) -> DecisionLog:
    features = (("amount", "number"), ("small", "number"), ("age", "number"), ("kind", "category"), ("new", "boolean"))
    score = "score" if task == "binary" else None
    usual: dict[str, Any] = {"features": features, "groups": ("region",), "score": score, "prediction": "prediction"}
    return DecisionLog("id", "at", "version", task, **(usual | changes))


OUTCOMES = OutcomeLog("id", "label", "known_at")

CHAMPIONS = (Champion(FIRST.to_pydatetime(), 1), Champion(pd.Timestamp("2026-03-02 12:00").to_pydatetime(), 2))


def cases(n: int, seed: int, task: Task) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    amount = rng.lognormal(3, 1, n)
    amount[:4] = [np.nan, np.inf, -np.inf, -0.0][:n]
    return pd.DataFrame(
        {
            "id": [f"{seed}-{number}" for number in range(n)],
            "at": (FIRST + pd.to_timedelta(rng.integers(0, 4 * 86_400 * 10**6, n), unit="us")).astype("datetime64[us]"),
            "version": rng.integers(1, 4, n),
            "amount": amount,
            "small": rng.normal(size=n).astype(np.float32),
            "age": rng.integers(18, 60, n),
            "kind": rng.choice(np.array(["chip", "online", "abroad's", "", "ünseen", None], dtype=object), n),
            "new": rng.random(n) < 0.5,
            "region": rng.choice(np.array(["north", "south", None], dtype=object), n),
            "score": rng.choice([*rng.random(40), 0.0, 1.0, 0.29, np.nan], n),
            "prediction": rng.choice(np.array(PREDICTIONS[task], dtype=object), n),
        }
    )


def binning(task: Task) -> Binning:
    """The usual bins, others for version 2 with a category too rare for a bin, and none for most of version 3."""
    reference = cases(4_000, 99, task)
    usual = _bins(reference, ("chip", "online", "abroad's"), closed=True)
    return Binning(
        usual,
        {2: _bins(reference[:300], ("online", ""), closed=False), 3: usual[:1]},
    )


def _bins(reference: pd.DataFrame, kinds: tuple[str, ...], *, closed: bool) -> tuple[FeatureBins, ...]:
    none = np.empty(0)
    numbers = [("amount", "amount"), ("small", "small"), ("age", "age"), ("@score", "score")]
    found = [FeatureBins(name, "number", edges_of(reference[column].to_numpy(float))) for name, column in numbers]
    found.append(FeatureBins("kind", "category", none, kinds, closed))
    found.append(FeatureBins("new", "boolean", none, ("true", "false")))
    answers = ("0", "1", "cat", "dog")
    return (*found, *(FeatureBins(name, "category", none, answers) for name in ("@prediction", "@outcome")))


def number_bins(bins: Binning) -> Binning:
    """Bins of a regression: predictions and outcomes are numbers."""
    edges = np.array([-3.0, 0.0, 1.5, 2.0])
    signals = ("@prediction", "@outcome")

    def changed(some: tuple[FeatureBins, ...]) -> tuple[FeatureBins, ...]:
        return tuple(FeatureBins(one.feature, "number", edges) if one.feature in signals else one for one in some)

    return Binning(changed(bins.default), {version: changed(some) for version, some in (bins.own or {}).items()})


def write_decisions(folder: Path, task: Task) -> None:
    """Files of five shapes: types that differ, zones, nanoseconds, text; and rows that nobody can use."""
    folder.mkdir(parents=True)
    plain = cases(600, 1, task)
    plain.loc[5, "id"] = None
    _parquet(plain, folder / "a plain [1]+%.parquet")
    zoned = cases(300, 2, task)
    zoned["at"] = zoned["at"].dt.tz_localize("UTC").dt.tz_convert("Europe/London")
    zoned = zoned.assign(age=zoned["age"].astype(np.int32), amount=zoned["amount"].astype(np.float32))
    _parquet(zoned.assign(version=zoned["version"].astype(float)), folder / "b zoned.parquet")
    _parquet(cases(200, 3, task).astype({"at": "datetime64[ns]"}), folder / "c nanoseconds.parquet")
    twice = pd.concat([plain[10:60], plain[20:30].assign(amount=1.0)])
    _parquet(twice.assign(age=twice["age"].astype(np.int32)), folder / "d twice.parquet")
    _text(cases(300, 4, task)).to_csv(folder / "e text.csv", index=False)
    _parquet(
        cases(9, 5, task)[:0].astype(dict.fromkeys(("id", "kind", "prediction"), "str")), folder / "f nothing.parquet"
    )


def _text(frame: pd.DataFrame) -> pd.DataFrame:
    """What people write into CSV files."""
    frame = frame.astype(object)
    frame["at"] = [f"{at:%Y-%m-%d %H:%M:%S.%f}" for at in frame["at"]]
    times = [
        "2026-03-02T10:00:00Z",
        "2026-03-02 23:30:00+01:00",
        "2026-03-03 00:30:00.5 -02:30",
        "yesterday",
        "2026",
        "",
    ]
    frame.loc[: len(times) - 1, "at"] = times
    frame.loc[20:25, "version"] = ["2", "2.0", "2.5", "two", "", " 3 "]
    frame.loc[30:37, "amount"] = ["12", "1e3", "twelve", " 7.5 ", "NaN", "inf", "-Infinity", ""]
    frame.loc[40:42, "kind"] = ['with "quotes"', "with, comma", " chip"]
    frame.loc[50:55, "new"] = ["1", "no", "TRUE", "maybe", "", "0.0"]
    frame.loc[60:64, "score"] = ["0.5", "1.5", "-0.1", "high", ""]
    return frame


def write_outcomes(folder: Path, decisions: pd.DataFrame, task: Task) -> None:
    """Outcomes, later corrected ones, and some that are no outcome or belong to nobody."""
    folder.mkdir(parents=True)
    values: dict[Task, list[Any]] = {
        "binary": [0, 1],
        "regression": [1.0, 2.5, -3.25],
        "multiclass": ["cat", "dog", "it's"],
    }
    rng = np.random.default_rng(7)
    ids = decisions["id"].dropna().astype(str).unique()
    told = pd.DataFrame({"id": ids, "label": rng.choice(np.array(values[task], dtype=object), len(ids))})
    told["known_at"] = pd.Timestamp("2026-04-01").as_unit("us")
    told = told[rng.random(len(told)) < 0.7]
    _parquet(told, folder / "told.parquet")
    later = told[::5].assign(label=rng.choice(np.array(values[task], dtype=object), len(told[::5])))
    later = later.astype(object).assign(known_at="2026-04-02 08:00:00+02:00")
    late = [["nobody", values[task][0], "2026-04-02"], [ids[0], "", "2026-05-01"], ["", values[task][0], ""]]
    pd.concat([later, pd.DataFrame(late, columns=later.columns)]).to_csv(folder / "later.csv", index=False, sep=";")


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    """With NaN of numbers left as NaN, and one real NULL among them."""
    columns = {name: _column(frame[name]) for name in frame.columns}
    pq.write_table(pa.table(columns), path, row_group_size=100)


def _column(series: pd.Series[Any]) -> pa.Array:
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        return pc.assume_timezone(pa.Array.from_pandas(series.dt.tz_convert(None)), "UTC")
    if series.dtype.kind != "f":
        return pa.Array.from_pandas(series)
    numbers = series.to_numpy()
    if series.name == "amount" and len(series) > 8:
        return pa.array(numbers, mask=np.arange(len(series)) == 7)
    return pa.array(numbers)


def all_files(engine: Engine, folder: Path) -> Files:
    """The files of the log as the engine sees them."""
    listed = [engine.files(f"{folder}/{name}/*", str(folder)) for name in ("decisions", "outcomes")]
    decided, told = (tuple(engine.shape(file) for file in files) for files in listed)
    return Files(decided, told)
