"""Which files there are, what their heads say, and what a survey of them tells."""

from __future__ import annotations

import errno
import glob
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from watchroom.errors import SourceError
from watchroom.sources.decisions.contract import (
    Binning,
    DecisionLog,
    FeatureBins,
    FileProblem,
    Files,
    FileShape,
    OutcomeLog,
    Survey,
)
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.decisions.files import Header, header_of, local_files, shown_path

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
        ("\ufeff", (), ","),
        (",id,at,", ("", "id", "at", ""), ","),
    ],
)
def test_the_head_of_a_csv_file_names_its_columns(line: str, columns: tuple[str, ...], delimiter: str):
    assert header_of([line]) == Header(columns, delimiter)


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
    monkeypatch.setattr("watchroom.sources.decisions.questions.survey", lambda *_: "select no such thing")
    with pytest.raises(duckdb.Error):
        surveyed(engine, tmp_path, frame(), "parquet")


def read(engine: DuckDBEngine, target: Path) -> Survey:
    return engine.survey(LOG, [engine.shape(file) for file in engine.files(str(target), str(target.parent))])


def rows_of(survey: Survey) -> dict[date, int]:
    return {one.day: one.rows for one in survey.days}


HEADS = {
    "blank lines first": b"\n\n \nid,at,v,x\na,2026-03-01,1,2\n",
    "a mark of the encoding and a blank line first": b"\xef\xbb\xbf\nid,at,v,x\na,2026-03-01,1,2\n",
    "an index without a name": b",id,at,v,x\n0,a,2026-03-01,1,2\n",
    "a comma at the end of lines": b"id,at,v,x,\na,2026-03-01,1,2,\n",
    "two columns of one name": b"id,at,v,x,x\na,2026-03-01,1,2,3\n",
    "names that differ by case alone": b"id,at,v,x,AT,Id\na,2026-03-01,1,2,never,b\n",
    "names of ours": b"id,__at,at,__FILE,v,x,__row,__found,filename\na,1,2026-03-01,2,1,2,3,4,5\n",
    "a line break in a name": b'id,at,"a\nb",v,x\na,2026-03-01,0,1,2\n',
    "line breaks in values": b'id,at,v,x,y\na,2026-03-01,1,2,"a\n\nb"\n',
    "quoted names": b'"id";"at";"v";"x"\n"a";"2026-03-01";1;2\n',
}


@pytest.mark.parametrize("head", HEADS)
def test_a_csv_is_read_whatever_its_header(engine: DuckDBEngine, tmp_path: Path, head: str):
    (tmp_path / "log.csv").write_bytes(HEADS[head])
    survey = read(engine, tmp_path / "log.csv")
    assert (survey.broken, rows_of(survey)) == ((), {date(2026, 3, 1): 1})
    shape = engine.shape(engine.files(f"{tmp_path}/log.csv", "/")[0])
    files = Files((shape,))
    assert shape.family("x") == "text"
    kept = engine.table([shape]).read_all().to_pylist()
    assert [(one["id"], one["x"]) for one in kept] == [("a", "2")]
    assert engine.count(LOG, BINNING, files, frozenset([date(2026, 3, 1)])).features.to_pylist()[0]["bin"] == 1


BINNING = Binning((FeatureBins("x", "number", np.array([2.0])),))


@pytest.mark.parametrize(
    "names", [["__at", "__file", "__row"], ["__FILE_", "filename", "file_row_number"], ["ID", "X"]]
)
def test_a_parquet_file_is_read_whatever_its_columns(engine: DuckDBEngine, tmp_path: Path, names: list[str]):
    table = pa.Table.from_pandas(frame())
    for name in names:
        table = table.append_column(name, pa.array(["odd", "odd", "odd"]))
    pq.write_table(table, tmp_path / "log.parquet")
    assert rows_of(read(engine, tmp_path / "log.parquet")) == {date(2026, 3, 1): 2, date(2026, 3, 2): 1}
    shape = engine.shape(engine.files(f"{tmp_path}/log.parquet", "/")[0])
    assert engine.table([shape]).read_all()["x"].to_pylist() == [1.0, None, 3.0]


