"""Decisions found by their id, and by what is true of them, held against plain pandas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.sources.decisions.single_logs import LOG, OUTCOMES, cases, days_of, files, ids_of, labels, last_rows, write
from watchroom.errors import QueryError
from watchroom.sources.decisions.contract import SINGLES, Comparison, Condition, Files, Search
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine

EVERYTHING = 100_000


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path / "spill", memory_mb=256) as engine:
        yield engine


def test_all_versions_of_a_decision_are_found_with_the_newest_outcome(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(300, days=3).assign(version=1)
    shadow = frame.assign(version=2, prediction=1 - frame["prediction"])
    told = labels(frame, share=1.0)
    later = told[:50].assign(label=1 - told["label"][:50], known_at=told["known_at"] + pd.Timedelta(days=1))
    write(tmp_path, {"decisions/a.parquet": frame, "decisions/b.csv": shadow})
    write(tmp_path, {"outcomes/a.parquet": told, "outcomes/b.parquet": later})
    wanted = told["id"].iloc[7]
    found = engine.find(LOG, OUTCOMES, files(engine, tmp_path), days_of(frame), [wanted]).to_pylist()
    row = frame[frame["id"] == wanted].iloc[0]
    assert [(one["@version"], one["@prediction"]) for one in found] == [
        (1, str(row["prediction"])),
        (2, str(1 - row["prediction"])),
    ]
    assert {one["@outcome"] for one in found} == {str(1 - told["label"].iloc[7])}
    assert {one["@decided_at"] for one in found} == {row["at"]}


def test_of_an_id_that_stands_twice_in_a_day_the_last_row_is_found(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(50, days=1)
    again = frame.assign(at=frame["at"] + pd.Timedelta(microseconds=1), amount=9.0)
    write(tmp_path, {"decisions/a.parquet": again, "decisions/b.parquet": frame})
    found = engine.find(LOG, None, files(engine, tmp_path), days_of(frame), ["d1-3", "d1-4", "d1-3"])
    assert found["amount"].to_pylist() == [9.0, 9.0]


@pytest.mark.parametrize("wanted", [[], ["nobody"], ["' or true --"], ["d1-3 "]])
def test_what_is_not_there_is_not_found(engine: DuckDBEngine, tmp_path: Path, wanted: list[str]):
    frame = cases(50, days=1)
    write(tmp_path, {"decisions/a.parquet": frame})
    found = engine.find(LOG, None, files(engine, tmp_path), days_of(frame), wanted)
    assert (found.num_rows, found.schema.names[: len(SINGLES)]) == (0, SINGLES.names)


def test_ids_that_are_numbers_are_found_by_their_text(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(50, days=1).assign(id=range(50))
    write(
        tmp_path,
        {"decisions/a.parquet": frame[:25].assign(id=frame["id"].astype(float)), "decisions/b.csv": frame[25:]},
    )
    found = engine.find(LOG, None, files(engine, tmp_path), days_of(frame), ["7", "40"])
    assert sorted(found["@id"].to_pylist()) == ["40", "7"]


def numeric(frame: pd.DataFrame, op: str, value: float) -> pd.Series[bool]:
    one = frame["amount"]
    return {"=": one == value, "!=": (one != value) & one.notna(), "<": one < value, "<=": one <= value}.get(
        op, one > value if op == ">" else one >= value
    )


CASES: dict[str, tuple[Search, Callable[[pd.DataFrame], pd.Series[bool]]]] = {
    "all": (Search(), lambda told: told["id"].notna()),
    "one version": (Search(versions=(2,)), lambda told: told["version"] == 2),
    "scores": (Search(score_low=0.4, score_high=0.6), lambda told: told["score"].between(0.4, 0.6)),
    "a prediction": (Search(predictions=("1",)), lambda told: told["prediction"] == 1),
    "known": (Search(outcomes="known"), lambda told: told["label"].notna()),
    "unknown": (Search(outcomes="unknown"), lambda told: told["label"].isna()),
    "an outcome": (Search(outcome_values=("0",)), lambda told: told["label"] == 0),
    "wrong ones": (
        Search(wrong=True),
        lambda told: told["label"].notna() & (told["label"] != told["prediction"]),
    ),
    "a category": (
        Search(conditions=(Condition("kind", "=", ("abroad's",)),)),
        lambda told: told["kind"] == "abroad's",
    ),
    "another category": (
        Search(conditions=(Condition("kind", "!=", ("chip",)),)),
        lambda told: told["kind"].notna() & (told["kind"] != "chip"),
    ),
    "categories": (
        Search(conditions=(Condition("kind", "in", ("chip", "online")),)),
        lambda told: told["kind"].isin(["chip", "online"]),
    ),
    "missing text": (Search(conditions=(Condition("kind", "missing"),)), lambda told: told["kind"].isna()),
    "missing number": (Search(conditions=(Condition("amount", "missing"),)), lambda told: told["amount"].isna()),
    "a boolean": (Search(conditions=(Condition("new", "=", ("Yes",)),)), lambda told: told["new"]),
    "a column that is no feature": (
        Search(conditions=(Condition("branch", ">=", ("7",)),)),
        lambda told: told["branch"] >= 7,
    ),
    "several": (
        Search(versions=(1,), conditions=(Condition("amount", ">", (10,)), Condition("region", "=", ("north",)))),
        lambda told: (told["version"] == 1) & (told["amount"] > 10) & (told["region"] == "north"),
    ),
}
for _op in ("=", "!=", "<", "<=", ">", ">="):
    CASES[f"amount {_op}"] = (
        Search(conditions=(Condition("amount", _op, ("20.5",)),)),  # type: ignore[arg-type]
        lambda told, op=_op: numeric(told, op, 20.5),  # type: ignore[misc]
    )


@pytest.fixture(scope="module", params=["csv", "parquet"])
def searched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """A log with duplicates in several shapes, and what holds of each decision."""
    folder = tmp_path_factory.mktemp("searched")
    frame = cases(1500, days=6)
    frame["branch"] = np.arange(len(frame)) % 12
    frame.loc[::9, "amount"] = np.nan
    frame.loc[::11, "amount"] = 20.5
    stale = frame[::5].assign(at=frame["at"].dt.floor("D"), score=0.5, prediction=1, amount=20.5, kind="chip")
    whole = pd.concat([frame, stale], ignore_index=True)
    told = labels(frame)
    write(folder, {"decisions/a.parquet": whole[:700], f"decisions/b.{request.param}": whole[700:1000]})
    write(folder, {"decisions/c.parquet": whole[1000:], "outcomes/a.parquet": told})
    whole["day"] = whole["at"].dt.date
    return folder, last_rows(whole, ("id", "version", "day")).merge(told[["id", "label"]], on="id", how="left")


@pytest.mark.parametrize("name", CASES)
def test_a_search_finds_what_plain_pandas_finds(engine: DuckDBEngine, searched: tuple[Path, pd.DataFrame], name: str):
    folder, frame = searched
    wanted, holds = CASES[name]
    found = engine.search(LOG, OUTCOMES, files(engine, folder), days_of(frame), wanted, EVERYTHING)
    expected = frame[holds(frame)].sort_values(["at", "id", "version"], ascending=[False, True, True])
    assert len(expected) > 0
    assert ids_of(found.to_pylist()) == list(expected["id"])
    few = engine.search(LOG, OUTCOMES, files(engine, folder), days_of(frame), wanted, 11)
    assert few == found[:11]


@pytest.mark.parametrize(
    ("order", "key"),
    [
        ("score_high", lambda told: -told["score"]),
        ("score_low", lambda told: told["score"]),
        ("largest_error", lambda told: -(told["score"] - told["label"]).abs()),
    ],
)
def test_the_first_of_many_are_first_by_what_was_asked(
    engine: DuckDBEngine,
    searched: tuple[Path, pd.DataFrame],
    order: str,
    key: Callable[[pd.DataFrame], pd.Series[float]],
):
    folder, frame = searched
    search = Search(order=order)  # type: ignore[arg-type]
    found = engine.search(LOG, OUTCOMES, files(engine, folder), days_of(frame), search, 40)
    expected = frame.assign(key=key(frame)).dropna(subset="key").sort_values("key")["key"][:40]
    told = frame.assign(key=key(frame)).set_index(["id", "version"])["key"]
    got = [told.loc[(one["@id"], one["@version"])] for one in found.to_pylist()]
    assert got == pytest.approx(list(expected))


def shadowed(folder: Path) -> pd.DataFrame:
    frame = cases(400, days=2).assign(version=1)
    rng = np.random.default_rng(5)
    other = frame.assign(version=2, prediction=rng.integers(0, 2, len(frame)), at=frame["at"] + pd.Timedelta(seconds=5))
    write(folder, {"decisions/a.parquet": frame, "decisions/b.parquet": other[:350]})
    both = frame.merge(other[:350][["id", "prediction"]], on="id", suffixes=("", "_other"))
    return both[both["prediction"] != both["prediction_other"]].sort_values("at", ascending=False)


def test_decisions_on_which_two_versions_disagree_come_in_pairs(engine: DuckDBEngine, tmp_path: Path):
    apart = shadowed(tmp_path)
    days = frozenset({*days_of(apart), date(2026, 3, 3)})
    found = engine.search(LOG, None, files(engine, tmp_path), days, Search(disagree=(1, 2)), EVERYTHING).to_pylist()
    assert [one["@id"] for one in found[::2]] == [one["@id"] for one in found[1::2]] == list(apart["id"])
    assert {(one["@version"], two["@version"]) for one, two in zip(found[::2], found[1::2], strict=True)} == {(1, 2)}
    assert all(one["@prediction"] != two["@prediction"] for one, two in zip(found[::2], found[1::2], strict=True))
    few = Search(disagree=(1, 2), conditions=(Condition("region", "=", ("north",)),))
    some = engine.search(LOG, None, files(engine, tmp_path), days, few, 5).to_pylist()
    assert [one["@id"] for one in some[::2]] == list(apart[apart["region"] == "north"]["id"][:5])


def test_amounts_that_differ_most_come_first(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(300, days=1).assign(version=1, prediction=1.5)
    other = frame.assign(version=2, prediction=lambda told: 1.5 + np.arange(300) % 97)
    write(tmp_path, {"decisions/a.parquet": pd.concat([frame, other])})
    log = replace(LOG, task="regression", score=None)
    found = engine.search(log, None, files(engine, tmp_path), days_of(frame), Search(disagree=(1, 2)), 6).to_pylist()
    apart = [
        float(two["@prediction"]) - float(one["@prediction"]) for one, two in zip(found[::2], found[1::2], strict=True)
    ]
    assert apart == [96, 96, 96, 95, 95, 95]
    assert found[0]["@prediction"] == "1.5"


def test_amounts_are_searched_by_what_was_predicted(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(100, days=1).assign(prediction=np.arange(100) / 4)
    told = pd.DataFrame({"id": frame["id"], "label": np.arange(100) / 4 + np.arange(100) % 7, "known_at": "2026-05-01"})
    write(tmp_path, {"decisions/a.parquet": frame, "outcomes/a.parquet": told})
    log = replace(LOG, task="regression", score=None)
    there, days = files(engine, tmp_path), days_of(frame)
    some = engine.search(log, OUTCOMES, there, days, Search(score_low=5, score_high=6), EVERYTHING)
    assert sorted(some["@prediction"].to_pylist()) == ["5", "5.25", "5.5", "5.75", "6"]
    worst = engine.search(log, OUTCOMES, there, days, Search(order="largest_error"), 3).to_pylist()
    assert {float(one["@outcome"]) - float(one["@prediction"]) for one in worst} == {6.0}


@pytest.mark.parametrize(
    ("column", "op", "values", "said"),
    [
        ("amuont", "=", ("1",), "`amount`"),
        ("nothing like it", "=", ("1",), "`region`"),
        ('a" or true --', "missing", (), "no column"),
        ("amount", "<", ("cheap",), "no number"),
        ("amount", "=", ("nan",), "no number"),
        ("new", "=", ("perhaps",), "neither true nor false"),
        ("kind", "=", (), "0 values"),
        ("kind", "=", ("a", "b"), "2 values"),
    ],
)
def test_a_condition_that_cannot_be_is_refused_with_what_could_be(
    engine: DuckDBEngine, tmp_path: Path, column: str, op: Comparison, values: tuple[str, ...], said: str
):
    frame = cases(20)
    write(tmp_path, {"decisions/a.parquet": frame})
    with pytest.raises(QueryError, match=said):
        engine.search(
            LOG, None, files(engine, tmp_path), days_of(frame), Search(conditions=(Condition(column, op, values),)), 5
        )


HALF = "half \ud83d of a sign"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Search(score_low=float("nan")), "no number"),
        (Search(score_high=float("nan")), "no number"),
        (Search(conditions=(Condition("amount", "~", (1.0,)),)), "no comparison"),  # type: ignore[arg-type]
        (Search(conditions=(Condition("kind", "or 1=1 --", ("a",)),)), "no comparison"),  # type: ignore[arg-type]
        (Search(order="oldest"), "no order"),  # type: ignore[arg-type]
        (Search(outcomes="some"), "no choice of outcomes"),  # type: ignore[arg-type]
        (Search(conditions=(Condition("kind", "=", (HALF,)),)), "no text"),
        (Search(conditions=(Condition(HALF, "missing"),)), "no text"),
        (Search(predictions=(HALF,)), "no text"),
        (Search(outcome_values=(HALF,)), "no text"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(engine: DuckDBEngine, tmp_path: Path, wanted: Search, said: str):
    frame = cases(20)
    write(tmp_path, {"decisions/a.parquet": frame})
    with pytest.raises(QueryError, match=said):
        engine.search(LOG, OUTCOMES, files(engine, tmp_path), days_of(frame), wanted, 5)


def test_half_of_a_sign_is_no_id(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(20)
    write(tmp_path, {"decisions/a.parquet": frame})
    with pytest.raises(QueryError, match="no text"):
        engine.find(LOG, None, files(engine, tmp_path), days_of(frame), [HALF])


def test_a_search_where_there_is_nothing_finds_nothing(engine: DuckDBEngine):
    found = engine.search(LOG, None, Files(()), frozenset({date(2026, 3, 1)}), Search(), 5)
    assert (found.num_rows, found.schema.names[: len(SINGLES)]) == (0, SINGLES.names)
