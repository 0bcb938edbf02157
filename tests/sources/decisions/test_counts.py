"""Every way to count decisions by bin gives what the definition of the bins gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchroom.domain import bins
from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import Binning, DecisionLog, FeatureBins, Files
from watchroom.sources.decisions.duckdb_dialect import DuckDialect
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine

DAY = date(2026, 3, 1)
LOG = DecisionLog("id", "at", "v", "binary", features=(("x", "number"), ("c", "category")))

odd_numbers = st.one_of(st.floats(width=64), st.sampled_from([0.0, -0.0, 1.0, 1e-300, 0.1 + 0.2]), st.none())
odd_texts = st.one_of(st.none(), st.sampled_from(["", "a", "A", "it's", "\\", "ж", "-1"]))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path_factory.mktemp("spill"), memory_mb=256) as engine:
        yield engine


def written(folder: Path, frame: pd.DataFrame) -> str:
    frame.to_parquet(folder / "log.parquet", index=False)
    return str(folder / "log.parquet")


def files_of(engine: DuckDBEngine, pattern: str) -> Files:
    return Files(tuple(engine.shape(file) for file in engine.files(pattern, "/")))


def by_definition(values: list[float | None], edges: list[float]) -> dict[int, int]:
    numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    found = bins.bins_of_numbers(numbers, np.array(edges))
    return dict(zip(*(part.tolist() for part in np.unique(found, return_counts=True)), strict=True))


def categories(values: list[str | None], known: list[str], closed: bool) -> dict[int, int]:
    codes = [
        bins.MISSING
        if value is None
        else known.index(value)
        if value in known
        else bins.UNSEEN
        if closed
        else bins.RARE
        for value in values
    ]
    return {code: codes.count(code) for code in set(codes)}


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(odd_numbers, odd_texts), min_size=1, max_size=40),
    edges=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=6, unique=True).map(sorted),
    known=st.lists(st.sampled_from(["", "a", "it's", "\\", "ж"]), max_size=4, unique=True),
    closed=st.booleans(),
)
def test_histograms_and_comparisons_count_what_the_bins_define(
    engine: DuckDBEngine,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[float | None, str | None]],
    edges: list[float],
    known: list[str],
    closed: bool,
):
    numbers, texts = [row[0] for row in rows], [row[1] for row in rows]
    edges = np.unique(np.array(edges) + 0.0).tolist()  # 0.0 and -0.0 are one edge
    frame = pd.DataFrame({"id": [f"i{n}" for n in range(len(rows))], "at": datetime(2026, 3, 1, 12), "v": 1})
    frame["x"] = pd.array(numbers, dtype="Float64")
    frame["c"] = pd.array(texts, dtype="string")
    files = files_of(engine, written(tmp_path_factory.mktemp("log"), frame))
    binning = Binning(
        (
            FeatureBins("x", "number", np.array(edges)),
            FeatureBins("c", "category", np.empty(0), tuple(known), closed),
        )
    )
    counts = engine.count(LOG, binning, files, frozenset([DAY])).features.to_pylist()
    dialect, signals = DuckDialect(), ask.signals_of(LOG)
    relation = ask.decisions(dialect, LOG, files.decisions, ask.Wanted(signals), [DAY])
    question = ask.feature_counts(dialect, binning, signals, relation)
    compared = engine.answer(question, dialect).to_pylist()
    for found in (counts, compared):
        assert {row["bin"]: row["n"] for row in found if row["feature"] == "x"} == by_definition(numbers, edges)
        assert {row["bin"]: row["n"] for row in found if row["feature"] == "c"} == categories(texts, known, closed)


@given(value=st.floats(allow_nan=False))
def test_a_number_in_a_question_is_exactly_that_number(engine: DuckDBEngine, value: float):
    dialect = DuckDialect()
    found = engine.answer(f"select {ask.double(value)} as x", dialect).to_pylist()[0]["x"]
    assert isinstance(found, float)
    assert found == value


@given(scores=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_score_has_the_same_place_on_the_grid_in_sql(engine: DuckDBEngine, scores: list[float]):
    listed = ", ".join(f"({ask.double(score)})" for score in scores)
    place = bins.SCORE_BIN_SQL.format(score="score")
    query = f"select {place} as place from (values {listed}) as given(score)"
    assert engine.answer(query, DuckDialect())["place"].to_pylist() == bins.score_bin(np.array(scores)).tolist()


def test_versions_are_counted_on_their_own_bins_and_others_on_the_default(engine: DuckDBEngine, tmp_path: Path):
    frame = pd.DataFrame({"id": list("abcd"), "at": datetime(2026, 3, 1), "v": [1, 2, 3, 3], "x": [5.0] * 4, "c": "k"})
    files = files_of(engine, written(tmp_path, frame))

    def above(edge: float) -> tuple[FeatureBins, ...]:
        return (FeatureBins("x", "number", np.array([edge])),)

    counts = engine.count(LOG, Binning(above(0), {1: above(9), 2: above(5)}), files, frozenset([DAY]))
    found = {(row["version"], row["bin"]): row["n"] for row in counts.features.to_pylist()}
    assert found == {(1, 0): 1, (2, 1): 1, (3, 1): 2}


def test_of_an_id_that_stands_twice_the_last_by_time_file_and_row_is_counted(engine: DuckDBEngine, tmp_path: Path):
    at = [datetime(2026, 3, 1, hour) for hour in (8, 9, 9)]
    first = pd.DataFrame({"id": "same", "at": at, "v": 1, "x": [1.0, 2.0, 3.0], "c": "k"})
    first.iloc[:2].to_parquet(tmp_path / "b.parquet")
    first.iloc[2:].to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"id": "other", "at": [datetime(2026, 3, 1, 7)] * 2, "v": 1, "x": [8.0, 9.0], "c": "k"}).to_csv(
        tmp_path / "c.csv", index=False
    )
    files = files_of(engine, str(tmp_path / "*"))
    binning = Binning((FeatureBins("x", "number", np.arange(1.0, 11.0)),))
    counts = engine.count(LOG, binning, files, frozenset([DAY]))
    assert {row["bin"]: row["n"] for row in counts.features.to_pylist()} == {2: 1, 9: 1}
    volume = counts.volume.to_pylist()[0]
    assert (volume["decisions"], volume["duplicates"], volume["last_at"]) == (2, 3, datetime(2026, 3, 1, 9))