NO_TIMES = ["0001-01-01", "1899-12-31 23:59:59.999999", "9999-12-31", "2200-01-01", "infinity", "-infinity"]
NO_TIMES += ["12026-03-01 00:00:00", "294247-01-10 00:00:00", "4714-01-01 (BC) 00:00:00", "0044-03-15 (BC)"]


@pytest.mark.parametrize("text", NO_TIMES)
@pytest.mark.parametrize("form", ["text", "naive", "zoned", "date", "seconds"])
def test_a_time_that_stands_for_none_is_no_time(engine: DuckDBEngine, tmp_path: Path, text: str, form: str):
    kinds = {"text": "varchar", "naive": "timestamp", "zoned": "timestamptz", "date": "date", "seconds": "timestamp_s"}
    target = tmp_path / "log.parquet"
    cast = f"cast('{text}' as {kinds[form]})" if form != "date" else f"cast(cast('{text}' as timestamp) as date)"
    if text.startswith("1899") and form in ("date", "seconds"):  # these would round it to a time that is one
        cast = f"cast('1899-12-31' as {kinds[form]})"
    columns = f"select 'a' as id, {cast} as at, 1 as v, 2.0 as x"
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"copy ({columns}) to '{target}' (format parquet)")
    survey = read(engine, target)
    assert (survey.facts[0].without_time, survey.days, survey.broken) == (1, (), ())
    files = Files((engine.shape(engine.files(str(target), "/")[0]),))
    assert engine.count(LOG, BINNING, files, frozenset([date(2026, 3, 1)])).volume.num_rows == 0


def test_the_first_and_last_times_are_counted(engine: DuckDBEngine, tmp_path: Path):
    (tmp_path / "log.csv").write_text("id,at,v,x\na,1900-01-01,1,2\nb,2199-12-31 23:59:59.999999,1,2\n")
    assert rows_of(read(engine, tmp_path / "log.csv")) == {date(1900, 1, 1): 1, date(2199, 12, 31): 1}


@pytest.mark.parametrize("version", [0, -1, 2**31, -(2**40), 1.5, float("inf"), "0", "-3", "2147483648", "1e300", True])
def test_versions_count_from_one(engine: DuckDBEngine, tmp_path: Path, version: object):
    frame().assign(v=version).to_parquet(tmp_path / "log.parquet")
    survey = read(engine, tmp_path / "log.parquet")
    assert (survey.facts[0].without_version, survey.versions) == (3, ())


@pytest.mark.parametrize("version", [1, 1.0, "1", 2**31 - 1])
def test_a_version_may_be_of_any_type(engine: DuckDBEngine, tmp_path: Path, version: object):
    frame().assign(v=version).to_parquet(tmp_path / "log.parquet")
    assert read(engine, tmp_path / "log.parquet").versions == (int(version),)  # type: ignore[call-overload]


EMPTY = {"nothing": b"", "a mark of the encoding": b"\xef\xbb\xbf", "a blank line": b"\r\n", "a header": b"id,at,v,x\n"}


@pytest.mark.parametrize("content", EMPTY)
def test_an_empty_file_holds_nothing_and_hinders_nobody(engine: DuckDBEngine, tmp_path: Path, content: str):
    frame().to_parquet(tmp_path / "full.parquet")
    (tmp_path / "empty.csv").write_bytes(EMPTY[content])
    (tmp_path / "none.csv").write_bytes(EMPTY[content].replace(b"at,v,x", b"y,at"))
    (tmp_path / "told.csv").write_bytes(b"id,y,at\na,1,\n")
    empty, full, none, told = (engine.shape(file) for file in engine.files(f"{tmp_path}/*.*", str(tmp_path)))
    files = Files((empty, full), (none, told))
    survey = engine.survey(LOG, files.decisions)
    assert [(one.path, one.rows) for one in survey.facts] == [("empty.csv", 0), ("full.parquet", 3)]
    outcome = OutcomeLog("id", "y", "at")
    told_of = engine.survey_outcomes(LOG, outcome, files, None)
    assert [(one.day, one.rows) for one in told_of.days] == [(date(2026, 3, 1), 1)]
    days = frozenset([date(2026, 3, 1)])
    assert engine.count(LOG, BINNING, files, days).volume["decisions"].to_pylist() == [2]
    results = engine.results(LOG, outcome, BINNING, files, days, frozenset())
    assert results.labelled["n"].to_pylist() == [1]
    assert engine.rows(LOG, outcome, files, days).read_all().num_rows == 2


