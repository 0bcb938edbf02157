"""All decisions of some days with their outcomes: the same rows as the counts, and the columns asked for alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.sources.decisions.single_logs import LOG, OUTCOMES, cases, days_of, files, labels, last_rows, write
from watchroom.sources.decisions.contract import Files
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine

OWN = [("@id", "category"), ("@decided_at", "time"), ("@score", "number"), ("@prediction", "category")]
ALL = [*OWN, ("@outcome", "category"), ("amount", "number"), ("kind", "category"), ("new", "boolean")]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path / "spill", memory_mb=256) as engine:
        yield engine


def test_the_rows_are_the_log_with_its_outcomes_whatever_the_files_are(engine: DuckDBEngine, tmp_path: Path):
    frame, told = cases(3000), labels(cases(3000))
    write(tmp_path, {"decisions/a.parquet": frame[:1000], "decisions/b.csv": frame[1000:], "outcomes/a.parquet": told})
    days = frozenset(sorted(days_of(frame))[5:30])
    reader = engine.joined(LOG, OUTCOMES, files(engine, tmp_path), days, ALL, repeated=frozenset())  # type: ignore[arg-type]
    found = reader.read_all().to_pandas().sort_values("@id").reset_index(drop=True)
    plain = (
        frame[frame["at"].dt.date.isin(days)]
        .merge(told[["id", "label"]], on="id", how="left")
        .sort_values("id")
        .reset_index(drop=True)
    )
    assert found["@id"].tolist() == plain["id"].tolist()
    assert found["@day"].tolist() == plain["at"].dt.date.tolist()
    assert found["@version"].tolist() == plain["version"].tolist()
    pd.testing.assert_series_equal(found["@decided_at"], plain["at"], check_names=False)
    np.testing.assert_array_equal(found["@score"], plain["score"])
    np.testing.assert_array_equal(found["amount"], plain["amount"])
    assert found["@prediction"].astype(int).tolist() == plain["prediction"].tolist()
    np.testing.assert_array_equal(found["@outcome"].astype(float), plain["label"])
    assert found["new"].tolist() == plain["new"].tolist()
    assert (
        found["kind"].where(found["kind"].notna(), None).tolist()
        == plain["kind"].where(plain["kind"].notna(), None).tolist()
    )


def test_an_id_that_stands_twice_on_a_day_comes_once_with_its_last_row(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(400, days=3)
    again = frame[:50].assign(at=frame["at"][:50] + pd.Timedelta(microseconds=1), amount=-1.0)
    write(tmp_path, {"decisions/a.parquet": frame, "decisions/b.parquet": again})
    days = days_of(frame)
    reader = engine.joined(
        LOG, None, files(engine, tmp_path), days, [("@id", "category"), ("amount", "number")], repeated=days
    )
    found = reader.read_all().to_pandas()
    plain = last_rows(pd.concat([frame, again]).assign(day=lambda rows: rows["at"].dt.date), ("version", "id", "day"))
    assert sorted(zip(found["@id"], found["amount"], strict=True)) == sorted(
        zip(plain["id"], plain["amount"], strict=True)
    )


def test_what_is_not_asked_for_is_not_read(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(100, days=2)
    write(tmp_path, {"decisions/a.parquet": frame, "outcomes/a.parquet": labels(frame)})
    there = files(engine, tmp_path)
    (tmp_path / "outcomes/a.parquet").write_bytes(b"no file of ours")
    reader = engine.joined(LOG, OUTCOMES, there, days_of(frame), [("amount", "number")], repeated=frozenset())
    assert reader.read_all().column_names == ["@version", "@day", "amount"]


def test_missing_values_and_columns_that_a_file_lacks_are_null(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(60, days=2).assign(odd="x", amount=float("nan"))
    lame = cases(40, days=2, seed=2).drop(columns=["new", "score"])
    (tmp_path / "decisions").mkdir()
    columns = {name: pa.array(frame[name].to_numpy(), from_pandas=name != "amount") for name in frame.columns}
    pq.write_table(pa.table(columns), tmp_path / "decisions/a.parquet")  # with NaN as NaN
    write(tmp_path, {"decisions/b.parquet": lame})
    days = days_of(pd.concat([frame, lame]))
    asked = [("@score", "number"), ("amount", "number"), ("new", "boolean"), ("odd", "number"), ("none", "time")]
    reader = engine.joined(LOG, None, files(engine, tmp_path), days, asked, repeated=frozenset())  # type: ignore[arg-type]
    found = reader.read_all()
    assert [found[name].null_count for name, _ in asked] == [40, 60, 40, 100, 100]
    assert [found[name].type for name, _ in asked] == [
        pa.float64(),
        pa.float64(),
        pa.bool_(),
        pa.float64(),
        pa.timestamp("us"),
    ]


def test_predictions_and_outcomes_of_a_regression_are_numbers(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(50, days=2).assign(prediction=np.linspace(-1.5, 9, 50))
    told = pd.DataFrame({"id": frame["id"], "label": frame["prediction"] * 2, "known_at": frame["at"]})
    write(tmp_path, {"decisions/a.csv": frame, "outcomes/a.csv": told})
    log = replace(LOG, task="regression", score=None)
    asked = [("@prediction", "category"), ("@outcome", "category"), ("@score", "number")]
    reader = engine.joined(log, OUTCOMES, files(engine, tmp_path), days_of(frame), asked, repeated=frozenset())  # type: ignore[arg-type]
    found = reader.read_all().to_pandas()
    np.testing.assert_allclose(found["@outcome"], found["@prediction"] * 2)
    assert found["@score"].isna().all()


def test_nothing_to_read_gives_no_rows_of_the_same_columns(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(20, days=2)
    write(tmp_path, {"decisions/a.parquet": frame})
    some = engine.joined(LOG, None, files(engine, tmp_path), days_of(frame), ALL, repeated=frozenset())  # type: ignore[arg-type]
    for there, days in ((files(engine, tmp_path), frozenset[date]()), (Files(()), days_of(frame))):
        none = engine.joined(LOG, None, there, days, ALL, repeated=frozenset())  # type: ignore[arg-type]
        assert none.schema == some.schema
        assert none.read_all().num_rows == 0
    some.close()
