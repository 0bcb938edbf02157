"""Decisions that two versions have both scored: how many, which of them a sample takes, and what it brings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.sources.decisions.single_logs import LOG, OUTCOMES, cases, days_of, files, labels, last_rows, write
from watchroom.sources.decisions.contract import SINGLES, Files, Overlap, id_digest
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path / "spill", memory_mb=256) as engine:
        yield engine


def shadowed(n: int = 3000, share: float = 0.6) -> pd.DataFrame:
    """Version 1 decides everything; version 2 scores a share of it too, some of it a day later, some of it twice."""
    first = cases(n).assign(version=1)
    rng = np.random.default_rng(8)
    second = first[rng.random(n) < share].assign(version=2)
    second = second.assign(score=rng.random(len(second)).round(4), at=second["at"] + pd.to_timedelta(1, unit="h"))
    second["prediction"] = (second["score"] > 0.5).astype(int)
    again = second[:50].assign(score=0.5, at=second["at"][:50] + pd.to_timedelta(2, unit="h"))
    return pd.concat([first, second, again, cases(200, seed=9)], ignore_index=True)


def common(frame: pd.DataFrame) -> frozenset[date]:
    first, second = (days_of(frame[frame["version"] == version]) for version in (1, 2))
    return first & second


def truth(frame: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """One row for each id that both scored, the plain way."""
    some = last_rows(frame[frame["at"].dt.date.isin(common(frame))])
    first, second = (some[some["version"] == version].set_index("id") for version in (1, 2))
    both = first.join(second, how="inner", suffixes=("", "_b")).join(told.set_index("id")["label"])
    return both.assign(digest=[id_digest(one) for one in both.index])


def test_an_id_counts_once_for_both_versions_and_by_whether_its_outcome_is_known(engine: DuckDBEngine, tmp_path: Path):
    frame, told = shadowed(), labels(shadowed())
    write(tmp_path, {"decisions/a.parquet": frame[:2000], "decisions/b.csv": frame[2000:], "outcomes/a.parquet": told})
    found = engine.overlap(LOG, OUTCOMES, files(engine, tmp_path), common(frame), (1, 2))
    expected = truth(frame, told)
    assert (found.shared, found.labelled) == (len(expected), expected["label"].notna().sum())
    days = pd.concat([frame[frame["id"].isin(expected.index)]["at"]]).dt.date
    assert (found.first, found.last) == (days.min(), days.max())


@pytest.mark.parametrize("rows", [1, 40, 300, 100_000])
def test_a_sample_takes_the_labelled_ids_that_come_first_and_the_others_in_proportion(
    engine: DuckDBEngine, tmp_path: Path, rows: int
):
    frame, told = shadowed(), labels(shadowed())
    write(tmp_path, {"decisions/a.parquet": frame, "outcomes/a.parquet": told})
    there, days = files(engine, tmp_path), common(frame)
    found = engine.pairs(LOG, OUTCOMES, there, days, (1, 2), engine.overlap(LOG, OUTCOMES, there, days, (1, 2)), rows)
    expected = truth(frame, told).sort_values("digest")
    known, unknown = (expected[expected["label"].notna() == one] for one in (True, False))
    few = min(len(unknown), rows, int(np.ceil(len(unknown) * min(rows, len(known)) / len(known))))
    taken = {*known.index[:rows], *unknown.index[:few]}
    assert found["@id"].to_pylist() == [one for one in sorted(taken) for _ in (1, 2)]
    assert found["@version"].to_pylist() == [1, 2] * len(taken)


def test_both_rows_bring_what_either_version_said_last(engine: DuckDBEngine, tmp_path: Path):
    frame, told = shadowed(400), labels(shadowed(400))
    write(tmp_path, {"decisions/a.parquet": frame, "outcomes/a.parquet": told})
    there, days = files(engine, tmp_path), common(frame)
    found = engine.pairs(LOG, OUTCOMES, there, days, (1, 2), engine.overlap(LOG, OUTCOMES, there, days, (1, 2)), 10_000)
    assert found.schema.names == [*SINGLES.names, "amount", "kind", "new", "region"]
    expected = truth(frame, told)
    for one in found.to_pylist():
        said, end = expected.loc[one["@id"]], "" if one["@version"] == 1 else "_b"
        assert (one["@score"], one["@prediction"]) == (said[f"score{end}"], str(said[f"prediction{end}"]))
        assert one["@outcome"] == (None if pd.isna(said["label"]) else str(int(said["label"])))
        assert (one["amount"], one["region"]) == (said[f"amount{end}"], said[f"region{end}"])


def test_without_outcomes_the_sample_is_of_what_both_scored(engine: DuckDBEngine, tmp_path: Path):
    frame = shadowed(600)
    write(tmp_path, {"decisions/a.parquet": frame})
    there, days = files(engine, tmp_path), common(frame)
    counted = engine.overlap(LOG, None, there, days, (1, 2))
    assert counted.labelled == 0
    found = engine.pairs(LOG, None, there, days, (1, 2), counted, 70)
    assert found.num_rows == 140
    assert found["@outcome"].null_count == 140


def test_a_switch_over_day_shares_no_ids(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(500, days=1)  # of both versions, with ids of their own
    write(tmp_path, {"decisions/a.parquet": frame})
    there = files(engine, tmp_path)
    counted = engine.overlap(LOG, None, there, days_of(frame), (1, 2))
    assert counted == Overlap(0, 0)
    assert engine.pairs(LOG, None, there, days_of(frame), (1, 2), counted, 10).num_rows == 0
    assert engine.overlap(replace(LOG, score=None), None, Files(()), days_of(frame), (1, 2)) == Overlap(0, 0)