def test_what_a_file_holds_does_not_depend_on_the_files_read_with_it(engine: DuckDBEngine, tmp_path: Path):
    wide = frame().assign(id=[2**40, 2**40 + 1, 2**40 + 2], x=[0.1, 1e300, 0.3], v=np.int64(1))
    narrow = frame().assign(id=np.arange(3, dtype="int32"), x=np.array([0.1, 0.2, 0.3], "float32"), v=np.int8(1))
    for name, table in (("a", narrow), ("b", wide)):
        table.to_parquet(tmp_path / f"{name}.parquet")
    one, other = (engine.shape(file) for file in engine.files(f"{tmp_path}/*.parquet", "/"))
    apart = [engine.survey(LOG, [shape]) for shape in (one, other)]
    together = engine.survey(LOG, [one, other])
    assert together.broken == ()
    assert together.days == (*apart[0].days, *apart[1].days)
    edges = np.unique([0.1, float(np.float32(0.1)), 0.2, 0.3, float(np.float32(0.3))])
    binning = Binning((FeatureBins("x", "number", edges),))
    days = frozenset([date(2026, 3, 1), date(2026, 3, 2)])

    def counted(*shapes: FileShape) -> Counter[int]:
        rows = engine.count(LOG, binning, Files(shapes), days).features.to_pylist()
        return sum((Counter({row["bin"]: row["n"]}) for row in rows), Counter[int]())

    assert counted(one, other) == counted(one) + counted(other)


def test_why_a_csv_cannot_be_read_is_told_without_its_values(engine: DuckDBEngine, tmp_path: Path):
    (tmp_path / "log.csv").write_text('id,at,v,x\nsecret,2026-03-01,1,"se\ncret",5,6\n')
    problem = read(engine, tmp_path / "log.csv").broken[0]
    assert "Expected Number of Columns: 4 Found: 5" in problem.why
    assert "cret" not in problem.why


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_the_last_nanoseconds_of_a_day_belong_to_it(engine: DuckDBEngine, tmp_path: Path, zone: str | None):
    at = pd.to_datetime(["2026-03-01 23:59:59.999999900", "2026-03-02 00:00:00.0", "2026-03-02 23:59:59.999999999"])
    at = at if zone is None else at.tz_localize("UTC").tz_convert(zone)
    frame().assign(at=at.astype(f"datetime64[ns, {zone}]" if zone else "datetime64[ns]")).to_parquet(
        tmp_path / "log.parquet"
    )
    assert rows_of(read(engine, tmp_path / "log.parquet")) == {date(2026, 3, 1): 1, date(2026, 3, 2): 2}
    files = Files((engine.shape(engine.files(f"{tmp_path}/log.parquet", "/")[0]),))
    for day, n in ((date(2026, 3, 1), 1), (date(2026, 3, 2), 2)):
        volume = engine.count(LOG, BINNING, files, frozenset([day])).volume.to_pylist()
        assert [(one["day"], one["decisions"]) for one in volume] == [(day, n)]


