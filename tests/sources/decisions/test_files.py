"""Which files there are, what their heads say, and what a survey of them tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from watchroom.errors import SourceError
from watchroom.sources.decisions.contract import DecisionLog, FileProblem, Survey
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.decisions.files import header_of, shown_path

LOG = DecisionLog("id", "at", "v", "binary", features=(("x", "number"),))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path / "spill", memory_mb=256) as engine:
        yield engine


def frame() -> pd.DataFrame:
    at = pd.to_datetime(["2026-03-01 10:00", "2026-03-01 11:00", "2026-03-02 00:00"])
    return pd.DataFrame({"id": ["a", "b", "c"], "at": at, "v": 1, "x": [1.0, None, 3.0], "unused": [1, 2, 3]})


@pytest.mark.parametrize(
    ("line", "columns", "delimiter"),
    [
        ("id,at,v", ("id", "at", "v"), ","),
        ("\ufeffid;at;v\r", ("id", "at", "v"), ";"),
        ("id\tat\tv", ("id", "at", "v"), "\t"),
        ('"id, long";at', ("id, long", "at"), ";"),
        ("id", ("id",), ","),
        ("", (), ","),
    ],
)
def test_the_head_of_a_csv_file_names_its_columns(line: str, columns: tuple[str, ...], delimiter: str):
    assert header_of(line) == (columns, delimiter)


@pytest.mark.parametrize("name", ["plain.parquet", "a[1].parquet", "über 'x' $1.parquet", "a*b.csv", "semi;colon.CSV"])
def test_a_file_is_read_whatever_its_name(engine: DuckDBEngine, tmp_path: Path, name: str):
    folder = tmp_path / "lake [1]"
    folder.mkdir()
    write = frame().to_parquet if name.endswith("parquet") else frame().to_csv
    write(folder / name, index=False)
    (folder / "a1.parquet").write_bytes(b"not meant")
    found = [file for file in engine.files(f"{tmp_path}/lake [[]1]/*", str(tmp_path)) if file.shown.endswith(name)]
    assert [file.shown for file in found] == [f"lake [1]/{name}"]
    survey = engine.survey(LOG, [engine.shape(found[0])])
    assert {(one.day, one.rows) for one in survey.days} == {(date(2026, 3, 1), 2), (date(2026, 3, 2), 1)}
    assert survey.days[0].path == found[0].shown


def test_a_place_without_files_has_none(engine: DuckDBEngine, tmp_path: Path):
    assert engine.files(f"{tmp_path}/nothing/**/*.parquet", str(tmp_path)) == ()


def test_an_address_that_cannot_be_reached_is_told_without_its_secrets(engine: DuckDBEngine):
    with pytest.raises(SourceError) as raised:
        engine.files("s3://user:secret@bucket/log*.parquet?token=secret", "/")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/room/lake/a.parquet", "lake/a.parquet"),
        ("/elsewhere/a.parquet", "/elsewhere/a.parquet"),
        ("s3://key:secret@bucket/a.parquet?x=1", "s3://bucket/a.parquet"),
    ],
)
def test_a_path_is_shown_relative_to_the_workspace(path: str, shown: str):
    assert shown_path(path, "/room") == shown


def test_a_file_that_is_no_table_is_a_problem_that_names_it(engine: DuckDBEngine, tmp_path: Path):
    (tmp_path / "odd.parquet").write_bytes(b"PAR1 and nothing of the kind PAR1")
    with pytest.raises(FileProblem) as raised:
        engine.shape(engine.files(f"{tmp_path}/odd.parquet", str(tmp_path))[0])
    assert raised.value.path == "odd.parquet"
    assert str(tmp_path) not in str(raised.value)


def surveyed(engine: DuckDBEngine, folder: Path, table: pd.DataFrame, form: str) -> Survey:
    target = folder / f"log.{form}"
    (table.to_parquet if form == "parquet" else table.to_csv)(target, index=False)
    return engine.survey(LOG, [engine.shape(file) for file in engine.files(str(target), str(folder))])


UNSEEN: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "the order of rows": lambda table: table.iloc[::-1],
    "the order of columns": lambda table: table[["unused", "x", "v", "at", "id"]],
    "a column that is not used": lambda table: table.assign(unused=0),
    "a further column": lambda table: table.assign(more=1),
}
SEEN: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "a value": lambda table: table.assign(x=[1.0, None, 4.0]),
    "a value that was missing": lambda table: table.assign(x=[1.0, 2.0, 3.0]),
    "two values that change places": lambda table: table.assign(x=[None, 1.0, 3.0]),
    "a version": lambda table: table.assign(v=[1, 2, 1]),
    "a time within its day": lambda table: table.assign(at=table["at"] + pd.Timedelta(seconds=1)),
    "an id": lambda table: table.assign(id=["a", "b", "d"]),
    "a row more": lambda table: pd.concat([table, table.tail(1)]),
}


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("change", UNSEEN)
def test_what_is_not_counted_leaves_the_digest_of_a_day(engine: DuckDBEngine, tmp_path: Path, change: str, form: str):
    before = surveyed(engine, tmp_path, frame(), form)
    assert surveyed(engine, tmp_path, UNSEEN[change](frame()), form).days == before.days


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("change", SEEN)
def test_the_digest_of_a_day_changes_with_whatever_is_counted(
    engine: DuckDBEngine, tmp_path: Path, change: str, form: str
):
    before = surveyed(engine, tmp_path, frame(), form)
    assert surveyed(engine, tmp_path, SEEN[change](frame()), form).days != before.days


def test_a_survey_never_blames_a_file_for_a_question_that_is_wrong(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import duckdb

    monkeypatch.setattr("watchroom.sources.decisions.questions.survey", lambda *_: "select no such thing")
    with pytest.raises(duckdb.Error):
        surveyed(engine, tmp_path, frame(), "parquet")
