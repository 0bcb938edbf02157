"""What another rule would have answered for the same decisions: against plain pandas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.sources.decisions.single_logs import LOG, OUTCOMES, cases, days_of, files, labels, write
from watchroom.sources.decisions.contract import AGAINST, Files, Rule
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine

AMOUNTS = replace(LOG, task="regression", score=None)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path / "spill", memory_mb=256) as engine:
        yield engine


def logged(n: int = 2000) -> pd.DataFrame:
    """Decisions of ten days with a column of what would have been done; some have none, some came twice on a day."""
    frame = cases(n, days=10)
    rng = np.random.default_rng(5)
    frame["usual"] = rng.choice(["yes", "0", "1.0", "", "perhaps"], n)
    frame["last_week"] = np.where(rng.random(n) < 0.1, np.nan, frame["amount"].round())
    again = frame[:100].assign(at=frame["at"].dt.normalize()[:100], prediction=0, usual="no", last_week=1e6)
    return pd.concat([again, frame], ignore_index=True)


def once(frame: pd.DataFrame) -> pd.DataFrame:
    day = frame["at"].dt.date
    return frame.assign(day=day).sort_values("at").drop_duplicates(["id", "version", "day"], keep="last")


def amounts(frame: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    return frame.assign(prediction=(frame["amount"] + rng.normal(0, 5, len(frame))).round(2))


def money(frame: pd.DataFrame) -> pd.DataFrame:
    return labels(frame).assign(label=lambda rows: rows["id"].map(frame.set_index("id")["amount"].groupby("id").last()))


def test_a_column_of_answers_is_counted_by_score_answer_and_outcome(engine: DuckDBEngine, tmp_path: Path):
    frame, told = logged(), labels(logged())
    write(tmp_path, {"decisions/a.parquet": frame, "outcomes/a.parquet": told})
    found = engine.against(
        LOG, OUTCOMES, files(engine, tmp_path), days_of(frame), Rule("usual"), days_of(frame)
    ).to_pandas()
    rows = once(frame).merge(told[["id", "label"]], on="id", how="left")
    rows["answer"] = rows["usual"].map({"yes": "1", "1.0": "1", "0": "0", "no": "0"})
    rows = rows.dropna(subset="answer")
    rows["outcome"] = rows["label"].map({0: "0", 1: "1"})
    key = ["version", "day", "answer", "outcome"]
    expected = rows.groupby(key, dropna=False).size().rename("n").reset_index()
    by_answer = found.groupby(key, dropna=False)["n"].sum().reset_index()
    pd.testing.assert_frame_equal(
        by_answer.sort_values(key, ignore_index=True), expected.sort_values(key, ignore_index=True), check_dtype=False
    )
    assert found["score_bin"].nunique() > 100


def test_the_errors_of_a_column_are_summed_where_it_says_something(engine: DuckDBEngine, tmp_path: Path):
    frame = amounts(logged())
    told = money(frame)
    write(tmp_path, {"decisions/a.parquet": frame[:700], "decisions/b.csv": frame[700:], "outcomes/a.parquet": told})
    found = engine.against(
        AMOUNTS, OUTCOMES, files(engine, tmp_path), days_of(frame), Rule("last_week"), days_of(frame)
    ).to_pandas()
    rows = once(frame).merge(told[["id", "label"]], on="id").dropna(subset="last_week")
    compare(found, rows.assign(error=rows["last_week"] - rows["label"]))


def test_the_errors_of_a_number_for_each_version_and_day_are_summed(engine: DuckDBEngine, tmp_path: Path):
    frame = amounts(cases(800, days=6))
    told = money(frame)
    write(tmp_path, {"decisions/a.parquet": frame, "outcomes/a.parquet": told})
    days = sorted(days_of(frame))
    numbers = {(version, day): 10.0 * version + day.day for version in (1, 2) for day in days[1:]}
    found = engine.against(
        AMOUNTS, OUTCOMES, files(engine, tmp_path), days_of(frame), Rule(numbers=numbers), frozenset()
    ).to_pandas()
    rows = once(frame).merge(told[["id", "label"]], on="id")
    rows["answer"] = [numbers.get((version, day)) for version, day in zip(rows["version"], rows["day"], strict=True)]
    compare(found, rows.assign(error=rows["answer"] - rows["label"]).dropna(subset="error"))


def compare(found: pd.DataFrame, rows: pd.DataFrame) -> None:
    key = ["version", "day"]
    grouped = rows.groupby(key)["error"]
    expected = pd.DataFrame(
        {
            "n": grouped.size(),
            "over_sum": grouped.agg(lambda error: error.clip(lower=0).sum()),
            "under_sum": grouped.agg(lambda error: -error.clip(upper=0).sum()),
        }
    )
    by_day = found.set_index(key)[["n", "over_sum", "under_sum"]].sort_index()
    pd.testing.assert_frame_equal(by_day, expected, check_dtype=False, check_index_type=False)


@pytest.mark.parametrize(
    "rule", [Rule("nowhere"), Rule(numbers={}), Rule(numbers={(1, date(2020, 1, 1)): 3.0})], ids=str
)
def test_a_rule_that_says_nothing_counts_nothing(engine: DuckDBEngine, tmp_path: Path, rule: Rule):
    frame = cases(50, days=2)
    write(tmp_path, {"decisions/a.parquet": frame})
    days = days_of(frame)
    if rule.column or not rule.numbers:
        assert engine.against(LOG, None, files(engine, tmp_path), days, rule, frozenset()).num_rows == 0
    days |= {date(2020, 1, 1)}
    assert engine.against(AMOUNTS, None, files(engine, tmp_path), days, rule, frozenset()).num_rows == 0
    assert engine.against(LOG, None, Files(()), days, rule, frozenset()).schema == AGAINST