def test_a_file_that_goes_while_it_is_listed_is_passed_over(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("id,at,v\n")
    stat = Path.stat

    def going(self: Path, **options: bool) -> os.stat_result:
        if self.name == "a.csv" and self.exists():
            self.unlink()
        return stat(self, **options)

    monkeypatch.setattr(Path, "exists", lambda self: os.path.exists(self))  # noqa: PTH110, it must not ask `stat`
    monkeypatch.setattr(Path, "stat", going)
    assert [file.shown for file in engine.files(f"{tmp_path}/*.csv", str(tmp_path))] == ["b.csv"]


@pytest.mark.parametrize("pattern", ["lake/*.csv", "lake/**/*.csv", "*/2026/*.csv", "lake/2026/a.csv"])
def test_a_folder_that_cannot_be_listed_does_not_look_empty(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str
):
    (tmp_path / "lake" / "2026").mkdir(parents=True)
    (tmp_path / "lake" / "2026" / "a.csv").write_text("id,at,v\n")

    def broken(path: object, **_: object) -> object:
        if str(path).startswith(f"{tmp_path}/lake"):
            raise OSError(errno.ESTALE, "Stale file handle")
        return listed(path)

    listed = os.scandir
    monkeypatch.setattr(os, "scandir", broken)
    monkeypatch.setattr(Path, "stat", broken)
    with pytest.raises(SourceError, match="cannot be listed"):
        engine.files(f"{tmp_path}/{pattern}", str(tmp_path))


@pytest.mark.parametrize(
    "pattern",
    [
        "**",
        "**/*",
        "*",
        "*/*",
        "a/**/*.csv",
        "**/b/*",
        "[ab]/*.csv",
        "a/?.csv",
        ".hidden/*",
        "a/.*",
        "a/x.csv",
        "a/b/**",
    ],
)
def test_a_glob_matches_what_globs_match(tmp_path: Path, pattern: str):
    places = ("a/x.csv", "a/b/y.csv", "a/b/c/z.csv", "a/.dot.csv", ".hidden/h.csv", "b/q.csv", "top.csv")
    root = tmp_path / "lake [1]*"
    for place in places:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text("id")
    (root / "loop").symlink_to(root / "loop")
    whole = f"{glob.escape(str(root))}/{pattern}"
    expected = {path for path in glob.glob(whole, recursive=True) if Path(path).is_file()}  # noqa: PTH207
    assert {file.path for file in local_files(whole, "/")} == expected


def test_a_header_is_read_once_while_its_file_stays(
    engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "log.csv").write_text("id,at,v\n")
    file = engine.files(f"{tmp_path}/log.csv", "/")[0]
    first = engine.shape(file)
    monkeypatch.setattr(engine._files, "_first_lines", lambda _: ["other"])
    assert engine.shape(file) is first
    assert engine.shape(replace(file, modified_ns=1)).columns == (("other", "text"),)


@pytest.mark.parametrize("lines", ["", 'z,2026-03-01,1,"2\n"\n'], ids=["plain lines", "broken lines"])
def test_a_lone_quote_never_swallows_the_rows_after_it_unseen(engine: DuckDBEngine, tmp_path: Path, lines: str):
    rows = [f"i{n},2026-03-01,1,2" for n in range(50)]
    rows[20] = 'i20,2026-03-01,1,"2'
    (tmp_path / "log.csv").write_text("id,at,v,x\n" + lines + "\n".join(rows) + "\n")
    survey = read(engine, tmp_path / "log.csv")
    assert [one.path for one in survey.broken] == ["log.csv"]


def test_files_with_and_without_broken_lines_are_counted_by_an_engine_that_never_surveyed_them(
    engine: DuckDBEngine, tmp_path: Path
):
    (tmp_path / "a.csv").write_text('id,at,v,x\na,2026-03-01,1,"2\n"\n')
    (tmp_path / "b.csv").write_text("id,at,v,x\nb,2026-03-01,1,2\nc,2026-03-01,1\n")
    shapes = tuple(engine.shape(file) for file in engine.files(f"{tmp_path}/*.csv", "/"))
    days = frozenset([date(2026, 3, 1)])
    assert engine.count(LOG, BINNING, Files(shapes), days).volume["decisions"].to_pylist() == [3]
    assert engine.rows(LOG, None, Files(shapes), days).read_all().num_rows == 3
